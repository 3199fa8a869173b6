/**
 * Patterns for JSON events: `{ $.user.id = 1 && ($.errors[*] = "*timeout" || $.reason NOT EXISTS) }`. A condition on a
 * property that the event does not have, or that holds an object or a list, does not hold, whichever way it asks.
 */

import { type Condition, RegexBudget, readCondition } from "./condition.ts";
import { type Predicate, readLogic } from "./logic.ts";
import type { Scanner } from "./scanner.ts";

/** "*" is the wildcard: every element or property. */
type Step = string | number | "*";

interface Selector {
  readonly steps: readonly { readonly kind: "property" | "element" | "any"; readonly step: Step }[];
}

const PROPERTY = /[\p{L}\p{N}_-]+/uy;
const INDEX = /\d{1,9}/y;
const BRACKETED = /'((?:[^'\\]|\\[\s\S])*)'/y;
/** What needs no quotes. */
const BARE = /[\p{L}\p{N}_.*+-]+/uy;
/** "You can only use up to one wildcard selector in a property selector, and up to three ... with compound expressions." */
const MAX_WILDCARDS = 3;

class JsonPatternReader {
  readonly #scanner: Scanner;
  readonly #regexes = new RegexBudget();
  #wildcards = 0;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  read(): Predicate<unknown> {
    const scanner = this.#scanner;
    if (!scanner.accept("{")) throw scanner.unexpected("'{'");
    const predicate = readLogic(scanner, () => this.#condition());
    scanner.skipSpaces();
    if (!scanner.accept("}")) throw scanner.unexpected("'}', '&&' or '||'");
    scanner.skipSpaces();
    if (!scanner.done) throw scanner.unexpected("nothing after '}'");
    return predicate;
  }

  #wildcard(): { readonly kind: "any"; readonly step: "*" } {
    this.#wildcards += 1;
    if (this.#wildcards > MAX_WILDCARDS) throw this.#scanner.error(`more than ${MAX_WILDCARDS} wildcard selectors`);
    return { kind: "any", step: "*" };
  }

  #bracket(): Selector["steps"][number] {
    const scanner = this.#scanner;
    const name = scanner.take(BRACKETED)?.slice(1, -1) ?? scanner.quoted();
    const index = name === undefined ? scanner.take(INDEX) : undefined;
    const step =
      name !== undefined
        ? ({ kind: "property", step: name } as const)
        : index !== undefined
          ? ({ kind: "element", step: Number(index) } as const)
          : scanner.accept("*")
            ? this.#wildcard()
            : undefined;
    if (step === undefined) throw scanner.unexpected("an index, '*' or a quoted name");
    if (!scanner.accept("]")) throw scanner.unexpected("']'");
    return step;
  }

  /** `.name`, `.*`, `[0]`, `[*]`, `['name']` or `.['name']` */
  #step(): Selector["steps"][number] {
    const scanner = this.#scanner;
    const named = scanner.accept(".");
    if (scanner.accept("[")) return this.#bracket();
    if (named && scanner.accept("*")) return this.#wildcard();
    const step = scanner.take(PROPERTY);
    if (step === undefined) throw scanner.unexpected("the name of a property");
    return { kind: "property", step };
  }

  #selector(): Selector {
    const scanner = this.#scanner;
    scanner.skipSpaces();
    if (!scanner.accept("$")) throw scanner.unexpected("a property selector such as $.name");
    const steps: Selector["steps"][number][] = [];
    while (scanner.sees(".") || scanner.sees("[")) steps.push(this.#step());
    if (steps.length === 0) throw scanner.unexpected("'.' after '$'");
    if (steps.filter(({ kind }) => kind === "any").length > 1) {
      throw scanner.error("more than one wildcard in a property selector");
    }
    return { steps };
  }

  #condition(): Predicate<unknown> {
    const scanner = this.#scanner;
    const selector = this.#selector();
    scanner.skipSpaces();
    if (scanner.take(/NOT\s+EXISTS\b/iy) !== undefined) return (event) => selected(selector, event).length === 0;
    const is = scanner.take(/IS\s+(?:NULL|TRUE|FALSE)\b/iy);
    if (is !== undefined) {
      const wanted = JSON.parse(is.replace(/^IS\s+/i, "").toLowerCase()) as boolean | null;
      return (event) => selected(selector, event).includes(wanted);
    }
    if (scanner.take(/IS\b/iy) !== undefined) throw scanner.unexpected("NULL, TRUE or FALSE after IS");
    const condition = readCondition(scanner, BARE, this.#regexes);
    return (event) => selected(selector, event).some((value) => meets(value, condition));
  }
}

function meets(value: unknown, condition: Condition): boolean {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return false;
  return condition(String(value));
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** What a selector points at: nothing, one value or, with a wildcard, several. */
function selected({ steps }: Selector, event: unknown): unknown[] {
  let values = [event];
  for (const { kind, step } of steps) {
    values = values.flatMap((value) => {
      if (!isContainer(value)) return [];
      if (kind === "any") return Object.values(value);
      // An index picks from a list only, a name from an object only.
      if (Array.isArray(value) !== (kind === "element")) return [];
      return Object.hasOwn(value, step) ? [value[step]] : [];
    });
  }
  return values;
}

/** Reads the whole of what the scanner walks through. */
export function jsonPattern(scanner: Scanner): (message: string) => boolean {
  const predicate = new JsonPatternReader(scanner).read();
  return (message) => {
    let event: unknown;
    try {
      event = JSON.parse(message);
    } catch {
      return false;
    }
    return isContainer(event) && predicate(event);
  };
}
