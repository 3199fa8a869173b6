/** A DNS message as data, and to and from the wire with name compression, EDNS and truncation (RFC 1035 section 4, RFC 2181, RFC 6891). */

import { type DomainName, isWithin } from "../route53/names.ts";
import { type Edns, type EdnsOption, readOpt, writeOpt } from "./edns.ts";
import { NameWriter, readName, wireOf } from "./name-wire.ts";
import { readRdata, writeRdata } from "./rdata-names.ts";
import { CLASS, OPCODE, RCODE, TYPE } from "./types.ts";
import { MAX_MESSAGE_OCTETS, MalformedMessageError, type ReadableHeader, WireReader, WireWriter } from "./wire.ts";

export {
  type ClientSubnet,
  type Edns,
  type EdnsOption,
  formatClientSubnet,
  PLAIN_EDNS,
  parseClientSubnet,
} from "./edns.ts";
export { MalformedMessageError, type ReadableHeader } from "./wire.ts";

export interface Question {
  readonly name: DomainName;
  readonly type: number;
  readonly class: number;
  /** The name's octets as they came, when it had capitals: an answer repeats them, since resolvers compare (0x20). */
  readonly spelling?: Uint8Array;
}

export interface ResourceRecord {
  readonly name: DomainName;
  readonly type: number;
  readonly class: number;
  readonly ttlSeconds: number;
  /** Uncompressed. */
  readonly rdata: Uint8Array;
}

export interface Flags {
  /** AA */
  readonly authoritative: boolean;
  /** TC */
  readonly truncated: boolean;
  /** RD */
  readonly recursionDesired: boolean;
  /** RA */
  readonly recursionAvailable: boolean;
  /** AD */
  readonly authenticData: boolean;
  /** CD */
  readonly checkingDisabled: boolean;
}

export interface Message {
  readonly id: number;
  /** QR: an answer, not a query. */
  readonly response: boolean;
  readonly opcode: number;
  readonly flags: Flags;
  /** With the upper bits of EDNS: 0 to 4095. */
  readonly rcode: number;
  readonly questions: readonly Question[];
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** Without the OPT record, which is `edns`. */
  readonly additionals: readonly ResourceRecord[];
  readonly edns?: Edns;
}

export const NO_FLAGS: Flags = {
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
};

const HEADER_OCTETS = 12;

export interface QueryWishes {
  readonly name: DomainName;
  readonly type: number;
  /** Default IN. */
  readonly class?: number;
  /** Default false: name servers are asked, not resolvers. */
  readonly recursionDesired?: boolean;
  /** Default none: a plain DNS query, 512 octets over UDP. */
  readonly edns?: Edns;
}

/** A query with id 0; whoever sends it picks the id. */
export function makeQuery(wishes: QueryWishes): Message {
  return {
    id: 0,
    response: false,
    opcode: OPCODE.QUERY,
    flags: { ...NO_FLAGS, recursionDesired: wishes.recursionDesired ?? false },
    rcode: RCODE.NOERROR,
    questions: [{ name: wishes.name, type: wishes.type, class: wishes.class ?? CLASS.IN }],
    answers: [],
    authorities: [],
    additionals: [],
    ...(wishes.edns === undefined ? {} : { edns: wishes.edns }),
  };
}

export type EdnsOptionOf<Kind extends EdnsOption["kind"]> = Extract<EdnsOption, { kind: Kind }>;

/** The first option of a kind. */
export function ednsOption<Kind extends EdnsOption["kind"]>(
  message: Pick<Message, "edns">,
  kind: Kind,
): EdnsOptionOf<Kind> | undefined {
  return message.edns?.options.find((option): option is EdnsOptionOf<Kind> => option.kind === kind);
}

