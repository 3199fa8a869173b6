/** Asks every name server of a zone the same questions, so that they can be compared. */

import {
  askServer,
  type Delegation,
  type IterationOptions,
  lookupAddresses,
  type ServerReached,
} from "../dns/iterate.ts";
import { addressOf, hostOf, startOfAuthorityOf } from "../dns/typed-rdata.ts";
import { TYPE } from "../dns/types.ts";
import { type DomainName, domainName, isWithin } from "../route53/names.ts";
import type { ServerCheck, ServerProbe, ShownResult } from "./report.ts";
import { shownOutcome } from "./shown.ts";

export interface CheckedQuestion {
  readonly name: DomainName;
  readonly type: number;
}

/** How many servers are asked at once. */
const AT_ONCE = 8;
/** More than any zone needs; a hostile one may name thousands, each of which would be looked up. */
const MOST_SERVERS = 64;

/** Runs `work` on all items, a few at a time; keeps their order. */
async function eachOf<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  }
  return results;
}

async function probe(
  options: IterationOptions,
  zone: DomainName,
  server: ServerReached,
  question: CheckedQuestion,
): Promise<ServerProbe> {
  const asked = await askServer(options, zone, server, question);
  const { result, exchange } = shownOutcome(asked);
  // A server that gave no sign of life is not asked twice more.
  if (asked.kind === "failure") return { address: server.address, result, serves: false };

  const soa = await askServer(options, zone, server, { name: zone, type: TYPE.SOA });
  const soaRecord =
    soa.kind === "response" && soa.meaning.kind === "answer" && soa.meaning.authoritative
      ? soa.meaning.records[0]
      : undefined;
  const serial = soaRecord === undefined ? undefined : startOfAuthorityOf(soaRecord)?.serial;
  const ns = await askServer(options, zone, server, { name: zone, type: TYPE.NS });
  const nameServers =
    ns.kind === "response" && ns.meaning.kind === "answer" && ns.meaning.authoritative
      ? ns.meaning.records.map(hostOf).filter((host) => host !== undefined)
      : undefined;
  return {
    address: server.address,
    result,
    ...(exchange === undefined ? {} : { exchange }),
    ...(serial === undefined ? {} : { serial }),
    serves: serial !== undefined,
    ...(nameServers === undefined ? {} : { nameServers: nameServers.sort() }),
  };
}

/** The addresses that a server of the zone gives for a host in it, of the families that the glue has; undefined when it does not say. */
async function addressesInZone(
  options: IterationOptions,
  zone: DomainName,
  server: ServerReached,
  host: DomainName,
  glue: readonly string[],
): Promise<readonly string[] | undefined> {
  const found: string[] = [];
  for (const type of [TYPE.A, TYPE.AAAA]) {
    // The registry may hold one family only, which is nobody's mistake.
    if (!glue.some((address) => address.includes(":") === (type === TYPE.AAAA))) continue;
    const outcome = await askServer(options, zone, server, { name: host, type });
    const meaning = outcome.kind === "response" ? outcome.meaning : undefined;
    if (meaning?.kind === "answer") {
      found.push(...meaning.records.map(addressOf).filter((address) => address !== undefined));
    } else if (!((meaning?.kind === "no-data" || meaning?.kind === "no-such-name") && meaning.authoritative)) {
      return undefined;
    }
  }
  return found;
}

/** Asks the servers that the parent names, then those that only the zone itself names. */
export async function checkServers(
  options: IterationOptions,
  delegation: Delegation,
  question: CheckedQuestion,
): Promise<ServerCheck[]> {
  const { zone } = delegation;
  const check = async (name: DomainName, glue: readonly string[]) => {
    const addressesFrom = glue.length > 0 ? ("glue" as const) : ("lookup" as const);
    const addresses = glue.length > 0 ? glue : await lookupAddresses(options, name);
    const probes = await eachOf(addresses, (address) =>
      probe(options, zone, { name, address, port: options.port }, question),
    );
    return { name, addressesFrom, probes };
  };
  const delegated = delegation.nameServers.slice(0, MOST_SERVERS);
  const atParent = await eachOf(delegated, ({ name, glue }) => check(name, glue));
  const inZone = new Set(atParent.flatMap(({ probes }) => probes.flatMap((one) => one.nameServers ?? [])));
  const atParentNames = new Set<string>(delegation.nameServers.map(({ name }) => name));
  const missing = [...inZone]
    .filter((name) => !atParentNames.has(name))
    .map(domainName)
    .slice(0, MOST_SERVERS);
  const serving = atParent.flatMap(({ name, probes }) =>
    probes.filter((one) => one.serves).map(({ address }) => ({ name, address, port: options.port })),
  )[0];
  const inZoneAddresses = await eachOf(delegated, async ({ name, glue }) =>
    serving === undefined || glue.length === 0 || !isWithin(name, zone)
      ? undefined
      : addressesInZone(options, zone, serving, name, glue),
  );
  const onlyInZone = await eachOf(missing, (name) => check(name, []));
  return [
    ...atParent.map((one, index) => ({
      ...one,
      ...(inZoneAddresses[index] === undefined ? {} : { addressesInZone: inZoneAddresses[index] }),
      // Where no server says anything, nobody contradicts the parent.
      listedBy: inZone.size === 0 || inZone.has(one.name) ? ("both" as const) : ("parent" as const),
    })),
    ...onlyInZone.map((one) => ({ ...one, listedBy: "child" as const })),
  ];
}

/** What two answers are compared by; undefined for what is no answer at all, and is reported as such. */
export function comparableAnswer(result: ShownResult): string | undefined {
  switch (result.kind) {
    case "answer":
      return [...result.chain, ...result.records]
        .map((record) => record.value)
        .sort()
        .join(", ");
    case "alias":
      return `alias of ${result.target}`;
    case "no-data":
      return "no such record";
    case "no-such-name":
      return "no such name";
    default:
      return undefined;
  }
}

/** How often each server is asked again when they differ: enough that routing at random shows itself in one of them. */
const ROUNDS = 6;

/** The different answers of each address over several rounds, for the servers that gave one at first. */
export async function sampleAnswers(
  options: IterationOptions,
  zone: DomainName,
  servers: readonly ServerCheck[],
  question: CheckedQuestion,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const targets = servers.flatMap(({ name, probes }) =>
    probes.flatMap(({ address, result }) => {
      const first = comparableAnswer(result);
      return first === undefined ? [] : [{ name: domainName(name), address, first }];
    }),
  );
  const samples = await eachOf(targets, async ({ name, address, first }) => {
    const seen = new Set([first]);
    for (let round = 0; round < ROUNDS; round++) {
      const outcome = await askServer(options, zone, { name, address, port: options.port }, question);
      const again = comparableAnswer(shownOutcome(outcome).result);
      if (again !== undefined) seen.add(again);
    }
    return [address, seen] as const;
  });
  return new Map(samples);
}
