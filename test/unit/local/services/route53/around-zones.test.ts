import {
  ChangeTagsForResourceCommand,
  type ChangeTagsForResourceCommandInput,
  CreateHostedZoneCommand,
  CreateQueryLoggingConfigCommand,
  DeleteHostedZoneCommand,
  DeleteQueryLoggingConfigCommand,
  GetGeoLocationCommand,
  GetQueryLoggingConfigCommand,
  ListGeoLocationsCommand,
  ListQueryLoggingConfigsCommand,
  ListTagsForResourceCommand,
  ListTagsForResourcesCommand,
} from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bareId } from "../../../../../src/route53/record-set.ts";
import { ACCOUNT, type LocalRoute53, localRoute53, PROPAGATION_MS, refused } from "./fixture.ts";

let r53: LocalRoute53;
let zoneId: string;
beforeEach(async () => {
  r53 = await localRoute53();
  const made = await r53.client.send(new CreateHostedZoneCommand({ Name: "myapp.com", CallerReference: "z" }));
  zoneId = bareId(made.HostedZone?.Id ?? "");
});
afterEach(() => r53.close());

describe("query logging", () => {
  const arn = (name: string, region = "us-east-1") => `arn:aws:logs:${region}:${ACCOUNT}:log-group:${name}`;
  const create = (CloudWatchLogsLogGroupArn: string, HostedZoneId = zoneId) =>
    r53.client.send(new CreateQueryLoggingConfigCommand({ HostedZoneId, CloudWatchLogsLogGroupArn }));

  it("needs the log group in us-east-1 and the resource policy first", async () => {
    const group = arn("/aws/route53/myapp.com");
    expect(await refused(create("not-an-arn"))).toMatchObject({ code: "InvalidInput" });
    expect(await refused(create(arn("/aws/route53/myapp.com", "eu-west-1")))).toMatchObject({ code: "InvalidInput" });
    expect(await refused(create(group))).toMatchObject({ code: "NoSuchCloudWatchLogsLogGroup", status: 404 });
    r53.logGroups.set(group, "not-permitted");
    expect(await refused(create(group))).toEqual({
      code: "InsufficientCloudWatchLogsResourcePolicy",
      status: 400,
      message:
        "The resource policy that you're using for Route 53 query logging doesn't grant Route 53 sufficient permission to create a log stream in the specified log group.",
    });
    r53.logGroups.set(group, "ok");
    const made = await create(group);
    expect(made.QueryLoggingConfig).toMatchObject({ HostedZoneId: zoneId, CloudWatchLogsLogGroupArn: group });
    expect(made.Location).toMatch(/\/queryloggingconfig\/[0-9a-f-]{36}$/);
    expect(r53.service.queryLogGroup(zoneId)).toBe("/aws/route53/myapp.com");
    expect(await refused(create(group))).toMatchObject({ code: "QueryLoggingConfigAlreadyExists", status: 409 });
  });

  it("does without the resource policy on a lenient backend, but not without the group in us-east-1", async () => {
    await r53.close();
    r53 = await localRoute53({ lenient: true });
    const made = await r53.client.send(new CreateHostedZoneCommand({ Name: "myapp.com", CallerReference: "z" }));
    zoneId = bareId(made.HostedZone?.Id ?? "");
    expect(await refused(create(arn("g")))).toMatchObject({ code: "NoSuchCloudWatchLogsLogGroup" });
    expect(await refused(create(arn("g", "eu-west-1")))).toMatchObject({ code: "InvalidInput" });
    r53.logGroups.set(arn("g"), "not-permitted");
    await create(arn("g"));
    expect(r53.service.queryLogGroup(zoneId)).toBe("g");
  });

  it("is found, listed and ended, and survives a restart", async () => {
    const group = arn("g");
    r53.logGroups.set(`${group}:*`, "ok");
    const { QueryLoggingConfig } = await create(`${group}:*`);
    const Id = QueryLoggingConfig?.Id;
    expect((await r53.client.send(new GetQueryLoggingConfigCommand({ Id }))).QueryLoggingConfig?.HostedZoneId).toBe(
      zoneId,
    );
    const listed = await r53.client.send(new ListQueryLoggingConfigsCommand({ HostedZoneId: zoneId }));
    expect(listed.QueryLoggingConfigs?.map((config) => config.Id)).toEqual([Id]);
    const again = await localRoute53({ store: r53.store });
    again.service.restore();
    expect(again.service.queryLogGroup(zoneId)).toBe("g");
    await again.close();
    await r53.client.send(new DeleteQueryLoggingConfigCommand({ Id }));
    expect(r53.service.queryLogGroup(zoneId)).toBeUndefined();
    expect(await refused(r53.client.send(new GetQueryLoggingConfigCommand({ Id })))).toMatchObject({
      code: "NoSuchQueryLoggingConfig",
      status: 404,
    });
  });

  it("ends with its zone, once the name servers have let go of it", async () => {
    r53.logGroups.set(arn("g"), "ok");
    await create(arn("g"));
    await r53.client.send(new DeleteHostedZoneCommand({ Id: zoneId }));
    expect(r53.service.queryLogGroup(zoneId)).toBe("g");
    await r53.clock.advance(PROPAGATION_MS);
    expect(r53.service.queryLogGroup(zoneId)).toBeUndefined();
    expect((await r53.client.send(new ListQueryLoggingConfigsCommand({}))).QueryLoggingConfigs).toEqual([]);
  });

  it("is not for private zones", async () => {
    const made = await r53.client.send(
      new CreateHostedZoneCommand({
        Name: "corp.internal",
        CallerReference: "p",
        VPC: { VPCId: "vpc-1", VPCRegion: "us-east-1" },
      }),
    );
    r53.logGroups.set(arn("g"), "ok");
    expect(await refused(create(arn("g"), bareId(made.HostedZone?.Id ?? "")))).toMatchObject({ code: "InvalidInput" });
  });
});

