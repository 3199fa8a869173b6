import { describe, expect, it } from "vitest";
import { dnskeyData, dsFits, isKnownDs, keyRecords, keyTag } from "../../../src/dns/dnssec-keys.ts";
import { rdataFromText } from "../../../src/dns/rdata.ts";
import { domainName } from "../../../src/route53/names.ts";

/** RFC 6605 section 6.1. */
const PUBLIC_KEY = Buffer.from(
  "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
  "base64",
);

describe("the records of a key-signing key", () => {
  it("are those of RFC 6605's example", () => {
    expect(keyRecords(domainName("example.net"), PUBLIC_KEY)).toEqual({
      keyTag: 55648,
      digest: "B4C8C1FE2E7477127B27115656AD6256F424625BF5C1E2770CE6D6E37DF61D17",
      publicKey: PUBLIC_KEY.toString("base64"),
      ds: "55648 13 2 B4C8C1FE2E7477127B27115656AD6256F424625BF5C1E2770CE6D6E37DF61D17",
      dnskey: `257 3 13 ${PUBLIC_KEY.toString("base64")}`,
    });
  });

  it("have the digest of the name in lower case", () => {
    expect(keyRecords(domainName("EXAMPLE.net"), PUBLIC_KEY).keyTag).toBe(55648);
    expect(keyRecords(domainName("EXAMPLE.net"), PUBLIC_KEY).digest).toBe(
      keyRecords(domainName("example.net"), PUBLIC_KEY).digest,
    );
  });

  it("fit into the wire's own form of a DS record", () => {
    const { ds } = keyRecords(domainName("example.net"), PUBLIC_KEY);
    expect(Buffer.from(rdataFromText("DS", ds)).readUInt16BE(0)).toBe(55648);
  });

  it("have the tag of all of the data, the odd octet at its end too", () => {
    expect(keyTag(dnskeyData(PUBLIC_KEY))).toBe(55648);
    // 0x0101 + 0x030d + 0xff00 = 0x1030e, and the carry comes back.
    expect(keyTag(Uint8Array.of(1, 1, 3, 13, 255))).toBe(0x030f);
  });
});

/** RFC 4034 section 5.4 (SHA-1) and RFC 4509 section 2.3 (SHA-256) are of this key. */
const DSKEY = Buffer.concat([
  Buffer.from([1, 0, 3, 5]),
  Buffer.from(
    "AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==",
    "base64",
  ),
]);
const DSKEY_ZONE = domainName("dskey.example.com");

describe("a DS record", () => {
  it.each([
    ["SHA-1", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"],
    ["SHA-256", "60485 5 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A"],
  ])("with a digest by %s is known by the key it is of", (_, text) => {
    const ds = rdataFromText("DS", text);
    expect(isKnownDs(ds)).toBe(true);
    expect(dsFits(DSKEY_ZONE, ds, DSKEY)).toBe(true);
    expect(dsFits(domainName("example.com"), ds, DSKEY)).toBe(false);
    expect(dsFits(DSKEY_ZONE, ds, dnskeyData(PUBLIC_KEY))).toBe(false);
  });

  it("counts for nothing with an algorithm or a digest that validators do not know, or without a digest", () => {
    expect(isKnownDs(rdataFromText("DS", `60485 99 2 ${"00".repeat(32)}`))).toBe(false);
    expect(isKnownDs(rdataFromText("DS", `60485 13 3 ${"00".repeat(32)}`))).toBe(false);
    expect(isKnownDs(Uint8Array.of(1, 2, 13, 2))).toBe(false);
    expect(dsFits(DSKEY_ZONE, Uint8Array.of(1), DSKEY)).toBe(false);
  });
});
