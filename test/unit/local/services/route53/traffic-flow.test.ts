import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  CreateTrafficPolicyCommand,
  CreateTrafficPolicyInstanceCommand,
  CreateTrafficPolicyVersionCommand,
  DeleteHostedZoneCommand,
  DeleteTrafficPolicyCommand,
  DeleteTrafficPolicyInstanceCommand,
  GetTrafficPolicyCommand,
  GetTrafficPolicyInstanceCommand,
  GetTrafficPolicyInstanceCountCommand,
  ListResourceRecordSetsCommand,
  ListTrafficPoliciesCommand,
  ListTrafficPolicyInstancesByHostedZoneCommand,
  ListTrafficPolicyInstancesByPolicyCommand,
  ListTrafficPolicyInstancesCommand,
  ListTrafficPolicyVersionsCommand,
  UpdateTrafficPolicyCommentCommand,
  UpdateTrafficPolicyInstanceCommand,
} from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bareId } from "../../../../../src/route53/record-set.ts";
import { type LocalRoute53, localRoute53, PROPAGATION_MS, refused } from "./fixture.ts";

let r53: LocalRoute53;
let zoneId: string;
beforeEach(async () => {
  r53 = await localRoute53();
  const made = await r53.client.send(new CreateHostedZoneCommand({ Name: "myapp.com", CallerReference: "z" }));
  zoneId = bareId(made.HostedZone?.Id ?? "");
});
afterEach(() => r53.close());

function document(value: string, type = "A"): string {
  return JSON.stringify({
    AWSPolicyFormatVersion: "2015-10-01",
    RecordType: type,
    StartEndpoint: "only",
    Endpoints: { only: { Type: "value", Value: value } },
  });
}
async function policy(Name: string, Document = document("192.0.2.1")) {
  const made = await r53.client.send(new CreateTrafficPolicyCommand({ Name, Document }));
  return { ...made, id: made.TrafficPolicy?.Id ?? "" };
}
const version = (Id: string, Document: string) =>
  r53.client.send(new CreateTrafficPolicyVersionCommand({ Id, Document }));
const instance = (TrafficPolicyId: string, Name: string, TrafficPolicyVersion = 1) =>
  r53.client.send(
    new CreateTrafficPolicyInstanceCommand({
      HostedZoneId: zoneId,
      Name,
      TTL: 60,
      TrafficPolicyId,
      TrafficPolicyVersion,
    }),
  );

describe("traffic policies", () => {
  it("keep their document as it was sent, version by version", async () => {
    const { id, TrafficPolicy, Location } = await policy("global");
    expect(Location).toBe(`https://route53.amazonaws.com/2013-04-01/trafficpolicy/${id}/1`);
    expect(TrafficPolicy).toMatchObject({ Name: "global", Version: 1, Type: "A", Document: document("192.0.2.1") });
    await version(id, document("192.0.2.2"));
    const get = async (Version: number) =>
      (await r53.client.send(new GetTrafficPolicyCommand({ Id: id, Version }))).TrafficPolicy?.Document;
    expect(await get(1)).toBe(document("192.0.2.1"));
    expect(await get(2)).toBe(document("192.0.2.2"));
    expect(await refused(get(3))).toMatchObject({ code: "NoSuchTrafficPolicy", status: 404 });
    const { TrafficPolicySummaries } = await r53.client.send(new ListTrafficPoliciesCommand({}));
    expect(TrafficPolicySummaries).toEqual([
      { Id: id, Name: "global", Type: "A", LatestVersion: 2, TrafficPolicyCount: 2 },
    ]);
  });

  it("never use a version number twice", async () => {
    const { id } = await policy("global");
    await version(id, document("192.0.2.2"));
    await r53.client.send(new DeleteTrafficPolicyCommand({ Id: id, Version: 2 }));
    expect((await version(id, document("192.0.2.3"))).TrafficPolicy?.Version).toBe(3);
    const first = await r53.client.send(new ListTrafficPolicyVersionsCommand({ Id: id, MaxItems: 1 }));
    expect(first).toMatchObject({ IsTruncated: true, TrafficPolicyVersionMarker: "3" });
    const second = await r53.client.send(
      new ListTrafficPolicyVersionsCommand({ Id: id, TrafficPolicyVersionMarker: first.TrafficPolicyVersionMarker }),
    );
    expect(second.TrafficPolicies?.map((one) => one.Version)).toEqual([3]);
  });

  it("refuse a document with all that is wrong in it, and a name that is taken", async () => {
    const undefinedRule = JSON.stringify({
      AWSPolicyFormatVersion: "2015-10-01",
      RecordType: "A",
      StartRule: "missing",
      Rules: {},
      Endpoints: {},
    });
    expect(await refused(policy("global", undefinedRule))).toMatchObject({
      code: "InvalidTrafficPolicyDocument",
      status: 400,
      message: expect.stringContaining("missing"),
    });
    await policy("global");
    expect(await refused(policy("global"))).toMatchObject({ code: "TrafficPolicyAlreadyExists", status: 409 });
  });

  it("change their comment, and can be made again under a name that was deleted", async () => {
    const { id } = await policy("global");
    const updated = await r53.client.send(
      new UpdateTrafficPolicyCommentCommand({ Id: id, Version: 1, Comment: "better" }),
    );
    expect(updated.TrafficPolicy?.Comment).toBe("better");
    await r53.client.send(new DeleteTrafficPolicyCommand({ Id: id, Version: 1 }));
    expect(await refused(r53.client.send(new ListTrafficPolicyVersionsCommand({ Id: id })))).toMatchObject({
      code: "NoSuchTrafficPolicy",
    });
    await policy("global");
  });
});

