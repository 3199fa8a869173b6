/** One authoritative name server as a function from query octets to response octets; root, TLDs and Route 53's alike. */

import {
  type ClientSubnet,
  type Edns,
  ednsOption,
  encodeMessage,
  formatClientSubnet,
  type Message,
  type Question,
} from "../../dns/message.ts";
import { CLASS, RCODE } from "../../dns/types.ts";
import type { ClientLocator } from "../../routing/client.ts";
import { locateInTable } from "../../routing/client-locations.ts";
import type { RoutingContext } from "../../routing/context.ts";
import type { Sight } from "../../routing/route.ts";
import { type Answer, answerQuestion } from "./answer.ts";
import { CompiledAnswers } from "./compiled-answers.ts";
import { LocatedClients } from "./located-clients.ts";
import { type QueryHeader, readQuery } from "./query.ts";
import { isLogged, logQuery, type QueryLog } from "./query-logging.ts";
import {
  bareResponse,
  cookieResponse,
  errorResponse,
  refusalOf,
  responseEdns,
  responseLimit,
  type Sender,
} from "./response.ts";
import { signedAnswer } from "./signing/signed-answer.ts";
import { type VersionedZoneTable, zoneForQuestion } from "./zone-table.ts";

/** What decisions depend on besides the client. */
export type RoutingSurroundings = Omit<RoutingContext, "client">;

export interface AuthoritativeOptions {
  readonly table: VersionedZoneTable;
  readonly surroundings: RoutingSurroundings;
  /** Unless given, the built-in table. */
  readonly locate?: ClientLocator;
  /** Gets every query that a public hosted zone answered. */
  readonly log?: QueryLog | undefined;
}

export class AuthoritativeServer {
  readonly #options: AuthoritativeOptions;
  readonly #clients: LocatedClients;
  readonly #compiled: CompiledAnswers;

  constructor(options: AuthoritativeOptions) {
    this.#options = options;
    this.#clients = new LocatedClients(options.locate ?? locateInTable);
    const { table, surroundings, log } = options;
    this.#compiled = new CompiledAnswers({ table, surroundings, clients: this.#clients, log });
  }

  /** Undefined for what must not be answered. */
  respond(octets: Buffer, sender: Sender): Buffer | undefined {
    return this.#compiled.respond(octets, sender) ?? this.compose(octets, sender);
  }

  /** The same from nothing that was kept of queries before. */
  compose(octets: Uint8Array, sender: Sender): Buffer | undefined {
    const query = readQuery(octets);
    switch (query.kind) {
      case "dropped":
        return undefined;
      case "malformed":
        return errorResponse(query, RCODE.FORMERR, sender);
      case "other-opcode":
        return errorResponse(query, RCODE.NOTIMP, sender);
      case "cookie-request":
        return cookieResponse(query, sender);
      case "query":
        return this.#answer(query.header, query.question, query.edns, sender);
    }
  }

  #answer(header: QueryHeader, question: Question, edns: Edns | undefined, sender: Sender): Buffer {
    const plainEdns = edns && responseEdns(edns, [], sender);
    if (edns !== undefined && edns.version !== 0) {
      return encodeMessage(bareResponse(header, RCODE.BADVERS, question, plainEdns));
    }
    const zone = zoneForQuestion(this.#options.table, question.name, question.type);
    const refusal = refusalOf(question) ?? (zone === undefined ? RCODE.REFUSED : undefined);
    if (zone === undefined || refusal !== undefined) {
      return encodeMessage(bareResponse(header, refusal ?? RCODE.REFUSED, question, plainEdns));
    }
    const subnet = edns && ednsOption({ edns }, "ecs");
    const { client, locatingBits } = this.#clients.of(subnet, sender);
    const context = { ...this.#options.surroundings, client };
    const unsigned = answerQuestion(question, zone, this.#options.table, context);
    const answer = signedAnswer(unsigned, question, zone, edns?.dnssecOk ?? false);
    const { log } = this.#options;
    if (isLogged(log, zone)) {
      const clientSubnet = subnet && formatClientSubnet(subnet);
      logQuery(log, { zone, question, rcode: answer.rcode, sender, location: client.location, clientSubnet });
    }
    const options =
      subnet === undefined ? [] : [{ ...subnet, scopePrefixLength: scopeOf(answer.sight, subnet, locatingBits) }];
    // Nobody has authority over all classes at once (RFC 1035 section 6.2).
    const authoritative = answer.authoritative && question.class !== CLASS.ANY;
    return encodeAnswer(
      { ...answer, authoritative },
      bareResponse(header, answer.rcode, question, edns && responseEdns(edns, options, sender)),
      responseLimit(sender, edns),
    );
  }
}

/** How much of the subnet counted (RFC 7871 section 7.2.1): nothing, as much as told the client's place, or all of it. */
function scopeOf(sight: Sight, { sourcePrefixLength }: ClientSubnet, locatingBits: number): number {
  if (!sight.dependsOnClient) return 0;
  return sight.dependsOnAddress ? sourcePrefixLength : Math.min(sourcePrefixLength, locatingBits);
}

/** Leaves out the optional authority section before it lets anything be truncated. */
function encodeAnswer(answer: Answer, bare: Message, maxSize: number): Buffer {
  const { answers, authorities, additionals } = answer;
  const message: Message = {
    ...bare,
    flags: { ...bare.flags, authoritative: answer.authoritative },
    answers,
    authorities,
    additionals,
  };
  const octets = encodeMessage(message, { maxSize });
  const truncated = (octets.readUInt8(2) & 0x02) !== 0;
  if (!truncated || !answer.authoritiesOptional) return octets;
  return encodeMessage({ ...message, authorities: [], additionals: [] }, { maxSize });
}
