/** Reads r53kit.yaml: every mistake at once, each with line, column and fix, before any call is made. */

import { Failure, type SourcePlace } from "../errors.ts";
import { type DomainName, displayName } from "../route53/names.ts";
import { bareId } from "../route53/record-set.ts";
import type {
  Config,
  DrillTargets,
  EndpointDefinition,
  SourcePath,
  TrafficPolicyDefinition,
  TrafficPolicyInstanceDefinition,
  ZoneConfig,
} from "./config.ts";
import { readCostSettings } from "./cost-settings.ts";
import type { Environment } from "./environment.ts";
import { readHealthChecks } from "./health-checks.ts";
import { readOwnerName, readZoneName } from "./owner-names.ts";
import { Problems } from "./problems.ts";
import { checkZoneConflicts } from "./record-set-conflicts.ts";
import { type RecordScope, readRecord, readRoutingGroup } from "./record-sets.ts";
import { type ConfigFile, fileSchema, type InstanceEntry, type ZoneEntry } from "./schema.ts";
import { reportIssues, stepsOf } from "./schema-problems.ts";
import { type SoundPart, soundPart, valueAt } from "./sound-part.ts";
import { readSourceTree } from "./source-tree.ts";
import { suggest } from "./suggestion.ts";
import { readErrorText, readTextFile } from "./text-file.ts";
import { readTrafficPolicies } from "./traffic-flow.ts";
import type { YamlSource } from "./yaml-source.ts";

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

interface Reading {
  readonly source: YamlSource;
  readonly problems: Problems;
  readonly originalIndex: SoundPart["originalIndex"];
}

/** The keys of a mapping of the file, those of entries with mistakes of their own included: a reference to them is right. */
function keysAt(source: YamlSource, ...path: readonly string[]): string[] {
  const here = valueAt(source.value, path);
  return here !== null && typeof here === "object" ? Object.keys(here) : [];
}

interface LocatedZone {
  readonly entry: ZoneEntry;
  /** Of the zone itself. */
  readonly path: SourcePath;
  /** Of its records, routing, logging: the file for `zone:`, the entry for `zones:`. */
  readonly contentPath: SourcePath;
}

function locateZones(file: ConfigFile, problems: Problems): LocatedZone[] {
  const { zone, zones, records, routing, logging, trafficFlow } = file;
  if (zone !== undefined && zones !== undefined) {
    problems.atKey(["zones"], {
      code: "two-zones",
      message: "there are both zone: and zones:",
      next: "keep one of them",
    });
  }
  if (zones !== undefined) {
    for (const key of ["records", "routing", "logging"] as const) {
      if (file[key] !== undefined) {
        problems.atKey([key], {
          code: "no-zone",
          message: `with zones: it is not clear to which one ${key} belongs`,
          next: "move it into its zone",
        });
      }
    }
    if (trafficFlow?.instances !== undefined) {
      problems.atKey(["trafficFlow", "instances"], {
        code: "no-zone",
        message: "with zones: it is not clear to which one these instances belong",
        next: "move them into their zone, as trafficFlow: { instances: [ ... ] }",
      });
    }
    return zones.map((entry, i) => ({ entry, path: ["zones", i], contentPath: ["zones", i] }));
  }
  if (zone === undefined) {
    problems.at([], { code: "missing", message: "the file names no zone", next: "add zone: { name: example.com }" });
    return [];
  }
  const instances = trafficFlow?.instances;
  const entry: ZoneEntry = {
    ...zone,
    records,
    routing,
    logging,
    ...(instances === undefined ? {} : { trafficFlow: { instances } }),
  };
  return [{ entry, path: ["zone"], contentPath: [] }];
}

