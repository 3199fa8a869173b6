import {
  CreateHostedZoneCommand,
  GetHostedZoneCommand,
  ListCidrCollectionsCommand,
  ListHostedZonesCommand,
  ListReusableDelegationSetsCommand,
} from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { carryOut, planDestroy, planResume, unfinished } from "../../../src/setup/setup.ts";
import { changesOf, openWorkbench, readText, type Workbench } from "./workbench.ts";

let bench: Workbench;
beforeEach(async () => {
  bench = await openWorkbench();
});
afterEach(async () => {
  const { defects } = bench.test;
  await bench.close();
  expect(defects).toEqual([]);
});

const VPC = (id: string, region = "eu-west-1") => `{ id: ${id}, region: ${region} }`;
const PRIVATE = (vpcs: readonly string[], more = "") =>
  `zone: { name: a.com, private: true, vpcs: [${vpcs.join(", ")}]${more} }\n`;
const RECORD = (value: string) => `records: [ { name: www, type: A, ttl: 60, values: [${value}] } ]\n`;
const BOTH = (inside: string, outside: string) => `project: both
zones:
  - { name: a.com, records: [ { name: www, type: A, ttl: 60, values: [${outside}] } ] }
  - name: a.com
    private: true
    vpcs: [ ${VPC("vpc-1")} ]
    records:
      - { name: www, type: A, ttl: 30, values: [${inside}] }
      - { name: only, type: A, ttl: 30, values: [192.0.2.9] }
      - { name: alias, type: A, alias: { record: only } }
`;

/** One file, then another: what the second plan changes. A third plan is empty, and everything verifies. */
const STEPS: readonly (readonly [what: string, before: string, after: string, changes: string[]])[] = [
  ["nothing", PRIVATE([VPC("vpc-1")]), PRIVATE([VPC("vpc-1")]), []],
  [
    "a record of a private zone",
    PRIVATE([VPC("vpc-1")]) + RECORD("192.0.2.1"),
    PRIVATE([VPC("vpc-1")]) + RECORD("192.0.2.2"),
    ["records change www.a.com A (private)"],
  ],
  [
    "a second VPC",
    PRIVATE([VPC("vpc-1")]) + RECORD("192.0.2.1"),
    PRIVATE([VPC("vpc-1"), VPC("vpc-2", "us-east-1")]) + RECORD("192.0.2.1"),
    ["zone add vpc-2 of a.com (private)"],
  ],
  [
    "another VPC in place of the only one: the new one comes first",
    PRIVATE([VPC("vpc-1")]) + RECORD("192.0.2.1"),
    PRIVATE([VPC("vpc-2")]) + RECORD("192.0.2.1"),
    ["zone add vpc-2 of a.com (private)", "zone remove vpc-1 of a.com (private)"],
  ],
  [
    "the comment of a private zone",
    PRIVATE([VPC("vpc-1")]),
    PRIVATE([VPC("vpc-1")], ", comment: inside"),
    ["zone change a.com (private)"],
  ],
  [
    "the public zone beside a private one, with the same names in both",
    BOTH("192.0.2.1", "192.0.2.2"),
    BOTH("192.0.2.1", "192.0.2.3"),
    ["records change www.a.com A"],
  ],
  [
    "the private zone beside a public one",
    BOTH("192.0.2.1", "192.0.2.2"),
    BOTH("192.0.2.4", "192.0.2.2"),
    ["records change www.a.com A (private)"],
  ],
  [
    "a private zone beside the public one that was alone",
    `project: both\nzones: [ { name: a.com, records: [ { name: www, type: A, ttl: 60, values: [192.0.2.2] } ] } ]\n`,
    BOTH("192.0.2.1", "192.0.2.2"),
    [
      "zone add a.com (private)",
      "records add www.a.com A (private)",
      "records add only.a.com A (private)",
      "records add alias.a.com A (private)",
    ],
  ],
];

