/**
 * The regular expressions that filter patterns allow between percent signs. Source: CloudWatch Logs User Guide, "Supported
 * regular expressions (regex) syntax": letters, digits, the symbols `: _ # = @ / ; , -`, white space, and the operators
 * `^ $ ? [ ] { } | \ * + .`; no parentheses, no multi-byte characters.
 */

import { RegexError, regex } from "../regex/regex.ts";
import { FilterPatternError } from "./error.ts";

const FORBIDDEN = /[^A-Za-z0-9:_#=@/;,\-^$?[\]{}|\\*+.\s]/u;
const ESCAPES = /\\(?:[dDsSwW]|x[0-9A-Fa-f]{2}|[^A-Za-z0-9])/g;
/** Of JSON and space-delimited patterns: "There is a limit of 2 regex for each filter pattern". */
export const MAX_REGEXES = 2;

export function filterRegex(expression: string): (text: string) => boolean {
  const wrong = FORBIDDEN.exec(expression)?.[0];
  if (wrong !== undefined) {
    throw new FilterPatternError(`Invalid character(s) in regular expression '${expression}': '${wrong}'`);
  }
  const unknown = /\\[A-Za-z0-9]/.exec(expression.replace(ESCAPES, ""))?.[0];
  if (unknown !== undefined) {
    throw new FilterPatternError(`Invalid regular expression '${expression}': '${unknown}' is not supported`);
  }
  try {
    const compiled = regex(expression);
    return (text) => compiled.test(text);
  } catch (error) {
    if (error instanceof RegexError) {
      throw new FilterPatternError(`Invalid regular expression '${expression}': it has ${error.message}`);
    }
    throw error;
  }
}
