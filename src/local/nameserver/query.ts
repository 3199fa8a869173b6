/** Reads what an answer needs of a query: header, the one question, and EDNS. Everything else is skipped, unread. */

import { readOpt } from "../../dns/edns.ts";
import type { Edns, Question } from "../../dns/message.ts";
import { readName } from "../../dns/name-wire.ts";
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
  /** FORMERR, with the header alone. */
  | { readonly kind: "malformed"; readonly header: QueryHeader }
  /** Another opcode than QUERY; its body means something else. */
  | { readonly kind: "other-opcode"; readonly header: QueryHeader }
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

/** Skips the records behind the question and picks out the OPT record, which only the additional section may have. */
function readEdns(reader: WireReader, recordsBefore: number, additionals: number): Edns | undefined {
  let edns: Edns | undefined;
  for (let index = 0; index < recordsBefore + additionals; index++) {
    const owner = readName(reader).name;
    const type = reader.uint16();
    const classOrSize = reader.uint16();
    const ttl = reader.uint32();
    const length = reader.uint16();
    if (type !== TYPE.OPT) {
      reader.skip(length);
      continue;
    }
    if (index < recordsBefore || owner !== "." || edns !== undefined) {
      throw new MalformedMessageError("an OPT record is where none may be");
    }
    edns = readOpt(classOrSize, ttl, reader.bytes(length)).edns;
  }
  return edns;
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
  if (header.opcode !== OPCODE.QUERY) return { kind: "other-opcode", header };
  try {
    const questions = reader.uint16();
    const recordsBefore = reader.uint16() + reader.uint16();
    const additionals = reader.uint16();
    // RFC 9619: a QUERY has exactly one question.
    if (questions !== 1) return { kind: "malformed", header };
    const question = readQuestion(reader);
    return { kind: "query", header, question, edns: readEdns(reader, recordsBefore, additionals) };
  } catch (error) {
    if (error instanceof MalformedMessageError) return { kind: "malformed", header };
    throw error;
  }
}
