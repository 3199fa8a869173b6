/**
 * The filter patterns of CloudWatch Logs, whole: terms, `[space, delimited]`, `{ $.json }` and `%regular expressions%`.
 * Source: CloudWatch Logs User Guide, "Filter pattern syntax for metric filters, subscription filters, filter log events, and
 * Live Tail". Pure: a pattern becomes a function of a message.
 */

import { FilterPatternError } from "./error.ts";
import { jsonPattern } from "./json.ts";
import { filterRegex } from "./regex-dialect.ts";
import { Scanner } from "./scanner.ts";
import { spaceDelimitedPattern } from "./space-delimited.ts";
import { termPattern } from "./terms.ts";

export { FilterPatternError } from "./error.ts";

export interface FilterPattern {
  matches(message: string): boolean;
  /** The fields of a message that matches, as TestMetricFilter gives them; only space-delimited patterns have any. */
  extract(message: string): Record<string, string>;
}

function withoutFields(matches: (message: string) => boolean): FilterPattern {
  return { matches, extract: () => ({}) };
}

/** Throws {@link FilterPatternError}. */
export function parseFilterPattern(pattern: string): FilterPattern {
  const text = pattern.trim();
  if (text === "") return withoutFields(() => true);
  if (text.startsWith("[")) {
    const { extract } = spaceDelimitedPattern(new Scanner(text));
    return { matches: (message) => extract(message) !== undefined, extract: (message) => extract(message) ?? {} };
  }
  if (text.startsWith("{")) return withoutFields(jsonPattern(new Scanner(text)));
  if (text.startsWith("%")) {
    const scanner = new Scanner(text);
    const expression = scanner.regex() ?? "";
    if (!scanner.done) throw scanner.unexpected("nothing after the closing '%'");
    if (expression === "") throw new FilterPatternError("an empty regular expression");
    return withoutFields(filterRegex(expression));
  }
  return withoutFields(termPattern(text));
}
