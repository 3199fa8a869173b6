/**
 * The hot path: responses kept as octets, by question. A name server's plain queries are answered by copying them, after the
 * choice of the policy where there is one; a response is composed and encoded by the answer engine when it is first needed, and
 * no longer used once anything has changed in the zones that the server has.
 */

import { encodeMessage, type Question } from "../../dns/message.ts";
import { readName } from "../../dns/name-wire.ts";
import { CLASS, TYPE } from "../../dns/types.ts";
import { WireReader } from "../../dns/wire.ts";
import type { Client } from "../../routing/client.ts";
import type { RoutingContext } from "../../routing/context.ts";
import { type Outcome, type RoutedAnswer, route, type Sight } from "../../routing/route.ts";
import type { AliasLeaf, RecordsLeaf, RoutingNode } from "../../routing/tree.ts";
import { type Answer, composeAnswer, turned, turnOf } from "./answer.ts";
import type { CompiledZone } from "./compiled-zone.ts";
import { judgeCookie } from "./edns-options.ts";
import { GenerationCache } from "./generation-cache.ts";
import { type LocatedClient, type LocatedClients, subnetOptionText } from "./located-clients.ts";
import { PlainQuery } from "./plain-query.ts";
import { isLogged, logQuery, type QueryLog } from "./query-logging.ts";
import { bareResponse, EDNS_UDP_OCTETS, PLAIN_UDP_OCTETS, type Sender } from "./response.ts";
import { signedAnswer } from "./signing/signed-answer.ts";
import { type VersionedZoneTable, zoneForQuestion } from "./zone-table.ts";

/** Questions of one generation; there are two. One takes some 600 octets, and as often as its name is asked at another server. */
const GENERATION = 32_768;
/** The same of questions about names that no zone has: there are as many as anybody likes, and they must not displace the others. */
const PASSING_GENERATION = 4_096;
/** Answers kept for one question; most policies have fewer, but eight of many can be drawn in many ways. */
const MOST_OUTCOMES = 100;

const HEADER_OCTETS = 12;
const OPT_OCTETS = 11;
const OPTION_HEAD_OCTETS = 4;
const CLIENT_COOKIE_OCTETS = 8;

/** A response from the end of the question on, without its OPT record. */
interface Encoded {
  readonly octets: Buffer;
  /** AA; the third octet of the header. */
  readonly flags: number;
  readonly rcode: number;
  readonly answers: number;
  readonly authorities: number;
  readonly additionals: number;
}

/** One answer in all orders of its records, each encoded when its turn first comes. */
interface Kept {
  /** How many orders there are. */
  readonly records: number;
  readonly turns: (Encoded | undefined)[];
  /** To encode from; let go when there is nothing more to encode. */
  answer: Answer | undefined;
}

type Leaf = RecordsLeaf | AliasLeaf;

/** What is known about a question. */
interface Known {
  /** Of the server's table when it was found out. */
  readonly version: number;
  /** Of the signatures in it; undefined where there are none. */
  readonly day: number | undefined;
  readonly question: Question;
  readonly zone: CompiledZone;
  /** The answer, where it is everybody's at any time. */
  readonly fixed: Kept | undefined;
  /** What chooses it otherwise, by the leaf that is chosen. */
  readonly choice: Choice | undefined;
}

interface Choice {
  readonly tree: RoutingNode;
  answers: KeptByLeaves;
  /** How many were looked for and not found. */
  count: number;
}

const NOT_CHOSEN: RoutedAnswer = {
  outcome: { kind: "nothing", why: "no-match" },
  dependsOnClient: false,
  dependsOnAddress: false,
};

/** The client is only looked at when the tree asks who it is. */
class LazyContext implements RoutingContext {
  readonly isHealthy: RoutingContext["isHealthy"];
  readonly random: RoutingContext["random"];
  readonly latencyMs: RoutingContext["latencyMs"];
  readonly aliasTarget: RoutingContext["aliasTarget"];
  readonly cidrLocation: RoutingContext["cidrLocation"];
  located: LocatedClient | undefined;
  locate: () => LocatedClient;

