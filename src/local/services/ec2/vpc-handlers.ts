/** VPCs and what comes with each: attributes, the main route table, the default network ACL, security group and subnets. */

import type { NetworkAcl, RouteTable, SecurityGroup, Subnet, Vpc, VpcAttributeName } from "@aws-sdk/client-ec2";
import { vpcCidrBlock } from "./cidr-block.ts";
import { ec2Error, refuseDryRun, unsupported } from "./ec2-faults.ts";
import type { Ec2Handlers } from "./ec2-sdk.ts";
import type { SubnetState, VpcState } from "./ec2-state.ts";
import type { Instances } from "./instances.ts";
import { byIds, type Kind, pageOf, select } from "./selecting.ts";
import { shownTags, tagsFor } from "./tags.ts";
import type { Vpcs } from "./vpcs.ts";

type Names =
  | "CreateVpc"
  | "DeleteVpc"
  | "DescribeVpcs"
  | "DescribeVpcAttribute"
  | "ModifyVpcAttribute"
  | "DescribeSubnets"
  | "DescribeRouteTables"
  | "DescribeNetworkAcls"
  | "DescribeSecurityGroups";

/** What CreateVpc can be asked beyond an IPv4 block; none of it is silently left out. */
const NOT_HERE = [
  "AmazonProvidedIpv6CidrBlock",
  "Ipv6Pool",
  "Ipv6CidrBlock",
  "Ipv4IpamPoolId",
  "Ipv4NetmaskLength",
  "Ipv6IpamPoolId",
  "Ipv6NetmaskLength",
  "Ipv6CidrBlockNetworkBorderGroup",
  "VpcEncryptionControl",
] as const;

const VPC: Kind<VpcState> = {
  kind: "vpc",
  idOf: (vpc) => vpc.id,
  tagsOf: (vpc) => vpc.tags,
  filters: {
    cidr: (vpc) => [vpc.cidrBlock],
    "cidr-block-association.cidr-block": (vpc) => [vpc.cidrBlock],
    "cidr-block-association.association-id": (vpc) => [vpc.associationId],
    "cidr-block-association.state": () => ["associated"],
    "dhcp-options-id": (vpc) => [vpc.dhcpOptionsId],
    "is-default": (vpc) => [String(vpc.isDefault)],
    isDefault: (vpc) => [String(vpc.isDefault)],
    state: () => ["available"],
    "vpc-id": (vpc) => [vpc.id],
  },
};

interface SubnetRow {
  readonly vpc: VpcState;
  readonly subnet: SubnetState;
}

const SUBNET: Kind<SubnetRow> = {
  kind: "subnet",
  idOf: ({ subnet }) => subnet.id,
  tagsOf: ({ subnet }) => subnet.tags,
  filters: {
    "availability-zone": ({ subnet }) => [subnet.availabilityZone],
    availabilityZone: ({ subnet }) => [subnet.availabilityZone],
    "availability-zone-id": ({ subnet }) => [subnet.availabilityZoneId],
    "cidr-block": ({ subnet }) => [subnet.cidrBlock],
    "default-for-az": () => ["true"],
    state: () => ["available"],
    "subnet-id": ({ subnet }) => [subnet.id],
    "vpc-id": ({ vpc }) => [vpc.id],
  },
};

const ROUTE_TABLE: Kind<VpcState> = {
  kind: "route-table",
  idOf: (vpc) => vpc.mainRouteTable.id,
  tagsOf: (vpc) => vpc.mainRouteTable.tags,
  filters: {
    "association.main": () => ["true"],
    "association.route-table-association-id": (vpc) => [vpc.mainRouteTable.associationId],
    "association.route-table-id": (vpc) => [vpc.mainRouteTable.id],
    "route-table-id": (vpc) => [vpc.mainRouteTable.id],
    "vpc-id": (vpc) => [vpc.id],
  },
};

const NETWORK_ACL: Kind<VpcState> = {
  kind: "network-acl",
  idOf: (vpc) => vpc.defaultNetworkAcl.id,
  tagsOf: (vpc) => vpc.defaultNetworkAcl.tags,
  filters: {
    default: () => ["true"],
    "network-acl-id": (vpc) => [vpc.defaultNetworkAcl.id],
    "vpc-id": (vpc) => [vpc.id],
  },
};

const SECURITY_GROUP: Kind<VpcState> = {
  kind: "security-group",
  idOf: (vpc) => vpc.defaultSecurityGroup.id,
  tagsOf: (vpc) => vpc.defaultSecurityGroup.tags,
  filters: {
    "group-id": (vpc) => [vpc.defaultSecurityGroup.id],
    "group-name": () => ["default"],
    "vpc-id": (vpc) => [vpc.id],
  },
};