describe("private zones", () => {
  it.each(STEPS)("are changed as the file changes: %s", async (_, before, after, changes) => {
    expect((await bench.apply(readText(before))).error).toBeUndefined();
    const { plan, result, error } = await bench.apply(readText(after));
    expect(error).toBeUndefined();
    expect(changesOf(plan).sort()).toEqual([...changes].sort());
    const verifications = result.phases.flatMap((phase) => phase.verifications);
    expect(verifications.filter(({ status }) => status !== "ok")).toEqual([]);
    expect(changesOf((await bench.plan(readText(after))).plan)).toEqual([]);
    const verified = await bench.verify(readText(after));
    expect(verified).toMatchObject({ warnings: 0, failed: 0 });
  });

  it("are made with all their VPCs, and verified by each VPC's resolver", async () => {
    const file = readText(PRIVATE([VPC("vpc-1"), VPC("vpc-2", "us-east-1")]) + RECORD("192.0.2.1"));
    const { result, plan } = await bench.apply(file);
    expect(changesOf(plan)).toEqual([
      "zone add a.com (private)",
      "zone add vpc-2 of a.com (private)",
      "records add www.a.com A (private)",
    ]);
    expect(result.zones[0]).toMatchObject({ name: "a.com.", private: true, nameServers: [] });
    const client = await bench.test.backend.clients.route53();
    const { VPCs } = await client.send(new GetHostedZoneCommand({ Id: result.zones[0]?.id ?? "" }));
    expect(VPCs).toEqual([
      { VPCId: "vpc-1", VPCRegion: "eu-west-1" },
      { VPCId: "vpc-2", VPCRegion: "us-east-1" },
    ]);
    const [answer] = result.phases.flatMap(({ verifications }) =>
      verifications.filter(({ check }) => check === "answer"),
    );
    expect(answer?.says).toBe("2 of 2 VPCs answer 192.0.2.1 (TTL 60)");
    expect(answer?.evidence.map(({ source }) => source.split(" ")[0])).toEqual(["vpc-1", "vpc-2"]);
  });

  it("say once what cannot be asked for where no VPC can be reached", async () => {
    const file = readText(PRIVATE([VPC("vpc-1")]) + RECORD("192.0.2.1"));
    await bench.apply(file);
    const { vpcResolver: _, ...dns } = bench.test.backend.dns;
    const verified = await bench.verify(file, { ...bench.test.backend, dns });
    const all = verified.phases.flatMap(({ verifications }) => verifications);
    expect(all.map(({ check, status, says }) => `${check} ${status} ${says}`)).toEqual([
      "vpcs ok seen by vpc-1",
      "answer warning 1 answer was not asked for: a private zone answers inside its VPCs only",
    ]);
  });

  it("fail verification when another VPC sees them", async () => {
    await bench.apply(readText(PRIVATE([VPC("vpc-1"), VPC("vpc-2")])));
    const verified = await bench.verify(readText(PRIVATE([VPC("vpc-1")])));
    expect(verified.phases[0]?.verifications[0]).toMatchObject({
      status: "failed",
      says: "seen by vpc-1, vpc-2, expected vpc-1",
    });
  });

  it("are not taken for public ones of their name, nor the other way round", async () => {
    await bench.apply(readText(PRIVATE([VPC("vpc-1")])));
    expect(changesOf((await bench.plan(readText("zone: { name: a.com }\n"))).plan)).toEqual([
      "zone add a.com",
      "zone change a.com at the registrar",
    ]);
    const client = await bench.test.backend.clients.route53();
    const { HostedZones = [] } = await client.send(new ListHostedZonesCommand({}));
    const id = HostedZones[0]?.Id?.replace("/hostedzone/", "");
    await expect(bench.plan(readText(`zone: { name: a.com, id: ${id} }\n`))).rejects.toMatchObject({
      code: "setup.wrong-kind",
    });
  });

  it("are not taken to have what the public zone of their name has", { timeout: 30_000 }, async () => {
    const file = (inside: string) =>
      readText(`project: both
zones:
  - { name: a.com, records: [ { name: only, type: A, ttl: 60, values: [192.0.2.2] } ] }
  - { name: a.com, private: true, vpcs: [ ${VPC("vpc-1")} ]${inside} }
`);
    await bench.apply(file(""));
    const inside = `
    records: [ { name: only, type: A, ttl: 60, values: [192.0.2.9] } ],
    routing: [ { name: w, type: A, policy: weighted, answers: { one: { weight: 1, alias: { record: only } } } } ]`;
    await expect(bench.plan(file(`,${inside}`), ["routing"])).rejects.toMatchObject({
      code: "setup.phase-needed",
      message: "the phase routing needs only.a.com A, which does not exist yet",
    });
  });

  it("of one name and kind are told apart by id", async () => {
    const client = await bench.test.backend.clients.route53();
    const make = async (vpc: string) =>
      (
        await client.send(
          new CreateHostedZoneCommand({
            Name: "a.com",
            CallerReference: vpc,
            VPC: { VPCId: vpc, VPCRegion: "eu-west-1" },
            HostedZoneConfig: { PrivateZone: true },
          }),
        )
      ).HostedZone?.Id?.replace("/hostedzone/", "");
    const [first] = [await make("vpc-1"), await make("vpc-2")];
    const file = (id: string) => readText(`zone: { name: a.com, private: true, vpcs: [ ${VPC("vpc-1")} ]${id} }\n`);
    await expect(bench.plan(file(""))).rejects.toMatchObject({ code: "setup.ambiguous-zone" });
    expect(changesOf((await bench.plan(file(`, id: ${first}`))).plan)).toEqual([]);
  });

  it("name the VPC and its line when another zone of the name is in the way", async () => {
    await bench.apply(readText(`project: other\n${PRIVATE([VPC("vpc-1")])}`));
    const client = await bench.test.backend.clients.route53();
    const made = await client.send(
      new CreateHostedZoneCommand({
        Name: "a.com",
        CallerReference: "mine",
        VPC: { VPCId: "vpc-2", VPCRegion: "eu-west-1" },
        HostedZoneConfig: { PrivateZone: true },
      }),
    );
    const id = made.HostedZone?.Id?.replace("/hostedzone/", "");
    const { error } = await bench.apply(readText(PRIVATE([VPC("vpc-2"), VPC("vpc-1")], `, id: ${id}`)));
    expect(error).toMatchObject({
      code: "aws.ConflictingDomainExists",
      where: { line: 2, column: 78 },
      message: expect.stringContaining("vpc-1 (eu-west-1)"),
    });
  });
});

