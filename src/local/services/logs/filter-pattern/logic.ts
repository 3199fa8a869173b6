/** `&&`, `||` and parentheses around conditions; parentheses bind before AND, AND before OR. */

import type { Scanner } from "./scanner.ts";

const MAX_DEPTH = 50;

export type Predicate<Subject> = (subject: Subject) => boolean;

/** Reads an expression; `leaf` reads one condition. */
export function readLogic<Subject>(scanner: Scanner, leaf: () => Predicate<Subject>, depth = 0): Predicate<Subject> {
  if (depth > MAX_DEPTH) throw scanner.error(`parentheses nested deeper than ${MAX_DEPTH}`);

  function operand(): Predicate<Subject> {
    scanner.skipSpaces();
    if (!scanner.accept("(")) return leaf();
    const inner = readLogic(scanner, leaf, depth + 1);
    scanner.skipSpaces();
    if (!scanner.accept(")")) throw scanner.unexpected("')'");
    return inner;
  }

  function conjunction(): Predicate<Subject> {
    const all = [operand()];
    for (scanner.skipSpaces(); scanner.accept("&&"); scanner.skipSpaces()) all.push(operand());
    return (subject) => all.every((one) => one(subject));
  }

  const any = [conjunction()];
  for (scanner.skipSpaces(); scanner.accept("||"); scanner.skipSpaces()) any.push(conjunction());
  return (subject) => any.some((one) => one(subject));
}
