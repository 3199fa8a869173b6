/** A clock that moves only when a test says so. */

import type { Clock, Timer } from "../../src/clock.ts";

interface Pending {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

export interface FakeClock extends Clock {
  /** Moves on by `ms` of this clock's milliseconds; timers fire in order, each at its own moment, and promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Moves on to the next timer. False when there is none. */
  step(): Promise<boolean>;
  readonly pendingTimers: number;
  /** Milliseconds until the next timer; undefined when there is none. */
  readonly nextTimerInMs: number | undefined;
}

/** Lets everything that is already resolved run its course. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Starts at 2026-11-20T08:00:00Z; wall time moves `1/speed` as fast as the durations. */
export function fakeClock({ speed = 1, startsAt = Date.UTC(2026, 10, 20, 8) } = {}): FakeClock {
  let elapsed = 0;
  let order = 0;
  const pending = new Set<Pending>();

  const next = (): Pending | undefined => {
    let first: Pending | undefined;
    for (const one of pending) {
      if (first === undefined || one.due < first.due || (one.due === first.due && one.order < first.order)) first = one;
    }
    return first;
  };

  const clock: FakeClock = {
    speed,
    now: () => startsAt + Math.floor(elapsed / speed),
    elapsedMs: () => elapsed,
    after(ms, callback): Timer {
      const one = { due: elapsed + Math.max(0, ms), order: order++, callback };
      pending.add(one);
      return { cancel: () => void pending.delete(one) };
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const timer = clock.after(ms, () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        });
        const onAbort = () => {
          timer.cancel();
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", onAbort, { once: true });
      });
    },
    async advance(ms) {
      const until = elapsed + ms;
      await settle();
      for (let one = next(); one !== undefined && one.due <= until; one = next()) {
        pending.delete(one);
        elapsed = one.due;
        one.callback();
        await settle();
      }
      elapsed = until;
      await settle();
    },
    async step() {
      const one = next();
      if (one === undefined) return false;
      await clock.advance(one.due - elapsed);
      return true;
    },
    get pendingTimers() {
      return pending.size;
    },
    get nextTimerInMs() {
      const one = next();
      return one === undefined ? undefined : one.due - elapsed;
    },
  };
  return clock;
}
