import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  paginateListHealthChecks,
  type Route53Client,
} from "@aws-sdk/client-route-53";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createClients } from "../../src/backend/clients.ts";
import { LOCAL_CREDENTIALS } from "../../src/backend/local-connection.ts";
import { exchange } from "../../src/dns/client.ts";
import { makeQuery } from "../../src/dns/message.ts";
import { TYPE } from "../../src/dns/types.ts";
import { controlClient } from "../../src/local/control-client.ts";
import type { RunFile } from "../../src/local/daemon-run-file.ts";
import type { LocalStatus } from "../../src/local/status.ts";
import { identify, isAlive } from "../../src/local/store/process-identity.ts";
import { domainName } from "../../src/route53/names.ts";
import { type CliHome, cliHome, eventually } from "../support/cli.ts";
import { freePort } from "../support/free-port.ts";

const KILLS = 15;
const LONGEST_LIFE_MS = 400;
const ENDPOINT = "127.0.79.3";

let home: CliHome;
beforeAll(async () => {
  home = await cliHome();
});
afterAll(() => home?.dispose());

/** A little generator, so that a run that fails can be had again by its seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What was acknowledged, and so must be there whatever happens. */
interface Acknowledged {
  /** Latest value by host. */
  readonly records: Map<string, number>;
  readonly healthChecks: Set<string>;
}

const addressOf = (value: number) => `127.${value >>> 16}.${(value >>> 8) & 255}.${value & 255}`;

/** Writes one change after another until the backend is gone; notes each once it is acknowledged. */
async function write(client: Route53Client, HostedZoneId: string, writer: string, all: Acknowledged): Promise<void> {
  for (let turn = 0; ; turn++) {
    const host = `${writer}-${turn % 5}.example.com`;
    const value = (all.records.get(host) ?? 0) + 1;
    try {
      await client.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId,
          ChangeBatch: {
            Changes: [
              {
                Action: "UPSERT",
                ResourceRecordSet: { Name: host, Type: "A", TTL: 60, ResourceRecords: [{ Value: addressOf(value) }] },
              },
            ],
          },
        }),
      );
      all.records.set(host, value);
      if (turn % 20 === 0) {
        const created = await client.send(
          new CreateHealthCheckCommand({
            CallerReference: `${writer}-${all.healthChecks.size}-${Date.now()}`,
            HealthCheckConfig: { Type: "TCP", IPAddress: ENDPOINT, Port: 9 },
          }),
        );
        all.healthChecks.add(created.HealthCheck?.Id ?? "");
      }
    } catch {
      return;
    }
  }
}

/** What the authoritative server says; a value that was sent but not acknowledged may be there, an older one may not. */
async function servedValue(host: string, address: string, port: number): Promise<number> {
  const query = makeQuery({ name: domainName(host), type: TYPE.A, recursionDesired: false });
  const { response } = await exchange({
    server: { address, port },
    query,
    transport: "udp",
    timeoutMs: 2_000,
    tries: 3,
  });
  const [, high = 0, middle = 0, low = 0] = response.answers[0]?.rdata ?? [];
  return (high << 16) | (middle << 8) | low;
}

it(`loses nothing acknowledged over ${KILLS} kills -9 at random moments of writing, and comes back on its ports`, async () => {
  const seed = Date.now() % 1_000_000;
  const random = randomFrom(seed);
  const say = (what: string) => `${what} (seed ${seed})`;
  const first = await home.json<RunFile>(["local", "start", "--api-port", "0", "--dns-port", "0", "--speed", "7"]);
  const clients = createClients({
    endpoint: `http://127.0.0.1:${first.apiPort}`,
    credentials: LOCAL_CREDENTIALS,
    globalRegion: "us-east-1",
    maxAttempts: 1,
  });
  const client = await clients.route53();
  const zone = await client.send(new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "1" }));
  const zoneId = zone.HostedZone?.Id ?? "";
  await controlClient(first.apiPort).endpoints.ensure({
    name: "primary",
    address: ENDPOINT,
    port: await freePort(ENDPOINT),
  });
  const all: Acknowledged = { records: new Map(), healthChecks: new Set() };

  let run: RunFile = first;
  for (let kill = 1; kill <= KILLS; kill++) {
    const writing = Promise.all(["a", "b", "c"].map((writer) => write(client, zoneId, `${writer}${kill}`, all)));
    await new Promise((resolve) => setTimeout(resolve, random() * LONGEST_LIFE_MS));
    const victim = run.process;
    const { endpoints } = await home.json<LocalStatus>(["local", "status"]);
    const children = endpoints.map(({ pid }) => pid).filter((pid) => pid !== null);
    const family = [victim, ...children.map(identify)];
    process.kill(victim.pid, "SIGKILL");
    await writing;
    await eventually("the end of all its processes", () => (family.some(isAlive) ? undefined : true));

    run = await home.json<RunFile>(["local", "start"]);
    expect(run, say(`start ${kill}`)).toMatchObject({
      outcome: "started",
      apiPort: first.apiPort,
      dnsPort: first.dnsPort,
      speed: 7,
    });
    const ids = new Set<string | undefined>();
    for await (const page of paginateListHealthChecks({ client }, {})) {
      for (const { Id } of page.HealthChecks ?? []) ids.add(Id);
    }
    expect(
      [...all.healthChecks].filter((id) => !ids.has(id)),
      say("health checks lost"),
    ).toEqual([]);
    for (const [host, value] of all.records) {
      const found = await servedValue(host, "127.53.1.1", run.dnsPort);
      expect([host, found >= value && found <= value + 1], say(`${host} is ${found}, not ${value}`)).toEqual([
        host,
        true,
      ]);
      all.records.set(host, found);
    }
  }
  expect(all.records.size, say("hosts written")).toBeGreaterThan(KILLS);
  const status = await eventually("the endpoint to be back", async () => {
    const now = await home.json<LocalStatus>(["local", "status"]);
    return now.endpoints[0]?.state === "running" ? now : undefined;
  });
  expect(status.endpoints).toHaveLength(1);
  clients.close();
});
