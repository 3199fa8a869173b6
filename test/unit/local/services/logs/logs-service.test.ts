import * as logs from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../../../src/clock.ts";
import { createLogsService, type LogsService } from "../../../../../src/local/services/logs/logs-service.ts";
import { openStore } from "../../../../../src/local/store/lmdb-store.ts";
import type { Store } from "../../../../../src/local/store/store.ts";
import { clientConfig } from "../../../../support/aws-clients.ts";
import { fakeClock } from "../../../../support/fake-clock.ts";
import { type RunningServer, serve } from "../../../../support/http-server.ts";

const GROUP = "/aws/route53/example.com";
const ARN = `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}`;
const NOW = Date.parse("2026-11-20T08:00:00.000Z");
const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;

let now = NOW;
let store: Store;
let service: LogsService;
let server: RunningServer;
let client: logs.CloudWatchLogsClient;

beforeEach(async () => {
  now = NOW;
  store = openStore({ inMemory: true });
  service = createLogsService({ store, clock: { ...systemClock(), now: () => now } });
  server = await serve({ services: [service.service] });
  client = new logs.CloudWatchLogsClient(clientConfig(server));
});

afterEach(async () => {
  client.destroy();
  await server.close();
  service.close();
  await store.close();
});

const createGroup = (logGroupName = GROUP) => client.send(new logs.CreateLogGroupCommand({ logGroupName }));
const createStream = (logStreamName: string) =>
  client.send(new logs.CreateLogStreamCommand({ logGroupName: GROUP, logStreamName }));
const put = (logStreamName: string, ...logEvents: logs.InputLogEvent[]) =>
  client.send(new logs.PutLogEventsCommand({ logGroupName: GROUP, logStreamName, logEvents }));
const filter = (input: Partial<logs.FilterLogEventsCommandInput> = {}) =>
  client.send(new logs.FilterLogEventsCommand({ logGroupName: GROUP, ...input }));
const get = (logStreamName: string, input: Partial<logs.GetLogEventsCommandInput> = {}) =>
  client.send(new logs.GetLogEventsCommand({ logGroupName: GROUP, logStreamName, ...input }));
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable("it succeeded"),
    (error: unknown) => error,
  );
const messages = (page: { events?: readonly { message?: string | undefined }[] | undefined }) =>
  (page.events ?? []).map(({ message }) => message);

