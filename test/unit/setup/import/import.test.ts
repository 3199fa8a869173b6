import {
  ChangeResourceRecordSetsCommand,
  ChangeTagsForResourceCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  DeleteHealthCheckCommand,
  ListHealthChecksCommand,
  type ResourceRecordSet,
} from "@aws-sdk/client-route-53";
import { UpdateDomainNameserversCommand } from "@aws-sdk/client-route-53-domains";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listHostedZones } from "../../../../src/backend/hosted-zones.ts";
import { defaultProject, readConfig } from "../../../../src/config/load.ts";
import { type DomainName, domainName } from "../../../../src/route53/names.ts";
import { bareId } from "../../../../src/route53/record-set.ts";
import { importSetup } from "../../../../src/setup/import/import.ts";
import { readImportSource } from "../../../../src/setup/import/read.ts";
import { ledgerFile, readLedger } from "../../../../src/setup/ledger.ts";
import { changesOf, openWorkbench, readExample, readText, type Workbench } from "../workbench.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterAll(async () => {
  expect(bench.test.defects).toEqual([]);
  await bench.close();
});

const { signal } = new AbortController();

/** Of zones by name, all of that name. */
async function imported(...names: string[]) {
  const { backend } = bench.test;
  const all = await listHostedZones(await backend.clients.route53(), signal);
  const zones = names.flatMap((name) => all.filter((zone) => zone.name === domainName(name)));
  const ledger = readLedger(ledgerFile(bench.home, defaultProject(zones[0]?.name)));
  return importSetup(await readImportSource(backend, zones, ledger, signal), "inline");
}

async function planOf(text: string): Promise<string[]> {
  return changesOf((await bench.plan(readConfig("r53kit.yaml", text, {}))).plan);
}

/** Made by hand, as somebody else would have. */
async function makeZone(name: string, ...recordSets: ResourceRecordSet[]): Promise<string> {
  const client = await bench.test.backend.clients.route53();
  const { HostedZone } = await client.send(
    new CreateHostedZoneCommand({ Name: name, CallerReference: `${name} ${Math.random()}` }),
  );
  const id = bareId(HostedZone?.Id ?? "");
  if (recordSets.length > 0) {
    const Changes = recordSets.map((ResourceRecordSet) => ({ Action: "CREATE" as const, ResourceRecordSet }));
    await client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: id, ChangeBatch: { Changes } }));
  }
  return id;
}

async function makeCheck(reference: string, port: number, name?: string): Promise<string> {
  const client = await bench.test.backend.clients.route53();
  const { HealthCheck } = await client.send(
    new CreateHealthCheckCommand({
      CallerReference: reference,
      HealthCheckConfig: { Type: "TCP", IPAddress: "127.53.0.1", Port: port, Disabled: true },
    }),
  );
  const id = HealthCheck?.Id ?? "";
  if (name !== undefined) {
    await client.send(
      new ChangeTagsForResourceCommand({
        ResourceType: "healthcheck",
        ResourceId: id,
        AddTags: [{ Key: "Name", Value: name }],
      }),
    );
  }
  return id;
}

const address = (name: string, value: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  Name: name,
  Type: "A",
  TTL: 60,
  ResourceRecords: [{ Value: value }],
  ...more,
});

describe.each(["cafe", "myapp", "walkthrough"])("the example %s, applied and imported", (name) => {
  it("comes back as a file whose plan is empty, with nothing left out", async () => {
    const config = readExample(name);
    const { error, result } = await bench.apply(config);
    expect(error).toBeUndefined();
    const { text, unsaid, said } = await imported(result.zones[0]?.name ?? "");
    expect(unsaid).toEqual([]);
    expect(said.recordSets).toBe(config.config.zones[0]?.recordSets.length);
    expect(said.healthChecks).toBe(config.config.healthChecks.length);
    expect(await planOf(text)).toEqual([]);
  });
});

