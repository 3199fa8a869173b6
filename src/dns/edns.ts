/** EDNS(0): the OPT record and the options this project understands (RFC 6891, 5001, 7828, 7871, 7873, 8914). */

import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../route53/record-data/ip-address.ts";
import { EDNS_OPTION } from "./types.ts";
import { MalformedMessageError, WireReader, type WireWriter } from "./wire.ts";

/** EDNS client subnet. The address has no bits set beyond the source prefix. */
export interface ClientSubnet {
  readonly kind: "ecs";
  /** IANA address family; `unspecified` (0) comes with no address at all, and an answer has to repeat it (RFC 7871 section 7.2.1). */
  readonly family: "ipv4" | "ipv6" | "unspecified";
  /** `0.0.0.0` when the family is unspecified. */
  readonly address: string;
  readonly sourcePrefixLength: number;
  /** 0 in queries; in answers the bits that the answer depends on. */
  readonly scopePrefixLength: number;
}

export type EdnsOption =
  | ClientSubnet
  | { readonly kind: "ede"; readonly infoCode: number; readonly text: string }
  /** `server` is empty in a client's first query. */
  | { readonly kind: "cookie"; readonly client: Uint8Array; readonly server: Uint8Array }
  | { readonly kind: "nsid"; readonly data: Uint8Array }
  /** How long a server keeps a TCP connection on which nothing happens, in steps of 100 ms; a client asks without a time. */
  | { readonly kind: "keepalive"; readonly timeoutMs: number | undefined }
  | { readonly kind: "unknown"; readonly code: number; readonly data: Uint8Array };

export interface Edns {
  readonly version: number;
  /** The largest UDP message the sender takes, in octets. */
  readonly udpSize: number;
  readonly dnssecOk: boolean;
  readonly options: readonly EdnsOption[];
}

/** What a query without special wishes says. 1232 octets pass every common path unfragmented (DNS Flag Day 2020). */
export const PLAIN_EDNS: Edns = { version: 0, udpSize: 1232, dnssecOk: false, options: [] };

const KEEPALIVE_UNIT_MS = 100;
const FAMILY_NUMBER = { unspecified: 0, ipv4: 1, ipv6: 2 } as const;
const FAMILIES = ["unspecified", "ipv4", "ipv6"] as const;
const FAMILY_OCTETS = { unspecified: 0, ipv4: 4, ipv6: 16 } as const;

/** The first `bits` bits; `undefined` when a bit beyond them is set. */
function prefixOctets(octets: Uint8Array, bits: number): Uint8Array | undefined {
  const kept = Math.ceil(bits / 8);
  const spare = kept * 8 - bits;
  const last = octets[kept - 1] ?? 0;
  if ((last & ((1 << spare) - 1)) !== 0 || octets.subarray(kept).some((octet) => octet !== 0)) return undefined;
  return octets.subarray(0, kept);
}

function maskTo(octets: Uint8Array, bits: number): Uint8Array {
  return octets.map((octet, i) => {
    const keep = Math.min(8, Math.max(0, bits - i * 8));
    return octet & (0xff << (8 - keep));
  });
}

/** Reads `192.0.2.0/24`, `2001:db8::/48` or a bare address, host bits cleared; undefined when it is neither. */
export function parseClientSubnet(text: string): ClientSubnet | undefined {
  const match = /^([^/]+)(?:\/([0-9]{1,3}))?$/.exec(text);
  const addressText = match?.[1] ?? "";
  const v4 = parseIpv4(addressText);
  const octets = v4 ?? parseIpv6(addressText);
  if (octets === undefined) return undefined;
  const family = v4 === undefined ? "ipv6" : "ipv4";
  const bits = match?.[2] === undefined ? octets.length * 8 : Number(match[2]);
  if (bits > octets.length * 8) return undefined;
  const masked = maskTo(octets, bits);
  return {
    kind: "ecs",
    family,
    address: family === "ipv4" ? formatIpv4(masked) : formatIpv6(masked),
    sourcePrefixLength: bits,
    scopePrefixLength: 0,
  };
}

/** `192.0.2.0/24` */
export function formatClientSubnet(subnet: ClientSubnet): string {
  return `${subnet.address}/${subnet.sourcePrefixLength}`;
}

function encodeClientSubnet(subnet: ClientSubnet): Uint8Array {
  const parsed = subnet.family === "ipv6" ? parseIpv6(subnet.address) : parseIpv4(subnet.address);
  if (parsed === undefined) throw new RangeError(`'${subnet.address}' is no ${subnet.family} address`);
  const bits = subnet.sourcePrefixLength;
  const address = maskTo(parsed, bits).subarray(0, Math.ceil(bits / 8));
  return Uint8Array.of(0, FAMILY_NUMBER[subnet.family], bits, subnet.scopePrefixLength, ...address);
}

