/**
 * The resolvers of VPCs: which VPCs there are, at which address each is answered, and what it sees. A VPC is known as long as it
 * exists in the local EC2 or a private zone is associated with it; Route 53 takes any well-formed id.
 */

import type { DomainName } from "../../route53/names.ts";
import { type PublishedVpc, type PublishedZone, type VpcName, vpcKey } from "./published.ts";
import type { VpcNumbers } from "./vpc-numbers.ts";

/** A VPC's resolver for people. */
export interface VpcResolver extends PublishedVpc {
  /** Undefined when every address was taken as the VPC came; it gets the next that is free. */
  readonly address?: string;
  /** The private zones that are associated with it, the ones it sees as long as both DNS attributes are on. */
  readonly zones: readonly { readonly id: string; readonly name: DomainName }[];
}

interface KnownVpc {
  readonly vpc: VpcName;
  /** Undefined for a VPC that the local EC2 does not have. */
  inEc2: PublishedVpc | undefined;
  /** By id. */
  readonly zones: Map<string, DomainName>;
}

export class VpcResolvers {
  readonly #numbers: VpcNumbers;
  readonly #onAddress: (address: string) => void;
  /** By the VPC's key. */
  readonly #vpcs = new Map<string, KnownVpc>();
  readonly #byAddress = new Map<string, KnownVpc>();

  /** `onAddress` is called for every address that comes into use: somebody has to listen there. */
  constructor(numbers: VpcNumbers, onAddress: (address: string) => void) {
    this.#numbers = numbers;
    this.#onAddress = onAddress;
  }

  putZone({ id, name, vpcs = [] }: Pick<PublishedZone, "id" | "name" | "vpcs">): void {
    const keys = new Set(vpcs.map(vpcKey));
    for (const vpc of vpcs) this.#know(vpc).zones.set(id, name);
    this.#leave(id, (known) => !keys.has(vpcKey(known.vpc)));
  }

  removeZone(zoneId: string): void {
    this.#leave(zoneId, () => true);
  }

  putVpc(vpc: PublishedVpc): void {
    this.#know(vpc).inEc2 = vpc;
  }

  removeVpc(vpc: VpcName): void {
    const known = this.#vpcs.get(vpcKey(vpc));
    if (known === undefined) return;
    known.inEc2 = undefined;
    this.#forgetIfGone(known);
  }

  /** Once everything that there is has been told: what went while the backend was down leaves its address to others. */
  forgetTheRest(): void {
    const known = [...this.#vpcs.values()].map(({ vpc }) => vpc);
    for (const vpc of this.#numbers.keepOnly(known)) this.#place(vpc);
  }

  /** The VPC whose resolver is at an address, and what it may see; undefined when it does not answer. */
  at(address: string): { readonly vpc: VpcName; readonly seesPrivateZones: boolean } | undefined {
    const known = this.#byAddress.get(address);
    if (known === undefined || known.inEc2?.dnsSupport === false) return undefined;
    return { vpc: known.vpc, seesPrivateZones: known.inEc2?.dnsHostnames ?? true };
  }

  /** In the order of their addresses, those without one last. */
  list(): VpcResolver[] {
    const placed = [...this.#byAddress].sort(([one], [other]) => lastOctet(one) - lastOctet(other));
    const waiting = [...this.#vpcs.values()].filter(({ vpc }) => this.#numbers.addressOf(vpc) === undefined);
    return [
      ...placed.map(([address, known]) => ({ ...summaryOf(known), address })),
      ...waiting.map((known) => summaryOf(known)),
    ];
  }

  #know({ id, region }: VpcName): KnownVpc {
    const vpc: VpcName = { id, region };
    const before = this.#vpcs.get(vpcKey(vpc));
    if (before !== undefined) return before;
    const known: KnownVpc = { vpc, inEc2: undefined, zones: new Map() };
    this.#vpcs.set(vpcKey(vpc), known);
    if (this.#numbers.take(vpc)) this.#place(vpc);
    return known;
  }

  #place(vpc: VpcName): void {
    const known = this.#vpcs.get(vpcKey(vpc));
    const address = this.#numbers.addressOf(vpc);
    if (known === undefined || address === undefined) return;
    this.#byAddress.set(address, known);
    this.#onAddress(address);
  }

  #leave(zoneId: string, isOver: (known: KnownVpc) => boolean): void {
    for (const known of [...this.#vpcs.values()]) {
      if (!known.zones.has(zoneId) || !isOver(known)) continue;
      known.zones.delete(zoneId);
      this.#forgetIfGone(known);
    }
  }

  #forgetIfGone({ vpc, inEc2, zones }: KnownVpc): void {
    if (inEc2 !== undefined || zones.size > 0) return;
    this.#vpcs.delete(vpcKey(vpc));
    const address = this.#numbers.addressOf(vpc);
    if (address !== undefined) this.#byAddress.delete(address);
    const next = this.#numbers.release(vpc);
    if (next !== undefined) this.#place(next);
  }
}

function lastOctet(address: string): number {
  return Number(address.slice(address.lastIndexOf(".") + 1));
}

function summaryOf({ vpc, inEc2, zones }: KnownVpc): VpcResolver {
  return {
    ...(inEc2 ?? { ...vpc, dnsSupport: true, dnsHostnames: true }),
    zones: [...zones].map(([id, name]) => ({ id, name })),
  };
}
