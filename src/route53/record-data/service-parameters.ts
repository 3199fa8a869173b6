/** The SvcParams of HTTPS and SVCB records: `alpn="h2,h3" port=8443` to keys and wire values, and back (RFC 9460 sections 2 and 7, RFC 9461, RFC 9540). */

import { escapeOctets, octetsOf } from "./character-strings.ts";
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "./ip-address.ts";

export interface ServiceParameter {
  readonly key: number;
  /** As on the wire, without its length. */
  readonly value: Uint8Array;
}

/** Why a parameter is refused; the caller adds the record type. */
export class ServiceParameterError extends Error {
  override readonly name = "ServiceParameterError";
}

const KEY_NAMES = [
  "mandatory",
  "alpn",
  "no-default-alpn",
  "port",
  "ipv4hint",
  "ech",
  "ipv6hint",
  "dohpath",
  "ohttp",
] as const;
type KnownKey = (typeof KEY_NAMES)[number];

const MANDATORY = 0;
const ALPN = 1;
const NO_DEFAULT_ALPN = 2;

function serviceKeyName(key: number): string {
  return KEY_NAMES[key] ?? `key${key}`;
}

function keyNumber(name: string): number {
  const known = KEY_NAMES.indexOf(name as KnownKey);
  if (known >= 0) return known;
  const generic = /^key(0|[1-9][0-9]{0,4})$/.exec(name);
  const number = generic === null ? Number.NaN : Number(generic[1]);
  // 65535 is reserved as the invalid key (RFC 9460 section 14.3.2).
  if (!(number < 65535)) throw new ServiceParameterError(`'${name}' is no service parameter`);
  return number;
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

function readUint16(octets: Uint8Array, at: number): number {
  return ((octets[at] as number) << 8) | (octets[at + 1] as number);
}

/** Splits at commas; `\,` and `\\` stand for themselves (RFC 9460 appendix A.1). */
function commaList(octets: Uint8Array): Uint8Array[] {
  const items: number[][] = [[]];
  for (let i = 0; i < octets.length; i++) {
    const octet = octets[i] as number;
    if (octet === 0x2c) items.push([]);
    else if (octet === 0x5c && i + 1 < octets.length) items.at(-1)?.push(octets[++i] as number);
    else items.at(-1)?.push(octet);
  }
  return items.map((item) => Uint8Array.from(item));
}

function addressList(octets: Uint8Array, parse: (text: string) => Uint8Array | undefined, what: string): Uint8Array {
  const addresses = Buffer.from(octets).toString("latin1").split(",").map(parse);
  if (addresses.some((address) => address === undefined)) {
    throw new ServiceParameterError(`${what} wants a list of addresses`);
  }
  return Buffer.concat(addresses as Uint8Array[]);
}

interface ValueCodec {
  /** From the octets of the presentation value, or undefined where `key` stands alone. */
  fromText(octets: Uint8Array | undefined): Uint8Array;
  /** The presentation value, or undefined where the key stands alone. Throws when the wire value is malformed. */
  toText(value: Uint8Array): string | undefined;
}

function need(octets: Uint8Array | undefined, name: string): Uint8Array {
  if (octets === undefined || octets.length === 0) throw new ServiceParameterError(`${name} wants a value`);
  return octets;
}

function check(ok: boolean, name: string): void {
  if (!ok) throw new ServiceParameterError(`${name} has a malformed value`);
}

const bare = (name: string): ValueCodec => ({
  fromText(octets) {
    if (octets !== undefined) throw new ServiceParameterError(`${name} takes no value`);
    return new Uint8Array();
  },
  toText(value) {
    check(value.length === 0, name);
    return undefined;
  },
});

const addresses = (
  name: string,
  size: number,
  parse: (text: string) => Uint8Array | undefined,
  format: (octets: Uint8Array) => string,
): ValueCodec => ({
  fromText: (octets) => addressList(need(octets, name), parse, name),
  toText(value) {
    check(value.length > 0 && value.length % size === 0, name);
    return Array.from({ length: value.length / size }, (_, i) => format(value.slice(i * size, (i + 1) * size))).join(
      ",",
    );
  },
});

const CODECS: Record<KnownKey, ValueCodec> = {
  mandatory: {
    fromText(octets) {
      const keys = Buffer.from(need(octets, "mandatory")).toString("latin1").split(",").map(keyNumber);
      if (keys.includes(MANDATORY) || new Set(keys).size < keys.length) {
        throw new ServiceParameterError("mandatory lists itself or a key twice");
      }
      return Buffer.concat(keys.sort((a, b) => a - b).map(uint16));
    },
    toText(value) {
      check(value.length > 0 && value.length % 2 === 0, "mandatory");
      return Array.from({ length: value.length / 2 }, (_, i) => serviceKeyName(readUint16(value, i * 2))).join(",");
    },
  },
  alpn: {
    fromText(octets) {
      const ids = commaList(need(octets, "alpn"));
      if (ids.some((id) => id.length === 0 || id.length > 255)) {
        throw new ServiceParameterError("alpn wants protocol ids of 1 to 255 octets");
      }
      return Buffer.concat(ids.map((id) => Buffer.concat([Uint8Array.of(id.length), id])));
    },
    toText(value) {
      const ids: string[] = [];
      for (let at = 0; at < value.length; ) {
        const length = value[at] as number;
        check(length > 0 && at + 1 + length <= value.length, "alpn");
        const id = Buffer.from(value.subarray(at + 1, at + 1 + length)).toString("latin1");
        ids.push(id.replace(/[\\,]/g, "\\$&"));
        at += 1 + length;
      }
      check(ids.length > 0, "alpn");
      return `"${escapeOctets(Buffer.from(ids.join(","), "latin1"))}"`;
    },
  },
  "no-default-alpn": bare("no-default-alpn"),
  port: {
    fromText(octets) {
      const text = Buffer.from(need(octets, "port")).toString("latin1");
      if (!/^[0-9]{1,5}$/.test(text) || Number(text) > 65535) {
        throw new ServiceParameterError("port wants a number from 0 to 65535");
      }
      return uint16(Number(text));
    },
    toText(value) {
      check(value.length === 2, "port");
      return String(readUint16(value, 0));
    },
  },
  ipv4hint: addresses("ipv4hint", 4, parseIpv4, formatIpv4),
  ech: {
    fromText(octets) {
      const text = Buffer.from(need(octets, "ech")).toString("latin1");
      const value = Buffer.from(text, "base64");
      if (value.toString("base64") !== text) throw new ServiceParameterError("ech wants base64");
      return value;
    },
    toText: (value) => `"${Buffer.from(value).toString("base64")}"`,
  },
  ipv6hint: addresses("ipv6hint", 16, parseIpv6, formatIpv6),
  dohpath: {
    fromText: (octets) => need(octets, "dohpath"),
    toText: (value) => `"${escapeOctets(value)}"`,
  },
  ohttp: bare("ohttp"),
};

const GENERIC: ValueCodec = {
  fromText: (octets) => octets ?? new Uint8Array(),
  toText: (value) => (value.length === 0 ? undefined : `"${escapeOctets(value)}"`),
};

function codecOf(key: number): ValueCodec {
  const name = KEY_NAMES[key];
  return name === undefined ? GENERIC : CODECS[name];
}

/** What RFC 9460 asks of the parameters as a whole; throws {@link ServiceParameterError}. They are in ascending order of keys. */
function checkTogether(parameters: readonly ServiceParameter[]): void {
  const keys = parameters.map((parameter) => parameter.key);
  if (new Set(keys).size < keys.length) throw new ServiceParameterError("a service parameter is given twice");
  if (keys.includes(NO_DEFAULT_ALPN) && !keys.includes(ALPN)) {
    throw new ServiceParameterError("no-default-alpn needs alpn");
  }
  const mandatory = parameters.find((parameter) => parameter.key === MANDATORY)?.value ?? new Uint8Array();
  for (let at = 0; at < mandatory.length; at += 2) {
    const key = readUint16(mandatory, at);
    if (!keys.includes(key))
      throw new ServiceParameterError(`mandatory names ${serviceKeyName(key)}, which is not given`);
  }
}

/** From tokens such as `alpn="h2,h3"`; in ascending order of keys, as on the wire. Throws {@link ServiceParameterError}. */
export function parseServiceParameters(tokens: readonly string[]): ServiceParameter[] {
  const parameters = tokens.map((token) => {
    const equals = token.indexOf("=");
    const key = keyNumber(equals < 0 ? token : token.slice(0, equals));
    return { key, value: codecOf(key).fromText(equals < 0 ? undefined : octetsOf(token.slice(equals + 1))) };
  });
  parameters.sort((a, b) => a.key - b.key);
  checkTogether(parameters);
  return parameters;
}

/** Throws {@link ServiceParameterError} when a wire value is malformed. */
export function formatServiceParameters(parameters: readonly ServiceParameter[]): string[] {
  return parameters.map(({ key, value }) => {
    const text = codecOf(key).toText(value);
    return text === undefined ? serviceKeyName(key) : `${serviceKeyName(key)}=${text}`;
  });
}
