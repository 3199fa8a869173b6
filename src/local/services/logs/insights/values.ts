/**
 * The values of a query. What a log holds is text, also where it looks like a number; numbers are what a query computes.
 * Comparisons look at what both sides look like.
 */

/** A moment in epoch ms, shown as `2026-11-20 08:16:02.130`. */
export interface Moment {
  readonly epochMs: number;
}

export type Value = string | number | boolean | Moment | null;

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Decimals of a number that a query computed. */
const DECIMALS = 4;

export function isMoment(value: Value): value is Moment {
  return typeof value === "object" && value !== null;
}

/** Undefined for what is no number and does not look like one. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string") return NUMBER.test(value.trim()) ? Number(value) : undefined;
  return value === null ? undefined : value.epochMs;
}

function numberText(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toFixed(DECIMALS)));
}

function momentText(epochMs: number): string {
  return new Date(epochMs).toISOString().replace("T", " ").replace("Z", "");
}

/** As a result shows it; undefined for nothing. */
export function textOf(value: Value): string | undefined {
  if (value === null) return undefined;
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "number") return Number.isFinite(value) ? numberText(value) : undefined;
  return momentText(value.epochMs);
}

/** Whether a condition with this value holds. */
export function isTrue(value: Value): boolean {
  if (typeof value === "boolean") return value;
  const number = numberOf(value);
  return number === undefined ? value === "true" : number !== 0;
}

/** Negative, zero or positive; undefined when one of them is nothing. */
export function compareValues(left: Value, right: Value): number | undefined {
  if (left === null || right === null) return undefined;
  // A Boolean from JSON is true, "true" or 1 to whoever asks.
  if (typeof left === "boolean" && typeof right === "string") return compareValues(left, truthOrText(right));
  if (typeof right === "boolean" && typeof left === "string") return compareValues(truthOrText(left), right);
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) return a - b;
  const [x, y] = [textOf(left) ?? "", textOf(right) ?? ""];
  return x < y ? -1 : x > y ? 1 : 0;
}

function truthOrText(text: string): number | string {
  return text === "true" ? 1 : text === "false" ? 0 : text;
}
