/**
 * What each record type's data consists of, field by field: the one table that drives text here and the wire in dns/.
 * Sources: RFC 1035, 2782, 3403, 3596, 4034, 4255, 6698, 8659, 9460; Developer Guide, "Supported DNS record types".
 */

import type { DomainName } from "../names.ts";
import type { RecordType } from "../record-set.ts";
import type { ServiceParameter } from "./service-parameters.ts";

/** One field with its value; `name` is the schema's. */
export type FieldValue = { readonly name: string } & (
  | { readonly kind: "uint8" | "uint16" | "uint32"; readonly value: number }
  | { readonly kind: "ipv4" | "ipv6"; readonly octets: Uint8Array }
  | { readonly kind: "host"; readonly host: DomainName }
  /** One character-string: a length octet and up to 255 octets. */
  | { readonly kind: "string"; readonly octets: Uint8Array }
  /** One or more character-strings to the end. */
  | { readonly kind: "strings"; readonly strings: readonly Uint8Array[] }
  /** A property tag (CAA): a character-string of letters and digits, written bare. */
  | { readonly kind: "tag"; readonly octets: Uint8Array }
  /** Octets to the end, written as a quoted string. */
  | { readonly kind: "text"; readonly octets: Uint8Array }
  /** Octets to the end, written in hexadecimal, possibly in several groups. */
  | { readonly kind: "hex"; readonly octets: Uint8Array }
  | { readonly kind: "serviceParameters"; readonly parameters: readonly ServiceParameter[] }
);

export type FieldKind = FieldValue["kind"];

export interface FieldSchema {
  readonly name: string;
  readonly kind: FieldKind;
}

const field = (name: string, kind: FieldKind): FieldSchema => ({ name, kind });

const SERVICE_BINDING = [
  field("priority", "uint16"),
  field("target", "host"),
  field("parameters", "serviceParameters"),
];
const TEXT = [field("strings", "strings")];

export const RECORD_SCHEMAS: Readonly<Record<RecordType, readonly FieldSchema[]>> = {
  A: [field("address", "ipv4")],
  AAAA: [field("address", "ipv6")],
  CAA: [field("flags", "uint8"), field("tag", "tag"), field("value", "text")],
  CNAME: [field("target", "host")],
  DS: [field("keyTag", "uint16"), field("algorithm", "uint8"), field("digestType", "uint8"), field("digest", "hex")],
  HTTPS: SERVICE_BINDING,
  MX: [field("preference", "uint16"), field("exchange", "host")],
  NAPTR: [
    field("order", "uint16"),
    field("preference", "uint16"),
    field("flags", "string"),
    field("service", "string"),
    field("regexp", "string"),
    field("replacement", "host"),
  ],
  NS: [field("nameServer", "host")],
  PTR: [field("target", "host")],
  SOA: [
    field("primaryNameServer", "host"),
    field("mailbox", "host"),
    field("serial", "uint32"),
    field("refreshSeconds", "uint32"),
    field("retrySeconds", "uint32"),
    field("expireSeconds", "uint32"),
    field("minimumSeconds", "uint32"),
  ],
  SPF: TEXT,
  SRV: [field("priority", "uint16"), field("weight", "uint16"), field("port", "uint16"), field("target", "host")],
  SSHFP: [field("algorithm", "uint8"), field("fingerprintType", "uint8"), field("fingerprint", "hex")],
  SVCB: SERVICE_BINDING,
  TLSA: [
    field("usage", "uint8"),
    field("selector", "uint8"),
    field("matchingType", "uint8"),
    field("certificateData", "hex"),
  ],
  TXT: TEXT,
};

/** Kinds that take everything to the end of the value. */
const OPEN_ENDED: ReadonlySet<FieldKind> = new Set<FieldKind>(["strings", "hex", "serviceParameters"]);

export function isOpenEnded(kind: FieldKind): boolean {
  return OPEN_ENDED.has(kind);
}
