import { NormalizedSchema } from "@smithy/core/schema";
import { describe, expect, it } from "vitest";
import { MalformedRequestError } from "../../../../src/local/protocol/aws-error.ts";
import { readScalar, TIMESTAMP } from "../../../../src/local/protocol/scalars.ts";

const number = NormalizedSchema.of(1);
const boolean = NormalizedSchema.of(2);
const timestamp = NormalizedSchema.of(4);
const httpDate = NormalizedSchema.of(6);
const epochSeconds = NormalizedSchema.of(7);
const blob = NormalizedSchema.of(21);

const read = (schema: NormalizedSchema, text: string) => readScalar(schema, text, TIMESTAMP.dateTime, "a.b");

describe("reading scalars", () => {
  it("reads numbers, booleans and base64, with white space around them", () => {
    expect(read(number, " 300 ")).toBe(300);
    expect(read(number, "-1.5e3")).toBe(-1500);
    expect(read(boolean, "\ntrue\n")).toBe(true);
    expect(read(boolean, "false")).toBe(false);
    expect(read(blob, "aGk=")).toEqual(new Uint8Array([104, 105]));
  });

  it("reads each timestamp format, and the schema's own before the place's", () => {
    const at = new Date("2026-11-20T08:16:02.000Z");
    expect(read(timestamp, "2026-11-20T08:16:02Z")).toEqual(at);
    expect(read(timestamp, "2026-11-20T09:16:02+01:00")).toEqual(at);
    expect(read(httpDate, "Fri, 20 Nov 2026 08:16:02 GMT")).toEqual(at);
    expect(read(epochSeconds, "1795162562")).toEqual(at);
  });

  it.each([
    [number, "abc"],
    [number, ""],
    [number, "0x10"],
    [number, "1e999"],
    [number, "1 2"],
    [boolean, "yes"],
    [boolean, "TRUE"],
    [timestamp, "yesterday"],
    [timestamp, "2026-13-45T00:00:00Z"],
    [httpDate, "2026-11-20T08:16:02Z"],
    [epochSeconds, "9e30"],
    [blob, "not base64!"],
    [blob, "aGk"],
  ])("refuses what is no such value (%#)", (schema, text) => {
    expect(() => read(schema, text)).toThrow(MalformedRequestError);
  });

  it("names the place and shortens what it quotes", () => {
    expect(() => read(number, "x".repeat(500))).toThrow(/^'x{64}\.\.\.' at 'a\.b' is not a number$/);
  });
});
