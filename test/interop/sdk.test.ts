/** The JavaScript SDK's own paginators and waiters: they must come to an end, with everything once. */

import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  paginateDescribeLogGroups,
  paginateDescribeLogStreams,
  paginateFilterLogEvents,
  paginateGetLogEvents,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  paginateListHealthChecks,
  paginateListHostedZones,
  paginateListQueryLoggingConfigs,
  waitUntilResourceRecordSetsChanged,
} from "@aws-sdk/client-route-53";
import { paginateListDomains } from "@aws-sdk/client-route-53-domains";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestBackend, type TestBackend } from "../support/backend.ts";

let backend: TestBackend;
beforeAll(async () => {
  backend = await startTestBackend({ inMemory: true });
});
afterAll(() => backend.stop());

async function all<Page, Item>(pages: AsyncIterable<Page>, items: (page: Page) => readonly Item[] | undefined) {
  const found: Item[] = [];
  for await (const page of pages) found.push(...(items(page) ?? []));
  return found;
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe("the SDK's paginators", () => {
  it("list every hosted zone and every registered domain once", async () => {
    const client = await backend.backend.clients.route53();
    for (const n of numbers(7)) {
      await client.send(new CreateHostedZoneCommand({ Name: `zone${n}.com`, CallerReference: `zone-${n}` }));
    }
    const zones = await all(paginateListHostedZones({ client, pageSize: 3 }, {}), (page) => page.HostedZones);
    expect(zones.map((zone) => zone.Name).sort()).toEqual(numbers(7).map((n) => `zone${n}.com.`));
    const domains = await backend.backend.clients.domains();
    const listed = await all(paginateListDomains({ client: domains, pageSize: 2 }, {}), (page) => page.Domains);
    expect(listed.map((domain) => domain.DomainName).sort()).toEqual(numbers(7).map((n) => `zone${n}.com`));
  });

  it("list every health check once", async () => {
    const client = await backend.backend.clients.route53();
    for (const n of numbers(5)) {
      await client.send(
        new CreateHealthCheckCommand({
          CallerReference: `check-${n}`,
          HealthCheckConfig: { Type: "TCP", IPAddress: "127.0.0.1", Port: 1 + n, Disabled: true },
        }),
      );
    }
    const checks = await all(paginateListHealthChecks({ client, pageSize: 2 }, {}), (page) => page.HealthChecks);
    expect(new Set(checks.map((check) => check.CallerReference))).toEqual(new Set(numbers(5).map((n) => `check-${n}`)));
    expect(checks).toHaveLength(5);
    const configs = await all(paginateListQueryLoggingConfigs({ client }, {}), (page) => page.QueryLoggingConfigs);
    expect(configs).toEqual([]);
  });

  it("list log groups, streams and events, and GetLogEvents ends although it always gives a token", async () => {
    const client = await backend.backend.clients.logs();
    for (const n of numbers(4)) await client.send(new CreateLogGroupCommand({ logGroupName: `/group/${n}` }));
    const [logGroupName, logStreamName] = ["/group/0", "stream-0"];
    for (const n of numbers(3)) {
      await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: `stream-${n}` }));
    }
    const timestamp = Date.now();
    await client.send(
      new PutLogEventsCommand({
        logGroupName,
        logStreamName,
        logEvents: numbers(25).map((n) => ({ timestamp: timestamp + n, message: `line ${n}` })),
      }),
    );
    const lines = numbers(25).map((n) => `line ${n}`);
    const groups = await all(paginateDescribeLogGroups({ client, pageSize: 3 }, {}), (page) => page.logGroups);
    expect(groups.map((group) => group.logGroupName)).toEqual(numbers(4).map((n) => `/group/${n}`));
    const streams = await all(
      paginateDescribeLogStreams({ client, pageSize: 2 }, { logGroupName }),
      (page) => page.logStreams,
    );
    expect(streams.map((stream) => stream.logStreamName)).toEqual(numbers(3).map((n) => `stream-${n}`));
    const filtered = await all(
      paginateFilterLogEvents({ client, pageSize: 10 }, { logGroupName }),
      (page) => page.events,
    );
    expect(filtered.map((event) => event.message)).toEqual(lines);
    const got = await all(
      paginateGetLogEvents(
        { client, pageSize: 10, stopOnSameToken: true },
        { logGroupName, logStreamName, startFromHead: true },
      ),
      (page) => page.events,
    );
    expect(got.map((event) => event.message)).toEqual(lines);
  });
});

describe("the SDK's waiters", () => {
  it("wait until a change is INSYNC", async () => {
    const client = await backend.backend.clients.route53();
    const { HostedZone } = await client.send(
      new CreateHostedZoneCommand({ Name: "waited.com", CallerReference: "waited" }),
    );
    const { ChangeInfo } = await client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: HostedZone?.Id,
        ChangeBatch: {
          Changes: [
            {
              Action: "CREATE",
              ResourceRecordSet: {
                Name: "www.waited.com",
                Type: "A",
                TTL: 60,
                ResourceRecords: [{ Value: "192.0.2.1" }],
              },
            },
          ],
        },
      }),
    );
    const waited = await waitUntilResourceRecordSetsChanged(
      { client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 },
      { Id: ChangeInfo?.Id },
    );
    expect(waited.state).toBe("SUCCESS");
  });
});