describe("tags", () => {
  const change = (more: Partial<ChangeTagsForResourceCommandInput>) =>
    r53.client.send(new ChangeTagsForResourceCommand({ ResourceType: "hostedzone", ResourceId: zoneId, ...more }));
  const tags = async () => {
    const found = await r53.client.send(
      new ListTagsForResourceCommand({ ResourceType: "hostedzone", ResourceId: zoneId }),
    );
    return found.ResourceTagSet?.Tags;
  };

  it("are added, replaced and removed", async () => {
    expect(await tags()).toEqual([]);
    await change({
      AddTags: [
        { Key: "stage", Value: "test" },
        { Key: "owner", Value: "me" },
      ],
    });
    await change({ AddTags: [{ Key: "stage", Value: "prod" }], RemoveTagKeys: ["owner", "never-there"] });
    expect(await tags()).toEqual([{ Key: "stage", Value: "prod" }]);
    const several = await r53.client.send(
      new ListTagsForResourcesCommand({ ResourceType: "hostedzone", ResourceIds: [zoneId] }),
    );
    expect(several.ResourceTagSets).toEqual([
      { ResourceType: "hostedzone", ResourceId: zoneId, Tags: [{ Key: "stage", Value: "prod" }] },
    ]);
  });

  it("take an id as it is: with `/hostedzone/` in front it is no zone's, or too long", async () => {
    const list = (ResourceId: string) =>
      refused(r53.client.send(new ListTagsForResourceCommand({ ResourceType: "hostedzone", ResourceId })));
    expect(await list("/hostedzone/Z1")).toMatchObject({
      code: "NoSuchHostedZone",
      message: "No hosted zone found with ID: /hostedzone/Z1",
    });
    const long = "/hostedzone/Z00000000000000000000";
    expect(await list(long)).toMatchObject({
      code: "InvalidInput",
      message: `1 validation error detected: Value '${long}' at 'resourceId' failed to satisfy constraint: Member must have length less than or equal to 32`,
    });
  });

  it("keep AWS's prefix for AWS, want something to do, and a resource that exists", async () => {
    expect(await refused(change({ AddTags: [{ Key: "aws:x", Value: "1" }] }))).toMatchObject({ code: "InvalidInput" });
    expect(await refused(change({}))).toMatchObject({ code: "InvalidInput" });
    expect(await refused(change({ ResourceId: "ZNONE", RemoveTagKeys: ["x"] }))).toMatchObject({
      code: "NoSuchHostedZone",
    });
    expect(await refused(change({ ResourceType: "healthcheck", RemoveTagKeys: ["x"] }))).toMatchObject({
      code: "NoSuchHealthCheck",
    });
  });
});

describe("places", () => {
  it("are listed in pages to the end", async () => {
    let count = 0;
    let next: object = {};
    for (;;) {
      const page = await r53.client.send(new ListGeoLocationsCommand({ ...next }));
      count += page.GeoLocationDetailsList?.length ?? 0;
      if (!page.IsTruncated) {
        expect(page.GeoLocationDetailsList?.at(-1)).toEqual({ ContinentCode: "SA", ContinentName: "South America" });
        break;
      }
      next = {
        StartContinentCode: page.NextContinentCode,
        StartCountryCode: page.NextCountryCode,
        StartSubdivisionCode: page.NextSubdivisionCode,
      };
    }
    expect(count).toBeGreaterThan(290);
  });

  it("are looked up by code", async () => {
    const get = (codes: object) => r53.client.send(new GetGeoLocationCommand(codes));
    expect((await get({ CountryCode: "US", SubdivisionCode: "WA" })).GeoLocationDetails).toEqual({
      CountryCode: "US",
      CountryName: "United States",
      SubdivisionCode: "WA",
      SubdivisionName: "Washington",
    });
    expect(await refused(get({ CountryCode: "XX" }))).toMatchObject({ code: "NoSuchGeoLocation", status: 404 });
    expect(await refused(get({ ContinentCode: "EU", CountryCode: "DE" }))).toMatchObject({ code: "InvalidInput" });
  });
});
