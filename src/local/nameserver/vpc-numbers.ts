/**
 * Which VPC has which resolver address, 127.53.2.1 to 127.53.2.254: a VPC gets the lowest free one when it is first heard of and
 * keeps it, through restarts and snapshots, until neither the VPC nor an association with it is left.
 */

import type { Store, Table } from "../store/store.ts";
import { type VpcName, vpcKey } from "./published.ts";

/** The last octets there are; 0 and 255 look like a network's own and its broadcast address. */
const NUMBERS = { first: 1, last: 254 } as const;

export class VpcNumbers {
  readonly #store: Store;
  /** By the VPC's key. */
  readonly #kept: Table<number>;
  /** VPCs that came when every number was taken, in the order they came. */
  readonly #waiting = new Map<string, VpcName>();

  constructor(store: Store) {
    this.#store = store;
    this.#kept = store.table("nameserver.vpc-numbers");
  }

  /** Undefined for a VPC that nobody has told of, and for one that waits for a number. */
  addressOf(vpc: VpcName): string | undefined {
    const number = this.#kept.get(vpcKey(vpc));
    return number === undefined ? undefined : `127.53.2.${number}`;
  }

  /** Gives a VPC its number, durably, unless it has one already. False when none is left; it gets the next that is freed. */
  take(vpc: VpcName): boolean {
    const key = vpcKey(vpc);
    if (this.#kept.get(key) !== undefined) return true;
    const number = this.#lowestFree();
    if (number === undefined) {
      this.#waiting.set(key, vpc);
      return false;
    }
    this.#store.write(() => this.#kept.put(key, number));
    return true;
  }

  /** Frees a VPC's number. Returns the VPC that waited for one and has it now. */
  release(vpc: VpcName): VpcName | undefined {
    const key = vpcKey(vpc);
    this.#waiting.delete(key);
    if (this.#kept.get(key) === undefined) return undefined;
    this.#store.write(() => this.#kept.remove(key));
    const [next] = this.#waiting.values();
    if (next === undefined) return undefined;
    this.#waiting.delete(vpcKey(next));
    this.take(next);
    return next;
  }

  /** Frees what VPCs hold that are not among these: those that went while nobody could note it. */
  keepOnly(vpcs: Iterable<VpcName>): VpcName[] {
    const wanted = new Set([...vpcs].map(vpcKey));
    const gone = [...this.#kept.entries()].map(({ key }) => String(key)).filter((key) => !wanted.has(key));
    if (gone.length === 0) return [];
    this.#store.write(() => {
      for (const key of gone) this.#kept.remove(key);
    });
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    return waiting.filter((vpc) => this.take(vpc));
  }

  #lowestFree(): number | undefined {
    const taken = new Set([...this.#kept.entries()].map(({ value }) => value));
    for (let number: number = NUMBERS.first; number <= NUMBERS.last; number++) if (!taken.has(number)) return number;
    return undefined;
  }
}