const EVERYTHING = `project: p
delegationSets: { main: {} }
cidrCollections: { offices: { berlin: [192.0.2.0/24] } }
zones:
  - name: a.com
    delegationSet: main
    routing:
      - name: www
        type: A
        ttl: 60
        policy: cidr
        answers:
          berlin: { collection: offices, location: berlin, values: [192.0.2.1] }
          others: { collection: offices, location: "*", values: [192.0.2.2] }
  - { name: a.com, private: true, vpcs: [ ${VPC("vpc-1")}, ${VPC("vpc-2")} ], records: [ { name: www, type: A, ttl: 60, values: [192.0.2.1] } ] }
`;

describe("an apply of them that is stopped", () => {
  /** Stopped when the change of this number is done; beyond the last it is not. */
  async function stopAfter(steps: number): Promise<number> {
    const stop = new AbortController();
    let done = 0;
    await bench.apply(readText(EVERYTHING), {
      signal: stop.signal,
      emit: ({ event }) => {
        if (event === "change-done" && ++done === steps) stop.abort(new Error("stopped"));
      },
    });
    return done;
  }

  it.each([1, 2, 3, 4, 5, 6, 7])("after change %i is finished by the next one", async (steps) => {
    expect(await stopAfter(steps)).toBeGreaterThanOrEqual(steps);
    const { error } = await bench.apply(readText(EVERYTHING));
    expect(error).toBeUndefined();
    expect(changesOf((await bench.plan(readText(EVERYTHING))).plan)).toEqual([]);
    expect(await bench.verify(readText(EVERYTHING))).toMatchObject({ failed: 0 });
  });

  it.each([1, 2, 3, 4, 5, 6])("after change %i is resumed from its journal", async (steps) => {
    await stopAfter(steps);
    const [run] = unfinished(bench.home, "p");
    if (run === undefined) throw new Error("nothing is unfinished");
    const { error } = await carryOut(await planResume(run, bench.options()), { ...bench.options(), emit: () => {} });
    expect(error).toBeUndefined();
    expect(changesOf((await bench.plan(readText(EVERYTHING))).plan)).toEqual([]);
  });
});

