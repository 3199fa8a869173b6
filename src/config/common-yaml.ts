/**
 * The YAML that set-up files are mostly written in, read in one pass over the parser's tokens. Large files are generated: they
 * have mappings, lists and scalars on one line, for which the parser's own trees cost ten times the time and the memory. No
 * text is refused here: what is not surely of this kind, a mistake above all, is left to the parser.
 */

import { CST, isScalar, parseDocument } from "yaml";
import { ElementTable, type TextElement, type TextEntry } from "./element-table.ts";
import { type Environment, substituteVariables } from "./environment.ts";
import type { YamlElements } from "./yaml-elements.ts";
import { type ScalarKind, type TokenKind, Tokens, Uncommon, uncommon } from "./yaml-tokens.ts";

/** As the parser reads everything else; what it says of keys and values must be the same here. */
export const PARSER_OPTIONS = { prettyErrors: false, merge: true, uniqueKeys: false, logLevel: "error" } as const;

/** An anchor, an alias, a tag or a block scalar, before any quotation mark of its line: where most of them stand. */
const UNCOMMON_AHEAD = /^[^"'#\n]*(?:[:,-] +|[[{] *)[&*!|>]/m;

/** Undefined for a text that is not surely of this kind. `text` has no byte order mark. */
export function readCommonYaml(text: string, environment?: Environment): YamlElements | undefined {
  // So that a large text is not read up to its end in vain.
  if (UNCOMMON_AHEAD.test(text)) return undefined;
  try {
    return new CommonYamlReader(text, environment).read();
  } catch (error) {
    if (error instanceof Uncommon) return undefined;
    throw error;
  }
}

/** Deeper than any set-up; far from where the parser or this reader would run out of stack. */
const MOST_LEVELS = 40;
/** The parser's limit of a key on one line is 1024 characters. */
const MOST_KEY_LENGTH = 1000;

/** What a plain scalar starts with that is no indicator, nor a merge key. */
const PLAIN_START = /^(?:[^\s\-?:,[\]{}#&*!|>'"%@`<~\ufeff]|-[A-Za-z0-9._])/;
const NUMBER = /^(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?$/;
/** No number, true, false or null in YAML starts with another letter, has another character, or has two full stops. */
const SURELY_TEXT = /^(?!(true|false|null)$)[a-z_/]|[^-+.0-9a-z]|\..*\./i;

class CommonYamlReader {
  readonly #text: string;
  readonly #tokens: Tokens;
  readonly #environment: Environment | undefined;
  readonly #elements = new ElementTable();
  /** What the parser made of plain scalars that may be more than text. */
  readonly #parsed = new Map<string, unknown>();

  constructor(text: string, environment: Environment | undefined) {
    this.#text = text;
    this.#tokens = new Tokens(text);
    this.#environment = environment;
  }

  read(): YamlElements {
    const tokens = this.#tokens;
    tokens.advance();
    if (tokens.kind === "---") {
      tokens.advance();
      if (!tokens.startsLine) uncommon();
    }
    const root = this.#blockElement(-1, 0);
    if (tokens.kind !== "end") uncommon();
    return { value: root.value ?? undefined, find: (path) => this.#elements.find(path, root, this.#text) };
  }

  /** A mapping, a list or a scalar that is all that is left of its line. `parent` is the column of what it is in. */
  #blockElement(parent: number, level: number): TextElement {
    const tokens = this.#tokens;
    const { kind, column } = tokens;
    if (column <= parent || level > MOST_LEVELS) uncommon();
    if (kind === "-") return this.#blockList(column, level);
    if (kind !== "plain" && kind !== "quoted") return this.#restOfLine(parent, level);
    const { source, start } = tokens;
    tokens.advance();
    if (tokens.kind === ":" && !tokens.startsLine) {
      return this.#blockMapping(column, level, this.#key(kind, source), start);
    }
    this.#endOfLine();
    return this.#scalar(kind, source, start);
  }

  /** A scalar, or what is in brackets. */
  #restOfLine(parent: number, level: number): TextElement {
    const element = this.#flowElement(parent, level);
    this.#endOfLine();
    return element;
  }

  #endOfLine(): void {
    if (!this.#tokens.startsLine) uncommon();
  }

  #blockList(column: number, level: number): TextElement {
    const tokens = this.#tokens;
    const entries: TextEntry[] = [];
    const { start } = tokens;
    while (tokens.kind === "-" && tokens.column === column) {
      tokens.advance();
      const element = this.#blockElement(column, level + 1);
      entries.push({ key: undefined, keyStart: element.start, element });
    }
    if (tokens.column > column) uncommon();
    return this.#list(entries, start);
  }

  /** From the colon of its first key on. */
  #blockMapping(column: number, level: number, firstKey: string, start: number): TextElement {
    const tokens = this.#tokens;
    const entries: TextEntry[] = [];
    for (let key = firstKey, keyStart = start; ; ) {
      tokens.advance();
      entries.push({ key, keyStart, element: this.#valueOfKey(column, level + 1) });
      if (tokens.column < column) return this.#mapping(entries, start);
      const { kind, source } = tokens;
      if (tokens.column > column || (kind !== "plain" && kind !== "quoted")) uncommon();
      key = this.#key(kind, source);
      keyStart = tokens.start;
      tokens.advance();
      if (tokens.kind !== ":" || tokens.startsLine) uncommon();
    }
  }

  /** In the line of its key, or below it: deeper, or a list whose dashes stand below the key. */
  #valueOfKey(column: number, level: number): TextElement {
    const { kind, startsLine } = this.#tokens;
    if (!startsLine) return this.#restOfLine(column, level);
    return this.#blockElement(kind === "-" ? column - 1 : column, level);
  }

  /** A scalar, or what is in brackets; on further lines it stays deeper than `parent`, the column of what it is in. */
  #flowElement(parent: number, level: number): TextElement {
    const tokens = this.#tokens;
    const { kind, source, start } = tokens;
    if (level > MOST_LEVELS) uncommon();
    if (kind === "plain" || kind === "quoted") {
      tokens.advance();
      return this.#scalar(kind, source, start);
    }
    const isMapping = kind === "{";
    if (!isMapping && kind !== "[") uncommon();
    const close = isMapping ? "}" : "]";
    const entries: TextEntry[] = [];
    this.#advanceInFlow(parent);
    while (tokens.kind !== close) {
      const keyStart = tokens.start;
      let key: string | undefined;
      if (isMapping) {
        key = this.#key(tokens.kind, tokens.source);
        this.#advanceInFlow(parent);
        if (tokens.kind !== ":" || tokens.startsLine) uncommon();
        this.#advanceInFlow(parent);
      }
      const element = this.#flowElement(parent, level + 1);
      if (tokens.startsLine && tokens.column <= parent) uncommon();
      entries.push({ key, keyStart, element });
      if (tokens.kind === ",") this.#advanceInFlow(parent);
      else if (tokens.kind !== close) uncommon();
    }
    tokens.advance();
    return isMapping ? this.#mapping(entries, start) : this.#list(entries, start);
  }

  #advanceInFlow(parent: number): void {
    this.#tokens.advance();
    if (this.#tokens.startsLine && this.#tokens.column <= parent) uncommon();
  }

  #list(entries: readonly TextEntry[], start: number): TextElement {
    const value = entries.map(({ element }) => element.value);
    return { value, start, container: this.#elements.add(entries), isSubstituted: false };
  }

  #mapping(entries: readonly TextEntry[], start: number): TextElement {
    const value: Record<string, unknown> = {};
    for (const { key, element } of entries) {
      if (key === undefined || key === "__proto__" || Object.hasOwn(value, key)) uncommon();
      value[key] = element.value;
    }
    return { value, start, container: this.#elements.add(entries), isSubstituted: false };
  }

  /** A key is the text that it is written as. */
  #key(kind: TokenKind, source: string): string {
    if ((kind !== "plain" && kind !== "quoted") || source.length > MOST_KEY_LENGTH || source.includes("\n")) uncommon();
    return textOf(kind, source);
  }

  #scalar(kind: ScalarKind, source: string, start: number): TextElement {
    const text = textOf(kind, source);
    const value = kind === "plain" && !SURELY_TEXT.test(text) ? this.#plainValue(text) : text;
    const element = { value, start, container: undefined, isSubstituted: false };
    if (this.#environment === undefined || typeof value !== "string" || !value.includes("${")) return element;
    const substituted = substituteVariables(value, this.#environment);
    // Without a variable it is an escape, and what is written is not the value.
    if (substituted.problems.length > 0 || !substituted.hasVariable) uncommon();
    return { ...element, value: substituted.text, isSubstituted: true };
  }

  #plainValue(source: string): unknown {
    if (NUMBER.test(source)) return Number(source);
    if (!this.#parsed.has(source)) this.#parsed.set(source, parsedValue(source));
    return this.#parsed.get(source);
  }
}

/** What the parser makes of a scalar that stands alone. */
function parsedValue(source: string): unknown {
  const { contents, errors, warnings } = parseDocument(source, PARSER_OPTIONS);
  if (!isScalar(contents) || contents.source !== source || errors.length + warnings.length > 0) uncommon();
  return contents.value;
}

/** The parser's own word on escapes and on what is folded over several lines; most scalars have neither. */
function textOf(kind: ScalarKind, source: string): string {
  const isPlain = kind === "plain";
  if (isPlain ? !PLAIN_START.test(source) : source.length < 2) uncommon();
  if (!source.includes("\n")) {
    if (isPlain) return source;
    const [quote] = source;
    const inner = source.slice(1, -1);
    if (source.endsWith(quote ?? "") && !inner.includes("\\") && !inner.includes("'")) return inner;
  }
  const type = isPlain ? "scalar" : source.startsWith("'") ? "single-quoted-scalar" : "double-quoted-scalar";
  return CST.resolveAsScalar({ type, offset: 0, indent: 0, source }, true, uncommon).value;
}
