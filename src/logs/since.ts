/** Reads `--since`: a duration before now (`90s`, `5m`, `1h`, `2d`) or a moment (ISO 8601). */

import { Failure } from "../errors.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const ISO = /^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:?\d\d)?)?$/;

/** Epoch ms. Throws a usage Failure. */
export function parseSince(text: string, now: number): number {
  const [, count, unit] = /^(\d{1,9})([smhdw])$/.exec(text.trim()) ?? [];
  if (count !== undefined && unit !== undefined) return Math.max(0, now - Number(count) * (UNIT_MS[unit] ?? 0));
  const at = ISO.test(text.trim()) ? Date.parse(text.trim()) : Number.NaN;
  if (Number.isFinite(at) && at >= 0) return at;
  throw new Failure({
    kind: "usage",
    code: "logs.since",
    message: `'${text}' is no time to start from`,
    next: "give a duration (90s, 5m, 1h, 2d) or a moment (2026-11-20T08:00:00Z; without a zone it is local time)",
  });
}
