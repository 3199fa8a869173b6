/** Values by address prefix: the longest prefix that holds an address, and how many of its bits it took to know. */

import type { Subnet } from "./client.ts";

interface Node<Value> {
  value: Value | undefined;
  readonly next: [Node<Value> | undefined, Node<Value> | undefined];
}

export interface FoundPrefix<Value> {
  /** Of the longest prefix that holds the address; undefined when none does. */
  readonly value: Value | undefined;
  /** Every address that shares this many leading bits finds the same. */
  readonly bits: number;
}

function emptyNode<Value>(): Node<Value> {
  return { value: undefined, next: [undefined, undefined] };
}

function bitOf(octets: Uint8Array, index: number): 0 | 1 {
  return (((octets[index >> 3] ?? 0) >> (7 - (index & 7))) & 1) === 0 ? 0 : 1;
}

export class PrefixTrie<Value> {
  readonly #ipv4 = emptyNode<Value>();
  readonly #ipv6 = emptyNode<Value>();

  set({ octets, prefixLength }: Subnet, value: Value): void {
    let node = this.#rootOf(octets);
    for (let index = 0; index < prefixLength; index++) {
      const bit = bitOf(octets, index);
      const child: Node<Value> = node.next[bit] ?? emptyNode();
      node.next[bit] = child;
      node = child;
    }
    node.value = value;
  }

  /** `octets` are four or sixteen, in network order. Of prefixes that are no longer than `longest`, if that is given. */
  find(octets: Uint8Array, longest = octets.length * 8): FoundPrefix<Value> {
    let node = this.#rootOf(octets);
    let value = node.value;
    for (let index = 0; ; index++) {
      if (index === longest) return { value, bits: index };
      if (node.next[0] === undefined && node.next[1] === undefined) return { value, bits: index };
      const child = node.next[bitOf(octets, index)];
      if (child === undefined) return { value, bits: index + 1 };
      node = child;
      if (node.value !== undefined) value = node.value;
    }
  }

  #rootOf(octets: Uint8Array): Node<Value> {
    return octets.length === 4 ? this.#ipv4 : this.#ipv6;
  }
}
