/** A regular expression's tree to the program that the machine runs (Thompson's construction). */

import { type Assertion, type CharSet, inRanges, type ParsedRegex, RegexError, type RegexNode } from "./syntax.ts";

export type Instruction =
  | { readonly kind: "char"; readonly has: (code: number) => boolean }
  | { readonly kind: "assertion"; readonly assertion: Assertion }
  | { readonly kind: "save"; readonly slot: number }
  /** Goes on at both, at `first` rather than at `second`. */
  | { readonly kind: "split"; readonly first: number; readonly second: number }
  | { readonly kind: "jump"; readonly to: number }
  | { readonly kind: "match" };

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly groups: readonly (string | undefined)[];
  /** What every match begins with; empty when that is not known. */
  readonly prefix: string;
}

/** A text of n characters takes at most n times this many steps. */
const MAX_INSTRUCTIONS = 5_000;
const ASCII = 128;

function membership({ ranges, negated, ignoreCase }: CharSet): (code: number) => boolean {
  const has = (code: number) => inRanges(ranges, code) !== negated;
  const folded = (code: number) => {
    if (has(code)) return true;
    const character = String.fromCodePoint(code);
    // A negated class leaves out both cases of what it names.
    const cases = [character.toLowerCase(), character.toUpperCase()].map((text) => text.codePointAt(0) ?? code);
    return cases.some(has);
  };
  const foldedNegated = (code: number) => {
    const character = String.fromCodePoint(code);
    return [character, character.toLowerCase(), character.toUpperCase()].every((text) =>
      has(text.codePointAt(0) ?? code),
    );
  };
  const test = ignoreCase ? (negated ? foldedNegated : folded) : has;
  const ascii = Array.from({ length: ASCII }, (_, code) => test(code));
  return (code) => (code < ASCII ? (ascii[code] ?? false) : test(code));
}

class Assembler {
  readonly instructions: Instruction[] = [];
  /** A repetition that is written out has the same set many times. */
  readonly #memberships = new Map<CharSet, (code: number) => boolean>();

  emit(instruction: Instruction): number {
    if (this.instructions.length >= MAX_INSTRUCTIONS) {
      throw new RegexError("an expression that is too large when its repetitions are written out", 0);
    }
    return this.instructions.push(instruction) - 1;
  }

  get #next(): number {
    return this.instructions.length;
  }

  /** A split whose other way is known later. */
  #fork(preferFirst: boolean): (other: number) => void {
    const at = this.emit({ kind: "jump", to: 0 });
    const next = this.#next;
    return (other) => {
      const [first, second] = preferFirst ? [next, other] : [other, next];
      this.instructions[at] = { kind: "split", first, second };
    };
  }

  add(node: RegexNode): void {
    switch (node.kind) {
      case "empty":
        return;
      case "char":
        this.emit({ kind: "char", has: this.#membershipOf(node.set) });
        return;
      case "assertion":
        this.emit({ kind: "assertion", assertion: node.assertion });
        return;
      case "sequence":
        for (const part of node.parts) this.add(part);
        return;
      case "group":
        this.emit({ kind: "save", slot: node.index * 2 });
        this.add(node.body);
        this.emit({ kind: "save", slot: node.index * 2 + 1 });
        return;
      case "choice":
        this.#choice(node.options);
        return;
      case "repeat":
        this.#repeat(node);
    }
  }

  #membershipOf(set: CharSet): (code: number) => boolean {
    const known = this.#memberships.get(set);
    if (known !== undefined) return known;
    const has = membership(set);
    this.#memberships.set(set, has);
    return has;
  }

  #choice(options: readonly RegexNode[]): void {
    const ends: number[] = [];
    for (const [index, option] of options.entries()) {
      const last = index === options.length - 1;
      const otherwise = last ? undefined : this.#fork(true);
      this.add(option);
      if (!last) ends.push(this.emit({ kind: "jump", to: 0 }));
      otherwise?.(this.#next);
    }
    for (const end of ends) this.instructions[end] = { kind: "jump", to: this.#next };
  }

  #repeat({ body, least, most, lazy }: RegexNode & { kind: "repeat" }): void {
    for (let i = 0; i < least; i++) this.add(body);
    if (most === Number.POSITIVE_INFINITY) {
      const start = this.#next;
      const leave = this.#fork(!lazy);
      this.add(body);
      this.emit({ kind: "jump", to: start });
      leave(this.#next);
      return;
    }
    const leaves: ((other: number) => void)[] = [];
    for (let i = least; i < most; i++) {
      leaves.push(this.#fork(!lazy));
      this.add(body);
    }
    for (const leave of leaves) leave(this.#next);
  }
}

/** The characters that the expression begins with, as far as each can only be one. */
function prefixOf(node: RegexNode): { readonly text: string; readonly whole: boolean } {
  if (node.kind === "char") {
    const [range, another] = node.set.ranges;
    const one = range !== undefined && another === undefined && range[0] === range[1];
    return one && !node.set.negated && !node.set.ignoreCase
      ? { text: String.fromCodePoint(range[0]), whole: true }
      : { text: "", whole: false };
  }
  if (node.kind === "group") return prefixOf(node.body);
  if (node.kind === "empty") return { text: "", whole: true };
  if (node.kind !== "sequence") return { text: "", whole: false };
  let text = "";
  for (const part of node.parts) {
    const prefix = prefixOf(part);
    text += prefix.text;
    if (!prefix.whole) return { text, whole: false };
  }
  return { text, whole: true };
}

/** Throws {@link RegexError}. */
export function compileRegex({ root, groups }: ParsedRegex): Program {
  const assembler = new Assembler();
  assembler.emit({ kind: "save", slot: 0 });
  assembler.add(root);
  assembler.emit({ kind: "save", slot: 1 });
  assembler.emit({ kind: "match" });
  return { instructions: assembler.instructions, groups, prefix: prefixOf(root).text };
}
