/** What the local EC2 keeps: VPCs with what comes with each, and instances. Rows are keyed by region and id. */

import { randomBytes } from "node:crypto";
import type { EndpointSpecification } from "../../../backend/backend.ts";
import type { Store, Table } from "../../store/store.ts";

export type Tags = Readonly<Record<string, string>>;

export interface SubnetState {
  readonly id: string;
  readonly availabilityZone: string;
  readonly availabilityZoneId: string;
  readonly cidrBlock: string;
  readonly tags: Tags;
}

/** A VPC and what EC2 makes with it. There are no ways to make more of those, so they are kept inside. */
export interface VpcState {
  readonly id: string;
  readonly region: string;
  readonly cidrBlock: string;
  readonly associationId: string;
  readonly isDefault: boolean;
  readonly tenancy: "default" | "dedicated";
  readonly dhcpOptionsId: string;
  readonly dnsSupport: boolean;
  readonly dnsHostnames: boolean;
  readonly networkAddressUsageMetrics: boolean;
  readonly mainRouteTable: { readonly id: string; readonly associationId: string; readonly tags: Tags };
  readonly defaultNetworkAcl: { readonly id: string; readonly tags: Tags };
  readonly defaultSecurityGroup: { readonly id: string; readonly tags: Tags };
  /** Only the default VPC has some: one in each zone. */
  readonly subnets: readonly SubnetState[];
  readonly tags: Tags;
}

export type InstanceStateName = "pending" | "running" | "stopping" | "stopped" | "shutting-down" | "terminated";

export interface InstanceState {
  readonly id: string;
  readonly region: string;
  readonly reservationId: string;
  readonly launchIndex: number;
  readonly clientToken?: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly keyName?: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly availabilityZone: string;
  readonly privateAddress: string;
  /** The process that the instance is; without one there is nothing behind it. */
  readonly endpoint?: EndpointSpecification;
  readonly state: InstanceStateName;
  /** Epoch ms. */
  readonly launchedAt: number;
  /** Epoch ms at which it came into this state. */
  readonly stateSince: number;
  readonly stateReason?: { readonly code: string; readonly message: string };
  readonly tags: Tags;
}

export interface Ec2State {
  readonly vpcs: Table<VpcState>;
  readonly instances: Table<InstanceState>;
  /** Regions whose default VPC has been made. */
  readonly regions: Table<true>;
}

export function ec2State(store: Store): Ec2State {
  return {
    vpcs: store.table("ec2.vpcs"),
    instances: store.table("ec2.instances"),
    regions: store.table("ec2.regions"),
  };
}

/** Sorts after every id. */
const LAST = "\uffff";

/** Every row of a region. */
export function rowsOf<Row>(table: Table<Row>, region: string): Row[] {
  return [...table.entries({ start: [region], end: [region, LAST] })].map(({ value }) => value);
}

/** `i-0...`: a prefix and 17 hexadecimal digits, the first of which AWS has always made a zero. */
export function newId(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString("hex")}`;
}
