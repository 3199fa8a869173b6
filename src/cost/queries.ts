/** How many queries a month each name is taken to get: what the file says of it, and an even share of what is left. */

import type { AskedName } from "./holdings.ts";

export interface QueryAssumption {
  /** Of all names together. */
  readonly total: number;
  /** Of single ones, by `orders.example.com. A`; part of the total, unless they are more. */
  readonly byName: ReadonlyMap<string, number>;
}

/** When nobody says. */
export const ASSUMED_QUERIES_PER_MONTH = 1_000_000;

/** Whole numbers that add up to the total: the first names of the alphabet get what does not divide. */
export function queriesByName(names: readonly AskedName[], { total, byName }: QueryAssumption): Map<string, number> {
  const queries = new Map<string, number>();
  const rest: string[] = [];
  for (const { key } of names) {
    const known = byName.get(key);
    if (known === undefined) rest.push(key);
    else queries.set(key, known);
  }
  const left = Math.max(0, total - [...queries.values()].reduce((before, one) => before + one, 0));
  const share = rest.length === 0 ? 0 : Math.floor(left / rest.length);
  for (const [i, key] of rest.sort().entries()) queries.set(key, share + (i < left - share * rest.length ? 1 : 0));
  return queries;
}
