/** The shape of r53kit.yaml as a JSON Schema (draft 2020-12) for editors, from the same source as the validation. */

import { z } from "zod";
import { fileSchema } from "./schema.ts";

type Node = { [key: string]: unknown };

/** A value that holds a variable stands for any of its type. */
const VARIABLE = { $ref: "#/$defs/variable" };

/** What a variable can stand for: values whose text a schema holds to something. A constant tells apart what a mapping is. */
function isHeld({ type, enum: values, pattern, format }: Node): boolean {
  if (type === "integer" || type === "number" || type === "boolean") return true;
  return type === "string" && (values !== undefined || pattern !== undefined || format !== undefined);
}

/** `asKey`: keys hold no variables. */
function forEditors(node: unknown, asKey = false): unknown {
  if (Array.isArray(node)) return node.map((one) => forEditors(one));
  if (node === null || typeof node !== "object") return node;
  const own: Node = {};
  for (const [key, value] of Object.entries(node)) {
    // A mapping with a variable in it fits more than one shape.
    if (key === "oneOf") own.anyOf = forEditors(value);
    else if (key === "propertyNames") own[key] = forEditors(value, true);
    else if (key === "properties" || key === "$defs") {
      own[key] = Object.fromEntries(Object.entries(value as Node).map(([name, one]) => [name, forEditors(one)]));
    } else own[key] = key === "enum" || key === "const" || key === "required" ? value : forEditors(value);
  }
  return !asKey && isHeld(own) ? { anyOf: [own, VARIABLE] } : own;
}

/** Plain JSON. What one value means for another is not in it: that is for `r53kit setup plan` to say. */
export function editorSchema(): Readonly<Record<string, unknown>> {
  const { $schema, $defs, ...shape } = z.toJSONSchema(fileSchema, { io: "input", reused: "ref" }) as Node;
  const { properties, required, ...rest } = forEditors(shape) as Node;
  return {
    $schema,
    title: "r53kit.yaml",
    description: "A set-up of r53kit: hosted zones and what belongs to them. Every key is in docs/reference/config.md.",
    ...rest,
    properties,
    // An included file leaves the version out.
    required: (required as readonly string[]).filter((key) => key !== "version"),
    $defs: {
      variable: { type: "string", pattern: "\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}" },
      ...(forEditors($defs ?? {}) as Node),
    },
  };
}