describe("health checks that others made", () => {
  it("are named by their id, and neither made anew, tagged nor removed", async () => {
    const [a, b] = [await makeCheck("by hand 1", 9, "Prod API / blue"), await makeCheck("by hand 2", 10)];
    await makeZone(
      "theirs.com",
      address("api.theirs.com", "192.0.2.1", { SetIdentifier: "blue", Weight: 1, HealthCheckId: a }),
      address("api.theirs.com", "192.0.2.2", { SetIdentifier: "green", Weight: 0, HealthCheckId: b }),
    );
    const { text, unsaid } = await imported("theirs.com");
    expect(unsaid).toEqual([]);
    expect(text).toContain(`  Prod-API-blue: { type: TCP, id: ${a}, address: 127.53.0.1, port: 9, disabled: true }\n`);
    expect(text).toContain(`  api-green:     { type: TCP, id: ${b}, address: 127.53.0.1, port: 10, disabled: true }\n`);
    expect(await planOf(text)).toEqual([]);

    const update = readConfig("r53kit.yaml", text.replace("port: 9", "port: 11"), {});
    expect(changesOf((await bench.plan(update)).plan)).toEqual(["health-checks change Prod-API-blue"]);
    expect((await bench.apply(update)).error).toBeUndefined();
    expect(changesOf((await bench.plan(update)).plan)).toEqual([]);

    // What cannot be changed takes a check of the project's own; the other one stays.
    const replaced = readConfig("r53kit.yaml", text.replace("port: 9", "port: 11, interval: 10"), {});
    const { plan, error } = await bench.apply(replaced);
    expect(error).toBeUndefined();
    expect(changesOf(plan)).toEqual(["health-checks change Prod-API-blue", "routing change api.theirs.com A blue"]);
    expect(plan.notes.join()).toContain(`Prod-API-blue (${a}) stays: this project did not make it`);
    expect(changesOf((await bench.plan(replaced)).plan)).toEqual([]);

    const without = readText("zone: { name: theirs.com }\n");
    await bench.apply(without);
    const client = await bench.test.backend.clients.route53();
    const { HealthChecks = [] } = await client.send(new ListHealthChecksCommand({}));
    expect(HealthChecks.map(({ Id }) => Id)).toEqual(expect.arrayContaining([a, b]));
  });

  it("are made where they are not there, so that a file from AWS can be rehearsed", async () => {
    const file = readText(
      "zone: { name: elsewhere.com }\nhealthChecks: { p: { id: 0a1b2c3d-0000-4000-8000-0123456789ab, type: TCP, address: 127.53.0.1, port: 9, disabled: true } }\n",
    );
    expect(changesOf((await bench.apply(file)).plan)).toContain("health-checks add p");
    expect(changesOf((await bench.plan(file)).plan)).toEqual([]);
  });

  it("that setup only uses must be there, which the plan says at its place", async () => {
    const file = readText(
      "zone: { name: existing.com }\nhealthChecks: { p: { type: EXISTING, id: 0a1b2c3d-0000-4000-8000-0123456789ab } }\n",
    );
    await expect(bench.plan(file)).rejects.toMatchObject({
      code: "setup.conflict",
      message: expect.stringContaining("there is no health check 0a1b2c3d"),
      where: { line: 3, column: 42 },
    });
  });
});