describe("destroying", () => {
  it("takes private zones, delegation sets and CIDR collections away, each after what uses it", {
    timeout: 60_000,
  }, async () => {
    const file = readText(EVERYTHING);
    expect((await bench.apply(file)).error).toBeUndefined();
    expect(changesOf((await bench.plan(file)).plan)).toEqual([]);
    const planned = await planDestroy(file, bench.options());
    const { result, error } = await carryOut(planned, { ...bench.options(), emit: () => {}, command: "setup destroy" });
    expect(error).toBeUndefined();
    const all = result.phases.flatMap(({ changes }) => changes);
    expect(all.filter(({ status }) => status !== "done")).toEqual([]);
    expect(all.map(({ subject }) => subject)).toEqual([
      "a.com",
      "a.com (private)",
      "delegation set main",
      "CIDR collection p-offices",
      "www.a.com A (private)",
      "www.a.com A berlin",
      "www.a.com A others",
    ]);
    const client = await bench.test.backend.clients.route53();
    expect((await client.send(new ListHostedZonesCommand({}))).HostedZones).toEqual([]);
    expect((await client.send(new ListReusableDelegationSetsCommand({}))).DelegationSets ?? []).toEqual([]);
    expect((await client.send(new ListCidrCollectionsCommand({}))).CidrCollections ?? []).toEqual([]);
  });
});

describe("reusable delegation sets", () => {
  const ZONES = (names: readonly string[]) =>
    `project: p\ndelegationSets: { main: {} }\nzones:\n${names.map((name) => `  - { name: ${name}, delegationSet: main }\n`).join("")}`;

  it("are made before the zones that share their name servers, and a second plan is empty", {
    timeout: 60_000,
  }, async () => {
    const { result, error, plan } = await bench.apply(readText(ZONES(["a.com", "b.com"])));
    expect(error).toBeUndefined();
    expect(changesOf(plan)[0]).toBe("zone add delegation set main");
    expect(result.zones[0]?.nameServers).toHaveLength(4);
    expect(result.zones[1]?.nameServers).toEqual(result.zones[0]?.nameServers);
    expect(changesOf((await bench.plan(readText(ZONES(["a.com", "b.com"])))).plan)).toEqual([]);
    const third = await bench.apply(readText(ZONES(["a.com", "b.com", "c.com"])));
    expect(third.result.zones[2]?.nameServers).toEqual(result.zones[0]?.nameServers);
  });

  it("may be named by id", async () => {
    const { result } = await bench.apply(readText(ZONES(["a.com"])));
    const client = await bench.test.backend.clients.route53();
    const { DelegationSet } = await client.send(new GetHostedZoneCommand({ Id: result.zones[0]?.id ?? "" }));
    const id = DelegationSet?.Id?.replace("/delegationset/", "");
    const file = readText(
      `project: q\ndelegationSets: { theirs: { id: ${id} } }\nzone: { name: b.com, delegationSet: theirs }\n`,
    );
    const second = await bench.apply(file);
    expect(second.result.zones[0]?.nameServers).toEqual(result.zones[0]?.nameServers);
    expect(changesOf((await bench.plan(file)).plan)).toEqual([]);
    const none = readText(
      "project: q\ndelegationSets: { theirs: { id: N0000 } }\nzone: { name: b.com, delegationSet: theirs }\n",
    );
    await expect(bench.plan(none)).rejects.toMatchObject({ code: "setup.no-delegation-set" });
  });

  it("are refused for a zone that has other name servers, before any call, with what to do", {
    timeout: 60_000,
  }, async () => {
    await bench.apply(readText("project: p\nzones: [ { name: a.com } ]\n"));
    await expect(bench.plan(readText(ZONES(["a.com"])))).rejects.toMatchObject({
      code: "setup.other-delegation-set",
      where: { line: 5, column: 35 },
      next: expect.stringContaining("create-reusable-delegation-set --hosted-zone-id"),
    });
  });

  it("stay while a zone uses them, and go when none does", async () => {
    await bench.apply(readText(ZONES(["a.com"])));
    const kept = await bench.apply(readText("project: p\nzones: [ { name: a.com } ]\n"));
    expect(changesOf(kept.plan)).toEqual([]);
    expect(kept.plan.notes.join()).toContain("stays though it left the file: a.com uses it");
    await bench.apply(readText("project: q\ndelegationSets: { spare: {} }\nzone: { name: c.com }\n"));
    const { plan, error } = await bench.apply(readText("project: q\nzone: { name: c.com }\n"));
    expect(error).toBeUndefined();
    expect(changesOf(plan)).toEqual(["zone remove delegation set spare"]);
    expect(changesOf((await bench.plan(readText("project: q\nzone: { name: c.com }\n"))).plan)).toEqual([]);
  });
});