/** RFC 7871 section 7.1.1: too few or too many octets, or a bit set beyond the prefix, is a format error. */
function decodeClientSubnet(data: WireReader): EdnsOption {
  const familyNumber = data.uint16();
  const sourcePrefixLength = data.uint8();
  const scopePrefixLength = data.uint8();
  const given = data.bytes(data.left);
  // dig's `+subnet=0` writes "no address at all" with family 0.
  const family = FAMILIES[familyNumber];
  const size = family === undefined ? 0 : FAMILY_OCTETS[family];
  const fits =
    family !== undefined &&
    sourcePrefixLength <= size * 8 &&
    scopePrefixLength <= size * 8 &&
    given.length === Math.ceil(sourcePrefixLength / 8) &&
    prefixOctets(given, sourcePrefixLength) !== undefined;
  if (!fits) throw new MalformedMessageError("an EDNS client subnet option is malformed");
  const octets = new Uint8Array(family === "ipv6" ? 16 : 4);
  octets.set(given);
  const address = family === "ipv6" ? formatIpv6(octets) : formatIpv4(octets);
  return { kind: "ecs", family, address, sourcePrefixLength, scopePrefixLength };
}

function decodeOption(code: number, octets: Uint8Array): EdnsOption {
  const data = new WireReader(octets);
  switch (code) {
    case EDNS_OPTION.NSID:
      return { kind: "nsid", data: octets };
    case EDNS_OPTION.CLIENT_SUBNET:
      return decodeClientSubnet(data);
    case EDNS_OPTION.COOKIE: {
      // RFC 7873 section 4: 8 octets of the client, then none or 8 to 32 of the server.
      const server = octets.length - 8;
      if (server !== 0 && (server < 8 || server > 32)) throw new MalformedMessageError("an EDNS cookie is malformed");
      return { kind: "cookie", client: data.bytes(8), server: data.bytes(server) };
    }
    case EDNS_OPTION.TCP_KEEPALIVE:
      // RFC 7828 section 3.1: no octets, or a time. Over UDP it must be passed over, so nothing in it is an error.
      if (octets.length !== 0 && octets.length !== 2) return { kind: "unknown", code, data: octets };
      return { kind: "keepalive", timeoutMs: octets.length === 0 ? undefined : data.uint16() * KEEPALIVE_UNIT_MS };
    case EDNS_OPTION.EXTENDED_ERROR: {
      // In a query it means nothing (RFC 8914 section 2), and an answer is no worse for a reason that cannot be read.
      if (octets.length < 2) return { kind: "unknown", code, data: octets };
      const infoCode = data.uint16();
      // Some servers end the text with a zero octet (RFC 8914 section 2 asks readers to cope).
      const text = Buffer.from(data.bytes(data.left)).toString("utf8").replace(/\0+$/, "");
      return { kind: "ede", infoCode, text };
    }
    default:
      return { kind: "unknown", code, data: octets };
  }
}

function encodeOption(option: EdnsOption): { code: number; data: Uint8Array } {
  switch (option.kind) {
    case "ecs":
      return { code: EDNS_OPTION.CLIENT_SUBNET, data: encodeClientSubnet(option) };
    case "ede": {
      const code = Uint8Array.of(option.infoCode >> 8, option.infoCode & 0xff);
      return { code: EDNS_OPTION.EXTENDED_ERROR, data: Buffer.concat([code, Buffer.from(option.text, "utf8")]) };
    }
    case "cookie":
      return { code: EDNS_OPTION.COOKIE, data: Buffer.concat([option.client, option.server]) };
    case "nsid":
      return { code: EDNS_OPTION.NSID, data: option.data };
    case "keepalive": {
      const units = Math.min(0xffff, Math.round((option.timeoutMs ?? 0) / KEEPALIVE_UNIT_MS));
      const data = option.timeoutMs === undefined ? new Uint8Array() : Uint8Array.of(units >> 8, units & 0xff);
      return { code: EDNS_OPTION.TCP_KEEPALIVE, data };
    }
    case "unknown":
      return { code: option.code, data: option.data };
  }
}

/** Writes the OPT record with the upper eight bits of the response code. */
export function writeOpt(writer: WireWriter, edns: Edns, rcode: number, type: number): void {
  writer.uint8(0);
  writer.uint16(type);
  writer.uint16(edns.udpSize);
  writer.uint8(rcode >> 4);
  writer.uint8(edns.version);
  writer.uint16(edns.dnssecOk ? 0x8000 : 0);
  const lengthAt = writer.length;
  writer.uint16(0);
  for (const option of edns.options) {
    const { code, data } = encodeOption(option);
    writer.uint16(code);
    writer.uint16(data.length);
    writer.bytes(data);
  }
  writer.patchUint16(lengthAt, writer.length - lengthAt - 2);
}

/** From the parts of an OPT record; `ttl` carries the extended response code, the version and the flags. */
export function readOpt(udpSize: number, ttl: number, rdata: Uint8Array): { edns: Edns; rcodeHigh: number } {
  const reader = new WireReader(rdata);
  const options: EdnsOption[] = [];
  const version = (ttl >>> 16) & 0xff;
  // What a later version puts here is unknown; the server answers BADVERS without looking.
  while (version === 0 && reader.left > 0) {
    const code = reader.uint16();
    options.push(decodeOption(code, reader.bytes(reader.uint16())));
  }
  return { edns: { version, udpSize, dnssecOk: (ttl & 0x8000) !== 0, options }, rcodeHigh: ttl >>> 24 };
}
