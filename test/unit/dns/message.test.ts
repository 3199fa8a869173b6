/** The message codec: what is written is read back, what is broken is refused, what does not fit is truncated by the rules. */

import packet from "dns-packet";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeMessage,
  type EdnsOption,
  encodeMessage,
  MalformedMessageError,
  type Message,
  makeQuery,
  NO_FLAGS,
  PLAIN_EDNS,
  parseClientSubnet,
  type ResourceRecord,
} from "../../../src/dns/message.ts";
import { rdataFromText, rdataToText } from "../../../src/dns/rdata.ts";
import { CLASS, TYPE, typeNumber } from "../../../src/dns/types.ts";
import { type DomainName, domainName, nameOf } from "../../../src/route53/names.ts";

function record(name: string, type: string, value: string, ttlSeconds = 300): ResourceRecord {
  return {
    name: domainName(name),
    type: typeNumber(type) ?? 0,
    class: CLASS.IN,
    ttlSeconds,
    rdata: rdataFromText(type, value),
  };
}

function answer(parts: Partial<Message> = {}): Message {
  return { ...makeQuery({ name: domainName("www.example.com"), type: TYPE.A }), id: 4711, response: true, ...parts };
}

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/\s+/g, ""), "hex"));
}

const HEADER = "0001 8000 0001 0000 0000 0000";

const octetLabel = fc.uint8Array({ minLength: 1, maxLength: 20 });
const anyName: fc.Arbitrary<DomainName> = fc
  .array(fc.oneof(octetLabel, fc.constantFrom(Buffer.from("www"), Buffer.from("example"), Buffer.from("com"))), {
    maxLength: 6,
  })
  .map(nameOf);
const plainName: fc.Arbitrary<DomainName> = fc
  .array(fc.constantFrom("a", "b1", "www", "example", "com", "xn--p1ai", "_tcp"), { minLength: 1, maxLength: 6 })
  .map((labels) => domainName(labels.join(".")));

/** Values that dns-packet can express too. */
const comparableValue = (names: fc.Arbitrary<DomainName>) => {
  const name = names.map((one) => one.replaceAll('"', "\\042"));
  return fc.oneof(
    fc.tuple(fc.constant("A"), fc.ipV4()),
    fc.tuple(fc.constant("AAAA"), fc.ipV6()),
    fc.tuple(fc.constantFrom("NS", "CNAME", "PTR"), name),
    fc.tuple(
      fc.constant("MX"),
      fc.tuple(fc.nat(65535), name).map(([preference, host]) => `${preference} ${host}`),
    ),
    fc.tuple(
      fc.constant("SRV"),
      fc.tuple(fc.nat(65535), fc.nat(65535), fc.nat(65535), name).map((fields) => fields.join(" ")),
    ),
    fc.tuple(
      fc.constant("SOA"),
      fc.tuple(name, name, fc.nat(), fc.nat(), fc.nat(), fc.nat(), fc.nat()).map((fields) => fields.join(" ")),
    ),
    fc.tuple(
      fc.constant("TXT"),
      fc
        .array(fc.stringMatching(/^[a-z0-9 =;-]{1,60}$/), { minLength: 1, maxLength: 3 })
        .map((strings) => strings.map((s) => `"${s}"`).join(" ")),
    ),
    fc.tuple(
      fc.constant("CAA"),
      fc.stringMatching(/^[a-z0-9.]{1,30}$/).map((value) => `128 issue "${value}"`),
    ),
    fc.tuple(
      fc.constant("DS"),
      fc
        .uint8Array({ minLength: 20, maxLength: 20 })
        .map((digest) => `60485 13 2 ${Buffer.from(digest).toString("hex")}`),
    ),
    fc.tuple(
      fc.constant("SSHFP"),
      fc.uint8Array({ minLength: 32, maxLength: 32 }).map((print) => `4 2 ${Buffer.from(print).toString("hex")}`),
    ),
    fc.tuple(
      fc.constant("TLSA"),
      fc.uint8Array({ minLength: 32, maxLength: 32 }).map((data) => `3 1 1 ${Buffer.from(data).toString("hex")}`),
    ),
    fc.tuple(
      fc.constant("NAPTR"),
      name.map((host) => `100 10 "u" "E2U+sip" "!^.*$!sip:a@b!" ${host}`),
    ),
  );
};

