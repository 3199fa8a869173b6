/** Reads r53kit.yaml: every mistake at once, each with line, column and fix, before any call is made. */

import { Failure, type SourcePlace } from "../errors.ts";
import { type DomainName, displayName } from "../route53/names.ts";
import { bareId } from "../route53/record-set.ts";
import { readCidrCollections } from "./cidr-collections.ts";
import type { Config, DrillTargets, EndpointDefinition, SourcePath } from "./config.ts";
import { readCostSettings } from "./cost-settings.ts";
import type { Environment } from "./environment.ts";
import { readHealthChecks } from "./health-checks.ts";
import { Problems } from "./problems.ts";
import { type ConfigFile, fileSchema } from "./schema.ts";
import { reportIssues, stepsOf } from "./schema-problems.ts";
import { type SoundPart, soundPart, valueAt } from "./sound-part.ts";
import { readSourceTree } from "./source-tree.ts";
import { suggest } from "./suggestion.ts";
import { readErrorText, readTextFile } from "./text-file.ts";
import { readTrafficPolicies } from "./traffic-flow.ts";
import type { YamlSource } from "./yaml-source.ts";
import { buildZone, readZones, type SharedParts } from "./zones.ts";

/** Where an element of the config stands. */
export interface Places {
  of(path: SourcePath): SourcePlace;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly places: Places;
}

/** Reads and checks a file. Throws a usage Failure whose `others` are all further mistakes. */
export function loadConfig(file: string, environment: Environment = process.env): LoadedConfig {
  let text: string;
  try {
    text = readTextFile(file, file);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    throw new Failure({
      kind: "usage",
      code: "config.no-file",
      message: code === "ENOENT" ? `there is no ${file}` : `${file} could not be read: ${readErrorText(error)}`,
      where: { file },
      next: "name the set-up file with --config FILE",
      cause: error,
    });
  }
  return readConfig(file, text, environment);
}

/** The same for a text; `file` is where it is from, and what the names of other files are relative to. */
export function readConfig(file: string, text: string, environment: Environment = process.env): LoadedConfig {
  const { source, duplicates } = readSourceTree(file, text, environment);
  const problems = new Problems(source);
  for (const duplicate of duplicates) problems.add(duplicate);
  if (source.value === undefined || source.value === null) {
    problems.at([], {
      code: "missing",
      message: "the file is empty",
      next: "start with version: 1 and zone: { name: ... }",
    });
    problems.throwIfAny();
  }
  const { value, parsed } = parse(source);
  if (!parsed.success) {
    reportIssues(parsed.error.issues, problems);
    const sound = soundPart(value, parsed.error.issues);
    const again = sound && fileSchema.safeParse(sound.value);
    if (again?.success) build(again.data, { source, problems, originalIndex: sound?.originalIndex ?? sameIndex });
    problems.throwIfAny();
    throw new Error("a file of the wrong shape has at least one problem");
  }
  const config = build(parsed.data, { source, problems, originalIndex: sameIndex });
  problems.throwIfAny();
  return { config, places: { of: (path) => source.placeOf(path) } };
}

/** A variable's text is a number, or true or false, where the key wants one. */
function parse(source: YamlSource) {
  const parsed = fileSchema.safeParse(source.value, { reportInput: true });
  if (parsed.success) return { value: source.value, parsed };
  const issues = parsed.error.issues.filter(({ path }) => source.isSubstituted(stepsOf(path)));
  if (issues.length === 0) return { value: source.value, parsed };
  const value: unknown = structuredClone(source.value);
  for (const { path } of issues) {
    const steps = stepsOf(path);
    const last = steps.at(-1);
    const holder = valueAt(value, steps.slice(0, -1));
    if (last === undefined || holder === null || typeof holder !== "object") continue;
    Reflect.set(holder, last, scalarOf(String(Reflect.get(holder, last))));
  }
  return { value, parsed: fileSchema.safeParse(value, { reportInput: true }) };
}

function scalarOf(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) ? Number(text) : text;
}

const sameIndex: SoundPart["originalIndex"] = (_, index) => index;

