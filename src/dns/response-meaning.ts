/** What an answer means to someone who asked a name server of a zone: an answer, an alias, a referral, nothing, or that the server is no good. */

import { type DomainName, isWithin } from "../route53/names.ts";
import type { Message, ResourceRecord } from "./message.ts";
import { addressOf, hostOf } from "./typed-rdata.ts";
import { CLASS, RCODE, TYPE } from "./types.ts";

export interface DelegatedServer {
  readonly name: DomainName;
  /** Addresses that came along and may be believed. */
  readonly glue: readonly string[];
}

export type ResponseMeaning =
  /** `records` answer the question, at the end of `chain` (CNAME records, from the name asked for). */
  | {
      readonly kind: "answer";
      readonly authoritative: boolean;
      readonly chain: readonly ResourceRecord[];
      readonly records: readonly ResourceRecord[];
    }
  /** The chain of CNAME records leads to a name that this answer says nothing about. */
  | {
      readonly kind: "alias";
      readonly authoritative: boolean;
      readonly chain: readonly ResourceRecord[];
      readonly target: DomainName;
    }
  | {
      readonly kind: "referral";
      readonly zone: DomainName;
      readonly nameServers: readonly DelegatedServer[];
      readonly ttlSeconds: number;
      /** Owners of addresses that came along but are none of this server's business. */
      readonly ignoredGlue: readonly DomainName[];
    }
  /** The name exists, without records of the type. `soa` is missing where the server is careless. */
  | { readonly kind: "no-data"; readonly authoritative: boolean; readonly soa: ResourceRecord | undefined }
  /** NXDOMAIN */
  | { readonly kind: "no-such-name"; readonly authoritative: boolean; readonly soa: ResourceRecord | undefined }
  /** The server does not serve the zone it is delegated: it points up, to itself or to where the name is not, or gives nothing. */
  | { readonly kind: "lame"; readonly why: "points-up" | "points-to-itself" | "points-aside" | "empty" }
  | { readonly kind: "error"; readonly rcode: number };

/** Whom was asked what. */
export interface Asked {
  /** The zone that the server was asked as a name server of. */
  readonly zone: DomainName;
  readonly name: DomainName;
  readonly type: number;
}

/** Follows the CNAME records of an answer from the name asked for. Records of other zones than the server's do not count. */
function followChain(response: Message, asked: Asked) {
  const usable = response.answers.filter((record) => record.class === CLASS.IN && isWithin(record.name, asked.zone));
  const chain: ResourceRecord[] = [];
  const passed = new Set<DomainName>();
  let name = asked.name;
  for (;;) {
    passed.add(name);
    const records = usable.filter(
      (record) => record.name === name && (record.type === asked.type || asked.type === TYPE.ANY),
    );
    if (records.length > 0) return { chain, records, name };
    const alias = usable.find((record) => record.name === name && record.type === TYPE.CNAME);
    const target = alias === undefined ? undefined : hostOf(alias);
    if (alias === undefined || target === undefined) return { chain, records, name };
    chain.push(alias);
    name = target;
    // A loop: whoever follows the alias notices that it has been here.
    if (passed.has(name)) return { chain, records, name };
  }
}

function referralOf(response: Message, asked: Asked): ResponseMeaning | undefined {
  const servers = response.authorities.filter((record) => record.type === TYPE.NS && record.class === CLASS.IN);
  const zone = servers[0]?.name;
  if (zone === undefined || response.authorities.some((record) => record.type === TYPE.SOA)) return undefined;
  if (zone === asked.zone) return response.flags.authoritative ? undefined : { kind: "lame", why: "points-to-itself" };
  if (!isWithin(asked.name, zone)) return { kind: "lame", why: "points-aside" };
  if (!isWithin(zone, asked.zone)) return { kind: "lame", why: "points-up" };
  const ignoredGlue = new Set<DomainName>();
  const nameServers = new Map<DomainName, string[]>();
  for (const record of servers.filter((one) => one.name === zone)) {
    const host = hostOf(record);
    if (host !== undefined) nameServers.set(host, []);
  }
  for (const record of response.additionals) {
    const address = addressOf(record);
    if (address === undefined) continue;
    // What a server says about names outside its zone is hearsay, even if it happens to serve that zone as well.
    if (!isWithin(record.name, asked.zone)) ignoredGlue.add(record.name);
    else nameServers.get(record.name)?.push(address);
  }
  return {
    kind: "referral",
    zone,
    nameServers: [...nameServers].map(([name, glue]) => ({ name, glue })),
    ttlSeconds: Math.min(...servers.map((record) => record.ttlSeconds)),
    ignoredGlue: [...ignoredGlue],
  };
}

/** Pure: the same answer to the same question always means the same. */
export function meaningOf(response: Message, asked: Asked): ResponseMeaning {
  const { authoritative } = response.flags;
  if (response.rcode !== RCODE.NOERROR && response.rcode !== RCODE.NXDOMAIN) {
    return { kind: "error", rcode: response.rcode };
  }
  const { chain, records, name } = followChain(response, asked);
  if (records.length > 0) return { kind: "answer", authoritative, chain, records };
  if (chain.length > 0) return { kind: "alias", authoritative, chain, target: name };
  const soa = response.authorities.find(
    (record) => record.type === TYPE.SOA && isWithin(asked.name, record.name) && isWithin(record.name, asked.zone),
  );
  if (response.rcode === RCODE.NXDOMAIN) return { kind: "no-such-name", authoritative, soa };
  const referral = referralOf(response, asked);
  if (referral !== undefined) return referral;
  if (authoritative || soa !== undefined) return { kind: "no-data", authoritative, soa };
  return { kind: "lame", why: "empty" };
}
