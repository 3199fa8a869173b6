/**
 * The authoritative name servers there are: 16 of each suffix, `ns-N.awsdns-NN.{com,net,org,co.uk}` on 127.53.1.1 to
 * 127.53.1.64. A delegation set takes the next one of each suffix.
 */

import { type DomainName, domainName } from "../../route53/names.ts";
import type { NameServerIdentity } from "./published.ts";

export const ROOT_ADDRESS = "127.53.0.1";
export const TLD_ADDRESS = "127.53.0.2";
export const RESOLVER_ADDRESS = "127.53.0.53";

/** How many delegation sets there are before their servers are shared again. */
export const DELEGATION_SETS = 16;

/** AWS numbers the servers of each suffix in blocks of 512, eight to an `awsdns-NN` domain. */
const SUFFIXES = [
  { suffix: "com", first: 0 },
  { suffix: "net", first: 512 },
  { suffix: "org", first: 1024 },
  { suffix: "co.uk", first: 1536 },
] as const;

function identity(set: number, position: number): NameServerIdentity {
  const { suffix, first } = SUFFIXES[position] as (typeof SUFFIXES)[number];
  // Spread over the blocks as AWS's are; 5 is coprime to 64, so no two sets share a block. Block 0 is what private zones show.
  const block = ((set * 5 + position * 13) % 63) + 1;
  const number = first + block * 8 + ((set * 3 + position) % 8);
  return {
    name: domainName(`ns-${number}.awsdns-${String(block).padStart(2, "0")}.${suffix}`),
    address: `127.53.1.${set * 4 + position + 1}`,
  };
}

/** The four servers of delegation set `index`, counted from 0; after {@link DELEGATION_SETS} it starts over. */
export function delegationSetAt(index: number): readonly NameServerIdentity[] {
  return SUFFIXES.map((_, position) => identity(index % DELEGATION_SETS, position));
}

/** All 64, in the order of their addresses. */
export const NAME_SERVER_POOL: readonly NameServerIdentity[] = Array.from({ length: DELEGATION_SETS }, (_, set) =>
  delegationSetAt(set),
).flat();

const ADDRESSES = new Map<DomainName, string>(NAME_SERVER_POOL.map((server) => [server.name, server.address]));

/** Undefined for a name that is not in the pool. */
export function addressOfNameServer(name: DomainName): string | undefined {
  return ADDRESSES.get(name);
}
