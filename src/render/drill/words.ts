/** A drill's events in words: one line each, for the plain progress, the timeline of the report and the live view. */

import type { DrillHappening } from "../../drill/events.ts";
import type { Outcome, Phase } from "../../drill/machine.ts";
import type { MeasurementKey } from "../../drill/measure.ts";
import type { ObserverIdentity, Sight } from "../../drill/observation.ts";
import type { TargetDescription } from "../../drill/scenario.ts";
import { safeText } from "../safe-text.ts";
import { duration } from "./times.ts";

export function targetWords(target: TargetDescription): string {
  return `${safeText(target.key)} (${target.type} ${target.address}:${target.port})`;
}

const PHASES: Record<Phase, string> = {
  "failing-over": "waiting until everyone uses the secondary",
  holding: "everyone uses the secondary",
  restarting: "putting things back",
  "failing-back": "waiting until everyone uses the primary again",
  ended: "done watching",
};

export function phaseWords(phase: Phase | "watching"): string {
  return phase === "watching" ? "looking at the steady state" : PHASES[phase];
}

const OUTCOMES: Record<Outcome, string> = {
  completed: "the drill is complete",
  "no-failover": "not everyone reached the secondary in time",
  "no-failback": "not everyone came back to the primary in time",
  disturbed: "somebody else started the endpoint, or its keeper was lost",
  interrupted: "interrupted; the endpoint runs again",
};

export function outcomeWords(outcome: Outcome): string {
  return OUTCOMES[outcome];
}

export const MEASUREMENT_WORDS: Record<MeasurementKey, string> = {
  detection: "Detection",
  firstServer: "DNS flip, first server",
  lastServer: "DNS flip, last server",
  resolver: "Caching resolver flip",
  failover: "Failover, everyone",
  downtime: "Client downtime",
  worstDowntime: "  with the worst cache",
  failbackServers: "Failback, last server",
  failback: "Failback, everyone",
};

/** What an observer sees, said of its kind. */
export function sightWords(kind: ObserverIdentity["kind"] | undefined, sees: Sight): string {
  if (kind === "health") {
    if (sees === "primary") return "healthy";
    return sees === "secondary" ? "unhealthy" : "unknown";
  }
  if (sees === "nothing") return kind === "client" ? "not served" : "no answer";
  return sees === "other" ? "neither side" : sees;
}

/** Undefined for what is not worth a line. */
export function happeningWords(
  happening: DrillHappening,
  identityOf: (observer: string) => ObserverIdentity | undefined,
): string | undefined {
  switch (happening.code) {
    case "recovery.found":
      return `an earlier drill (${happening.drillId}) was killed; restoring ${targetWords(happening.target)} first`;
    case "recovery.elsewhere":
      return `an earlier drill (${happening.drillId}) was killed; ${targetWords(happening.target)} is restored by a drill on ${safeText(happening.backend)}`;
    case "recovery.done": {
      const found = { stopped: "started again", running: "was running again already", gone: "is no longer there" };
      return `${targetWords(happening.target)} ${found[happening.found]}`;
    }
    case "steady.checked":
      return happening.ok ? `steady state: ${happening.checks.length} checks are fine` : undefined;
    case "steady.waiting":
      return `waiting: ${happening.checks.map((check) => `${safeText(check.label)} (${safeText(check.detail)})`).join("; ")}`;
    case "drill.began":
      return undefined;
    case "stop.intended":
      return `stopping ${targetWords(happening.target)}`;
    case "stop.withdrawn":
      return "another drill began at the same moment; nothing was stopped";
    case "stop.done":
      return `stopped, in ${duration(happening.tookMs)}`;
    case "observer.saw":
    case "lease.renewed":
      return undefined;
    case "observer.changed": {
      const identity = identityOf(happening.observer);
      const { sees, detail } = happening.observation;
      return `${safeText(identity?.label ?? happening.observer)}: ${sightWords(identity?.kind, sees)} (${safeText(detail)})`;
    }
    case "phase.entered":
      // The start and the end say themselves what these two are.
      return happening.phase === "restarting" || happening.phase === "ended" ? undefined : phaseWords(happening.phase);
    case "lease.failed":
      return `the stop could not be renewed: ${safeText(happening.message)}`;
    case "target.came-back":
      return "the endpoint runs, but not by this drill's hand";
    case "target.gone":
      return "the endpoint was removed while it was stopped";
    case "start.intended":
      return "starting the endpoint again";
    case "start.failed":
      return `attempt ${happening.attempt} to start it failed: ${safeText(happening.message)}`;
    case "start.done":
      return `the endpoint runs again, after ${duration(happening.tookMs)}`;
    case "drill.ended":
      return outcomeWords(happening.outcome);
  }
}
