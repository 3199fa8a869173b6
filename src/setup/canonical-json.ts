/** JSON with sorted keys, and short hashes of it: equal content has equal text. */

import { createHash } from "node:crypto";

/** Members that are undefined count as absent. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : part,
  );
}

/** 16 hexadecimal digits of SHA-256. */
export function shortHash(value: unknown): string {
  return createHash("sha256")
    .update(canonicalJson(value) ?? "undefined")
    .digest("hex")
    .slice(0, 16);
}
