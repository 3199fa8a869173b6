/** How a drill stands, folded from its events; what the live view shows. Pure. */

import type { FailoverBounds } from "../route53/failover-bounds.ts";
import { type DrillEvent, isTimelineEvent } from "./events.ts";
import type { Outcome, Phase } from "./machine.ts";
import type { ObserverIdentity, Sight } from "./observation.ts";
import type { DrillScenario } from "./scenario.ts";

export interface ObserverProgress {
  readonly identity: ObserverIdentity;
  readonly sees: Sight | undefined;
  readonly detail: string;
  /** Clock ms since the stop at which it last turned to the secondary, and since the restart to the primary. */
  readonly secondaryAfterMs: number | undefined;
  readonly primaryAfterMs: number | undefined;
}

export interface DrillProgress {
  readonly backend: string;
  readonly speed: number;
  readonly scenario: DrillScenario | undefined;
  readonly bounds: FailoverBounds | undefined;
  readonly observers: readonly ObserverProgress[];
  readonly phase: Phase | "watching";
  /** Clock ms of the stop being asked for, and of the endpoint running again. */
  readonly stoppedAtMs: number | undefined;
  readonly runningAtMs: number | undefined;
  readonly outcome: Outcome | undefined;
  /** For the timeline; the latest is the last. */
  readonly events: readonly DrillEvent[];
}

export const NO_PROGRESS: DrillProgress = {
  backend: "",
  speed: 1,
  scenario: undefined,
  bounds: undefined,
  observers: [],
  phase: "watching",
  stoppedAtMs: undefined,
  runningAtMs: undefined,
  outcome: undefined,
  events: [],
};

function saw(progress: DrillProgress, event: DrillEvent & { readonly code: "observer.saw" }): DrillProgress {
  const { sees, detail, atMs } = event.observation;
  return {
    ...progress,
    observers: progress.observers.map((one) => {
      if (one.identity.id !== event.observer) return one;
      const turned = one.sees !== sees;
      return {
        ...one,
        sees,
        detail,
        secondaryAfterMs:
          turned && sees === "secondary" && progress.stoppedAtMs !== undefined
            ? atMs - progress.stoppedAtMs
            : one.secondaryAfterMs,
        primaryAfterMs:
          turned && sees === "primary" && progress.runningAtMs !== undefined
            ? atMs - progress.runningAtMs
            : one.primaryAfterMs,
      };
    }),
  };
}

export function follow(progress: DrillProgress, event: DrillEvent): DrillProgress {
  if (event.code === "observer.saw") return saw(progress, event);
  const next = isTimelineEvent(event) ? { ...progress, events: [...progress.events, event] } : progress;
  switch (event.code) {
    case "drill.began":
      return {
        ...next,
        backend: event.backend,
        speed: event.speed,
        scenario: event.scenario,
        bounds: event.bounds,
        observers: event.observers.map((identity) => ({
          identity,
          sees: undefined,
          detail: "",
          secondaryAfterMs: undefined,
          primaryAfterMs: undefined,
        })),
      };
    case "stop.intended":
      return { ...next, stoppedAtMs: event.clockMs };
    case "start.done":
      return { ...next, runningAtMs: event.clockMs };
    case "phase.entered":
      return { ...next, phase: event.phase };
    case "drill.ended":
      return { ...next, outcome: event.outcome };
    default:
      return next;
  }
}
