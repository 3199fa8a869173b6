/** TestDNSAnswer and IP-based routing on the whole backend: the same answers over the API and over DNS. */

import {
  type Change,
  ChangeCidrCollectionCommand,
  ChangeResourceRecordSetsCommand,
  CreateCidrCollectionCommand,
  CreateHostedZoneCommand,
  CreateQueryLoggingConfigCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  type ResourceRecordSet,
  type Route53Client,
  TestDNSAnswerCommand,
  type TestDNSAnswerCommandInput,
} from "@aws-sdk/client-route-53";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { exchange } from "../../../../../src/dns/client.ts";
import { ednsOption, makeQuery } from "../../../../../src/dns/message.ts";
import { rdataToText } from "../../../../../src/dns/rdata.ts";
import { TYPE } from "../../../../../src/dns/types.ts";
import { addressOfNameServer } from "../../../../../src/local/nameserver/pool.ts";
import { domainName } from "../../../../../src/route53/names.ts";
import { bareId } from "../../../../../src/route53/record-set.ts";
import { startTestBackend, type TestBackend } from "../../../../support/backend.ts";
import { refused } from "./fixture.ts";

let started: TestBackend;
let client: Route53Client;
let zone: string;
let collection: string;
let server: string;

async function inSync(Id: string | undefined): Promise<void> {
  await vi.waitFor(
    async () => {
      expect((await client.send(new GetChangeCommand({ Id }))).ChangeInfo?.Status).toBe("INSYNC");
    },
    { timeout: 20_000 },
  );
}

async function change(HostedZoneId: string, ...sets: ResourceRecordSet[]): Promise<void> {
  const Changes = sets.map((set): Change => ({ Action: "UPSERT", ResourceRecordSet: set }));
  const { ChangeInfo } = await client.send(
    new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }),
  );
  await inSync(ChangeInfo?.Id);
}

const values = (...texts: string[]) => ({ TTL: 60, ResourceRecords: texts.map((Value) => ({ Value })) });
const located = (LocationName: string, value: string): ResourceRecordSet => ({
  Name: "cidr.myapp.com",
  Type: "A",
  SetIdentifier: LocationName,
  CidrRoutingConfig: { CollectionId: collection, LocationName },
  ...values(value),
});

async function ask(more: Partial<TestDNSAnswerCommandInput>) {
  const { $metadata, ...answer } = await client.send(
    new TestDNSAnswerCommand({ HostedZoneId: zone, RecordName: "www.myapp.com", RecordType: "A", ...more }),
  );
  return answer;
}
const dataFor = async (more: Partial<TestDNSAnswerCommandInput>) => (await ask(more)).RecordData;

/** Over the wire, with a client subnet. */
async function dig(name: string, address: string, sourcePrefixLength: number) {
  const { response } = await exchange({
    server: { address: addressOfNameServer(domainName(server)) ?? "", port: started.dnsPort },
    query: makeQuery({
      name: domainName(name),
      type: TYPE.A,
      edns: {
        version: 0,
        udpSize: 1232,
        dnssecOk: false,
        options: [
          {
            kind: "ecs",
            family: address.includes(":") ? "ipv6" : "ipv4",
            address,
            sourcePrefixLength,
            scopePrefixLength: 0,
          },
        ],
      },
    }),
    transport: "udp",
    timeoutMs: 2_000,
    tries: 2,
  });
  return {
    data: response.answers.map(({ type, rdata }) => rdataToText(type, rdata)),
    scope: ednsOption(response, "ecs")?.scopePrefixLength,
  };
}

