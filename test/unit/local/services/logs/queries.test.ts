import * as logs from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LogsFixture, NOW, openLogs } from "./fixture.ts";

const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;

let fixture: LogsFixture;

beforeEach(async () => {
  fixture = await openLogs();
  for (const name of ["/a", "/b"]) {
    await fixture.group(name);
    await fixture.stream(name, "s");
  }
});

afterEach(async () => {
  await fixture.close();
  expect(fixture.defects).toEqual([]);
});

const put = (logGroupName: string, ...logEvents: logs.InputLogEvent[]) =>
  fixture.client.send(new logs.PutLogEventsCommand({ logGroupName, logStreamName: "s", logEvents }));
const start = (queryString: string, input: Partial<logs.StartQueryCommandInput> = {}) =>
  fixture.client.send(
    new logs.StartQueryCommand({
      ...(input.logGroupNames === undefined && input.logGroupIdentifiers === undefined ? { logGroupName: "/a" } : {}),
      startTime: NOW / SECOND - 3600,
      endTime: NOW / SECOND,
      queryString,
      ...input,
    }),
  );
const results = (queryId: string | undefined, input: Partial<logs.GetQueryResultsCommandInput> = {}) =>
  fixture.client.send(new logs.GetQueryResultsCommand({ queryId, ...input }));

/** Polls until the query has ended, as clients do. */
async function query(queryString: string, input: Partial<logs.StartQueryCommandInput> = {}) {
  const { queryId } = await start(queryString, input);
  let answer = await results(queryId);
  while (answer.status === "Scheduled" || answer.status === "Running") answer = await results(queryId);
  return { ...answer, queryId };
}
const rows = (answer: { readonly results?: logs.ResultField[][] | undefined }) =>
  (answer.results ?? []).map((row) => Object.fromEntries(row.map(({ field, value }) => [field, value])));

describe("a query", () => {
  it("runs and gives its rows and statistics", async () => {
    await put("/a", { timestamp: NOW - 2, message: '{"n":1}' }, { timestamp: NOW - 1, message: '{"n":2}' });
    const answer = await query("fields n | filter n > 1");
    expect(answer).toMatchObject({
      status: "Complete",
      queryLanguage: "CWLI",
      statistics: { recordsScanned: 2, recordsMatched: 1, bytesScanned: 14, logGroupsScanned: 1 },
    });
    expect(rows(answer)).toEqual([{ n: "2", "@ptr": expect.any(String) }]);
  });

  it("looks at both ends of its range, and at no more", async () => {
    for (const at of [-3600_001, -3600_000, -500, 0, 999, 1000]) {
      await put("/a", { timestamp: NOW + at, message: `${at}` });
    }
    expect(rows(await query("fields @message | sort @timestamp")).map((row) => row["@message"])).toEqual([
      "-3600000",
      "-500",
      "0",
      "999",
    ]);
  });

  it("looks at several groups at once, the latest of all first", async () => {
    await put("/a", { timestamp: NOW - 3, message: "one" }, { timestamp: NOW - 1, message: "three" });
    await put("/b", { timestamp: NOW - 2, message: "two" });
    const arn = (name: string) => `arn:aws:logs:us-east-1:123456789012:log-group:${name}`;
    for (const input of [{ logGroupNames: ["/a", "/b"] }, { logGroupIdentifiers: [arn("/a"), "/b"] }]) {
      const found = rows(await query("fields @message, @log", input));
      expect(found.map((row) => [row["@message"], row["@log"]])).toEqual([
        ["three", "123456789012:/a"],
        ["two", "123456789012:/b"],
        ["one", "123456789012:/a"],
      ]);
    }
  });

  it("sees what the name servers have just logged", async () => {
    const line = "1.0 2026-11-20T07:59:59.000Z Z1 www.myapp.com A NXDOMAIN UDP FRA6 192.0.2.53 -";
    fixture.service.append("/a", "Z1/FRA6", [{ timestamp: NOW - 1000, message: line }]);
    expect(rows(await query("stats count(*) as n by responseCode"))).toEqual([{ responseCode: "NXDOMAIN", n: "1" }]);
  });

  it("sees nothing that has expired", async () => {
    await put("/a", { timestamp: NOW - DAY + 10 * SECOND, message: "old" }, { timestamp: NOW, message: "new" });
    await fixture.client.send(new logs.PutRetentionPolicyCommand({ logGroupName: "/a", retentionInDays: 1 }));
    fixture.now = NOW + 60 * SECOND;
    const answer = await query("fields @message", { startTime: 0, endTime: NOW / SECOND + 60 });
    expect(rows(answer).map((row) => row["@message"])).toEqual(["new"]);
  });

  it("gives its rows in pages", async () => {
    fixture.service.append(
      "/a",
      "s",
      Array.from({ length: 25 }, (_, i) => ({ timestamp: NOW - i, message: `${i}` })),
    );
    const { queryId } = await query("fields @message | sort @message");
    const seen: (string | undefined)[] = [];
    let nextToken: string | undefined;
    let pages = 0;
    do {
      const page = await results(queryId, { maxItems: 10, ...(nextToken === undefined ? {} : { nextToken }) });
      seen.push(...rows(page).map((row) => row["@message"]));
      nextToken = page.nextToken;
      pages += 1;
    } while (nextToken !== undefined);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `${i}`));
    expect(pages).toBe(3);
  });

  it("points at its records", async () => {
    await put("/a", { timestamp: NOW - 5, message: '{"user":{"id":7},"ok":true}' });
    const [row] = rows(await query("fields user.id"));
    const { logRecord } = await fixture.client.send(
      new logs.GetLogRecordCommand({ logRecordPointer: row?.["@ptr"] ?? "" }),
    );
    expect(logRecord).toEqual({
      "@timestamp": String(NOW - 5),
      "@message": '{"user":{"id":7},"ok":true}',
      "@logStream": "s",
      "@log": "123456789012:/a",
      "@ingestionTime": String(NOW),
      "@ptr": row?.["@ptr"],
      "user.id": "7",
      ok: "1",
    });
    await expect(
      fixture.client.send(new logs.GetLogRecordCommand({ logRecordPointer: "nonsense" })),
    ).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it("can be stopped as long as it runs", async () => {
    fixture.service.append(
      "/a",
      "s",
      Array.from({ length: 60_000 }, (_, i) => ({ timestamp: NOW - 60_000 + i, message: `message ${i}` })),
    );
    fixture.service.flush();
    const { queryId } = await start("filter @message like /(?:a|e)+ 9{4}$/ | stats count(*)");
    expect(await fixture.client.send(new logs.StopQueryCommand({ queryId }))).toMatchObject({ success: true });
    expect(await results(queryId)).toMatchObject({ status: "Cancelled", results: [] });
    await expect(fixture.client.send(new logs.StopQueryCommand({ queryId }))).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "The specified query is not running. Its status is Cancelled.",
    });
  });

  it("lets others have their turn", async () => {
    fixture.service.append(
      "/a",
      "s",
      Array.from({ length: 60_000 }, (_, i) => ({ timestamp: NOW - 60_000 + i, message: `message ${i}` })),
    );
    fixture.service.flush();
    const { queryId } = await start("filter @message like /(?:a|e)+ 9{4}$/ | stats count(*)");
    // Answered while it runs: each answer finds it further on.
    const seen = new Set<number | undefined>();
    for (let answer = await results(queryId); answer.status !== "Complete"; answer = await results(queryId)) {
      seen.add(answer.statistics?.recordsScanned);
    }
    expect(seen.size).toBeGreaterThan(2);
  });

  it("is listed, the latest first, by group and status", async () => {
    const first = await query("limit 1");
    const second = await query("limit 2", { logGroupNames: ["/b"] });
    const list = async (input: logs.DescribeQueriesCommandInput) =>
      (await fixture.client.send(new logs.DescribeQueriesCommand(input))).queries?.map(({ queryId }) => queryId);
    expect(await list({})).toEqual([second.queryId, first.queryId]);
    expect(await list({ logGroupName: "/a" })).toEqual([first.queryId]);
    expect(await list({ status: "Running" })).toEqual([]);
    const page = await fixture.client.send(new logs.DescribeQueriesCommand({ maxResults: 1 }));
    expect(page.queries).toEqual([
      expect.objectContaining({
        queryString: "limit 2",
        status: "Complete",
        createTime: NOW,
        logGroupName: "/b",
        queryLanguage: "CWLI",
      }),
    ]);
    expect(await list({ nextToken: page.nextToken })).toEqual([first.queryId]);
  });
});

