/** What a regular expression is once it is read: a tree, and the sets of characters at its leaves. */

/** Thrown for an expression that is no regular expression, or one that cannot be matched in linear time. */
export class RegexError extends Error {
  override readonly name = "RegexError";
  /** Index in the expression where it goes wrong. */
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Code points, both ends included. */
export type CharRange = readonly [from: number, to: number];

export interface CharSet {
  readonly ranges: readonly CharRange[];
  readonly negated: boolean;
  readonly ignoreCase: boolean;
}

export type Assertion = "text-start" | "text-end" | "line-start" | "line-end" | "word-boundary" | "no-word-boundary";

export type RegexNode =
  | { readonly kind: "empty" }
  | { readonly kind: "char"; readonly set: CharSet }
  | { readonly kind: "assertion"; readonly assertion: Assertion }
  | { readonly kind: "sequence"; readonly parts: readonly RegexNode[] }
  | { readonly kind: "choice"; readonly options: readonly RegexNode[] }
  | {
      readonly kind: "repeat";
      readonly body: RegexNode;
      readonly least: number;
      /** `Infinity` for no bound. */
      readonly most: number;
      readonly lazy: boolean;
    }
  | { readonly kind: "group"; readonly index: number; readonly body: RegexNode };

export interface ParsedRegex {
  readonly root: RegexNode;
  /** The names of the capturing groups, by their index less one; undefined for one without a name. */
  readonly groups: readonly (string | undefined)[];
}

export const DIGIT: readonly CharRange[] = [[0x30, 0x39]];
export const WORD: readonly CharRange[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
export const SPACE: readonly CharRange[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
];
export const LINE_FEED = 0x0a;

const LAST_CODE_POINT = 0x10ffff;

export function inRanges(ranges: readonly CharRange[], code: number): boolean {
  for (const [from, to] of ranges) if (code >= from && code <= to) return true;
  return false;
}

/** Everything that the ranges leave out. */
export function complementOf(ranges: readonly CharRange[]): CharRange[] {
  const sorted = [...ranges].sort(([a], [b]) => a - b);
  const rest: CharRange[] = [];
  let next = 0;
  for (const [from, to] of sorted) {
    if (from > next) rest.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (next <= LAST_CODE_POINT) rest.push([next, LAST_CODE_POINT]);
  return rest;
}

export function isWordCharacter(code: number): boolean {
  return inRanges(WORD, code);
}
