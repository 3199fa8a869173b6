/** Walks through the text of a filter pattern: what JSON and space-delimited patterns have in common on the way. */

import { FilterPatternError } from "./error.ts";

const SPACES = /\s*/y;
const QUOTED = /"((?:[^"\\]|\\[\s\S])*)"/y;
const REGEX = /%([^%]*)%/y;

export class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  skipSpaces(): void {
    SPACES.lastIndex = this.#at;
    SPACES.exec(this.#text);
    this.#at = SPACES.lastIndex;
  }

  /** The rest of the text begins with this. */
  sees(token: string): boolean {
    return this.#text.startsWith(token, this.#at);
  }

  /** Takes this when it is next. */
  accept(token: string): boolean {
    if (!this.sees(token)) return false;
    this.#at += token.length;
    return true;
  }

  /** Takes what a sticky expression matches; undefined when it does not. */
  take(expression: RegExp): string | undefined {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text);
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found[0];
  }

  /** The text in double quotes, in which a backslash escapes; undefined when no quote is next. */
  quoted(): string | undefined {
    if (!this.sees('"')) return undefined;
    QUOTED.lastIndex = this.#at;
    const text = QUOTED.exec(this.#text)?.[1];
    if (text === undefined) throw this.error("a quotation mark that is not closed");
    this.#at = QUOTED.lastIndex;
    return text.replace(/\\([\s\S])/g, "$1");
  }

  /** The expression between percent signs; undefined when none is next. */
  regex(): string | undefined {
    if (!this.sees("%")) return undefined;
    REGEX.lastIndex = this.#at;
    const text = REGEX.exec(this.#text)?.[1];
    if (text === undefined) throw this.error("a regular expression without its closing '%'");
    this.#at = REGEX.lastIndex;
    return text;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  /** An error that says where. */
  error(reason: string): FilterPatternError {
    return new FilterPatternError(`${reason} at character ${this.#at + 1}`);
  }

  unexpected(wanted: string): FilterPatternError {
    this.skipSpaces();
    const next = this.#text.slice(this.#at).split(/\s/, 1)[0] ?? "";
    return this.error(next === "" ? `expected ${wanted}, not its end,` : `expected ${wanted}, not '${next}',`);
  }
}
