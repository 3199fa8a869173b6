/** VPCs, for those who ask for one (Terraform, private zones). No network stands behind them here. */

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

  constructor(store: Store, state: Ec2State) {
    this.#store = store;
    this.#state = state;
  }

  list(region: string): VpcState[] {
    if (this.#state.regions.get([region]) === undefined) {
      this.#store.write(() => {
        this.#state.regions.put([region], true);
        this.#insert(defaultVpc(region));
      });
    }
    return rowsOf(this.#state.vpcs, region);
  }

  create(region: string, { cidrBlock, tenancy = "default", tags }: NewVpc): VpcState {
    const vpc: VpcState = { ...newVpc(region), cidrBlock, tenancy, tags };
    this.#store.write(() => this.#insert(vpc));
    return vpc;
  }

  replace(vpc: VpcState): void {
    this.#store.write(() => this.#insert(vpc));
  }

  remove(vpc: VpcState): void {
    this.#store.write(() => this.#state.vpcs.remove([vpc.region, vpc.id]));
  }

  #insert(vpc: VpcState): void {
    this.#state.vpcs.put([vpc.region, vpc.id], vpc);
  }
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