  constructor(surroundings: Omit<RoutingContext, "client">, locate: () => LocatedClient) {
    this.isHealthy = surroundings.isHealthy;
    this.random = surroundings.random;
    this.latencyMs = surroundings.latencyMs;
    this.aliasTarget = surroundings.aliasTarget;
    this.cidrLocation = surroundings.cidrLocation;
    this.locate = locate;
  }

  who(): LocatedClient {
    this.located ??= this.locate();
    return this.located;
  }

  get client(): Client {
    return this.who().client;
  }
}

/** A tree with one set of records for everybody. */
function fixedOutcome(tree: RoutingNode): RoutedAnswer | undefined {
  if (tree.kind !== "simple" || tree.branches.length !== 1) return undefined;
  const next = tree.branches[0]?.next;
  if (next?.kind !== "records") return undefined;
  return { outcome: { kind: "records", leaves: [next] }, dependsOnClient: false, dependsOnAddress: false };
}

/** What an outcome is put together of; nothing where there is no answer. */
function leavesOf(outcome: Outcome): readonly Leaf[] {
  if (outcome.kind === "elsewhere") return [outcome.alias];
  return outcome.kind === "records" ? outcome.leaves : [];
}

/** Answers by the leaves that they are put together of, in that order. There are few: to look through them is quicker than to hash. */
class KeptByLeaves {
  kept: Kept | undefined;
  readonly #leaves: Leaf[] = [];
  readonly #next: KeptByLeaves[] = [];

  at(leaves: readonly Leaf[]): KeptByLeaves {
    let at: KeptByLeaves = this;
    for (const leaf of leaves) at = at.#after(leaf);
    return at;
  }

  #after(leaf: Leaf): KeptByLeaves {
    const index = this.#leaves.indexOf(leaf);
    const known = index < 0 ? undefined : this.#next[index];
    if (known !== undefined) return known;
    const next = new KeptByLeaves();
    this.#leaves.push(leaf);
    this.#next.push(next);
    return next;
  }
}

function kept(answer: Answer): Kept {
  const { start, end } = answer.asked;
  return { records: Math.max(1, end - start), turns: [], answer };
}

function encodedTurn({ question, zone, day }: Known, kept: Kept, turn: number): Encoded | undefined {
  const encoded = kept.turns[turn];
  if (encoded !== undefined || kept.answer === undefined) return encoded;
  const made = encode(question, signedAnswer(turned(kept.answer, turn), question, zone, day !== undefined));
  kept.turns[turn] = made;
  if (kept.records === 1) kept.answer = undefined;
  return made;
}

function encode(question: Question, answer: Answer): Encoded {
  const header = { id: 0, opcode: 0, recursionDesired: false, checkingDisabled: false };
  const bare = bareResponse(header, answer.rcode, question);
  const flags = { ...bare.flags, authoritative: answer.authoritative };
  const { answers, authorities, additionals } = answer;
  const message = encodeMessage({ ...bare, flags, answers, authorities, additionals });
  const reader = new WireReader(message, HEADER_OCTETS);
  readName(reader, false);
  // A copy in memory of its own: a piece of Node's shared 8 KB would keep all of them alive as long as this answer.
  const octets = Buffer.allocUnsafeSlow(message.length - reader.at - 4);
  message.copy(octets, 0, reader.at + 4);
  return {
    octets,
    flags: message[2] as number,
    rcode: answer.rcode,
    answers: answers.length,
    authorities: authorities.length,
    additionals: additionals.length,
  };
}

class KnownQuestions {
  readonly #ofZones = new GenerationCache<Known>(GENERATION);
  readonly #passing = new GenerationCache<Known>(PASSING_GENERATION);

  get(key: string): Known | undefined {
    return this.#ofZones.get(key) ?? this.#passing.get(key);
  }

  put(key: string, known: Known): void {
    const { question, zone } = known;
    (zone.nodes.has(question.name) ? this.#ofZones : this.#passing).put(key, known);
  }
}

export interface CompiledAnswersOptions {
  readonly table: VersionedZoneTable;
  readonly surroundings: Omit<RoutingContext, "client">;
  readonly clients: LocatedClients;
  readonly log: QueryLog | undefined;
}

export class CompiledAnswers {
  readonly #options: CompiledAnswersOptions;
  readonly #query = new PlainQuery();
  readonly #context: LazyContext;
  readonly #unsigned = new KnownQuestions();
  /** For who asks with DO. */
  readonly #signed = new KnownQuestions();
  /** Of the query that is being answered. */
  #octets: Buffer = Buffer.alloc(0);
  #sender: Sender = { address: "0.0.0.0", transport: "UDP" };

