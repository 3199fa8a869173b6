/** Patterns for unstructured events: terms that must, may or must not occur in a message, whatever stands around them. */

import { FilterPatternError } from "./error.ts";

const TERM = /\s*(\?|-\s*)?(?:"((?:[^"\\]|\\[\s\S])*)"|(\S+))/y;
/** Whatever else a term holds, it must be in quotes. */
const PLAIN = /^[\p{L}\p{N}_]+$/u;

interface Terms {
  readonly required: string[];
  /** `?term`: one of them is enough. */
  readonly optional: string[];
  /** `-term` */
  readonly excluded: string[];
}

function readTerms(pattern: string): Terms {
  const terms: Terms = { required: [], optional: [], excluded: [] };
  const text = pattern.trimEnd();
  TERM.lastIndex = 0;
  while (TERM.lastIndex < text.length) {
    const [, sign = "", quoted, bare = ""] = TERM.exec(text) ?? [];
    if (quoted === undefined && !PLAIN.test(bare)) {
      throw new FilterPatternError(`Invalid character(s) in term '${sign.trim()}${bare}'`);
    }
    const term = quoted?.replace(/\\([\s\S])/g, "$1") ?? bare;
    // A blank phrase matches everything (User Guide, "Match everything"); to exclude everything is a mistake.
    if (term.trim() === "") {
      if (sign !== "") throw new FilterPatternError(`Invalid character(s) in term '${sign.trim()}"${term}"'`);
      continue;
    }
    if (sign === "?") terms.optional.push(term);
    else if (sign === "") terms.required.push(term);
    else terms.excluded.push(term);
  }
  return terms;
}

export function termPattern(pattern: string): (message: string) => boolean {
  const { required, optional, excluded } = readTerms(pattern);
  // "If you combine '?' with other filter patterns, all question mark terms will be ignored." (User Guide)
  const alternatives = required.length + excluded.length === 0 ? optional : [];
  return (message) =>
    required.every((term) => message.includes(term)) &&
    !excluded.some((term) => message.includes(term)) &&
    (alternatives.length === 0 || alternatives.some((term) => message.includes(term)));
}
