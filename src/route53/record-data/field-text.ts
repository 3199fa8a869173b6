/** One field of a record's data as text: reading it, with Route 53's complaint when it is wrong, and writing its canonical form. */

import { unreachable } from "../../errors.ts";
import { type DomainName, domainName, InvalidNameError } from "../names.ts";
import { isQuoted, MAX_STRING_OCTETS, octetsOf, quote, quotedString } from "./character-strings.ts";
import { RecordDataError } from "./error.ts";
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "./ip-address.ts";
import type { FieldSchema, FieldValue } from "./schemas.ts";
import { formatServiceParameters, parseServiceParameters, ServiceParameterError } from "./service-parameters.ts";

const LARGEST = { uint8: 0xff, uint16: 0xffff, uint32: 0xffffffff } as const;

function host(text: string): DomainName {
  if (text === "") throw new RecordDataError("DomainLabelEmpty", "Domain label is empty");
  try {
    return domainName(text);
  } catch (error) {
    if (!(error instanceof InvalidNameError)) throw error;
    if (/(^|[^\\])\.\.|^\./.test(text)) throw new RecordDataError("DomainLabelEmpty", "Domain label is empty");
    if (text.split(".").some((label) => label.length > 63)) {
      throw new RecordDataError("DomainLabelTooLong", "Domain label is too long");
    }
    throw new RecordDataError("InvalidDomainName", "Value is not a valid domain name");
  }
}

/**
 * Reads a field from its tokens: exactly one, or what is left for an open-ended kind. Of the codes only those of A, AAAA and
 * the character-strings are known from AWS; the others follow their pattern, `<TYPE>RRDATAIllegal<Field>`.
 */
export function parseField(type: string, schema: FieldSchema, tokens: readonly string[]): FieldValue {
  const { name, kind } = schema;
  const token = tokens[0] ?? "";
  const illegal = (what: string, detail: string) => new RecordDataError(`${type}RRDATAIllegal${what}`, detail);
  const capitalised = name.charAt(0).toUpperCase() + name.slice(1);
  switch (kind) {
    case "uint8":
    case "uint16":
    case "uint32": {
      const value = Number(token);
      if (!/^[0-9]{1,10}$/.test(token) || value > LARGEST[kind]) {
        throw illegal(capitalised, `Value is not a number from 0 to ${LARGEST[kind]}`);
      }
      return { name, kind, value };
    }
    case "ipv4": {
      const octets = parseIpv4(token);
      if (octets === undefined) throw illegal("IPv4Address", "Value is not a valid IPv4 address");
      return { name, kind, octets };
    }
    case "ipv6": {
      const octets = parseIpv6(token);
      if (octets === undefined) throw illegal("IPv6Address", "Value is not a valid IPv6 address");
      return { name, kind, octets };
    }
    case "host":
      if (token.includes('"')) {
        throw new RecordDataError("UnsupportedCharacter", "Value contains unsupported characters");
      }
      return { name, kind, host: host(token) };
    case "string":
      return { name, kind, octets: quotedString(token) };
    case "strings":
      return { name, kind, strings: tokens.map(quotedString) };
    case "tag":
      if (!/^[a-z0-9]+$/i.test(token) || token.length > MAX_STRING_OCTETS) {
        throw illegal(capitalised, "Value is not a word of letters and digits");
      }
      return { name, kind, octets: Buffer.from(token.toLowerCase(), "latin1") };
    case "text":
      if (!isQuoted(token) && token.includes('"')) {
        throw new RecordDataError("InvalidCharacterString", "Value should be enclosed in quotation marks");
      }
      return { name, kind, octets: octetsOf(token) };
    case "hex": {
      const digits = tokens.join("");
      if (digits === "" || digits.length % 2 !== 0 || !/^[0-9a-f]+$/i.test(digits)) {
        throw illegal(capitalised, "Value is not an even number of hexadecimal digits");
      }
      return { name, kind, octets: Buffer.from(digits, "hex") };
    }
    case "serviceParameters":
      try {
        return { name, kind, parameters: parseServiceParameters(tokens) };
      } catch (error) {
        if (error instanceof ServiceParameterError) throw illegal("ServiceParameter", error.message);
        throw error;
      }
    default:
      return unreachable(kind);
  }
}

export function formatField(field: FieldValue): string {
  switch (field.kind) {
    case "uint8":
    case "uint16":
    case "uint32":
      return String(field.value);
    case "ipv4":
      return formatIpv4(field.octets);
    case "ipv6":
      return formatIpv6(field.octets);
    case "host":
      // A quotation mark is plain in a name's own text, but here it would open a string.
      return field.host.replaceAll('"', "\\042");
    case "string":
    case "text":
      return quote(field.octets);
    case "strings":
      return field.strings.map(quote).join(" ");
    case "tag":
      return Buffer.from(field.octets).toString("latin1");
    case "hex":
      return Buffer.from(field.octets).toString("hex");
    case "serviceParameters":
      return formatServiceParameters(field.parameters).join(" ");
    default:
      return unreachable(field);
  }
}
