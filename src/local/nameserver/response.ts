/** What every kind of server here shares in its responses: the bare form, EDNS, how much fits, and what is refused outright. */

import { type Edns, type EdnsOption, type Message, NO_FLAGS, type Question } from "../../dns/message.ts";
import { CLASS, RCODE, TYPE } from "../../dns/types.ts";
import type { QueryHeader } from "./query.ts";

/** Who sent a query, and how. */
export interface Sender {
  /** Text of an IP address. */
  readonly address: string;
  readonly transport: "UDP" | "TCP";
}

/** The most Route 53 takes and sends over UDP, with EDNS and without. */
const EDNS_UDP_OCTETS = 4096;
const PLAIN_UDP_OCTETS = 512;

/** A response with the header alone, or with the question where it is known. */
export function bareResponse(header: QueryHeader, rcode: number, question?: Question, edns?: Edns): Message {
  return {
    id: header.id,
    response: true,
    opcode: header.opcode,
    flags: { ...NO_FLAGS, recursionDesired: header.recursionDesired, checkingDisabled: header.checkingDisabled },
    rcode,
    questions: question === undefined ? [] : [question],
    answers: [],
    authorities: [],
    additionals: [],
    ...(edns === undefined ? {} : { edns }),
  };
}

/** What the sender can take in one response. */
export function responseLimit(sender: Sender, edns: Edns | undefined): number {
  if (sender.transport === "TCP") return 0xffff;
  return edns === undefined ? PLAIN_UDP_OCTETS : Math.min(Math.max(edns.udpSize, PLAIN_UDP_OCTETS), EDNS_UDP_OCTETS);
}

/** The OPT of a response: DO is repeated (RFC 3225), everything unknown is not. */
export function responseEdns(query: Edns, options: readonly EdnsOption[]): Edns {
  return { version: 0, udpSize: EDNS_UDP_OCTETS, dnssecOk: query.dnssecOk, options };
}

/** Types that are questions about something else than data, and so have no answer here. */
export function refusalOf(question: Question): number | undefined {
  if (question.class !== CLASS.IN && question.class !== CLASS.ANY) return RCODE.REFUSED;
  switch (question.type) {
    case TYPE.AXFR:
    case TYPE.IXFR:
      return RCODE.REFUSED;
    case TYPE.OPT:
    case TYPE.TKEY:
    case TYPE.TSIG:
      return RCODE.FORMERR;
    default:
      return undefined;
  }
}