describe("what is refused", () => {
  it("is a query that is none, with its place", async () => {
    await expect(start("fields @message | count()")).rejects.toMatchObject({
      name: "MalformedQueryException",
      message: "unexpected symbol found count at line 1 and position 18, expecting a command",
      queryCompileError: {
        location: { startCharOffset: 18, endCharOffset: 23 },
        message: "unexpected symbol found count at line 1 and position 18, expecting a command",
      },
    });
  });

  it("is a range that ends before the log group began", async () => {
    await expect(start("limit 1", { startTime: 0, endTime: NOW / SECOND - 10 })).rejects.toMatchObject({
      name: "MalformedQueryException",
      message:
        "Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings",
    });
  });

  it.each([
    ["no group", { logGroupName: undefined }, "InvalidParameterException"],
    ["a group given twice", { logGroupName: "/a", logGroupNames: ["/a"] }, "InvalidParameterException"],
    ["a group that is not there", { logGroupName: "/c" }, "ResourceNotFoundException"],
    ["an end before the start", { startTime: NOW, endTime: NOW - 1 }, "InvalidParameterException"],
    ["another language", { queryLanguage: "SQL" as const }, "InvalidParameterException"],
  ])("is %s", async (_what, input, name) => {
    await expect(start("limit 1", input)).rejects.toMatchObject({ name });
  });

  it("is a query that nobody started", async () => {
    await expect(results("none")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });
});

it("says which fields a group's events have", async () => {
  await put("/a", { timestamp: NOW - 2, message: '{"n":1}' }, { timestamp: NOW - 1, message: "text" });
  const { logGroupFields } = await fixture.client.send(new logs.GetLogGroupFieldsCommand({ logGroupName: "/a" }));
  expect(logGroupFields).toContainEqual({ name: "@message", percent: 100 });
  expect(logGroupFields?.at(-1)).toEqual({ name: "n", percent: 50 });
});
