import { NormalizedSchema } from "@smithy/core/schema";
import { describe, expect, it } from "vitest";
import { MalformedRequestError } from "../../../../src/local/protocol/aws-error.ts";
import { readJson } from "../../../../src/local/protocol/json-input.ts";

type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];
const schemaOf = (raw: unknown) => NormalizedSchema.of(raw as SchemaRef);

const shape = schemaOf([
  3,
  "test",
  "Shape",
  0,
  ["text", "count", "flag", "at", "blob", "names", "tags"],
  [0, 1, 2, 4, 21, 64, 128],
]);

describe("reading JSON", () => {
  it("reads each type", () => {
    expect(
      readJson(shape, {
        text: "a",
        count: 1.5,
        flag: true,
        at: 1795162562.5,
        blob: "aGk=",
        names: ["b"],
        tags: { c: "d" },
      }),
    ).toEqual({
      text: "a",
      count: 1.5,
      flag: true,
      at: new Date("2026-11-20T08:16:02.500Z"),
      blob: new Uint8Array([104, 105]),
      names: ["b"],
      tags: { c: "d" },
    });
  });

  it("takes null for absent and ignores members it does not know, inherited ones too", () => {
    expect(readJson(shape, { text: null, other: 1, constructor: 2 })).toEqual({});
  });

  it("keeps a map's key called __proto__ a key", () => {
    const read = readJson(shape, JSON.parse('{"tags":{"__proto__":"x"}}')) as { tags: object };
    expect(Object.keys(read.tags)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(read.tags)).toBe(Object.prototype);
  });

  it.each([
    [{ text: 1 }, "Expected a string at 'text', but found a number"],
    [{ count: "1" }, "Expected a number at 'count', but found a string"],
    [{ flag: "true" }, "Expected true or false at 'flag', but found a string"],
    [{ names: "b" }, "Expected a list at 'names', but found a string"],
    [{ names: ["b", 2] }, "Expected a string at 'names.2.member', but found a number"],
    [{ names: [null] }, "Expected a string at 'names.1.member', but found null"],
    [{ tags: ["b"] }, "Expected an object at 'tags', but found a list"],
    [{ at: "2026-11-20T08:16:02Z" }, "Expected a number at 'at', but found a string"],
    [[], "Expected an object at the top of the document, but found a list"],
    [null, "Expected an object at the top of the document, but found null"],
  ])("refuses a wrong type, naming its place (%#)", (value, message) => {
    expect(() => readJson(shape, value)).toThrow(new MalformedRequestError(message));
  });
});
