/**
 * The health-check phase: local endpoints first, then the checks that ask them. What cannot be updated is made new.
 */

import type { CloudWatchRegion } from "@aws-sdk/client-route-53";
import type { HealthCheckDefinition, HealthCheckSettings } from "../../config/config.ts";
import { Failure } from "../../errors.ts";
import type { Expectation } from "../expectations.ts";
import type { LiveHealthCheck } from "../live/live-state.ts";
import { healthCheckNormalForm, immutablePart } from "../normal-form.ts";
import { healthCheckReference, nextGeneration, parseHealthCheckReference } from "../ownership.ts";
import type { Change, HealthCheckChange, PlannedHealthCheckConfig } from "../plan.ts";
import { idOr, type PhaseDraft, type Planning } from "../planning.ts";
import { isReference, type KnownIds, referenceText } from "../references.ts";

/** What setup itself keeps. */
type KeptSettings = Exclude<HealthCheckSettings, { readonly kind: "existing" }>;

/** The API's shape. Children that do not exist yet are references. */
function toHealthCheckConfig(settings: KeptSettings, known: KnownIds): PlannedHealthCheckConfig {
  if (settings.kind === "calculated") {
    return {
      Type: "CALCULATED",
      ChildHealthChecks: settings.children.map((key) => idOr(known, { ref: "health-check", key })),
      HealthThreshold: settings.healthThreshold,
      Inverted: settings.inverted,
      Disabled: settings.disabled,
    };
  }
  if (settings.kind === "alarm") {
    return {
      Type: "CLOUDWATCH_METRIC",
      AlarmIdentifier: { Region: settings.region as CloudWatchRegion, Name: settings.alarm },
      InsufficientDataHealthStatus: settings.insufficientData,
      Inverted: settings.inverted,
      Disabled: settings.disabled,
    };
  }
  if (settings.kind === "recovery-control") {
    return {
      Type: "RECOVERY_CONTROL",
      RoutingControlArn: settings.routingControlArn,
      Inverted: settings.inverted,
      Disabled: settings.disabled,
    };
  }
  const { address, host, path, searchString, regions } = settings;
  return {
    Type: settings.type,
    ...(address === undefined ? {} : { IPAddress: address }),
    Port: settings.port,
    ...(path === undefined ? {} : { ResourcePath: path }),
    ...(host === undefined ? {} : { FullyQualifiedDomainName: host }),
    ...(searchString === undefined ? {} : { SearchString: searchString }),
    RequestInterval: settings.intervalSeconds,
    FailureThreshold: settings.failureThreshold,
    MeasureLatency: settings.measureLatency,
    Inverted: settings.inverted,
    Disabled: settings.disabled,
    ...(settings.type.startsWith("HTTPS") ? { EnableSNI: settings.enableSni } : {}),
    ...(regions === undefined ? {} : { Regions: [...regions] as NonNullable<PlannedHealthCheckConfig["Regions"]> }),
  };
}

/** Children before the checks that count them; the file has no circles. */
function childrenFirst<T extends { readonly key: string; readonly settings: HealthCheckSettings }>(
  checks: readonly T[],
): T[] {
  const byKey = new Map(checks.map((check) => [check.key, check]));
  const ordered = new Set<T>();
  const visit = (check: T) => {
    if (ordered.has(check)) return;
    if (check.settings.kind === "calculated") {
      for (const key of check.settings.children) {
        const child = byKey.get(key);
        if (child !== undefined) visit(child);
      }
    }
    ordered.add(check);
  };
  for (const check of checks) visit(check);
  return [...ordered];
}

/**
 * Which of several live checks of a key is the one: a replacement that was interrupted leaves two, and so does one of a
 * check that others made. The one that needs no replacing, else the newest; that of the file's id before others.
 */
function current(
  checks: readonly LiveHealthCheck[],
  wanted: PlannedHealthCheckConfig,
  project: string,
  id: string | undefined,
): LiveHealthCheck | undefined {
  const generation = (check: LiveHealthCheck) =>
    parseHealthCheckReference(project, check.callerReference)?.generation ?? 0;
  const rank = (check: LiveHealthCheck) => (check.id === id ? Number.POSITIVE_INFINITY : generation(check));
  const newestFirst = [...checks].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)));
  return newestFirst.find((check) => immutablePart(check.config) === immutablePart(wanted)) ?? newestFirst[0];
}

export function asRead(live: LiveHealthCheck): NonNullable<HealthCheckChange["before"]> {
  const { id, version, callerReference, config } = live;
  return { id, version, callerReference, config };
}

/**
 * Fills `known` with the checks that stay; run before the phases that refer to checks. What goes is planned after them:
 * see {@link import("./health-check-removals.ts")}.
 */
