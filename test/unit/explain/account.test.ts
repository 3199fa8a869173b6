import {
  ChangeCidrCollectionCommand,
  ChangeResourceRecordSetsCommand,
  CreateCidrCollectionCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  type ResourceRecordSet,
  type Route53Client,
} from "@aws-sdk/client-route-53";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { exchange } from "../../../src/dns/client.ts";
import { makeQuery, parseClientSubnet } from "../../../src/dns/message.ts";
import { rdataToText } from "../../../src/dns/rdata.ts";
import { rcodeName, TYPE } from "../../../src/dns/types.ts";
import { NOBODY, readClient } from "../../../src/explain/clients.ts";
import { explainQuestion } from "../../../src/explain/explain.ts";
import type { Explanation } from "../../../src/explain/explanation.ts";
import { sourceFromAccount } from "../../../src/explain/from-account.ts";
import { sourceFromConfig } from "../../../src/explain/from-config.ts";
import { findChecks } from "../../../src/explain/health.ts";
import { explainMatrix } from "../../../src/explain/matrix.ts";
import { sceneOf } from "../../../src/explain/scene.ts";
import { startTestBackend, type TestBackend } from "../../support/backend.ts";
import { eventually } from "../../support/cli.ts";
import { freePort } from "../../support/free-port.ts";
import { openWorkbench, readExample, type Workbench } from "../setup/workbench.ts";
import { type Asking, GEOGRAPHY, oddsText, questionOf } from "./scenes.ts";

const signal = new AbortController().signal;

async function explainLive(test: TestBackend, name: string, asking: Asking = {}): Promise<Explanation> {
  const { type, down = [], ...choice } = asking;
  const question = questionOf(name, type);
  const source = await sourceFromAccount(test.backend, { question, wholeZone: false, signal });
  const scene = sceneOf(source, GEOGRAPHY, findChecks(source.healthChecks, down));
  return explainQuestion(scene, question, readClient(choice, GEOGRAPHY.locate));
}

/** What the zone's first name server says to a resolver that asks for clients in a network. */
async function ask(test: TestBackend, name: string, subnet: string) {
  const ecs = parseClientSubnet(subnet);
  if (ecs === undefined) throw new Error(`${subnet} is no network`);
  const question = questionOf(name);
  const edns = { version: 0, udpSize: 1232, dnssecOk: false, options: [ecs] };
  const { response } = await exchange({
    server: { address: "127.53.1.1", port: test.dnsPort },
    query: makeQuery({ ...question, edns }),
    transport: "auto",
    timeoutMs: 5000,
    tries: 2,
  });
  const values = response.answers.filter(({ type }) => type === TYPE.A);
  return {
    rcode: rcodeName(response.rcode),
    values: values.map(({ type, rdata }) => rdataToText(type, rdata)).sort(),
    ttlSeconds: values[0]?.ttlSeconds,
  };
}

describe("the example myapp, explained from its account", () => {
  let bench: Workbench;
  const example = readExample("myapp");
  beforeAll(async () => {
    bench = await openWorkbench();
    const { error } = await bench.apply(example);
    expect(error).toBeUndefined();
  });
  afterAll(() => bench.close());

  const names = [
    "@",
    "www",
    "docs",
    "x.preview",
    "nope",
    "_tcp",
    "orders",
    "status",
    "api",
    "pool",
    "fast",
    "shop",
    "global",
  ];
  const subnets = ["192.0.2.0/26", "198.51.100.0/26", "198.51.100.64/26", "203.0.113.64/26", "127.55.0.0/16"];

  it.each(names)("is for %s what the name server says, wherever the client is", async (label) => {
    const name = label === "@" ? "myapp.com" : `${label}.myapp.com`;
    for (const subnet of subnets) {
      const { answers } = await explainLive(bench.test, name, { subnet });
      const asked = await ask(bench.test, name, subnet);
      const possible = answers.map(({ rcode, content }) => ({
        rcode,
        values: content.kind === "records" ? content.values : [],
        ttlSeconds: content.kind === "records" ? content.ttlSeconds : undefined,
      }));
      expect(possible, subnet).toContainEqual(asked);
    }
  });

  it("is the same before it is applied and after", async () => {
    for (const label of ["orders", "status", "api", "pool", "fast", "shop", "global"]) {
      const question = questionOf(`${label}.myapp.com`);
      for (const down of [[], ["primary"], ["europe"], ["secondary", "primary"]]) {
        const planned = sourceFromConfig(example.config, question, undefined);
        const live = await sourceFromAccount(bench.test.backend, { question, wholeZone: true, signal });
        const [before, after] = [planned, live].map((source) =>
          explainQuestion(
            sceneOf(source, GEOGRAPHY, findChecks(source.healthChecks, down)),
            question,
            readClient({ from: "DE" }, GEOGRAPHY.locate),
          ),
        );
        expect(after?.answers).toEqual(before?.answers);
        expect(after?.down).toEqual(before?.down);
      }
    }
  });

  it("has a matrix of all names and checks, by the names that the file gave them", async () => {
    const question = questionOf("myapp.com");
    const source = await sourceFromAccount(bench.test.backend, { question, wholeZone: true, signal });
    const { rows, singlePoints } = explainMatrix(sceneOf(source, GEOGRAPHY, new Set()), { asking: NOBODY });
    expect(rows.map(({ name }) => name)).toEqual(
      ["api", "fast", "global", "orders", "pool", "shop", "status"].map((label) => `${label}.myapp.com`),
    );
    expect(rows.find(({ name }) => name === "shop.myapp.com")?.cells.map(({ check }) => check.name)).toEqual([
      "both",
      "europe",
      "primary",
      "secondary",
    ]);
    expect(singlePoints).toEqual([]);
  });
});