  constructor(options: CompiledAnswersOptions) {
    this.#options = options;
    this.#context = new LazyContext(options.surroundings, () => this.#locate());
  }

  /** Undefined for what is not answered in this way. */
  respond(octets: Buffer, sender: Sender): Buffer | undefined {
    const query = this.#query;
    if (!query.read(octets)) return undefined;
    const known = this.#find(octets);
    if (known === undefined) return undefined;
    this.#octets = octets;
    this.#sender = sender;
    this.#context.located = undefined;

    let answer = known.fixed;
    let sight: Sight | undefined;
    if (known.choice !== undefined) {
      const routed = route(known.choice.tree, this.#context);
      answer = this.#keptFor(known, known.choice, routed);
      sight = routed;
    }
    if (answer === undefined) return undefined;
    const turn = turnOf(answer.records, this.#context.random);
    const encoded = encodedTurn(known, answer, turn);
    const response = encoded && this.#write(encoded, sight);
    if (response !== undefined) this.#noteDown(known, response[3] as number);
    return response;
  }

  #locate(): LocatedClient {
    const { subnetAt, subnetOctets } = this.#query;
    const { clients } = this.#options;
    return subnetAt === 0
      ? clients.of(undefined, this.#sender)
      : clients.ofOption(this.#octets, subnetAt, subnetOctets, this.#sender);
  }

  #find(octets: Buffer): Known | undefined {
    const { table } = this.#options;
    const { key, type, dnssecOk } = this.#query;
    const cache = dnssecOk ? this.#signed : this.#unsigned;
    const known = cache.get(key);
    if (known?.version === table.version && (known.day === undefined || known.day === known.zone.signer?.day)) {
      return known;
    }
    const { name } = readName(new WireReader(octets, HEADER_OCTETS), false);
    const made = this.#explore({ name, type, class: CLASS.IN }, dnssecOk);
    if (made !== undefined) cache.put(key, made);
    return made;
  }

  /** Undefined when no zone of this server's has the name. */
  #explore(question: Question, dnssecOk: boolean): Known | undefined {
    const { table } = this.#options;
    const zone = zoneForQuestion(table, question.name, question.type);
    if (zone === undefined) return undefined;
    const choices: RoutingNode[] = [];
    const answer = composeAnswer(question, zone, table, (tree) => {
      const outcome = fixedOutcome(tree);
      if (outcome !== undefined) return outcome;
      choices.push(tree);
      return NOT_CHOSEN;
    });
    const [tree] = choices;
    return {
      version: table.version,
      day: dnssecOk ? zone.signer?.day : undefined,
      question,
      zone,
      fixed: tree === undefined ? kept(answer) : undefined,
      choice: tree && { tree, answers: new KeptByLeaves(), count: 0 },
    };
  }

  /** The answer that one outcome of the tree makes; undefined when other choices are in it too. */
  #keptFor(known: Known, choice: Choice, routed: RoutedAnswer): Kept | undefined {
    const at = choice.answers.at(leavesOf(routed.outcome));
    if (at.kept !== undefined) return at.kept;
    choice.count += 1;
    if (choice.count > MOST_OUTCOMES) {
      choice.answers = new KeptByLeaves();
      choice.count = 0;
    }
    const { question, zone } = known;
    let alone = true;
    const answer = composeAnswer(question, zone, this.#options.table, (other) => {
      if (other === choice.tree) return routed;
      const fixed = fixedOutcome(other);
      alone &&= fixed !== undefined;
      return fixed ?? NOT_CHOSEN;
    });
    if (!alone) return undefined;
    at.kept = kept(answer);
    return at.kept;
  }

