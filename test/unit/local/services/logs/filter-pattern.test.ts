import { describe, expect, it } from "vitest";
import { FilterPatternError, parseFilterPattern } from "../../../../../src/local/services/logs/filter-pattern.ts";

/** The examples of the CloudWatch Logs User Guide's page on unstructured log events. */
const MESSAGES = [
  "[ERROR 400] BAD REQUEST",
  "[ERROR 401] UNAUTHORIZED REQUEST",
  "[ERROR 419] MISSING ARGUMENTS",
  "[WARN] all is well",
];

describe("filter patterns", () => {
  it.each([
    ["", [0, 1, 2, 3]],
    ["   ", [0, 1, 2, 3]],
    ["ERROR", [0, 1, 2]],
    ["error", []],
    ["ERROR ARGUMENTS", [2]],
    ["REQUEST ERROR", [0, 1]],
    ["?ARGUMENTS ?WARN", [2, 3]],
    ['"BAD REQUEST"', [0]],
    ["ERROR -UNAUTHORIZED", [0, 2]],
    ['-"[ERROR 4"', [3]],
    ['?"ERROR 400" ?"ERROR 401"', [0, 1]],
    // Beside other terms the alternatives have no effect.
    ["ERROR ?WARN", [0, 1, 2]],
  ])("%j lets through %j", (pattern, expected) => {
    const matches = parseFilterPattern(pattern);
    expect(MESSAGES.flatMap((message, index) => (matches(message) ? [index] : []))).toEqual(expected);
  });

  it("reads escaped quotes inside quotes", () => {
    expect(parseFilterPattern('"say \\"hi\\" \\\\"')('they say "hi" \\ there')).toBe(true);
  });

  it.each([
    ["a.b", "Invalid filter pattern: Invalid character(s) in term 'a.b'"],
    ["/api", "Invalid filter pattern: Invalid character(s) in term '/api'"],
    ['"unfinished', "Invalid filter pattern: Invalid character(s) in term '\"unfinished'"],
    ['""', "Invalid filter pattern: Invalid character(s) in term '\"\"'"],
    ["ERROR -", "Invalid filter pattern: Invalid character(s) in term '-'"],
    ["[a, b=1]", "Invalid filter pattern: space-delimited patterns are not supported by this server"],
    ["{ $.a = 1 }", "Invalid filter pattern: JSON patterns are not supported by this server"],
    ["%AUTHORIZED%", "Invalid filter pattern: regular expression patterns are not supported by this server"],
  ])("%j is refused", (pattern, message) => {
    expect(() => parseFilterPattern(pattern)).toThrow(new FilterPatternError(message));
  });
});
