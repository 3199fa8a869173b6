/** Record data between text and the wire: Route 53's types by their schemas, DNSSEC's for display, everything else in the generic form of RFC 3597. */

import { unreachable } from "../errors.ts";
import { type FieldSchema, type FieldValue, RECORD_SCHEMAS } from "../route53/record-data/schemas.ts";
import {
  formatServiceParameters,
  parseServiceParameters,
  ServiceParameterError,
} from "../route53/record-data/service-parameters.ts";
import { formatRecordData, parseRecordData, RecordDataError } from "../route53/record-data.ts";
import { isRecordType } from "../route53/record-set.ts";
import { dnssecText } from "./dnssec-text.ts";
import { nameToWire, readName } from "./name-wire.ts";
import { typeName, typeNumber } from "./types.ts";
import { MalformedMessageError, WireReader, WireWriter } from "./wire.ts";

/** Types beyond Route 53's whose data has the shape of one of its types. */
const SAME_SHAPE: Readonly<Record<string, keyof typeof RECORD_SCHEMAS>> = {
  DNAME: "CNAME",
  CDS: "DS",
  SMIMEA: "TLSA",
  AFSDB: "MX",
  RT: "MX",
  KX: "MX",
  MB: "CNAME",
  MG: "CNAME",
  MR: "CNAME",
};

function shapeOf(type: string): keyof typeof RECORD_SCHEMAS | undefined {
  return isRecordType(type) ? type : SAME_SHAPE[type];
}

function writeField(writer: WireWriter, field: FieldValue): void {
  switch (field.kind) {
    case "uint8":
      writer.uint8(field.value);
      return;
    case "uint16":
      writer.uint16(field.value);
      return;
    case "uint32":
      writer.uint32(field.value);
      return;
    case "ipv4":
    case "ipv6":
    case "text":
    case "hex":
      writer.bytes(field.octets);
      return;
    case "host":
      writer.bytes(nameToWire(field.host));
      return;
    case "string":
    case "tag":
      writer.uint8(field.octets.length);
      writer.bytes(field.octets);
      return;
    case "strings":
      for (const string of field.strings) {
        writer.uint8(string.length);
        writer.bytes(string);
      }
      return;
    case "serviceParameters":
      for (const { key, value } of field.parameters) {
        writer.uint16(key);
        writer.uint16(value.length);
        writer.bytes(value);
      }
      return;
    default:
      unreachable(field);
  }
}

function readField(reader: WireReader, { name, kind }: FieldSchema): FieldValue {
  switch (kind) {
    case "uint8":
      return { name, kind, value: reader.uint8() };
    case "uint16":
      return { name, kind, value: reader.uint16() };
    case "uint32":
      return { name, kind, value: reader.uint32() };
    case "ipv4":
      return { name, kind, octets: reader.bytes(4) };
    case "ipv6":
      return { name, kind, octets: reader.bytes(16) };
    case "host":
      return { name, kind, host: readName(reader, false).name };
    case "string":
      return { name, kind, octets: reader.bytes(reader.uint8()) };
    case "tag": {
      const octets = reader.bytes(reader.uint8());
      if (!/^[a-z0-9]+$/i.test(Buffer.from(octets).toString("latin1")))
        throw new MalformedMessageError("a tag is no word");
      return { name, kind, octets };
    }
    case "hex":
      if (reader.left === 0) throw new MalformedMessageError("a field in hexadecimal is empty");
      return { name, kind, octets: reader.bytes(reader.left) };
    case "text":
      return { name, kind, octets: reader.bytes(reader.left) };
    case "strings": {
      const strings: Uint8Array[] = [];
      do strings.push(reader.bytes(reader.uint8()));
      while (reader.left > 0);
      return { name, kind, strings };
    }
    case "serviceParameters": {
      const parameters: { key: number; value: Uint8Array }[] = [];
      while (reader.left > 0) {
        const key = reader.uint16();
        if (key <= (parameters.at(-1)?.key ?? -1))
          throw new MalformedMessageError("service parameters are out of order");
        parameters.push({ key, value: reader.bytes(reader.uint16()) });
      }
      // What the text form cannot say is refused here, so that the generic form is shown.
      parseServiceParameters(formatServiceParameters(parameters));
      return { name, kind, parameters };
    }
    default:
      return unreachable(kind);
  }
}

/** RFC 3597 section 5: `\# 4 0a000001`. */
const GENERIC = /^\\#\s+([0-9]{1,5})((?:\s+[0-9a-f]+)*)\s*$/i;

function genericText(rdata: Uint8Array): string {
  const hex = Buffer.from(rdata).toString("hex");
  return hex === "" ? "\\# 0" : `\\# ${rdata.length} ${hex}`;
}

function genericRdata(text: string): Uint8Array | undefined {
  const match = GENERIC.exec(text.trim());
  if (match === null) return undefined;
  const hex = (match[2] ?? "").replace(/\s+/g, "");
  if (hex.length !== Number(match[1]) * 2) {
    throw new RecordDataError("InvalidGenericData", "The length does not fit the hexadecimal digits");
  }
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

/**
 * Data for the wire, names uncompressed, from Route 53's presentation format or the generic form.
 * Throws {@link RecordDataError}; for a type Route 53 does not host only the generic form is taken.
 */
export function rdataFromText(type: string, text: string): Uint8Array {
  const generic = genericRdata(text);
  if (generic !== undefined) return generic;
  if (typeNumber(type) === undefined || !isRecordType(type)) {
    throw new RecordDataError("UnsupportedRecordType", `${type} data can be given in the form \\# LENGTH HEX only`);
  }
  const writer = new WireWriter(64);
  for (const field of parseRecordData(type, text).fields) writeField(writer, field);
  return Uint8Array.from(writer.finish());
}

function knownText(type: string, rdata: Uint8Array): string | undefined {
  const shape = shapeOf(type);
  if (shape === undefined) return dnssecText(type, rdata);
  const reader = new WireReader(rdata);
  const fields = RECORD_SCHEMAS[shape].map((field) => readField(reader, field));
  return reader.left === 0 ? formatRecordData({ fields }) : undefined;
}

/** Data from the wire as text that {@link rdataFromText} reads back (of Route 53's types); never throws. */
export function rdataToText(type: number | string, rdata: Uint8Array): string {
  try {
    return knownText(typeof type === "number" ? typeName(type) : type, rdata) ?? genericText(rdata);
  } catch (error) {
    if (error instanceof MalformedMessageError || error instanceof ServiceParameterError) return genericText(rdata);
    throw error;
  }
}
