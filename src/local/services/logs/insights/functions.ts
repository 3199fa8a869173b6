/** The functions of a query's expressions. Source: CloudWatch Logs User Guide, "Boolean, comparison, numeric, datetime, and other functions". */

import { BlockList, isIPv4, isIPv6 } from "node:net";
import { type Period, periodCeiling, periodStart } from "./periods.ts";
import { compareValues, isMoment, isTrue, numberOf, textOf, type Value } from "./values.ts";

export interface FunctionContext {
  /** Epoch ms: when the query began, and the range that it looks at. */
  readonly now: number;
  readonly rangeStart: number;
  readonly rangeEnd: number;
}

export interface QueryFunction {
  readonly least: number;
  readonly most: number;
  /** The place of the argument that is a period; undefined where none is. */
  readonly periodAt?: number;
  /** `event` is the `@timestamp` of the row, epoch ms; null where it has none. */
  readonly apply: (
    args: readonly Value[],
    context: FunctionContext,
    event: number | null,
    period: Period | undefined,
  ) => Value;
}

const MANY = 100;
/** As long as a message may be: what grows beyond that, command by command, becomes nothing. */
const MAX_TEXT = 1_048_576;

function numeric(count: number, compute: (...numbers: number[]) => number): QueryFunction {
  return {
    least: count === MANY ? 1 : count,
    most: count,
    apply(args) {
      const numbers = args.map(numberOf);
      return numbers.some((one) => one === undefined) ? null : compute(...(numbers as number[]));
    },
  };
}

function textual(least: number, most: number, compute: (...texts: string[]) => Value): QueryFunction {
  return {
    least,
    most,
    apply(args) {
      const texts = args.map(textOf);
      return texts.some((one) => one === undefined) ? null : compute(...(texts as string[]));
    },
  };
}

function general(least: number, most: number, compute: (args: readonly Value[]) => Value): QueryFunction {
  return { least, most, apply: compute };
}

function rounded(periodAt: number, compute: (epochMs: number, period: Period) => number): QueryFunction {
  return {
    least: periodAt + 1,
    most: periodAt + 1,
    periodAt,
    apply(args, _context, event, period) {
      const epochMs = periodAt === 0 ? event : (numberOf(args[0] ?? null) ?? null);
      return epochMs === null || period === undefined ? null : { epochMs: compute(epochMs, period) };
    },
  };
}

