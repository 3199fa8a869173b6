/** The packets: queries of every kind, and what can be done to one. A packet is made of the random numbers it is given alone. */

import { OPCODE_SHIFT, type RawOpt, rawMessage, rawName, rawOpt, rawQuestion } from "../support/raw-dns.ts";
import type { Random } from "./random.mjs";

export interface FuzzPacket {
  readonly octets: Buffer;
  /** For people. */
  readonly mutation: string;
}

const TYPES = [1, 2, 5, 6, 12, 15, 16, 28, 33, 35, 39, 43, 44, 46, 47, 48, 50, 52, 64, 65, 99, 255, 257, 1000];
const ODD_TYPES = [0, 41, 249, 250, 251, 252, 253, 254, 65_535];
const PREFIXES = [
  "",
  "www.",
  "WwW.",
  "nobody.",
  "a.b.c.",
  "*.",
  "x.wild.",
  "geo.",
  "weighted.",
  "circle.",
  "chain.",
  "big.",
  "big.",
  "x.sub.",
  "sub.",
  "ent.",
  "apex.",
];
const ZONES = [
  "example.com",
  "example.com",
  "example.com",
  "example.com",
  "signed.example.com",
  "signed.example.com",
  "example.net",
  "com",
  "net",
  "co.uk",
  ".",
];

function bytes(random: Random, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => random.below(256)));
}

function hexBytes(random: Random, count: number): string {
  return bytes(random, count).toString("hex");
}

function uint16(value: number): Buffer {
  return Buffer.of((value >> 8) & 0xff, value & 0xff);
}

function name(random: Random): string {
  const zone = random.pick(ZONES);
  const prefix = random.pick(PREFIXES);
  return zone === "." ? prefix.replace(/\.$/, "") || "." : prefix + zone;
}

/** An option that is right as it is. */
function goodOption(random: Random): [code: number, hex: string] {
  switch (random.below(9)) {
    case 0:
      return [3, ""];
    case 1:
      return [8, `00011800c633${hexBytes(random, 1)}`];
    case 2:
      return [8, `00023000${hexBytes(random, 6)}`];
    case 3:
      return [8, "00010000"];
    case 4:
      return [10, hexBytes(random, 8)];
    case 5:
      return [10, hexBytes(random, 8 + 8 + random.below(25))];
    case 6:
      return [11, ""];
    case 7:
      return [12, "00".repeat(random.below(200))];
    default:
      return [random.pick([5, 9, 14, 100, 65_001]), hexBytes(random, random.below(30))];
  }
}

function opt(random: Random, parts: RawOpt = {}): Buffer {
  return rawOpt({
    udpSize: random.pick([0, 511, 512, 1232, 1400, 4096, 65_535]),
    flags: random.pick([0, 0, 0x8000, 0x8000, 0x0080, 0xffff]),
    options: Array.from({ length: random.pick([0, 0, 0, 1, 1, 2, 5]) }, () => goodOption(random)),
    ...parts,
  });
}

const flags = (random: Random) => random.pick([0, 0, 0, 0x0100, 0x0110, 0x0020, 0x0040, 0x0680, 0x000f]);

function question(random: Random): Buffer {
  const questionClass = random.chance(0.95) ? 1 : random.pick([0, 3, 4, 254, 255, 65_535]);
  return rawQuestion(name(random), random.chance(0.95) ? random.pick(TYPES) : random.pick(ODD_TYPES), questionClass);
}

function query(random: Random, additional: Buffer | undefined = random.chance(0.7) ? opt(random) : undefined): Buffer {
  return rawMessage({
    bits: flags(random),
    questions: [question(random)],
    additionals: additional === undefined ? [] : [additional],
  });
}

function record(random: Random): Buffer {
  const owner = random.pick([Buffer.of(0), Buffer.of(0xc0, 12), rawName("x.example.com"), Buffer.of(0xff, 0xff)]);
  const rdata = bytes(random, random.below(20));
  const type = random.pick([1, 16, 250, 1000]);
  return Buffer.concat([owner, uint16(type), uint16(1), Buffer.alloc(4), uint16(rdata.length), rdata]);
}

function some(random: Random, most: number): Buffer[] {
  return Array.from({ length: random.below(most) }, () => record(random));
}

function flipped(octets: Buffer, random: Random): Buffer {
  const copy = Buffer.from(octets);
  for (let left = 1 + random.below(8); left > 0; left--) {
    const at = random.below(copy.length);
    copy[at] = (copy[at] as number) ^ (1 << random.below(8));
  }
  return copy;
}

function edited(octets: Buffer, random: Random): Buffer {
  const at = random.below(octets.length);
  const [before, after] = [octets.subarray(0, at), octets.subarray(at)];
  switch (random.below(5)) {
    case 0:
      return Buffer.concat([before, bytes(random, 1 + random.below(9)), after]);
    case 1:
      return Buffer.concat([before, after.subarray(1 + random.below(4))]);
    case 2:
      return Buffer.from(before);
    case 3:
      return Buffer.concat([octets, after]);
    default: {
      const copy = Buffer.from(octets);
      copy[at] = random.pick([0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff]);
      return copy;
    }
  }
}

/** Compression where none may be: to itself, ahead, into the header, in circles, down a ladder. */
function compressed(random: Random): Buffer {
  const pointer = (target: number) => uint16(0xc000 | target);
  const end = Buffer.of(0, 1, 0, 1);
  const ladder = Array.from({ length: 1 + random.below(100) }, (_, step) => pointer(12 + 2 * step + 2));
  const names = [
    pointer(12),
    pointer(random.below(0x4000)),
    Buffer.concat([Buffer.from("\x03www"), pointer(12)]),
    Buffer.concat([pointer(14), pointer(12)]),
    Buffer.concat(ladder),
  ];
  return rawMessage({
    questions: [Buffer.concat([random.pick(names), end])],
    additionals: random.chance(0.5) ? [opt(random)] : [],
  });
}

