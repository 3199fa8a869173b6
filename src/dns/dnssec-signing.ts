/**
 * Signing record sets: the canonical form, RRSIG and NSEC data, and the signature itself with a P-256 key.
 * Sources: RFC 4034 sections 3, 4 and 6, RFC 6605 section 4. Names in record data are expected in lower case, as they are here.
 */

import { createPrivateKey, createPublicKey, generateKeyPairSync, hkdfSync, type KeyObject, sign } from "node:crypto";
import { type DomainName, isWildcard, splitLabels } from "../route53/names.ts";
import { dnskeyData, keyTag, SIGNING_ALGORITHM } from "./dnssec-keys.ts";
import { nameToWire } from "./name-wire.ts";

const MAX_NAME_OCTETS = 255;

/** A new P-256 key pair: the private key as PKCS #8, base64. */
export function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ format: "der", type: "pkcs8" }).toString("base64");
}

/** The order of the group that P-256 keys are of (FIPS 186-5, SP 800-186 section 3.2.1.3). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
/** PKCS #8 around SEC 1 around the 32 octets of a P-256 private key that follow (RFC 5208, RFC 5915). */
const PKCS8_HEAD = Buffer.from("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420", "hex");
/** 128 bits more than a key has, so that all keys are as likely (FIPS 186-5 appendix A.2.1). */
const SEED_OCTETS = 48;

/** The key that follows another as its `number`th: always the same one. Number 0 is the key itself. */
export function followingPrivateKey(privateKey: string, number: number): string {
  if (number === 0) return privateKey;
  const from = Buffer.from(privateKey, "base64");
  const seed = Buffer.from(hkdfSync("sha256", from, "", `r53kit following key ${number}`, SEED_OCTETS));
  const scalar = (BigInt(`0x${seed.toString("hex")}`) % (P256_ORDER - 1n)) + 1n;
  return Buffer.concat([PKCS8_HEAD, Buffer.from(scalar.toString(16).padStart(64, "0"), "hex")]).toString("base64");
}

function keyObject(privateKey: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(privateKey, "base64"), format: "der", type: "pkcs8" });
}

