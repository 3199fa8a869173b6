/** Record data between text and the wire, with the examples of the RFCs. */

import packet from "dns-packet";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rdataFromText, rdataToText } from "../../../src/dns/rdata.ts";
import { rcodeName, typeName, typeNumber } from "../../../src/dns/types.ts";
import { canonicalValue, RecordDataError } from "../../../src/route53/record-data.ts";
import { RECORD_TYPES } from "../../../src/route53/record-set.ts";

const hex = (octets: Uint8Array) => Buffer.from(octets).toString("hex");

/** RFC 9460 appendix D: presentation form and wire form. */
const SERVICE_BINDINGS: [string, string][] = [
  ["0 foo.example.com.", "000003666f6f076578616d706c6503636f6d00"],
  ["1 .", "000100"],
  ["16 foo.example.com. port=53", "001003666f6f076578616d706c6503636f6d00000300020035"],
  ['1 foo.example.com. key667="hello"', "000103666f6f076578616d706c6503636f6d00029b000568656c6c6f"],
  ['1 foo.example.com. key667="hello\\322qoo"', "000103666f6f076578616d706c6503636f6d00029b000968656c6c6fd2716f6f"],
  [
    "1 foo.example.com. ipv6hint=2001:db8::1,2001:db8::53:1",
    "000103666f6f076578616d706c6503636f6d00000600 2020010db8000000000000000000000001 20010db8000000000000000000530001",
  ],
  [
    '16 foo.example.org. mandatory=alpn,ipv4hint alpn="h2,h3-19" ipv4hint=192.0.2.1',
    "001003666f6f076578616d706c65036f726700000000040001000400010009026832 0568332d3139000400 04c0000201",
  ],
  [
    '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
    "001003666f6f076578616d706c65036f726700000100 0c08665c6f6f2c626172026832",
  ],
];