describe("traffic policy instances", () => {
  it("are Creating, then Applied with their document at the name servers", async () => {
    const { id } = await policy("global");
    const made = await instance(id, "global.myapp.com");
    expect(made.TrafficPolicyInstance).toMatchObject({
      Name: "global.myapp.com.",
      State: "Creating",
      Message: "",
      TTL: 60,
      TrafficPolicyType: "A",
    });
    await r53.clock.advance(PROPAGATION_MS);
    const Id = made.TrafficPolicyInstance?.Id;
    const got = await r53.client.send(new GetTrafficPolicyInstanceCommand({ Id }));
    expect(got.TrafficPolicyInstance?.State).toBe("Applied");
    expect(r53.published.get(zoneId)?.trafficPolicyInstances).toEqual([
      { id: Id, name: "global.myapp.com.", ttlSeconds: 60, document: document("192.0.2.1") },
    ]);
  });

  it("own a record set in the zone that nobody else can change", async () => {
    const { id } = await policy("global");
    const made = await instance(id, "global.myapp.com");
    const listed = await r53.client.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, StartRecordName: "global.myapp.com", MaxItems: 1 }),
    );
    expect(listed.ResourceRecordSets?.[0]).toMatchObject({
      Name: "global.myapp.com.",
      Type: "A",
      TrafficPolicyInstanceId: made.TrafficPolicyInstance?.Id,
    });
    expect(
      await refused(
        r53.client.send(
          new ChangeResourceRecordSetsCommand({
            HostedZoneId: zoneId,
            ChangeBatch: { Changes: [{ Action: "DELETE", ResourceRecordSet: listed.ResourceRecordSets?.[0] }] },
          }),
        ),
      ),
    ).toMatchObject({ code: "InvalidChangeBatch" });
    expect(await refused(r53.client.send(new DeleteHostedZoneCommand({ Id: zoneId })))).toMatchObject({
      code: "HostedZoneNotEmpty",
    });
    await r53.client.send(new DeleteTrafficPolicyInstanceCommand({ Id: made.TrafficPolicyInstance?.Id }));
    await r53.client.send(new DeleteHostedZoneCommand({ Id: zoneId }));
  });

  it("move to another version of the same type", async () => {
    const { id } = await policy("global");
    await version(id, document("192.0.2.2"));
    await version(id, document("2001:db8::1", "AAAA"));
    const made = await instance(id, "global.myapp.com");
    await r53.clock.advance(PROPAGATION_MS);
    const update = (TrafficPolicyVersion: number) =>
      r53.client.send(
        new UpdateTrafficPolicyInstanceCommand({
          Id: made.TrafficPolicyInstance?.Id,
          TTL: 30,
          TrafficPolicyId: id,
          TrafficPolicyVersion,
        }),
      );
    expect((await update(2)).TrafficPolicyInstance).toMatchObject({
      State: "Updating",
      TrafficPolicyVersion: 2,
      TTL: 30,
    });
    expect(await refused(update(3))).toMatchObject({ code: "ConflictingTypes" });
    await r53.clock.advance(PROPAGATION_MS);
    expect(r53.published.get(zoneId)?.trafficPolicyInstances[0]).toMatchObject({
      ttlSeconds: 30,
      document: document("192.0.2.2"),
    });
  });

  it("keep their policy version from being deleted", async () => {
    const { id } = await policy("global");
    await instance(id, "global.myapp.com");
    expect(await refused(r53.client.send(new DeleteTrafficPolicyCommand({ Id: id, Version: 1 })))).toMatchObject({
      code: "TrafficPolicyInUse",
      status: 400,
    });
  });

  it("refuse a name that is taken, outside the zone, or unknown ids", async () => {
    const { id } = await policy("global");
    await instance(id, "global.myapp.com");
    expect(await refused(instance(id, "GLOBAL.myapp.com."))).toMatchObject({
      code: "TrafficPolicyInstanceAlreadyExists",
      status: 409,
    });
    expect(await refused(instance(id, "global.example.org"))).toMatchObject({ code: "InvalidInput" });
    expect(await refused(instance(id, "x.myapp.com", 9))).toMatchObject({ code: "NoSuchTrafficPolicy" });
    await r53.client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zoneId,
        ChangeBatch: {
          Changes: [
            {
              Action: "CREATE",
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
    expect(await refused(instance(id, "www.myapp.com"))).toMatchObject({ code: "InvalidInput" });
    expect(await refused(r53.client.send(new GetTrafficPolicyInstanceCommand({ Id: "none" })))).toMatchObject({
      code: "NoSuchTrafficPolicyInstance",
      status: 404,
    });
  });

  it("are counted and listed in pages, by zone, by policy and all together", async () => {
    const one = await policy("one");
    const two = await policy("two");
    for (const name of ["a.myapp.com", "b.myapp.com", "c.myapp.com"]) await instance(one.id, name);
    await instance(two.id, "d.myapp.com");
    expect((await r53.client.send(new GetTrafficPolicyInstanceCountCommand({}))).TrafficPolicyInstanceCount).toBe(4);
    const seen: (string | undefined)[] = [];
    let markers: object = {};
    for (;;) {
      const page = await r53.client.send(new ListTrafficPolicyInstancesCommand({ MaxItems: 3, ...markers }));
      seen.push(...(page.TrafficPolicyInstances ?? []).map((found) => found.Name));
      if (!page.IsTruncated) break;
      markers = {
        HostedZoneIdMarker: page.HostedZoneIdMarker,
        TrafficPolicyInstanceNameMarker: page.TrafficPolicyInstanceNameMarker,
        TrafficPolicyInstanceTypeMarker: page.TrafficPolicyInstanceTypeMarker,
      };
    }
    expect(seen).toEqual(["a.myapp.com.", "b.myapp.com.", "c.myapp.com.", "d.myapp.com."]);
    const byZone = await r53.client.send(
      new ListTrafficPolicyInstancesByHostedZoneCommand({
        HostedZoneId: zoneId,
        TrafficPolicyInstanceNameMarker: "c.myapp.com",
        TrafficPolicyInstanceTypeMarker: "A",
      }),
    );
    expect(byZone.TrafficPolicyInstances?.map((found) => found.Name)).toEqual(["c.myapp.com.", "d.myapp.com."]);
    const byPolicy = await r53.client.send(
      new ListTrafficPolicyInstancesByPolicyCommand({ TrafficPolicyId: two.id, TrafficPolicyVersion: 1 }),
    );
    expect(byPolicy.TrafficPolicyInstances?.map((found) => found.Name)).toEqual(["d.myapp.com."]);
  });
});