export function vpcHandlers(vpcs: Vpcs, instances: Instances, account: string): Ec2Handlers<Names> {
  const find = (region: string, id: string): VpcState => byIds(vpcs.list(region), [id], VPC)[0] as VpcState;

  const owned = <Row>(kind: Kind<Row>): Kind<Row> => ({
    ...kind,
    filters: { ...kind.filters, "owner-id": () => [account] },
  });
  const arn = (region: string, resource: string) => `arn:aws:ec2:${region}:${account}:${resource}`;

  const shownVpc = (vpc: VpcState, State: "pending" | "available" = "available"): Vpc => ({
    VpcId: vpc.id,
    OwnerId: account,
    State,
    CidrBlock: vpc.cidrBlock,
    DhcpOptionsId: vpc.dhcpOptionsId,
    InstanceTenancy: vpc.tenancy,
    IsDefault: vpc.isDefault,
    CidrBlockAssociationSet: [
      { AssociationId: vpc.associationId, CidrBlock: vpc.cidrBlock, CidrBlockState: { State: "associated" } },
    ],
    Tags: shownTags(vpc.tags),
  });

  const shownSubnet = ({ vpc, subnet }: SubnetRow): Subnet => ({
    SubnetId: subnet.id,
    SubnetArn: arn(vpc.region, `subnet/${subnet.id}`),
    VpcId: vpc.id,
    OwnerId: account,
    State: "available",
    CidrBlock: subnet.cidrBlock,
    AvailabilityZone: subnet.availabilityZone,
    AvailabilityZoneId: subnet.availabilityZoneId,
    // Of a /20, less the five that EC2 keeps and those of instances.
    AvailableIpAddressCount:
      4096 -
      5 -
      instances.list(vpc.region).filter((one) => one.subnetId === subnet.id && one.state !== "terminated").length,
    DefaultForAz: true,
    MapPublicIpOnLaunch: true,
    AssignIpv6AddressOnCreation: false,
    Tags: shownTags(subnet.tags),
  });

  const shownRouteTable = (vpc: VpcState): RouteTable => ({
    RouteTableId: vpc.mainRouteTable.id,
    VpcId: vpc.id,
    OwnerId: account,
    Associations: [
      {
        Main: true,
        RouteTableId: vpc.mainRouteTable.id,
        RouteTableAssociationId: vpc.mainRouteTable.associationId,
        AssociationState: { State: "associated" },
      },
    ],
    PropagatingVgws: [],
    Routes: [{ DestinationCidrBlock: vpc.cidrBlock, GatewayId: "local", Origin: "CreateRouteTable", State: "active" }],
    Tags: shownTags(vpc.mainRouteTable.tags),
  });

  const shownNetworkAcl = (vpc: VpcState): NetworkAcl => ({
    NetworkAclId: vpc.defaultNetworkAcl.id,
    VpcId: vpc.id,
    OwnerId: account,
    IsDefault: true,
    Associations: vpc.subnets.map((subnet) => ({ NetworkAclId: vpc.defaultNetworkAcl.id, SubnetId: subnet.id })),
    // VPC User Guide, "Default network ACL": everything in, everything out, and the rule that cannot be removed.
    Entries: [true, false].flatMap((Egress) => [
      { Egress, RuleNumber: 100, RuleAction: "allow" as const, Protocol: "-1", CidrBlock: "0.0.0.0/0" },
      { Egress, RuleNumber: 32_767, RuleAction: "deny" as const, Protocol: "-1", CidrBlock: "0.0.0.0/0" },
    ]),
    Tags: shownTags(vpc.defaultNetworkAcl.tags),
  });

  const shownSecurityGroup = (vpc: VpcState): SecurityGroup => ({
    GroupId: vpc.defaultSecurityGroup.id,
    GroupName: "default",
    Description: "default VPC security group",
    SecurityGroupArn: arn(vpc.region, `security-group/${vpc.defaultSecurityGroup.id}`),
    VpcId: vpc.id,
    OwnerId: account,
    IpPermissions: [
      { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: vpc.defaultSecurityGroup.id, UserId: account }] },
    ],
    IpPermissionsEgress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    Tags: shownTags(vpc.defaultSecurityGroup.tags),
  });

  return {
    CreateVpc(input, { region }) {
      const asked = NOT_HERE.find((member) => input[member] !== undefined && input[member] !== false);
      if (asked !== undefined) throw unsupported(`CreateVpc with ${asked}`);
      if (input.CidrBlock === undefined) {
        throw ec2Error("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.");
      }
      const tenancy = input.InstanceTenancy ?? "default";
      if (tenancy !== "default" && tenancy !== "dedicated") {
        throw ec2Error("InvalidParameterValue", `The tenancy value ${tenancy} is not supported.`);
      }
      const wanted = {
        cidrBlock: vpcCidrBlock(input.CidrBlock),
        tenancy: tenancy as "default" | "dedicated",
        tags: tagsFor("vpc", input.TagSpecifications),
      };
      refuseDryRun(input);
      return { Vpc: shownVpc(vpcs.create(region, wanted), "pending") };
    },

    DeleteVpc(input, { region }) {
      const vpc = find(region, input.VpcId);
      if (instances.list(region).some((one) => one.vpcId === vpc.id && one.state !== "terminated")) {
        throw ec2Error("DependencyViolation", `The vpc '${vpc.id}' has dependencies and cannot be deleted.`);
      }
      refuseDryRun(input);
      vpcs.remove(vpc);
      return {};
    },

    DescribeVpcs(input, { region }) {
      const found = select(vpcs.list(region), { ids: input.VpcIds, filters: input.Filters }, owned(VPC));
      refuseDryRun(input);
      const { rows, next } = pageOf(found, input, { idOf: VPC.idOf, ids: input.VpcIds });
      return { Vpcs: rows.map((vpc) => shownVpc(vpc)), ...next };
    },

    DescribeVpcAttribute(input, { region }) {
      const vpc = find(region, input.VpcId);
      refuseDryRun(input);
      const attribute = input.Attribute as VpcAttributeName;
      switch (attribute) {
        case "enableDnsSupport":
          return { VpcId: vpc.id, EnableDnsSupport: { Value: vpc.dnsSupport } };
        case "enableDnsHostnames":
          return { VpcId: vpc.id, EnableDnsHostnames: { Value: vpc.dnsHostnames } };
        case "enableNetworkAddressUsageMetrics":
          return { VpcId: vpc.id, EnableNetworkAddressUsageMetrics: { Value: vpc.networkAddressUsageMetrics } };
        default:
          throw ec2Error(
            "InvalidParameterValue",
            `Value (${String(attribute)}) for parameter attribute is invalid. Unknown attribute.`,
          );
      }
    },

    ModifyVpcAttribute(input, { region }) {
      const vpc = find(region, input.VpcId);
      const given = [input.EnableDnsSupport, input.EnableDnsHostnames, input.EnableNetworkAddressUsageMetrics];
      const count = given.filter((one) => one !== undefined).length;
      if (count === 0) throw ec2Error("MissingParameter", "The request must contain the parameter attribute");
      if (count > 1) {
        throw ec2Error("InvalidParameterCombination", "Fields for multiple attribute types specified");
      }
      vpcs.replace({
        ...vpc,
        dnsSupport: input.EnableDnsSupport?.Value ?? vpc.dnsSupport,
        dnsHostnames: input.EnableDnsHostnames?.Value ?? vpc.dnsHostnames,
        networkAddressUsageMetrics: input.EnableNetworkAddressUsageMetrics?.Value ?? vpc.networkAddressUsageMetrics,
      });
      return {};
    },

    DescribeSubnets(input, { region }) {
      const all = vpcs.list(region).flatMap((vpc) => vpc.subnets.map((subnet) => ({ vpc, subnet })));
      const found = select(all, { ids: input.SubnetIds, filters: input.Filters }, owned(SUBNET));
      refuseDryRun(input);
      const { rows, next } = pageOf(found, input, { idOf: SUBNET.idOf, ids: input.SubnetIds });
      return { Subnets: rows.map(shownSubnet), ...next };
    },

    DescribeRouteTables(input, { region }) {
      const found = select(vpcs.list(region), { ids: input.RouteTableIds, filters: input.Filters }, owned(ROUTE_TABLE));
      refuseDryRun(input);
      const { rows, next } = pageOf(found, input, { idOf: ROUTE_TABLE.idOf, ids: input.RouteTableIds });
      return { RouteTables: rows.map(shownRouteTable), ...next };
    },

    DescribeNetworkAcls(input, { region }) {
      const found = select(vpcs.list(region), { ids: input.NetworkAclIds, filters: input.Filters }, owned(NETWORK_ACL));
      refuseDryRun(input);
      const { rows, next } = pageOf(found, input, { idOf: NETWORK_ACL.idOf, ids: input.NetworkAclIds });
      return { NetworkAcls: rows.map(shownNetworkAcl), ...next };
    },

    DescribeSecurityGroups(input, { region }) {
      const found = select(
        vpcs.list(region).filter(() => (input.GroupNames ?? ["default"]).includes("default")),
        { ids: input.GroupIds, filters: input.Filters },
        owned(SECURITY_GROUP),
      );
      refuseDryRun(input);
      const { rows, next } = pageOf(found, input, { idOf: SECURITY_GROUP.idOf, ids: input.GroupIds });
      return { SecurityGroups: rows.map(shownSecurityGroup), ...next };
    },
  };
}
