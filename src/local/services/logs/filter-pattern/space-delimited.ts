/**
 * Patterns for space-delimited events: `[ip, user, ..., status_code = 4*, bytes > 1000 && bytes < 2000]`. Between brackets or
 * quotation marks a message's field may hold spaces. The last field of a pattern takes the rest of the message.
 */

import { type Condition, RegexBudget, readCondition } from "./condition.ts";
import { type Predicate, readLogic } from "./logic.ts";
import type { Scanner } from "./scanner.ts";

/** The values of a message's fields by name. */
type Fields = ReadonlyMap<string, string>;

interface Slot {
  /** Undefined for a place that is only counted. */
  readonly name: string | undefined;
  readonly condition: Predicate<Fields> | undefined;
}

interface Token {
  readonly value: string;
  /** Index in the message. */
  readonly start: number;
}

const NAME = /[\p{L}\p{N}_.$-]+/uy;
/** A value without quotes ends where the pattern goes on. */
const BARE = /(?:(?!&&|\|\|)[^\s,\])"%])+/y;
const QUOTED = /"((?:[^"\\]|\\[\s\S])*)"/y;
const WORD = /\S+/y;

class SpacePatternReader {
  readonly #scanner: Scanner;
  readonly #regexes = new RegexBudget();
  readonly #asked = new Set<string>();

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  /** The fields counted from the start and, where there is an ellipsis, those counted from the end. */
  read(): { readonly head: readonly Slot[]; readonly tail: readonly Slot[] | undefined } {
    const scanner = this.#scanner;
    if (!scanner.accept("[")) throw scanner.unexpected("'['");
    const head: Slot[] = [];
    let tail: Slot[] | undefined;
    scanner.skipSpaces();
    if (!scanner.accept("]")) {
      do {
        scanner.skipSpaces();
        if (scanner.accept("...")) {
          if (tail !== undefined) throw scanner.error("a second ellipsis");
          tail = [];
        } else {
          (tail ?? head).push(this.#slot());
        }
        scanner.skipSpaces();
      } while (scanner.accept(","));
      if (!scanner.accept("]")) throw scanner.unexpected("',' or ']'");
    }
    scanner.skipSpaces();
    if (!scanner.done) throw scanner.unexpected("nothing after ']'");
    this.#checkNames([...head, ...(tail ?? [])]);
    return { head, tail };
  }

  #slot(): Slot {
    const scanner = this.#scanner;
    if (scanner.sees(",") || scanner.sees("]")) return { name: undefined, condition: undefined };
    let name: string | undefined;
    let bare = false;
    const condition = readLogic<Fields>(scanner, () => {
      const field = scanner.take(NAME);
      if (field === undefined) throw scanner.unexpected("the name of a field");
      scanner.skipSpaces();
      if (name === undefined) {
        name = field;
        // Without a condition it is only a name.
        bare = scanner.sees(",") || scanner.sees("]");
        if (bare) return () => true;
      }
      this.#asked.add(field);
      const holds: Condition = readCondition(scanner, BARE, this.#regexes);
      return (fields) => {
        const value = fields.get(field);
        return value !== undefined && holds(value);
      };
    });
    return { name, condition: bare ? undefined : condition };
  }

  #checkNames(slots: readonly Slot[]): void {
    const names = slots.flatMap(({ name }) => name ?? []);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw this.#scanner.error(`two fields named '${twice}'`);
    const unknown = [...this.#asked].find((name) => !names.includes(name));
    if (unknown !== undefined)
      throw this.#scanner.error(`a condition on '${unknown}', which is no field of the pattern,`);
  }
}

/** One pass: what opens and never closes is a word like any other. */
function tokensOf(message: string): Token[] {
  const tokens: Token[] = [];
  const lastBracket = message.lastIndexOf("]");
  let quotesClose = true;
  let at = 0;
  const take = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = at;
    const found = expression.exec(message);
    if (found !== null) at = expression.lastIndex;
    return found;
  };
  while (at < message.length) {
    const start = at;
    const first = message.charAt(at);
    if (first.trim() === "") {
      at += 1;
      continue;
    }
    if (first === "[" && at < lastBracket) {
      at = message.indexOf("]", at) + 1;
      tokens.push({ value: message.slice(start + 1, at - 1), start });
      continue;
    }
    const quoted = first === '"' && quotesClose ? take(QUOTED)?.[1] : undefined;
    if (quoted !== undefined) {
      tokens.push({ value: quoted.replace(/\\([\s\S])/g, "$1"), start });
      continue;
    }
    if (first === '"') quotesClose = false;
    tokens.push({ value: take(WORD)?.[0] ?? "", start });
  }
  return tokens;
}

export interface SpaceDelimitedPattern {
  /** The values by `$name`, or `$3` for a field without one; undefined when the message does not match. */
  extract(message: string): Record<string, string> | undefined;
}

/** Reads the whole of what the scanner walks through. */
export function spaceDelimitedPattern(scanner: Scanner): SpaceDelimitedPattern {
  const { head, tail } = new SpacePatternReader(scanner).read();
  const conditions = [...head, ...(tail ?? [])].flatMap(({ condition }) => condition ?? []);
  const open = tail !== undefined || head.length === 0;

  /** What the pattern calls each token. */
  function namesFor(count: number): (string | undefined)[] {
    const names: (string | undefined)[] = head.map(({ name }) => name);
    while (names.length < count - (tail?.length ?? 0)) names.push(undefined);
    names.push(...(tail ?? []).map(({ name }) => name));
    return names;
  }

  return {
    extract(message) {
      let tokens = tokensOf(message);
      if (tokens.length < head.length + (tail?.length ?? 0)) return undefined;
      const last = tokens[head.length - 1];
      if (!open && last !== undefined && tokens.length > head.length) {
        const rest = { value: message.slice(last.start).trimEnd(), start: last.start };
        tokens = [...tokens.slice(0, head.length - 1), rest];
      }
      const names = namesFor(tokens.length);
      const fields = new Map<string, string>();
      const extracted: Record<string, string> = {};
      for (const [index, { value }] of tokens.entries()) {
        const name = names[index];
        if (name !== undefined) fields.set(name, value);
        extracted[`$${name ?? index + 1}`] = value;
      }
      return conditions.every((condition) => condition(fields)) ? extracted : undefined;
    },
  };
}
