/**
 * The data of DNSSEC's own types and HINFO as text for people, read by dns-packet. It takes names for UTF-8 and skips some
 * checks, so its reading counts only where writing it again gives the same octets.
 */

import packet from "dns-packet";
import { domainName } from "../route53/names.ts";
import { quote } from "../route53/record-data/character-strings.ts";
import { typeName } from "./types.ts";

interface Codec<Data> {
  encode(data: Data): Uint8Array;
  decode(octets: Buffer): Data;
}

interface Dnskey {
  readonly flags: number;
  readonly algorithm: number;
  readonly key: Buffer;
}

interface Rrsig {
  readonly typeCovered: string;
  readonly algorithm: number;
  readonly labels: number;
  readonly originalTTL: number;
  readonly expiration: number;
  readonly inception: number;
  readonly keyTag: number;
  readonly signersName: string;
  readonly signature: Buffer;
}

interface Nsec {
  readonly nextDomain: string;
  readonly rrtypes: readonly string[];
}

interface Nsec3 {
  readonly algorithm: number;
  readonly flags: number;
  readonly iterations: number;
  readonly salt: Buffer;
  readonly nextDomain: Buffer;
  readonly rrtypes: readonly string[];
}

interface Hinfo {
  readonly cpu: string;
  readonly os: string;
}

/** The codec of one type's data, reading and writing with the two octets of RDLENGTH in front. */
const codec = <Data>(type: string) => (packet as unknown as { record(type: string): Codec<Data> }).record(type);

/** dns-packet says UNKNOWN_65 of what it does not know, HTTPS among it. */
const typeNames = (names: readonly string[]) =>
  names.map((name) => name.replace(/^UNKNOWN_([0-9]+)$/, (_, number) => typeName(Number(number)))).join(" ");

/** RFC 4034 section 3.2: YYYYMMDDHHmmSS in UTC. */
function stamp(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().replace(/[-:T]|\.000Z$/g, "");
}

/** RFC 5155 section 3.3: unpadded base32 with the extended hex alphabet. */
function base32hex(octets: Uint8Array): string {
  let bits = 0;
  let pending = 0;
  let text = "";
  for (const octet of octets) {
    pending = (pending << 8) | octet;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += "0123456789abcdefghijklmnopqrstuv".charAt((pending >> (bits - 5)) & 31);
    pending &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + "0123456789abcdefghijklmnopqrstuv".charAt((pending << (5 - bits)) & 31);
}

type Reading = (framed: Buffer) => { text: string; again: Uint8Array };

function reading<Data>(type: string, text: (data: Data) => string): Reading {
  return (framed) => {
    const data = codec<Data>(type).decode(framed);
    return { text: text(data), again: codec<Data>(type).encode(data) };
  };
}

const dnskey = reading<Dnskey>(
  "DNSKEY",
  (data) => `${data.flags} 3 ${data.algorithm} ${Buffer.from(data.key).toString("base64")}`,
);

const READINGS: Readonly<Record<string, Reading>> = {
  DNSKEY: dnskey,
  CDNSKEY: dnskey,
  RRSIG: reading<Rrsig>("RRSIG", (data) =>
    [
      typeNames([data.typeCovered]),
      data.algorithm,
      data.labels,
      data.originalTTL,
      stamp(data.expiration),
      stamp(data.inception),
      data.keyTag,
      domainName(data.signersName),
      Buffer.from(data.signature).toString("base64"),
    ].join(" "),
  ),
  NSEC: reading<Nsec>("NSEC", (data) => `${domainName(data.nextDomain)} ${typeNames(data.rrtypes)}`.trim()),
  NSEC3: reading<Nsec3>("NSEC3", (data) =>
    [
      data.algorithm,
      data.flags,
      data.iterations,
      data.salt.length === 0 ? "-" : data.salt.toString("hex"),
      base32hex(data.nextDomain),
      typeNames(data.rrtypes),
    ]
      .join(" ")
      .trim(),
  ),
  HINFO: reading<Hinfo>("HINFO", (data) => `${quote(Buffer.from(data.cpu))} ${quote(Buffer.from(data.os))}`),
};

/** Text, or undefined for another type or data that dns-packet does not read faithfully. */
export function dnssecText(type: string, rdata: Uint8Array): string | undefined {
  const read = READINGS[type];
  if (read === undefined) return undefined;
  const framed = Buffer.concat([Uint8Array.of(rdata.length >> 8, rdata.length & 0xff), rdata]);
  try {
    const { text, again } = read(framed);
    return framed.equals(again) ? text : undefined;
  } catch {
    // It throws plain errors of several kinds for data it cannot read.
    return undefined;
  }
}
