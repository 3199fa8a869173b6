/**
 * DNSSEC keys as DNS shows them: the DNSKEY record, its key tag, and the DS record that a parent zone publishes.
 * Sources: RFC 4034 sections 2 and 5 and appendix B, RFC 4509 (SHA-256 digests), RFC 6605 (P-256 keys).
 */

import { createHash } from "node:crypto";
import type { DomainName } from "../route53/names.ts";
import { nameToWire } from "./name-wire.ts";

/** Zone key and secure entry point: what every key-signing key has. */
export const KEY_SIGNING_KEY_FLAGS = 257;
/** Zone key alone. */
export const ZONE_SIGNING_KEY_FLAGS = 256;
const DNSSEC_PROTOCOL = 3;
export const SIGNING_ALGORITHM = { number: 13, mnemonic: "ECDSAP256SHA256" } as const;
export const DIGEST_ALGORITHM = { number: 2, mnemonic: "SHA-256" } as const;

/** DNSKEY data for the wire. A P-256 `publicKey` is the point's two coordinates, 32 octets each. */
export function dnskeyData(
  publicKey: Uint8Array,
  flags: number = KEY_SIGNING_KEY_FLAGS,
  algorithm: number = SIGNING_ALGORITHM.number,
): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(flags, 0);
  head.writeUInt8(DNSSEC_PROTOCOL, 2);
  head.writeUInt8(algorithm, 3);
  return Buffer.concat([head, publicKey]);
}

/** RFC 4034 appendix B. */
export function keyTag(dnskey: Uint8Array): number {
  let sum = 0;
  for (const [index, octet] of dnskey.entries()) sum += index % 2 === 0 ? octet << 8 : octet;
  return (sum + ((sum >> 16) & 0xffff)) & 0xffff;
}

/** SHA-256 of owner and DNSKEY data, in upper-case hexadecimal. */
function dsDigest(zone: DomainName, dnskey: Uint8Array): string {
  return createHash("sha256").update(nameToWire(zone)).update(dnskey).digest("hex").toUpperCase();
}

/** Hash functions of the digest types that validators know (RFC 8624 section 3.3). */
const DIGESTS: ReadonlyMap<number, string> = new Map([
  [1, "sha1"],
  [2, "sha256"],
  [4, "sha384"],
]);
/** Algorithms whose signatures validators check (RFC 8624 section 3.1). */
const CHECKED_ALGORITHMS: ReadonlySet<number> = new Set([5, 7, 8, 10, 13, 14, 15, 16]);
/** Key tag, algorithm and digest type, before the digest (RFC 4034 section 5.1). */
const DS_HEAD_OCTETS = 4;

/** A DS record's data, as far as it says which key it is of; undefined when it is too short for one. */
export function readDs(
  ds: Uint8Array,
): { readonly keyTag: number; readonly algorithm: number; readonly digestType: number } | undefined {
  if (ds.length <= DS_HEAD_OCTETS) return undefined;
  const data = Buffer.from(ds);
  return { keyTag: data.readUInt16BE(0), algorithm: data.readUInt8(2), digestType: data.readUInt8(3) };
}

/** Whether validators can follow a DS record at all; a zone that has no other counts as unsigned (RFC 4035 section 5.2). */
export function isKnownDs(ds: Uint8Array): boolean {
  const read = readDs(ds);
  return read !== undefined && CHECKED_ALGORITHMS.has(read.algorithm) && DIGESTS.has(read.digestType);
}

/** Whether a DS record is of a zone's key, given as DNSKEY data (RFC 4034 section 5.1.4). */
export function dsFits(zone: DomainName, ds: Uint8Array, dnskey: Uint8Array): boolean {
  const read = readDs(ds);
  const hash = read && DIGESTS.get(read.digestType);
  if (read === undefined || hash === undefined) return false;
  if (read.keyTag !== keyTag(dnskey) || read.algorithm !== dnskey[3]) return false;
  const digest = createHash(hash).update(nameToWire(zone)).update(dnskey).digest();
  return digest.equals(ds.subarray(DS_HEAD_OCTETS));
}

export interface KeyRecords {
  readonly keyTag: number;
  /** Upper-case hexadecimal. */
  readonly digest: string;
  /** Base64 (RFC 4034 section 2.2). */
  readonly publicKey: string;
  /** Presentation form of the DS record's data. */
  readonly ds: string;
  /** Presentation form of the DNSKEY record's data. */
  readonly dnskey: string;
}

/** The records of a zone's key, given as DNSKEY data. */
export function recordsOfDnskey(zone: DomainName, dnskey: Uint8Array): KeyRecords {
  const data = Buffer.from(dnskey);
  const tag = keyTag(data);
  const digest = dsDigest(zone, data);
  const publicKey = data.subarray(4).toString("base64");
  const algorithm = data.readUInt8(3);
  return {
    keyTag: tag,
    digest,
    publicKey,
    ds: `${tag} ${algorithm} ${DIGEST_ALGORITHM.number} ${digest}`,
    dnskey: `${data.readUInt16BE(0)} ${data.readUInt8(2)} ${algorithm} ${publicKey}`,
  };
}

/** The records of a zone's key-signing key. */
export function keyRecords(zone: DomainName, publicKey: Uint8Array): KeyRecords {
  return recordsOfDnskey(zone, dnskeyData(publicKey));
}
