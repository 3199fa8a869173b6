/**
 * The answer engine: from a question and the zone that answers it to the sections of the response. It knows names, states and
 * policies, but neither sockets nor octets of messages.
 */

import type { Question } from "../../dns/message.ts";
import { CLASS, RCODE, TYPE } from "../../dns/types.ts";
import { lookUp } from "../../dns/zone-lookup.ts";
import { type DomainName, isWithin } from "../../route53/names.ts";
import type { RoutingContext } from "../../routing/context.ts";
import { type RoutedAnswer, route, type Sight } from "../../routing/route.ts";
import type { RoutingNode } from "../../routing/tree.ts";
import { AWS_RESOURCE_TTL_SECONDS, awsResourceData } from "./aws-targets.ts";
import type { CompiledZone, ZoneNode } from "./compiled-zone.ts";
import { recordsOf, type ZoneRecord } from "./wire-values.ts";
import type { ZoneTable } from "./zone-table.ts";

export interface Answer {
  readonly rcode: number;
  /** AA: not for a referral. */
  readonly authoritative: boolean;
  readonly answers: readonly ZoneRecord[];
  readonly authorities: readonly ZoneRecord[];
  readonly additionals: readonly ZoneRecord[];
  /** The authority section is a courtesy that may be left out for room without saying so. */
  readonly authoritiesOptional: boolean;
  readonly sight: Sight;
  readonly proof: Proof;
  /** Which of the answers are the record set that was asked for, as indexes; its records come in another order each time. */
  readonly asked: { readonly start: number; readonly end: number };
}

/** What an answer says besides its records, and has to prove where the zone is signed. */
export type Proof =
  | { readonly kind: "none" }
  /** The name has no records of the type that was asked for, if it is there at all. */
  | { readonly kind: "denial"; readonly name: DomainName; readonly exists: boolean }
  /** A referral: these records vouch for the child's keys; none say that it is not signed. */
  | { readonly kind: "cut"; readonly name: DomainName; readonly ds: readonly ZoneRecord[] };

const NO_PROOF: Proof = { kind: "none" };

/** More CNAMEs in a row than anybody means; a loop ends here. */
const LONGEST_CHAIN = 16;

/** Whoever asks for these will want the addresses of the hosts they name. */
const WITH_ADDRESSES: ReadonlySet<number> = new Set([TYPE.NS, TYPE.MX, TYPE.SRV]);

/** Where a tree leads. */
export type RouteTree = (tree: RoutingNode) => RoutedAnswer;

class Composer {
  readonly #zone: CompiledZone;
  readonly #table: ZoneTable;
  readonly #route: RouteTree;
  readonly #answers: ZoneRecord[] = [];
  #dependsOnClient = false;
  #dependsOnAddress = false;

  constructor(zone: CompiledZone, table: ZoneTable, route: RouteTree) {
    this.#zone = zone;
    this.#table = table;
    this.#route = route;
  }