const records = (name: fc.Arbitrary<DomainName>, maxLength: number) =>
  fc.array(
    fc.tuple(name, comparableValue(name), fc.nat(2 ** 31 - 1)).map(([owner, [type, value], ttl]) => ({
      ...record(".", type, value, ttl),
      name: owner,
    })),
    { maxLength },
  );

const option: fc.Arbitrary<EdnsOption> = fc.oneof(
  fc.record({ kind: fc.constant("ede" as const), infoCode: fc.nat(29), text: fc.stringMatching(/^[ -~é]{0,40}$/) }),
  fc.record({
    kind: fc.constant("cookie" as const),
    client: fc.uint8Array({ minLength: 8, maxLength: 8 }),
    server: fc.oneof(fc.constant(new Uint8Array()), fc.uint8Array({ minLength: 8, maxLength: 32 })),
  }),
  fc.record({ kind: fc.constant("nsid" as const), data: fc.uint8Array({ maxLength: 20 }) }),
  fc.record({
    kind: fc.constant("keepalive" as const),
    timeoutMs: fc.option(
      fc.nat(0xffff).map((units) => units * 100),
      { nil: undefined },
    ),
  }),
  fc.record({
    kind: fc.constant("unknown" as const),
    code: fc.integer({ min: 100, max: 65535 }),
    data: fc.uint8Array({ maxLength: 20 }),
  }),
  fc.tuple(fc.ipV4(), fc.nat(32)).map(([address, bits]) => parseClientSubnet(`${address}/${bits}`) as EdnsOption),
  fc.tuple(fc.ipV6(), fc.nat(128)).map(([address, bits]) => parseClientSubnet(`${address}/${bits}`) as EdnsOption),
);

const edns = fc.record({
  version: fc.constant(0),
  udpSize: fc.nat(65535),
  dnssecOk: fc.boolean(),
  options: fc.array(option, { maxLength: 4 }),
});

const messages: fc.Arbitrary<Message> = fc.record(
  {
    id: fc.nat(65535),
    response: fc.boolean(),
    opcode: fc.nat(15),
    flags: fc.record({
      authoritative: fc.boolean(),
      truncated: fc.boolean(),
      recursionDesired: fc.boolean(),
      recursionAvailable: fc.boolean(),
      authenticData: fc.boolean(),
      checkingDisabled: fc.boolean(),
    }),
    rcode: fc.nat(15),
    questions: fc.array(fc.record({ name: anyName, type: fc.nat(65535), class: fc.nat(65535) }), { maxLength: 2 }),
    answers: records(anyName, 6),
    authorities: records(anyName, 3),
    additionals: records(anyName, 3),
    edns,
  },
  {
    requiredKeys: ["id", "response", "opcode", "flags", "rcode", "questions", "answers", "authorities", "additionals"],
  },
);

describe("a message", () => {
  it("is the same after writing and reading, whatever octets its names have", () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(decodeMessage(encodeMessage(message))).toEqual(message);
      }),
      { numRuns: 500 },
    );
  });

  it("carries an extended response code in EDNS and refuses one without", () => {
    const badVersion = answer({ rcode: 16, edns: PLAIN_EDNS });
    expect(decodeMessage(encodeMessage(badVersion)).rcode).toBe(16);
    expect(() => encodeMessage(answer({ rcode: 16 }))).toThrow(RangeError);
  });

  it("repeats a question's capitals, and compresses the answer's owner name onto them", () => {
    const query = decodeMessage(
      Buffer.concat([hex(HEADER), hex("03 577757 07 6578616d706c65 03 434f4d 00 0001 0001")]),
    );
    expect(query.questions[0]?.name).toBe("www.example.com.");
    const encoded = encodeMessage(
      answer({ questions: query.questions, answers: [record("www.example.com", "A", "192.0.2.1")] }),
    );
    expect(encoded.subarray(12, 29).toString("latin1")).toBe("\x03WwW\x07example\x03COM\x00");
    expect(encoded.length).toBe(12 + 17 + 4 + 16);
    expect(decodeMessage(encoded).answers[0]?.name).toBe("www.example.com.");
  });

  it("compresses names in the data of RFC 1035's types but in no others", () => {
    const size = (type: string, value: string) =>
      encodeMessage(answer({ answers: [record("www.example.com", type, value)] })).length;
    const withoutData = encodeMessage(answer()).length + 12;
    expect(size("CNAME", "example.com.")).toBe(withoutData + 2);
    expect(size("MX", "10 mail.example.com.")).toBe(withoutData + 2 + 7);
    expect(size("SRV", "1 2 3 example.com.")).toBe(withoutData + 6 + 13);
    expect(size("HTTPS", "1 example.com.")).toBe(withoutData + 2 + 13);
  });
});

