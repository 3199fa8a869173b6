/** The model's constraints on an input, in AWS's words: `1 validation error detected: Value null at 'name' failed to ...`. */

import type { NormalizedSchema } from "@smithy/core/schema";
import { requiredMembersOf } from "./operation.ts";

/** AWS spells the path to a member with a lower-case first letter. */
export function memberPath(parent: string, member: string): string {
  const name = member.charAt(0).toLowerCase() + member.slice(1);
  return parent === "" ? name : `${parent}.${name}`;
}

export function itemPath(parent: string, index: number): string {
  return `${parent}.${index + 1}.member`;
}

/** One sentence per constraint that the value breaks, in the order of the model. */
export function violationsOf(schema: NormalizedSchema, value: unknown, path = ""): string[] {
  if (value === undefined || value === null) return [];
  if (schema.isStructSchema()) {
    const found: string[] = [];
    const members = value as Readonly<Record<string, unknown>>;
    const required = requiredMembersOf(schema);
    for (const [name, member] of schema.structIterator()) {
      const at = memberPath(path, name);
      const given = members[name];
      if (given === undefined || given === null) {
        if (required.includes(name))
          found.push(`Value null at '${at}' failed to satisfy constraint: Member must not be null`);
      } else if (member.isStructSchema() || member.isListSchema() || member.isMapSchema()) {
        found.push(...violationsOf(member, given, at));
      }
    }
    return found;
  }
  if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    return (value as readonly unknown[]).flatMap((one, index) => violationsOf(item, one, itemPath(path, index)));
  }
  if (schema.isMapSchema()) {
    const item = schema.getValueSchema();
    return Object.entries(value as object).flatMap(([key, one]) => violationsOf(item, one, `${path}.${key}.member`));
  }
  return [];
}

/** The message AWS makes of the violations, or undefined when there is none. */
export function validationMessage(violations: readonly string[]): string | undefined {
  if (violations.length === 0) return undefined;
  const count = violations.length === 1 ? "1 validation error" : `${violations.length} validation errors`;
  return `${count} detected: ${violations.join("; ")}`;
}