  /** The records a tree gives this client. */
  #routed(tree: RoutingNode, owner: DomainName, type: number): ZoneRecord[] {
    const { outcome, dependsOnClient, dependsOnAddress } = this.#route(tree);
    this.#dependsOnClient ||= dependsOnClient;
    this.#dependsOnAddress ||= dependsOnAddress;
    switch (outcome.kind) {
      case "nothing":
        return [];
      case "elsewhere": {
        const rdata = awsResourceData(outcome.alias.target, type);
        const ttlSeconds = AWS_RESOURCE_TTL_SECONDS;
        return rdata === undefined ? [] : [{ name: owner, type, class: CLASS.IN, ttlSeconds, rdata, host: undefined }];
      }
      case "records": {
        const records = outcome.leaves.flatMap((leaf) => recordsOf(leaf, owner, type));
        if (outcome.leaves.length < 2) return records;
        // One set has one TTL and no record twice (RFC 2181 sections 5 and 5.2).
        const ttlSeconds = Math.min(...records.map((record) => record.ttlSeconds));
        const different = new Map(records.map((record) => [Buffer.from(record.rdata).toString("latin1"), record]));
        return [...different.values()].map((record) => ({ ...record, ttlSeconds }));
      }
    }
  }

  /** Addresses of the hosts that records name, where this server has them, glue included. */
  #addressesFor(records: readonly ZoneRecord[]): ZoneRecord[] {
    const found: ZoneRecord[] = [];
    const seen = new Set<DomainName>();
    for (const { type, host } of records) {
      if (host === undefined || !WITH_ADDRESSES.has(type) || seen.has(host)) continue;
      seen.add(host);
      const node = this.#table.enclosing(host)?.nodes.get(host);
      for (const addressType of [TYPE.A, TYPE.AAAA]) {
        const tree = node?.sets.get(addressType);
        if (tree !== undefined) found.push(...this.#routed(tree, host, addressType));
      }
    }
    return found;
  }

  #done(parts: Pick<Answer, "rcode" | "authorities"> & Partial<Answer>): Answer {
    return {
      authoritative: true,
      answers: this.#answers,
      additionals: this.#addressesFor([...this.#answers, ...parts.authorities]),
      authoritiesOptional: false,
      proof: NO_PROOF,
      asked: { start: this.#answers.length, end: this.#answers.length },
      sight: { dependsOnClient: this.#dependsOnClient, dependsOnAddress: this.#dependsOnAddress },
      ...parts,
    };
  }

  #nameError(name: DomainName): Answer {
    const proof: Proof = { kind: "denial", name, exists: false };
    return this.#done({ rcode: RCODE.NXDOMAIN, authorities: this.#zone.negativeSoa, proof });
  }

  #noData(name: DomainName): Answer {
    const proof: Proof = { kind: "denial", name, exists: true };
    return this.#done({ rcode: RCODE.NOERROR, authorities: this.#zone.negativeSoa, proof });
  }

  /** `start` is where the record set that was asked for starts; without it there are only CNAMEs on the way to it. */
  #positive(start = this.#answers.length): Answer {
    const has = (type: number) =>
      this.#answers.some((record) => record.type === type && record.name === this.#zone.name);
    const authorities = has(TYPE.NS) ? [] : this.#zone.nameServerRecords;
    const asked = { start, end: this.#answers.length };
    return this.#done({ rcode: RCODE.NOERROR, authorities, authoritiesOptional: true, asked });
  }

  #referral(cut: ZoneNode): Answer {
    const records = (type: number): ZoneRecord[] => {
      const tree = cut.sets.get(type);
      return tree === undefined ? [] : this.#routed(tree, cut.name, type);
    };
    return this.#done({
      rcode: RCODE.NOERROR,
      authoritative: this.#answers.length > 0,
      authorities: records(TYPE.NS),
      proof: { kind: "cut", name: cut.name, ds: records(TYPE.DS) },
    });
  }

  compose(question: Question): Answer {
    let name = question.name;
    for (let links = 0; links <= LONGEST_CHAIN; links++) {
      const found = lookUp(this.#zone, name, question.type);
      switch (found.state) {
        case "delegation":
          return this.#referral(found.cut);
        case "name-error":
          return this.#nameError(name);
        case "no-data":
          return this.#noData(name);
        case "hit": {
          const records = this.#routed(found.tree, name, found.type);
          if (records.length === 0) return this.#noData(name);
          const start = this.#answers.push(...records) - records.length;
          return this.#positive(start);
        }
        case "follow": {
          const [cname] = this.#routed(found.tree, name, TYPE.CNAME);
          if (cname?.host === undefined) return this.#noData(name);
          this.#answers.push(cname);
          name = cname.host;
          const seen = this.#answers.some((record) => record.name === name);
          if (seen || !isWithin(name, this.#zone.name)) return this.#positive();
        }
      }
    }
    return this.#positive();
  }
}

/**
 * Answers a question that lies within the zone, the records of a set in the order they are kept in. `table` is where addresses
 * for the additional section are looked for.
 */
export function composeAnswer(question: Question, zone: CompiledZone, table: ZoneTable, route: RouteTree): Answer {
  return new Composer(zone, table, route).compose(question);
}

/** The same answer, the record set that was asked for turned by so many places. */
export function turned(answer: Answer, places: number): Answer {
  const { answers, asked } = answer;
  const { start, end } = asked;
  const middle = start + places;
  if (middle === start) return answer;
  return {
    ...answer,
    answers: [
      ...answers.slice(0, start),
      ...answers.slice(middle, end),
      ...answers.slice(start, middle),
      ...answers.slice(end),
    ],
  };
}

/** By how many places to turn this time, as Route 53 does: resolvers and clients tend to take the first. */
export function turnOf(records: number, random: () => number): number {
  return records < 2 ? 0 : Math.floor(random() * records);
}

/** As {@link composeAnswer}, with the records of a set in another order each time. */
export function answerQuestion(
  question: Question,
  zone: CompiledZone,
  table: ZoneTable,
  context: RoutingContext,
): Answer {
  const answer = composeAnswer(question, zone, table, (tree) => route(tree, context));
  return turned(answer, turnOf(answer.asked.end - answer.asked.start, context.random));
}