/** Consecutive records of one name, type and class: what truncation keeps or drops as a whole (RFC 2181 section 9). */
function recordSets(records: readonly ResourceRecord[]): ResourceRecord[][] {
  const sets: ResourceRecord[][] = [];
  for (const record of records) {
    const last = sets.at(-1);
    const first = last?.[0];
    if (
      first !== undefined &&
      first.name === record.name &&
      first.type === record.type &&
      first.class === record.class
    ) {
      last?.push(record);
    } else sets.push([record]);
  }
  return sets;
}

/** In a referral, addresses of name servers below the cut: without them it cannot be followed, so leaving them out is truncation (RFC 9471). */
function isNeededGlue(message: Message, record: ResourceRecord): boolean {
  if (message.answers.length > 0 || message.flags.authoritative) return false;
  if (record.type !== TYPE.A && record.type !== TYPE.AAAA) return false;
  return message.authorities.some((authority) => authority.type === TYPE.NS && isWithin(record.name, authority.name));
}

function flagBits(message: Message, truncated: boolean): number {
  const { flags } = message;
  return (
    (message.response ? 0x8000 : 0) |
    (message.opcode << 11) |
    (flags.authoritative ? 0x0400 : 0) |
    (truncated ? 0x0200 : 0) |
    (flags.recursionDesired ? 0x0100 : 0) |
    (flags.recursionAvailable ? 0x0080 : 0) |
    (flags.authenticData ? 0x0020 : 0) |
    (flags.checkingDisabled ? 0x0010 : 0) |
    (message.rcode & 0x000f)
  );
}

export interface EncodeOptions {
  /** Octets; default 65,535. What does not fit is left out, with TC set where RFC 2181 and RFC 9471 ask for it. */
  readonly maxSize?: number;
}

/** Writes a message. Throws a RangeError when not even its question and OPT fit, or its rcode needs EDNS and it has none. */
export function encodeMessage(message: Message, options: EncodeOptions = {}): Buffer {
  if (message.rcode > 15 && message.edns === undefined) {
    throw new RangeError(`response code ${message.rcode} needs EDNS`);
  }
  const maxSize = Math.min(options.maxSize ?? MAX_MESSAGE_OCTETS, MAX_MESSAGE_OCTETS);
  const writer = new WireWriter();
  const names = new NameWriter(writer);
  writer.uint16(message.id);
  writer.uint16(0);
  writer.uint16(message.questions.length);
  writer.uint16(0);
  writer.uint16(0);
  writer.uint16(0);
  for (const question of message.questions) {
    if (question.spelling === undefined) names.write(question.name, true);
    else names.writeOctets(question.name, question.spelling);
    writer.uint16(question.type);
    writer.uint16(question.class);
  }

  const opt = new WireWriter(64);
  if (message.edns !== undefined) writeOpt(opt, message.edns, message.rcode, TYPE.OPT);
  const room = maxSize - opt.length;
  if (writer.length > room) throw new RangeError(`a message of at most ${maxSize} octets has no room for its question`);

  let truncated = message.flags.truncated;
  const writeSet = (set: readonly ResourceRecord[]): boolean => {
    const start = writer.length;
    for (const record of set) {
      names.write(record.name, true);
      writer.uint16(record.type);
      writer.uint16(record.class);
      writer.uint32(record.ttlSeconds);
      const lengthAt = writer.length;
      writer.uint16(0);
      writeRdata(writer, names, record.type, record.rdata);
      writer.patchUint16(lengthAt, writer.length - lengthAt - 2);
      if (writer.length > room) {
        writer.length = start;
        names.truncate(start);
        return false;
      }
    }
    return true;
  };
  const counts = [0, 0, 0];
  const required = [message.answers, message.authorities];
  let complete = true;
  for (const [section, records] of required.entries()) {
    for (const set of recordSets(records)) {
      complete &&= writeSet(set);
      if (!complete) break;
      counts[section] = (counts[section] ?? 0) + set.length;
    }
  }
  truncated ||= !complete;
  if (complete) {
    for (const set of recordSets(message.additionals)) {
      if (writeSet(set)) counts[2] = (counts[2] ?? 0) + set.length;
      else truncated ||= set.some((record) => isNeededGlue(message, record));
    }
  }
  if (message.edns !== undefined) {
    writer.bytes(opt.finish());
    counts[2] = (counts[2] ?? 0) + 1;
  }
  writer.patchUint16(2, flagBits(message, truncated));
  counts.forEach((count, section) => {
    writer.patchUint16(6 + section * 2, count);
  });
  return writer.finish();
}

