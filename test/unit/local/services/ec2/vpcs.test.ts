import {
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteTagsCommand,
  DeleteVpcCommand,
  DescribeAvailabilityZonesCommand,
  DescribeNetworkAclsCommand,
  DescribeRegionsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
  ModifyVpcAttributeCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IMAGE, startEc2 } from "./fixture.ts";

let backend: Awaited<ReturnType<typeof startEc2>>;
beforeAll(async () => {
  backend = await startEc2();
});
afterAll(async () => {
  await backend.stop();
  expect(backend.defects).toEqual([]);
});

const create = async (CidrBlock: string, more: object = {}) =>
  (await backend.ec2.send(new CreateVpcCommand({ CidrBlock, ...more }))).Vpc;
const defaultVpc = async (client = backend.ec2) => {
  const Filters = [{ Name: "is-default", Values: ["true"] }];
  return (await client.send(new DescribeVpcsCommand({ Filters }))).Vpcs ?? [];
};

describe("VPCs", () => {
  it("have a default one in every region, with a subnet in every zone", async () => {
    const [vpc, ...others] = await defaultVpc();
    expect(others).toEqual([]);
    expect(vpc).toMatchObject({ CidrBlock: "172.31.0.0/16", State: "available", OwnerId: "123456789012" });
    const { Subnets } = await backend.ec2.send(new DescribeSubnetsCommand({}));
    expect(Subnets?.map(({ AvailabilityZone, CidrBlock }) => `${AvailabilityZone} ${CidrBlock}`)).toEqual([
      "us-east-1a 172.31.0.0/20",
      "us-east-1b 172.31.16.0/20",
      "us-east-1c 172.31.32.0/20",
      "us-east-1d 172.31.48.0/20",
      "us-east-1e 172.31.64.0/20",
      "us-east-1f 172.31.80.0/20",
    ]);
    const tokyo = backend.client("ap-northeast-1");
    expect((await defaultVpc(tokyo))[0]?.VpcId).not.toBe(vpc?.VpcId);
    tokyo.destroy();
  });

  it("are pending in the answer that makes them, available from then on, and gone when deleted", async () => {
    const vpc = await create("10.1.0.0/16", {
      TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "Name", Value: "one" }] }],
    });
    expect(vpc?.State).toBe("pending");
    const VpcIds = [vpc?.VpcId ?? ""];
    const described = await backend.ec2.send(new DescribeVpcsCommand({ VpcIds }));
    expect(described.Vpcs).toMatchObject([
      { State: "available", CidrBlock: "10.1.0.0/16", IsDefault: false, Tags: [{ Key: "Name", Value: "one" }] },
    ]);
    await backend.ec2.send(new DeleteVpcCommand({ VpcId: VpcIds[0] }));
    await expect(backend.ec2.send(new DescribeVpcsCommand({ VpcIds }))).rejects.toMatchObject({
      name: "InvalidVpcID.NotFound",
      message: `The vpc ID '${VpcIds[0]}' does not exist`,
    });
  });

  it("have the parts that Terraform looks for: a main route table, a default ACL and security group", async () => {
    const vpc = await create("10.2.0.0/16");
    const Filters = [{ Name: "vpc-id", Values: [vpc?.VpcId ?? ""] }];
    const { RouteTables } = await backend.ec2.send(
      new DescribeRouteTablesCommand({ Filters: [...Filters, { Name: "association.main", Values: ["true"] }] }),
    );
    expect(RouteTables).toMatchObject([{ Routes: [{ DestinationCidrBlock: "10.2.0.0/16", GatewayId: "local" }] }]);
    const { NetworkAcls } = await backend.ec2.send(
      new DescribeNetworkAclsCommand({ Filters: [...Filters, { Name: "default", Values: ["true"] }] }),
    );
    expect(NetworkAcls?.[0]?.Entries).toHaveLength(4);
    const { SecurityGroups } = await backend.ec2.send(
      new DescribeSecurityGroupsCommand({ Filters: [...Filters, { Name: "group-name", Values: ["default"] }] }),
    );
    expect(SecurityGroups).toMatchObject([{ Description: "default VPC security group" }]);
  });

  it("have attributes that are changed one at a time", async () => {
    const VpcId = (await create("10.3.0.0/16"))?.VpcId;
    const attribute = (Attribute: "enableDnsSupport" | "enableDnsHostnames") =>
      backend.ec2.send(new DescribeVpcAttributeCommand({ VpcId, Attribute }));
    expect((await attribute("enableDnsSupport")).EnableDnsSupport).toEqual({ Value: true });
    expect((await attribute("enableDnsHostnames")).EnableDnsHostnames).toEqual({ Value: false });
    await backend.ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
    expect((await attribute("enableDnsHostnames")).EnableDnsHostnames).toEqual({ Value: true });
    await expect(
      backend.ec2.send(
        new ModifyVpcAttributeCommand({
          VpcId,
          EnableDnsHostnames: { Value: true },
          EnableDnsSupport: { Value: true },
        }),
      ),
    ).rejects.toMatchObject({ name: "InvalidParameterCombination" });
  });

  it("clear the host bits of their block", async () => {
    expect((await create("10.4.5.6/16"))?.CidrBlock).toBe("10.4.0.0/16");
    expect((await create("203.0.113.99/28"))?.CidrBlock).toBe("203.0.113.96/28");
  });

  it.each([
    ["10.0.0.0/8", "InvalidVpc.Range", "The CIDR '10.0.0.0/8' is invalid."],
    ["10.0.0.0/29", "InvalidVpc.Range", "The CIDR '10.0.0.0/29' is invalid."],
    [
      "10.0.0.0/33",
      "InvalidParameterValue",
      "Value (10.0.0.0/33) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
    ],
    ["ten", "InvalidParameterValue", "Value (ten) for parameter cidrBlock is invalid. This is not a valid CIDR block."],
  ])("refuse the block %s: %s", async (block, name, message) => {
    await expect(create(block)).rejects.toMatchObject({ name, message });
  });

  it("refuse what is not served rather than leave it out", async () => {
    await expect(create("10.5.0.0/16", { AmazonProvidedIpv6CidrBlock: true })).rejects.toMatchObject({
      name: "UnsupportedOperation",
    });
    await expect(create("10.5.0.0/16", { AmazonProvidedIpv6CidrBlock: false })).resolves.toBeDefined();
  });

  it("are kept while instances are in them", async () => {
    const client = backend.client("eu-north-1");
    const [vpc] = await defaultVpc(client);
    await client.send(new RunInstancesCommand({ ImageId: IMAGE, MinCount: 1, MaxCount: 1 }));
    await expect(client.send(new DeleteVpcCommand({ VpcId: vpc?.VpcId }))).rejects.toMatchObject({
      name: "DependencyViolation",
    });
    client.destroy();
  });

  it("without a default one, a region runs no instances", async () => {
    const client = backend.client("eu-west-3");
    const [vpc] = await defaultVpc(client);
    await client.send(new DeleteVpcCommand({ VpcId: vpc?.VpcId }));
    expect(await defaultVpc(client)).toEqual([]);
    await expect(
      client.send(new RunInstancesCommand({ ImageId: IMAGE, MinCount: 1, MaxCount: 1 })),
    ).rejects.toMatchObject({ name: "VPCIdNotSpecified" });
    client.destroy();
  });
});

