/** A clock whose callbacks cannot end the process: what one of them throws, as on a full disk, is told, and the rest goes on. */

import type { Clock } from "../clock.ts";

export function guardedClock(clock: Clock, onDefect: (error: unknown) => void): Clock {
  return {
    ...clock,
    after: (ms, callback) =>
      clock.after(ms, () => {
        try {
          callback();
        } catch (error) {
          onDefect(error);
        }
      }),
  };
}
