/**
 * Health checks that go: those that left the file, and those whose place another one has taken. They go after everything
 * else, and only when nothing that this plan leaves as it is uses them: AWS itself would delete them under a record.
 */

import { fromApi, recordSetKey } from "../../route53/record-set.ts";
import type { HealthCheckUse, LiveHealthCheck } from "../live/live-state.ts";
import type { HealthCheckChange } from "../plan.ts";
import type { Planning } from "../planning.ts";
import { asRead } from "./health-checks.ts";
import type { ZoneUnits } from "./record-sets.ts";

/** After {@link import("./health-checks.ts").planHealthChecks}, which says which checks stay, and after the record sets' diff. */
export function planHealthCheckRemovals(planning: Planning, zones: readonly ZoneUnits[]): HealthCheckChange[] {
  const { config, live, known, notes } = planning;
  const named = new Set(config.healthChecks.map(({ key }) => key));
  const leaving = live.healthChecks.filter((check) => known.get({ ref: "health-check", key: check.key }) !== check.id);
  const ends = usesThatEnd(planning, zones);
  const changes: HealthCheckChange[] = [];
  for (const check of parentsFirst(leaving)) {
    const why = named.has(check.key) ? "another check has taken its place" : "it left the file";
    const staying = (live.healthCheckUses.get(check.id) ?? []).filter((use) => !ends(use));
    if (staying.length > 0) {
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

/** Whether a use ends with this plan: a record set it changes or removes, or a check or policy that is the file's to say. */
function usesThatEnd({ config, live }: Planning, zones: readonly ZoneUnits[]): (use: HealthCheckUse) => boolean {
  const touched = new Set<string>();
  for (const { zone, units } of zones) {
    const zoneId = live.zones.find((slot) => slot.name === zone)?.zone?.id;
    for (const { before } of units.flatMap((unit) => unit.changes)) {
      if (before !== null) touched.add(`${zoneId} ${recordSetKey(fromApi(before))}`);
    }
  }
  const ownChecks = new Set(live.healthChecks.map((check) => check.id));
  const ownPolicies = new Set(
    live.trafficPolicies
      .filter((policy) => config.trafficPolicies.some((one) => one.name === policy.name))
      .map((policy) => policy.id),
  );
  return (use) => {
    switch (use.kind) {
      case "record-set":
        return touched.has(`${use.zoneId} ${use.key}`);
      case "health-check":
        return ownChecks.has(use.id);
      case "traffic-policy":
        return ownPolicies.has(use.id);
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
