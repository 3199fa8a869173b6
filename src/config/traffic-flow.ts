/** `trafficFlow`: policy documents, inline or in files beside this one, with their mistakes at their own line and column. */

import { dirname, isAbsolute, resolve } from "node:path";
import { Failure } from "../errors.ts";
import { parseTrafficPolicyDocument } from "../route53/traffic-policy.ts";
import type { JsonValue, SourcePath, TrafficPolicyDefinition } from "./config.ts";
import type { Problems } from "./problems.ts";
import type { TrafficPolicyEntry } from "./schema.ts";
import { suggest } from "./suggestion.ts";
import { readErrorText, readTextFile } from "./text-file.ts";
import { readYamlSource, type YamlSource } from "./yaml-source.ts";

export interface TrafficFlowScope {
  readonly source: YamlSource;
  readonly project: string;
  readonly healthCheckKeys: readonly string[];
  readonly problems: Problems;
}

const HEALTH_CHECK_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A policy's document, where it stands, and how its own paths map to places. */
interface LocatedDocument {
  readonly document: JsonValue;
  readonly source: YamlSource;
  readonly base: SourcePath;
}

export function readTrafficPolicies(
  entries: Readonly<Record<string, TrafficPolicyEntry>>,
  scope: TrafficFlowScope,
): TrafficPolicyDefinition[] {
  const policies: TrafficPolicyDefinition[] = [];
  for (const [key, entry] of Object.entries(entries)) {
    const path = ["trafficFlow", "policies", key];
    const located = locate(entry, path, scope);
    if (located === undefined) continue;
    // Numbers and booleans where the format has strings are a person's slip in YAML and AWS takes some of them, but the
    // documented format is strings, so the file is held to it.
    const parsed = parseTrafficPolicyDocument(JSON.stringify(located.document));
    if (!parsed.ok) {
      for (const problem of parsed.problems) {
        scope.problems.inFile(located.source.placeOf([...located.base, ...problem.at]), {
          code: "bad-traffic-policy",
          message: `traffic policy '${key}': ${problem.message}`,
          next: problem.path === "" ? "correct the document" : `correct ${problem.path}`,
        });
      }
    }
    checkHealthChecks(key, located, scope);
    if (!parsed.ok) continue;
    policies.push({
      path,
      key,
      name: entry.name ?? `${scope.project}-${key}`,
      comment: entry.comment,
      recordType: parsed.document.recordType,
      document: located.document,
    });
  }
  return policies;
}

function locate(entry: TrafficPolicyEntry, path: SourcePath, scope: TrafficFlowScope): LocatedDocument | undefined {
  const at = [...path, "document"];
  if (typeof entry.document !== "string") {
    return { document: entry.document as JsonValue, source: scope.source, base: at };
  }
  const { file: named } = scope.source.placeOf(at);
  const file = resolve(dirname(named), entry.document);
  // Shown as people find it from where they are: beside the file that names it.
  const beside = named.includes("/") ? `${dirname(named)}/${entry.document}` : entry.document;
  const shown = isAbsolute(entry.document) ? entry.document : beside;
  try {
    // JSON is YAML too, and YAML's parser knows where everything stands.
    const source = readYamlSource(shown, readTextFile(file, shown));
    return { document: source.value as JsonValue, source, base: [] };
  } catch (error) {
    if (error instanceof Failure) scope.problems.add(error);
    else {
      scope.problems.at(at, {
        code: "missing-file",
        message: `${entry.document} could not be read: ${readErrorText(error)}`,
        next: "name a file relative to this one, or write the document inline",
      });
    }
    return undefined;
  }
}

/** Every `HealthCheck` of a document with its path. */
function healthChecksIn(value: JsonValue, path: SourcePath = []): { path: SourcePath; check: string }[] {
  if (value === null || typeof value !== "object") return [];
  if (Array.isArray(value)) return value.flatMap((one, i) => healthChecksIn(one, [...path, i]));
  return Object.entries(value).flatMap(([key, one]) =>
    key === "HealthCheck" && typeof one === "string"
      ? [{ path: [...path, key], check: one }]
      : healthChecksIn(one as JsonValue, [...path, key]),
  );
}

/** A HealthCheck is an id as AWS has it, or the key of a check of this file. */
function checkHealthChecks(key: string, located: LocatedDocument, scope: TrafficFlowScope): void {
  for (const { path, check } of healthChecksIn(located.document)) {
    if (HEALTH_CHECK_ID.test(check) || scope.healthCheckKeys.includes(check)) continue;
    scope.problems.inFile(located.source.placeOf([...located.base, ...path]), {
      code: "unknown-health-check",
      message: `traffic policy '${key}': there is no health check '${check}'`,
      next: suggest(check, scope.healthCheckKeys),
    });
  }
}
