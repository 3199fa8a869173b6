/**
 * Reads a regular expression in the syntax that Perl, Java and JavaScript share, without what only backtracking can match:
 * back references, lookahead and lookbehind, possessive and atomic groups. CloudWatch Logs leaves those out for the same reason.
 */

import {
  type Assertion,
  type CharRange,
  type CharSet,
  complementOf,
  DIGIT,
  LINE_FEED,
  type ParsedRegex,
  RegexError,
  type RegexNode,
  SPACE,
  WORD,
} from "./syntax.ts";

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
  readonly multiline: boolean;
}

const NO_FLAGS: Flags = { ignoreCase: false, dotAll: false, multiline: false };
const FLAG: Readonly<Record<string, keyof Flags>> = { i: "ignoreCase", s: "dotAll", m: "multiline" };

/** `{m,n}` is written out when it is compiled, so its bounds are the size of the program. */
const MAX_REPEAT = 1000;
/** Of groups in groups: the reader calls itself for each. */
const MAX_DEPTH = 100;

const CLASS_ESCAPES: Readonly<Record<string, readonly CharRange[]>> = {
  d: DIGIT,
  w: WORD,
  s: SPACE,
  D: complementOf(DIGIT),
  W: complementOf(WORD),
  S: complementOf(SPACE),
};
const CONTROL_ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, a: 7, e: 27, "0": 0 };
const ASSERTION_ESCAPES: Readonly<Record<string, Assertion>> = {
  b: "word-boundary",
  B: "no-word-boundary",
  A: "text-start",
  z: "text-end",
  Z: "text-end",
};

class RegexReader {
  readonly #text: string;
  #at = 0;
  #flags: Flags = NO_FLAGS;
  #depth = 0;
  readonly #groups: (string | undefined)[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  read(): ParsedRegex {
    const root = this.#choice();
    if (this.#at < this.#text.length) throw this.#error("an unmatched ')'");
    return { root, groups: this.#groups };
  }

  #error(what: string, at = this.#at): RegexError {
    return new RegexError(what, at);
  }

