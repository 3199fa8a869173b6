/**
 * The compliance matrix: what the EDNS compliance testers of the field send (ISC's, that of the DNS flag days), and what
 * resolvers have met from broken clients, asked of an authoritative server over real sockets, over UDP and over TCP.
 */

import packet from "dns-packet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeMessage, type Message } from "../../../../src/dns/message.ts";
import { rcodeName } from "../../../../src/dns/types.ts";
import { delegationSetAt } from "../../../../src/local/nameserver/pool.ts";
import { type NameServers, startNameServers } from "../../../../src/local/nameserver/servers.ts";
import {
  DEFAULT_ID,
  exchangeRaw,
  OPCODE_SHIFT,
  type RawMessage,
  type RawOpt,
  type RawServer,
  rawMessage,
  rawName,
  rawOpt,
  rawQuestion,
  type Transport,
} from "../../../support/raw-dns.ts";
import { records, StillClock, zoneOf } from "./fixtures.ts";

const [SERVER] = delegationSetAt(0);
const A = 1;
const SOA = 6;
const TXT = 16;
const ANY = 255;
const WWW = rawQuestion("www.example.com", A);
const DO = 0x8000;

let servers: NameServers;
let at: RawServer;
const defects: unknown[] = [];

beforeAll(async () => {
  servers = await startNameServers({
    port: 0,
    clock: new StillClock(),
    health: { isHealthy: () => true },
    onQuery: () => undefined,
    onDefect: (error) => defects.push(error),
  });
  servers.publishZone(
    zoneOf("example.com", [
      records("www.example.com", "A", ["192.0.2.1"]),
      records(
        "big.example.com",
        "TXT",
        Array.from({ length: 60 }, (_, index) => `"${"x".repeat(60)}${index}"`),
      ),
    ]),
  );
  await servers.settled();
  at = { address: SERVER?.address ?? "", port: servers.port };
});

afterAll(async () => {
  await servers.close();
  expect(defects).toEqual([]);
});

interface Expected {
  readonly rcode?: string;
  /** Of `AA TC RD RA AD CD`. */
  readonly flags?: string;
  readonly answers?: number;
  /** Whether the SOA is in the authority section. */
  readonly denies?: boolean;
  readonly questions?: number;
  /** Undefined when there must be no OPT record; option codes in order. */
  readonly opt?: { readonly dnssecOk?: boolean; readonly options?: readonly number[] };
}

function flagsOf(message: Message): string {
  const { flags } = message;
  return [
    flags.authoritative ? "AA" : "",
    flags.truncated ? "TC" : "",
    flags.recursionDesired ? "RD" : "",
    flags.recursionAvailable ? "RA" : "",
    flags.authenticData ? "AD" : "",
    flags.checkingDisabled ? "CD" : "",
  ]
    .filter((flag) => flag !== "")
    .join(" ");
}

/** The codes of the options in the OPT record, which is the last one of ours, read without our decoder. */
function optionCodes(octets: Buffer): number[] | undefined {
  const opt = packet.decode(octets).additionals?.find((record) => record.type === "OPT");
  return opt?.type === "OPT" ? opt.options.map((option) => option.code) : undefined;
}

function check(octets: Buffer, expected: Expected): void {
  const message = decodeMessage(octets);
  const codes = optionCodes(octets);
  const { edns } = message;
  expect({
    id: message.id,
    rcode: rcodeName(message.rcode),
    flags: flagsOf(message),
    answers: message.answers.length,
    denies: message.authorities.some((record) => record.type === SOA),
    questions: message.questions.length,
    // Z and every flag of EDNS but DO are zero in a response.
    unknownFlags: (octets.readUInt16BE(2) & 0x0040) !== 0,
    opt: edns && { version: edns.version, dnssecOk: edns.dnssecOk, udpSize: edns.udpSize, options: codes },
  }).toEqual({
    id: DEFAULT_ID,
    rcode: expected.rcode ?? "NOERROR",
    flags: expected.flags ?? "AA",
    answers: expected.answers ?? 0,
    denies: expected.denies ?? false,
    questions: expected.questions ?? 1,
    unknownFlags: false,
    opt: expected.opt && {
      version: 0,
      dnssecOk: expected.opt.dnssecOk ?? false,
      udpSize: 4096,
      options: expected.opt.options ?? [],
    },
  });
}

const www = (parts: RawMessage = {}): Buffer => rawMessage({ questions: [WWW], ...parts });
const withOpt = (opt: RawOpt = {}, parts: RawMessage = {}): Buffer => www({ additionals: [rawOpt(opt)], ...parts });
const option = (code: number, hex: string, opt: RawOpt = {}) => withOpt({ ...opt, options: [[code, hex]] });
const bits = (value: number) => www({ bits: value });
const opcode = (value: number, parts: RawMessage = {}) => www({ bits: value << OPCODE_SHIFT, ...parts });
const typed = (type: number, opt?: RawOpt) =>
  rawMessage({
    questions: [rawQuestion("www.example.com", type)],
    additionals: opt === undefined ? [] : [rawOpt(opt)],
  });

