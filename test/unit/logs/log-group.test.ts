/** Finding the log group, and tailing it, on a whole local backend: Route 53, CloudWatch Logs and the name servers. */

import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  PutResourcePolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateHostedZoneCommand, CreateQueryLoggingConfigCommand } from "@aws-sdk/client-route-53";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../../src/clock.ts";
import { exchange } from "../../../src/dns/client.ts";
import { makeQuery } from "../../../src/dns/message.ts";
import { TYPE } from "../../../src/dns/types.ts";
import { addressOfNameServer } from "../../../src/local/nameserver/pool.ts";
import { findLogGroup, type LogGroupWish } from "../../../src/logs/log-group.ts";
import { isTransient, logPages } from "../../../src/logs/log-pages.ts";
import type { QueryLogEntry } from "../../../src/logs/query-log.ts";
import { tailQueryLog } from "../../../src/logs/query-log-tail.ts";
import { type DomainName, domainName } from "../../../src/route53/names.ts";
import { bareId } from "../../../src/route53/record-set.ts";
import { startTestBackend, type TestBackend } from "../../support/backend.ts";

const signal = new AbortController().signal;
let tested: TestBackend;

beforeAll(async () => {
  tested = await startTestBackend();
});
afterAll(async () => {
  await tested.stop();
  expect(tested.defects).toEqual([]);
});
beforeEach(() => tested.local.reset());

async function createZone(name: string): Promise<string> {
  const route53 = await tested.backend.clients.route53();
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name: name, CallerReference: `${name} ${Math.random()}` }),
  );
  return bareId(HostedZone?.Id ?? "");
}

async function logQueries(zoneId: string, group: string): Promise<void> {
  const [route53, logs] = [await tested.backend.clients.route53(), await tested.backend.clients.logs()];
  await logs.send(new CreateLogGroupCommand({ logGroupName: group })).catch((error: Error) => {
    if (error.name !== "ResourceAlreadyExistsException") throw error;
  });
  const statement = {
    Effect: "Allow",
    Principal: { Service: "route53.amazonaws.com" },
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: "*",
  };
  const policyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statement });
  await logs.send(new PutResourcePolicyCommand({ policyName: "route53", policyDocument }));
  const arn = `arn:aws:logs:us-east-1:123456789012:log-group:${group}`;
  await route53.send(new CreateQueryLoggingConfigCommand({ HostedZoneId: zoneId, CloudWatchLogsLogGroupArn: arn }));
}

const find = (wish: LogGroupWish) => findLogGroup(wish, () => tested.backend.clients.route53(), signal);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable("it succeeded"),
    (error: unknown) => error,
  );

describe("the log group to tail", () => {
  it("is the one that is named, without a call", async () => {
    const route53 = vi.fn();
    expect(await findLogGroup({ group: "/g", declared: { file: "f", groups: ["/h"] } }, route53, signal)).toEqual({
      name: "/g",
    });
    expect(route53).not.toHaveBeenCalled();
  });

  it("is the zone's, by name or id, with that zone's queries alone", async () => {
    const zoneId = await createZone("example.com");
    await logQueries(zoneId, "/aws/route53/all");
    await logQueries(await createZone("other.org"), "/aws/route53/all");
    const found = { name: "/aws/route53/all", zoneId };
    expect(await find({ zone: "Example.com" })).toEqual(found);
    expect(await find({ zone: zoneId })).toEqual(found);
    expect(await find({ zone: "example.com", group: "/other" })).toEqual({ name: "/other", zoneId });
  });

  it("is the set-up file's, else the only one that zones log to", async () => {
    await logQueries(await createZone("example.com"), "/aws/route53/all");
    await logQueries(await createZone("other.org"), "/aws/route53/all");
    expect(await find({ declared: { file: "r53kit.yaml", groups: ["/mine", "/mine"] } })).toEqual({ name: "/mine" });
    expect(await find({ declared: { file: "r53kit.yaml", groups: [] } })).toEqual({ name: "/aws/route53/all" });
    expect(await find({})).toEqual({ name: "/aws/route53/all" });
  });

  it("is not guessed among several", async () => {
    await logQueries(await createZone("example.com"), "/a");
    await logQueries(await createZone("other.org"), "/b");
    expect(await failure(find({}))).toMatchObject({
      kind: "usage",
      code: "logs.ambiguous-group",
      message: "query logs go to 2 log groups: /a, /b",
      next: "choose one with --group or --zone",
    });
    expect(await failure(find({ declared: { file: "r53kit.yaml", groups: ["/c", "/d"] } }))).toMatchObject({
      code: "logs.ambiguous-group",
      message: "r53kit.yaml names 2 log groups: /c, /d",
    });
  });

  it("may be missing, and then it is said what to do", async () => {
    expect(await failure(find({}))).toMatchObject({
      code: "logs.not-configured",
      next: expect.stringContaining("setup apply"),
    });
    expect(await failure(find({ zone: "none.example" }))).toMatchObject({
      code: "logs.no-zone",
      message: "there is no hosted zone none.example",
    });
    expect(await failure(find({ zone: "bad..name" }))).toMatchObject({ kind: "usage", code: "logs.zone" });
    await createZone("example.com");
    expect(await failure(find({ zone: "example.com" }))).toMatchObject({ code: "logs.not-configured" });
    await createZone("example.com");
    expect(await failure(find({ zone: "example.com" }))).toMatchObject({ code: "logs.ambiguous-zone" });
  });
});