describe("against dns-packet", () => {
  const plainMessages = fc.record({
    id: fc.nat(65535),
    rcode: fc.nat(15),
    questions: fc.array(
      fc.record({ name: plainName, type: fc.constantFrom(1, 2, 15, 16, 28), class: fc.constant(1) }),
      { minLength: 1, maxLength: 1 },
    ),
    answers: records(plainName, 6),
    authorities: records(plainName, 3),
    additionals: records(plainName, 3),
  });

  it("reads what it writes, and it reads what we write, the same", () => {
    fc.assert(
      fc.property(plainMessages, (parts) => {
        const message = answer(parts);
        const ours = encodeMessage(message);
        const theirs = packet.decode(ours);
        expect(theirs.answers).toHaveLength(message.answers.length);
        // Its own encoding of what it understood, uncompressed, means to us what we said.
        const again = decodeMessage(packet.encode(theirs));
        expect(again.answers).toEqual(message.answers);
        expect(again.authorities).toEqual(message.authorities);
        expect(again.additionals).toEqual(message.additionals);
        expect(again.questions).toEqual(message.questions);
      }),
      { numRuns: 300 },
    );
  });

  it("knows the same numbers for the types both know", () => {
    for (const type of [
      "A",
      "NS",
      "SOA",
      "MX",
      "TXT",
      "AAAA",
      "SRV",
      "NAPTR",
      "DS",
      "SSHFP",
      "RRSIG",
      "NSEC",
      "DNSKEY",
      "NSEC3",
      "TLSA",
      "CDS",
      "SPF",
      "CAA",
      "ANY",
    ]) {
      const encoded = packet.encode({ type: "query", questions: [{ type: type as "A", name: "x" }] });
      expect(decodeMessage(encoded).questions[0]?.type, type).toBe(typeNumber(type));
    }
  });
});

