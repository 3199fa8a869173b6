/**
 * Reads a log group from a moment on and, when asked to, goes on as events come. Each event is given once, also when it
 * arrives late; what is remembered for that is bounded. Knows nothing of AWS: pages come from a function.
 */

import type { Clock } from "../clock.ts";

export interface LogEvent {
  /** Unique within the log group. */
  readonly id: string;
  /** Epoch ms. */
  readonly timestamp: number;
  readonly stream: string;
  readonly message: string;
}

export interface LogPage {
  readonly events: readonly LogEvent[];
  /** Undefined on the last page; a page with a token may be empty. */
  readonly nextToken: string | undefined;
}

/** Events from `startTime` (epoch ms, inclusive) on, oldest first; `token` is that of the page before. */
export type FetchPage = (startTime: number, token: string | undefined, signal: AbortSignal) => Promise<LogPage>;

export interface TailSettings {
  readonly fetchPage: FetchPage;
  readonly clock: Pick<Clock, "now" | "sleep">;
  /** Epoch ms. */
  readonly since: number;
  readonly follow: boolean;
  /** Between polls, in the clock's ms. */
  readonly pollIntervalMs: number;
  /** How late an event may arrive and still be seen: each poll reads this far back again. */
  readonly overlapMs: number;
  readonly signal: AbortSignal;
  /** Says whether following may go on after a failed poll; a first pass that fails always throws. */
  readonly mayRetry?: (error: unknown, failuresInARow: number) => boolean;
}

export interface TailBatch {
  /** New ones only, oldest first. */
  readonly events: readonly LogEvent[];
  /** The group is read to its end; what comes next has come since. */
  readonly caughtUp: boolean;
}

/** At this many the oldest are forgotten; only a busier overlap than this could show an event twice. */
const MAX_REMEMBERED = 200_000;

/** The events given so far that could come again, by id. */
class Seen {
  readonly #timestamps = new Map<string, number>();

  /** Whether it is new; from now on it is not. */
  add({ id, timestamp }: LogEvent): boolean {
    if (this.#timestamps.has(id)) return false;
    this.#timestamps.set(id, timestamp);
    return true;
  }

  /** Forgets what lies before `since`, and the oldest arrivals beyond the bound. */
  forget(since: number): void {
    let excess = this.#timestamps.size - MAX_REMEMBERED;
    for (const [id, timestamp] of this.#timestamps) {
      if (timestamp >= since && excess <= 0) continue;
      this.#timestamps.delete(id);
      excess -= 1;
    }
  }
}

/**
 * One batch a page. Without `follow` it ends when the group is read, and an abort throws. With it an abort is the way to end,
 * so it just ends.
 */
export async function* tail(settings: TailSettings): AsyncGenerator<TailBatch, void, undefined> {
  const { fetchPage, clock, follow, signal } = settings;
  const seen = new Seen();
  let startTime = settings.since;
  let latest = settings.since;
  let failures = 0;
  let readOnce = false;
  for (;;) {
    try {
      let token: string | undefined;
      do {
        const page: LogPage = await fetchPage(startTime, token, signal);
        signal.throwIfAborted();
        token = page.nextToken;
        const events = page.events.filter((event) => seen.add(event));
        for (const { timestamp } of events) latest = Math.max(latest, timestamp);
        yield { events, caughtUp: token === undefined };
      } while (token !== undefined);
      failures = 0;
      readOnce = true;
    } catch (error) {
      if (signal.aborted && follow) return;
      failures += 1;
      if (!readOnce || settings.mayRetry?.(error, failures) !== true) throw error;
    }
    if (!follow) return;
    // A clock that runs ahead somewhere must not make us miss what comes meanwhile.
    startTime = Math.max(settings.since, Math.min(latest, clock.now()) - settings.overlapMs);
    seen.forget(startTime);
    try {
      await clock.sleep(settings.pollIntervalMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
  }
}