describe("what the file cannot say", () => {
  it("is left out with its reason, stands in a comment, and stays", async () => {
    const gone = await makeCheck("soon gone", 12);
    await makeZone(
      "odd.com",
      address("a.\\052.odd.com", "192.0.2.1"),
      address("dangling.odd.com", "192.0.2.2", { SetIdentifier: "x", Weight: 1, HealthCheckId: gone }),
      address("secondary.odd.com", "192.0.2.3", { SetIdentifier: "only\u0009one", Failover: "SECONDARY" }),
      address("fine.odd.com", "192.0.2.4"),
    );
    await (await bench.test.backend.clients.route53()).send(new DeleteHealthCheckCommand({ HealthCheckId: gone }));
    const { text, unsaid, said } = await imported("odd.com");
    expect(unsaid.map(({ subject, why, recordSets }) => [subject, why, recordSets])).toEqual([
      ["a.*.odd.com A", "'a.*' has a '*' that is no wildcard", 1],
      ["dangling.odd.com A", `there is no health check '${gone}'`, 1],
      ["secondary.odd.com A", "a failover group needs a PRIMARY answer", 1],
    ]);
    expect(said.recordSets).toBe(1);
    expect(text).toContain("# Not in this file, which cannot say it; setup leaves it as it is:\n");
    expect(text).toContain("#   secondary.odd.com A: a failover group needs a PRIMARY answer\n");
    expect(text).toContain("#     secondary.odd.com A only one: SECONDARY, 192.0.2.3\n");
    expect(await planOf(text)).toEqual([]);
    expect((await bench.apply(readConfig("r53kit.yaml", text, {}))).result.summary).toEqual({
      add: 0,
      change: 0,
      remove: 0,
    });
  });

  it("keeps the registrar as it is, when it delegates to others", async () => {
    await makeZone("moving.com");
    const domains = await bench.test.backend.clients.domains();
    await domains.send(
      new UpdateDomainNameserversCommand({
        DomainName: "moving.com",
        Nameservers: [{ Name: "ns1.other.net" }, { Name: "ns2.other.net" }],
      }),
    );
    const { text } = await imported("moving.com");
    expect(text).toContain("zone: { name: moving.com, registrar: leave }\n");
    expect(await planOf(text)).toEqual([]);
    const verified = await bench.verify(readConfig("r53kit.yaml", text, {}));
    expect(verified).toMatchObject({ warnings: 1, failed: 0 });
    expect(verified.phases[0]?.verifications[0]?.says).toBe(
      "the parent zone says delegated to ns1.other.net, ns2.other.net; the file leaves it so (registrar: leave)",
    );
  });
});

describe("several zones", () => {
  it("are one file; zones of one name are told apart by their ids", async () => {
    await makeZone("one.com", address("www.one.com", "192.0.2.1"));
    const id = await makeZone("two.com", address("two.com", "192.0.2.1"));
    await makeZone("two.com");
    const all = await listHostedZones(await bench.test.backend.clients.route53(), signal);
    const zones = all.filter((zone) => zone.name === "one.com." || zone.id === id);
    const ledger = readLedger(ledgerFile(bench.home, "one.com"));
    const { text } = importSetup(await readImportSource(bench.test.backend, zones, ledger, signal), "inline");
    expect(text).toContain(`  - name: two.com\n    id: ${id}\n    registrar: leave\n`);
    expect(await planOf(text)).toEqual([]);
  });

  it("says of an alias into a zone below that it means its own", async () => {
    const own = await makeZone("up.com", address("x.down.up.com", "192.0.2.1"));
    await makeZone("down.up.com");
    const client = await bench.test.backend.clients.route53();
    const AliasTarget = { HostedZoneId: own, DNSName: "x.down.up.com", EvaluateTargetHealth: false };
    await client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: own,
        ChangeBatch: {
          Changes: [{ Action: "CREATE", ResourceRecordSet: { Name: "www.up.com", Type: "A", AliasTarget } }],
        },
      }),
    );
    const { text, unsaid } = await imported("up.com", "down.up.com");
    expect(unsaid).toEqual([]);
    expect(text).toContain(`{ name: www, type: A, alias: { target: x.down.up.com, zone: ${own} } }`);
    expect(await planOf(text)).toEqual([]);
  });
});

