/** The health check as GetHealthCheckStatus tells it: healthy is the primary's side, unhealthy the secondary's. */

import type { Clock } from "../../clock.ts";
import {
  afterReports,
  type CheckerReport,
  type CheckerVerdicts,
  type HealthVerdict,
  healthVerdict,
} from "../health-rule.ts";
import type { WatchedHealthCheck } from "../scenario.ts";
import { type Look, lookEveryMs, type Observer } from "./observer.ts";

/** Reads the latest report of every checker. */
export type ReadCheckers = (signal: AbortSignal) => Promise<readonly CheckerReport[]>;

function lookFrom(verdict: HealthVerdict | undefined): Look {
  if (verdict === undefined) return { sees: "nothing", detail: "no checker has reported" };
  const { healthyCheckers, checkers, failingProbes } = verdict;
  return {
    sees: verdict.healthy ? "primary" : "secondary",
    detail: `${healthyCheckers} of ${checkers} checkers hold it healthy, ${failingProbes} probes fail`,
  };
}

export function healthObserver(check: WatchedHealthCheck, read: ReadCheckers, clock: Clock): Observer {
  let verdicts: CheckerVerdicts = new Map();
  return {
    identity: { id: "health", kind: "health", label: `health check ${check.key}` },
    // AWS allows GetHealthCheckStatus once a second for a whole account.
    everyMs: lookEveryMs(clock),
    async look(signal) {
      const reports = await read(signal);
      verdicts = afterReports(verdicts, reports, check.failureThreshold);
      return lookFrom(healthVerdict(verdicts, reports));
    },
  };
}