describe("tailing it", () => {
  async function tailOnce(group: string, more: object = {}): Promise<QueryLogEntry[]> {
    const entries = tailQueryLog({
      fetchPage: logPages({ client: await tested.backend.clients.logs(), group }),
      clock: systemClock(),
      since: 0,
      follow: false,
      filter: {},
      limit: undefined,
      pollIntervalMs: 10,
      overlapMs: 1000,
      signal,
      onUnparsed: ({ message }) => expect.unreachable(message),
      ...more,
    });
    const seen: QueryLogEntry[] = [];
    for await (const entry of entries) seen.push(entry);
    return seen;
  }

  it("shows the queries that the name servers have just answered", async () => {
    const zoneId = await createZone("example.com");
    await logQueries(zoneId, "/aws/route53/example.com");
    const [zone] = (await tested.local.status()).zones;
    const address = addressOfNameServer(zone?.nameServers[0] as DomainName);
    for (const name of ["example.com.", "none.example.com."]) {
      const query = makeQuery({ name: domainName(name), type: TYPE.SOA });
      // Its sockets open when the zone is INSYNC.
      await vi.waitFor(
        () =>
          exchange({
            server: { address: address ?? "", port: tested.dnsPort },
            query,
            transport: "udp",
            timeoutMs: 1000,
            tries: 1,
          }),
        20_000,
      );
    }
    expect(await tailOnce("/aws/route53/example.com")).toMatchObject([
      { zoneId, name: "example.com", type: "SOA", rcode: "NOERROR", protocol: "UDP" },
      { zoneId, name: "none.example.com", type: "SOA", rcode: "NXDOMAIN", protocol: "UDP" },
    ]);
  });

  it("ends with a clear sentence when the group is not there", async () => {
    expect(await failure(tailOnce("/none"))).toMatchObject({
      code: "logs.no-group",
      message: "the log group /none does not exist",
    });
  });

  it("reads as many pages as there are", async () => {
    const logs = await tested.backend.clients.logs();
    await logs.send(new CreateLogGroupCommand({ logGroupName: "/g" }));
    await logs.send(new CreateLogStreamCommand({ logGroupName: "/g", logStreamName: "s" }));
    const timestamp = Date.now();
    const message = (i: number) =>
      `1.0 ${new Date(timestamp).toISOString()} Z1 n${i}.${"x".repeat(60)}.example.com A NOERROR UDP FRA6 192.0.2.1 -`;
    for (let batch = 0; batch < 3; batch++) {
      const logEvents = Array.from({ length: 5000 }, (_, i) => ({ timestamp, message: message(batch * 5000 + i) }));
      await logs.send(new PutLogEventsCommand({ logGroupName: "/g", logStreamName: "s", logEvents }));
    }
    const seen = await tailOnce("/g");
    expect(seen).toHaveLength(15_000);
    expect(new Set(seen.map(({ name }) => name)).size).toBe(15_000);
    expect(await tailOnce("/g", { limit: 2, filter: { name: "n1*" } })).toHaveLength(2);
  });
});

describe("a failed poll", () => {
  it.each([
    [Object.assign(new Error("x"), { name: "ThrottlingException" }), true],
    [Object.assign(new Error("x"), { $fault: "server" }), true],
    [Object.assign(new Error("x"), { $metadata: { httpStatusCode: 503 } }), true],
    [Object.assign(new Error("x"), { code: "ECONNRESET" }), true],
    [
      Object.assign(new Error("x"), {
        name: "AccessDeniedException",
        $fault: "client",
        $metadata: { httpStatusCode: 400 },
      }),
      false,
    ],
    ["no error", false],
  ])("may be tried again or not (%#)", (error, expected) => expect(isTransient(error)).toBe(expected));
});