/** A circle among the owner names of the records, which nobody has to follow. */
function circlingOwners(random: Random): Buffer {
  const tail = Buffer.concat([uint16(1), uint16(1), Buffer.alloc(4), uint16(0)]);
  const owners = [uint16(0xc000 | random.below(0x4000)), uint16(0xc00c)];
  const records = Array.from({ length: 1 + random.below(40) }, () => Buffer.concat([random.pick(owners), tail]));
  return rawMessage({ questions: [question(random)], additionals: records });
}

function lying(random: Random): Buffer {
  const count = () => random.pick([0, 1, 1, 2, 3, 255, 65_535]);
  return rawMessage({
    bits: flags(random),
    questions: [question(random)],
    additionals: random.chance(0.5) ? [opt(random)] : [],
    counts: [count(), count(), count(), count()],
  });
}

function oversized(random: Random): Buffer {
  const label = (size: number) => Buffer.concat([Buffer.of(size), Buffer.alloc(Math.min(size, 255), 0x61)]);
  const labels = random.chance(0.5)
    ? Array.from({ length: 3 + random.below(4) }, () => label(60 + random.below(4)))
    : Array.from({ length: 120 + random.below(20) }, () => label(1));
  const wide = random.chance(0.2) ? [label(random.pick([64, 65, 127, 191]))] : [];
  const tail = random.chance(0.5) ? rawName("example.com") : Buffer.of(0);
  return rawMessage({ questions: [Buffer.concat([...wide, ...labels, tail, Buffer.of(0, 1, 0, 1)])] });
}

function brokenOpt(random: Random): Buffer {
  const data = bytes(random, random.below(12));
  const broken: RawOpt[] = [
    {
      rdata: Buffer.concat([uint16(random.pick([3, 8, 10, 11, 15, 100])), uint16(random.below(70_000) & 0xffff), data]),
    },
    { rdata: data },
    { options: [[random.pick([8, 10, 11, 15]), data.toString("hex")]] },
    { options: [[8, `0001${hexBytes(random, 1)}00${data.toString("hex")}`]] },
    { owner: rawName("a.example.com") },
    { version: random.below(256) },
    { version: random.below(65_536) },
  ];
  return query(random, opt(random, random.pick(broken)));
}

function cutOpt(random: Random): Buffer {
  const additional = opt(random);
  const whole = query(random, additional);
  return whole.subarray(0, whole.length - 1 - random.below(additional.length));
}

function manyOpts(random: Random): Buffer {
  const opts = Array.from({ length: 1 + random.below(3) }, () => opt(random));
  const section = random.pick(["answers", "authorities", "additionals"] as const);
  return rawMessage({ questions: [question(random)], [section]: opts });
}

function withRecords(random: Random): Buffer {
  return rawMessage({
    bits: flags(random),
    questions: [question(random)],
    answers: some(random, 4),
    authorities: some(random, 4),
    additionals: [...some(random, 4), ...(random.chance(0.5) ? [opt(random)] : []), ...some(random, 2)],
    tail: random.chance(0.1) ? bytes(random, random.below(50)) : Buffer.alloc(0),
  });
}

function withoutQuestion(random: Random): Buffer {
  const questions = Array.from({ length: random.pick([0, 0, 2, 3]) }, () => question(random));
  return rawMessage({ questions, additionals: random.chance(0.7) ? [opt(random)] : [] });
}

function otherOpcode(random: Random): Buffer {
  const bits = (random.below(16) << OPCODE_SHIFT) | flags(random) | (random.chance(0.1) ? 0x8000 : 0);
  return rawMessage({ bits, questions: [question(random)], additionals: random.chance(0.5) ? [opt(random)] : [] });
}

function behindHeader(random: Random): Buffer {
  const counts = [random.below(3), random.below(3), random.below(3), random.below(3)] as const;
  return rawMessage({ counts, tail: bytes(random, random.below(300)) });
}

/** The largest datagrams there are; seldom, since a few fill a socket's buffer. */
function huge(random: Random): Buffer {
  const size = 9_000 + random.below(56_000);
  return Buffer.concat([query(random), Buffer.alloc(size, random.below(256))]).subarray(0, 65_000);
}

const MUTATIONS: readonly (readonly [weight: number, name: string, make: (random: Random) => Buffer])[] = [
  [40, "none", query],
  [14, "bits flipped", (random) => flipped(query(random), random)],
  [14, "octets edited", (random) => edited(query(random), random)],
  [6, "bits flipped and octets edited", (random) => edited(flipped(query(random), random), random)],
  [5, "random octets", (random) => bytes(random, random.below(600))],
  [5, "random octets behind a header", behindHeader],
  [6, "compressed question", compressed],
  [3, "circling owner names", circlingOwners],
  [6, "lying counts", lying],
  [4, "oversized names", oversized],
  [6, "broken OPT", brokenOpt],
  [4, "OPT cut off", cutOpt],
  [3, "several OPTs", manyOpts],
  [5, "records in every section", withRecords],
  [3, "no question, or several", withoutQuestion],
  [4, "other opcodes", otherOpcode],
  [0.02, "huge", huge],
];
const TOTAL = MUTATIONS.reduce((sum, [weight]) => sum + weight, 0);

export function fuzzPacket(random: Random): FuzzPacket {
  let at = random.next() * TOTAL;
  for (const [weight, mutation, make] of MUTATIONS) {
    at -= weight;
    if (at < 0) return { octets: make(random), mutation };
  }
  return { octets: query(random), mutation: "none" };
}
