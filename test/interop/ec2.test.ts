/** EC2 as the AWS CLI and boto3 see it: an instance that is a local endpoint, stopped and started, and what they say of errors. */

import { createServer } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LocalBackend } from "../../src/local/local-backend.ts";
import { AWS_CLI, awsEnvironment, BOTO3, describeWith, runProcess } from "./peers.ts";

let backend: LocalBackend;
beforeAll(async () => {
  backend = await LocalBackend.start({ apiPort: 0, dnsPort: 0, speed: 100 });
});
afterAll(() => backend?.stop());

async function freePlace(address: string): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `${address}:${port}`;
}

const isUp = (place: string) =>
  fetch(`http://${place}/health`, { headers: { Connection: "close" } }).then(
    () => true,
    () => false,
  );

describeWith(AWS_CLI, () => {
  const aws = (...args: string[]) =>
    runProcess("aws", ["ec2", ...args, "--output", "json"], { env: awsEnvironment(backend) });
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await aws(...args);
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  };

  it("runs an endpoint as an instance, stops it and starts it", async () => {
    const place = await freePlace("127.0.74.1");
    const { Instances } = await json(
      "run-instances",
      ...["--image-id", "ami-0123456789abcdef0", "--count", "1", "--instance-type", "t3.micro"],
      "--tag-specifications",
      `ResourceType=instance,Tags=[{Key=Name,Value=primary},{Key=r53kit:endpoint,Value=${place}}]`,
    );
    const [{ InstanceId }] = Instances;
    expect((await aws("wait", "instance-running", "--instance-ids", InstanceId)).code).toBe(0);
    expect(await isUp(place)).toBe(true);
    const { StoppingInstances } = await json("stop-instances", "--instance-ids", InstanceId);
    expect(StoppingInstances[0].CurrentState).toEqual({ Code: 64, Name: "stopping" });
    expect((await aws("wait", "instance-stopped", "--instance-ids", InstanceId)).code).toBe(0);
    expect(await isUp(place)).toBe(false);
    await json("start-instances", "--instance-ids", InstanceId);
    expect((await aws("wait", "instance-status-ok", "--instance-ids", InstanceId)).code).toBe(0);
    expect(await isUp(place)).toBe(true);
    const names = await json(
      ...["describe-instances", "--filters", "Name=tag:Name,Values=prim*"],
      ...["--query", "Reservations[].Instances[].[InstanceId,State.Name]"],
    );
    expect(names).toEqual([[InstanceId, "running"]]);
  });

  it("says what AWS says when something is wrong", async () => {
    const missing = await aws("stop-instances", "--instance-ids", "i-0123456789abcdef0");
    expect(missing.stderr).toContain(
      "An error occurred (InvalidInstanceID.NotFound) when calling the StopInstances operation: The instance ID 'i-0123456789abcdef0' does not exist",
    );
    const dryRun = await aws("create-vpc", "--cidr-block", "10.0.0.0/16", "--dry-run");
    expect(dryRun.stderr).toContain("(DryRunOperation) when calling the CreateVpc operation");
    const unserved = await aws("describe-images");
    expect(unserved.stderr).toContain("EC2 operation DescribeImages is not implemented by this server");
  });
});

describeWith(BOTO3, () => {
  it("pages, waits and reads errors with its own code", async () => {
    const program = `
import boto3, botocore
ec2 = boto3.client("ec2")
vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "boto"}]}])["Vpc"]["VpcId"]
ec2.get_waiter("vpc_available").wait(VpcIds=[vpc])
print(boto3.resource("ec2").Vpc(vpc).tags)
ids = [i["InstanceId"] for i in ec2.run_instances(ImageId="ami-0123456789abcdef0", MinCount=7, MaxCount=7)["Instances"]]
ec2.get_waiter("instance_running").wait(InstanceIds=ids)
pages = ec2.get_paginator("describe_instances").paginate(Filters=[{"Name": "instance-id", "Values": ids}], PaginationConfig={"PageSize": 5})
print([sum(len(r["Instances"]) for r in page["Reservations"]) for page in pages])
try:
    ec2.describe_vpcs(VpcIds=["vpc-0123456789abcdef0"])
except botocore.exceptions.ClientError as error:
    print(error.response["Error"]["Code"])
print(len(ec2.describe_availability_zones()["AvailabilityZones"]))
`;
    const { code, stdout, stderr } = await runProcess("python3", ["-c", program], { env: awsEnvironment(backend) });
    expect(code, stderr).toBe(0);
    expect(stdout.trim().split("\n")).toEqual([
      "[{'Key': 'Name', 'Value': 'boto'}]",
      "[5, 2]",
      "InvalidVpcID.NotFound",
      "6",
    ]);
  });
});
