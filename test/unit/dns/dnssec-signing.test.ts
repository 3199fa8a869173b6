import { createPublicKey, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { KEY_SIGNING_KEY_FLAGS, ZONE_SIGNING_KEY_FLAGS } from "../../../src/dns/dnssec-keys.ts";
import {
  followingPrivateKey,
  minimalNsec,
  newPrivateKey,
  publicKeyOf,
  signedOctets,
  signingKey,
  signSet,
  type UnsignedSet,
} from "../../../src/dns/dnssec-signing.ts";
import { rdataFromText, rdataToText } from "../../../src/dns/rdata.ts";
import { CLASS, TYPE } from "../../../src/dns/types.ts";
import { domainName } from "../../../src/route53/names.ts";

/** RFC 6605 section 6.1. */
const PRIVATE_KEY = "GU6SnQ/Ou+xC5RumuIUIuJZteXT2z0O/ok1s38Et6mQ=";
const PUBLIC_KEY = Buffer.from(
  "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
  "base64",
);
const SIGNATURE = Buffer.from(
  "qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==",
  "base64",
);
const VALIDITY = {
  inception: Date.UTC(2010, 7, 12, 10, 4, 39) / 1000,
  expiration: Date.UTC(2010, 8, 9, 10, 4, 39) / 1000,
};
const ZONE = domainName("example.net");

function addresses(owner: string, ...texts: string[]): UnsignedSet {
  const rdata = texts.map((text) => rdataFromText("A", text));
  return { owner: domainName(owner), type: TYPE.A, class: CLASS.IN, ttlSeconds: 3600, rdata };
}

function isGood(rrsig: Uint8Array, set: UnsignedSet, publicKey: Uint8Array): boolean {
  const [x, y] = [publicKey.subarray(0, 32), publicKey.subarray(32)].map((half) =>
    Buffer.from(half).toString("base64url"),
  );
  const key = createPublicKey({ key: { kty: "EC", crv: "P-256", x: x ?? "", y: y ?? "" }, format: "jwk" });
  const head = rrsig.subarray(0, rrsig.length - 64);
  const signature = rrsig.subarray(rrsig.length - 64);
  return verify("sha256", signedOctets(head, set), { key, dsaEncoding: "ieee-p1363" }, signature);
}

/** The RFC's key, as we keep keys. */
function exampleKey(): string {
  // PKCS #8 around SEC 1 around the number alone (RFC 5208, RFC 5915): P-256, no public key.
  const head = Buffer.from("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420", "hex");
  return Buffer.concat([head, Buffer.from(PRIVATE_KEY, "base64")]).toString("base64");
}

describe("signatures of record sets", () => {
  it("cover the octets that RFC 6605's example covers", () => {
    const key = signingKey(exampleKey(), KEY_SIGNING_KEY_FLAGS);
    expect(key.keyTag).toBe(55648);
    const set = addresses("www.example.net", "192.0.2.1");
    const head = signSet(set, ZONE, key, VALIDITY).subarray(0, -64);
    expect(isGood(Buffer.concat([head, SIGNATURE]), set, PUBLIC_KEY)).toBe(true);
  });

  it("are good for the key that made them, whatever the order of records, and for nothing else", () => {
    const privateKey = newPrivateKey();
    const key = signingKey(privateKey, 256);
    const set = addresses("www.example.net", "192.0.2.9", "192.0.2.1", "192.0.2.5");
    const rrsig = signSet(set, ZONE, key, VALIDITY);
    const publicKey = publicKeyOf(privateKey);
    expect(isGood(rrsig, { ...set, rdata: [...set.rdata].reverse() }, publicKey)).toBe(true);
    expect(isGood(rrsig, { ...set, rdata: [...set.rdata, ...set.rdata] }, publicKey)).toBe(true);
    expect(isGood(rrsig, { ...set, rdata: set.rdata.slice(1) }, publicKey)).toBe(false);
    expect(isGood(rrsig, { ...set, ttlSeconds: 60 }, publicKey)).toBe(false);
    expect(isGood(rrsig, { ...set, owner: domainName("ww.example.net") }, publicKey)).toBe(false);
    expect(isGood(rrsig, set, PUBLIC_KEY)).toBe(false);
  });

  it("say in order what they cover, by which algorithm and key, and from when to when", () => {
    const key = signingKey(exampleKey(), KEY_SIGNING_KEY_FLAGS);
    const text = rdataToText("RRSIG", signSet(addresses("www.example.net", "192.0.2.1"), ZONE, key, VALIDITY));
    expect(text).toMatch(/^A 13 3 3600 20100909100439 20100812100439 55648 example\.net\. [A-Za-z0-9+/]{86}==$/);
  });

  it.each([
    ["www.example.net", 3],
    ["*.example.net", 2],
    ["*.wild.example.net", 3],
    ["a.*.example.net", 4],
    [".", 0],
  ])("count the labels of %s as %i: an asterisk in front is none", (owner, labels) => {
    const key = signingKey(newPrivateKey(), 256);
    expect(signSet(addresses(owner, "192.0.2.1"), ZONE, key, VALIDITY).readUInt8(3)).toBe(labels);
  });
});

const nsecText = (owner: string, types: readonly number[]) =>
  rdataToText("NSEC", minimalNsec(domainName(owner), ZONE, types));

describe("the NSEC record of one name", () => {
  it("has the type bitmap of RFC 4034 section 4.3", () => {
    const nsec = minimalNsec(domainName("alfa.example.net"), ZONE, [1234, TYPE.NSEC, TYPE.RRSIG, TYPE.MX, TYPE.A]);
    const bitmap = `000640010000 0003041b${"00".repeat(26)}20`.replace(" ", "");
    expect(Buffer.from(nsec).toString("hex")).toMatch(new RegExp(`00${bitmap}$`));
    expect(nsecText("a.example.net", [TYPE.CAA, TYPE.A])).toBe("\\000.a.example.net. A CAA");
  });

  it("ends at the very next name there can be", () => {
    expect(nsecText("example.net", [TYPE.A])).toBe("\\000.example.net. A");
    expect(nsecText(".", [TYPE.NS])).toBe("\\000. NS");
  });

  it("ends right behind a name that has no room for another label, too", () => {
    const long = "a".repeat(63);
    // 254 octets: one more fits.
    const almost = `${"b".repeat(60)}.${long}.${long}.${long}`;
    expect(nsecText(almost, [TYPE.A])).toBe(`${"b".repeat(60)}\\000.${long}.${long}.${long}. A`);
    // 255 octets: the last octet counts up, past the capitals, which are small letters.
    const full = (last: string) => `${"b".repeat(60)}${last}.${long}.${long}.${long}`;
    expect(nsecText(full("b"), [TYPE.A])).toBe(`${full("c")}. A`);
    expect(nsecText(full("@"), [TYPE.A])).toBe(`${full("[")}. A`);
    expect(nsecText(full("\\377"), [TYPE.A])).toBe(`${"b".repeat(59)}c.${long}.${long}.${long}. A`);
  });
});

describe("the keys that follow one", () => {
  const first = newPrivateKey();

  it("are always the same, and each is another", () => {
    const keys = [0, 1, 2, 3].map((number) => followingPrivateKey(first, number));
    expect(keys[0]).toBe(first);
    expect([0, 1, 2, 3].map((number) => followingPrivateKey(first, number))).toEqual(keys);
    const points = [...keys, followingPrivateKey(newPrivateKey(), 1)].map((key) => publicKeyOf(key).toString("hex"));
    expect(new Set(points).size).toBe(5);
  });

  it("sign as any key does", () => {
    const key = followingPrivateKey(first, 7);
    const set = addresses("www.example.net", "192.0.2.1");
    const rrsig = signSet(set, ZONE, signingKey(key, ZONE_SIGNING_KEY_FLAGS), VALIDITY);
    expect(isGood(rrsig, set, publicKeyOf(key))).toBe(true);
    expect(isGood(rrsig, set, publicKeyOf(first))).toBe(false);
  });
});
