/** The aggregates of `stats`. Source: CloudWatch Logs User Guide, "stats", "Functions to use with stats". */

import { compareForSort } from "./natural-order.ts";
import { compareValues, numberOf, textOf, type Value } from "./values.ts";

/** Takes the values of a group's rows, one by one. */
export interface Accumulator {
  /** `event` is the row's `@timestamp`, epoch ms; null where it has none. */
  add(value: Value, event: number | null): void;
  result(): Value;
}

/** Of the numbers among the values. */
function ofNumbers(finish: (numbers: readonly number[]) => number): Accumulator {
  const numbers: number[] = [];
  return {
    add(value) {
      const number = numberOf(value);
      if (number !== undefined) numbers.push(number);
    },
    result: () => (numbers.length === 0 ? null : finish(numbers)),
  };
}

/** Keeps one of the values. */
function chosen(better: (value: Value, best: Value) => boolean): Accumulator {
  let best: Value = null;
  return {
    add(value) {
      if (value !== null && (best === null || better(value, best))) best = value;
    },
    result: () => best,
  };
}

/** Of the numbers where there are any, else of the texts. */
function extreme(sign: 1 | -1): Accumulator {
  return chosen((value, best) => {
    const [isNumber, wasNumber] = [numberOf(value) !== undefined, numberOf(best) !== undefined];
    if (isNumber !== wasNumber) return isNumber;
    return sign * (compareValues(value, best) ?? 0) > 0;
  });
}

function byTime(sign: 1 | -1): Accumulator {
  let best: { readonly value: Value; readonly at: number } | undefined;
  return {
    add(value, event) {
      if (value === null || event === null) return;
      if (best === undefined || sign * (event - best.at) > 0) best = { value, at: event };
    },
    result: () => best?.value ?? null,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function deviation(numbers: readonly number[]): number {
  const mean = sum(numbers) / numbers.length;
  return Math.sqrt(sum(numbers.map((one) => (one - mean) ** 2)) / numbers.length);
}

/** Between the two values around the place, by how near it lies to each. */
function percentile(numbers: readonly number[], percent: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const place = (percent / 100) * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}

function counter(): Accumulator {
  let count = 0;
  return {
    add(value) {
      if (value !== null) count += 1;
    },
    result: () => count,
  };
}

function distinct(): Accumulator {
  const seen = new Set<string>();
  return {
    add(value) {
      const text = textOf(value);
      if (text !== undefined) seen.add(text);
    },
    result: () => seen.size,
  };
}

const AGGREGATES: Readonly<Record<string, (percent: number) => Accumulator>> = {
  count: counter,
  count_distinct: distinct,
  sum: () => ofNumbers(sum),
  avg: () => ofNumbers((numbers) => sum(numbers) / numbers.length),
  stddev: () => ofNumbers(deviation),
  median: () => ofNumbers((numbers) => percentile(numbers, 50)),
  pct: (percent) => ofNumbers((numbers) => percentile(numbers, percent)),
  min: () => extreme(-1),
  max: () => extreme(1),
  earliest: () => byTime(-1),
  latest: () => byTime(1),
  sortsfirst: () => chosen((value, best) => compareForSort(value, best) < 0),
  sortslast: () => chosen((value, best) => compareForSort(value, best) > 0),
};

/** In any case. */
export function isAggregate(name: string): boolean {
  return Object.hasOwn(AGGREGATES, name.toLowerCase());
}

/** `name` in lower case. */
export function accumulatorOf(name: string, percent: number | undefined): Accumulator {
  return (AGGREGATES[name] ?? counter)(percent ?? 0);
}
