/** Something that looks at the service again and again, and the loop that makes it look. */

import type { Clock } from "../../clock.ts";
import type { Observation, ObserverIdentity, Sight } from "../observation.ts";

export interface Look {
  readonly sees: Sight;
  /** For people. */
  readonly detail: string;
}

export interface Observer {
  readonly identity: ObserverIdentity;
  /** Clock ms from one look to the next. */
  readonly everyMs: number;
  /** One look. What it throws counts as seeing nothing. */
  look(signal: AbortSignal): Promise<Look>;
}

/** Real ms below which looking more often measures the machine, not the service. */
const LEAST_REAL_MS = 40;

/** Once a second on the backend's clock, but not more often than a machine can keep up with at high speeds. */
export function lookEveryMs(clock: Clock): number {
  return Math.max(1000, LEAST_REAL_MS * clock.speed);
}

async function lookOnce(observer: Observer, signal: AbortSignal): Promise<Look> {
  try {
    return await observer.look(signal);
  } catch (error) {
    return { sees: "nothing", detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Looks until the signal aborts; a look that the abort cut off is not told. */
export async function keepLooking(
  observer: Observer,
  clock: Clock,
  tell: (observation: Observation) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const sentMs = clock.elapsedMs();
    const { sees, detail } = await lookOnce(observer, signal);
    if (signal.aborted) return;
    const atMs = clock.elapsedMs();
    tell({ sentMs, atMs, sees, detail });
    // A slow look does not make the next one follow at its heels.
    const restMs = Math.max(observer.everyMs - (atMs - sentMs), observer.everyMs / 4);
    try {
      await clock.sleep(restMs, signal);
    } catch {
      return;
    }
  }
}