describe("record data", () => {
  it.each(SERVICE_BINDINGS)("SVCB %s has the wire form of RFC 9460", (text, wire) => {
    const expected = wire.replace(/\s/g, "");
    expect(hex(rdataFromText("SVCB", text))).toBe(expected);
    expect(rdataToText("SVCB", Buffer.from(expected, "hex"))).toBe(text);
  });

  it.each<[string, string, string]>([
    ["A", "192.0.2.1", "c0000201"],
    ["MX", "10 mail.example.", "000a046d61696c076578616d706c6500"],
    ["TXT", '"a" ""', "016100"],
    ["CAA", '0 issue "ca.example"', "0005697373756563612e6578616d706c65"],
    ["SSHFP", "2 1 123456789abcdef67890123456789abcdef67890", "0201123456789abcdef67890123456789abcdef67890"],
    ["PTR", "\\000.example.", "0100076578616d706c6500"],
  ])("%s %s is %s on the wire", (type, text, wire) => {
    expect(hex(rdataFromText(type, text))).toBe(wire);
    expect(rdataToText(type, Buffer.from(wire, "hex"))).toBe(text);
  });

  it("takes and gives the generic form of RFC 3597", () => {
    expect(hex(rdataFromText("TYPE731", "\\# 6 abcd ef012345"))).toBe("abcdef012345");
    expect(rdataToText(731, Buffer.from("abcdef012345", "hex"))).toBe("\\# 6 abcdef012345");
    expect(rdataFromText("TYPE731", "\\# 0")).toHaveLength(0);
    expect(() => rdataFromText("TYPE731", "\\# 2 ab")).toThrow(RecordDataError);
    expect(() => rdataFromText("DNSKEY", "257 3 13 AAAA")).toThrow(/LENGTH HEX only/);
  });

  it("shows data that does not fit its type in the generic form", () => {
    expect(rdataToText("A", Buffer.from("c00002", "hex"))).toBe("\\# 3 c00002");
    expect(rdataToText("MX", Buffer.from("00", "hex"))).toBe("\\# 1 00");
    expect(rdataToText("CNAME", Buffer.from("c000", "hex"))).toBe("\\# 2 c000");
    expect(rdataToText("HTTPS", Buffer.from("0001000003000100", "hex"))).toBe("\\# 8 0001000003000100");
    expect(rdataToText("CAA", Buffer.from("00011b61", "hex"))).toBe("\\# 4 00011b61");
  });

  it("gives text for any octets that means the same octets when read back", () => {
    fc.assert(
      fc.property(fc.constantFrom(...RECORD_TYPES), fc.uint8Array({ maxLength: 60 }), (type, octets) => {
        const text = rdataToText(type, octets);
        const again = rdataFromText(type, text);
        // Only the case of host names, which text has lost already, and of tags may change.
        expect(rdataToText(type, again)).toBe(
          type === "CAA" ? text.replace(/ [^ ]+/, (tag) => tag.toLowerCase()) : text,
        );
        expect(Buffer.from(again).toString("latin1").toLowerCase()).toBe(
          Buffer.from(octets).toString("latin1").toLowerCase(),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it("agrees with the canonical text of the record value", () => {
    expect(rdataToText("AAAA", rdataFromText("AAAA", "2001:DB8:0::1"))).toBe(canonicalValue("AAAA", "2001:DB8:0::1"));
  });
});

describe("the data of DNSSEC's types", () => {
  const record = (type: string, data: unknown) =>
    (packet as unknown as { record(type: string): { encode(data: unknown): Buffer } })
      .record(type)
      .encode(data)
      .subarray(2);

  it("is shown as RFC 4034 writes it", () => {
    expect(
      rdataToText(
        "DNSKEY",
        record("DNSKEY", { flags: 257, algorithm: 13, key: Buffer.from("mdsswUyr3DPW132mOi8V9xESWE8jTo0d", "base64") }),
      ),
    ).toBe("257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0d");
    const rrsig = {
      typeCovered: "A",
      algorithm: 13,
      labels: 3,
      originalTTL: 3600,
      expiration: 1048354263,
      inception: 1045762263,
      keyTag: 2642,
      signersName: "example.com",
      signature: Buffer.from("oJB1W6WN", "base64"),
    };
    expect(rdataToText("RRSIG", record("RRSIG", rrsig))).toBe(
      "A 13 3 3600 20030322173103 20030220173103 2642 example.com. oJB1W6WN",
    );
    expect(
      rdataToText(
        "NSEC",
        record("NSEC", { nextDomain: "\0.a.example", rrtypes: ["A", "MX", "RRSIG", "NSEC", "UNKNOWN_65", "CAA"] }),
      ),
    ).toBe("\\000.a.example. A MX RRSIG NSEC HTTPS CAA");
    const hash = Buffer.from("174eb2409fe28bcb4887a1836f957f0a8425e27b", "hex");
    expect(
      rdataToText(
        "NSEC3",
        record("NSEC3", {
          algorithm: 1,
          flags: 1,
          iterations: 12,
          salt: Buffer.from("aabbccdd", "hex"),
          nextDomain: hash,
          rrtypes: ["A", "RRSIG"],
        }),
      ),
    ).toBe("1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr A RRSIG");
  });

  it("falls to the generic form where dns-packet would lose octets", () => {
    const nsec = Buffer.concat([Buffer.from([2, 0xff, 0xfe, 0]), Buffer.from([0, 1, 0x40])]);
    expect(rdataToText("NSEC", nsec)).toBe(`\\# 7 ${nsec.toString("hex")}`);
  });
});

it("names types and response codes, known or not", () => {
  expect(typeNumber("https")).toBe(65);
  expect(typeNumber("TYPE65")).toBe(65);
  expect(typeNumber("TYPE65536")).toBeUndefined();
  expect(typeNumber("NOPE")).toBeUndefined();
  expect(typeName(65)).toBe("HTTPS");
  expect(typeName(4711)).toBe("TYPE4711");
  expect(rcodeName(5)).toBe("REFUSED");
  expect(rcodeName(3841)).toBe("RCODE3841");
});