/** The two coordinates of the public key, 32 octets each (RFC 6605 section 4). */
function coordinates(key: KeyObject): Buffer {
  const { x = "", y = "" } = createPublicKey(key).export({ format: "jwk" });
  return Buffer.concat([Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
}

/** Of a private key as {@link newPrivateKey} makes it. */
export function publicKeyOf(privateKey: string): Buffer {
  return coordinates(keyObject(privateKey));
}

export interface SigningKey {
  readonly dnskey: Uint8Array;
  readonly keyTag: number;
  readonly privateKey: KeyObject;
}

export function signingKey(privateKey: string, flags: number): SigningKey {
  const key = keyObject(privateKey);
  const dnskey = dnskeyData(coordinates(key), flags);
  return { dnskey, keyTag: keyTag(dnskey), privateKey: key };
}

/** A record set to be signed: everything but its records' shared TTL goes into the signature as it is. */
export interface UnsignedSet {
  readonly owner: DomainName;
  readonly type: number;
  readonly class: number;
  readonly ttlSeconds: number;
  /** Of each record, uncompressed, in any order. */
  readonly rdata: readonly Uint8Array[];
}

/** Epoch seconds. */
export interface Validity {
  readonly inception: number;
  readonly expiration: number;
}

/** Labels of an owner without the root and without a leading asterisk (RFC 4034 section 3.1.3). */
function labelCount(owner: DomainName): number {
  return splitLabels(owner).length - (isWildcard(owner) ? 1 : 0);
}

/** RRSIG data up to where the signature follows. */
function signatureHead(set: UnsignedSet, signer: DomainName, key: SigningKey, validity: Validity): Buffer {
  const fixed = Buffer.alloc(18);
  fixed.writeUInt16BE(set.type, 0);
  fixed.writeUInt8(SIGNING_ALGORITHM.number, 2);
  fixed.writeUInt8(labelCount(set.owner), 3);
  fixed.writeUInt32BE(set.ttlSeconds, 4);
  // Serial numbers that go round in 2106 (RFC 4034 section 3.1.5).
  fixed.writeUInt32BE(validity.expiration >>> 0, 8);
  fixed.writeUInt32BE(validity.inception >>> 0, 12);
  fixed.writeUInt16BE(key.keyTag, 16);
  return Buffer.concat([fixed, nameToWire(signer)]);
}

/** What is signed (RFC 4034 section 3.1.8.1): the RRSIG without its signature, then the records in canonical form and order. */
export function signedOctets(head: Uint8Array, set: UnsignedSet): Buffer {
  const owner = nameToWire(set.owner);
  const parts: Uint8Array[] = [head];
  const ordered = set.rdata.length < 2 ? set.rdata : [...set.rdata].sort(Buffer.compare);
  for (const [index, rdata] of ordered.entries()) {
    const previous = ordered[index - 1];
    // A record that is there twice counts once (RFC 4034 section 6.3).
    if (previous !== undefined && Buffer.compare(previous, rdata) === 0) continue;
    const fixed = Buffer.alloc(10);
    fixed.writeUInt16BE(set.type, 0);
    fixed.writeUInt16BE(set.class, 2);
    fixed.writeUInt32BE(set.ttlSeconds, 4);
    fixed.writeUInt16BE(rdata.length, 8);
    parts.push(owner, fixed, rdata);
  }
  return Buffer.concat(parts);
}

/** RRSIG data for a record set. */
export function signSet(set: UnsignedSet, signer: DomainName, key: SigningKey, validity: Validity): Buffer {
  const head = signatureHead(set, signer, key, validity);
  const signature = sign("sha256", signedOctets(head, set), { key: key.privateKey, dsaEncoding: "ieee-p1363" });
  return Buffer.concat([head, signature]);
}

/** The octet after another within a label; capitals are none, since they count as small letters (RFC 4034 section 6.1). */
function nextOctet(octet: number): number {
  return octet === 0x40 ? 0x5b : octet + 1;
}

/**
 * The name right behind another in canonical order: one more label, of one zero octet. Where a name has no room for that, the
 * next best (RFC 4471 section 3.1.2): a longer leftmost label, or one whose last octet counts up. Undefined at the very end.
 */
function nameBehind(name: Uint8Array): Uint8Array | undefined {
  if (name.length + 2 <= MAX_NAME_OCTETS) return Uint8Array.from([1, 0, ...name]);
  const length = name[0] ?? 0;
  if (length === 0) return undefined;
  const label = [...name.subarray(1, 1 + length)];
  const rest = name.subarray(1 + length);
  if (length < 63 && name.length < MAX_NAME_OCTETS) return Uint8Array.from([length + 1, ...label, 0, ...rest]);
  while (label.at(-1) === 0xff) label.pop();
  const last = label.pop();
  // Nothing is behind a label of 255s but what is behind the name above it, with its whole tree.
  if (last === undefined) return undefined;
  return Uint8Array.from([label.length + 1, ...label, nextOctet(last), ...rest]);
}

/** RFC 4034 section 4.1.2: a window of 256 types, how many octets follow, a bit for each type. */
function typeBitmap(types: readonly number[]): Buffer {
  const windows = new Map<number, Uint8Array>();
  for (const type of types) {
    const window = windows.get(type >> 8) ?? new Uint8Array(32);
    const octet = (type & 0xff) >> 3;
    window[octet] = (window[octet] ?? 0) | (0x80 >> (type & 7));
    windows.set(type >> 8, window);
  }
  const parts = [...windows]
    .sort(([a], [b]) => a - b)
    .map(([number, bits]) => {
      const length = bits.findLastIndex((octet) => octet !== 0) + 1;
      return Buffer.concat([Uint8Array.of(number, length), bits.subarray(0, length)]);
    });
  return Buffer.concat(parts);
}

/**
 * NSEC data that speaks of one name alone: it has records of these types, and right behind it the next name begins (RFC 4470).
 * The very last name there can be is followed by the zone itself, as an NSEC chain's last is.
 */
export function minimalNsec(owner: DomainName, zone: DomainName, types: readonly number[]): Uint8Array {
  return Uint8Array.from(Buffer.concat([nameBehind(nameToWire(owner)) ?? nameToWire(zone), typeBitmap(types)]));
}