beforeAll(async () => {
  started = await startTestBackend({ lenient: true });
  client = await started.backend.clients.route53();
  const made = await client.send(new CreateHostedZoneCommand({ Name: "myapp.com", CallerReference: "z" }));
  zone = bareId(made.HostedZone?.Id ?? "");
  server = made.DelegationSet?.NameServers?.[0] ?? "";
  await inSync(made.ChangeInfo?.Id);
  const { Collection } = await client.send(new CreateCidrCollectionCommand({ Name: "offices", CallerReference: "c" }));
  collection = Collection?.Id ?? "";
  const { Id } = await client.send(
    new ChangeCidrCollectionCommand({
      Id: collection,
      Changes: [
        { LocationName: "berlin", Action: "PUT", CidrList: ["100.64.0.0/16", "2001:db8:100::/40"] },
        { LocationName: "lab", Action: "PUT", CidrList: ["100.64.7.0/24"] },
      ],
    }),
  );
  await inSync(Id);
  await change(
    zone,
    { Name: "www.myapp.com", Type: "A", ...values("192.0.2.1") },
    { Name: "short.myapp.com", Type: "CNAME", ...values("www.myapp.com") },
    { Name: "myapp.com", Type: "MX", ...values("10 mail.myapp.com.") },
    {
      Name: "big.myapp.com",
      Type: "TXT",
      ...values(...Array.from({ length: 60 }, (_, i) => `"${"x".repeat(100)}${i}"`)),
    },
    {
      Name: "geo.myapp.com",
      Type: "A",
      SetIdentifier: "us",
      GeoLocation: { CountryCode: "US" },
      ...values("192.0.2.10"),
    },
    {
      Name: "geo.myapp.com",
      Type: "A",
      SetIdentifier: "de",
      GeoLocation: { CountryCode: "DE" },
      ...values("192.0.2.11"),
    },
    {
      Name: "geo.myapp.com",
      Type: "A",
      SetIdentifier: "rest",
      GeoLocation: { CountryCode: "*" },
      ...values("192.0.2.12"),
    },
    located("berlin", "192.0.2.20"),
    located("lab", "192.0.2.21"),
    located("*", "192.0.2.22"),
  );
});
afterAll(async () => {
  const { defects } = started;
  await started.stop();
  expect(defects).toEqual([]);
});

