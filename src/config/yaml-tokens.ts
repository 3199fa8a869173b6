/** The tokens of common YAML, by the parser's own lexer: which characters make a scalar or a comment is for it to say. */

import { Lexer } from "yaml";

/** Thrown where a text turns out to be none that is read here. */
export class Uncommon extends Error {}

export function uncommon(): never {
  throw new Uncommon();
}

/** What the lexer puts before a plain scalar and before a document. */
const SCALAR_FOLLOWS = "\u001f";
const DOCUMENT_FOLLOWS = "\u0002";

type Indicator = "-" | ":" | "," | "[" | "]" | "{" | "}" | "---";
const INDICATORS: ReadonlySet<string> = new Set<Indicator>(["-", ":", ",", "[", "]", "{", "}", "---"]);

export type ScalarKind = "plain" | "quoted";
export type TokenKind = ScalarKind | Indicator | "end";

function isIndicator(source: string): source is Indicator {
  return INDICATORS.has(source);
}

/** The tokens of a text that mean something, each with its place. */
export class Tokens {
  kind: TokenKind = "end";
  source = "";
  /** Offset of its first character. */
  start = 0;
  /** From 0; at the end of the text, less than any. */
  column = 0;
  /** Whether nothing but white space is before it in its line. */
  startsLine = true;

  readonly #lexed: Iterator<string, void>;
  /** Of what the lexer has given so far. */
  #end = 0;
  #lineStart = 0;

  constructor(text: string) {
    this.#lexed = new Lexer().lex(text);
  }

  advance(): void {
    const source = this.#afterSpace();
    if (source === undefined) {
      this.kind = "end";
      this.column = -1;
      this.startsLine = true;
    } else if (source === SCALAR_FOLLOWS) this.#take("plain", this.#lexed.next().value ?? "");
    else if (isIndicator(source)) this.#take(source, source);
    else if (source.startsWith("'") || source.startsWith('"')) this.#take("quoted", source);
    else uncommon();
  }

  /** What the lexer gives once white space, line breaks and comments are over. */
  #afterSpace(): string | undefined {
    this.startsLine = this.#end === 0;
    let isApart = this.startsLine;
    for (let next = this.#lexed.next(); !next.done; next = this.#lexed.next()) {
      const source = next.value;
      if (source === DOCUMENT_FOLLOWS) continue;
      const isBreak = source === "\n" || source === "\r\n";
      if (source.startsWith("#")) {
        // A comment that is not apart from what it follows is a mistake, as is a tab that may be meant to indent.
        if (!isApart) uncommon();
      } else if (!isBreak && !source.startsWith(" ")) return source;
      else if (source.includes("\t")) uncommon();
      this.#end += source.length;
      isApart = true;
      if (!isBreak) continue;
      this.#lineStart = this.#end;
      this.startsLine = true;
    }
    return undefined;
  }

  #take(kind: TokenKind, source: string): void {
    this.kind = kind;
    this.source = source;
    this.start = this.#end;
    this.column = this.start - this.#lineStart;
    this.#end += source.length;
    const lineBreak = source.lastIndexOf("\n");
    if (lineBreak >= 0) this.#lineStart = this.start + lineBreak + 1;
  }
}
