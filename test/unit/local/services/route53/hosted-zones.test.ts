import {
  AssociateVPCWithHostedZoneCommand,
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  DisassociateVPCFromHostedZoneCommand,
  GetAccountLimitCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  GetHostedZoneCountCommand,
  GetHostedZoneLimitCommand,
  ListHostedZonesByNameCommand,
  ListHostedZonesByVPCCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  UpdateHostedZoneCommentCommand,
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
async function createZone(name: string, more: object = {}) {
  const made = await r53.client.send(
    new CreateHostedZoneCommand({ Name: name, CallerReference: `reference-${references++}`, ...more }),
  );
  return { ...made, id: bareId(made.HostedZone?.Id ?? "") };
}
const vpc = (VPCId: string) => ({ VPC: { VPCId, VPCRegion: "us-east-1" as const } });

describe("CreateHostedZone", () => {
  it("answers 201 with a Location, a pending change and four name servers of four suffixes", async () => {
    const made = await createZone("MyApp.com", { HostedZoneConfig: { Comment: "Production" } });
    expect(made.$metadata.httpStatusCode).toBe(201);
    expect(made.Location).toBe(`https://route53.amazonaws.com/2013-04-01/hostedzone/${made.id}`);
    expect(made.id).toMatch(/^Z[A-Z0-9]{10,31}$/);
    expect(made.HostedZone).toMatchObject({
      Id: `/hostedzone/${made.id}`,
      Name: "myapp.com.",
      Config: { Comment: "Production", PrivateZone: false },
      ResourceRecordSetCount: 2,
    });
    expect(made.ChangeInfo?.Status).toBe("PENDING");
    expect(made.DelegationSet?.NameServers?.map((name) => name.replace(/^ns-\d+\.awsdns-\d+/, ""))).toEqual([
      ".com",
      ".net",
      ".org",
      ".co.uk",
    ]);
  });

  it("registers the domain, but not a name below one", async () => {
    await createZone("myapp.com");
    await createZone("dev.myapp.com");
    expect(r53.registered).toEqual(["myapp.com."]);
  });

  it("never takes a caller reference twice, not even that of a deleted zone", async () => {
    const request = new CreateHostedZoneCommand({ Name: "a.com", CallerReference: "same" });
    const made = await r53.client.send(request);
    const again = { code: "HostedZoneAlreadyExists", status: 409 };
    expect(await refused(r53.client.send(request))).toMatchObject({
      ...again,
      message: "A hosted zone has already been created with the specified caller reference.",
    });
    await r53.client.send(new DeleteHostedZoneCommand({ Id: made.HostedZone?.Id }));
    expect(await refused(r53.client.send(request))).toMatchObject(again);
  });

  it("gives zones of one name disjoint name servers, as long as there are any", async () => {
    const seen = new Set<string>();
    for (let i = 0; i < 16; i++) {
      for (const server of (await createZone("twice.com")).DelegationSet?.NameServers ?? []) seen.add(server);
    }
    expect(seen.size).toBe(64);
    expect(await refused(createZone("twice.com"))).toMatchObject({ code: "DelegationSetNotAvailable" });
    await createZone("other.com");
  });

  it.each([
    ["a..com", "FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'a..com'"],
    ["com", "com is reserved by AWS!"],
  ])("refuses the name '%s'", async (name, message) => {
    expect(await refused(createZone(name))).toEqual({ code: "InvalidDomainName", status: 400, message });
  });

  it("holds the model's lengths", async () => {
    expect(
      await refused(r53.client.send(new CreateHostedZoneCommand({ Name: "a.com", CallerReference: "x".repeat(129) }))),
    ).toMatchObject({
      code: "InvalidInput",
      message: `1 validation error detected: Value '${"x".repeat(129)}' at 'callerReference' failed to satisfy constraint: Member must have length less than or equal to 128`,
    });
  });
});

describe("private hosted zones", () => {
  it("have VPCs and no delegation set", async () => {
    const made = await createZone("corp.internal", vpc("vpc-1a2b"));
    expect(made.DelegationSet).toBeUndefined();
    expect(made.VPC).toEqual({ VPCId: "vpc-1a2b", VPCRegion: "us-east-1" });
    const got = await r53.client.send(new GetHostedZoneCommand({ Id: made.id }));
    expect(got.VPCs).toEqual([{ VPCId: "vpc-1a2b", VPCRegion: "us-east-1" }]);
    expect(got.HostedZone?.Config?.PrivateZone).toBe(true);
    expect(r53.registered).toEqual([]);
    await r53.clock.advance(PROPAGATION_MS);
    expect(r53.published.get(made.id)).toMatchObject({ private: true, nameServers: [] });
  });

  it("need a VPC", async () => {
    expect(await refused(createZone("corp.internal", { HostedZoneConfig: { PrivateZone: true } }))).toEqual({
      code: "InvalidInput",
      status: 400,
      message:
        "When you're creating a private hosted zone (when you specify true for PrivateZone), you must also specify values for VPCId and VPCRegion.",
    });
  });

  it("share a VPC only under different names, and keep their last VPC", async () => {
    const made = await createZone("corp.internal", vpc("vpc-1"));
    expect(await refused(createZone("corp.internal", vpc("vpc-1")))).toMatchObject({ code: "ConflictingDomainExists" });
    await createZone("other.internal", vpc("vpc-1"));
    const associate = (Id: string, id: string) =>
      r53.client.send(new AssociateVPCWithHostedZoneCommand({ HostedZoneId: Id, ...vpc(id) }));
    const disassociate = (id: string) =>
      r53.client.send(new DisassociateVPCFromHostedZoneCommand({ HostedZoneId: made.id, ...vpc(id) }));
    await associate(made.id, "vpc-2");
    const listed = await r53.client.send(new ListHostedZonesByVPCCommand({ VPCId: "vpc-1", VPCRegion: "us-east-1" }));
    expect(listed.HostedZoneSummaries?.map((zone) => zone.Name).sort()).toEqual(["corp.internal.", "other.internal."]);
    await disassociate("vpc-1");
    expect(await refused(disassociate("vpc-1"))).toMatchObject({ code: "VPCAssociationNotFound", status: 404 });
    expect(await refused(disassociate("vpc-2"))).toMatchObject({ code: "LastVPCAssociation" });
    const open = await createZone("public.com");
    expect(await refused(associate(open.id, "vpc-1"))).toMatchObject({ code: "PublicZoneVPCAssociation" });
  });
});

describe("GetHostedZone and friends", () => {
  it("take ids with and without /hostedzone/, and name the id that is not there", async () => {
    const { id } = await createZone("myapp.com");
    for (const Id of [id, `/hostedzone/${id}`]) {
      expect((await r53.client.send(new GetHostedZoneCommand({ Id }))).HostedZone?.Name).toBe("myapp.com.");
    }
    expect(await refused(r53.client.send(new GetHostedZoneCommand({ Id: "ZNONE" })))).toEqual({
      code: "NoSuchHostedZone",
      status: 404,
      message: "No hosted zone found with ID: ZNONE",
    });
  });

  it("count and limit", async () => {
    const { id } = await createZone("myapp.com");
    expect((await r53.client.send(new GetHostedZoneCountCommand({}))).HostedZoneCount).toBe(1);
    expect(
      await r53.client.send(new GetHostedZoneLimitCommand({ HostedZoneId: id, Type: "MAX_RRSETS_BY_ZONE" })),
    ).toMatchObject({ Limit: { Value: 10_000 }, Count: 0 });
    expect(
      await refused(
        r53.client.send(new GetHostedZoneLimitCommand({ HostedZoneId: id, Type: "MAX_VPCS_ASSOCIATED_BY_ZONE" })),
      ),
    ).toMatchObject({ code: "HostedZoneNotPrivate" });
    expect(await r53.client.send(new GetAccountLimitCommand({ Type: "MAX_HOSTED_ZONES_BY_OWNER" }))).toMatchObject({
      Limit: { Value: 500 },
      Count: 1,
    });
  });

  it("changes and removes the comment", async () => {
    const { id } = await createZone("myapp.com");
    const update = (Comment?: string) => r53.client.send(new UpdateHostedZoneCommentCommand({ Id: id, Comment }));
    expect((await update("new")).HostedZone?.Config?.Comment).toBe("new");
    expect((await update()).HostedZone?.Config?.Comment).toBeUndefined();
  });
});

describe("the lists of hosted zones", () => {
  it("page by marker", async () => {
    const ids = new Set<string>();
    for (const name of ["a.com", "b.com", "c.com"]) ids.add((await createZone(name)).id);
    const seen: string[] = [];
    let marker: string | undefined;
    do {
      const page = await r53.client.send(new ListHostedZonesCommand({ MaxItems: 2, Marker: marker }));
      seen.push(...(page.HostedZones ?? []).map((zone) => bareId(zone.Id ?? "")));
      expect(page.IsTruncated).toBe(page.NextMarker !== undefined);
      marker = page.NextMarker;
    } while (marker !== undefined);
    expect(new Set(seen)).toEqual(ids);
    expect(seen).toHaveLength(3);
  });

  it("order by reversed name, then id, and page through zones of one name", async () => {
    for (const name of ["b.com", "a.org", "www.a.com", "a.com", "a.com"]) await createZone(name);
    const all = await r53.client.send(new ListHostedZonesByNameCommand({}));
    expect(all.HostedZones?.map((zone) => zone.Name)).toEqual(["a.com.", "a.com.", "www.a.com.", "b.com.", "a.org."]);
    const first = await r53.client.send(new ListHostedZonesByNameCommand({ DNSName: "a.com", MaxItems: 1 }));
    expect(first).toMatchObject({ DNSName: "a.com", IsTruncated: true, NextDNSName: "a.com." });
    const second = await r53.client.send(
      new ListHostedZonesByNameCommand({
        DNSName: first.NextDNSName,
        HostedZoneId: first.NextHostedZoneId,
        MaxItems: 1,
      }),
    );
    expect(second.HostedZones?.[0]?.Id).toBe(`/hostedzone/${first.NextHostedZoneId}`);
    expect(second.NextDNSName).toBe("www.a.com.");
  });

  it("start at the next name when there is none of that name", async () => {
    await createZone("b.com");
    const found = await r53.client.send(new ListHostedZonesByNameCommand({ DNSName: "a.com", MaxItems: 1 }));
    expect(found.HostedZones?.[0]?.Name).toBe("b.com.");
  });
});

describe("DeleteHostedZone", () => {
  it("wants the zone empty", async () => {
    const { id } = await createZone("myapp.com");
    const change = (Action: "CREATE" | "DELETE") =>
      r53.client.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId: id,
          ChangeBatch: {
            Changes: [
              {
                Action,
                ResourceRecordSet: {
                  Name: "www.myapp.com",
                  Type: "A",
                  TTL: 60,
                  ResourceRecords: [{ Value: "192.0.2.1" }],
                },
              },
            ],
          },
        }),
      );
    await change("CREATE");
    expect(await refused(r53.client.send(new DeleteHostedZoneCommand({ Id: id })))).toEqual({
      code: "HostedZoneNotEmpty",
      status: 400,
      message: "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
    });
    await change("DELETE");
    await r53.clock.advance(PROPAGATION_MS);
    expect(r53.published.has(id)).toBe(true);
    const { ChangeInfo } = await r53.client.send(new DeleteHostedZoneCommand({ Id: id }));
    await r53.clock.advance(PROPAGATION_MS);
    expect(r53.published.has(id)).toBe(false);
    expect((await r53.client.send(new GetChangeCommand({ Id: ChangeInfo?.Id }))).ChangeInfo?.Status).toBe("INSYNC");
    expect(await refused(r53.client.send(new ListResourceRecordSetsCommand({ HostedZoneId: id })))).toMatchObject({
      code: "NoSuchHostedZone",
    });
  });
});
