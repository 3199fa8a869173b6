/** What every kind of server here shares in its responses: the bare form, EDNS, how much fits, and what is refused outright. */

import { type Edns, type EdnsOption, encodeMessage, type Message, NO_FLAGS, type Question } from "../../dns/message.ts";
import { CLASS, RCODE, TYPE } from "../../dns/types.ts";
import { cookieOf, extendedErrors, type ServerFace, serverOptions } from "./edns-options.ts";
import type { IncomingQuery, QueryHeader } from "./query.ts";

/** Who sent a query, how, and to whom. */
export interface Sender {
  /** Text of an IP address. */
  readonly address: string;
  readonly transport: "UDP" | "TCP";
  /** Set for what came to a socket; without it nothing is said about the server. */
  readonly server?: ServerFace;
}

/** The most Route 53 takes and sends over UDP, with EDNS and without. */
export const EDNS_UDP_OCTETS = 4096;
export const PLAIN_UDP_OCTETS = 512;

/** A response with the header alone, or with the question where it is known; a refusal says why where it can. */
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
    ...(edns === undefined ? {} : { edns: explained(edns, rcode, question) }),
  };
}

function explained(edns: Edns, rcode: number, question: Question | undefined): Edns {
  const reasons = extendedErrors(rcode, question);
  return reasons.length === 0 ? edns : { ...edns, options: [...edns.options, ...reasons] };
}

/** What the sender can take in one response. */
export function responseLimit(sender: Sender, edns: Edns | undefined): number {
  if (sender.transport === "TCP") return 0xffff;
  return edns === undefined ? PLAIN_UDP_OCTETS : Math.min(Math.max(edns.udpSize, PLAIN_UDP_OCTETS), EDNS_UDP_OCTETS);
}

/** The OPT of a response: DO is repeated (RFC 3225), everything unknown is not, and the server adds what it was asked about itself. */
export function responseEdns(query: Edns, options: readonly EdnsOption[], sender: Sender): Edns {
  return {
    version: 0,
    udpSize: EDNS_UDP_OCTETS,
    dnssecOk: query.dnssecOk,
    options: [...options, ...serverOptions(query, sender)],
  };
}

/** The response that says only that something went wrong, with as much of the query as it repeats. */
export function errorResponse(
  query: Exclude<IncomingQuery, { kind: "dropped" }>,
  rcode: number,
  sender: Sender,
): Buffer {
  const { header, edns } = query;
  const question = "question" in query ? query.question : undefined;
  return encodeMessage(bareResponse(header, rcode, question, edns && responseEdns(edns, [], sender)));
}

/** The response to who wants the server's cookie, or to know whether the one they have is good (RFC 7873 section 5.4). */
export function cookieResponse(query: Extract<IncomingQuery, { kind: "cookie-request" }>, sender: Sender): Buffer {
  const cookie = cookieOf(query.edns, sender);
  if (cookie.kind === "none") return errorResponse(query, RCODE.FORMERR, sender);
  return errorResponse(query, cookie.kind === "invalid" ? RCODE.BADCOOKIE : RCODE.NOERROR, sender);
}

/** Types that are questions about something else than data, and so have no answer here. */
export function refusalOf(question: Question): number | undefined {
  if (question.class !== CLASS.IN && question.class !== CLASS.ANY) return RCODE.REFUSED;
  switch (question.type) {
    case TYPE.AXFR:
    case TYPE.IXFR:
      return RCODE.REFUSED;
    // Several types of mail records at once, gone with those types (RFC 1035 section 3.2.3).
    case TYPE.MAILB:
    case TYPE.MAILA:
      return RCODE.NOTIMP;
    case TYPE.OPT:
    case TYPE.TKEY:
    case TYPE.TSIG:
      return RCODE.FORMERR;
    default:
      return undefined;
  }
}
