/** The health check as GetHealthCheckStatus tells it: healthy is the primary's side, unhealthy the secondary's. */

import type { Clock } from "../../clock.ts";
import { type CheckerReport, type HealthVerdict, healthVerdict } from "../health-rule.ts";
import type { Look, Observer } from "./observer.ts";
import { lookEveryMs } from "./observer.ts";

/** Reads the latest report of every checker. */
export type ReadCheckers = (signal: AbortSignal) => Promise<readonly CheckerReport[]>;

function lookFrom(verdict: HealthVerdict | undefined): Look {
  if (verdict === undefined) return { sees: "nothing", detail: "no checker has reported" };
  return {
    sees: verdict.healthy ? "primary" : "secondary",
    detail: `${verdict.healthyCheckers} of ${verdict.checkers} checkers say healthy`,
  };
}

export function healthObserver(key: string, read: ReadCheckers, clock: Clock): Observer {
  return {
    identity: { id: "health", kind: "health", label: `health check ${key}` },
    // AWS allows GetHealthCheckStatus once a second for a whole account.
    everyMs: lookEveryMs(clock),
    look: async (signal) => lookFrom(healthVerdict(await read(signal))),
  };
}
