/** Parsed JSON to the value a schema asks for: types are checked strictly, members that the shape does not have are ignored, as AWS does. */

import type { NormalizedSchema } from "@smithy/core/schema";
import { MalformedRequestError } from "./aws-error.ts";
import { dateOf, readBlob, readTimestamp, TIMESTAMP, timestampFormatOf } from "./scalars.ts";
import { itemPath, memberPath } from "./validation.ts";

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function wrong(value: unknown, wanted: string, path: string): MalformedRequestError {
  const where = path === "" ? "the top of the document" : `'${path}'`;
  return new MalformedRequestError(`Expected ${wanted} at ${where}, but found ${kindOf(value)}`);
}

function readStructure(schema: NormalizedSchema, value: object, path: string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    const jsonName = member.getMergedTraits().jsonName;
    const key = typeof jsonName === "string" ? jsonName : name;
    if (!Object.hasOwn(value, key)) continue;
    const given = (value as Readonly<Record<string, unknown>>)[key];
    if (given !== null) result[name] = readJson(member, given, memberPath(path, name));
  }
  return result;
}

function readNumber(value: unknown, path: string): number {
  if (typeof value === "number") return value;
  // JSON has no way to write these; the protocol writes them as strings.
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  throw wrong(value, "a number", path);
}

/** Throws {@link MalformedRequestError}, naming the place by its path from the top. */
export function readJson(schema: NormalizedSchema, value: unknown, path = ""): unknown {
  if (schema.isStructSchema()) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(value, "an object", path);
    return readStructure(schema, value, path);
  }
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw wrong(value, "a list", path);
    const item = schema.getValueSchema();
    const sparse = schema.getMergedTraits().sparse !== undefined;
    return value.map((one: unknown, index) => {
      if (one === null && sparse) return null;
      return readJson(item, one, itemPath(path, index));
    });
  }
  if (schema.isMapSchema()) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(value, "an object", path);
    const item = schema.getValueSchema();
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, one]) => one !== null)
        .map(([key, one]) => [key, readJson(item, one, `${path}.${key}`)]),
    );
  }
  if (schema.isDocumentSchema()) return value;
  if (schema.isStringSchema()) {
    if (typeof value !== "string") throw wrong(value, "a string", path);
    return value;
  }
  if (schema.isBooleanSchema()) {
    if (typeof value !== "boolean") throw wrong(value, "true or false", path);
    return value;
  }
  if (schema.isNumericSchema()) return readNumber(value, path);
  if (schema.isBigIntegerSchema()) {
    const number = readNumber(value, path);
    if (!Number.isInteger(number)) throw wrong(value, "an integer", path);
    return BigInt(number);
  }
  if (schema.isTimestampSchema()) {
    const format = timestampFormatOf(schema, TIMESTAMP.epochSeconds);
    if (format === TIMESTAMP.epochSeconds) return dateOf(readNumber(value, path) * 1000, String(value), path);
    if (typeof value !== "string") throw wrong(value, "a timestamp", path);
    return readTimestamp(value, format, path);
  }
  if (schema.isBlobSchema()) {
    if (typeof value !== "string") throw wrong(value, "base64 text", path);
    return readBlob(value, path);
  }
  throw new MalformedRequestError(`a ${schema.getName() ?? "value"} cannot stand at '${path}'`);
}
