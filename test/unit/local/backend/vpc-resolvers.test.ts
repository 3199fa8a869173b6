import { CreateVpcCommand, DeleteVpcCommand, EC2Client, ModifyVpcAttributeCommand } from "@aws-sdk/client-ec2";
import {
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  Route53Client,
  type VPCRegion,
} from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exchange } from "../../../../src/dns/client.ts";
import { makeQuery } from "../../../../src/dns/message.ts";
import { rcodeName, TYPE } from "../../../../src/dns/types.ts";
import { type RunningLocalBackend, startLocalBackend } from "../../../../src/local/index.ts";
import { domainName } from "../../../../src/route53/names.ts";
import { eventually } from "../../../support/cli.ts";

let backend: RunningLocalBackend;
let route53: Route53Client;
let ec2: EC2Client;

beforeEach(async () => {
  backend = await startLocalBackend({ propagationDelayMs: 1 });
  const config = {
    endpoint: backend.apiUrl,
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  route53 = new Route53Client(config);
  ec2 = new EC2Client(config);
});
afterEach(async () => {
  route53.destroy();
  ec2.destroy();
  await backend.stop();
});

async function privateZone(Name: string, VPCId: string): Promise<string> {
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({
      Name,
      CallerReference: `${Name} ${VPCId}`,
      HostedZoneConfig: { PrivateZone: true },
      VPC: { VPCId, VPCRegion: "eu-west-1" satisfies VPCRegion },
    }),
  );
  return HostedZone?.Id ?? "";
}

const resolverOf = (vpc: string) => eventually(`a resolver in ${vpc}`, () => backend.resolverOf(vpc), 5_000);

async function rcodeAt(server: { readonly address: string; readonly port: number }, name: string): Promise<string> {
  const query = makeQuery({ name: domainName(name), type: TYPE.SOA, recursionDesired: true });
  const { response } = await exchange({ server, query, transport: "udp", timeoutMs: 2_000, tries: 1 });
  return rcodeName(response.rcode);
}

describe("the resolver of a VPC in a local backend", () => {
  it("is there with the first private zone, goes with the last, and travels in snapshots", async () => {
    expect(await backend.resolverOf("vpc-a")).toBeUndefined();
    const first = await privateZone("corp", "vpc-a");
    await resolverOf("vpc-a");
    await privateZone("corp", "vpc-b");
    const second = await resolverOf("vpc-b");
    expect(second).toEqual({ address: "127.53.2.2", port: backend.dnsPort });
    expect([await rcodeAt(second, "corp"), await rcodeAt(backend.resolver, "corp")]).toEqual(["NOERROR", "NXDOMAIN"]);

    await route53.send(new DeleteHostedZoneCommand({ Id: first }));
    await eventually("its end", async () => ((await backend.resolverOf("vpc-a")) === undefined ? true : undefined));

    const snapshot = await backend.saveSnapshot();
    await backend.reset();
    expect(await backend.resolverOf("vpc-b")).toBeUndefined();
    await backend.loadSnapshot(snapshot);
    expect(await backend.resolverOf("vpc-b")).toEqual(second);
    expect(await rcodeAt(second, "corp")).toBe("NOERROR");
  });

  it("is there with the VPC, sees private zones once DNS hostnames are enabled, and outlives the VPC by its zones", async () => {
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }));
    const VpcId = Vpc?.VpcId ?? "";
    const resolver = await resolverOf(VpcId);
    await privateZone("corp", VpcId);
    await privateZone("corp", "vpc-b");
    await resolverOf("vpc-b");
    expect(await rcodeAt(resolver, "corp")).toBe("NXDOMAIN");
    await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
    expect(await rcodeAt(resolver, "corp")).toBe("NOERROR");
    await ec2.send(new DeleteVpcCommand({ VpcId }));
    expect(await backend.resolverOf(VpcId)).toEqual(resolver);
  });
});