describe("a broken message", () => {
  it.each([
    ["is shorter than a header", "0001 8000 0001"],
    ["has fewer questions than it says", HEADER],
    ["has a pointer to itself", `${HEADER} c00c 0001 0001`],
    ["has two pointers to each other", `${HEADER} c00e c00c 0001 0001`],
    ["has a pointer forward", `${HEADER} c012 0001 0001 00`],
    ["has a label that leads back into its own name", `${HEADER} 0161 c00c 0001 0001`],
    ["has a reserved kind of label", `${HEADER} 4161 00 0001 0001`],
    ["has a label past the end", `${HEADER} 3f61`],
    ["has octets behind its end", `${HEADER} 00 0001 0001 ff`],
    ["has a record whose data passes the end", "0001 8000 0000 0001 0000 0000 00 0001 0001 00000000 0005 c0000201"],
    ["has a name that does not fill its RDLENGTH", "0001 8000 0000 0001 0000 0000 00 0002 0001 00000000 0002 00 00"],
    ["has a name that passes its RDLENGTH", "0001 8000 0000 0001 0000 0000 00 0002 0001 00000000 0001 01 61 00"],
    ["has two OPT records", "0001 8000 0000 0000 0000 0002 00 0029 0200 00000000 0000 00 0029 0200 00000000 0000"],
    ["has an OPT record with a name", "0001 8000 0000 0000 0000 0001 0161 00 0029 0200 00000000 0000"],
    [
      "has a client subnet with bits beyond its prefix",
      "0001 8000 0000 0000 0000 0001 00 0029 0200 00000000 000b 0008 0007 0001 14 00 c000ff",
    ],
    [
      "has a client subnet with too many octets",
      "0001 8000 0000 0000 0000 0001 00 0029 0200 00000000 000b 0008 0007 0001 10 00 c00000",
    ],
    [
      "has a cookie of nine octets",
      "0001 8000 0000 0000 0000 0001 00 0029 0200 00000000 000d 000a 0009 010203040506070809",
    ],
  ])("is refused when it %s", (_, text) => {
    expect(() => decodeMessage(hex(text))).toThrow(MalformedMessageError);
  });

  it("is refused when a name is longer than 255 octets", () => {
    const long = Buffer.concat([
      ...Array.from({ length: 4 }, () => Buffer.concat([Buffer.of(63), Buffer.alloc(63, 0x61)])),
      Buffer.of(0),
    ]);
    expect(() => decodeMessage(Buffer.concat([hex(HEADER), long, hex("0001 0001")]))).toThrow(/longer than 255/);
  });

  it("is refused when a name goes through pointer after pointer, which would take long at every record", () => {
    // A root at offset 23, a pointer to it behind it, and each further one to the one before.
    const pointer = (to: number) => Buffer.of(0xc0 | (to >> 8), to & 0xff);
    const pointers = (count: number) => {
      const chain = Array.from({ length: count }, (_, i) => pointer(i === 0 ? 23 : 22 + i * 2));
      const length = 1 + count * 2;
      return Buffer.concat([
        hex("0001 8000 0000 0002 0000 0000 00 000a 0001 00000000"),
        Buffer.of(length >> 8, length & 0xff, 0),
        ...chain,
        pointer(22 + count * 2),
        hex("000a 0001 00000000 0000"),
      ]);
    };
    expect(decodeMessage(pointers(100)).answers[1]?.name).toBe(".");
    expect(() => decodeMessage(pointers(200))).toThrow(/more than 127 compression pointers/);
  });

  it("still tells the id and opcode it needs for a FORMERR", () => {
    const header = { id: 0xabcd, opcode: 5, recursionDesired: true, response: false };
    const broken = hex("abcd 2900 0001 0000 0000 0000");
    expect(() => decodeMessage(broken)).toThrow(expect.objectContaining({ header }));
  });

  it("never does anything but decode or throw that one error, and never loops", () => {
    const mutated = fc
      .tuple(messages, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }))
      .map(([message, changes]) => {
        const octets = Uint8Array.from(encodeMessage(message));
        for (const [at, value] of changes) octets[at % octets.length] = value;
        return octets;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), mutated), (octets) => {
        try {
          const message = decodeMessage(octets);
          for (const one of [...message.answers, ...message.authorities]) rdataToText(one.type, one.rdata);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessageError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("truncation", () => {
  const addresses = Array.from({ length: 40 }, (_, i) => record("www.example.com", "A", `192.0.2.${i}`));

  it("drops a record set that does not fit as a whole, says so, and keeps the OPT record", () => {
    const encoded = encodeMessage(answer({ answers: addresses, edns: PLAIN_EDNS }), { maxSize: 512 });
    const read = decodeMessage(encoded);
    expect(encoded.length).toBeLessThanOrEqual(512);
    expect(read.flags.truncated).toBe(true);
    expect(read.answers).toEqual([]);
    expect(read.edns).toEqual(PLAIN_EDNS);
  });

  it("leaves out additional records of an answer without saying so", () => {
    const message = answer({
      flags: { ...NO_FLAGS, authoritative: true },
      answers: [record("www.example.com", "MX", "10 mail.example.com")],
      additionals: addresses.map((one) => ({ ...one, name: domainName("mail.example.com") })),
    });
    const read = decodeMessage(encodeMessage(message, { maxSize: 512 }));
    expect(read.flags.truncated).toBe(false);
    expect(read.answers).toHaveLength(1);
    expect(read.additionals).toEqual([]);
  });

  it("counts glue below the cut of a referral as needed, and other addresses as not", () => {
    const referral = (server: string) =>
      decodeMessage(
        encodeMessage(
          answer({
            authorities: [record("example.com", "NS", server)],
            additionals: addresses.map((one) => ({ ...one, name: domainName(server) })),
          }),
          { maxSize: 512 },
        ),
      ).flags.truncated;
    expect(referral("ns1.example.com")).toBe(true);
    expect(referral("ns1.example.net")).toBe(false);
  });

  it("never writes more than it may, and what it writes can be read", () => {
    fc.assert(
      fc.property(messages, fc.integer({ min: 512, max: 1232 }), (message, maxSize) => {
        let encoded: Buffer;
        try {
          encoded = encodeMessage(message, { maxSize });
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(encoded.length).toBeLessThanOrEqual(maxSize);
        expect(decodeMessage(encoded).edns).toEqual(message.edns);
      }),
    );
  });
});
