import {
  AssociateVPCWithHostedZoneCommand,
  CreateHostedZoneCommand,
  CreateVPCAssociationAuthorizationCommand,
  DeleteHostedZoneCommand,
  DeleteVPCAssociationAuthorizationCommand,
  DisassociateVPCFromHostedZoneCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  GetHostedZoneLimitCommand,
  ListHostedZonesByVPCCommand,
  ListHostedZonesCommand,
  ListVPCAssociationAuthorizationsCommand,
  type VPCRegion,
} from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bareId } from "../../../../../src/route53/record-set.ts";
import { ACCOUNT, type LocalRoute53, localRoute53, PROPAGATION_MS, refused } from "./fixture.ts";

let r53: LocalRoute53;
beforeEach(async () => {
  r53 = await localRoute53();
});
afterEach(() => r53.close());

let references = 0;
async function createZone(Name: string, more: object = {}): Promise<string> {
  const made = await r53.client.send(
    new CreateHostedZoneCommand({ Name, CallerReference: `reference-${references++}`, ...more }),
  );
  return bareId(made.HostedZone?.Id ?? "");
}
const vpc = (VPCId: string, region: VPCRegion = "us-east-1") => ({ VPC: { VPCId, VPCRegion: region } });
const associate = (HostedZoneId: string, id: string, region?: VPCRegion) =>
  r53.client.send(new AssociateVPCWithHostedZoneCommand({ HostedZoneId, ...vpc(id, region) }));
const disassociate = (HostedZoneId: string, id: string) =>
  r53.client.send(new DisassociateVPCFromHostedZoneCommand({ HostedZoneId, ...vpc(id) }));

