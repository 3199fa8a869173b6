/** Before anything else: an endpoint that an earlier, killed drill left stopped is started again. */

import type { Backend } from "../backend/backend.ts";
import type { Clock } from "../clock.ts";
import { Failure } from "../errors.ts";
import type { DrillEvent, DrillHappening, DrillHost } from "./events.ts";
import { type JournalReading, openJournal, type UnfinishedDrill, unfinishedDrills } from "./journal.ts";
import { canOpenTarget, openTarget, targetLabel } from "./targets/open-target.ts";

export interface Recovery {
  readonly directory: string;
  readonly backend: Pick<Backend, "endpoints" | "label" | "clock">;
  readonly reading: JournalReading;
  readonly host: DrillHost;
}

export function stamp(clock: Clock, happening: DrillHappening): DrillEvent {
  return { at: clock.now(), clockMs: clock.elapsedMs(), ...happening };
}

function refuseWhileAnotherRuns(unfinished: readonly UnfinishedDrill[]): void {
  const running = unfinished.find((drill) => drill.alive);
  if (running === undefined) return;
  throw new Failure({
    kind: "failed",
    code: "drill.already-running",
    message: `drill ${running.drillId} is in progress: process ${running.pid} holds ${targetLabel(running.target)} stopped`,
    next: "wait until it ends, or end it with Ctrl-C where it runs",
  });
}

/**
 * For a drill that has just written its intention to stop: of two that began together at least one sees the other here,
 * and withdraws. Throws a Failure then.
 */
export function refuseUnlessAlone(directory: string, drillId: string, reading: JournalReading): void {
  refuseWhileAnotherRuns(unfinishedDrills(directory, reading).filter((drill) => drill.drillId !== drillId));
}

/**
 * Restores the endpoints of all unfinished drills and finishes their journals; resolves with how many that were.
 * One that only another backend can restore is said and left for a run there.
 * Throws a Failure when a drill still runs in another process, or when an endpoint cannot be restored.
 */
export async function recoverUnfinishedDrills(recovery: Recovery): Promise<number> {
  const { directory, backend, host } = recovery;
  const unfinished = unfinishedDrills(directory, recovery.reading);
  refuseWhileAnotherRuns(unfinished);
  let restored = 0;
  for (const { drillId, target: description, backend: unfinishedOn } of unfinished) {
    if (!canOpenTarget(description, backend)) {
      host(stamp(backend.clock, { code: "recovery.elsewhere", drillId, target: description, backend: unfinishedOn }));
      continue;
    }
    host(stamp(backend.clock, { code: "recovery.found", drillId, target: description }));
    const target = openTarget(description, backend);
    const found = await target.state();
    if (found === "stopped") await target.start();
    const done = stamp(backend.clock, { code: "recovery.done", drillId, target: description, found });
    const journal = openJournal(directory, drillId);
    try {
      journal.append(done);
    } finally {
      journal.close();
    }
    host(done);
    restored += 1;
  }
  return restored;
}
