/** CIDR collections as IP-based routing asks them: the location of the longest block that holds all of a client's subnet. */

import { type Client, parseSubnet } from "./client.ts";
import { PrefixTrie } from "./prefix-trie.ts";

export interface CollectedLocations {
  readonly id: string;
  readonly locations: readonly {
    readonly name: string;
    /** e.g. `192.0.2.0/24`; a block is in one location only. */
    readonly blocks: readonly string[];
  }[];
}

export class CidrCollections {
  readonly #locations = new Map<string, PrefixTrie<string>>();

  put({ id, locations }: CollectedLocations): void {
    const byBlock = new PrefixTrie<string>();
    for (const { name, blocks } of locations) {
      for (const text of blocks) {
        const block = parseSubnet(text);
        if (block !== undefined) byBlock.set(block, name);
      }
    }
    this.#locations.set(id, byBlock);
  }

  remove(collectionId: string): void {
    this.#locations.delete(collectionId);
  }

  /** Undefined when no block holds the client, or there is no such collection. */
  locate(collectionId: string, { subnet }: Client): string | undefined {
    return this.#locations.get(collectionId)?.find(subnet.octets, subnet.prefixLength).value;
  }
}
