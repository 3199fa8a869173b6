/**
 * The order of `sort`. Source: CloudWatch Logs User Guide, "sort": values that are no numbers come before numbers; in them, runs
 * of digits and runs of other characters are compared one by one, digits by their number, the rest by code point.
 */

import { numberOf, textOf, type Value } from "./values.ts";

const DIGITS = /^\d+$/;

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareDigits(a: string, b: string): number {
  // "It orders numeric portions by their length first and then by their numerical value."
  return a.length - b.length || compareTexts(a, b);
}

export function compareNaturally(left: string, right: string): number {
  const [a, b] = [left.match(/\d+|\D+/g) ?? [], right.match(/\d+|\D+/g) ?? []];
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i] ?? "", b[i] ?? ""];
    const order = DIGITS.test(x) && DIGITS.test(y) ? compareDigits(x, y) : compareTexts(x, y);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Nothing comes first, then what is no number, then numbers. */
export function compareForSort(left: Value, right: Value): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) return a - b;
  if (a !== undefined || b !== undefined) return a === undefined ? -1 : 1;
  return compareNaturally(textOf(left) ?? "", textOf(right) ?? "");
}
