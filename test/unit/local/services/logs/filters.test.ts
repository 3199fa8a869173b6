import * as logs from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LogsFixture, NOW, openLogs } from "./fixture.ts";

const GROUP = "/g";
const LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:f";
const STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/s";
const ROLE = "arn:aws:iam::123456789012:role/r";

let fixture: LogsFixture;

beforeEach(async () => {
  fixture = await openLogs();
  await fixture.group(GROUP);
});

afterEach(async () => {
  await fixture.close();
  expect(fixture.defects).toEqual([]);
});

describe("TestMetricFilter", () => {
  const test = (filterPattern: string, ...logEventMessages: string[]) =>
    fixture.client.send(new logs.TestMetricFilterCommand({ filterPattern, logEventMessages }));

  it("gives what matches, by its number, and the fields found", async () => {
    const lines = [
      '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /apache_pb.gif HTTP/1.0" 200 1534',
      '127.0.0.1 - frank [10/Oct/2000:13:35:22 -0700] "GET /apache_pb.gif HTTP/1.0" 500 5324',
    ];
    const { matches } = await test("[ip, identity, user_id, timestamp, request, status_code = 5*, size]", ...lines);
    expect(matches).toEqual([
      {
        eventNumber: 1,
        eventMessage: lines[1],
        extractedValues: {
          $ip: "127.0.0.1",
          $identity: "-",
          $user_id: "frank",
          $timestamp: "10/Oct/2000:13:35:22 -0700",
          $request: "GET /apache_pb.gif HTTP/1.0",
          $status_code: "500",
          $size: "5324",
        },
      },
    ]);
  });

  it("refuses what is no pattern", async () => {
    await expect(test("{ $.a = ", "x")).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Invalid filter pattern: expected a value, not its end, at character 8",
    });
  });
});

describe("metric filters", () => {
  const put = (filterName: string, input: Partial<logs.PutMetricFilterCommandInput> = {}) =>
    fixture.client.send(
      new logs.PutMetricFilterCommand({
        logGroupName: GROUP,
        filterName,
        filterPattern: "ERROR",
        metricTransformations: [{ metricName: "Errors", metricNamespace: "App", metricValue: "1", defaultValue: 0 }],
        ...input,
      }),
    );
  const list = async (input: logs.DescribeMetricFiltersCommandInput = {}) =>
    (await fixture.client.send(new logs.DescribeMetricFiltersCommand(input))).metricFilters;

  it("are kept, changed, counted, found and deleted", async () => {
    await put("b");
    await put("a", { metricTransformations: [{ metricName: "M", metricNamespace: "N", metricValue: "$.n" }] });
    fixture.now = NOW + 5;
    await put("b", { filterPattern: "WARN" });
    expect(await list({ logGroupName: GROUP })).toEqual([
      expect.objectContaining({ filterName: "a" }),
      {
        filterName: "b",
        logGroupName: GROUP,
        filterPattern: "WARN",
        creationTime: NOW,
        applyOnTransformedLogs: false,
        metricTransformations: [{ metricName: "Errors", metricNamespace: "App", metricValue: "1", defaultValue: 0 }],
      },
    ]);
    expect((await list({ metricName: "M", metricNamespace: "N" }))?.map(({ filterName }) => filterName)).toEqual(["a"]);
    expect((await list({ logGroupName: GROUP, filterNamePrefix: "b" }))?.length).toBe(1);
    const { logGroups } = await fixture.client.send(new logs.DescribeLogGroupsCommand({}));
    expect(logGroups?.[0]?.metricFilterCount).toBe(2);
    await fixture.client.send(new logs.DeleteMetricFilterCommand({ logGroupName: GROUP, filterName: "b" }));
    expect((await list())?.map(({ filterName }) => filterName)).toEqual(["a"]);
    await expect(
      fixture.client.send(new logs.DeleteMetricFilterCommand({ logGroupName: GROUP, filterName: "b" })),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("come in pages", async () => {
    for (let i = 0; i < 7; i++) await put(`f${i}`);
    const names: (string | undefined)[] = [];
    for await (const page of logs.paginateDescribeMetricFilters({ client: fixture.client, pageSize: 3 }, {})) {
      names.push(...(page.metricFilters ?? []).map(({ filterName }) => filterName));
    }
    expect(names).toEqual(["f0", "f1", "f2", "f3", "f4", "f5", "f6"]);
  });

  it("must have patterns", async () => {
    await expect(put("a", { filterPattern: "[a" })).rejects.toMatchObject({ name: "InvalidParameterException" });
  });
});

describe("subscription filters", () => {
  const put = (filterName: string, input: Partial<logs.PutSubscriptionFilterCommandInput> = {}) =>
    fixture.client.send(
      new logs.PutSubscriptionFilterCommand({
        logGroupName: GROUP,
        filterName,
        filterPattern: "",
        destinationArn: LAMBDA,
        ...input,
      }),
    );
  const list = async () =>
    (await fixture.client.send(new logs.DescribeSubscriptionFiltersCommand({ logGroupName: GROUP })))
      .subscriptionFilters;

  it("are kept, two of them, and go with their group", async () => {
    await put("b", { destinationArn: STREAM, roleArn: ROLE, distribution: "Random" });
    await put("a");
    expect(await list()).toEqual([
      {
        filterName: "a",
        logGroupName: GROUP,
        filterPattern: "",
        destinationArn: LAMBDA,
        distribution: "ByLogStream",
        applyOnTransformedLogs: false,
        creationTime: NOW,
      },
      expect.objectContaining({ filterName: "b", roleArn: ROLE, distribution: "Random" }),
    ]);
    await expect(put("c")).rejects.toMatchObject({ name: "LimitExceededException" });
    await put("a", { filterPattern: "changed" });
    await fixture.client.send(new logs.DeleteLogGroupCommand({ logGroupName: GROUP }));
    await fixture.group(GROUP);
    expect(await list()).toEqual([]);
  });

  it.each([
    ["a role for Lambda", { roleArn: ROLE }, "destinationArn for vendor lambda cannot be used with roleArn"],
    [
      "Kinesis without a role",
      { destinationArn: STREAM },
      "destinationArn for vendor kinesis cannot be used without roleArn",
    ],
    ["another service", { destinationArn: "arn:aws:sqs:us-east-1:123456789012:q" }, "destinationArn is not the ARN of"],
    ["no pattern", { filterPattern: "%(%" }, "Invalid filter pattern: Invalid character(s)"],
  ])("refuse %s", async (_what, input, message) => {
    await expect(put("a", input)).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: expect.stringContaining(message),
    });
  });
});
