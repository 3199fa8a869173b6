import {
  CreateHostedZoneCommand,
  CreateReusableDelegationSetCommand,
  DeleteHostedZoneCommand,
  DeleteReusableDelegationSetCommand,
  GetAccountLimitCommand,
  GetHostedZoneCommand,
  GetReusableDelegationSetCommand,
  GetReusableDelegationSetLimitCommand,
  ListHostedZonesCommand,
  ListReusableDelegationSetsCommand,
} from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bareId } from "../../../../../src/route53/record-set.ts";
import { type LocalRoute53, localRoute53, PROPAGATION_MS, refused } from "./fixture.ts";

let r53: LocalRoute53;
beforeEach(async () => {
  r53 = await localRoute53();
});
afterEach(() => r53.close());

let references = 0;
const nextReference = () => `reference-${references++}`;

async function createSet(more: object = {}) {
  const made = await r53.client.send(
    new CreateReusableDelegationSetCommand({ CallerReference: nextReference(), ...more }),
  );
  return { ...made, id: bareId(made.DelegationSet?.Id ?? ""), servers: made.DelegationSet?.NameServers ?? [] };
}
async function createZone(Name: string, more: object = {}) {
  const made = await r53.client.send(new CreateHostedZoneCommand({ Name, CallerReference: nextReference(), ...more }));
  return { id: bareId(made.HostedZone?.Id ?? ""), servers: made.DelegationSet?.NameServers ?? [], made };
}
const deleteSet = (Id: string) => r53.client.send(new DeleteReusableDelegationSetCommand({ Id }));

