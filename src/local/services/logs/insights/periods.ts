/** The periods of `bin(5m)` and `datefloor(t, 1h)`. Source: CloudWatch Logs User Guide, "Datetime functions". */

type Unit = "ms" | "s" | "m" | "h" | "d" | "w" | "month";

export interface Period {
  readonly count: number;
  readonly unit: Unit;
}

const UNITS: Readonly<Record<string, { readonly unit: Unit; readonly times?: number }>> = {
  ms: { unit: "ms" },
  msec: { unit: "ms" },
  millisecond: { unit: "ms" },
  s: { unit: "s" },
  sec: { unit: "s" },
  second: { unit: "s" },
  m: { unit: "m" },
  min: { unit: "m" },
  minute: { unit: "m" },
  h: { unit: "h" },
  hr: { unit: "h" },
  hour: { unit: "h" },
  d: { unit: "d" },
  day: { unit: "d" },
  w: { unit: "w" },
  week: { unit: "w" },
  mo: { unit: "month" },
  mon: { unit: "month" },
  month: { unit: "month" },
  q: { unit: "month", times: 3 },
  qtr: { unit: "month", times: 3 },
  quarter: { unit: "month", times: 3 },
  y: { unit: "month", times: 12 },
  yr: { unit: "month", times: 12 },
  year: { unit: "month", times: 12 },
};
const UNIT_MS: Readonly<Record<Exclude<Unit, "month">, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
/** "The cap for ms is 1000, the caps for s and m are 60, and the cap for h is 24." */
const CAPS: Readonly<Partial<Record<Unit, number>>> = { ms: 1000, s: 60, m: 60, h: 24 };
/** Weeks begin on Mondays; 1 January 1970 was a Thursday. */
const FIRST_MONDAY_MS = 4 * 86_400_000;

/** Undefined when there is no such unit. */
export function periodOf(count: number, unit: string): Period | undefined {
  const name = unit.toLowerCase();
  // Units of more than one letter have a plural.
  const known = UNITS[name] ?? (name.length > 2 && name.endsWith("s") ? UNITS[name.slice(0, -1)] : undefined);
  if (known === undefined) return undefined;
  const cap = CAPS[known.unit] ?? Number.POSITIVE_INFINITY;
  return { count: Math.min(count, cap) * (known.times ?? 1), unit: known.unit };
}

/** The beginning of the run of `count` months that a moment lies in, or of a run further on. */
function floorMonths(epochMs: number, count: number, further: number): number {
  const date = new Date(epochMs);
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth();
  return monthStart((Math.floor(months / count) + further) * count);
}

function monthStart(months: number): number {
  const date = new Date(0);
  date.setUTCFullYear(Math.floor(months / 12), months % 12, 1);
  return date.getTime();
}

/** The beginning of the period that a moment lies in; epoch ms. */
export function periodStart(epochMs: number, { count, unit }: Period): number {
  if (unit === "month") return floorMonths(epochMs, count, 0);
  const size = UNIT_MS[unit] * count;
  const origin = unit === "w" ? FIRST_MONDAY_MS : 0;
  return Math.floor((epochMs - origin) / size) * size + origin;
}

/** The moment itself when a period begins there, else the beginning of the next. */
export function periodCeiling(epochMs: number, period: Period): number {
  const start = periodStart(epochMs, period);
  if (start === epochMs) return start;
  if (period.unit === "month") return floorMonths(epochMs, period.count, 1);
  return start + UNIT_MS[period.unit] * period.count;
}
