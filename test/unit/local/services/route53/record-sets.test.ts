import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Change,
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  DeleteHealthCheckCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
} from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore } from "../../../../../src/local/store/lmdb-store.ts";
import { bareId } from "../../../../../src/route53/record-set.ts";
import { type LocalRoute53, localRoute53, PROPAGATION_MS, refused } from "./fixture.ts";

let r53: LocalRoute53;
let zoneId: string;

async function createZone(target: LocalRoute53, name = "myapp.com"): Promise<string> {
  const made = await target.client.send(new CreateHostedZoneCommand({ Name: name, CallerReference: name }));
  return bareId(made.HostedZone?.Id ?? "");
}

beforeEach(async () => {
  r53 = await localRoute53();
  zoneId = await createZone(r53);
});
afterEach(() => r53.close());

const a = (Name: string, Value = "192.0.2.1", more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  Name,
  Type: "A",
  TTL: 60,
  ResourceRecords: [{ Value }],
  ...more,
});
const change = (Action: Change["Action"], ...sets: ResourceRecordSet[]): Change[] =>
  sets.map((ResourceRecordSet) => ({ Action, ResourceRecordSet }));

function submit(Changes: Change[], Comment?: string) {
  return r53.client.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: zoneId,
      ChangeBatch: { Changes, ...(Comment === undefined ? {} : { Comment }) },
    }),
  );
}
function list(more: object = {}) {
  return r53.client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, ...more }));
}
async function status(id: string | undefined) {
  return (await r53.client.send(new GetChangeCommand({ Id: id }))).ChangeInfo?.Status;
}

describe("ChangeResourceRecordSets", () => {
  it("is listed at once, PENDING until the name servers have it, and INSYNC then", async () => {
    await r53.clock.advance(PROPAGATION_MS);
    const { ChangeInfo } = await submit(change("CREATE", a("www.myapp.com")), "first");
    expect(ChangeInfo).toMatchObject({ Status: "PENDING", Comment: "first" });
    expect(ChangeInfo?.Id).toMatch(/^\/change\/C[A-Z0-9]+$/);
    expect((await list()).ResourceRecordSets).toHaveLength(3);
    expect(r53.published.get(zoneId)?.recordSets).toHaveLength(2);
    await r53.clock.advance(PROPAGATION_MS - 1);
    expect(await status(ChangeInfo?.Id)).toBe("PENDING");
    await r53.clock.advance(1);
    expect(await status(ChangeInfo?.Id)).toBe("INSYNC");
    expect(r53.published.get(zoneId)?.recordSets).toHaveLength(3);
  });

  it("brings all changes of a zone out together", async () => {
    await r53.clock.advance(PROPAGATION_MS);
    const before = r53.publications.length;
    for (let i = 0; i < 5; i++) await submit(change("CREATE", a(`h${i}.myapp.com`)));
    await r53.clock.advance(PROPAGATION_MS);
    expect(r53.publications.length).toBe(before + 1);
  });

  it("changes nothing when any change of the batch is refused", async () => {
    expect(await refused(submit(change("CREATE", a("fine.myapp.com"), a("www.example.org"))))).toEqual({
      code: "InvalidChangeBatch",
      status: 400,
      message: "[RRSet with DNS name www.example.org. is not permitted in zone myapp.com.]",
    });
    expect((await list()).ResourceRecordSets).toHaveLength(2);
    await r53.clock.advance(PROPAGATION_MS);
    expect(r53.publications).toHaveLength(1);
  });

  it("brackets and joins the messages of InvalidChangeBatch", async () => {
    const { message } = await refused(
      submit([...change("DELETE", a("x.myapp.com")), ...change("DELETE", a("y.myapp.com"))]),
    );
    expect(message).toBe(
      "[Tried to delete resource record set [name='x.myapp.com.', type='A'] but it was not found, Tried to delete resource record set [name='y.myapp.com.', type='A'] but it was not found]",
    );
  });

  it("keeps the zone's count", async () => {
    await submit(change("CREATE", a("x.myapp.com"), a("y.myapp.com")));
    await submit(change("DELETE", a("x.myapp.com")));
    const zone = await r53.client.send(new GetHostedZoneCommand({ Id: zoneId }));
    expect(zone.HostedZone?.ResourceRecordSetCount).toBe(3);
  });

  it("refuses model violations before anything else, all of them at once", async () => {
    const bad = a("x.myapp.com", "192.0.2.1", { Weight: 256, TTL: -1, SetIdentifier: "s" });
    expect(await refused(submit(change("CREATE", bad)))).toEqual({
      code: "InvalidInput",
      status: 400,
      message:
        "2 validation errors detected: Value '256' at 'changeBatch.changes.1.member.resourceRecordSet.weight' failed to satisfy constraint: Member must have value less than or equal to 255; Value '-1' at 'changeBatch.changes.1.member.resourceRecordSet.tTL' failed to satisfy constraint: Member must have value greater than or equal to 0",
    });
  });

  it("wants health checks that exist, but does not mind when they are deleted later", async () => {
    const { HealthCheck } = await r53.client.send(
      new CreateHealthCheckCommand({
        CallerReference: "r",
        HealthCheckConfig: { Type: "HTTP", IPAddress: "127.0.10.1" },
      }),
    );
    const set = (HealthCheckId: string | undefined) =>
      a("x.myapp.com", "192.0.2.1", { Weight: 1, SetIdentifier: "s", ...(HealthCheckId ? { HealthCheckId } : {}) });
    expect(await refused(submit(change("CREATE", set("missing"))))).toMatchObject({
      code: "NoSuchHealthCheck",
      status: 404,
    });
    await submit(change("CREATE", set(HealthCheck?.Id)));
    await r53.client.send(new DeleteHealthCheckCommand({ HealthCheckId: HealthCheck?.Id }));
    expect((await list({ StartRecordName: "x.myapp.com" })).ResourceRecordSets?.[0]?.HealthCheckId).toBe(
      HealthCheck?.Id,
    );
    await submit(change("DELETE", set(HealthCheck?.Id)));
  });

  it("knows no change that it did not make", async () => {
    expect(await refused(r53.client.send(new GetChangeCommand({ Id: "C123" })))).toEqual({
      code: "NoSuchChange",
      status: 404,
      message: "Could not find resource with ID: C123",
    });
  });
});