describe("reusable delegation sets", () => {
  it("are made of four servers, with an id, a Location and status 201", async () => {
    const { $metadata, DelegationSet, Location, id, servers } = await createSet({ CallerReference: "mine" });
    expect($metadata.httpStatusCode).toBe(201);
    expect(DelegationSet).toMatchObject({ Id: `/delegationset/${id}`, CallerReference: "mine" });
    expect(id).toMatch(/^N[A-Z0-9]{10,31}$/);
    expect(servers).toHaveLength(4);
    expect(Location).toBe(`https://route53.amazonaws.com/2013-04-01/delegationset/${id}`);
    expect((await r53.client.send(new GetReusableDelegationSetCommand({ Id: id }))).DelegationSet).toEqual(
      DelegationSet,
    );
  });

  it("give their servers to every zone that is created with them, and those zones show and list the set", async () => {
    const { id, servers } = await createSet();
    const one = await createZone("one.com", { DelegationSetId: id });
    const two = await createZone("two.org", { DelegationSetId: `/delegationset/${id}` });
    await createZone("three.net");
    expect([one.servers, two.servers]).toEqual([servers, servers]);
    expect(one.made.DelegationSet?.Id).toBe(`/delegationset/${id}`);
    const got = await r53.client.send(new GetHostedZoneCommand({ Id: two.id }));
    expect(got.DelegationSet).toMatchObject({ Id: `/delegationset/${id}`, NameServers: servers });
    const listed = await r53.client.send(new ListHostedZonesCommand({ DelegationSetId: id }));
    expect(listed.HostedZones?.map((zone) => zone.Name).sort()).toEqual(["one.com.", "two.org."]);
    await r53.clock.advance(PROPAGATION_MS);
    expect(r53.published.get(one.id)?.nameServers).toEqual(r53.published.get(two.id)?.nameServers);
    expect(
      await r53.client.send(
        new GetReusableDelegationSetLimitCommand({ DelegationSetId: id, Type: "MAX_ZONES_BY_REUSABLE_DELEGATION_SET" }),
      ),
    ).toMatchObject({ Limit: { Type: "MAX_ZONES_BY_REUSABLE_DELEGATION_SET", Value: 100 }, Count: 2 });
  });

  it("cannot serve two zones that a server could not tell apart: one name, or one below the other", async () => {
    const { id } = await createSet();
    await createZone("dev.myapp.com", { DelegationSetId: id });
    for (const name of ["dev.myapp.com", "myapp.com", "a.dev.myapp.com"]) {
      expect(await refused(createZone(name, { DelegationSetId: id }))).toEqual({
        code: "ConflictingDomainExists",
        status: 400,
        message: `Cannot create hosted zone with DelegationSetId DelegationSetId:${id} as the DNSName ${name}. conflicts with existing ones sharing the delegation set`,
      });
    }
    await createZone("test.myapp.com", { DelegationSetId: id });
    await createZone("xdev.myapp.com", { DelegationSetId: id });
  });

  it("can be made of an existing zone's servers, once", async () => {
    const zone = await createZone("myapp.com");
    const set = await createSet({ HostedZoneId: zone.id });
    expect(set.servers).toEqual(zone.servers);
    expect((await r53.client.send(new GetHostedZoneCommand({ Id: zone.id }))).DelegationSet?.Id).toBe(
      `/delegationset/${set.id}`,
    );
    expect(await refused(createSet({ HostedZoneId: zone.id }))).toEqual({
      code: "DelegationSetAlreadyReusable",
      status: 400,
      message: "The specified delegation set has already been marked as reusable.",
    });
    const inside = await createZone("corp.internal", { VPC: { VPCId: "vpc-1", VPCRegion: "us-east-1" } });
    expect(await refused(createSet({ HostedZoneId: inside.id }))).toMatchObject({ code: "InvalidArgument" });
    expect(await refused(createSet({ HostedZoneId: "ZNONE" }))).toMatchObject({ code: "HostedZoneNotFound" });
  });

  it("go only when no zone uses them", async () => {
    const { id } = await createSet();
    const zone = await createZone("myapp.com", { DelegationSetId: id });
    expect(await refused(deleteSet(id))).toEqual({
      code: "DelegationSetInUse",
      status: 400,
      message:
        "The specified delegation contains associated hosted zones which must be deleted before the reusable delegation set can be deleted.",
    });
    await r53.client.send(new DeleteHostedZoneCommand({ Id: zone.id }));
    await deleteSet(id);
    const gone = { code: "NoSuchDelegationSet", message: `No delegation set found with ID: ${id}` };
    expect(await refused(r53.client.send(new GetReusableDelegationSetCommand({ Id: id })))).toMatchObject(gone);
    expect(await refused(deleteSet(id))).toMatchObject(gone);
    expect(await refused(createZone("myapp.com", { DelegationSetId: id }))).toMatchObject(gone);
    expect(await refused(r53.client.send(new ListHostedZonesCommand({ DelegationSetId: id })))).toMatchObject(gone);
  });

  it("never take a caller reference twice, and count against the account's limit", async () => {
    const { id } = await createSet({ CallerReference: "same" });
    const again = { code: "DelegationSetAlreadyCreated" };
    expect(await refused(createSet({ CallerReference: "same" }))).toMatchObject(again);
    const limit = () => r53.client.send(new GetAccountLimitCommand({ Type: "MAX_REUSABLE_DELEGATION_SETS_BY_OWNER" }));
    expect(await limit()).toMatchObject({ Limit: { Value: 100 }, Count: 1 });
    await deleteSet(id);
    expect(await limit()).toMatchObject({ Count: 0 });
    expect(await refused(createSet({ CallerReference: "same" }))).toMatchObject(again);
  });

  it("are different from each other as long as the pool allows, and are refused beyond the quota", async () => {
    const seen = new Set<string>();
    for (let i = 0; i < 16; i++) for (const server of (await createSet()).servers) seen.add(server);
    expect(seen.size).toBe(64);
    for (let i = 16; i < 100; i++) await createSet();
    expect(await refused(createSet())).toMatchObject({ code: "LimitsExceeded", status: 400 });
  });

  it("are not for private zones", async () => {
    const { id } = await createSet();
    expect(
      await refused(
        createZone("corp.internal", { DelegationSetId: id, VPC: { VPCId: "vpc-1", VPCRegion: "us-east-1" } }),
      ),
    ).toMatchObject({ code: "InvalidInput" });
  });

  it("take at most 100 zones", async () => {
    const { id } = await createSet();
    for (let i = 0; i < 100; i++) await createZone(`n${i}.com`, { DelegationSetId: id });
    expect(await refused(createZone("n100.com", { DelegationSetId: id }))).toMatchObject({
      code: "TooManyHostedZones",
    });
  });

  it("are listed in pages", async () => {
    const ids = new Set<string>();
    for (let i = 0; i < 5; i++) ids.add((await createSet()).id);
    const seen: string[] = [];
    let Marker: string | undefined;
    do {
      const page = await r53.client.send(new ListReusableDelegationSetsCommand({ MaxItems: 2, Marker }));
      seen.push(...(page.DelegationSets ?? []).map((set) => bareId(set.Id ?? "")));
      expect(page.IsTruncated).toBe(page.NextMarker !== undefined);
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    expect(seen).toHaveLength(5);
    expect(new Set(seen)).toEqual(ids);
  });
});

describe("name servers of zones without a delegation set of their own", () => {
  it("are never those of the zone above or below while there are others", async () => {
    const parent = await createZone("myapp.com");
    const children = [];
    for (let i = 0; i < 20; i++) children.push(await createZone(`c${i}.myapp.com`));
    for (const child of children) expect(child.servers.some((server) => parent.servers.includes(server))).toBe(false);
  });

  it("are shared with zones below when the pool is used up, but never with a namesake", async () => {
    const taken: string[][] = [];
    for (let i = 0; i < 15; i++) taken.push((await createZone("myapp.com")).servers);
    const child = await createZone("dev.myapp.com");
    const last = await createZone("myapp.com");
    expect(taken.flat().some((server) => last.servers.includes(server))).toBe(false);
    expect(last.servers).toEqual(child.servers);
  });
});
