/** Pearson's chi-squared test of counted answers against exact chances, and seeded draws for it. */

import type { Chances } from "./chances.ts";

/** A Weyl sequence through the finalizer of MurmurHash3: 32 bits a number, the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let bits = state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) / 0x1_0000_0000;
  };
}

/** The value that chi-squared exceeds once in a thousand times, by Wilson and Hilferty's approximation (1931). */
export function criticalValue(degreesOfFreedom: number): number {
  const oneInAThousand = 3.0902;
  const ninth = 2 / (9 * degreesOfFreedom);
  return degreesOfFreedom * (1 - ninth + oneInAThousand * Math.sqrt(ninth)) ** 3;
}

export interface Verdict {
  readonly chiSquared: number;
  readonly critical: number;
  /** Answers that the model does not have. */
  readonly strangers: readonly string[];
}

/** Sums of squared differences between what was counted and what is to be expected, each over the latter. */
export function judge(counts: ReadonlyMap<string, number>, expected: Chances): Verdict {
  let total = 0;
  for (const count of counts.values()) total += count;
  let chiSquared = 0;
  for (const [answer, { over, under }] of expected) {
    const mean = (total * over) / under;
    chiSquared += ((counts.get(answer) ?? 0) - mean) ** 2 / mean;
  }
  const strangers = [...counts.keys()].filter((answer) => !expected.has(answer));
  return { chiSquared, critical: criticalValue(expected.size - 1), strangers };
}
