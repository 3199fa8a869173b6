import {
  ChangeCidrCollectionCommand,
  type ChangeCidrCollectionCommandInput,
  ChangeResourceRecordSetsCommand,
  CreateCidrCollectionCommand,
  CreateHostedZoneCommand,
  DeleteCidrCollectionCommand,
  GetChangeCommand,
  ListCidrBlocksCommand,
  ListCidrCollectionsCommand,
  ListCidrLocationsCommand,
  ListResourceRecordSetsCommand,
} from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bareId } from "../../../../../src/route53/record-set.ts";
import { type LocalRoute53, localRoute53, PROPAGATION_MS, refused } from "./fixture.ts";

const NOWHERE = "00000000-0000-4000-8000-000000000000";

let r53: LocalRoute53;
beforeEach(async () => {
  r53 = await localRoute53();
});
afterEach(() => r53.close());

let references = 0;
async function createCollection(Name = "offices", CallerReference = `reference-${references++}`) {
  const made = await r53.client.send(new CreateCidrCollectionCommand({ Name, CallerReference }));
  return { ...made, id: made.Collection?.Id ?? "" };
}
type Changes = NonNullable<ChangeCidrCollectionCommandInput["Changes"]>;
const put = (LocationName: string, ...CidrList: string[]): Changes[number] => ({
  LocationName,
  Action: "PUT",
  CidrList,
});
const drop = (LocationName: string, ...CidrList: string[]): Changes[number] => ({
  LocationName,
  Action: "DELETE_IF_EXISTS",
  CidrList,
});
const change = (Id: string, Changes: Changes, CollectionVersion?: number) =>
  r53.client.send(new ChangeCidrCollectionCommand({ Id, Changes, CollectionVersion }));
const blocks = async (CollectionId: string, LocationName?: string) => {
  const found = await r53.client.send(new ListCidrBlocksCommand({ CollectionId, LocationName }));
  return (found.CidrBlocks ?? []).map((block) => `${block.LocationName} ${block.CidrBlock}`);
};
const remove = (Id: string) => r53.client.send(new DeleteCidrCollectionCommand({ Id }));

async function createZone(more: object = {}): Promise<string> {
  const made = await r53.client.send(
    new CreateHostedZoneCommand({ Name: "myapp.com", CallerReference: `reference-${references++}`, ...more }),
  );
  return bareId(made.HostedZone?.Id ?? "");
}
const record = (Action: "CREATE" | "DELETE", HostedZoneId: string, CollectionId: string, LocationName: string) =>
  r53.client.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId,
      ChangeBatch: {
        Changes: [
          {
            Action,
            ResourceRecordSet: {
              Name: "api.myapp.com",
              Type: "A",
              SetIdentifier: LocationName,
              CidrRoutingConfig: { CollectionId, LocationName },
              TTL: 60,
              ResourceRecords: [{ Value: "192.0.2.1" }],
            },
          },
        ],
      },
    }),
  );

