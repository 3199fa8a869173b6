/** The ids that carrying out a plan, or verifying a file, starts from. */

import type { LiveState } from "./live/live-state.ts";
import type { Plan } from "./plan.ts";
import { idsOfZones } from "./planning.ts";
import type { KnownIds } from "./references.ts";

/** Of everything that is there and that the plan does not replace. */
export function knownIds(live: LiveState, plan: Plan): KnownIds {
  const known = idsOfZones(live);
  const changes = plan.phases.flatMap((phase) => phase.changes);
  const leaving = new Set(
    changes.flatMap((one) => (one.kind === "health-check" && one.how === "delete" ? (one.before?.id ?? []) : [])),
  );
  for (const check of live.healthChecks) {
    if (!leaving.has(check.id)) known.set({ ref: "health-check", key: check.key }, check.id);
  }
  return known;
}
