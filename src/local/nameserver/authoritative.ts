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
import { CLASS, RCODE, rcodeName, typeName } from "../../dns/types.ts";
import type { QueryLogEntry } from "../../logs/query-log.ts";
import { displayName } from "../../route53/names.ts";
import { type Client, type ClientLocator, parseSubnet } from "../../routing/client.ts";
import { locateInTable } from "../../routing/client-locations.ts";
import type { RoutingContext } from "../../routing/context.ts";
import type { Sight } from "../../routing/decide.ts";
import { type Answer, answerQuestion } from "./answer.ts";
import { edgeLocation } from "./edge-locations.ts";
import { type QueryHeader, readQuery } from "./query.ts";
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
import { type ZoneTable, zoneForQuestion } from "./zone-table.ts";

/** What decisions depend on besides the client. */
export type RoutingSurroundings = Omit<RoutingContext, "client">;

export interface AuthoritativeOptions {
  readonly table: ZoneTable;
  readonly surroundings: RoutingSurroundings;
  /** Unless given, the built-in table. */
  readonly locate?: ClientLocator;
  /** Called for every query that a public hosted zone answered. `now` is wall time, epoch ms. */
  readonly log?: { readonly now: () => number; readonly onQuery: (entry: QueryLogEntry) => void };
}

export class AuthoritativeServer {
  readonly #options: AuthoritativeOptions;
  readonly #clients: LocatedClients;

  constructor(options: AuthoritativeOptions) {
    this.#options = options;
    this.#clients = new LocatedClients(options.locate ?? locateInTable);
  }

  /** Undefined for what must not be answered. */
  respond(octets: Uint8Array, sender: Sender): Buffer | undefined {
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
    if (log !== undefined && !zone.isPrivate) {
      log.onQuery({
        time: log.now(),
        zoneId: zone.id,
        name: displayName(question.name),
        type: typeName(question.type),
        rcode: rcodeName(answer.rcode),
        protocol: sender.transport,
        edgeLocation: edgeLocation(client.location),
        resolverAddress: sender.address,
        ...(subnet === undefined ? {} : { clientSubnet: formatClientSubnet(subnet) }),
      });
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

interface LocatedClient {
  readonly client: Client;
  readonly locatingBits: number;
}

/** The same few resolvers ask again and again. */
class LocatedClients {
  static readonly #MOST = 10_000;
  readonly #locate: ClientLocator;
  readonly #known = new Map<string, LocatedClient>();

  constructor(locate: ClientLocator) {
    this.#locate = locate;
  }

  /** The client is the subnet a resolver asks for, or else the resolver. */
  of(subnet: ClientSubnet | undefined, sender: Sender): LocatedClient {
    // A resolver may ask on behalf of nobody with a prefix of length 0 (RFC 7871 section 7.1.2).
    const anonymous = subnet === undefined || subnet.sourcePrefixLength === 0;
    return this.#ofText(anonymous ? sender.address : formatClientSubnet(subnet));
  }

  #ofText(text: string): LocatedClient {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const subnet = parseSubnet(text) ?? { octets: new Uint8Array(4), prefixLength: 0 };
    const { location, bits } = this.#locate(subnet);
    const made: LocatedClient = { client: { subnet, location }, locatingBits: bits };
    if (this.#known.size >= LocatedClients.#MOST) this.#known.clear();
    this.#known.set(text, made);
    return made;
  }
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
