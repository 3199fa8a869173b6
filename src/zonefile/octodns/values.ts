/** Record data as octoDNS writes it in YAML: one object a value, its members named as octoDNS names them (octoDNS, "Records"). */

import type { DomainName } from "../../route53/names.ts";
import { formatField } from "../../route53/record-data/field-text.ts";
import { formatServiceParameters, type ServiceParameter } from "../../route53/record-data/service-parameters.ts";
import { type FieldValue, parseRecordData } from "../../route53/record-data.ts";
import type { RecordType } from "../../route53/record-set.ts";

export type OctodnsValue =
  | string
  | number
  | boolean
  | null
  | readonly OctodnsValue[]
  | { readonly [key: string]: OctodnsValue };

/** Where a type's members are not called as its fields are here. */
const MEMBERS: Partial<Record<RecordType, readonly string[]>> = {
  CAA: ["flags", "tag", "value"],
  DS: ["key_tag", "algorithm", "digest_type", "digest"],
  HTTPS: ["svcpriority", "targetname", "svcparams"],
  MX: ["preference", "exchange"],
  NAPTR: ["order", "preference", "flags", "service", "regexp", "replacement"],
  SRV: ["priority", "weight", "port", "target"],
  SSHFP: ["algorithm", "fingerprint_type", "fingerprint"],
  SVCB: ["svcpriority", "targetname", "svcparams"],
  TLSA: ["certificate_usage", "selector", "matching_type", "certificate_association_data"],
};

/** Service parameters that octoDNS wants as lists. */
const LISTS = new Set(["mandatory", "alpn", "ipv4hint", "ipv6hint"]);

function serviceParameters(parameters: readonly ServiceParameter[]): OctodnsValue {
  return Object.fromEntries(
    formatServiceParameters(parameters).map((text) => {
      const equals = text.indexOf("=");
      if (equals < 0) return [text, null];
      const key = text.slice(0, equals);
      const value = text.slice(equals + 1).replace(/^"(.*)"$/s, "$1");
      if (key === "port") return [key, Number(value)];
      return [key, LISTS.has(key) ? value.split(",") : value];
    }),
  );
}

/** octoDNS keeps text as Route 53 has it between the quotation marks, but for semicolons, which it escapes, and quotation marks. */
function text(octets: Uint8Array): string {
  let shown = "";
  for (const octet of octets) {
    if (octet === 0x3b || octet === 0x5c) shown += `\\${String.fromCharCode(octet)}`;
    else if (octet >= 0x20 && octet <= 0x7e) shown += String.fromCharCode(octet);
    else shown += `\\${octet.toString(8).padStart(3, "0")}`;
  }
  return shown;
}

function member(field: FieldValue): OctodnsValue {
  switch (field.kind) {
    case "uint8":
    case "uint16":
    case "uint32":
      return field.value;
    case "string":
    case "text":
      return Buffer.from(field.octets).toString("latin1");
    case "strings":
      return text(Buffer.concat(field.strings));
    case "serviceParameters":
      return serviceParameters(field.parameters);
    default:
      return formatField(field);
  }
}

/** Throws RecordDataError for what is no value of its type. */
export function octodnsValue(type: RecordType, value: string): OctodnsValue {
  const { fields } = parseRecordData(type, value);
  const members = MEMBERS[type];
  const [only] = fields;
  if (members === undefined) return only === undefined ? "" : member(only);
  return Object.fromEntries(fields.map((field, i) => [members[i] ?? field.name, member(field)]));
}

/** Whether octoDNS, which joins the strings of a text and cuts it anew, would write another value. */
export function isCutAnew(value: string): boolean {
  const [field] = parseRecordData("TXT", value).fields;
  return field?.kind === "strings" && field.strings.slice(0, -1).some((string) => string.length !== 255);
}

/** `www` of `www.example.com.` in `example.com.`; the apex is the empty string. */
export function octodnsName(name: DomainName, zone: DomainName): string {
  return name === zone ? "" : name.slice(0, -zone.length - 1);
}