const HIT: Expected = { answers: 1 };
const HIT_EDNS: Expected = { answers: 1, opt: {} };
const BROKEN: Expected = { rcode: "FORMERR", flags: "", questions: 0 };
const BROKEN_OPT: Expected = { rcode: "FORMERR", flags: "", opt: {} };
/** Which OPT record counts cannot be told. BIND says the same. */
const MISPLACED: Expected = { rcode: "FORMERR", flags: "" };
const BADVERS: Expected = { rcode: "BADVERS", flags: "", opt: {} };
const NOTIMP: Expected = { rcode: "NOTIMP", flags: "", questions: 0 };
const EDE = 15;

const PROBES: readonly (readonly [what: string, octets: Buffer, expected: Expected])[] = [
  // Plain DNS.
  ["a plain query", www(), HIT],
  ["RD", bits(0x0100), { ...HIT, flags: "AA RD" }],
  ["AD, which is no answer's to repeat", bits(0x0020), HIT],
  ["CD", bits(0x0010), { ...HIT, flags: "AA CD" }],
  ["Z", bits(0x0040), HIT],
  ["AA, TC and RA in a query", bits(0x0680), HIT],
  ["an rcode in a query", bits(0x000f), HIT],
  ["a type nobody knows", typed(1000), { denies: true }],
  ["type 0", typed(0), { denies: true }],
  ["ANY", typed(ANY), HIT],
  ["AXFR", typed(252), { rcode: "REFUSED", flags: "" }],
  ["IXFR", typed(251), { rcode: "REFUSED", flags: "" }],
  ["MAILB", typed(253), { rcode: "NOTIMP", flags: "" }],
  ["MAILA", typed(254), { rcode: "NOTIMP", flags: "" }],
  ["type OPT", typed(41), { rcode: "FORMERR", flags: "" }],
  ["type TKEY", typed(249), { rcode: "FORMERR", flags: "" }],
  ["type TSIG", typed(250), { rcode: "FORMERR", flags: "" }],
  ["class CH", rawMessage({ questions: [rawQuestion("version.bind", TXT, 3)] }), { rcode: "REFUSED", flags: "" }],
  ["class ANY", rawMessage({ questions: [rawQuestion("www.example.com", A, 255)] }), { ...HIT, flags: "" }],
  ["class NONE", rawMessage({ questions: [rawQuestion("www.example.com", A, 254)] }), { rcode: "REFUSED", flags: "" }],
  ["another's zone", rawMessage({ questions: [rawQuestion("example.net", A)] }), { rcode: "REFUSED", flags: "" }],
  // EDNS.
  ["EDNS", withOpt(), HIT_EDNS],
  ["DO", withOpt({ flags: DO }), { ...HIT, opt: { dnssecOk: true } }],
  ["EDNS flag 0x40", withOpt({ flags: 0x0040 }), HIT_EDNS],
  ["EDNS flag 0x80", withOpt({ flags: 0x0080 }), HIT_EDNS],
  ["every EDNS flag", withOpt({ flags: 0xffff }), { ...HIT, opt: { dnssecOk: true } }],
  ["EDNS version 1", withOpt({ version: 1 }), BADVERS],
  ["EDNS version 255", withOpt({ version: 255 }), BADVERS],
  ["EDNS version 1 with DO", withOpt({ version: 1, flags: DO }), { ...BADVERS, opt: { dnssecOk: true } }],
  ["EDNS version 1 with a flag", withOpt({ version: 1, flags: 0x0080 }), BADVERS],
  ["EDNS version 1 with an option", option(100, "00", { version: 1 }), BADVERS],
  ["EDNS version 1 with octets that are no options", withOpt({ version: 1, rdata: Buffer.from([1, 2, 3]) }), BADVERS],
  ["an extended rcode in a query", withOpt({ version: 0x0100 }), HIT_EDNS],
  ["an option nobody knows", option(100, ""), HIT_EDNS],
  ["an option nobody knows, with data", option(65_001, "68690a"), HIT_EDNS],
  ["a buffer of 0", withOpt({ udpSize: 0 }), HIT_EDNS],
  ["a buffer of 511", withOpt({ udpSize: 511 }), HIT_EDNS],
  ["a buffer of 65,535", withOpt({ udpSize: 65_535 }), HIT_EDNS],
  ["padding", option(12, "00".repeat(64)), HIT_EDNS],
  ["expire", option(9, ""), HIT_EDNS],
  ["NSID", option(3, ""), { ...HIT, opt: { options: [3] } }],
  ["a client cookie", option(10, "0102030405060708"), { ...HIT, opt: { options: [10] } }],
  ["a cookie of another server", option(10, `0102030405060708${"ab".repeat(16)}`), { ...HIT, opt: { options: [10] } }],
  ["a cookie of seven octets", option(10, "01020304050607"), BROKEN_OPT],
  ["a cookie of twelve octets", option(10, "010203040506070809101112"), BROKEN_OPT],
  ["a cookie of forty-one octets", option(10, "00".repeat(41)), BROKEN_OPT],
  ["a client subnet", option(8, "00011800c63364"), { ...HIT, opt: { options: [8] } }],
  ["a client subnet of IPv6", option(8, "0002300020010db80001"), { ...HIT, opt: { options: [8] } }],
  ["a client subnet of no bits", option(8, "00010000"), { ...HIT, opt: { options: [8] } }],
  ["a client subnet of no family", option(8, "00000000"), { ...HIT, opt: { options: [8] } }],
  ["a client subnet with bits beyond its prefix", option(8, "00011700c63365"), BROKEN_OPT],
  ["a client subnet with too few octets", option(8, "00011800c633"), BROKEN_OPT],
  ["a client subnet with too many octets", option(8, "00011800c6336400"), BROKEN_OPT],
  ["a client subnet with a scope", option(8, "00011818c63364"), BROKEN_OPT],
  ["a client subnet of 33 bits of IPv4", option(8, "00012100c633640101"), BROKEN_OPT],
  ["a client subnet of a family nobody knows", option(8, "0003080001"), BROKEN_OPT],
  ["a client subnet of two octets", option(8, "0001"), BROKEN_OPT],
  [
    "all options at once",
    withOpt({
      options: [
        [3, ""],
        [8, "00011800c63364"],
        [10, "0102030405060708"],
        [12, "0000"],
        [100, "01"],
      ],
    }),
    { ...HIT, opt: { options: [8, 10, 3] } },
  ],
  ["an option that runs past the OPT record", withOpt({ rdata: Buffer.from([0, 100, 0, 9, 1]) }), BROKEN_OPT],
  ["half an option's head", withOpt({ rdata: Buffer.from([0, 100, 0]) }), BROKEN_OPT],
  ["two OPT records", www({ additionals: [rawOpt(), rawOpt()] }), MISPLACED],
  ["an OPT record that is not at the root", withOpt({ owner: rawName("a") }), MISPLACED],
  ["an OPT record among the answers", www({ answers: [rawOpt()] }), MISPLACED],
  ["an OPT record in the authority section", www({ authorities: [rawOpt()] }), MISPLACED],
  [
    "another record before the OPT record",
    www({ additionals: [Buffer.from("0000010001000000000004c0000201", "hex"), rawOpt()] }),
    HIT_EDNS,
  ],
  ["a type nobody knows, with EDNS", typed(1000, {}), { denies: true, opt: {} }],
  [
    "another's zone, with EDNS",
    rawMessage({ questions: [rawQuestion("example.net", A)], additionals: [rawOpt()] }),
    { rcode: "REFUSED", flags: "", opt: { options: [EDE] } },
  ],
  // Headers and counts.
  ["a header alone", rawMessage({}), BROKEN],
  ["a header and an OPT record", rawMessage({ additionals: [rawOpt()] }), { ...BROKEN, opt: {} }],
  [
    "a header and a cookie",
    rawMessage({ additionals: [rawOpt({ options: [[10, "0102030405060708"]] })] }),
    { flags: "", questions: 0, opt: { options: [10] } },
  ],
  [
    "a header and a wrong server cookie",
    rawMessage({ additionals: [rawOpt({ options: [[10, "01".repeat(24)]] })] }),
    { rcode: "BADCOOKIE", flags: "", questions: 0, opt: { options: [10] } },
  ],
  ["two questions", rawMessage({ questions: [WWW, WWW] }), BROKEN],
  ["two questions announced, one there", www({ counts: [2, 0, 0, 0] }), { ...BROKEN, questions: 1 }],
  ["65,535 questions announced", www({ counts: [65_535, 0, 0, 0] }), { ...BROKEN, questions: 1 }],
  ["an answer announced that is not there", www({ counts: [1, 1, 0, 0] }), { ...BROKEN, questions: 1 }],
  ["65,535 of everything announced", www({ counts: [1, 65_535, 65_535, 65_535] }), { ...BROKEN, questions: 1 }],
  ["octets behind the message", www({ tail: Buffer.from("more") }), HIT],
  ["an OPT record that is not announced", www({ tail: rawOpt() }), HIT],
  ["a name that points to itself", rawMessage({ questions: [Buffer.from("c00c00010001", "hex")] }), BROKEN],
  ["a name that points into the header", rawMessage({ questions: [Buffer.from("c00000010001", "hex")] }), BROKEN],
  ["a label of a kind nobody knows", rawMessage({ questions: [Buffer.from("4161000010001", "hex")] }), BROKEN],
  [
    "a name of 256 octets",
    rawMessage({ questions: [rawQuestion(`${"a".repeat(63)}.`.repeat(3) + "a".repeat(62), A)] }),
    BROKEN,
  ],
  [
    "a name of 255 octets",
    rawMessage({ questions: [rawQuestion(`${"a".repeat(63)}.`.repeat(3) + "a".repeat(61), A)] }),
    { rcode: "REFUSED", flags: "" },
  ],
  ["half a question", rawMessage({ questions: [WWW.subarray(0, -1)] }), BROKEN],
  // Other opcodes.
  ["IQUERY", opcode(1), NOTIMP],
  ["STATUS", opcode(2), NOTIMP],
  ["opcode 3", opcode(3), NOTIMP],
  ["NOTIFY", rawMessage({ bits: (4 << OPCODE_SHIFT) | 0x0400, questions: [rawQuestion("example.com", SOA)] }), NOTIMP],
  ["UPDATE", opcode(5), NOTIMP],
  ["DSO", rawMessage({ bits: 6 << OPCODE_SHIFT }), NOTIMP],
  ["opcode 15", opcode(15), NOTIMP],
  ["opcode 15, a header alone", rawMessage({ bits: 15 << OPCODE_SHIFT }), NOTIMP],
  ["opcode 15 with EDNS", opcode(15, { additionals: [rawOpt()] }), { ...NOTIMP, opt: { options: [EDE] } }],
  [
    "opcode 15 with a broken option",
    opcode(15, { additionals: [rawOpt({ options: [[10, "01"]] })] }),
    { ...NOTIMP, opt: { options: [EDE] } },
  ],
];

