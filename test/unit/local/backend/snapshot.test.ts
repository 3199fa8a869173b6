import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateLogGroupCommand, CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateHealthCheckCommand, CreateHostedZoneCommand, ListHostedZonesCommand } from "@aws-sdk/client-route-53";
import { afterEach, describe, expect, it } from "vitest";
import { decodeSnapshot, encodeSnapshot, entriesOf, replaceContent } from "../../../../src/local/snapshot.ts";
import { openStore } from "../../../../src/local/store/lmdb-store.ts";
import { MemoryStore } from "../../../../src/local/store/memory-store.ts";
import type { Store } from "../../../../src/local/store/store.ts";
import { startTestBackend, type TestBackend } from "../../../support/backend.ts";

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).reverse()) await one();
});

function onDisk(): Store {
  const directory = mkdtempSync(join(tmpdir(), "r53kit-snapshot-"));
  cleanUp.push(() => rmSync(directory, { recursive: true }));
  const store = openStore({ directory });
  cleanUp.push(() => store.close());
  return store;
}

const AWKWARD = {
  names: ["ä.example.", "\\052.example.", "\u2028"],
  nothing: null,
  numbers: [0, -1, 1.5, 2 ** 53 - 1],
  nested: { deep: [{ empty: {} }, []] },
};

describe.each([
  ["memory", () => new MemoryStore()],
  ["disk", onDisk],
] as const)("a snapshot of a store in %s", (_title, make) => {
  it("comes back with every table, key and value, and nothing else", async () => {
    const store = make();
    store.table("numbers");
    store.write(() => {
      store.table<unknown>("awkward").put(["z", 2, "\uffff"], AWKWARD);
      store.table<unknown>("awkward").put("plain", "text");
      store.table<unknown>("numbers").put([1, 2, 3], 42);
    });
    const file = await encodeSnapshot(entriesOf(store), new Date(0));
    const other = make();
    other.write(() => other.table<unknown>("old").put("gone", true));
    replaceContent(other, await decodeSnapshot(file));
    expect([...entriesOf(other)]).toEqual([...entriesOf(store)]);
    expect(other.table("awkward").get(["z", 2, "\uffff"])).toEqual(AWKWARD);
    expect(other.table("old").count()).toBe(0);
  });

  it("is refused at once for what would not come back as it was", () => {
    for (const value of [new Date(0), new Uint8Array(2), { deep: [new Map()] }, Number.NaN]) {
      const store = make();
      store.write(() => store.table<unknown>("odd").put("key", value));
      expect(() => encodeSnapshot(entriesOf(store), new Date(0)), String(value)).toThrow("no plain data");
    }
  });
});

describe("a snapshot of a backend", () => {
  async function start(): Promise<TestBackend> {
    const one = await startTestBackend();
    cleanUp.push(async () => {
      await one.stop();
    });
    return one;
  }

  async function fill({ backend }: TestBackend): Promise<void> {
    const route53 = await backend.clients.route53();
    await route53.send(new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "1" }));
    await route53.send(
      new CreateHealthCheckCommand({
        CallerReference: "1",
        HealthCheckConfig: { Type: "TCP", IPAddress: "127.0.75.1", Port: 8081 },
      }),
    );
    const logs = await backend.clients.logs();
    await logs.send(new CreateLogGroupCommand({ logGroupName: "group" }));
    await logs.send(new CreateLogStreamCommand({ logGroupName: "group", logStreamName: "stream" }));
    await logs.send(
      new PutLogEventsCommand({
        logGroupName: "group",
        logStreamName: "stream",
        logEvents: [{ timestamp: Date.now(), message: "line" }],
      }),
    );
  }

  it("moves everything to another one, whose own snapshot then is the same", async () => {
    const [one, two] = [await start(), await start()];
    await fill(one);
    const file = await one.local.saveSnapshot();
    await two.local.loadSnapshot(file);
    const status = await two.local.status();
    expect(status.zones.map(({ name }) => name)).toEqual(["example.com."]);
    expect(status.healthChecks).toHaveLength(1);
    expect(await decodeSnapshot(await two.local.saveSnapshot())).toEqual(await decodeSnapshot(file));
    expect([...one.defects, ...two.defects]).toEqual([]);
  });

  it("that the backend cannot start with leaves everything as it was", async () => {
    const one = await start();
    await fill(one);
    const before = await decodeSnapshot(await one.local.saveSnapshot());
    const broken = before.map((entry) => (entry.table === "route53.zones" ? { ...entry, value: null } : entry));
    const file = await encodeSnapshot(broken, new Date());
    await expect(one.local.loadSnapshot(file)).rejects.toThrow();
    expect(await decodeSnapshot(await one.local.saveSnapshot())).toEqual(before);
    const { HostedZones } = await (await one.backend.clients.route53()).send(new ListHostedZonesCommand({}));
    expect(HostedZones).toHaveLength(1);
  });

  it("is of one moment, though requests go on", async () => {
    const { backend, local } = await start();
    const route53 = await backend.clients.route53();
    let stop = false;
    let made = 0;
    const writing = (async () => {
      for (; !stop; made++) {
        await route53.send(new CreateHostedZoneCommand({ Name: `zone${made}.example`, CallerReference: String(made) }));
      }
    })();
    for (let n = 0; n < 5; n++) {
      const entries = await decodeSnapshot(await local.saveSnapshot());
      const count = (table: string) => entries.filter((entry) => entry.table === table).length;
      expect(count("route53.zone-references")).toBe(count("route53.zones"));
      expect(count("route53.record-sets")).toBe(2 * count("route53.zones"));
    }
    stop = true;
    await writing;
    expect(made).toBeGreaterThan(0);
  });
});
