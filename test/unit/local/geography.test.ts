import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  GetChangeCommand,
  type ResourceRecordSet,
  type Route53Client,
  TestDNSAnswerCommand,
} from "@aws-sdk/client-route-53";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { exchange } from "../../../src/dns/client.ts";
import { ednsOption, makeQuery } from "../../../src/dns/message.ts";
import { rdataToText } from "../../../src/dns/rdata.ts";
import { TYPE } from "../../../src/dns/types.ts";
import { Failure } from "../../../src/errors.ts";
import type { LocalBackendOptions } from "../../../src/local/local-backend.ts";
import { domainName } from "../../../src/route53/names.ts";
import { startTestBackend, type TestBackend } from "../../support/backend.ts";
import { writeMaxmind } from "../../support/maxmind-writer.ts";

let folder: string;
let started: TestBackend | undefined;
let route53: Route53Client;
let zone: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "r53kit-geo-"));
});
afterEach(async () => {
  expect(started?.defects ?? []).toEqual([]);
  await started?.stop();
  started = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function routed(
  SetIdentifier: string,
  policy: Partial<ResourceRecordSet>,
  Name: string,
  Value: string,
): ResourceRecordSet {
  return { Name, Type: "A", TTL: 60, SetIdentifier, ResourceRecords: [{ Value }], ...policy };
}

const RECORD_SETS: readonly ResourceRecordSet[] = [
  routed("or", { GeoLocation: { CountryCode: "US", SubdivisionCode: "OR" } }, "geo.example.com", "192.0.2.10"),
  routed("us", { GeoLocation: { CountryCode: "US" } }, "geo.example.com", "192.0.2.1"),
  routed("jp", { GeoLocation: { CountryCode: "JP" } }, "geo.example.com", "192.0.2.2"),
  routed("all", { GeoLocation: { CountryCode: "*" } }, "geo.example.com", "192.0.2.9"),
  routed("east", { Region: "us-east-1" }, "near.example.com", "192.0.2.1"),
  routed("tokyo", { Region: "ap-northeast-1" }, "near.example.com", "192.0.2.2"),
];

async function start(options: LocalBackendOptions): Promise<TestBackend> {
  const running = await startTestBackend(options);
  started = running;
  route53 = await running.backend.clients.route53();
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "one" }),
  );
  zone = HostedZone?.Id ?? "";
  const Changes = RECORD_SETS.map((set) => ({ Action: "CREATE" as const, ResourceRecordSet: set }));
  const { ChangeInfo } = await route53.send(
    new ChangeResourceRecordSetsCommand({ HostedZoneId: zone, ChangeBatch: { Changes } }),
  );
  await vi.waitFor(
    async () => {
      const { ChangeInfo: now } = await route53.send(new GetChangeCommand({ Id: ChangeInfo?.Id }));
      expect(now?.Status).toBe("INSYNC");
    },
    { timeout: 20_000 },
  );
  return running;
}

/** By the API, for a client's address. */
async function answer(RecordName: string, ResolverIP: string): Promise<readonly string[] | undefined> {
  const command = new TestDNSAnswerCommand({ HostedZoneId: zone, RecordName, RecordType: "A", ResolverIP });
  return (await route53.send(command)).RecordData;
}

/** On the wire, at the first of the zone's servers. */
async function ask({ dnsPort }: TestBackend, name: string, network: string, sourcePrefixLength: number) {
  const { response } = await exchange({
    server: { address: "127.53.1.1", port: dnsPort },
    transport: "udp",
    timeoutMs: 2_000,
    tries: 2,
    query: makeQuery({
      name: domainName(name),
      type: TYPE.A,
      edns: {
        version: 0,
        udpSize: 1232,
        dnssecOk: false,
        options: [{ kind: "ecs", family: "ipv4", address: network, sourcePrefixLength, scopePrefixLength: 0 }],
      },
    }),
  });
  const [record] = response.answers;
  return {
    address: record && rdataToText(record.type, record.rdata),
    scope: ednsOption(response, "ecs")?.scopePrefixLength,
  };
}

describe("the local backend, asked by public addresses", () => {
  it("answers by the country that the embedded database knows, with the bits that told it as the scope", async () => {
    const running = await start({});
    expect(await answer("geo.example.com", "8.8.8.8")).toEqual(["192.0.2.1"]);
    expect(await answer("geo.example.com", "133.11.0.1")).toEqual(["192.0.2.2"]);
    expect(await answer("near.example.com", "133.11.0.1")).toEqual(["192.0.2.2"]);
    expect(await answer("geo.example.com", "193.0.6.139")).toEqual(["192.0.2.9"]);
    const { address, scope } = await ask(running, "geo.example.com", "133.11.0.0", 24);
    expect(address).toBe("192.0.2.2");
    expect(scope).toBeGreaterThan(0);
    expect(scope).toBeLessThan(24);
  });

  it("answers by a file of one's own where it has one, to the state, and still after a reset", async () => {
    const geoDatabase = join(folder, "own.mmdb");
    const oregon = { country: { iso_code: "US" }, subdivisions: [{ iso_code: "OR" }] };
    writeFileSync(geoDatabase, writeMaxmind({ networks: { "133.11.0.0/16": oregon } }));
    const running = await start({ geoDatabase });
    expect(running.local.settings.geoDatabase).toBe(geoDatabase);
    expect(await answer("geo.example.com", "133.11.0.1")).toEqual(["192.0.2.10"]);
    expect(await ask(running, "geo.example.com", "133.11.7.0", 24)).toEqual({ address: "192.0.2.10", scope: 16 });
    expect(await answer("geo.example.com", "8.8.8.8")).toEqual(["192.0.2.9"]);
    await running.local.reset();
    expect(running.local.settings.geoDatabase).toBe(geoDatabase);
  });

  it("answers by measured latencies where a matrix has them", async () => {
    const latencyMatrix = join(folder, "measured.csv");
    writeFileSync(latencyMatrix, "client,us-east-1,ap-northeast-1\nJP,10,20\n");
    await start({ latencyMatrix });
    expect(await answer("near.example.com", "133.11.0.1")).toEqual(["192.0.2.1"]);
    expect(await answer("near.example.com", "127.91.0.1")).toEqual(["192.0.2.2"]);
  });

  it("does not start on a file that cannot be read, and leaves nothing behind", async () => {
    await expect(startTestBackend({ geoDatabase: join(folder, "none.mmdb") })).rejects.toThrow(Failure);
    await expect(startTestBackend({ latencyMatrix: folder })).rejects.toMatchObject({ code: "geo.unreadable" });
  });
});
