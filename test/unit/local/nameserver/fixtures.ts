/** A small zone and the shortest ways to ask about it. */

import type { Clock } from "../../../../src/clock.ts";
import {
  type ClientSubnet,
  decodeMessage,
  type Edns,
  encodeMessage,
  type Message,
  makeQuery,
  PLAIN_EDNS,
  parseClientSubnet,
  type ResourceRecord,
} from "../../../../src/dns/message.ts";
import { rdataToText } from "../../../../src/dns/rdata.ts";
import { rcodeName, typeName, typeNumber } from "../../../../src/dns/types.ts";
import { delegationSetAt } from "../../../../src/local/nameserver/pool.ts";
import type { PublishedZone } from "../../../../src/local/nameserver/published.ts";
import { domainName } from "../../../../src/route53/names.ts";
import type { Answer, RecordSet, RecordType, RoutingPolicy } from "../../../../src/route53/record-set.ts";

export const SERVERS = delegationSetAt(0).map(({ name }) => name);

export function records(name: string, type: RecordType, values: readonly string[], ttlSeconds = 60): RecordSet {
  return { name: domainName(name), type, policy: { kind: "simple" }, answer: { kind: "records", ttlSeconds, values } };
}

export function alias(name: string, type: RecordType, target: string, hostedZoneId: string): RecordSet {
  const answer: Answer = { kind: "alias", hostedZoneId, target: domainName(target), evaluateTargetHealth: false };
  return { name: domainName(name), type, policy: { kind: "simple" }, answer };
}

export function routed(
  name: string,
  id: string,
  policy: RoutingPolicy,
  value: string,
  healthCheckId?: string,
): RecordSet {
  return {
    ...records(name, "A", [value]),
    policy,
    setIdentifier: id,
    ...(healthCheckId === undefined ? {} : { healthCheckId }),
  };
}

export function zoneOf(
  name: string,
  sets: readonly RecordSet[],
  parts: Partial<Pick<PublishedZone, "id" | "nameServers" | "private" | "trafficPolicyInstances">> = {},
): PublishedZone {
  const nameServers = parts.nameServers ?? SERVERS;
  return {
    id: "Z1",
    name: domainName(name),
    private: false,
    trafficPolicyInstances: [],
    ...parts,
    nameServers,
    recordSets: [
      records(name, "NS", nameServers, 172_800),
      records(name, "SOA", [`${nameServers[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`], 900),
      ...sets,
    ],
  };
}

export interface Ask {
  readonly edns?: Partial<Edns> | false;
  readonly subnet?: string;
  readonly recursionDesired?: boolean;
  readonly id?: number;
}

export function queryFor(name: string, type: string, ask: Ask = {}): Message {
  const number = typeNumber(type);
  if (number === undefined) throw new Error(`${type} is no type`);
  const subnet = ask.subnet === undefined ? undefined : parseClientSubnet(ask.subnet);
  const options: ClientSubnet[] = subnet === undefined ? [] : [subnet];
  const edns = ask.edns === false ? undefined : { ...PLAIN_EDNS, options, ...ask.edns };
  return {
    ...makeQuery({
      name: domainName(name),
      type: number,
      recursionDesired: ask.recursionDesired ?? false,
      ...(edns === undefined ? {} : { edns }),
    }),
    id: ask.id ?? 4711,
  };
}

export function wireQuery(name: string, type: string, ask: Ask = {}): Buffer {
  return encodeMessage(queryFor(name, type, ask));
}

function line({ name, ttlSeconds, type, rdata }: ResourceRecord): string {
  return `${name} ${ttlSeconds} ${typeName(type)} ${rdataToText(type, rdata)}`;
}

export interface Shown {
  readonly rcode: string;
  /** `AA`, `TC`, ... that are set, in the order of the header. */
  readonly flags: string;
  readonly answers: readonly string[];
  readonly authorities: readonly string[];
  readonly additionals: readonly string[];
}

export function show(message: Message): Shown {
  const { flags } = message;
  return {
    rcode: rcodeName(message.rcode),
    flags: [
      flags.authoritative ? "AA" : "",
      flags.truncated ? "TC" : "",
      flags.recursionDesired ? "RD" : "",
      flags.recursionAvailable ? "RA" : "",
    ]
      .filter((flag) => flag !== "")
      .join(" "),
    answers: message.answers.map(line),
    authorities: message.authorities.map(line),
    additionals: message.additionals.map(line),
  };
}

export function showOctets(octets: Buffer | undefined): Shown {
  if (octets === undefined) throw new Error("there is no response");
  return show(decodeMessage(octets));
}

/** A clock that stands still until it is moved. */
export class StillClock implements Clock {
  readonly speed = 1;
  #ms = 0;

  pass(ms: number): void {
    this.#ms += ms;
  }
  now(): number {
    return Date.UTC(2026, 10, 20) + this.#ms;
  }
  elapsedMs(): number {
    return this.#ms;
  }
  after(): never {
    throw new Error("the name servers set no timers on this clock");
  }
  sleep(): never {
    throw new Error("the name servers do not sleep on this clock");
  }
}
