/**
 * The comparisons of JSON and space-delimited patterns: `= "text"`, `!= 123.123.*`, `>= 1e3`, `= %regex%`.
 * An asterisk at the start or the end of a text is a wildcard, one in the middle is an asterisk (CloudWatch Logs User Guide,
 * "Filter pattern syntax").
 */

import { filterRegex, MAX_REGEXES } from "./regex-dialect.ts";
import type { Scanner } from "./scanner.ts";

/** Whether a field's value meets the condition; values are texts, whatever they were in JSON. */
export type Condition = (value: string) => boolean;

const OPERATOR = /!=|>=|<=|=|>|</y;
const NUMBER_AHEAD = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![^\s&|,)\]}])/y;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Counts across a whole pattern. */
export class RegexBudget {
  #count = 0;

  take(scanner: Scanner): void {
    this.#count += 1;
    if (this.#count > MAX_REGEXES) throw scanner.error(`more than ${MAX_REGEXES} regular expressions`);
  }
}

function numberOf(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

function textCondition(wanted: string): Condition {
  const open = wanted.startsWith("*");
  const ends = wanted.length > 1 && wanted.endsWith("*");
  const core = wanted.slice(open ? 1 : 0, ends ? -1 : undefined);
  if (open && ends) return (value) => value.includes(core);
  if (open) return (value) => value.endsWith(core);
  if (ends) return (value) => value.startsWith(core);
  return (value) => value === wanted;
}

const COMPARE: Readonly<Record<string, (value: number, wanted: number) => boolean>> = {
  "=": (value, wanted) => value === wanted,
  ">": (value, wanted) => value > wanted,
  ">=": (value, wanted) => value >= wanted,
  "<": (value, wanted) => value < wanted,
  "<=": (value, wanted) => value <= wanted,
};

function numericCondition(operator: string, wanted: number): Condition {
  const holds = COMPARE[operator] ?? (() => false);
  return (text) => {
    const value = numberOf(text);
    return value !== undefined && holds(value, wanted);
  };
}

/** What `=` asks for. */
function equality(scanner: Scanner, bare: RegExp, regexes: RegexBudget): Condition {
  const expression = scanner.regex();
  if (expression !== undefined) {
    regexes.take(scanner);
    return filterRegex(expression);
  }
  const quoted = scanner.quoted();
  if (quoted !== undefined) return textCondition(quoted);
  const text = scanner.take(bare);
  if (text === undefined) throw scanner.unexpected("a value");
  const number = numberOf(text);
  return number === undefined ? textCondition(text) : numericCondition("=", number);
}

/** Reads an operator and what it compares with; `bare` is what a value without quotes may be. */
export function readCondition(scanner: Scanner, bare: RegExp, regexes: RegexBudget): Condition {
  scanner.skipSpaces();
  const operator = scanner.take(OPERATOR);
  if (operator === undefined) throw scanner.unexpected("an operator (=, !=, <, >, <=, >=)");
  scanner.skipSpaces();
  if (operator === "=" || operator === "!=") {
    const equals = equality(scanner, bare, regexes);
    return operator === "=" ? equals : (value) => !equals(value);
  }
  const number = scanner.take(NUMBER_AHEAD);
  if (number === undefined) throw scanner.unexpected(`a number after '${operator}'`);
  return numericCondition(operator, Number(number));
}
