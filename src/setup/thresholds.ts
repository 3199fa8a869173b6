/** How much of a zone that is exclusively the file's one plan may change or remove without being told to. Pure. */

import { Failure } from "../errors.ts";
import { type DomainName, displayName } from "../route53/names.ts";
import type { LiveState } from "./live/live-state.ts";
import type { Plan, PlannedZone } from "./plan.ts";
import { liveZone } from "./planning.ts";
import { zoneKey } from "./zone-key.ts";

/** A zone of which a plan changes or removes more than its thresholds allow. */
export interface Excess {
  readonly zone: DomainName;
  /** One sentence. */
  readonly message: string;
}

export function excessesOf(plan: Pick<Plan, "phases" | "zones">, live: LiveState): Excess[] {
  return plan.zones.flatMap((zone) => excessOf(zone, plan, live));
}

function excessOf(zone: PlannedZone, { phases }: Pick<Plan, "phases">, live: LiveState): Excess[] {
  const { name, thresholds } = zone;
  const there = liveZone(live, zoneKey(zone))?.recordSets ?? [];
  const existing = there.filter(({ set }) => set.name !== name || (set.type !== "NS" && set.type !== "SOA")).length;
  if (thresholds === null || existing <= thresholds.above) return [];
  const changes = phases
    .flatMap((phase) => phase.changes)
    .filter((change) => change.kind === "record-set" && change.zone === zoneKey(zone));
  const parts = (
    [
      ["change", "changed", thresholds.maxUpdatesPercent],
      ["remove", "removed", thresholds.maxRemovalsPercent],
    ] as const
  ).flatMap(([action, done, most]) => {
    const count = changes.filter((change) => change.action === action).length;
    return (count / existing) * 100 > most ? [`${count} ${done} (at most ${most} %)`] : [];
  });
  if (parts.length === 0) return [];
  return [
    {
      zone: name,
      message: `of the ${existing} record sets of ${displayName(name)}, which is exclusively this file's, ${parts.join(" and ")} would be more than its thresholds allow`,
    },
  ];
}

/** Throws a Failure for zones beyond their thresholds that are not among the forced ones, and for a forced zone that is none. */
export function checkThresholds(
  plan: Pick<Plan, "phases" | "zones">,
  live: LiveState,
  forced: readonly string[],
): void {
  const names = plan.zones.map(({ name }) => displayName(name));
  const given = new Set(forced.map((name) => displayName(name.toLowerCase())));
  const unknown = [...given].find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Failure({
      kind: "usage",
      code: "setup.unknown-zone",
      message: `--force ${unknown}: the plan has no such zone`,
      next: `its zones are ${names.join(", ")}`,
    });
  }
  const [first] = excessesOf(plan, live).filter(({ zone }) => !given.has(displayName(zone)));
  if (first === undefined) return;
  throw new Failure({
    kind: "failed",
    code: "setup.over-threshold",
    message: first.message,
    next: `if that is what you mean, add --force ${displayName(first.zone)}`,
  });
}
