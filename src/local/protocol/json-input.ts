/** Parsed JSON to the value a schema asks for: types are checked strictly, members that the shape does not have are ignored, as AWS does. */

import type { NormalizedSchema } from "@smithy/core/schema";
import { MalformedRequestError } from "./aws-error.ts";
import { InputPath } from "./input-path.ts";
import { dateOf, readBlob, readTimestamp, TIMESTAMP, timestampFormatOf } from "./scalars.ts";

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}

class JsonReader {
  readonly #path = new InputPath();

  #wrong(value: unknown, wanted: string): MalformedRequestError {
    const where = this.#path.atTop ? "the top of the document" : `'${this.#path}'`;
    return new MalformedRequestError(`Expected ${wanted} at ${where}, but found ${kindOf(value)}`);
  }

  #object(value: unknown): Readonly<Record<string, unknown>> {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.#wrong(value, "an object");
    return value as Readonly<Record<string, unknown>>;
  }

  #structure(schema: NormalizedSchema, value: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const [name, member] of schema.structIterator()) {
      const jsonName = member.getMergedTraits().jsonName;
      const key = typeof jsonName === "string" ? jsonName : name;
      const given = Object.hasOwn(value, key) ? value[key] : undefined;
      if (given === undefined || given === null) continue;
      this.#path.enter(name);
      result[name] = this.read(member, given);
      this.#path.leave();
    }
    return result;
  }

  #list(schema: NormalizedSchema, value: unknown): unknown[] {
    if (!Array.isArray(value)) throw this.#wrong(value, "a list");
    const item = schema.getValueSchema();
    const sparse = schema.getMergedTraits().sparse !== undefined;
    return value.map((one: unknown, index) => {
      if (one === null && sparse) return null;
      this.#path.enterItem(index);
      const read = this.read(item, one);
      this.#path.leave();
      return read;
    });
  }

  #map(schema: NormalizedSchema, value: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const item = schema.getValueSchema();
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, one]) => one !== null)
        .map(([key, one]) => {
          this.#path.enterValue(key);
          const read = this.read(item, one);
          this.#path.leave();
          return [key, read];
        }),
    );
  }

  #number(value: unknown): number {
    if (typeof value === "number") return value;
    // JSON has no way to write these; the protocol writes them as strings.
    if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
    throw this.#wrong(value, "a number");
  }

  #text(value: unknown, wanted: string): string {
    if (typeof value !== "string") throw this.#wrong(value, wanted);
    return value;
  }

  read(schema: NormalizedSchema, value: unknown): unknown {
    if (schema.isStructSchema()) return this.#structure(schema, this.#object(value));
    if (schema.isListSchema()) return this.#list(schema, value);
    if (schema.isMapSchema()) return this.#map(schema, this.#object(value));
    if (schema.isDocumentSchema()) return value;
    if (schema.isStringSchema()) return this.#text(value, "a string");
    if (schema.isBooleanSchema()) {
      if (typeof value !== "boolean") throw this.#wrong(value, "true or false");
      return value;
    }
    if (schema.isNumericSchema()) return this.#number(value);
    if (schema.isBigIntegerSchema()) {
      const number = this.#number(value);
      if (!Number.isInteger(number)) throw this.#wrong(value, "an integer");
      return BigInt(number);
    }
    if (schema.isTimestampSchema()) {
      const format = timestampFormatOf(schema, TIMESTAMP.epochSeconds);
      if (format === TIMESTAMP.epochSeconds) return dateOf(this.#number(value) * 1000, String(value), this.#path);
      return readTimestamp(this.#text(value, "a timestamp"), format, this.#path);
    }
    if (schema.isBlobSchema()) return readBlob(this.#text(value, "base64 text"), this.#path);
    throw new MalformedRequestError(`a ${schema.getName() ?? "value"} cannot stand at '${this.#path}'`);
  }
}

/** Throws {@link MalformedRequestError}, naming the place by its path from the top. */
export function readJson(schema: NormalizedSchema, value: unknown): unknown {
  return new JsonReader().read(schema, value);
}
