import { describe, expect, it } from "vitest";
import { dnskeyData, keyRecords, keyTag } from "../../../src/dns/dnssec-keys.ts";
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
