/** Time, passed in: wall time for stamps, and durations that a backend may run faster than life. */

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Wall time in milliseconds since the epoch; what goes into logs and API answers. Never scaled. */
  now(): number;
  /** Milliseconds that passed on this clock since some fixed moment; scaled by the clock's speed; monotonic. */
  elapsedMs(): number;
  /** How many of this clock's milliseconds pass in a real one. */
  readonly speed: number;
  /** Calls back after `ms` of this clock's milliseconds. Timers do not keep the process alive. */
  after(ms: number, callback: () => void): Timer;
  /** Resolves after `ms` of this clock's milliseconds; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock, `speed` times as fast for durations. */
export function systemClock(speed = 1): Clock {
  const start = performance.now();
  return {
    speed,
    now: () => Date.now(),
    elapsedMs: () => (performance.now() - start) * speed,
    after(ms, callback) {
      const handle = setTimeout(callback, ms / speed);
      handle.unref();
      return { cancel: () => clearTimeout(handle) };
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        // Awaited by someone, so this one does keep the process alive.
        const handle = setTimeout(() => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        }, ms / speed);
        const onAbort = () => {
          clearTimeout(handle);
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", onAbort, { once: true });
      });
    },
  };
}
