/** How far an apply is: its events folded into what a view shows. */

import type { SetupEvent } from "./events.ts";
import { PHASES, type PhaseName, type Plan } from "./plan.ts";
import type { Verification } from "./verification.ts";

export interface PhaseProgress {
  readonly phase: PhaseName;
  readonly state: "waiting" | "working" | "verifying" | "done";
  readonly changes: number;
  readonly done: number;
  readonly expectations: number;
  readonly verified: number;
  /** Those that are not ok. */
  readonly troubles: readonly Verification[];
}

export interface SetupProgress {
  readonly phases: readonly PhaseProgress[];
  /** What is being done or waited for right now. */
  readonly current: string | undefined;
  readonly notes: readonly string[];
}

export function startOfProgress(plan: Pick<Plan, "phases">): SetupProgress {
  const phases = PHASES.map((phase): PhaseProgress => {
    const planned = plan.phases.find((one) => one.phase === phase);
    return {
      phase,
      state: "waiting",
      changes: planned?.changes.length ?? 0,
      done: 0,
      expectations: planned?.expectations.length ?? 0,
      verified: 0,
      troubles: [],
    };
  });
  return { phases: phases.filter((one) => one.changes > 0), current: undefined, notes: [] };
}

const SIGNS = { add: "+", change: "~", remove: "-" } as const;

export function afterEvent(progress: SetupProgress, event: SetupEvent): SetupProgress {
  const inPhase = (phase: PhaseName, change: (one: PhaseProgress) => Partial<PhaseProgress>): SetupProgress => ({
    ...progress,
    phases: progress.phases.map((one) => (one.phase === phase ? { ...one, ...change(one) } : one)),
  });
  switch (event.event) {
    case "phase-started":
      return inPhase(event.phase, () => ({ state: "working" }));
    case "change-started":
      return { ...progress, current: `${SIGNS[event.action]} ${event.subject}` };
    case "change-done":
      return inPhase(event.phase, (one) => ({ done: one.done + 1 }));
    case "change-skipped": {
      const next = inPhase(event.phase, (one) => ({ done: one.done + 1 }));
      return { ...next, notes: [...progress.notes, `${event.subject}: ${event.reason}`] };
    }
    case "waiting":
      return { ...progress, current: `waiting for ${event.what}` };
    case "in-sync":
      return { ...progress, current: undefined };
    case "verifying":
      return { ...inPhase(event.phase, () => ({ state: "verifying" })), current: "asking the name servers" };
    case "verified":
      return inPhase(event.phase, (one) => ({
        verified: one.verified + 1,
        troubles: event.verification.status === "ok" ? one.troubles : [...one.troubles, event.verification],
      }));
    case "phase-done":
      return { ...inPhase(event.phase, () => ({ state: "done" })), current: undefined };
    case "note":
      return { ...progress, notes: [...progress.notes, event.message] };
  }
}
