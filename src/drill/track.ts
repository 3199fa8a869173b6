/** What one observer saw over time, as runs of equal sights; and the moments and spans to read off it. Pure. */

import type { Observation, Sight } from "./observation.ts";

/** Consecutive observations that saw the same. */
export interface Run {
  readonly sees: Sight;
  /** Clock ms: the run's first question left, and its answer came. */
  readonly firstSentMs: number;
  readonly firstAtMs: number;
  /** Clock ms: the run's last question left, and its answer came. */
  readonly lastSentMs: number;
  readonly lastAtMs: number;
  readonly observations: number;
  /** Of the latest observation. */
  readonly detail: string;
}

export type Track = readonly Run[];

/** Adds an observation; they come in the order of their `sentMs`. */
export function extend(track: Track, observation: Observation): Track {
  const last = track.at(-1);
  const { sees, sentMs, atMs, detail } = observation;
  if (last?.sees === sees) {
    return [
      ...track.slice(0, -1),
      { ...last, lastSentMs: sentMs, lastAtMs: atMs, observations: last.observations + 1, detail },
    ];
  }
  return [
    ...track,
    { sees, firstSentMs: sentMs, firstAtMs: atMs, lastSentMs: sentMs, lastAtMs: atMs, observations: 1, detail },
  ];
}

export function currentSight(track: Track): Sight | undefined {
  return track.at(-1)?.sees;
}

/** A moment known as well as the observer asked: it lies in the `uncertaintyMs` before `atMs`. */
export interface Moment {
  readonly atMs: number;
  readonly uncertaintyMs: number;
}

/**
 * When the observer turned to `side` for good between `fromMs` and `untilMs`: the first observation of the last run of
 * that side which began there. The true moment lies between the question whose answer was the last other one and this
 * answer. Undefined when it never turned, or turned away again.
 */
export function turnedTo(
  track: Track,
  side: Sight,
  fromMs: number,
  untilMs = Number.POSITIVE_INFINITY,
): Moment | undefined {
  const runs = track.filter((run) => run.firstAtMs <= untilMs);
  const last = runs.at(-1);
  if (last === undefined || last.sees !== side || last.firstAtMs < fromMs) return undefined;
  const before = runs.at(-2);
  return { atMs: last.firstAtMs, uncertaintyMs: last.firstAtMs - Math.max(before?.lastSentMs ?? fromMs, fromMs) };
}

/** A span in which a client was not served. */
export interface Outage {
  readonly fromMs: number;
  /** The first success after it, or the latest failure while it lasts. */
  readonly toMs: number;
  readonly over: boolean;
  /** How much shorter it may have been. */
  readonly uncertaintyMs: number;
}

/**
 * The outages of a client after `fromMs`: each from the last success before it (or `fromMs`, when that came later) to
 * the first success after it. `other` counts as not served: somebody else answered.
 */
export function outages(track: Track, fromMs: number, untilMs = Number.POSITIVE_INFINITY): Outage[] {
  const found: Outage[] = [];
  let start: number | undefined;
  let lastServedMs = fromMs;
  let lastFailureSentMs = fromMs;
  let lastFailureAtMs = fromMs;
  for (const run of track) {
    if (run.firstAtMs > untilMs && start === undefined) break;
    const served = run.sees === "primary" || run.sees === "secondary";
    if (served) {
      if (start !== undefined) {
        found.push({
          fromMs: start,
          toMs: run.firstAtMs,
          over: true,
          uncertaintyMs: run.firstAtMs - lastFailureSentMs,
        });
        start = undefined;
      }
      lastServedMs = Math.max(fromMs, run.lastAtMs);
    } else if (run.lastAtMs >= fromMs) {
      start ??= lastServedMs;
      lastFailureSentMs = Math.max(start, run.lastSentMs);
      lastFailureAtMs = run.lastAtMs;
    }
  }
  if (start !== undefined) {
    found.push({ fromMs: start, toMs: lastFailureAtMs, over: false, uncertaintyMs: 0 });
  }
  return found;
}