describe.each<Transport>(["UDP", "TCP"])("over %s", (transport) => {
  it.each(PROBES)("%s", async (_, octets, expected) => {
    const [response] = await exchangeRaw(at, transport, [octets]);
    if (response === undefined) throw new Error("no response");
    check(response, expected);
  });

  it.each([
    ["a response", bits(0x8000)],
    ["a response to another opcode", bits(0xa000)],
    ["half a header", www().subarray(0, 11)],
    ["two octets", www().subarray(0, 2)],
    ["nothing", Buffer.alloc(0)],
  ])("%s gets no answer, and what comes next does", async (_, octets) => {
    const heard = await exchangeRaw(at, transport, [octets, www({ id: 99 })]);
    expect(heard.map((message) => message.readUInt16BE(0))).toEqual([99]);
  });

  it("capitals come back as they came", async () => {
    const question = rawQuestion("wWw.ExAmPlE.cOm", A);
    const [response] = await exchangeRaw(at, transport, [rawMessage({ questions: [question] })]);
    expect(response?.subarray(12, 12 + question.length)).toEqual(question);
    check(response as Buffer, HIT);
  });
});

describe("an answer that is too long", () => {
  const big = (opt?: RawOpt) =>
    rawMessage({
      questions: [rawQuestion("big.example.com", TXT)],
      additionals: opt === undefined ? [] : [rawOpt(opt)],
    });

  it.each([
    ["plain DNS", undefined, 512],
    ["a buffer of 0", { udpSize: 0 }, 512],
    ["a buffer of 511", { udpSize: 511 }, 512],
    ["a buffer of 512", { udpSize: 512 }, 512],
    ["a buffer of 1,232", { udpSize: 1232 }, 1232],
    ["a buffer of 512 and DO", { udpSize: 512, flags: DO }, 512],
    ["a buffer of 65,535, which is more than Route 53 sends", { udpSize: 65_535 }, 4096],
  ] as const)("is truncated over UDP with %s, and whole over TCP", async (_, opt, limit) => {
    const [cut] = await exchangeRaw(at, "UDP", [big(opt)]);
    expect(cut?.length).toBeLessThanOrEqual(limit);
    expect(decodeMessage(cut as Buffer)).toMatchObject({ flags: { truncated: true }, questions: [{ type: TXT }] });
    expect(decodeMessage(cut as Buffer).edns === undefined).toBe(opt === undefined);
    const [whole] = await exchangeRaw(at, "TCP", [big(opt)]);
    expect(decodeMessage(whole as Buffer).flags.truncated).toBe(false);
    expect(decodeMessage(whole as Buffer).answers).toHaveLength(60);
  });
});

it("has at least as many probes as it was asked for", () => {
  expect(PROBES.length).toBeGreaterThanOrEqual(25);
  expect(new Set(PROBES.map(([what]) => what)).size).toBe(PROBES.length);
});
