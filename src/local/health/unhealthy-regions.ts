/**
 * What the checkers have found, over restarts: by health check, the regions that find its endpoint unhealthy (healthy needs no
 * memory). Written in batches, so that an outage of a thousand endpoints does not wait for the disk a thousand times; what a
 * `kill -9` takes with it, the checkers find again.
 */

import type { Clock, Timer } from "../../clock.ts";
import type { Store, Table } from "../store/store.ts";

/** Real ms that a verdict may wait for others. */
const WRITE_WITHIN_MS = 100;

export class UnhealthyRegions {
  readonly #store: Store;
  readonly #table: Table<readonly string[]>;
  readonly #clock: Pick<Clock, "after" | "speed">;
  readonly #onDefect: (error: unknown) => void;
  readonly #waiting = new Map<string, readonly string[]>();
  #timer: Timer | undefined;

  constructor(store: Store, clock: Pick<Clock, "after" | "speed">, onDefect: (error: unknown) => void) {
    this.#store = store;
    this.#table = store.table("unhealthy-checker-regions");
    this.#clock = clock;
    this.#onDefect = onDefect;
  }

  of(healthCheckId: string): readonly string[] {
    return this.#waiting.get(healthCheckId) ?? this.#table.get(healthCheckId) ?? [];
  }

  /** None forgets the check. */
  remember(healthCheckId: string, regions: readonly string[]): void {
    if (regions.length === 0 && this.of(healthCheckId).length === 0) return;
    this.#waiting.set(healthCheckId, regions);
    this.#timer ??= this.#clock.after(WRITE_WITHIN_MS * this.#clock.speed, () => this.flush());
  }

  /** Writes what waits. What finds no room waits on, for the next verdict to come. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#waiting.size === 0) return;
    try {
      this.#store.write(() => {
        for (const [healthCheckId, regions] of this.#waiting) {
          if (regions.length === 0) this.#table.remove(healthCheckId);
          else this.#table.put(healthCheckId, regions);
        }
      });
      this.#waiting.clear();
    } catch (error) {
      this.#onDefect(error);
    }
  }
}