describe("tags", () => {
  it("are given to whatever has an id, found, and taken away by key or by key and value", async () => {
    const vpc = await create("10.6.0.0/16");
    const { SecurityGroups } = await backend.ec2.send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: "vpc-id", Values: [vpc?.VpcId ?? ""] }] }),
    );
    const Resources = [vpc?.VpcId ?? "", SecurityGroups?.[0]?.GroupId ?? ""];
    const tags = async () => {
      const Filters = [{ Name: "resource-id", Values: Resources }];
      const { Tags } = await backend.ec2.send(new DescribeTagsCommand({ Filters }));
      return Tags?.map((tag) => `${tag.ResourceType} ${tag.Key}=${tag.Value}`);
    };
    await backend.ec2.send(
      new CreateTagsCommand({
        Resources,
        Tags: [
          { Key: "a", Value: "1" },
          { Key: "b", Value: "2" },
        ],
      }),
    );
    expect(await tags()).toEqual(["vpc a=1", "vpc b=2", "security-group a=1", "security-group b=2"]);
    await backend.ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: "a" }, { Key: "b", Value: "other" }] }));
    expect(await tags()).toEqual(["vpc b=2", "security-group b=2"]);
    await backend.ec2.send(new DeleteTagsCommand({ Resources }));
    expect(await tags()).toEqual([]);
  });

  it("are refused as a whole when one resource is not there or one tag is reserved", async () => {
    const vpc = await create("10.7.0.0/16");
    const give = (Resources: string[], Key: string) =>
      backend.ec2.send(new CreateTagsCommand({ Resources, Tags: [{ Key, Value: "1" }] }));
    await expect(give([vpc?.VpcId ?? "", "vpc-0123456789abcdef0"], "a")).rejects.toMatchObject({
      name: "InvalidVpcID.NotFound",
    });
    await expect(give(["thing-1"], "a")).rejects.toMatchObject({ name: "InvalidID" });
    await expect(give([vpc?.VpcId ?? ""], "aws:mine")).rejects.toMatchObject({ name: "InvalidParameterValue" });
    const { Vpcs } = await backend.ec2.send(new DescribeVpcsCommand({ VpcIds: [vpc?.VpcId ?? ""] }));
    expect(Vpcs?.[0]?.Tags ?? []).toEqual([]);
  });
});

describe("places", () => {
  it("are the regions that need no opt-in, and the zones of the one asked", async () => {
    const { Regions } = await backend.ec2.send(new DescribeRegionsCommand({}));
    expect(Regions).toHaveLength(17);
    expect(Regions).toContainEqual({
      RegionName: "eu-west-1",
      Endpoint: "ec2.eu-west-1.amazonaws.com",
      OptInStatus: "opt-in-not-required",
    });
    const sydney = backend.client("ap-southeast-2");
    const { AvailabilityZones } = await sydney.send(new DescribeAvailabilityZonesCommand({}));
    expect(AvailabilityZones?.map(({ ZoneName, ZoneId }) => `${ZoneName} ${ZoneId}`)).toEqual([
      "ap-southeast-2a apse2-az1",
      "ap-southeast-2b apse2-az2",
      "ap-southeast-2c apse2-az3",
    ]);
    sydney.destroy();
    await expect(backend.ec2.send(new DescribeRegionsCommand({ RegionNames: ["eu-west-9"] }))).rejects.toMatchObject({
      message: "Invalid region provided: eu-west-9",
    });
  });
});