function build(file: ConfigFile, reading: Reading): Config {
  const { source, problems } = reading;
  const located = locateZones(file, problems);
  const names = located.map(({ entry, path }) => readZoneName(entry.name, [...path, "name"], problems));
  for (const [i, name] of names.entries()) {
    const path = located[i]?.path;
    if (name === undefined || path === undefined || names.indexOf(name) === i) continue;
    problems.at([...path, "name"], {
      code: "duplicate",
      message: `the zone ${displayName(name)} stands twice`,
      next: "put its records into one entry",
    });
  }
  const zoneNames = names.filter((name) => name !== undefined);
  const project = file.project ?? (zoneNames[0] === undefined ? "r53kit" : displayName(zoneNames[0]).slice(0, 64));
  const healthCheckKeys = keysAt(source, "healthChecks");
  const healthChecks = readHealthChecks(file.healthChecks ?? {}, healthCheckKeys, problems);
  const trafficPolicies = readTrafficPolicies(file.trafficFlow?.policies ?? {}, {
    source,
    project,
    healthCheckKeys,
    problems,
  });
  const policies = { policies: trafficPolicies, keys: keysAt(source, "trafficFlow", "policies") };
  const zones: ZoneConfig[] = [];
  for (const [i, zone] of located.entries()) {
    const name = names[i];
    if (name === undefined) continue;
    const scope: RecordScope = { zone: name, zoneNames, healthCheckKeys, problems };
    zones.push(buildZone(zone, scope, policies, reading));
  }
  return {
    file: source.file,
    project,
    backend: file.backend,
    zones,
    healthChecks,
    trafficPolicies,
    endpoints: readEndpoints(file, healthCheckKeys, problems),
    drillTargets: readDrillTargets(file),
    lintIgnores: (file.lint?.ignore ?? []).map((one, i) => ({ path: ["lint", "ignore", i], ...one })),
    cost: readCostSettings(file.cost, { zones, healthCheckKeys, problems }),
  };
}

interface PolicyScope {
  readonly policies: readonly TrafficPolicyDefinition[];
  /** Of all policies, those with mistakes of their own included. */
  readonly keys: readonly string[];
}

function buildZone(
  { entry, path, contentPath }: LocatedZone,
  scope: RecordScope,
  policies: PolicyScope,
  { originalIndex }: Reading,
): ZoneConfig {
  const { zone, problems } = scope;
  const entryPath = (index: number, ...list: readonly string[]) => {
    const listPath = [...contentPath, ...list];
    return [...listPath, originalIndex(listPath, index)];
  };
  const recordSets = [
    ...(entry.records ?? []).flatMap((one, i) => readRecord(one, entryPath(i, "records"), scope) ?? []),
    ...(entry.routing ?? []).flatMap((one, i) => readRoutingGroup(one, entryPath(i, "routing"), scope)),
  ];
  const instances = (entry.trafficFlow?.instances ?? []).flatMap(
    (one, i) => readInstance(one, entryPath(i, "trafficFlow", "instances"), zone, policies, problems) ?? [],
  );
  checkZoneConflicts(zone, recordSets, instances, problems);
  return {
    path,
    name: zone,
    id: entry.id === undefined ? undefined : bareId(entry.id),
    comment: entry.comment,
    recordSets,
    trafficPolicyInstances: instances,
    logging:
      entry.logging === undefined
        ? undefined
        : {
            path: [...contentPath, "logging"],
            logGroup: entry.logging.logGroup,
            retentionDays: entry.logging.retentionDays,
          },
  };
}

function readInstance(
  entry: InstanceEntry,
  path: SourcePath,
  zone: DomainName,
  scope: PolicyScope,
  problems: Problems,
): TrafficPolicyInstanceDefinition | undefined {
  const name = readOwnerName(entry.name, zone, [...path, "name"], problems);
  if (!scope.keys.includes(entry.policy)) {
    problems.at([...path, "policy"], {
      code: "unknown-traffic-policy",
      message: `there is no traffic policy '${entry.policy}'`,
      next: suggest(entry.policy, scope.keys),
    });
  }
  const policy = scope.policies.find((one) => one.key === entry.policy);
  if (name === undefined || policy === undefined) return undefined;
  return { path, name, policy: entry.policy, type: policy.recordType, ttlSeconds: entry.ttl };
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