describe("log groups", () => {
  it("are described as AWS describes them", async () => {
    await createGroup();
    const { logGroups } = await client.send(new logs.DescribeLogGroupsCommand({}));
    expect(logGroups).toEqual([
      {
        logGroupName: GROUP,
        creationTime: NOW,
        metricFilterCount: 0,
        arn: `${ARN}:*`,
        logGroupArn: ARN,
        storedBytes: 0,
        logGroupClass: "STANDARD",
        deletionProtectionEnabled: false,
      },
    ]);
  });

  it("belong to a region", async () => {
    await createGroup();
    const elsewhere = new logs.CloudWatchLogsClient(clientConfig(server, "eu-west-1"));
    expect((await elsewhere.send(new logs.DescribeLogGroupsCommand({}))).logGroups).toEqual([]);
    elsewhere.destroy();
  });

  it("exist once", async () => {
    await createGroup();
    expect(await failure(createGroup())).toMatchObject({
      name: "ResourceAlreadyExistsException",
      message: "The specified log group already exists",
    });
  });

  it("have no names that AWS does not allow", async () => {
    expect(await failure(createGroup("a b"))).toMatchObject({ name: "InvalidParameterException" });
    expect(await failure(createGroup("a".repeat(513)))).toMatchObject({
      message: expect.stringContaining("less than or equal to 512"),
    });
  });

  it("come in pages, in order of their names", async () => {
    for (let i = 0; i < 7; i++) await createGroup(`g${i}`);
    const names: (string | undefined)[] = [];
    let pages = 0;
    for await (const page of logs.paginateDescribeLogGroups({ client, pageSize: 3 }, {})) {
      names.push(...(page.logGroups ?? []).map(({ logGroupName }) => logGroupName));
      pages += 1;
    }
    expect(names).toEqual(["g0", "g1", "g2", "g3", "g4", "g5", "g6"]);
    expect(pages).toBe(3);
  });

  it("are found by prefix or by a part of the name, not by both", async () => {
    await createGroup("/aws/a");
    await createGroup("/other/aws");
    const found = async (input: logs.DescribeLogGroupsCommandInput) =>
      (await client.send(new logs.DescribeLogGroupsCommand(input))).logGroups?.map(({ logGroupName }) => logGroupName);
    expect(await found({ logGroupNamePrefix: "/aws" })).toEqual(["/aws/a"]);
    expect(await found({ logGroupNamePattern: "aws" })).toEqual(["/aws/a", "/other/aws"]);
    expect(await failure(found({ logGroupNamePrefix: "a", logGroupNamePattern: "a" }))).toMatchObject({
      name: "InvalidParameterException",
    });
  });

  it("are told of briefly when they are found by a part of the name, and may be listed by name or ARN", async () => {
    await createGroup();
    await createGroup("/other");
    const list = async (input: logs.DescribeLogGroupsCommandInput) =>
      (await client.send(new logs.DescribeLogGroupsCommand(input))).logGroups;
    expect(await list({ logGroupNamePattern: "route53" })).toEqual([
      { logGroupName: GROUP, creationTime: NOW, arn: `${ARN}:*` },
    ]);
    expect((await list({ logGroupIdentifiers: [ARN] }))?.map(({ logGroupName }) => logGroupName)).toEqual([GROUP]);
    expect((await list({ logGroupIdentifiers: ["/other"] }))?.length).toBe(1);
  });

  it("take their streams and events with them, also when they come back under the same name", async () => {
    await createGroup();
    await createStream("s");
    await put("s", { timestamp: NOW, message: "old" });
    await client.send(new logs.DeleteLogGroupCommand({ logGroupName: GROUP }));
    expect(await failure(filter())).toMatchObject({
      name: "ResourceNotFoundException",
      message: "The specified log group does not exist.",
    });
    await createGroup();
    expect(messages(await filter())).toEqual([]);
    expect((await client.send(new logs.DescribeLogStreamsCommand({ logGroupName: GROUP }))).logStreams).toEqual([]);
  });

  it("keep tags", async () => {
    await client.send(new logs.CreateLogGroupCommand({ logGroupName: GROUP, tags: { a: "1" } }));
    await client.send(new logs.TagResourceCommand({ resourceArn: ARN, tags: { b: "2" } }));
    await client.send(new logs.UntagResourceCommand({ resourceArn: ARN, tagKeys: ["a"] }));
    expect((await client.send(new logs.ListTagsForResourceCommand({ resourceArn: ARN }))).tags).toEqual({ b: "2" });
  });
});

describe("the older way to tag", () => {
  it("sees and changes the same tags", async () => {
    await client.send(new logs.CreateLogGroupCommand({ logGroupName: GROUP, tags: { a: "1" } }));
    await client.send(new logs.TagLogGroupCommand({ logGroupName: GROUP, tags: { b: "2", c: "3" } }));
    await client.send(new logs.UntagLogGroupCommand({ logGroupName: GROUP, tags: ["a", "c"] }));
    const { tags } = await client.send(new logs.ListTagsLogGroupCommand({ logGroupName: GROUP }));
    expect(tags).toEqual({ b: "2" });
    expect((await client.send(new logs.ListTagsForResourceCommand({ resourceArn: ARN }))).tags).toEqual(tags);
  });
});

describe("deletion protection", () => {
  it("keeps a log group until it is taken off", async () => {
    await createGroup();
    const protect = (deletionProtectionEnabled: boolean) =>
      client.send(
        new logs.PutLogGroupDeletionProtectionCommand({ logGroupIdentifier: GROUP, deletionProtectionEnabled }),
      );
    const remove = () => client.send(new logs.DeleteLogGroupCommand({ logGroupName: GROUP }));
    await protect(true);
    expect(await failure(remove())).toMatchObject({ name: "InvalidParameterException" });
    await protect(false);
    await remove();
  });
});

