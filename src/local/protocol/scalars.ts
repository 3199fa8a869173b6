/** Text to the scalar that a schema asks for: what XML elements, query parameters, path labels and headers have in common. */

import type { NormalizedSchema } from "@smithy/core/schema";
import { MalformedRequestError } from "./aws-error.ts";

/** As the SDK's schemas number them: 4 is "the default of the place it stands in". */
export const TIMESTAMP = { default: 4, dateTime: 5, httpDate: 6, epochSeconds: 7 } as const;
export type TimestampFormat = (typeof TIMESTAMP)["dateTime" | "httpDate" | "epochSeconds"];

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d(?:\.\d+)? GMT$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Names the place of a value in errors; only asked then. */
type Place = { toString(): string };

function wrong(where: Place, text: string, wanted: string): MalformedRequestError {
  const shown = text.length > 64 ? `${text.slice(0, 64)}...` : text;
  return new MalformedRequestError(`'${shown}' at '${where}' is not ${wanted}`);
}

/** The timestamp format of a schema, where `fallback` is the protocol's default for the place. */
export function timestampFormatOf(schema: NormalizedSchema, fallback: TimestampFormat): TimestampFormat {
  const own = schema.getSchema();
  return own === TIMESTAMP.dateTime || own === TIMESTAMP.httpDate || own === TIMESTAMP.epochSeconds ? own : fallback;
}

export function readNumber(text: string, where: Place): number {
  if (NUMBER.test(text)) {
    const value = Number(text);
    if (Number.isFinite(value)) return value;
  }
  throw wrong(where, text, "a number");
}

export function readTimestamp(text: string, format: TimestampFormat, where: Place): Date {
  if (format === TIMESTAMP.epochSeconds) return dateOf(readNumber(text, where) * 1000, text, where);
  const pattern = format === TIMESTAMP.dateTime ? DATE_TIME : HTTP_DATE;
  return dateOf(pattern.test(text) ? Date.parse(text) : Number.NaN, text, where);
}

/** Throws when the milliseconds are no date. */
export function dateOf(epochMs: number, text: string, where: Place): Date {
  const date = new Date(epochMs);
  if (Number.isNaN(date.getTime())) throw wrong(where, text, "a timestamp");
  return date;
}

export function readBlob(text: string, where: Place): Uint8Array {
  const packed = text.replace(/\s+/g, "");
  if (!BASE64.test(packed)) throw wrong(where, text, "base64");
  return new Uint8Array(Buffer.from(packed, "base64"));
}

/** Reads a scalar. `where` names it in the error, e.g. `changeBatch.changes.1.member.resourceRecordSet.TTL`. */
export function readScalar(schema: NormalizedSchema, text: string, timestamps: TimestampFormat, where: Place): unknown {
  if (schema.isStringSchema()) return text;
  const bare = text.trim();
  if (schema.isNumericSchema()) return readNumber(bare, where);
  if (schema.isBooleanSchema()) {
    if (bare === "true") return true;
    if (bare === "false") return false;
    throw wrong(where, text, "true or false");
  }
  if (schema.isTimestampSchema()) return readTimestamp(bare, timestampFormatOf(schema, timestamps), where);
  if (schema.isBlobSchema()) return readBlob(bare, where);
  if (schema.isBigIntegerSchema()) {
    if (/^[+-]?\d{1,400}$/.test(bare)) return BigInt(bare);
    throw wrong(where, text, "an integer");
  }
  throw new MalformedRequestError(`a ${schema.getName() ?? "value"} cannot stand at '${where}'`);
}