describe("ListResourceRecordSets", () => {
  it("echoes what was sent, names in Route 53's form", async () => {
    const sent: ResourceRecordSet[] = [
      a("*.myapp.com"),
      { Name: "t.myapp.com", Type: "TXT", TTL: 0, ResourceRecords: [{ Value: '"a b" "c"' }] },
      a("w.myapp.com", "192.0.2.1", { SetIdentifier: "zero", Weight: 0 }),
      {
        Name: "g.myapp.com",
        Type: "AAAA",
        TTL: 60,
        SetIdentifier: "eu",
        GeoLocation: { ContinentCode: "EU" },
        ResourceRecords: [{ Value: "2001:db8::1" }],
      },
      {
        Name: "al.myapp.com",
        Type: "A",
        AliasTarget: { HostedZoneId: zoneId, DNSName: "*.myapp.com", EvaluateTargetHealth: true },
      },
    ];
    await submit(change("CREATE", ...sent));
    const byName = new Map((await list()).ResourceRecordSets?.map((set) => [set.Name, set]));
    expect(byName.get("\\052.myapp.com.")).toEqual({ ...sent[0], Name: "\\052.myapp.com." });
    expect(byName.get("t.myapp.com.")).toEqual({ ...sent[1], Name: "t.myapp.com." });
    expect(byName.get("w.myapp.com.")).toEqual({ ...sent[2], Name: "w.myapp.com." });
    expect(byName.get("g.myapp.com.")).toEqual({ ...sent[3], Name: "g.myapp.com." });
    expect(byName.get("al.myapp.com.")).toEqual({
      Name: "al.myapp.com.",
      Type: "A",
      AliasTarget: { HostedZoneId: zoneId, DNSName: "\\052.myapp.com.", EvaluateTargetHealth: true },
    });
  });

  it("lists by reversed name, then type, then identifier, and pages through a group", async () => {
    await submit(
      change(
        "CREATE",
        a("b.myapp.com"),
        a("a.b.myapp.com"),
        a("a.myapp.com"),
        a("a-1.myapp.com"),
        { Name: "b.myapp.com", Type: "TXT", TTL: 60, ResourceRecords: [{ Value: '"x"' }] },
        a("c.myapp.com", "192.0.2.1", { SetIdentifier: "two", Weight: 1 }),
        a("c.myapp.com", "192.0.2.1", { SetIdentifier: "one", Weight: 1 }),
        a("*.myapp.com"),
      ),
    );
    const expected = [
      "myapp.com. NS ",
      "myapp.com. SOA ",
      "\\052.myapp.com. A ",
      "a-1.myapp.com. A ",
      "a.myapp.com. A ",
      "b.myapp.com. A ",
      "b.myapp.com. TXT ",
      "a.b.myapp.com. A ",
      "c.myapp.com. A one",
      "c.myapp.com. A two",
    ];
    for (const MaxItems of [1, 2, 3, 100]) {
      const seen: string[] = [];
      let next: object = {};
      for (;;) {
        const page = await list({ MaxItems, ...next });
        seen.push(
          ...(page.ResourceRecordSets ?? []).map((set) => `${set.Name} ${set.Type} ${set.SetIdentifier ?? ""}`),
        );
        expect(page.MaxItems).toBe(MaxItems);
        if (!page.IsTruncated) {
          expect(page.NextRecordName).toBeUndefined();
          break;
        }
        next = {
          StartRecordName: page.NextRecordName,
          StartRecordType: page.NextRecordType,
          StartRecordIdentifier: page.NextRecordIdentifier,
        };
      }
      expect(seen).toEqual(expected);
    }
  });

  it("starts at the next name or type when what is asked for is not there", async () => {
    await submit(change("CREATE", a("b.myapp.com")));
    const first = async (more: object) => (await list({ MaxItems: 1, ...more })).ResourceRecordSets?.[0]?.Name;
    expect(await first({ StartRecordName: "a.myapp.com" })).toBe("b.myapp.com.");
    expect(await first({ StartRecordName: "b.myapp.com", StartRecordType: "TXT" })).toBeUndefined();
    expect(await first({ StartRecordName: "other.example" })).toBeUndefined();
  });

  it("refuses a type without a name", async () => {
    expect(await refused(list({ StartRecordType: "A" }))).toMatchObject({ code: "InvalidInput", status: 400 });
  });

  it("gives 100 a page unless asked, 300 at most", async () => {
    const names = Array.from({ length: 320 }, (_, i) => a(`h${i}.myapp.com`));
    await submit(change("CREATE", ...names));
    expect((await list()).ResourceRecordSets).toHaveLength(100);
    expect((await list({ MaxItems: 1000 })).ResourceRecordSets).toHaveLength(300);
    expect(await refused(list({ MaxItems: 0 }))).toMatchObject({ code: "InvalidInput" });
  });
});