  /** Undefined when it does not fit as it is. */
  #write(encoded: Encoded, sight: Sight | undefined): Buffer | undefined {
    const query = this.#query;
    const octets = this.#octets;
    const { end, hasEdns, subnetAt, subnetOctets } = query;
    const serverCookie = query.cookieAt === 0 ? undefined : this.#serverCookie();
    const subnetOptionOctets = subnetAt === 0 ? 0 : OPTION_HEAD_OCTETS + subnetOctets;
    const cookieOctets = serverCookie === undefined ? 0 : CLIENT_COOKIE_OCTETS + serverCookie.length;
    const optionOctets = subnetOptionOctets + (cookieOctets === 0 ? 0 : OPTION_HEAD_OCTETS + cookieOctets);
    const optAt = end + encoded.octets.length;
    const length = optAt + (hasEdns ? OPT_OCTETS + optionOctets : 0);
    if (length > PLAIN_UDP_OCTETS && length > this.#limit()) return undefined;

    const response = Buffer.allocUnsafe(length);
    for (let i = 0; i < end; i++) response[i] = octets[i] as number;
    response.set(encoded.octets, end);
    // RD and CD are repeated.
    response[2] = encoded.flags | ((octets[2] as number) & 0x01);
    response[3] = ((octets[3] as number) & 0x10) | encoded.rcode;
    response[7] = encoded.answers & 0xff;
    response[6] = encoded.answers >> 8;
    response[9] = encoded.authorities & 0xff;
    response[8] = encoded.authorities >> 8;
    const additionals = encoded.additionals + (hasEdns ? 1 : 0);
    response[11] = additionals & 0xff;
    response[10] = additionals >> 8;
    if (!hasEdns) return response;

    response[optAt] = 0;
    response[optAt + 1] = 0;
    response[optAt + 2] = TYPE.OPT;
    response[optAt + 3] = EDNS_UDP_OCTETS >> 8;
    response[optAt + 4] = EDNS_UDP_OCTETS & 0xff;
    response[optAt + 5] = 0;
    response[optAt + 6] = 0;
    response[optAt + 7] = query.dnssecOk ? 0x80 : 0;
    response[optAt + 8] = 0;
    response[optAt + 9] = 0;
    response[optAt + 10] = optionOctets;

    const optionAt = optAt + OPT_OCTETS;
    for (let i = 0; i < subnetOptionOctets; i++) {
      response[optionAt + i] = octets[subnetAt - OPTION_HEAD_OCTETS + i] as number;
    }
    if (subnetAt !== 0 && sight?.dependsOnClient === true) {
      const bits = octets[subnetAt + 2] as number;
      response[optionAt + 7] = sight.dependsOnAddress ? bits : Math.min(bits, this.#context.who().locatingBits);
    }
    if (serverCookie !== undefined) {
      const cookieAt = optionAt + subnetOptionOctets;
      for (let i = 0; i < OPTION_HEAD_OCTETS + CLIENT_COOKIE_OCTETS; i++) {
        response[cookieAt + i] = octets[query.cookieAt - OPTION_HEAD_OCTETS + i] as number;
      }
      response[cookieAt + OPTION_HEAD_OCTETS - 1] = cookieOctets;
      response.set(serverCookie, cookieAt + OPTION_HEAD_OCTETS + CLIENT_COOKIE_OCTETS);
    }
    return response;
  }

  /** Undefined where the server knows of no cookies. */
  #serverCookie(): Uint8Array | undefined {
    const { cookieAt, cookieOctets } = this.#query;
    const serverAt = cookieAt + CLIENT_COOKIE_OCTETS;
    const client = this.#octets.subarray(cookieAt, serverAt);
    const cookie = judgeCookie(
      { client, server: this.#octets.subarray(serverAt, cookieAt + cookieOctets) },
      this.#sender,
    );
    return cookie.kind === "none" ? undefined : cookie.reply;
  }

  #limit(): number {
    if (this.#sender.transport === "TCP") return 0xffff;
    return this.#query.hasEdns ? Math.min(this.#query.udpSize, EDNS_UDP_OCTETS) : PLAIN_UDP_OCTETS;
  }

  #noteDown({ zone, question }: Known, flags: number): void {
    const { log } = this.#options;
    if (!isLogged(log, zone)) return;
    const { client } = this.#context;
    const named = this.#query.subnetAt !== 0;
    logQuery(log, {
      zone,
      question,
      rcode: flags & 0x0f,
      sender: this.#sender,
      location: client.location,
      clientSubnet: named ? subnetOptionText(this.#octets, this.#query.subnetAt) : undefined,
    });
  }
}
