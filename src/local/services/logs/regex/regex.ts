/**
 * Regular expressions that take time in proportion to the text, whatever the expression: all the ways through it are
 * followed at once (Pike's machine), none is tried after another. The leftmost match wins, and in it the way that a
 * backtracking engine would have found first.
 */

import { compileRegex, type Instruction, type Program } from "./compile.ts";
import { parseRegex } from "./parse.ts";
import { type Assertion, isWordCharacter, LINE_FEED } from "./syntax.ts";

export { RegexError } from "./syntax.ts";

export interface RegexMatch {
  /** Indexes in the text; the end is exclusive. */
  readonly start: number;
  readonly end: number;
  /** What the capturing groups hold, in their order; undefined for one that took no part. */
  readonly captures: readonly (string | undefined)[];
}

export interface Regex {
  /** The names of the capturing groups in their order; undefined for one without a name. */
  readonly groups: readonly (string | undefined)[];
  test(text: string): boolean;
  exec(text: string): RegexMatch | undefined;
}

type Slots = readonly number[];

/** Threads in order of preference, each program position at most once. */
class ThreadList {
  readonly #seen: Uint32Array;
  #generation = 0;
  readonly positions: number[] = [];
  readonly slots: Slots[] = [];

  constructor(size: number) {
    this.#seen = new Uint32Array(size);
  }

  clear(): void {
    this.#generation += 1;
    this.positions.length = 0;
    this.slots.length = 0;
  }

  /** Whether this is the first visit. */
  visit(position: number): boolean {
    if (this.#seen[position] === this.#generation) return false;
    this.#seen[position] = this.#generation;
    return true;
  }
}

const NO_SLOTS: Slots = [];

class Machine {
  readonly #instructions: readonly Instruction[];
  readonly #prefix: string;
  readonly #text: string;
  readonly #capturing: boolean;

  constructor(program: Program, text: string, capturing: boolean) {
    this.#instructions = program.instructions;
    this.#prefix = program.prefix;
    this.#text = text;
    this.#capturing = capturing;
  }

  /** The slots of the match, undefined when there is none. Without captures they are empty, and any match will do. */
  run(): Slots | undefined {
    const text = this.#text;
    let current = new ThreadList(this.#instructions.length);
    let next = new ThreadList(this.#instructions.length);
    current.clear();
    let matched: Slots | undefined;
    let at = 0;
    for (;;) {
      if (matched === undefined) {
        // With nothing under way the search may skip to where a match can begin.
        if (current.positions.length === 0 && this.#prefix !== "") {
          at = text.indexOf(this.#prefix, at);
          if (at === -1) return undefined;
        }
        this.#follow(current, 0, at, NO_SLOTS);
      } else if (current.positions.length === 0) {
        return matched;
      }
      const code = text.codePointAt(at);
      const after = at + (code !== undefined && code > 0xffff ? 2 : 1);
      next.clear();
      for (const [index, position] of current.positions.entries()) {
        const instruction = this.#instructions[position];
        const slots = current.slots[index] ?? NO_SLOTS;
        if (instruction?.kind === "match") {
          matched = slots;
          if (!this.#capturing) return matched;
          // The threads behind it are less preferred.
          break;
        }
        if (code !== undefined && instruction?.kind === "char" && instruction.has(code)) {
          this.#follow(next, position + 1, after, slots);
        }
      }
      if (code === undefined) return matched;
      [current, next] = [next, current];
      at = after;
    }
  }

  /** Adds the threads that a position leads to without reading a character. */
  #follow(list: ThreadList, from: number, at: number, slots: Slots): void {
    const waiting: { readonly position: number; readonly slots: Slots }[] = [{ position: from, slots }];
    for (let thread = waiting.pop(); thread !== undefined; thread = waiting.pop()) {
      const { position } = thread;
      if (!list.visit(position)) continue;
      const instruction = this.#instructions[position];
      switch (instruction?.kind) {
        case "jump":
          waiting.push({ position: instruction.to, slots: thread.slots });
          break;
        case "split":
          waiting.push({ position: instruction.second, slots: thread.slots });
          waiting.push({ position: instruction.first, slots: thread.slots });
          break;
        case "save":
          waiting.push({ position: position + 1, slots: this.#saved(thread.slots, instruction.slot, at) });
          break;
        case "assertion":
          if (this.#holds(instruction.assertion, at)) waiting.push({ position: position + 1, slots: thread.slots });
          break;
        default:
          list.positions.push(position);
          list.slots.push(thread.slots);
      }
    }
  }

  #saved(slots: Slots, slot: number, at: number): Slots {
    if (!this.#capturing) return slots;
    const copy = [...slots];
    copy[slot] = at;
    return copy;
  }

  #holds(assertion: Assertion, at: number): boolean {
    const text = this.#text;
    const wordAt = (index: number) => index >= 0 && index < text.length && isWordCharacter(text.charCodeAt(index));
    switch (assertion) {
      case "text-start":
        return at === 0;
      case "text-end":
        return at >= text.length;
      case "line-start":
        return at === 0 || text.charCodeAt(at - 1) === LINE_FEED;
      case "line-end":
        return at >= text.length || text.charCodeAt(at) === LINE_FEED;
      case "word-boundary":
        return wordAt(at - 1) !== wordAt(at);
      case "no-word-boundary":
        return wordAt(at - 1) === wordAt(at);
    }
  }
}

/** Throws {@link import("./syntax.ts").RegexError}. */
export function regex(expression: string): Regex {
  const program = compileRegex(parseRegex(expression));
  return {
    groups: program.groups,
    test: (text) => new Machine(program, text, false).run() !== undefined,
    exec(text) {
      const slots = new Machine(program, text, true).run();
      if (slots === undefined) return undefined;
      const captures = program.groups.map((_, index) => {
        const [start, end] = [slots[index * 2 + 2], slots[index * 2 + 3]];
        return start === undefined || end === undefined ? undefined : text.slice(start, end);
      });
      return { start: slots[0] ?? 0, end: slots[1] ?? 0, captures };
    },
  };
}