describe("TestDNSAnswer", () => {
  it("gives what a name server of the zone answers", async () => {
    expect(await ask({})).toEqual({
      Nameserver: server,
      RecordName: "www.myapp.com",
      RecordType: "A",
      RecordData: ["192.0.2.1"],
      ResponseCode: "NOERROR",
      Protocol: "UDP",
    });
    expect(await dataFor({ RecordName: "myapp.com", RecordType: "MX" })).toEqual(["10 mail.myapp.com."]);
    expect(await dataFor({ RecordName: "SHORT.myapp.com." })).toEqual(["www.myapp.com.", "192.0.2.1"]);
  });

  it("tells names that do not exist from types that do not, and from other zones' names", async () => {
    const code = async (more: Partial<TestDNSAnswerCommandInput>) => (await ask(more)).ResponseCode;
    expect(await code({ RecordName: "none.myapp.com" })).toBe("NXDOMAIN");
    expect(await code({ RecordType: "AAAA" })).toBe("NOERROR");
    expect(await code({ RecordName: "www.other.org" })).toBe("REFUSED");
  });

  it("goes on over TCP when UDP has no room", async () => {
    const answer = await ask({ RecordName: "big.myapp.com", RecordType: "TXT" });
    expect(answer.Protocol).toBe("TCP");
    expect(answer.RecordData).toHaveLength(60);
  });

  it("asks as a resolver in Virginia, as the given one, or for the given client", async () => {
    const geo = (more: Partial<TestDNSAnswerCommandInput>) => dataFor({ RecordName: "geo.myapp.com", ...more });
    expect(await geo({})).toEqual(["192.0.2.10"]);
    expect(await geo({ ResolverIP: "198.51.100.1" })).toEqual(["192.0.2.11"]);
    expect(await geo({ ResolverIP: "240.0.0.1" })).toEqual(["192.0.2.12"]);
    expect(await geo({ ResolverIP: "198.51.100.1", EDNS0ClientSubnetIP: "192.0.2.44" })).toEqual(["192.0.2.10"]);
    expect(await geo({ EDNS0ClientSubnetIP: "2001:db8:49::1" })).toEqual(["192.0.2.11"]);
  });

  it("tells the name server 24 bits of an IPv4 client and 64 of an IPv6 one, unless told otherwise", async () => {
    const cidr = (EDNS0ClientSubnetIP: string, EDNS0ClientSubnetMask?: string) =>
      dataFor({ RecordName: "cidr.myapp.com", EDNS0ClientSubnetIP, EDNS0ClientSubnetMask });
    expect(await cidr("100.64.7.9")).toEqual(["192.0.2.21"]);
    expect(await cidr("100.64.7.9", "23")).toEqual(["192.0.2.20"]);
    expect(await cidr("100.64.7.9", "15")).toEqual(["192.0.2.22"]);
    expect(await cidr("2001:db8:100::9")).toEqual(["192.0.2.20"]);
    expect(await cidr("2001:db8:100::9", "39")).toEqual(["192.0.2.22"]);
    expect(await cidr("100.64.7.9", "32")).toEqual(["192.0.2.21"]);
  });

  it.each([
    { ResolverIP: "nobody" },
    { EDNS0ClientSubnetIP: "10.0.0.0/8" },
    { EDNS0ClientSubnetIP: "10.0.0.1", EDNS0ClientSubnetMask: "33" },
    { EDNS0ClientSubnetIP: "2001:db8::1", EDNS0ClientSubnetMask: "129" },
    { EDNS0ClientSubnetIP: "10.0.0.1", EDNS0ClientSubnetMask: "x" },
    { EDNS0ClientSubnetMask: "24" },
    { RecordName: "a..myapp.com" },
  ])("refuses %j", async (more) => {
    expect(await refused(ask(more))).toMatchObject({ code: "InvalidInput", status: 400 });
  });

  it("is for public zones that exist", async () => {
    expect(await refused(ask({ HostedZoneId: "ZNONE" }))).toMatchObject({ code: "NoSuchHostedZone", status: 404 });
    const inside = await client.send(
      new CreateHostedZoneCommand({
        Name: "corp.internal",
        CallerReference: "p",
        VPC: { VPCId: "vpc-1", VPCRegion: "us-east-1" },
      }),
    );
    expect(await refused(ask({ HostedZoneId: inside.HostedZone?.Id }))).toMatchObject({ code: "InvalidInput" });
  });

  it("is not in the query log", async () => {
    const logs = await started.backend.clients.logs();
    const { CreateLogGroupCommand, FilterLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
    await logs.send(new CreateLogGroupCommand({ logGroupName: "queries" }));
    const { HostedZone } = await client.send(new GetHostedZoneCommand({ Id: zone }));
    await client.send(
      new CreateQueryLoggingConfigCommand({
        HostedZoneId: bareId(HostedZone?.Id ?? ""),
        CloudWatchLogsLogGroupArn: "arn:aws:logs:us-east-1:123456789012:log-group:queries",
      }),
    );
    await ask({});
    await dig("www.myapp.com", "192.0.2.0", 24);
    await vi.waitFor(
      async () => {
        const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: "queries" }));
        expect(events?.map(({ message }) => message?.split(" ").slice(-2).join(" "))).toEqual([
          "127.0.0.1 192.0.2.0/24",
        ]);
      },
      { timeout: 20_000 },
    );
  });
});

describe("IP-based routing over DNS", () => {
  it("answers for the location of the longest block that holds the client, with the whole subnet as its scope", async () => {
    expect(await dig("cidr.myapp.com", "100.64.7.0", 24)).toEqual({ data: ["192.0.2.21"], scope: 24 });
    expect(await dig("cidr.myapp.com", "100.64.8.0", 24)).toEqual({ data: ["192.0.2.20"], scope: 24 });
    expect(await dig("cidr.myapp.com", "2001:db8:100::", 56)).toEqual({ data: ["192.0.2.20"], scope: 56 });
    expect(await dig("cidr.myapp.com", "203.0.113.0", 24)).toEqual({ data: ["192.0.2.22"], scope: 24 });
  });

  it("follows the collection as it changes", async () => {
    const move = async (from: string, to: string) => {
      const { Id } = await client.send(
        new ChangeCidrCollectionCommand({
          Id: collection,
          Changes: [
            { LocationName: from, Action: "DELETE_IF_EXISTS", CidrList: ["2001:db8:100::/40"] },
            { LocationName: to, Action: "PUT", CidrList: ["2001:db8:100::/40"] },
          ],
        }),
      );
      await inSync(Id);
    };
    await move("berlin", "lab");
    expect((await dig("cidr.myapp.com", "2001:db8:100::", 56)).data).toEqual(["192.0.2.21"]);
    await move("lab", "berlin");
    expect((await dig("cidr.myapp.com", "2001:db8:100::", 56)).data).toEqual(["192.0.2.20"]);
  });
});