describe("an account", () => {
  let test: TestBackend;
  let client: Route53Client;
  beforeAll(async () => {
    test = await startTestBackend({ speed: 50 });
    client = await test.backend.clients.route53();
  });
  afterAll(() => test.stop());
  afterEach(() => expect(test.defects).toEqual([]));

  async function zoneWith(name: string, sets: readonly ResourceRecordSet[]): Promise<string> {
    const reference = `${name} ${performance.now()}`;
    const { HostedZone } = await client.send(new CreateHostedZoneCommand({ Name: name, CallerReference: reference }));
    const HostedZoneId = HostedZone?.Id ?? "";
    const Changes = sets.map((ResourceRecordSet) => ({ Action: "CREATE" as const, ResourceRecordSet }));
    if (sets.length > 0)
      await client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
    return HostedZoneId.replace("/hostedzone/", "");
  }
  const a = (Name: string, Value: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
    Name,
    Type: "A",
    TTL: 60,
    ResourceRecords: [{ Value }],
    ...more,
  });

  it("has its CIDR collections looked at", async () => {
    const { Collection } = await client.send(
      new CreateCidrCollectionCommand({ Name: "offices", CallerReference: "1" }),
    );
    const Id = Collection?.Id ?? "";
    await client.send(
      new ChangeCidrCollectionCommand({
        Id,
        Changes: [{ LocationName: "berlin", Action: "PUT", CidrList: ["198.51.100.0/24", "2001:db8:49::/48"] }],
      }),
    );
    const at = (LocationName: string) => ({ CidrRoutingConfig: { CollectionId: Id, LocationName } });
    await zoneWith("cidr.example", [
      a("vpn.cidr.example", "192.0.2.1", { SetIdentifier: "b", ...at("berlin") }),
      a("vpn.cidr.example", "192.0.2.2", { SetIdentifier: "o", ...at("*") }),
    ]);
    const odds = async (asking: Asking) => oddsText((await explainLive(test, "vpn.cidr.example", asking)).answers);
    expect(await odds({ subnet: "198.51.100.128/25" })).toEqual({ "192.0.2.1": "1" });
    expect(await odds({ subnet: "2001:db8:49::/64" })).toEqual({ "192.0.2.1": "1" });
    expect(await odds({ subnet: "203.0.113.0/24" })).toEqual({ "192.0.2.2": "1" });
  });

  it("has its failing checks seen, through the checkers' reports", async () => {
    const { HealthCheck } = await client.send(
      new CreateHealthCheckCommand({
        CallerReference: "down",
        HealthCheckConfig: {
          Type: "TCP",
          IPAddress: "127.0.0.1",
          Port: await freePort("127.0.0.1"),
          RequestInterval: 10,
        },
      }),
    );
    const id = HealthCheck?.Id ?? "";
    await zoneWith("health.example", [
      a("www.health.example", "192.0.2.1", { SetIdentifier: "p", Failover: "PRIMARY", HealthCheckId: id }),
      a("www.health.example", "192.0.2.2", { SetIdentifier: "s", Failover: "SECONDARY" }),
    ]);
    const explained = await eventually("the failing check", async () => {
      const one = await explainLive(test, "www.health.example");
      return one.healthChecks.some(({ healthy }) => !healthy) ? one : undefined;
    });
    expect(oddsText(explained.answers)).toEqual({ "192.0.2.2": "1" });
    expect(explained.healthChecks).toMatchObject([
      { id, healthy: false, says: expect.stringMatching(/^0 of \d+ checkers/) },
    ]);
    expect(explained.notes.join(" ")).toContain("failure threshold");
  });

  it("is said to lack a delegation, where the zone above is in it too", async () => {
    await zoneWith("child.of.above.example", [a("www.child.of.above.example", "192.0.2.1")]);
    const notes = async () => (await explainLive(test, "www.child.of.above.example")).notes.join(" ");
    expect(await notes()).toBe("");
    const above = await zoneWith("above.example", [a("www.child.of.above.example", "192.0.2.2")]);
    expect(await notes()).toBe(
      `above.example (${above}) is in this account and has no NS record set for child.of.above.example: ` +
        "resolvers do not come to child.of.above.example, they take what above.example has.",
    );
    const delegation: ResourceRecordSet = {
      Name: "of.above.example",
      Type: "NS",
      TTL: 60,
      ResourceRecords: [{ Value: "ns1.elsewhere.example" }],
    };
    const Changes = [{ Action: "CREATE" as const, ResourceRecordSet: delegation }];
    await client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: above, ChangeBatch: { Changes } }));
    expect(await notes()).toBe("");
  });

  it("has more than one zone of a name told apart by id, and none named", async () => {
    const ids = [await zoneWith("twice.example", []), await zoneWith("twice.example", [])];
    const question = questionOf("twice.example");
    const read = (zoneId?: string) => sourceFromAccount(test.backend, { question, zoneId, wholeZone: false, signal });
    await expect(read()).rejects.toMatchObject({ code: "explain.ambiguous-zone" });
    expect((await read(ids[1])).zones[0]?.id).toBe(ids[1]);
    await expect(explainLive(test, "www.nowhere.example")).rejects.toMatchObject({ code: "explain.no-zone" });
  });
});
