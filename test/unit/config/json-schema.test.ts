import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { editorSchema } from "../../../src/config/json-schema.ts";

const DOCS = resolve(import.meta.dirname, "../../../docs");

type Node = { readonly [key: string]: unknown };

const isMapping = (value: unknown): value is Node =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** The keywords that the schema may use, each with what it asks; a keyword that is not here fails every value. */
const KEYWORDS: Readonly<Record<string, (asked: unknown, value: unknown, node: Node, root: Node) => boolean>> = {
  type: (asked, value) => {
    switch (asked) {
      case "object":
        return isMapping(value);
      case "array":
        return Array.isArray(value);
      case "integer":
        return Number.isInteger(value);
      case "null":
        return value === null;
      default:
        return typeof value === asked;
    }
  },
  const: (asked, value) => asked === value,
  enum: (asked, value) => (asked as unknown[]).includes(value),
  pattern: (asked, value) => typeof value !== "string" || new RegExp(String(asked), "u").test(value),
  minLength: (asked, value) => typeof value !== "string" || [...value].length >= Number(asked),
  maxLength: (asked, value) => typeof value !== "string" || [...value].length <= Number(asked),
  minimum: (asked, value) => typeof value !== "number" || value >= Number(asked),
  maximum: (asked, value) => typeof value !== "number" || value <= Number(asked),
  exclusiveMinimum: (asked, value) => typeof value !== "number" || value > Number(asked),
  minItems: (asked, value) => !Array.isArray(value) || value.length >= Number(asked),
  maxItems: (asked, value) => !Array.isArray(value) || value.length <= Number(asked),
  items: (asked, value, _, root) => !Array.isArray(value) || value.every((one) => fits(asked as Node, one, root)),
  required: (asked, value) => !isMapping(value) || (asked as string[]).every((key) => key in value),
  properties: (asked, value, _, root) =>
    !isMapping(value) ||
    Object.entries(asked as Node).every(([key, one]) => !(key in value) || fits(one as Node, value[key], root)),
  additionalProperties: (asked, value, node, root) =>
    !isMapping(value) ||
    Object.entries(value).every(
      ([key, one]) => key in ((node.properties as Node) ?? {}) || (asked !== false && fits(asked as Node, one, root)),
    ),
  propertyNames: (asked, value, _, root) =>
    !isMapping(value) || Object.keys(value).every((key) => fits(asked as Node, key, root)),
  anyOf: (asked, value, _, root) => (asked as Node[]).some((one) => fits(one, value, root)),
  $ref: (asked, value, _, root) =>
    fits((root.$defs as Node)[String(asked).replace("#/$defs/", "")] as Node, value, root),
  // What says nothing of a value.
  format: () => true,
  $schema: () => true,
  $defs: () => true,
  title: () => true,
  description: () => true,
};

function fits(node: Node, value: unknown, root: Node = node): boolean {
  return Object.entries(node).every(([keyword, asked]) => KEYWORDS[keyword]?.(asked, value, node, root) ?? false);
}

const SCHEMA = editorSchema();
const FILE = { version: 1, zone: { name: "a.com" } };

describe("the published JSON Schema", () => {
  it("is what the validation has: run this test with -u after a change of the schema", async () => {
    await expect(`${JSON.stringify(SCHEMA, null, 2)}\n`).toMatchFileSnapshot(join(DOCS, "schema/r53kit.schema.json"));
  });

  it.each(readdirSync(join(DOCS, "examples")).filter((name) => name !== "testing"))("fits the example %s", (name) => {
    const text = readFileSync(join(DOCS, "examples", name, "r53kit.yaml"), "utf8");
    expect(fits(SCHEMA, parse(text, { merge: true }))).toBe(true);
  });

  it.each([
    ["an unknown key", { ...FILE, backnd: "local" }],
    ["an unknown key of a record", { ...FILE, records: [{ name: "w", type: "A", tll: 60, values: ["192.0.2.1"] }] }],
    ["an unknown type", { ...FILE, records: [{ name: "w", type: "AAA", ttl: 60, values: ["192.0.2.1"] }] }],
    ["text for a number", { ...FILE, records: [{ name: "w", type: "A", ttl: "60s", values: ["192.0.2.1"] }] }],
    ["a number out of its range", { ...FILE, records: [{ name: "w", type: "A", ttl: -1, values: ["192.0.2.1"] }] }],
    [
      "an interval that is not 10 or 30",
      { ...FILE, healthChecks: { c: { type: "TCP", address: "192.0.2.1", port: 1, interval: 20 } } },
    ],
    [
      "a weight in a failover group",
      {
        ...FILE,
        routing: [{ name: "w", type: "A", policy: "failover", answers: { a: { weight: 1, values: ["x"] } } }],
      },
    ],
    ["a key that cannot be one", { ...FILE, healthChecks: { "a b": { type: "TCP", address: "192.0.2.1", port: 1 } } }],
    ["another version", { ...FILE, version: 2 }],
  ])("does not fit %s", (_, value) => {
    expect(fits(SCHEMA, value)).toBe(false);
  });

  it.each([
    ["a number", { ...FILE, records: [{ name: "w", type: "A", ttl: "$\x7bTTL:-60}", values: ["192.0.2.1"] }] }],
    ["a word of a list", { ...FILE, backend: "$\x7bTARGET:-local}" }],
    ["an address", { ...FILE, healthChecks: { c: { type: "TCP", address: "$\x7bA}", port: "$\x7bP}" } } }],
  ])("lets a variable stand for %s", (_, value) => {
    expect(fits(SCHEMA, value)).toBe(true);
  });
});