/** The keys of a mapping of the file, those of entries with mistakes of their own included: a reference to them is right. */
function keysAt(source: YamlSource, ...path: readonly string[]): string[] {
  const here = valueAt(source.value, path);
  return here !== null && typeof here === "object" ? Object.keys(here) : [];
}

interface Reading {
  readonly source: YamlSource;
  readonly problems: Problems;
  readonly originalIndex: SoundPart["originalIndex"];
}

function build(file: ConfigFile, reading: Reading): Config {
  const { source, problems } = reading;
  const located = readZones(file, problems);
  const zoneNames = located.map(({ name }) => name);
  const project = file.project ?? defaultProject(zoneNames[0]);
  const healthCheckKeys = keysAt(source, "healthChecks");
  const healthChecks = readHealthChecks(file.healthChecks ?? {}, healthCheckKeys, problems);
  const trafficPolicies = readTrafficPolicies(file.trafficFlow?.policies ?? {}, {
    source,
    project,
    healthCheckKeys,
    problems,
  });
  const cidrCollections = readCidrCollections(file.cidrCollections ?? {}, project, problems);
  const shared: SharedParts = {
    ownership: file.ownership,
    zoneNames,
    healthCheckKeys,
    cidrCollections,
    cidrCollectionKeys: keysAt(source, "cidrCollections"),
    delegationSetKeys: keysAt(source, "delegationSets"),
    policies: trafficPolicies,
    policyKeys: keysAt(source, "trafficFlow", "policies"),
    problems,
    originalIndex: reading.originalIndex,
  };
  const zones = located.map((zone) => buildZone(zone, shared));
  return {
    file: source.file,
    project,
    backend: file.backend,
    zones,
    healthChecks,
    delegationSets: Object.entries(file.delegationSets ?? {}).map(([key, { id }]) => ({
      path: ["delegationSets", key],
      key,
      id: id === undefined ? undefined : bareId(id),
    })),
    cidrCollections,
    trafficPolicies,
    endpoints: readEndpoints(file, healthCheckKeys, problems),
    drillTargets: readDrillTargets(file),
    lintIgnores: (file.lint?.ignore ?? []).map((one, i) => ({ path: ["lint", "ignore", i], ...one })),
    cost: readCostSettings(file.cost, { zones, healthCheckKeys, problems }),
  };
}

/** Of a file that does not name one. */
export function defaultProject(firstZone: DomainName | undefined): string {
  return firstZone === undefined ? "r53kit" : displayName(firstZone).slice(0, 64);
}

function readEndpoints(file: ConfigFile, healthCheckKeys: readonly string[], problems: Problems): EndpointDefinition[] {
  const seen = new Map<string, string>();
  return Object.entries(file.endpoints ?? {}).map(([key, entry]) => {
    const path = ["endpoints", key];
    if (entry.healthCheck !== undefined && !healthCheckKeys.includes(entry.healthCheck)) {
      problems.at([...path, "healthCheck"], {
        code: "unknown-health-check",
        message: `there is no health check '${entry.healthCheck}'`,
        next: suggest(entry.healthCheck, healthCheckKeys),
      });
    }
    const socket = `${entry.address} ${entry.port}`;
    const earlier = seen.get(socket);
    if (earlier !== undefined) {
      problems.at([...path, "port"], {
        code: "duplicate",
        message: `the endpoint '${earlier}' has this address and port already`,
        next: "give each endpoint its own",
      });
    }
    seen.set(socket, key);
    return {
      path,
      key,
      type: entry.type,
      address: entry.address,
      port: entry.port,
      healthCheck: entry.healthCheck,
    };
  });
}

function readDrillTargets(file: ConfigFile): DrillTargets {
  const { detection, failover, downtime, failback } = file.drill?.targets ?? {};
  return {
    ...(detection === undefined ? {} : { detectionSeconds: detection }),
    ...(failover === undefined ? {} : { failoverSeconds: failover }),
    ...(downtime === undefined ? {} : { downtimeSeconds: downtime }),
    ...(failback === undefined ? {} : { failbackSeconds: failback }),
  };
}
