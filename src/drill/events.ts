/** What a drill tells while it runs: coded, typed, plain data. The live view, the plain lines, the journal and the report read these. */

import type { FailoverBounds } from "../route53/failover-bounds.ts";
import type { Outcome, Phase } from "./machine.ts";
import type { Observation, ObserverIdentity, Sight } from "./observation.ts";
import type { DrillScenario, DrillSettings, TargetDescription } from "./scenario.ts";
import type { SteadyCheck } from "./steady.ts";

export type DrillHappening =
  /** An earlier drill was killed; its endpoint is being restored. */
  | { readonly code: "recovery.found"; readonly drillId: string; readonly target: TargetDescription }
  /** An earlier drill was killed; only a run on that backend can restore its endpoint. */
  | {
      readonly code: "recovery.elsewhere";
      readonly drillId: string;
      readonly target: TargetDescription;
      readonly backend: string;
    }
  | {
      readonly code: "recovery.done";
      readonly drillId: string;
      readonly target: TargetDescription;
      readonly found: "stopped" | "running" | "gone";
    }
  | { readonly code: "steady.checked"; readonly checks: readonly SteadyCheck[]; readonly ok: boolean }
  /** Not steady yet, and waiting for it. */
  | { readonly code: "steady.waiting"; readonly checks: readonly SteadyCheck[] }
  | {
      readonly code: "drill.began";
      readonly drillId: string;
      readonly pid: number;
      readonly backend: string;
      readonly speed: number;
      readonly scenario: DrillScenario;
      readonly settings: DrillSettings;
      readonly observers: readonly ObserverIdentity[];
      readonly bounds: FailoverBounds;
    }
  /** Written and synced before the endpoint is touched. */
  | { readonly code: "stop.intended"; readonly target: TargetDescription }
  /** Another drill had the same intention at the same moment; nothing was stopped. */
  | { readonly code: "stop.withdrawn" }
  | { readonly code: "stop.done"; readonly tookMs: number }
  | { readonly code: "observer.saw"; readonly observer: string; readonly observation: Observation }
  | {
      readonly code: "observer.changed";
      readonly observer: string;
      readonly from: Sight | null;
      readonly observation: Observation;
    }
  | { readonly code: "phase.entered"; readonly phase: Phase }
  /** Epoch ms until which the endpoint stays stopped without this drill; null where nothing ends it by itself. */
  | { readonly code: "lease.renewed"; readonly until: number | null }
  | { readonly code: "lease.failed"; readonly message: string }
  | { readonly code: "target.came-back" }
  /** Its keeper keeps it no longer: it was removed, or everything was reset. */
  | { readonly code: "target.gone" }
  | { readonly code: "start.intended" }
  | { readonly code: "start.failed"; readonly attempt: number; readonly message: string }
  | { readonly code: "start.done"; readonly tookMs: number }
  | { readonly code: "drill.ended"; readonly outcome: Outcome };

export interface DrillStamp {
  /** Wall time, epoch ms. */
  readonly at: number;
  /** The backend's clock, ms since a moment of its own. */
  readonly clockMs: number;
}

export type DrillEvent = DrillStamp & DrillHappening;
export type DrillEventCode = DrillEvent["code"];

/** Reads events. Must not throw: a drill in progress has an endpoint to restore. */
export type DrillHost = (event: DrillEvent) => void;

/** Those that make the timeline of a report: all but the steady stream of observations and lease renewals. */
export function isTimelineEvent(event: DrillEvent): boolean {
  return event.code !== "observer.saw" && event.code !== "lease.renewed";
}
