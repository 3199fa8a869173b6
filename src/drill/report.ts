/** The result of a drill as one JSON document; the text and the exit code are read from it. Pure. */

import type { FailoverBounds } from "../route53/failover-bounds.ts";
import { type DrillEvent, type DrillHappening, isTimelineEvent } from "./events.ts";
import type { MachineState, Outcome } from "./machine.ts";
import { judge, type Measurement, measure, type Verdict } from "./measure.ts";
import type { ObserverIdentity, ObserverKind, Sight } from "./observation.ts";
import type { DrillScenario, DrillSettings } from "./scenario.ts";
import { currentSight, turnedTo } from "./track.ts";

/** An event at its place: before the stop `sinceStopMs` is negative. */
export type TimelineEntry = {
  /** ISO 8601. */
  readonly at: string;
  /** On the backend's clock. */
  readonly sinceStopMs: number;
  readonly realSinceStopMs: number;
} & DrillHappening;

export interface ObserverSummary {
  readonly id: string;
  readonly kind: ObserverKind;
  readonly label: string;
  readonly observations: number;
  /** Since the stop, on the backend's clock; null when it never turned for good. */
  readonly secondaryAfterMs: number | null;
  /** Since the endpoint ran again, on the backend's clock. */
  readonly primaryAfterMs: number | null;
  readonly lastSaw: Sight | null;
}

export interface DrillReport {
  readonly kind: "failover-drill";
  readonly version: 1;
  readonly drillId: string;
  readonly backend: { readonly label: string; readonly speed: number };
  readonly scenario: DrillScenario;
  readonly settings: DrillSettings;
  readonly outcome: Outcome;
  /** Which side everyone used, one after the other; a whole drill is primary, secondary, primary. */
  readonly states: readonly ("primary" | "secondary")[];
  readonly timeline: readonly TimelineEntry[];
  readonly observers: readonly ObserverSummary[];
  readonly measurements: readonly Measurement[];
  readonly bounds: FailoverBounds;
  readonly verdict: Verdict;
  /** Where the journal lies. */
  readonly journal: string;
  /** What went wrong without ending the drill. */
  readonly warnings: readonly string[];
}

export interface ReportInput {
  readonly drillId: string;
  readonly backend: string;
  readonly speed: number;
  readonly scenario: DrillScenario;
  readonly settings: DrillSettings;
  readonly bounds: FailoverBounds;
  readonly observers: readonly ObserverIdentity[];
  readonly state: MachineState;
  readonly stopTookMs: number;
  readonly endedAtMs: number;
  readonly events: readonly DrillEvent[];
  readonly journal: string;
  readonly warnings: readonly string[];
}

function summarize(observer: ObserverIdentity, state: MachineState): ObserverSummary {
  const track = state.tracks.get(observer.id) ?? [];
  const over = turnedTo(track, "secondary", state.stoppedAtMs, state.restartRequestedAtMs);
  const back = state.runningAtMs === undefined ? undefined : turnedTo(track, "primary", state.runningAtMs, undefined);
  return {
    ...observer,
    observations: track.reduce((sum, run) => sum + run.observations, 0),
    secondaryAfterMs: over === undefined ? null : Math.round(over.atMs - state.stoppedAtMs),
    primaryAfterMs:
      back === undefined || state.runningAtMs === undefined ? null : Math.round(back.atMs - state.runningAtMs),
    lastSaw: currentSight(track) ?? null,
  };
}

function buildTimeline(events: readonly DrillEvent[], stoppedAtMs: number, speed: number): TimelineEntry[] {
  return events.filter(isTimelineEvent).map(({ at, clockMs, ...happening }) => ({
    at: new Date(at).toISOString(),
    sinceStopMs: Math.round(clockMs - stoppedAtMs),
    realSinceStopMs: Math.round((clockMs - stoppedAtMs) / speed),
    ...happening,
  }));
}

export function buildReport(input: ReportInput): DrillReport {
  const { state, scenario, settings, bounds, observers, speed } = input;
  const measurements = measure({
    state,
    observers,
    bounds,
    targets: settings.targets,
    stopTookMs: input.stopTookMs,
    endedAtMs: input.endedAtMs,
    ttlSeconds: scenario.ttlSeconds,
    speed,
  });
  return {
    kind: "failover-drill",
    version: 1,
    drillId: input.drillId,
    backend: { label: input.backend, speed },
    scenario,
    settings,
    outcome: state.outcome ?? "interrupted",
    states: [
      "primary",
      ...(state.failedOverAtMs === undefined ? [] : (["secondary"] as const)),
      ...(state.failedBackAtMs === undefined ? [] : (["primary"] as const)),
    ],
    timeline: buildTimeline(input.events, state.stoppedAtMs, speed),
    observers: observers.map((observer) => summarize(observer, state)),
    measurements,
    bounds,
    verdict: judge(measurements),
    journal: input.journal,
    warnings: input.warnings,
  };
}