export function planHealthChecks(planning: Planning): PhaseDraft {
  const { config, places, live, known } = planning;
  const expectations: Expectation[] = [];
  const changes: Change[] = planEndpoints(planning);
  for (const wanted of childrenFirst(config.healthChecks)) {
    const { key, id, settings: asked } = wanted;
    const candidates = live.healthChecks.filter((check) => check.key === key);
    if (asked.kind === "existing") {
      known.set({ ref: "health-check", key }, existing(wanted, candidates, planning));
      continue;
    }
    const settings = toHealthCheckConfig(asked, known);
    const found = current(candidates, settings, config.project, id);
    const base = { kind: "health-check", key, subject: key, place: places.of(wanted.path) } as const;
    const first = healthCheckReference(config.project, { key, generation: 1 });
    const after = { callerReference: found?.callerReference ?? first, config: settings };
    const replaced = found !== undefined && immutablePart(found.config) !== immutablePart(settings);
    if (found === undefined) {
      changes.push({
        ...base,
        action: "add",
        how: "create",
        why: `there is no such check yet: ${checkText(asked)}`,
        before: null,
        after,
      });
    } else if (replaced) {
      const newest = candidates
        .filter((one) => one.own)
        .map((one) => one.callerReference)
        .sort(byGeneration(config.project))
        .at(-1);
      if (!found.own) planning.notes.push(`${key} (${found.id}) stays: this project did not make it`);
      changes.push({
        ...base,
        action: "change",
        how: "replace",
        why: `${configDifferences(found.config, settings)}: this cannot be changed of a check, so a new one takes its place`,
        before: asRead(found),
        after: { ...after, callerReference: newest === undefined ? first : nextGeneration(newest) },
      });
    } else {
      known.set({ ref: "health-check", key }, found.id);
      if (healthCheckNormalForm(found.config) !== healthCheckNormalForm(settings)) {
        const why = configDifferences(found.config, settings);
        changes.push({ ...base, action: "change", how: "update", why, before: asRead(found), after });
      } else if (found.own && !found.tagged) {
        const why = "its tags are missing: an earlier run did not come to them";
        changes.push({ ...base, action: "change", how: "tag", why, before: asRead(found), after });
      }
    }
    if (changes.at(-1)?.subject === key) expectations.push({ check: "health", key });
  }
  return { changes, expectations };
}

/** Throws a Failure when it is not there: nobody else can make it. */
function existing(
  { key, id, path }: HealthCheckDefinition,
  candidates: readonly LiveHealthCheck[],
  { places }: Planning,
): string {
  const found = candidates.find((one) => one.id === id);
  if (found !== undefined) return found.id;
  throw new Failure({
    kind: "failed",
    code: "setup.conflict",
    message: `there is no health check ${id} here, which '${key}' uses as it is`,
    where: places.of([...path, "id"]),
    next: "correct the id, or say with type: what setup should make",
  });
}

function byGeneration(project: string) {
  const generation = (reference: string) => parseHealthCheckReference(project, reference)?.generation ?? 0;
  return (a: string, b: string) => generation(a) - generation(b);
}

function planEndpoints({ config, places, live, notes }: Planning): Change[] {
  if (config.endpoints.length === 0) return [];
  if (live.endpoints === undefined) {
    notes.push("endpoints of type process are the local backend's; here they are left out");
    return [];
  }
  return config.endpoints
    .filter(({ address, port }) => !live.endpoints?.has(`${address}:${port}`))
    .map(({ key, address, port, path }) => ({
      kind: "endpoint",
      action: "add",
      subject: `endpoint ${key} (${address}:${port})`,
      why: "a local HTTP server for the checks to ask and the drills to stop",
      place: places.of(path),
      before: null,
      after: { name: key, address, port },
    }));
}

function checkText(settings: KeptSettings): string {
  if (settings.kind === "calculated") return `${settings.healthThreshold} of ${settings.children.join(", ")}`;
  if (settings.kind === "alarm") return `the alarm ${settings.alarm} in ${settings.region}`;
  if (settings.kind === "recovery-control") return `the routing control ${settings.routingControlArn}`;
  const target = `${settings.address ?? settings.host}:${settings.port}${settings.path ?? ""}`;
  return `${settings.type} ${target} every ${settings.intervalSeconds} s`;
}

/** `FailureThreshold 3 -> 2; Port 80 -> 8081` */
function configDifferences(
  before: PlannedHealthCheckConfig | LiveHealthCheck["config"],
  after: PlannedHealthCheckConfig,
): string {
  const old: Record<string, unknown> = { ...before };
  const wanted: Record<string, unknown> = { ...after };
  const parts = Object.keys({ ...old, ...wanted })
    .filter(
      (key) => JSON.stringify(old[key]) !== JSON.stringify(wanted[key]) && !(wanted[key] === undefined && !old[key]),
    )
    .map((key) => `${key} ${text(old[key])} -> ${text(wanted[key])}`);
  return parts.join("; ");
}

function text(value: unknown): string {
  if (value === undefined) return "not set";
  if (isReference(value)) return referenceText(value);
  if (Array.isArray(value)) return value.map(text).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