describe("retention", () => {
  const keep = (retentionInDays: number) =>
    client.send(new logs.PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays }));

  it("takes only the numbers of days that AWS takes", async () => {
    await createGroup();
    expect(await failure(keep(2))).toMatchObject({
      message: expect.stringContaining("Member must satisfy enum value set: [1, 3, 5, 7,"),
    });
    await keep(3);
    const describe = async () =>
      (await client.send(new logs.DescribeLogGroupsCommand({}))).logGroups?.[0]?.retentionInDays;
    expect(await describe()).toBe(3);
    await client.send(new logs.DeleteRetentionPolicyCommand({ logGroupName: GROUP }));
    expect(await describe()).toBeUndefined();
  });

  it("makes events go when their time has come", async () => {
    await createGroup();
    await createStream("s");
    await put("s", { timestamp: NOW - HOUR, message: "first" }, { timestamp: NOW, message: "second" });
    await keep(1);
    now = NOW + DAY - HOUR / 2;
    expect(messages(await filter())).toEqual(["second"]);
    expect(messages(await get("s"))).toEqual(["second"]);
  });

  it("frees the space of what has expired when something new comes", async () => {
    await createGroup();
    await createStream("s");
    await put("s", { timestamp: NOW, message: "x".repeat(1000) });
    await keep(1);
    now = NOW + 2 * DAY;
    await put("s", { timestamp: now, message: "y" });
    const { logGroups } = await client.send(new logs.DescribeLogGroupsCommand({}));
    expect(logGroups?.[0]?.storedBytes).toBe(1 + 26);
  });
});

