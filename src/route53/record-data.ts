/** A record's value in Route 53's presentation format: to typed fields, and back to one canonical text that can be compared. */

import { tokensOf } from "./record-data/character-strings.ts";
import { RecordDataError } from "./record-data/error.ts";
import { formatField, parseField } from "./record-data/field-text.ts";
import { type FieldSchema, type FieldValue, isOpenEnded, RECORD_SCHEMAS } from "./record-data/schemas.ts";
import type { RecordType } from "./record-set.ts";

export { quoteText } from "./record-data/character-strings.ts";
export { RecordDataError } from "./record-data/error.ts";
export type { FieldKind, FieldSchema, FieldValue } from "./record-data/schemas.ts";

export interface RecordData {
  readonly type: RecordType;
  /** In the order of the type's schema. */
  readonly fields: readonly FieldValue[];
}

/** Route 53's limit on one value of TXT and SPF, quotation marks and all (Developer Guide, "Supported DNS record types"). */
const MAX_TEXT_VALUE_CHARACTERS = 4000;

function checkTokenCount(type: RecordType, schema: readonly FieldSchema[], tokens: readonly string[]): void {
  const last = schema.at(-1);
  const openEnded = last !== undefined && isOpenEnded(last.kind);
  // A service binding may come without parameters; every other open-ended field has at least one token.
  const fewest = schema.length - (last?.kind === "serviceParameters" ? 1 : 0);
  if (tokens.length >= fewest && (openEnded || tokens.length === schema.length)) return;
  const [only] = schema;
  if (schema.length === 1 && only !== undefined) {
    // With one field everything is its value, so the complaint is that field's own.
    parseField(type, only, [only.kind === "strings" ? "unquoted" : tokens.join(" ")]);
    throw new RecordDataError("UnsupportedCharacter", "Value contains unsupported characters");
  }
  const names = schema.map((field) => field.name).join(", ");
  throw new RecordDataError(`${type}RRDATAIllegalNumberOfFields`, `Value should have the fields ${names}`);
}

/** Reads a value as Route 53 takes it. Throws {@link RecordDataError}. */
export function parseRecordData(type: RecordType, text: string): RecordData {
  if ((type === "TXT" || type === "SPF") && text.length > MAX_TEXT_VALUE_CHARACTERS) {
    throw new RecordDataError("CharacterStringTooLong", "Value is too long");
  }
  const schema = RECORD_SCHEMAS[type];
  const tokens = tokensOf(text);
  checkTokenCount(type, schema, tokens);
  const fields = schema.map((field, i) =>
    parseField(type, field, isOpenEnded(field.kind) ? tokens.slice(i) : tokens.slice(i, i + 1)),
  );
  return { type, fields };
}

/** The canonical text: absolute lower-case host names, RFC 5952 addresses, quoted strings, lower-case hexadecimal, single spaces. */
export function formatRecordData(data: Pick<RecordData, "fields">): string {
  return data.fields
    .map(formatField)
    .filter((text) => text !== "")
    .join(" ");
}

/** Two values of a type mean the same exactly when this is the same text. Throws {@link RecordDataError}. */
export function canonicalValue(type: RecordType, text: string): string {
  return formatRecordData(parseRecordData(type, text));
}
