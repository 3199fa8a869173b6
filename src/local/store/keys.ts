/** How keys order and what they look like when they come back, the same in memory as on disk. */

import type { Key } from "./store.ts";

type Parts = readonly (string | number)[];

export function partsOf(key: Key): Parts {
  return typeof key === "string" ? [key] : key;
}

/** A key of one string comes back as that string, whichever way it was written. */
export function keyFromParts(parts: Parts): Key {
  const [first] = parts;
  return parts.length === 1 && typeof first === "string" ? first : parts;
}

function compareParts(left: string | number, right: string | number): number {
  if (typeof left === typeof right) return left < right ? -1 : left > right ? 1 : 0;
  return typeof left === "number" ? -1 : 1;
}

/** Negative, zero or positive, part by part; a key sorts before the longer keys that it begins. */
export function compareKeys(left: Key, right: Key): number {
  const leftParts = partsOf(left);
  const rightParts = partsOf(right);
  const shared = Math.min(leftParts.length, rightParts.length);
  for (let i = 0; i < shared; i++) {
    const order = compareParts(leftParts[i] as string | number, rightParts[i] as string | number);
    if (order !== 0) return order;
  }
  return leftParts.length - rightParts.length;
}