describe("after a restart", () => {
  it("everything that was acknowledged is there, published and INSYNC", async () => {
    const directory = await mkdtemp(join(tmpdir(), "r53kit-route53-"));
    const before = await localRoute53({ store: openStore({ directory }) });
    let changeId: string | undefined;
    let id = "";
    try {
      id = await createZone(before);
      const made = await before.client.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId: id,
          ChangeBatch: {
            Changes: change(
              "CREATE",
              a("www.myapp.com"),
              a("c.myapp.com", "192.0.2.1", { SetIdentifier: "x", Weight: 0 }),
            ),
          },
        }),
      );
      changeId = made.ChangeInfo?.Id;
    } finally {
      await before.close();
      await before.store.close();
    }
    const after = await localRoute53({ store: openStore({ directory }) });
    try {
      after.service.restore();
      expect(after.published.get(id)?.recordSets.map((set) => set.name)).toEqual([
        "myapp.com.",
        "myapp.com.",
        "c.myapp.com.",
        "www.myapp.com.",
      ]);
      const found = await after.client.send(new GetChangeCommand({ Id: changeId }));
      expect(found.ChangeInfo?.Status).toBe("INSYNC");
    } finally {
      await after.close();
      await after.store.close();
      await rm(directory, { recursive: true, force: true });
    }
  });
});

describe("geoproximity record sets", () => {
  const near = (SetIdentifier: string, GeoProximityLocation: NonNullable<ResourceRecordSet["GeoProximityLocation"]>) =>
    a("near.myapp.com", "192.0.2.1", { SetIdentifier, GeoProximityLocation });

  it("are in a Region, in a Local Zone group or at coordinates, and are listed and deleted as they are", async () => {
    const sets = [
      near("dublin", { AWSRegion: "eu-west-1" }),
      near("here", { Coordinates: { Latitude: "49.22", Longitude: "-074.01" }, Bias: -99 }),
      near("zone", { LocalZoneGroup: "us-west-2-den-1", Bias: 99 }),
    ];
    await submit(change("CREATE", ...sets));
    const listed = (await list()).ResourceRecordSets?.filter((set) => set.GeoProximityLocation) ?? [];
    expect(listed.map((set) => set.GeoProximityLocation)).toEqual([
      { AWSRegion: "eu-west-1", Bias: 0 },
      { Coordinates: { Latitude: "49.22", Longitude: "-74.01" }, Bias: -99 },
      { LocalZoneGroup: "us-west-2-den-1", Bias: 99 },
    ]);
    await submit(change("DELETE", ...listed));
  });

  it.each([
    [{ AWSRegion: "mars-north-1" }, "Invalid parameter : the AWS Region mars-north-1 is not supported."],
    [{ LocalZoneGroup: "nowhere" }, "Invalid parameter : the Local Zone Group nowhere is not supported."],
    [{ AWSRegion: "eu-west-1", Bias: 100 }, "Member must have value less than or equal to 99"],
    [{ Coordinates: { Latitude: "1", Longitude: "200" } }, "Longitude must be a number between -180 and 180"],
    [{ Coordinates: { Latitude: "north", Longitude: "1" } }, "[-+]?[0-9]{1,2}(\\.[0-9]{0,2})?"],
  ])("refuse %j", async (place, why) => {
    const refusal = await refused(submit(change("CREATE", near("s", place))));
    expect(refusal).toMatchObject({ code: "InvalidInput", status: 400 });
    expect(refusal.message).toContain(why);
    expect((await list()).ResourceRecordSets).toHaveLength(2);
  });
});
