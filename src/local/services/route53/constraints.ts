/** The model's lengths, ranges and enumerations that a request's runtime schema does not carry, in AWS's words. */

import { validationMessage } from "../../protocol/validation.ts";
import { invalidInput } from "./errors.ts";

function shown(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A path from its segments, innermost last. AWS spells members with a lower-case first letter. */
function pathOf(segments: readonly string[]): string {
  return segments
    .filter((segment) => segment !== "")
    .map((segment) => segment.charAt(0).toLowerCase() + segment.slice(1))
    .join(".");
}

/**
 * Collects what a request breaks, so that one answer names all of it. Members that are not given break nothing; the empty
 * member name stands for the value at the path itself, e.g. an item of a list.
 */
export class Constraints {
  readonly #violations: string[];
  readonly #path: readonly string[];

  constructor(path: readonly string[] = [], violations: string[] = []) {
    this.#path = path;
    this.#violations = violations;
  }

  #add(member: string, value: unknown, rule: string): void {
    const at = pathOf([...this.#path, member]);
    this.#violations.push(`Value '${shown(value)}' at '${at}' failed to satisfy constraint: Member must ${rule}`);
  }

  /** The constraints of a structure inside. */
  in(member: string): Constraints {
    return new Constraints([...this.#path, member], this.#violations);
  }

  /** The constraints of a list's item, counted from 0. */
  item(index: number): Constraints {
    return new Constraints([...this.#path, `${index + 1}`, "member"], this.#violations);
  }

  /** Characters of a text, or items of a list. */
  length(member: string, value: string | readonly unknown[] | undefined, { min = 0, max = Infinity }): this {
    if (value === undefined) return this;
    if (value.length > max) this.#add(member, value, `have length less than or equal to ${max}`);
    if (value.length < min) this.#add(member, value, `have length greater than or equal to ${min}`);
    return this;
  }

  range(member: string, value: number | undefined, { min = -Infinity, max = Infinity }): this {
    if (value === undefined) return this;
    if (value > max) this.#add(member, value, `have value less than or equal to ${max}`);
    if (value < min) this.#add(member, value, `have value greater than or equal to ${min}`);
    return this;
  }

  oneOf(member: string, value: string | undefined, allowed: readonly string[]): this {
    if (value !== undefined && !allowed.includes(value)) {
      this.#add(member, value, `satisfy enum value set: [${allowed.join(", ")}]`);
    }
    return this;
  }

  /** Throws InvalidInput when anything was broken. */
  check(): void {
    const message = validationMessage(this.#violations);
    if (message !== undefined) throw invalidInput(message);
  }
}
