/** Waiting until every name server has a change: GetChange, polled with backoff (the SDK's own waiter looks every 30 s). */

import { type ChangeInfo, GetChangeCommand } from "@aws-sdk/client-route-53";
import { Failure } from "../errors.ts";
import { bareId } from "../route53/record-set.ts";
import type { PhaseName } from "./plan.ts";
import type { Run } from "./run.ts";

/** Route 53 says 60 s is usual; ten times that is a fault. */
const LONGEST_WAIT_MS = 600_000;
/** Polls slow down to this many times the backend's interval. */
const MOST_BACKOFF = 8;

/** Real ms, cut short by the signal. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

/**
 * Throws a Failure after ten minutes. An abort ends the waiting; the change lands all the same. Of a change whose id was lost
 * with its answer nothing can be asked; looking at the name servers tells.
 */
export async function waitInSync(info: ChangeInfo | undefined, phase: PhaseName, run: Run): Promise<void> {
  if (info === undefined) return;
  const changeId = bareId(info.Id ?? "");
  const startedAt = performance.now();
  if (info.Status !== "INSYNC") {
    const client = await run.backend.clients.route53();
    run.emit({ event: "waiting", phase, what: `change ${changeId} to reach every name server` });
    let delayMs = run.backend.pollIntervalMs;
    for (;;) {
      await pause(delayMs, run.signal);
      const { ChangeInfo: now } = await client.send(new GetChangeCommand({ Id: changeId }));
      if (now?.Status === "INSYNC") break;
      if (performance.now() - startedAt > LONGEST_WAIT_MS) {
        throw new Failure({
          kind: "failed",
          code: "setup.not-in-sync",
          message: `change ${changeId} was still PENDING after ten minutes`,
          next: "wait for AWS's health dashboard to clear, then run the command again: it goes on where this stopped",
        });
      }
      delayMs = Math.min(delayMs * 1.5, run.backend.pollIntervalMs * MOST_BACKOFF);
    }
  }
  run.emit({ event: "in-sync", phase, changeId, waitedMs: Math.round(performance.now() - startedAt) });
}