describe("a private zone", () => {
  it("comes back with its VPCs", async () => {
    const file = readText(
      "zone: { name: inside.com, private: true, vpcs: [ { id: vpc-0a1b2c3d, region: eu-west-1 } ] }\nrecords: [ { name: db, type: A, ttl: 60, values: [10.0.0.1] } ]\n",
    );
    expect((await bench.apply(file)).error).toBeUndefined();
    const { text, unsaid } = await imported("inside.com");
    expect(unsaid).toEqual([]);
    expect(text).toContain(
      "zone: { name: inside.com, private: true, vpcs: [{ id: vpc-0a1b2c3d, region: eu-west-1 }] }\n",
    );
    expect(await planOf(text)).toEqual([]);
  });
});

describe("a public and a private zone of one name", () => {
  it("keep apart what each of them cannot say", async () => {
    const file = readText(`zones:
  - { name: split.com, records: [ { name: www, type: A, ttl: 60, values: [192.0.2.1] } ] }
  - name: split.com
    private: true
    vpcs: [ { id: vpc-0a1b2c3d, region: eu-west-1 } ]
    records: [ { name: www, type: A, ttl: 60, values: [10.0.0.1] } ]
`);
    const { error, result } = await bench.apply(file);
    expect(error).toBeUndefined();
    const { route53, domains } = bench.test.backend.clients;
    await (await domains()).send(
      new UpdateDomainNameserversCommand({
        DomainName: "split.com",
        Nameservers: [{ Name: "ns1.example.net" }, { Name: "ns2.example.net" }],
      }),
    );
    const ResourceRecordSet = address("x.*.split.com", "10.0.0.2");
    await (await route53()).send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: result.zones.find((zone) => zone.private)?.id ?? "",
        ChangeBatch: { Changes: [{ Action: "CREATE", ResourceRecordSet }] },
      }),
    );
    const { text, said, unsaid } = await imported("split.com");
    expect(said.recordSets).toBe(2);
    expect(unsaid).toMatchObject([{ subject: "x.*.split.com A (private)", recordSets: 1 }]);
    expect(text.match(/registrar: leave/g)).toHaveLength(1);
    expect(text.match(/# {3}x\.\*/g)).toHaveLength(1);
    expect(await planOf(text)).toEqual([]);
  });
});

describe("a zone with a reusable delegation set", () => {
  it("keeps it, though the file does not say which", async () => {
    const file = readText("delegationSets: { s: {} }\nzone: { name: shared.com, delegationSet: s }\n");
    expect((await bench.apply(file)).error).toBeUndefined();
    const { text, unsaid } = await imported("shared.com");
    expect(unsaid).toEqual([]);
    expect(await planOf(text)).toEqual([]);
  });
});

describe("traffic policies", () => {
  const DOCUMENT = `{ AWSPolicyFormatVersion: "2015-10-01", RecordType: A, Endpoints: { e: { Type: value, Value: 192.0.2.1 } }, StartEndpoint: e }`;

  it("go into files beside the set-up file, and their checks are named by key there", async () => {
    const file = readText(
      `zone: { name: flows.com }\ntrafficFlow:\n  policies: { g: { name: "Global: all", document: ${DOCUMENT} } }\n  instances: [ { name: g, policy: g, ttl: 60 } ]\n`,
    );
    expect((await bench.apply(file)).error).toBeUndefined();
    const all = await listHostedZones(await bench.test.backend.clients.route53(), signal);
    const zones = all.filter((zone) => zone.name === ("flows.com." as DomainName));
    const ledger = readLedger(ledgerFile(bench.home, "flows.com"));
    const { text, documents } = importSetup(await readImportSource(bench.test.backend, zones, ledger, signal), "files");
    expect(text).toContain('    Global-all: { name: "Global: all", document: traffic/Global-all.json }\n');
    expect([...documents.keys()]).toEqual(["traffic/Global-all.json"]);
    expect(JSON.parse([...documents.values()][0] ?? "")).toMatchObject({ RecordType: "A", StartEndpoint: "e" });
  });
});