function readQuestion(reader: WireReader): Question {
  const { name, labels, canonical } = readName(reader);
  const type = reader.uint16();
  const questionClass = reader.uint16();
  return { name, type, class: questionClass, ...(canonical ? {} : { spelling: wireOf(labels) }) };
}

function readRecord(reader: WireReader): ResourceRecord {
  const { name } = readName(reader);
  const type = reader.uint16();
  const recordClass = reader.uint16();
  const ttlSeconds = reader.uint32();
  const length = reader.uint16();
  return { name, type, class: recordClass, ttlSeconds, rdata: readRdata(reader, type, length) };
}

function readHeader(reader: WireReader): { header: ReadableHeader; bits: number } {
  const id = reader.uint16();
  const bits = reader.uint16();
  return {
    header: { id, response: (bits & 0x8000) !== 0, opcode: (bits >> 11) & 15, recursionDesired: (bits & 0x0100) !== 0 },
    bits,
  };
}

function section<Item>(reader: WireReader, count: number, read: (reader: WireReader) => Item): Item[] {
  const items: Item[] = [];
  for (let i = 0; i < count; i++) items.push(read(reader));
  return items;
}

function readBody(reader: WireReader, header: ReadableHeader, bits: number): Message {
  const questionCount = reader.uint16();
  const answerCount = reader.uint16();
  const authorityCount = reader.uint16();
  const additionalCount = reader.uint16();
  const questions = section(reader, questionCount, readQuestion);
  const answers = section(reader, answerCount, readRecord);
  const authorities = section(reader, authorityCount, readRecord);
  const everythingElse = section(reader, additionalCount, readRecord);
  if (reader.left > 0) throw new MalformedMessageError(`${reader.left} octets follow the message`);

  const opts = everythingElse.filter((record) => record.type === TYPE.OPT);
  const [opt] = opts;
  if (opts.length > 1) throw new MalformedMessageError("a message has more than one OPT record");
  if (opt !== undefined && opt.name !== ".") throw new MalformedMessageError("an OPT record's name is not the root");
  if (answers.some((record) => record.type === TYPE.OPT) || authorities.some((record) => record.type === TYPE.OPT)) {
    throw new MalformedMessageError("an OPT record is outside the additional section");
  }
  const extended = opt === undefined ? undefined : readOpt(opt.class, opt.ttlSeconds, opt.rdata);
  return {
    id: header.id,
    response: header.response,
    opcode: header.opcode,
    flags: {
      authoritative: (bits & 0x0400) !== 0,
      truncated: (bits & 0x0200) !== 0,
      recursionDesired: header.recursionDesired,
      recursionAvailable: (bits & 0x0080) !== 0,
      authenticData: (bits & 0x0020) !== 0,
      checkingDisabled: (bits & 0x0010) !== 0,
    },
    rcode: (bits & 0x000f) | ((extended?.rcodeHigh ?? 0) << 4),
    questions,
    answers,
    authorities,
    additionals: everythingElse.filter((record) => record !== opt),
    ...(extended === undefined ? {} : { edns: extended.edns }),
  };
}

/** Reads a message. Throws {@link MalformedMessageError}, with what the header said when there was one. */
export function decodeMessage(octets: Uint8Array): Message {
  if (octets.length < HEADER_OCTETS)
    throw new MalformedMessageError(`${octets.length} octets are too few for a header`);
  const reader = new WireReader(octets);
  const { header, bits } = readHeader(reader);
  try {
    return readBody(reader, header, bits);
  } catch (error) {
    if (error instanceof MalformedMessageError) throw new MalformedMessageError(error.message, header);
    throw error;
  }
}
