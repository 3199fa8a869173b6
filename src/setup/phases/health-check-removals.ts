/**
 * Health checks that go: those that left the file, and those whose place another one has taken. They go after everything
 * else, and only when nothing that this plan leaves as it is uses them: AWS itself would delete them under a record.
 */

import { fromApi, recordSetKey } from "../../route53/record-set.ts";
import { policyKey } from "../ledger.ts";
import type { HealthCheckUse, LiveHealthCheck, LiveState } from "../live/live-state.ts";
import type { HealthCheckChange, PhaseName } from "../plan.ts";
import type { Planning } from "../planning.ts";
import { recordSetText } from "../record-set-diff.ts";
import { zoneKey } from "../zone-key.ts";
import { asRead } from "./health-checks.ts";
import type { ZoneUnits } from "./record-sets.ts";

/**
 * After {@link import("./health-checks.ts").planHealthChecks}, which says which checks stay, and after the record sets' diff.
 * `phases` are those that the plan carries out: a use ends only when its phase does.
 */
export function planHealthCheckRemovals(
  planning: Planning,
  zones: readonly ZoneUnits[],
  phases: ReadonlySet<PhaseName>,
): HealthCheckChange[] {
  const { config, live, known, notes } = planning;
  const named = new Set(config.healthChecks.map(({ key }) => key));
  // What others made is used as long as the file has it, and stays.
  const leaving = live.healthChecks.filter(
    (check) => check.own && known.get({ ref: "health-check", key: check.key }) !== check.id,
  );
  const kept = new Set<string>();
  const ends = usesThatEnd(planning, zones, phases, kept);
  const changes: HealthCheckChange[] = [];
  for (const check of parentsFirst(leaving)) {
    const why = named.has(check.key) ? "another check has taken its place" : "it left the file";
    const staying = (live.healthCheckUses.get(check.id) ?? usesInZones(check.id, live)).filter(
      (use) => !ends(use, check.id),
    );
    if (staying.length > 0) {
      kept.add(check.id);
      const users = staying.map((use) => use.text).join(", ");
      notes.push(`the health check ${check.key} (${check.id}) stays though ${why}: ${users} uses it`);
      continue;
    }
    changes.push({
      kind: "health-check",
      action: "remove",
      how: "delete",
      key: check.key,
      subject: `${check.key} (${check.id})`,
      why,
      before: asRead(check),
      after: null,
    });
  }
  return changes;
}

/**
 * Who uses a check that is replaced was not looked for in the whole account, since the file names it; what the zones of the
 * file say is known. Carrying the plan out looks everywhere before it deletes.
 */
function usesInZones(checkId: string, live: LiveState): HealthCheckUse[] {
  return live.zones.flatMap(({ zone }) =>
    (zone?.recordSets ?? [])
      .filter(({ set }) => set.healthCheckId === checkId)
      .map(({ set }) => ({
        kind: "record-set",
        zoneId: zone?.id ?? "",
        key: recordSetKey(set),
        text: recordSetText(set),
      })),
  );
}

/** Whether a use ends with this plan: a record set it changes or removes, or a check or policy that is the file's to say. */
function usesThatEnd(
  { config, live, ledger }: Planning,
  zones: readonly ZoneUnits[],
  phases: ReadonlySet<PhaseName>,
  /** Leaving checks that stay all the same; calculated ones are looked at before their children. */
  kept: ReadonlySet<string>,
): (use: HealthCheckUse, checkId: string) => boolean {
  const touched = new Set<string>();
  for (const { zone, units } of zones) {
    const zoneId = live.zones.find((slot) => zoneKey(slot) === zone)?.zone?.id;
    for (const { before } of units.filter((unit) => phases.has(unit.phase)).flatMap((unit) => unit.changes)) {
      if (before !== null) touched.add(`${zoneId} ${recordSetKey(fromApi(before))}`);
    }
  }
  const kind = new Map(config.healthChecks.map((check) => [check.key, check.settings.kind]));
  // What is used as it is keeps its children.
  const ownChecks = new Set(live.healthChecks.filter(({ key }) => kind.get(key) !== "existing").map(({ id }) => id));
  return (use, checkId) => {
    switch (use.kind) {
      case "record-set":
        return touched.has(`${use.zoneId} ${use.key}`);
      case "health-check":
        return ownChecks.has(use.id) && !kept.has(use.id);
      case "traffic-policy": {
        const name = live.trafficPolicies.find((policy) => policy.id === use.id)?.name;
        if (name === undefined || !phases.has("traffic-flow")) return false;
        const wanted = config.trafficPolicies.find((policy) => policy.name === name);
        // A document may name a check by its id, too.
        if (wanted !== undefined) return !JSON.stringify(wanted.document).includes(checkId);
        return ledger.trafficPolicies.includes(policyKey(live.account, name));
      }
    }
  };
}

/** A check is deleted after the calculated ones that count it. */
function parentsFirst(checks: readonly LiveHealthCheck[]): LiveHealthCheck[] {
  const byId = new Map(checks.map((check) => [check.id, check]));
  const childrenFirst = new Set<LiveHealthCheck>();
  const visit = (check: LiveHealthCheck) => {
    if (childrenFirst.has(check)) return;
    for (const id of check.config.ChildHealthChecks ?? []) {
      const child = byId.get(id);
      if (child !== undefined) visit(child);
    }
    childrenFirst.add(check);
  };
  for (const check of checks) visit(check);
  return [...childrenFirst].reverse();
}