  #peek(): string {
    return this.#text[this.#at] ?? "";
  }

  #accept(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  /** The next code point, past it. */
  #code(): number {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) throw this.#error("an unfinished expression");
    this.#at += code > 0xffff ? 2 : 1;
    return code;
  }

  #set(ranges: readonly CharRange[], negated = false): RegexNode {
    const set: CharSet = { ranges, negated, ignoreCase: this.#flags.ignoreCase };
    return { kind: "char", set };
  }

  #choice(): RegexNode {
    const options = [this.#sequence()];
    while (this.#accept("|")) options.push(this.#sequence());
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { kind: "choice", options };
  }

  #sequence(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.#at < this.#text.length && this.#peek() !== "|" && this.#peek() !== ")") {
      parts.push(this.#repeated(this.#atom()));
    }
    const [only] = parts;
    if (only === undefined) return { kind: "empty" };
    return parts.length === 1 ? only : { kind: "sequence", parts };
  }

  #bounds(): readonly [least: number, most: number] | undefined {
    if (this.#accept("*")) return [0, Number.POSITIVE_INFINITY];
    if (this.#accept("+")) return [1, Number.POSITIVE_INFINITY];
    if (this.#accept("?")) return [0, 1];
    if (this.#peek() !== "{") return undefined;
    const from = this.#at;
    const [whole, least, comma, most] = /^\{\s*(\d*)\s*(,?)\s*(\d*)\s*\}/.exec(this.#text.slice(from)) ?? [];
    // As elsewhere, a brace that bounds nothing is a brace.
    if (whole === undefined || (least === "" && most === "")) return undefined;
    this.#at += whole.length;
    const low = Number(least);
    const high = comma === "" ? low : most === "" ? Number.POSITIVE_INFINITY : Number(most);
    if (low > MAX_REPEAT || (high !== Number.POSITIVE_INFINITY && high > MAX_REPEAT)) {
      throw this.#error(`a repetition of more than ${MAX_REPEAT} times`, from);
    }
    if (high < low) throw this.#error("a repetition whose bounds are out of order", from);
    return [low, high];
  }

  #repeated(atom: RegexNode): RegexNode {
    const from = this.#at;
    const bounds = this.#bounds();
    if (bounds === undefined) return atom;
    const lazy = this.#accept("?");
    if (this.#peek() === "+") throw this.#error("a possessive quantifier, which is not supported");
    if (this.#bounds() !== undefined) throw this.#error("nothing to repeat", from);
    return { kind: "repeat", body: atom, least: bounds[0], most: bounds[1], lazy };
  }

  #atom(): RegexNode {
    const from = this.#at;
    switch (this.#peek()) {
      case "(":
        return this.#group();
      case "[":
        return this.#class();
      case "\\":
        return this.#escape();
      case "*":
      case "+":
      case "?":
        throw this.#error("nothing to repeat", from);
      case ".":
        this.#at += 1;
        return this.#flags.dotAll ? this.#set([], true) : this.#set([[LINE_FEED, LINE_FEED]], true);
      case "^":
        this.#at += 1;
        return { kind: "assertion", assertion: this.#flags.multiline ? "line-start" : "text-start" };
      case "$":
        this.#at += 1;
        return { kind: "assertion", assertion: this.#flags.multiline ? "line-end" : "text-end" };
      default: {
        const code = this.#code();
        return this.#set([[code, code]]);
      }
    }
  }

  /** Flags set in a group end with it. */
  #body(): RegexNode {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#error(`groups nested deeper than ${MAX_DEPTH}`);
    const flags = this.#flags;
    const body = this.#choice();
    this.#flags = flags;
    this.#depth -= 1;
    if (!this.#accept(")")) throw this.#error("a group that is not closed");
    return body;
  }

  #group(): RegexNode {
    const from = this.#at;
    this.#at += 1;
    if (!this.#accept("?")) return this.#capture(undefined);
    const named = /^P?<([A-Za-z_][A-Za-z0-9_]*)>/.exec(this.#text.slice(this.#at));
    if (named?.[1] !== undefined) {
      this.#at += named[0].length;
      if (this.#groups.includes(named[1])) throw this.#error(`two groups named '${named[1]}'`, from);
      return this.#capture(named[1]);
    }
    const inline = /^([a-z]*)(?:-([a-z]+))?([:)])/.exec(this.#text.slice(this.#at));
    if (inline === null) throw this.#error("a kind of group that is not supported", from);
    this.#at += inline[0].length;
    const before = this.#flags;
    this.#flags = { ...before, ...this.#flagsOf(inline[1], true, from), ...this.#flagsOf(inline[2], false, from) };
    // `(?i)` holds to the end of the group around it, `(?i:...)` in its own.
    if (inline[3] === ")") return { kind: "empty" };
    const body = this.#body();
    this.#flags = before;
    return body;
  }

  #flagsOf(letters: string | undefined, on: boolean, from: number): Partial<Flags> {
    const flags = [...(letters ?? "")].map((letter) => {
      const name = FLAG[letter];
      if (name === undefined) throw this.#error(`a flag '${letter}' that is not supported`, from);
      return [name, on] as const;
    });
    return Object.fromEntries(flags);
  }

  #capture(name: string | undefined): RegexNode {
    this.#groups.push(name);
    const index = this.#groups.length;
    return { kind: "group", index, body: this.#body() };
  }

  #escape(): RegexNode {
    const letter = this.#text[this.#at + 1] ?? "";
    const assertion = ASSERTION_ESCAPES[letter];
    if (assertion !== undefined) {
      this.#at += 2;
      return { kind: "assertion", assertion };
    }
    return this.#set(this.#escapedRanges());
  }

  /** What an escape stands for, in a class or outside. */
  #escapedRanges(): readonly CharRange[] {
    const from = this.#at;
    this.#at += 1;
    const letter = this.#peek();
    const ranges = CLASS_ESCAPES[letter];
    if (ranges !== undefined) {
      this.#at += 1;
      return ranges;
    }
    const hex = /^(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|x\{([0-9A-Fa-f]{1,6})\})/.exec(this.#text.slice(this.#at));
    const digits = hex?.[1] ?? hex?.[2] ?? hex?.[3];
    if (hex !== null && digits !== undefined) {
      this.#at += hex[0].length;
      const code = Number.parseInt(digits, 16);
      return [[code, code]];
    }
    const control = CONTROL_ESCAPES[letter];
    if (control !== undefined) {
      this.#at += 1;
      return [[control, control]];
    }
    if (/[1-9k]/.test(letter)) throw this.#error("a back reference, which is not supported", from);
    if (/[A-Za-z]/.test(letter)) throw this.#error(`an unknown escape '\\${letter}'`, from);
    const code = this.#code();
    return [[code, code]];
  }

  #classItem(): readonly CharRange[] {
    if (this.#peek() === "\\") {
      // In a class `\b` is a backspace.
      if (this.#text[this.#at + 1] === "b") {
        this.#at += 2;
        return [[8, 8]];
      }
      return this.#escapedRanges();
    }
    const code = this.#code();
    return [[code, code]];
  }

  #class(): RegexNode {
    const from = this.#at;
    this.#at += 1;
    const negated = this.#accept("^");
    const ranges: CharRange[] = [];
    for (let first = true; first || this.#peek() !== "]"; first = false) {
      if (this.#at >= this.#text.length) throw this.#error("a character class that is not closed", from);
      const start = this.#at;
      const item = this.#classItem();
      const low = single(item);
      if (low === undefined || this.#peek() !== "-" || [undefined, "]"].includes(this.#text[this.#at + 1])) {
        ranges.push(...item);
        continue;
      }
      this.#at += 1;
      const high = single(this.#classItem());
      if (high === undefined || high < low) throw this.#error("a range that is out of order", start);
      ranges.push([low, high]);
    }
    this.#at += 1;
    return this.#set(ranges, negated);
  }
}

function single(ranges: readonly CharRange[]): number | undefined {
  const [only, another] = ranges;
  return only !== undefined && another === undefined && only[0] === only[1] ? only[0] : undefined;
}

/** Throws {@link RegexError}. */
export function parseRegex(text: string): ParsedRegex {
  return new RegexReader(text).read();
}
