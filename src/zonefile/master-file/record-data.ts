/** A record's data between a master file's tokens and Route 53's value: names relative to the origin, strings without quotation marks, decimal escapes, the generic form. */

import { rdataFromText, rdataToText } from "../../dns/rdata.ts";
import type { DomainName } from "../../route53/names.ts";
import { formatField } from "../../route53/record-data/field-text.ts";
import { isOpenEnded, RECORD_SCHEMAS } from "../../route53/record-data/schemas.ts";
import { canonicalValue, type FieldKind, parseRecordData, RecordDataError } from "../../route53/record-data.ts";
import type { RecordType } from "../../route53/record-set.ts";
import { masterName, readMasterName, withDecimalEscapes, withOctalEscapes } from "./escapes.ts";
import { type Position, ZoneFileError } from "./problem.ts";
import type { Token } from "./scanner.ts";
import { parseTtl } from "./ttl.ts";

/** Of an SOA; BIND takes units here, too. */
const TIMES = new Set(["refreshSeconds", "retrySeconds", "expireSeconds", "minimumSeconds"]);

function fieldText(kind: FieldKind, name: string, token: Token, origin: DomainName): string {
  switch (kind) {
    case "host":
      // In Route 53's text a quotation mark would open a string.
      return readMasterName(token.text, origin, token).replaceAll('"', "\\042");
    case "string":
    case "strings":
    case "text": {
      const text = withOctalEscapes(token.text, token);
      return text.startsWith('"') ? text : `"${text}"`;
    }
    case "serviceParameters":
      return withOctalEscapes(token.text, token);
    case "uint32":
      return TIMES.has(name) ? String(parseTtl(token.text) ?? token.text) : token.text;
    default:
      return token.text;
  }
}

function plainText(type: RecordType, tokens: readonly Token[], origin: DomainName): string {
  const schema = RECORD_SCHEMAS[type];
  const last = schema.at(-1);
  return tokens
    .map((token, i) => {
      // Tokens beyond the schema are the last field's, or one too many, which reading the value finds.
      const field = schema[i] ?? last;
      const beyond = i >= schema.length && field !== undefined && !isOpenEnded(field.kind);
      return field === undefined || beyond ? token.text : fieldText(field.kind, field.name, token, origin);
    })
    .join(" ");
}

/** Data in the generic form of RFC 3597 section 5. */
function genericText(type: RecordType, tokens: readonly Token[]): string {
  return rdataToText(type, rdataFromText(type, tokens.map((token) => token.text).join(" ")));
}

/** Route 53's value in canonical text. Throws {@link ZoneFileError} at `at` for data that is none of the type. */
export function readMasterData(type: RecordType, tokens: readonly Token[], origin: DomainName, at: Position): string {
  try {
    const isGeneric = tokens[0]?.text === "\\#";
    return canonicalValue(type, isGeneric ? genericText(type, tokens) : plainText(type, tokens, origin));
  } catch (error) {
    if (!(error instanceof RecordDataError)) throw error;
    const isText = type === "TXT" || type === "SPF";
    const fields = RECORD_SCHEMAS[type].map((field) => field.name).join(" ");
    throw new ZoneFileError(at, {
      code: "zonefile.bad-data",
      message: `this is no ${type} data: ${error.detail}`,
      next: isText
        ? `write strings of up to 255 characters each, as in ${type} "one" "two"; ${type} takes several`
        : `write ${fields}`,
    });
  }
}

/** A value as a master file wants it. Throws {@link RecordDataError} for what is no value of its type. */
export function masterData(type: RecordType, value: string): string {
  return parseRecordData(type, value)
    .fields.map((field) =>
      field.kind === "host" ? masterName(field.host, undefined) : withDecimalEscapes(formatField(field)),
    )
    .filter((text) => text !== "")
    .join(" ");
}