describe("CIDR collections", () => {
  it("are created with version 1, an ARN, a Location and status 201", async () => {
    const { $metadata, Collection, Location, id } = await createCollection();
    expect($metadata.httpStatusCode).toBe(201);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(Collection).toEqual({
      Arn: `arn:aws:route53:::cidrcollection/${id}`,
      Id: id,
      Name: "offices",
      Version: 1,
    });
    expect(Location).toBe(`https://route53.amazonaws.com/2013-04-01/cidrcollection/${id}`);
  });

  it("are the same ones for a retry, and refused for another reference", async () => {
    const { id } = await createCollection("offices", "same");
    expect((await createCollection("offices", "same")).id).toBe(id);
    expect(await refused(createCollection("offices", "other"))).toMatchObject({
      code: "CidrCollectionAlreadyExistsException",
      message: "A CIDR collection with this name and a different caller reference already exists in this account.",
    });
  });

  it("are five at most, and listed in pages", async () => {
    for (let i = 0; i < 5; i++) await createCollection(`c${i}`);
    expect(await refused(createCollection("c5"))).toMatchObject({ code: "LimitsExceeded" });
    const names: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await r53.client.send(new ListCidrCollectionsCommand({ MaxResults: 2, NextToken }));
      names.push(...(page.CidrCollections ?? []).map((collection) => collection.Name));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(names.sort()).toEqual(["c0", "c1", "c2", "c3", "c4"]);
  });

  it("hold blocks by location: sorted, in one way of writing, each change one version", async () => {
    const { id } = await createCollection();
    await change(id, [put("berlin", "198.51.100.0/24", "10.0.0.0/8"), put("paris", "2001:DB8:0:0::/48")]);
    expect(await blocks(id)).toEqual(["berlin 10.0.0.0/8", "berlin 198.51.100.0/24", "paris 2001:db8::/48"]);
    expect(await blocks(id, "paris")).toEqual(["paris 2001:db8::/48"]);
    await change(id, [drop("berlin", "10.0.0.0/8", "192.0.2.0/24"), put("berlin", "198.51.100.0/24")], 2);
    expect(await blocks(id)).toEqual(["berlin 198.51.100.0/24", "paris 2001:db8::/48"]);
    const { CidrCollections } = await r53.client.send(new ListCidrCollectionsCommand({}));
    expect(CidrCollections?.[0]?.Version).toBe(3);
    const { CidrLocations } = await r53.client.send(new ListCidrLocationsCommand({ CollectionId: id }));
    expect(CidrLocations?.map((location) => location.LocationName)).toEqual(["berlin", "paris"]);
  });

  it("check the version that a change was made for", async () => {
    const { id } = await createCollection();
    await change(id, [put("berlin", "198.51.100.0/24")], 1);
    expect(await refused(change(id, [put("berlin", "203.0.113.0/24")], 1))).toMatchObject({
      code: "CidrCollectionVersionMismatchException",
      status: 409,
    });
    expect(await blocks(id)).toEqual(["berlin 198.51.100.0/24"]);
  });

  it("have a block in one location only; one change can move it", async () => {
    const { id } = await createCollection();
    await change(id, [put("berlin", "198.51.100.0/24")]);
    expect(await refused(change(id, [put("paris", "203.0.113.0/24", "198.51.100.0/24")]))).toEqual({
      code: "CidrBlockInUseException",
      status: 400,
      message: "The CIDR block 198.51.100.0/24 is already in use by location berlin.",
    });
    expect(await blocks(id)).toEqual(["berlin 198.51.100.0/24"]);
    await change(id, [drop("berlin", "198.51.100.0/24"), put("paris", "198.51.100.0/24")]);
    expect(await blocks(id)).toEqual(["paris 198.51.100.0/24"]);
    // A wider or narrower block is another block.
    await change(id, [put("berlin", "198.51.0.0/16")]);
  });

  it.each([
    ["192.0.2.1/32", "The prefix length of the IPv4 CIDR block 192.0.2.1/32 must be between 1 and 24."],
    ["0.0.0.0/0", "The prefix length of the IPv4 CIDR block 0.0.0.0/0 must be between 1 and 24."],
    ["2001:db8::/64", "The prefix length of the IPv6 CIDR block 2001:db8::/64 must be between 1 and 48."],
    ["192.0.2.1/24", "The CIDR block 192.0.2.1/24 is not valid: it has bits set after its prefix."],
    ["nonsense", "The CIDR block nonsense is not valid."],
    ["192.0.2.0", "The CIDR block 192.0.2.0 is not valid."],
  ])("refuse the block %s", async (block, message) => {
    const { id } = await createCollection();
    expect(await refused(change(id, [put("berlin", block)]))).toEqual({ code: "InvalidInput", status: 400, message });
  });

  it("hold a thousand blocks, which are listed in pages", async () => {
    const { id } = await createCollection();
    const many = (first: number, count: number) =>
      Array.from({ length: count }, (_, i) => `10.${(first + i) >> 8}.${(first + i) & 255}.0/24`);
    await change(id, [put("a", ...many(0, 600))]);
    await change(id, [put("b", ...many(600, 400))]);
    expect(await refused(change(id, [put("c", "192.0.2.0/24")]))).toMatchObject({ code: "LimitsExceeded" });
    let count = 0;
    let NextToken: string | undefined;
    do {
      const page = await r53.client.send(new ListCidrBlocksCommand({ CollectionId: id, NextToken }));
      count += page.CidrBlocks?.length ?? 0;
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(count).toBe(1000);
  });

  it("go when they are empty", async () => {
    const { id } = await createCollection();
    await change(id, [put("berlin", "198.51.100.0/24")]);
    expect(await refused(remove(id))).toEqual({
      code: "CidrCollectionInUseException",
      status: 400,
      message: "This CIDR collection is in use, and isn't empty.",
    });
    await change(id, [drop("berlin", "198.51.100.0/24")]);
    expect(await blocks(id)).toEqual([]);
    await remove(id);
    expect(await refused(remove(id))).toMatchObject({ code: "NoSuchCidrCollectionException", status: 404 });
    await createCollection("offices", "another");
  });

  it("name what is not there", async () => {
    const missing = { code: "NoSuchCidrCollectionException", status: 404 };
    expect(await refused(change(NOWHERE, [put("a", "10.0.0.0/8")]))).toMatchObject(missing);
    expect(await refused(blocks(NOWHERE))).toMatchObject(missing);
    expect(await refused(r53.client.send(new ListCidrLocationsCommand({ CollectionId: NOWHERE })))).toMatchObject(
      missing,
    );
    const { id } = await createCollection();
    expect(await refused(blocks(id, "berlin"))).toMatchObject({ code: "NoSuchCidrLocationException", status: 404 });
  });

  it("reach the name servers after the propagation delay, and again after a restart", async () => {
    const { id } = await createCollection();
    const { Id } = await change(id, [put("berlin", "198.51.100.0/24")]);
    const status = async () => (await r53.client.send(new GetChangeCommand({ Id }))).ChangeInfo?.Status;
    expect(await status()).toBe("PENDING");
    expect(r53.cidrCollections.size).toBe(0);
    await r53.clock.advance(PROPAGATION_MS);
    expect(await status()).toBe("INSYNC");
    const published = { id, locations: [{ name: "berlin", blocks: ["198.51.100.0/24"] }] };
    expect(r53.cidrCollections.get(id)).toEqual(published);
    const again = await localRoute53({ store: r53.store });
    again.service.restore();
    expect(again.cidrCollections.get(id)).toEqual(published);
    await again.close();
    await change(id, [drop("berlin", "198.51.100.0/24")]);
    await remove(id);
    await r53.clock.advance(PROPAGATION_MS);
    expect(r53.cidrCollections.size).toBe(0);
  });
});

describe("record sets with IP-based routing", () => {
  it("name a location of a collection, or its default location", async () => {
    const zone = await createZone();
    const { id } = await createCollection();
    expect(await refused(record("CREATE", zone, id, "berlin"))).toMatchObject({ code: "InvalidChangeBatch" });
    expect(await refused(record("CREATE", zone, NOWHERE, "*"))).toMatchObject({ code: "InvalidChangeBatch" });
    await change(id, [put("berlin", "198.51.100.0/24")]);
    await record("CREATE", zone, id, "berlin");
    await record("CREATE", zone, id, "*");
    const { ResourceRecordSets } = await r53.client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone }));
    expect(ResourceRecordSets?.filter((set) => set.CidrRoutingConfig).map((set) => set.CidrRoutingConfig)).toEqual([
      { CollectionId: id, LocationName: "*" },
      { CollectionId: id, LocationName: "berlin" },
    ]);
  });

  it("keep the last block of their location, and their collection, from being deleted", async () => {
    const zone = await createZone();
    const { id } = await createCollection();
    await change(id, [put("berlin", "198.51.100.0/24", "203.0.113.0/24")]);
    await record("CREATE", zone, id, "berlin");
    await record("CREATE", zone, id, "*");
    await change(id, [drop("berlin", "203.0.113.0/24")]);
    expect(await refused(change(id, [drop("berlin", "198.51.100.0/24")]))).toEqual({
      code: "CidrBlockInUseException",
      status: 400,
      message: "The last CIDR block of location berlin cannot be deleted: resource record sets use the location.",
    });
    // Its blocks may all be others.
    await change(id, [drop("berlin", "198.51.100.0/24"), put("berlin", "192.0.2.0/24")]);
    await record("DELETE", zone, id, "berlin");
    await change(id, [drop("berlin", "192.0.2.0/24")]);
    expect(await refused(remove(id))).toMatchObject({ code: "CidrCollectionInUseException" });
    await record("DELETE", zone, id, "*");
    await remove(id);
  });

  it("use one collection at a name and type, in private zones too", async () => {
    const zone = await createZone();
    const one = await createCollection("one");
    const two = await createCollection("two");
    await record("CREATE", zone, one.id, "*");
    await change(two.id, [put("berlin", "198.51.100.0/24")]);
    expect((await refused(record("CREATE", zone, two.id, "berlin"))).message).toContain(
      "must use the same CIDR collection",
    );
    const inside = await createZone({ VPC: { VPCId: "vpc-1", VPCRegion: "us-east-1" } });
    await record("CREATE", inside, one.id, "*");
  });
});
