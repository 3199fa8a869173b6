/** JSON with sorted keys, and short hashes of it: equal content has equal text. */

import { createHash } from "node:crypto";

/** Members that are undefined count as absent. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** A copy of JSON with the keys of every object sorted. */
export function sorted(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).map(([key, part]): [string, unknown] => [key, sorted(part)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** 16 hexadecimal digits of SHA-256. */
export function shortHash(value: unknown): string {
  return createHash("sha256")
    .update(canonicalJson(value) ?? "undefined")
    .digest("hex")
    .slice(0, 16);
}