describe("VPCs of a private hosted zone", () => {
  it("come and go with changes that are PENDING, then INSYNC", async () => {
    const id = await createZone("corp.internal", vpc("vpc-1"));
    const made = await r53.client.send(
      new AssociateVPCWithHostedZoneCommand({ HostedZoneId: id, ...vpc("vpc-2", "eu-west-1"), Comment: "second" }),
    );
    expect(made.ChangeInfo).toMatchObject({ Status: "PENDING", Comment: "second" });
    await r53.clock.advance(PROPAGATION_MS);
    expect((await r53.client.send(new GetChangeCommand({ Id: made.ChangeInfo?.Id }))).ChangeInfo?.Status).toBe(
      "INSYNC",
    );
    expect((await r53.client.send(new GetHostedZoneCommand({ Id: id }))).VPCs).toEqual([
      { VPCId: "vpc-1", VPCRegion: "us-east-1" },
      { VPCId: "vpc-2", VPCRegion: "eu-west-1" },
    ]);
    expect(
      await r53.client.send(new GetHostedZoneLimitCommand({ HostedZoneId: id, Type: "MAX_VPCS_ASSOCIATED_BY_ZONE" })),
    ).toMatchObject({ Limit: { Value: 300 }, Count: 2 });
    await disassociate(id, "vpc-1");
    expect((await r53.client.send(new GetHostedZoneCommand({ Id: id }))).VPCs).toEqual([
      { VPCId: "vpc-2", VPCRegion: "eu-west-1" },
    ]);
  });

  it("see one zone of a name; zones above and below it, and public ones of the name, are no conflict", async () => {
    const first = await createZone("corp.internal", vpc("vpc-1"));
    expect(await refused(createZone("corp.internal", vpc("vpc-1")))).toEqual({
      code: "ConflictingDomainExists",
      status: 400,
      message: "A conflicting domain is already associated with the given VPC or Delegation Set.",
    });
    await createZone("dev.corp.internal", vpc("vpc-1"));
    await createZone("corp.internal");
    const second = await createZone("corp.internal", vpc("vpc-2"));
    const overlap = {
      code: "ConflictingDomainExists",
      status: 400,
      message:
        "The VPC that you chose, vpc-1 in region us-east-1, is already associated with another private hosted zone that has an overlapping name space, corp.internal..",
    };
    expect(await refused(associate(second, "vpc-1"))).toEqual(overlap);
    expect(await refused(associate(first, "vpc-1"))).toEqual(overlap);
    await associate(second, "vpc-1", "eu-west-1");
  });

  it("are refused to public zones, and the last one stays", async () => {
    const open = await createZone("public.com");
    expect(await refused(associate(open, "vpc-1a"))).toEqual({
      code: "PublicZoneVPCAssociation",
      status: 400,
      message: `Attempting to associate public zone: ${open} with vpc: vpc-1a`,
    });
    const id = await createZone("corp.internal", vpc("vpc-1"));
    expect(await refused(disassociate(id, "vpc-2"))).toEqual({
      code: "VPCAssociationNotFound",
      status: 404,
      message: "The specified VPC and hosted zone are not currently associated.",
    });
    expect(await refused(disassociate(id, "vpc-1"))).toMatchObject({ code: "LastVPCAssociation", status: 400 });
    expect(await refused(associate(id, "no-vpc"))).toMatchObject({ code: "InvalidVPCId", status: 400 });
    expect(await refused(associate(id, "vpc-2", "mars-1" as VPCRegion))).toMatchObject({ code: "InvalidInput" });
    expect(await refused(associate("ZNONE", "vpc-2"))).toMatchObject({ code: "NoSuchHostedZone", status: 404 });
  });

  it("list their zones in pages, with the owner", async () => {
    const names = ["a.internal", "b.internal", "c.internal"];
    for (const name of names) await createZone(name, vpc("vpc-1"));
    await createZone("d.internal", vpc("vpc-2"));
    const seen: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await r53.client.send(
        new ListHostedZonesByVPCCommand({ VPCId: "vpc-1", VPCRegion: "us-east-1", MaxItems: 2, NextToken }),
      );
      for (const summary of page.HostedZoneSummaries ?? []) {
        expect(summary.Owner).toEqual({ OwningAccount: ACCOUNT });
        seen.push(summary.Name);
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(seen.sort()).toEqual(["a.internal.", "b.internal.", "c.internal."]);
    const other = new ListHostedZonesByVPCCommand({ VPCId: "vpc-1", VPCRegion: "us-east-1", NextToken: "tampered" });
    expect(await refused(r53.client.send(other))).toMatchObject({ code: "InvalidPaginationToken" });
  });

  it("let private zones be listed alone", async () => {
    await createZone("public.com");
    await createZone("corp.internal", vpc("vpc-1"));
    const listed = await r53.client.send(new ListHostedZonesCommand({ HostedZoneType: "PrivateHostedZone" }));
    expect(listed.HostedZones?.map((zone) => zone.Name)).toEqual(["corp.internal."]);
  });
});

describe("VPC association authorizations", () => {
  const authorize = (HostedZoneId: string, id: string) =>
    r53.client.send(new CreateVPCAssociationAuthorizationCommand({ HostedZoneId, ...vpc(id) }));
  const withdraw = (HostedZoneId: string, id: string) =>
    r53.client.send(new DeleteVPCAssociationAuthorizationCommand({ HostedZoneId, ...vpc(id) }));
  const list = (HostedZoneId: string, more: object = {}) =>
    r53.client.send(new ListVPCAssociationAuthorizationsCommand({ HostedZoneId, ...more }));

  it("are made, made again without harm, listed in pages of 50, and withdrawn", async () => {
    const id = await createZone("corp.internal", vpc("vpc-0"));
    expect(await authorize(id, "vpc-1")).toMatchObject({
      HostedZoneId: id,
      VPC: { VPCId: "vpc-1", VPCRegion: "us-east-1" },
    });
    await authorize(id, "vpc-1");
    for (let i = 100; i < 155; i++) await authorize(id, `vpc-${i}`);
    const first = await list(id);
    expect(first.VPCs).toHaveLength(50);
    const second = await list(id, { NextToken: first.NextToken });
    expect(second.VPCs).toHaveLength(6);
    expect(second.NextToken).toBeUndefined();
    expect(new Set([...(first.VPCs ?? []), ...(second.VPCs ?? [])].map((one) => one.VPCId)).size).toBe(56);
    await withdraw(id, "vpc-1");
    expect(await refused(withdraw(id, "vpc-1"))).toEqual({
      code: "VPCAssociationAuthorizationNotFound",
      status: 404,
      message: "The VPC that you specified is not authorized to be associated with the hosted zone.",
    });
    expect(await refused(list(id, { NextToken: "tampered" }))).toMatchObject({ code: "InvalidPaginationToken" });
  });

  it("stay after the association, and end with the zone", async () => {
    const id = await createZone("corp.internal", vpc("vpc-0"));
    await authorize(id, "vpc-1");
    await associate(id, "vpc-1");
    expect((await list(id)).VPCs).toHaveLength(1);
    await r53.client.send(new DeleteHostedZoneCommand({ Id: id }));
    expect([...r53.store.table("route53.vpc-authorizations").entries()]).toEqual([]);
  });

  it("are for private zones that exist", async () => {
    expect(await refused(authorize(await createZone("public.com"), "vpc-1"))).toMatchObject({ code: "InvalidInput" });
    expect(await refused(authorize("ZNONE", "vpc-1"))).toMatchObject({ code: "NoSuchHostedZone" });
  });

  it("are a thousand at most", async () => {
    const id = await createZone("corp.internal", vpc("vpc-0"));
    // All but the last are put there behind the API's back: a thousand requests take their time.
    const kept = r53.store.table("route53.vpc-authorizations");
    r53.store.write(() => {
      for (let i = 0; i < 999; i++) kept.put([id, `vpc-${i}`, "us-east-1"], vpc(`vpc-${i}`).VPC);
    });
    await authorize(id, "vpc-999");
    expect(await refused(authorize(id, "vpc-1000"))).toMatchObject({
      code: "TooManyVPCAssociationAuthorizations",
      status: 400,
    });
    await authorize(id, "vpc-999");
  });
});
