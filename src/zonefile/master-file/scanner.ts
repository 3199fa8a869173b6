/**
 * A master file's characters as entries of tokens (RFC 1035 section 5.1): comments are gone, parentheses have joined
 * their lines, quoted strings keep their quotation marks and every token keeps its escapes.
 */

import { type Position, ZoneFileError, type ZoneFileProblem } from "./problem.ts";

export interface Token extends Position {
  /** As it stands in the file. */
  readonly text: string;
}

/** One directive or record. */
export interface Entry {
  /** At least one. */
  readonly tokens: readonly [Token, ...Token[]];
  /** Its line starts with white space, so the owner is the one before. */
  readonly ownerOmitted: boolean;
}

export interface ScannedFile {
  readonly entries: readonly Entry[];
  readonly problems: readonly ZoneFileProblem[];
}

const BLANK = /[ \t\r\f\v]/;

/** Reads on after what is wrong where it can; an unclosed parenthesis or quotation mark ends the entry it is in. */
export function scanMasterFile(source: string): ScannedFile {
  const text = source.startsWith("\uFEFF") ? source.slice(1) : source;
  const entries: Entry[] = [];
  const problems: ZoneFileProblem[] = [];
  let tokens: Token[] = [];
  let opened: Position | undefined;
  let ownerOmitted = false;
  let line = 1;
  let lineStart = 0;
  let at = 0;
  const position = (): Position => ({ line, column: at - lineStart + 1 });
  const endEntry = () => {
    const [first, ...rest] = tokens;
    if (first !== undefined) entries.push({ tokens: [first, ...rest], ownerOmitted });
    tokens = [];
  };

  while (at < text.length) {
    const c = text.charAt(at);
    if (at === lineStart && opened === undefined) ownerOmitted = BLANK.test(c);
    if (c === "\n") {
      if (opened === undefined) endEntry();
      at++;
      line++;
      lineStart = at;
    } else if (BLANK.test(c)) {
      at++;
    } else if (c === ";") {
      while (at < text.length && text[at] !== "\n") at++;
    } else if (c === "(") {
      if (opened !== undefined) {
        problems.push({
          ...position(),
          code: "zonefile.parenthesis",
          message: `a parenthesis opens inside the one of line ${opened.line}`,
          next: "close the first one before",
        });
      }
      opened ??= position();
      at++;
    } else if (c === ")") {
      if (opened === undefined) {
        problems.push({
          ...position(),
          code: "zonefile.parenthesis",
          message: "a parenthesis closes that was never opened",
          next: "take it out, or write \\) where the character itself is meant",
        });
      }
      opened = undefined;
      at++;
    } else {
      const start = position();
      const end = tokenEnd(text, at);
      if (end === undefined) {
        problems.push({
          ...start,
          code: "zonefile.quotation",
          message: "a quoted string does not end on its line",
          next: 'close it with ", or write \\" where the character itself is meant',
        });
        while (at < text.length && text[at] !== "\n") at++;
        tokens = [];
        opened = undefined;
        continue;
      }
      tokens.push({ ...start, text: text.slice(at, end) });
      at = end;
    }
  }
  if (opened === undefined) endEntry();
  else {
    problems.push({
      ...opened,
      code: "zonefile.parenthesis",
      message: "a parenthesis is never closed",
      next: "close it after the record's last line",
    });
  }
  return { entries, problems };
}

/** Where the token that starts at `start` ends; undefined when a quotation mark in it stays open. */
function tokenEnd(text: string, start: number): number | undefined {
  const startsQuoted = text[start] === '"';
  let quoted = false;
  let at = start;
  for (; at < text.length; at++) {
    const c = text.charAt(at);
    if (c === "\n") break;
    if (c === "\\" && at + 1 < text.length && text[at + 1] !== "\n") at++;
    else if (c === '"') {
      quoted = !quoted;
      // What follows a closed string is a token of its own; only `key="value"` goes on.
      if (!quoted && startsQuoted) return at + 1;
    } else if (!quoted && (BLANK.test(c) || c === ";" || c === "(" || c === ")")) break;
  }
  return quoted ? undefined : at;
}

/** The tokens of a text that stands inside an entry, all at that entry's place. */
export function scanPart(text: string, place: Position): Token[] {
  const { entries, problems } = scanMasterFile(text);
  const [problem] = problems;
  if (problem !== undefined) throw new ZoneFileError(place, problem);
  return entries.flatMap((entry) => entry.tokens.map((token) => ({ ...token, ...positionOf(place) })));
}

function positionOf({ line, column }: Position): Position {
  return { line, column };
}