describe("expiry", () => {
  it("goes on by itself, a bounded piece at a time", async () => {
    const clock = fakeClock({ startsAt: NOW });
    const alone = createLogsService({ store, clock });
    await createGroup();
    await client.send(new logs.PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 1 }));
    const events = (count: number, timestamp: number) =>
      Array.from({ length: count }, (_, i) => ({ timestamp, message: `m${i}` }));
    alone.append(GROUP, "s", events(6_000, NOW - DAY + 30_000));
    alone.append(GROUP, "s", events(10, NOW));
    alone.flush();
    const stored = () => store.table("log-events").count();
    expect(stored()).toBe(6_010);
    await clock.advance(60_000);
    expect(stored()).toBe(4_010);
    await clock.advance(1_000);
    expect(stored()).toBe(2_010);
    await clock.advance(1_000);
    expect(stored()).toBe(10);
    now = clock.now();
    const { logGroups } = await client.send(new logs.DescribeLogGroupsCommand({}));
    expect(logGroups?.[0]?.storedBytes).toBe(10 * (2 + 26));
    alone.close();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("putting events", () => {
  beforeEach(async () => {
    await createGroup();
    await createStream("s");
  });

  it("rejects what is too old or too new, and takes the rest", async () => {
    const result = await put(
      "s",
      { timestamp: NOW - 15 * DAY, message: "too old" },
      { timestamp: NOW, message: "right" },
      { timestamp: NOW + 3 * HOUR, message: "too new" },
    );
    expect(result.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 });
    expect(messages(await filter())).toEqual(["right"]);
  });

  it.each([
    ["an order that is not chronological", [NOW, NOW - 1], "chronological order"],
    ["a span of more than 24 hours", [NOW - DAY - 1, NOW], "span more than 24 hours"],
  ])("refuses %s as a whole", async (_what, times, message) => {
    const events = times.map((timestamp) => ({ timestamp, message: "m" }));
    expect(await failure(put("s", ...events))).toMatchObject({
      name: "InvalidParameterException",
      message: expect.stringContaining(message),
    });
    expect(messages(await filter())).toEqual([]);
  });

  it("refuses an event that is too large for one", async () => {
    expect(await failure(put("s", { timestamp: NOW, message: "x".repeat(1_048_551) }))).toMatchObject({
      name: "InvalidParameterException",
      message: "Log event too large: 1048577 bytes exceeds limit of 1048576",
    });
    await put("s", { timestamp: NOW, message: "x".repeat(1_048_550) });
  });

  it("refuses batches that are too large, empty messages, and none at all", async () => {
    const large = { timestamp: NOW, message: "x".repeat(600_000) };
    expect(await failure(put("s", large, large))).toMatchObject({
      message: "Upload too large: 1200052 bytes exceeds limit of 1048576",
    });
    expect(await failure(put("s", { timestamp: NOW, message: "" }))).toMatchObject({
      name: "InvalidParameterException",
    });
    expect(await failure(put("s"))).toMatchObject({ name: "InvalidParameterException" });
  });

  it("needs the stream to be there", async () => {
    expect(await failure(put("t", { timestamp: NOW, message: "m" }))).toMatchObject({
      name: "ResourceNotFoundException",
      message: "The specified log stream does not exist.",
    });
  });

  it("shows in the stream's description", async () => {
    await put("s", { timestamp: NOW - 5, message: "a" }, { timestamp: NOW - 3, message: "b" });
    const { logStreams } = await client.send(new logs.DescribeLogStreamsCommand({ logGroupName: GROUP }));
    expect(logStreams).toEqual([
      {
        logStreamName: "s",
        arn: `${ARN}:log-stream:s`,
        creationTime: NOW,
        firstEventTimestamp: NOW - 5,
        lastEventTimestamp: NOW - 3,
        lastIngestionTime: NOW,
        storedBytes: 0,
      },
    ]);
  });
});

describe("streams", () => {
  beforeEach(async () => {
    await createGroup();
    for (const name of ["b", "a", "c"]) await createStream(name);
  });
  const names = async (input: Partial<logs.DescribeLogStreamsCommandInput>) =>
    (await client.send(new logs.DescribeLogStreamsCommand({ logGroupName: GROUP, ...input }))).logStreams?.map(
      ({ logStreamName }) => logStreamName,
    );

  it("are listed by name or by their last event, either way round", async () => {
    await put("b", { timestamp: NOW - 1, message: "m" });
    await put("a", { timestamp: NOW, message: "m" });
    expect(await names({})).toEqual(["a", "b", "c"]);
    expect(await names({ descending: true })).toEqual(["c", "b", "a"]);
    expect(await names({ orderBy: "LastEventTime", descending: true })).toEqual(["a", "b", "c"]);
    expect(await failure(names({ orderBy: "LastEventTime", logStreamNamePrefix: "a" }))).toMatchObject({
      name: "InvalidParameterException",
    });
  });

  it("come in pages in either order, whatever goes meanwhile", async () => {
    for (const [index, name] of ["d", "e", "f", "g"].entries()) {
      await createStream(name);
      await put(name, { timestamp: NOW - index, message: "m" });
    }
    const seen: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await client.send(
        new logs.DescribeLogStreamsCommand({
          logGroupName: GROUP,
          orderBy: "LastEventTime",
          descending: true,
          limit: 2,
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
      );
      const found = (page.logStreams ?? []).map(({ logStreamName }) => logStreamName);
      seen.push(...found);
      nextToken = page.nextToken;
      // The stream that the token stands at goes.
      const last = found.at(-1);
      if (last !== undefined) {
        await client.send(new logs.DeleteLogStreamCommand({ logGroupName: GROUP, logStreamName: last }));
      }
    } while (nextToken !== undefined);
    expect(seen).toEqual(["d", "e", "f", "g", "c", "b", "a"]);
  });

  it("take only their own events with them", async () => {
    await put("a", { timestamp: NOW, message: "of a" });
    await put("b", { timestamp: NOW, message: "of b" });
    await client.send(new logs.DeleteLogStreamCommand({ logGroupName: GROUP, logStreamName: "a" }));
    expect(messages(await filter())).toEqual(["of b"]);
  });
});

describe("filtering events", () => {
  beforeEach(async () => {
    await createGroup();
    await createStream("Z1/FRA6");
    await createStream("Z2/IAD2");
    await put(
      "Z1/FRA6",
      { timestamp: NOW - 30, message: "one NOERROR" },
      { timestamp: NOW - 10, message: "three NXDOMAIN" },
    );
    await put("Z2/IAD2", { timestamp: NOW - 20, message: "two NOERROR" }, { timestamp: NOW, message: "four NOERROR" });
  });

  it("interleaves streams by time, whatever order they came in", async () => {
    const page = await filter();
    expect(messages(page)).toEqual(["one NOERROR", "two NOERROR", "three NXDOMAIN", "four NOERROR"]);
    expect(page.events?.[0]).toEqual({
      logStreamName: "Z1/FRA6",
      timestamp: NOW - 30,
      message: "one NOERROR",
      ingestionTime: NOW,
      eventId: expect.stringMatching(/^\d{56}$/),
    });
  });

  it("narrows by time (both ends included), stream, prefix and pattern", async () => {
    expect(messages(await filter({ startTime: NOW - 20, endTime: NOW - 10 }))).toEqual([
      "two NOERROR",
      "three NXDOMAIN",
    ]);
    expect(messages(await filter({ logStreamNames: ["Z2/IAD2"] }))).toEqual(["two NOERROR", "four NOERROR"]);
    expect(messages(await filter({ logStreamNamePrefix: "Z1/" }))).toEqual(["one NOERROR", "three NXDOMAIN"]);
    expect(messages(await filter({ filterPattern: "NOERROR -two" }))).toEqual(["one NOERROR", "four NOERROR"]);
    expect(await failure(filter({ logStreamNames: ["Z2/IAD2"], logStreamNamePrefix: "Z" }))).toMatchObject({
      name: "InvalidParameterException",
    });
  });

  it("gives the latest first when asked to", async () => {
    const page = await filter({ startFromHead: false, limit: 3 });
    expect(messages(page)).toEqual(["four NOERROR", "three NXDOMAIN", "two NOERROR"]);
    expect(messages(await filter({ nextToken: page.nextToken }))).toEqual(["one NOERROR"]);
  });

  it("refuses patterns that are none, and tokens that are not its own", async () => {
    expect(await failure(filter({ filterPattern: "{ $.a = }" }))).toMatchObject({
      name: "InvalidParameterException",
      message: "Invalid filter pattern: expected a value, not '}', at character 9",
    });
    expect(await failure(filter({ nextToken: "nonsense" }))).toMatchObject({
      name: "InvalidParameterException",
      message: "The specified nextToken is invalid.",
    });
  });

  it("takes the group by its ARN, but not both ways at once", async () => {
    const byArn = await client.send(new logs.FilterLogEventsCommand({ logGroupIdentifier: ARN }));
    expect(byArn.events).toHaveLength(4);
    expect(await failure(filter({ logGroupIdentifier: ARN }))).toMatchObject({ name: "InvalidParameterException" });
  });

  it("pages through everything once, also events of one moment", async () => {
    for (let i = 0; i < 25; i++) await put("Z1/FRA6", { timestamp: NOW - 5, message: `same ${i}` });
    const seen: (string | undefined)[] = [];
    for await (const page of logs.paginateFilterLogEvents({ client, pageSize: 4 }, { logGroupName: GROUP })) {
      seen.push(...messages(page));
    }
    expect(seen).toHaveLength(29);
    expect(new Set(seen).size).toBe(29);
    expect(seen.slice(3, 28)).toEqual(Array.from({ length: 25 }, (_, i) => `same ${i}`));
  });

  it("ends a page at a megabyte", async () => {
    for (let i = 0; i < 3; i++) await put("Z1/FRA6", { timestamp: NOW, message: "x".repeat(500_000) });
    const page = await filter({ startTime: NOW });
    expect(page.events?.length).toBe(2 + 1);
    expect(page.nextToken).toBeDefined();
  });

  it("may give an empty page with a token when little of much matches", async () => {
    const events = Array.from({ length: 10_000 }, () => ({ timestamp: NOW - 15, message: "dull" }));
    for (let i = 0; i < 3; i++) service.append(GROUP, "Z1/FRA6", events);
    const first = await filter({ filterPattern: "four" });
    expect(first.events).toEqual([]);
    expect(messages(await filter({ filterPattern: "four", nextToken: first.nextToken }))).toEqual(["four NOERROR"]);
  });
});

describe("getting a stream's events", () => {
  beforeEach(async () => {
    await createGroup();
    await createStream("s");
    await createStream("t");
    for (let i = 0; i < 6; i++) {
      await put("s", { timestamp: NOW + i, message: `s${i}` });
      await put("t", { timestamp: NOW + i, message: `t${i}` });
    }
  });

  it("begins with the latest, oldest of them first", async () => {
    expect(messages(await get("s", { limit: 2 }))).toEqual(["s4", "s5"]);
    expect(messages(await get("s", { limit: 2, startFromHead: true }))).toEqual(["s0", "s1"]);
  });

  it("goes backward and forward by its tokens without a gap or a repeat", async () => {
    const last = await get("s", { limit: 2 });
    const before = await get("s", { limit: 2, nextToken: last.nextBackwardToken });
    expect(messages(before)).toEqual(["s2", "s3"]);
    expect(messages(await get("s", { limit: 9, nextToken: before.nextForwardToken }))).toEqual(["s4", "s5"]);
    expect(messages(await get("s", { limit: 9, nextToken: before.nextBackwardToken }))).toEqual(["s0", "s1"]);
  });

  it("gives the token back at the end, and goes on there when more has come", async () => {
    const all = await get("s", { limit: 2 });
    await put("t", { timestamp: NOW + 8, message: "of another stream" });
    const end = await get("s", { nextToken: all.nextForwardToken });
    expect(messages(end)).toEqual([]);
    expect(end.nextForwardToken).toBe(all.nextForwardToken);
    await put("s", { timestamp: NOW + 9, message: "new" });
    expect(messages(await get("s", { nextToken: end.nextForwardToken }))).toEqual(["new"]);
  });

  it("lets a follower begin at a stream that is still empty", async () => {
    await createStream("u");
    const nothing = await get("u");
    expect(nothing).toMatchObject({ events: [] });
    await put("u", { timestamp: NOW + 20, message: "first" });
    const first = await get("u", { nextToken: nothing.nextForwardToken });
    expect(messages(first)).toEqual(["first"]);
    expect(messages(await get("u", { nextToken: first.nextForwardToken }))).toEqual([]);
  });

  it("gives the same token back at the beginning, too", async () => {
    const all = await get("s");
    const before = await get("s", { nextToken: all.nextBackwardToken });
    expect(messages(before)).toEqual([]);
    expect(before.nextBackwardToken).toBe(all.nextBackwardToken);
    expect(messages(await get("s", { nextToken: before.nextForwardToken }))).toEqual(messages(all));
  });

  it("finds the one event of a stream among very many of another", async () => {
    await createStream("rare");
    await put("rare", { timestamp: NOW - 10, message: "early" });
    service.append(
      GROUP,
      "t",
      Array.from({ length: 30_000 }, () => ({ timestamp: NOW, message: "of another" })),
    );
    await put("rare", { timestamp: NOW + 1, message: "late" });
    expect(messages(await get("rare"))).toEqual(["early", "late"]);
    expect(messages(await get("rare", { startFromHead: true }))).toEqual(["early", "late"]);
  });

  it("has a start, which is included, and an end, which is not", async () => {
    expect(messages(await get("s", { startTime: NOW + 1, endTime: NOW + 3 }))).toEqual(["s1", "s2"]);
  });
});

describe("what the name servers write", () => {
  it("is there for whoever reads next, streams included, without their waiting for it", async () => {
    await createGroup();
    service.append(GROUP, "Z1/FRA6", [{ timestamp: NOW, message: "a query" }]);
    const { logStreams } = await client.send(new logs.DescribeLogStreamsCommand({ logGroupName: GROUP }));
    expect(logStreams?.map(({ logStreamName }) => logStreamName)).toEqual(["Z1/FRA6"]);
    expect(messages(await filter())).toEqual(["a query"]);
  });

  it("is dropped when the group is not there", async () => {
    service.append("/none", "s", [{ timestamp: NOW, message: "lost" }]);
    service.flush();
    expect((await client.send(new logs.DescribeLogGroupsCommand({}))).logGroups).toEqual([]);
  });
});

describe("whether Route 53 may write", () => {
  const putPolicy = (statement: object, policyName = "p") =>
    client.send(
      new logs.PutResourcePolicyCommand({
        policyName,
        policyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
      }),
    );
  const allow = {
    Effect: "Allow",
    Principal: { Service: "route53.amazonaws.com" },
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/route53/*",
  };

  it("depends on the group being there", async () => {
    await putPolicy(allow);
    expect(service.route53MayWrite(ARN)).toBe("no-such-group");
    await createGroup();
    expect(service.route53MayWrite(ARN)).toBe("ok");
    expect(service.route53MayWrite(`${ARN}:*`)).toBe("ok");
    expect(service.route53MayWrite(ARN.replace("123456789012", "999999999999"))).toBe("no-such-group");
  });

  it("ends with the policy", async () => {
    await createGroup();
    expect(service.route53MayWrite(ARN)).toBe("not-permitted");
    await putPolicy(allow);
    expect(service.route53MayWrite(ARN)).toBe("ok");
    await client.send(new logs.DeleteResourcePolicyCommand({ policyName: "p" }));
    expect(service.route53MayWrite(ARN)).toBe("not-permitted");
    expect(await failure(client.send(new logs.DeleteResourcePolicyCommand({ policyName: "p" })))).toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  it("sees the zone in conditions", async () => {
    await createGroup();
    await putPolicy({ ...allow, Condition: { ArnLike: { "aws:SourceArn": "arn:aws:route53:::hostedzone/Z1" } } });
    expect(service.route53MayWrite(ARN, "Z1")).toBe("ok");
    expect(service.route53MayWrite(ARN, "Z2")).toBe("not-permitted");
  });

  it("takes only documents that are policies, and ten of them", async () => {
    const broken = client.send(new logs.PutResourcePolicyCommand({ policyName: "p", policyDocument: "{}" }));
    expect(await failure(broken)).toMatchObject({ name: "InvalidParameterException" });
    for (let i = 0; i < 10; i++) await putPolicy(allow, `p${i}`);
    expect(await failure(putPolicy(allow, "one too many"))).toMatchObject({ name: "LimitExceededException" });
    await putPolicy({ ...allow, Sid: "changed" }, "p3");
    const listed = await client.send(new logs.DescribeResourcePoliciesCommand({ limit: 4 }));
    expect(listed.resourcePolicies?.map(({ policyName }) => policyName)).toEqual(["p0", "p1", "p2", "p3"]);
    const rest = await client.send(new logs.DescribeResourcePoliciesCommand({ nextToken: listed.nextToken }));
    expect(rest.resourcePolicies).toHaveLength(6);
  });
});

it("reads all of it from the store again", async () => {
  await createGroup();
  service.append(GROUP, "Z1/FRA6", [{ timestamp: NOW, message: "kept" }]);
  service.flush();
  const again = createLogsService({ store, clock: { ...systemClock(), now: () => now } });
  const other = await serve({ services: [again.service] });
  const reader = new logs.CloudWatchLogsClient(clientConfig(other));
  again.append(GROUP, "Z1/FRA6", [{ timestamp: NOW, message: "added" }]);
  const page = await reader.send(new logs.FilterLogEventsCommand({ logGroupName: GROUP }));
  expect(messages(page)).toEqual(["kept", "added"]);
  expect(new Set(page.events?.map(({ eventId }) => eventId)).size).toBe(2);
  reader.destroy();
  await other.close();
});
