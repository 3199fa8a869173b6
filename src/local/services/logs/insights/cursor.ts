/** Walks through the text of a query; makes the errors that say where. */

import { type Regex, RegexError, regex } from "../regex/regex.ts";
import { QueryError } from "./syntax.ts";

const SPACES = /\s*/y;
const WORD = /[A-Za-z_@][A-Za-z0-9_@]*/y;
const SEGMENT = /[A-Za-z0-9_@]+/y;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const PERIOD = /(\d+)([A-Za-z]+)(?![A-Za-z0-9])/y;
const STRING = /"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'/y;
const REGEX = /\/((?:[^/\\\n]|\\[^\n])+)\//y;
const QUOTED_NAME = /`([^`]+)`/y;
const TOKEN = /[A-Za-z0-9_@.]+|[!<>=]=|=~|[\s\S]/y;

/** Lines that begin with `#` are comments; blanks take their place, so that positions stay. */
function withoutComments(text: string): string {
  return text.replace(/^[^\S\n]*#.*$/gm, (line) => " ".repeat(line.length));
}

export class Cursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = withoutComments(text);
  }

  get at(): number {
    return this.#at;
  }

  get done(): boolean {
    this.#skip();
    return this.#at >= this.#text.length;
  }

  /** What was read since `start`, without the blanks at its end. */
  since(start: number): string {
    return this.#text.slice(start, this.#at).trim();
  }

  /** Past blanks, so that `since` begins where something stands. */
  mark(): number {
    this.#skip();
    return this.#at;
  }

  #skip(): void {
    SPACES.lastIndex = this.#at;
    SPACES.exec(this.#text);
    this.#at = SPACES.lastIndex;
  }

  #match(expression: RegExp): RegExpExecArray | undefined {
    this.#skip();
    expression.lastIndex = this.#at;
    return expression.exec(this.#text) ?? undefined;
  }

  #take(expression: RegExp): RegExpExecArray | undefined {
    const found = this.#match(expression);
    if (found !== undefined) this.#at += found[0].length;
    return found;
  }

  sees(symbol: string): boolean {
    this.#skip();
    return this.#text.startsWith(symbol, this.#at);
  }

  accept(symbol: string): boolean {
    if (!this.sees(symbol)) return false;
    this.#at += symbol.length;
    return true;
  }

  expect(symbol: string): void {
    if (!this.accept(symbol)) throw this.unexpected(`'${symbol}'`);
  }

  /** The next word in lower case, left where it is. */
  peekWord(): string {
    return this.#match(WORD)?.[0].toLowerCase() ?? "";
  }

  /** Takes a keyword, in any case. */
  acceptWord(...words: readonly string[]): boolean {
    const start = this.mark();
    for (const word of words) {
      if (this.peekWord() !== word) {
        this.#at = start;
        return false;
      }
      this.#take(WORD);
    }
    return true;
  }

  word(): string | undefined {
    return this.#take(WORD)?.[0];
  }

  /** The name of a field: `queryName`, `@message`, `user.id`, `` `foo-bar` ``; undefined when none is next. */
  name(): string | undefined {
    const first = this.#take(QUOTED_NAME)?.[1] ?? this.#take(WORD)?.[0];
    if (first === undefined) return undefined;
    let name = first;
    while (this.#text[this.#at] === ".") {
      this.#at += 1;
      const next = this.#at;
      const segment = /[A-Za-z0-9_@`]/.test(this.#text[next] ?? "")
        ? (this.#take(QUOTED_NAME)?.[1] ?? this.#take(SEGMENT)?.[0])
        : undefined;
      if (segment === undefined) throw this.unexpected("the name of a field");
      name += `.${segment}`;
    }
    return name;
  }

  number(): number | undefined {
    const text = this.#take(NUMBER)?.[0];
    return text === undefined ? undefined : Number(text);
  }

  /** A count and its unit, e.g. `5m`; undefined when none is next. */
  period(): { readonly count: number; readonly unit: string } | undefined {
    const [, count, unit] = this.#take(PERIOD) ?? [];
    return count === undefined || unit === undefined ? undefined : { count: Number(count), unit };
  }

  /** A text in double or single quotes; a backslash escapes a quote or itself. */
  string(): string | undefined {
    const found = this.#take(STRING);
    if (found === undefined) {
      if (this.sees('"') || this.sees("'")) throw this.error("a quotation mark that is not closed", 1);
      return undefined;
    }
    return (found[1] ?? found[2] ?? "").replace(/\\(["'\\])/g, "$1");
  }

  /** A regular expression between slashes; undefined when none is next. */
  regex(): Regex | undefined {
    if (!this.sees("/")) return undefined;
    const start = this.#at;
    const source = this.#take(REGEX)?.[1];
    if (source === undefined) throw this.error("a regular expression that is not closed", 1);
    try {
      return regex(source.replaceAll("\\/", "/"));
    } catch (error) {
      if (error instanceof RegexError) {
        this.#at = start + 1 + error.at;
        throw this.error(`an invalid regular expression: ${error.message}`, 1);
      }
      throw error;
    }
  }

  #place(): string {
    const before = this.#text.slice(0, this.#at).split("\n");
    return `at line ${before.length} and position ${before.at(-1)?.length ?? 0}`;
  }

  /** What is next does not fit. */
  unexpected(wanted?: string): QueryError {
    const token = this.#match(TOKEN)?.[0];
    const expecting = wanted === undefined ? "" : `, expecting ${wanted}`;
    const end = this.#at + (token?.length ?? 0);
    return token === undefined
      ? new QueryError(`unexpected end of query ${this.#place()}${expecting}`, this.#at, this.#at)
      : new QueryError(`unexpected symbol found ${token} ${this.#place()}${expecting}`, this.#at, end);
  }

  /** Something at this place that cannot be. */
  error(what: string, length = 0, start = this.#at): QueryError {
    this.#at = start;
    return new QueryError(`${what} ${this.#place()}`, start, start + length);
  }
}
