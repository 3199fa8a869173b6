/** What a single value must be, each rule with its sentence in AWS's words. */

import { javaPattern } from "./java-pattern.ts";
import type { ScalarConstraints } from "./model.ts";

export interface Rule {
  /** e.g. `Member must have length less than or equal to 32` */
  readonly sentence: string;
  holds(value: unknown): boolean;
}

const lengthOf = (value: unknown) => (typeof value === "string" || value instanceof Uint8Array ? value.length : 0);

function atMost(what: "length" | "value", max: number, measure: (value: unknown) => number): Rule {
  return {
    sentence: `Member must have ${what} less than or equal to ${max}`,
    holds: (value) => measure(value) <= max,
  };
}

function atLeast(what: "length" | "value", min: number, measure: (value: unknown) => number): Rule {
  return {
    sentence: `Member must have ${what} greater than or equal to ${min}`,
    holds: (value) => measure(value) >= min,
  };
}

/** In the order in which AWS lists the rules of a list's items: greatest, least, pattern. */
export function rulesOf(constraints: ScalarConstraints): readonly Rule[] {
  if (constraints.is === "enum") {
    const allowed = new Set<unknown>(constraints.values);
    const sentence = `Member must satisfy enum value set: [${constraints.values.join(", ")}]`;
    return [{ sentence, holds: (value) => allowed.has(value) }];
  }
  const { min, max } = constraints;
  const [what, measure] = constraints.is === "text" ? (["length", lengthOf] as const) : (["value", Number] as const);
  const rules: Rule[] = [];
  if (max !== undefined) rules.push(atMost(what, max, measure));
  if (min !== undefined) rules.push(atLeast(what, min, measure));
  if (constraints.is === "text" && constraints.pattern !== undefined) {
    const pattern = javaPattern(constraints.pattern);
    rules.push({
      sentence: `Member must satisfy regular expression pattern: ${constraints.pattern}`,
      // A text that is too long is refused for that already: no pattern gets to work on more than its model foresees.
      holds: (value) => typeof value !== "string" || value.length > (max ?? Infinity) || pattern.test(value),
    });
  }
  return rules;
}
