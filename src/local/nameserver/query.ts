/** Reads what an answer needs of a query: header, the one question, and EDNS. Everything else is skipped, unread. */

import { readOpt } from "../../dns/edns.ts";
import { type Edns, ednsOption, type Question } from "../../dns/message.ts";
import { readName, skipName } from "../../dns/name-wire.ts";
import { OPCODE, TYPE } from "../../dns/types.ts";
import { MalformedMessageError, WireReader } from "../../dns/wire.ts";

export interface QueryHeader {
  readonly id: number;
  readonly opcode: number;
  /** RD */
  readonly recursionDesired: boolean;
  /** CD */
  readonly checkingDisabled: boolean;
}

export type IncomingQuery =
  /** Too short to be answered, or an answer itself: answering those is how two servers talk forever. */
  | { readonly kind: "dropped" }
  /**
   * FORMERR, with what could be read. An OPT record is answered by one even then (RFC 6891 section 6.1.1): without it the
   * sender would believe that EDNS itself is not understood, and ask again without.
   */
  | {
      readonly kind: "malformed";
      readonly header: QueryHeader;
      readonly question: Question | undefined;
      readonly edns: Edns | undefined;
    }
  /** Another opcode than QUERY; its body means something else. */
  | { readonly kind: "other-opcode"; readonly header: QueryHeader; readonly edns: Edns | undefined }
  /** No question but a cookie: the client wants to learn the server's (RFC 7873 section 5.4). */
  | { readonly kind: "cookie-request"; readonly header: QueryHeader; readonly edns: Edns }
  | {
      readonly kind: "query";
      readonly header: QueryHeader;
      readonly question: Question;
      readonly edns: Edns | undefined;
    };

const HEADER_OCTETS = 12;

/** Nothing is before the question's name that it could be compressed with. */
function readQuestion(reader: WireReader): Question {
  const start = reader.at;
  const { name } = readName(reader, false);
  const spelling = Uint8Array.from(reader.octets.subarray(start, reader.at));
  return { name, type: reader.uint16(), class: reader.uint16(), spelling };
}

interface Opt {
  readonly udpSize: number;
  /** The extended response code, the version and the flags. */
  readonly ttl: number;
  readonly rdata: Uint8Array;
}

/** Skips the records behind the question and picks out the OPT record, which only the additional section may have, once. */
function findOpt(reader: WireReader, recordsBefore: number, additionals: number): Opt | undefined {
  let opt: Opt | undefined;
  for (let index = 0; index < recordsBefore + additionals; index++) {
    const isRoot = skipName(reader);
    const type = reader.uint16();
    const udpSize = reader.uint16();
    const ttl = reader.uint32();
    const length = reader.uint16();
    if (type !== TYPE.OPT) {
      reader.skip(length);
      continue;
    }
    if (index < recordsBefore || !isRoot || opt !== undefined) {
      throw new MalformedMessageError("an OPT record is where none may be");
    }
    opt = { udpSize, ttl, rdata: reader.bytes(length) };
  }
  return opt;
}

function withoutOptions({ udpSize, ttl }: Opt): Edns {
  return { version: (ttl >>> 16) & 0xff, udpSize, dnssecOk: (ttl & 0x8000) !== 0, options: [] };
}

function ednsOf({ udpSize, ttl, rdata }: Opt): Edns {
  const { edns } = readOpt(udpSize, ttl, rdata);
  if (edns.options.some((option) => option.kind === "ecs" && option.scopePrefixLength !== 0)) {
    throw new MalformedMessageError("the client subnet of a query has a scope (RFC 7871 section 6)");
  }
  return edns;
}

/** With the options where they can be read. */
function ednsOfOtherOpcode(opt: Opt): Edns {
  try {
    return ednsOf(opt);
  } catch (error) {
    if (error instanceof MalformedMessageError) return withoutOptions(opt);
    throw error;
  }
}

/** Never throws. */
export function readQuery(octets: Uint8Array): IncomingQuery {
  if (octets.length < HEADER_OCTETS) return { kind: "dropped" };
  const reader = new WireReader(octets);
  const id = reader.uint16();
  const bits = reader.uint16();
  if ((bits & 0x8000) !== 0) return { kind: "dropped" };
  const header: QueryHeader = {
    id,
    opcode: (bits >> 11) & 15,
    recursionDesired: (bits & 0x0100) !== 0,
    checkingDisabled: (bits & 0x0010) !== 0,
  };
  const isQuery = header.opcode === OPCODE.QUERY;
  const questions: Question[] = [];
  let opt: Opt | undefined;
  try {
    const questionCount = reader.uint16();
    const recordsBefore = reader.uint16() + reader.uint16();
    const additionals = reader.uint16();
    while (questions.length < questionCount) questions.push(readQuestion(reader));
    opt = findOpt(reader, recordsBefore, additionals);
    const edns = opt && (isQuery ? ednsOf(opt) : ednsOfOtherOpcode(opt));
    if (!isQuery) return { kind: "other-opcode", header, edns };
    // RFC 9619: a QUERY has exactly one question.
    const [question] = questions;
    if (question !== undefined && questions.length === 1) return { kind: "query", header, question, edns };
    if (questions.length === 0 && edns !== undefined && ednsOption({ edns }, "cookie") !== undefined) {
      return { kind: "cookie-request", header, edns };
    }
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
    if (!isQuery) return { kind: "other-opcode", header, edns: undefined };
  }
  const question = questions.length === 1 ? questions[0] : undefined;
  return { kind: "malformed", header, question, edns: opt && withoutOptions(opt) };
}
