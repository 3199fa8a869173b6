/** CIDR collections as IP-based routing asks them: the location of the longest block that holds all of a client's subnet. */

import { type Client, masked, parseSubnet, type Subnet } from "./client.ts";

export interface CollectedLocations {
  readonly id: string;
  readonly locations: readonly {
    readonly name: string;
    /** e.g. `192.0.2.0/24`; a block is in one location only. */
    readonly blocks: readonly string[];
  }[];
}

interface Lookup {
  /** Longest first. */
  readonly prefixLengths: readonly number[];
  /** By the block's family, address and length. */
  readonly locations: ReadonlyMap<string, string>;
}

function blockKey({ octets, prefixLength }: Subnet): string {
  return `${Buffer.from(octets).toString("hex")}/${prefixLength}`;
}

function lookupOf({ locations }: CollectedLocations): Lookup {
  const byBlock = new Map<string, string>();
  const prefixLengths = new Set<number>();
  for (const { name, blocks } of locations) {
    for (const text of blocks) {
      const block = parseSubnet(text);
      if (block === undefined) continue;
      byBlock.set(blockKey(block), name);
      prefixLengths.add(block.prefixLength);
    }
  }
  return { prefixLengths: [...prefixLengths].sort((a, b) => b - a), locations: byBlock };
}

export class CidrCollections {
  readonly #lookups = new Map<string, Lookup>();

  put(collection: CollectedLocations): void {
    this.#lookups.set(collection.id, lookupOf(collection));
  }

  remove(collectionId: string): void {
    this.#lookups.delete(collectionId);
  }

  /** Undefined when no block holds the client, or there is no such collection. */
  locate(collectionId: string, { subnet }: Client): string | undefined {
    const lookup = this.#lookups.get(collectionId);
    if (lookup === undefined) return undefined;
    for (const prefixLength of lookup.prefixLengths) {
      if (prefixLength > subnet.prefixLength) continue;
      const location = lookup.locations.get(blockKey(masked(subnet.octets, prefixLength)));
      if (location !== undefined) return location;
    }
    return undefined;
  }
}
