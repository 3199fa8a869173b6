/** VPCs, for those who ask for one (Terraform, private zones). Of the network behind one there is only its resolver. */

import type { PublishedVpc, VpcPublisher } from "../../nameserver/published.ts";
import type { Store } from "../../store/store.ts";
import { availabilityZonesOf } from "./availability-zones.ts";
import { type Ec2State, newId, rowsOf, type Tags, type VpcState } from "./ec2-state.ts";

/** VPC User Guide, "Default VPC components". */
const DEFAULT_VPC_CIDR = "172.31.0.0/16";
const DEFAULT_SUBNET_BITS = 20;

export interface NewVpc {
  readonly cidrBlock: string;
  readonly tenancy?: "default" | "dedicated";
  readonly tags: Tags;
}

/** The rows of VPCs; makes a region's default VPC when the region is first looked at. */
export class Vpcs {
  readonly #store: Store;
  readonly #state: Ec2State;
  readonly #publisher: VpcPublisher;

  constructor(store: Store, state: Ec2State, publisher: VpcPublisher) {
    this.#store = store;
    this.#state = state;
    this.#publisher = publisher;
  }

  /** Tells the name servers of every VPC that there is. */
  restore(): void {
    for (const { value } of this.#state.vpcs.entries()) this.#publisher.publishVpc(published(value));
  }

  list(region: string): VpcState[] {
    if (this.#state.regions.get([region]) === undefined) {
      const vpc = defaultVpc(region);
      this.#store.write(() => {
        this.#state.regions.put([region], true);
        this.#state.vpcs.put([region, vpc.id], vpc);
      });
      this.#publisher.publishVpc(published(vpc));
    }
    return rowsOf(this.#state.vpcs, region);
  }

  create(region: string, { cidrBlock, tenancy = "default", tags }: NewVpc): VpcState {
    const vpc: VpcState = { ...newVpc(region), cidrBlock, tenancy, tags };
    this.replace(vpc);
    return vpc;
  }

  replace(vpc: VpcState): void {
    this.#store.write(() => this.#state.vpcs.put([vpc.region, vpc.id], vpc));
    this.#publisher.publishVpc(published(vpc));
  }

  remove(vpc: VpcState): void {
    this.#store.write(() => this.#state.vpcs.remove([vpc.region, vpc.id]));
    this.#publisher.withdrawVpc(vpc);
  }
}

function published({ id, region, dnsSupport, dnsHostnames }: VpcState): PublishedVpc {
  return { id, region, dnsSupport, dnsHostnames };
}

function newVpc(region: string): VpcState {
  return {
    id: newId("vpc"),
    region,
    cidrBlock: DEFAULT_VPC_CIDR,
    associationId: newId("vpc-cidr-assoc"),
    isDefault: false,
    tenancy: "default",
    dhcpOptionsId: newId("dopt"),
    dnsSupport: true,
    dnsHostnames: false,
    networkAddressUsageMetrics: false,
    mainRouteTable: { id: newId("rtb"), associationId: newId("rtbassoc"), tags: {} },
    defaultNetworkAcl: { id: newId("acl"), tags: {} },
    defaultSecurityGroup: { id: newId("sg"), tags: {} },
    subnets: [],
    tags: {},
  };
}

function defaultVpc(region: string): VpcState {
  return {
    ...newVpc(region),
    isDefault: true,
    dnsHostnames: true,
    subnets: availabilityZonesOf(region).map((zone, index) => ({
      id: newId("subnet"),
      availabilityZone: zone.name,
      availabilityZoneId: zone.id,
      cidrBlock: `172.31.${index * 2 ** (24 - DEFAULT_SUBNET_BITS)}.0/${DEFAULT_SUBNET_BITS}`,
      tags: {},
    })),
  };
}
