/** `${NAME}` and `${NAME:-default}` in text, put in from an environment that is passed in; `$${` is the text `${`. Pure. */

export type Environment = Readonly<Record<string, string | undefined>>;

export interface VariableProblem {
  /** Which `${` of the text it is about, counted from 0, those that are escaped included. */
  readonly index: number;
  readonly message: string;
  readonly next: string;
}

export interface Substituted {
  readonly text: string;
  /** Whether a variable or its default is part of the text. */
  readonly hasVariable: boolean;
  readonly problems: readonly VariableProblem[];
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const ESCAPED = "$" + "${";
const OPENING = "$" + "{";

/** A default ends at the first `}`, and an empty one is one. A variable that is set and empty is as good as not set, as in a shell. */
export function substituteVariables(text: string, environment: Environment): Substituted {
  const problems: VariableProblem[] = [];
  let result = "";
  let hasVariable = false;
  let at = 0;
  for (let index = 0; ; index++) {
    const start = text.indexOf(OPENING, at);
    if (start < 0) return { text: result + text.slice(at), hasVariable, problems };
    if (text[start - 1] === "$" && start > at) {
      result += `${text.slice(at, start - 1)}${OPENING}`;
      at = start + OPENING.length;
      continue;
    }
    result += text.slice(at, start);
    const end = text.indexOf("}", start);
    if (end < 0) {
      problems.push({
        index,
        message: `'${OPENING}' has no closing '}'`,
        next: `close it, or write ${ESCAPED} for the text ${OPENING}`,
      });
      return { text: result, hasVariable, problems };
    }
    const [, name = "", fallback] = /^(.*?)(?::-(.*))?$/s.exec(text.slice(start + OPENING.length, end)) ?? [];
    at = end + 1;
    if (!NAME.test(name)) {
      problems.push({
        index,
        message: `'${name}' is no name of a variable`,
        next: `write ${OPENING}NAME} or ${OPENING}NAME:-default}, or ${ESCAPED} for the text ${OPENING}`,
      });
      continue;
    }
    hasVariable = true;
    const value = environment[name];
    if (fallback !== undefined) result += value || fallback;
    else if (value !== undefined) result += value;
    else {
      problems.push({
        index,
        message: `the variable ${name} is not set`,
        next: `set it, or give it a default: ${OPENING}${name}:-...}`,
      });
    }
  }
}
