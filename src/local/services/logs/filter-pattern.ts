/**
 * Filter patterns for unstructured log events: terms that must, may or must not occur in a message.
 * Source: CloudWatch Logs User Guide, "Filter pattern syntax". Space-delimited (`[a, b]`), JSON (`{ $.a = 1 }`) and regular
 * expression (`%a%`) patterns are refused.
 */

export type FilterPattern = (message: string) => boolean;

export class FilterPatternError extends Error {
  override readonly name = "FilterPatternError";
}

interface Terms {
  readonly required: string[];
  /** `?term`: one of them is enough. */
  readonly optional: string[];
  /** `-term` */
  readonly excluded: string[];
}

const TERM = /\s*([?-]?)(?:"((?:[^"\\]|\\[\s\S])*)"|(\S+))/y;
/** Whatever else a term holds, it must be in quotes. */
const PLAIN = /^[\p{L}\p{N}_]+$/u;

function termsOf(pattern: string): Terms {
  const terms: Terms = { required: [], optional: [], excluded: [] };
  TERM.lastIndex = 0;
  const end = pattern.trimEnd().length;
  while (TERM.lastIndex < end) {
    const found = TERM.exec(pattern);
    if (found === null) throw new FilterPatternError("Invalid filter pattern");
    const [, sign, quoted, bare] = found;
    const text = quoted?.replace(/\\([\s\S])/g, "$1") ?? bare ?? "";
    if (text === "" || (quoted === undefined && !PLAIN.test(text))) {
      throw new FilterPatternError(
        `Invalid filter pattern: Invalid character(s) in term '${quoted === undefined ? text : '""'}'`,
      );
    }
    (sign === "?" ? terms.optional : sign === "-" ? terms.excluded : terms.required).push(text);
  }
  return terms;
}

/** Throws {@link FilterPatternError}. */
export function parseFilterPattern(pattern: string): FilterPattern {
  const text = pattern.trim();
  if (text === "") return () => true;
  const kind = text.startsWith("[")
    ? "space-delimited"
    : text.startsWith("{")
      ? "JSON"
      : text.startsWith("%")
        ? "regular expression"
        : undefined;
  if (kind !== undefined)
    throw new FilterPatternError(`Invalid filter pattern: ${kind} patterns are not supported by this server`);
  const { required, optional, excluded } = termsOf(text);
  // Beside other terms, `?` terms have no effect.
  const alternatives = required.length + excluded.length === 0 ? optional : [];
  return (message) =>
    required.every((term) => message.includes(term)) &&
    !excluded.some((term) => message.includes(term)) &&
    (alternatives.length === 0 || alternatives.some((term) => message.includes(term)));
}