/** Removes blanks, or the characters of `which`, from an end. */
function trimmed(text: string, which: string | undefined, ends: "left" | "right" | "both"): string {
  const drop = which === undefined ? (c: string) => c.trim() === "" : (c: string) => which.includes(c);
  let [from, to] = [0, text.length];
  while (ends !== "right" && from < to && drop(text.charAt(from))) from += 1;
  while (ends !== "left" && to > from && drop(text.charAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isEmpty(value: Value, blankToo: boolean): boolean {
  const text = textOf(value) ?? "";
  return (blankToo ? text.trim() : text) === "";
}

function inSubnet(address: string, subnet: string, families: readonly ("ipv4" | "ipv6")[]): boolean {
  const [base = "", length = ""] = subnet.split("/");
  const family = isIPv4(base) ? "ipv4" : isIPv6(base) ? "ipv6" : undefined;
  if (family === undefined || !families.includes(family) || !/^\d{1,3}$/.test(length)) return false;
  if (family === "ipv4" ? !isIPv4(address) : !isIPv6(address)) return false;
  if (Number(length) > (family === "ipv4" ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(base, Number(length), family);
  return list.check(address, family);
}

function caseOf(args: readonly Value[]): Value {
  for (let i = 0; i + 1 < args.length; i += 2) if (isTrue(args[i] ?? null)) return args[i + 1] ?? null;
  return args.length % 2 === 1 ? (args.at(-1) ?? null) : null;
}

function extreme(sign: 1 | -1): QueryFunction {
  return general(1, MANY, (args) =>
    args.reduce((best, one) => (sign * (compareValues(one, best) ?? 0) > 0 ? one : best)),
  );
}

const FUNCTIONS: Readonly<Record<string, QueryFunction>> = {
  abs: numeric(1, Math.abs),
  ceil: numeric(1, Math.ceil),
  floor: numeric(1, Math.floor),
  log: numeric(1, Math.log),
  sqrt: numeric(1, Math.sqrt),
  round: {
    least: 1,
    most: 2,
    apply([value, decimals]) {
      const [number, places] = [numberOf(value ?? null), numberOf(decimals ?? 0)];
      return number === undefined || places === undefined ? null : Math.round(number * 10 ** places) / 10 ** places;
    },
  },
  greatest: extreme(1),
  least: extreme(-1),
  tonumber: general(1, 1, ([value]) => numberOf(value ?? null) ?? null),
  ispresent: general(1, 1, ([value]) => value !== null && value !== undefined),
  coalesce: general(1, MANY, (args) => args.find((one) => one !== null) ?? null),
  if: general(3, 3, ([condition, yes, no]) => (isTrue(condition ?? null) ? yes : no) ?? null),
  case: general(2, 21, caseOf),
  isnumeric: general(1, 1, ([value]) => numberOf(value ?? null) !== undefined),
  isempty: general(1, 1, ([value]) => isEmpty(value ?? null, false)),
  isblank: general(1, 1, ([value]) => isEmpty(value ?? null, true)),
  concat: textual(1, MANY, (...texts) =>
    texts.reduce((sum, text) => sum + text.length, 0) > MAX_TEXT ? null : texts.join(""),
  ),
  ltrim: textual(1, 2, (text, which) => trimmed(text ?? "", which, "left")),
  rtrim: textual(1, 2, (text, which) => trimmed(text ?? "", which, "right")),
  trim: textual(1, 2, (text, which) => trimmed(text ?? "", which, "both")),
  strlen: textual(1, 1, (text) => [...(text ?? "")].length),
  messagesize: textual(1, 1, (text) => Buffer.byteLength(text ?? "", "utf8")),
  toupper: textual(1, 1, (text) => (text ?? "").toUpperCase()),
  tolower: textual(1, 1, (text) => (text ?? "").toLowerCase()),
  substr: {
    least: 2,
    most: 3,
    apply([value, from, length]) {
      const [text, start] = [textOf(value ?? null), numberOf(from ?? null)];
      if (text === undefined || start === undefined) return null;
      const count = length === undefined ? undefined : numberOf(length);
      return text.slice(start, count === undefined ? undefined : start + count);
    },
  },
  replace: textual(3, 3, (text = "", search = "", by = "") =>
    // Each place between two characters may get a replacement.
    text.length + (text.split(search).length - 1) * by.length > MAX_TEXT ? null : text.replaceAll(search, () => by),
  ),
  strcontains: textual(2, 2, (text, search) => (text ?? "").includes(search ?? "")),
  startswith: textual(2, 2, (text, search) => (text ?? "").startsWith(search ?? "")),
  endswith: textual(2, 2, (text, search) => (text ?? "").endsWith(search ?? "")),
  bin: rounded(0, periodStart),
  datefloor: rounded(1, periodStart),
  dateceil: rounded(1, periodCeiling),
  frommillis: general(1, 1, ([value]) => {
    const epochMs = numberOf(value ?? null);
    return epochMs === undefined ? null : { epochMs };
  }),
  tomillis: general(1, 1, ([value]) => (value !== undefined && isMoment(value) ? value.epochMs : null)),
  now: { least: 0, most: 0, apply: (_args, { now }) => Math.floor(now / 1000) },
  querystarttime: { least: 0, most: 0, apply: (_args, { rangeStart }) => rangeStart },
  queryendtime: { least: 0, most: 0, apply: (_args, { rangeEnd }) => rangeEnd },
  querytimerange: { least: 0, most: 0, apply: (_args, { rangeStart, rangeEnd }) => rangeEnd - rangeStart },
  isvalidip: textual(1, 1, (text) => isIPv4(text ?? "") || isIPv6(text ?? "")),
  isvalidipv4: textual(1, 1, (text) => isIPv4(text ?? "")),
  isvalidipv6: textual(1, 1, (text) => isIPv6(text ?? "")),
  isipinsubnet: textual(2, 2, (text, subnet) => inSubnet(text ?? "", subnet ?? "", ["ipv4", "ipv6"])),
  isipv4insubnet: textual(2, 2, (text, subnet) => inSubnet(text ?? "", subnet ?? "", ["ipv4"])),
  isipv6insubnet: textual(2, 2, (text, subnet) => inSubnet(text ?? "", subnet ?? "", ["ipv6"])),
};

/** `name` in lower case. */
export function functionNamed(name: string): QueryFunction | undefined {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
}
