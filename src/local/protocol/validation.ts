/** The model's constraints on an input, in AWS's words: `1 validation error detected: Value null at 'name' failed to ...`. */

import type { NormalizedSchema } from "@smithy/core/schema";
import { InputPath } from "./input-path.ts";
import { requiredMembersOf } from "./operation.ts";

export { itemPath, memberPath } from "./input-path.ts";

function collect(schema: NormalizedSchema, value: unknown, path: InputPath, found: string[]): void {
  if (value === undefined || value === null) return;
  if (schema.isStructSchema()) {
    const members = value as Readonly<Record<string, unknown>>;
    const required = requiredMembersOf(schema);
    for (const [name, member] of schema.structIterator()) {
      const given = members[name];
      if (given === undefined || given === null) {
        if (!required.has(name)) continue;
        path.enter(name);
        found.push(`Value null at '${path}' failed to satisfy constraint: Member must not be null`);
        path.leave();
      } else if (typeof given === "object") {
        path.enter(name);
        collect(member, given, path, found);
        path.leave();
      }
    }
  } else if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    for (const [index, one] of (value as readonly unknown[]).entries()) {
      path.enterItem(index);
      collect(item, one, path, found);
      path.leave();
    }
  } else if (schema.isMapSchema()) {
    const item = schema.getValueSchema();
    for (const [key, one] of Object.entries(value as object)) {
      path.enter(key);
      collect(item, one, path, found);
      path.leave();
    }
  }
}

/** One sentence per constraint that the value breaks, in the order of the model. */
export function violationsOf(schema: NormalizedSchema, value: unknown): string[] {
  const found: string[] = [];
  collect(schema, value, new InputPath(), found);
  return found;
}

/** The message AWS makes of the violations, or undefined when there is none. */
export function validationMessage(violations: readonly string[]): string | undefined {
  if (violations.length === 0) return undefined;
  const count = violations.length === 1 ? "1 validation error" : `${violations.length} validation errors`;
  return `${count} detected: ${violations.join("; ")}`;
}
