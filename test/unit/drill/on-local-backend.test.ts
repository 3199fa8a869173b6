import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  type ResourceRecordSet,
} from "@aws-sdk/client-route-53";
import { UpdateDomainNameserversCommand } from "@aws-sdk/client-route-53-domains";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../../src/backend/backend.ts";
import { systemClock } from "../../../src/clock.ts";
import { readConfig } from "../../../src/config/load.ts";
import { chooseFailover, type FailoverChoice } from "../../../src/drill/choose.ts";
import { openJournal } from "../../../src/drill/journal.ts";
import { readScenario } from "../../../src/drill/live.ts";
import { assembleObservers } from "../../../src/drill/observers/assemble.ts";
import { delegatedServers } from "../../../src/drill/observers/delegation.ts";
import { rehearseFailover } from "../../../src/drill/rehearse.ts";
import { awaitSteadyState } from "../../../src/drill/steady.ts";
import { openTarget } from "../../../src/drill/targets/open-target.ts";
import { failoverBounds } from "../../../src/route53/failover-bounds.ts";
import { type DomainName, domainName } from "../../../src/route53/names.ts";
import { startTestBackend, type TestBackend } from "../../support/backend.ts";

const PRIMARY = "127.0.90.1";
const SECONDARY = "127.0.90.2";
/** A port that nobody listens on at the address; the endpoint's process takes it a moment later. */
async function freePort(address: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, address, done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

const NEVER = new AbortController().signal;

let running: TestBackend;
let backend: Backend;
let directory: string;
let choice: FailoverChoice;
let zoneId: string;

async function zone(name: string): Promise<{ id: string; nameServers: string[] }> {
  const client = await backend.clients.route53();
  const made = await client.send(new CreateHostedZoneCommand({ Name: name, CallerReference: name }));
  return { id: made.HostedZone?.Id ?? "", nameServers: made.DelegationSet?.NameServers ?? [] };
}

async function createFailover(name: DomainName, healthCheckId: string | undefined): Promise<void> {
  const set = (identifier: string, failover: "PRIMARY" | "SECONDARY", value: string): ResourceRecordSet => ({
    Name: name,
    Type: "A",
    TTL: 10,
    SetIdentifier: identifier,
    Failover: failover,
    ResourceRecords: [{ Value: value }],
    ...(failover === "PRIMARY" ? { HealthCheckId: healthCheckId } : {}),
  });
  const client = await backend.clients.route53();
  await client.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: zoneId,
      ChangeBatch: {
        Changes: [
          { Action: "CREATE", ResourceRecordSet: set("one", "PRIMARY", PRIMARY) },
          { Action: "CREATE", ResourceRecordSet: set("two", "SECONDARY", SECONDARY) },
        ],
      },
    }),
  );
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "r53kit-drill-local-"));
  running = await startTestBackend({ speed: 20 });
  backend = running.backend;
  const port = await freePort(PRIMARY);
  const config = readConfig(
    "r53kit.yaml",
    `
version: 1
zone: { name: cafe.com }
healthChecks:
  primary: { type: HTTP, address: ${PRIMARY}, port: ${port}, path: /health, interval: 10, failureThreshold: 3 }
routing:
  - name: orders
    type: A
    ttl: 10
    policy: failover
    answers:
      one: { failover: PRIMARY, values: [${PRIMARY}], healthCheck: primary }
      two: { failover: SECONDARY, values: [${SECONDARY}] }
endpoints:
  web:    { type: process, address: ${PRIMARY}, port: ${port}, healthCheck: primary }
  backup: { type: process, address: ${SECONDARY}, port: ${port} }
`,
  );
  choice = chooseFailover(config.config, { name: undefined, endpoint: undefined }, (path) => config.places.of(path));

  await backend.endpoints?.ensure({ name: "web", address: PRIMARY, port });
  await backend.endpoints?.ensure({ name: "backup", address: SECONDARY, port });
  const { id, nameServers } = await zone("cafe.com");
  const domains = await backend.clients.domains();
  await domains.send(
    new UpdateDomainNameserversCommand({ DomainName: "cafe.com", Nameservers: nameServers.map((Name) => ({ Name })) }),
  );
  const client = await backend.clients.route53();
  const check = await client.send(
    new CreateHealthCheckCommand({
      CallerReference: "primary",
      HealthCheckConfig: {
        Type: "HTTP",
        IPAddress: PRIMARY,
        Port: port,
        ResourcePath: "/health",
        RequestInterval: 10,
        FailureThreshold: 3,
      },
    }),
  );
  zoneId = id;
  await createFailover(domainName("orders.cafe.com"), check.HealthCheck?.Id);
});

afterAll(async () => {
  await running?.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe("a drill on the local backend", () => {
  it("reads the scenario from Route 53, not from the file alone", async () => {
    const scenario = await readScenario(await backend.clients.route53(), choice, NEVER);
    expect(scenario).toMatchObject({
      zone: "cafe.com.",
      ttlSeconds: 10,
      healthCheck: { key: "primary", type: "HTTP", intervalSeconds: 10, failureThreshold: 3 },
      target: { type: "process", key: "web", address: PRIMARY },
      client: { protocol: "http", path: "/health" },
    });
    expect(scenario.healthCheck.id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("refuses where the file and the live records differ", async () => {
    const client = await backend.clients.route53();
    const longer = { ...choice.secondary.answer, ttlSeconds: 300 };
    const changed = { ...choice, secondary: { ...choice.secondary, answer: longer } };
    await expect(readScenario(client, changed, NEVER)).rejects.toMatchObject({
      code: "drill.not-applied",
      message: expect.stringContaining("'two' has a TTL of 10 s, not 300 s"),
    });
    const moved = { ...choice, name: domainName("tea.cafe.com") };
    await expect(readScenario(client, moved, NEVER)).rejects.toMatchObject({ code: "drill.not-applied" });
    const elsewhere = { ...choice, zone: { name: domainName("tea.com"), id: undefined } };
    await expect(readScenario(client, elsewhere, NEVER)).rejects.toMatchObject({ code: "drill.no-zone" });
  });

  it("watches the endpoint's own check where the record's is calculated", async () => {
    const client = await backend.clients.route53();
    const own = (await readScenario(client, choice, NEVER)).healthCheck.id;
    const calculated = await client.send(
      new CreateHealthCheckCommand({
        CallerReference: "both",
        HealthCheckConfig: { Type: "CALCULATED", HealthThreshold: 1, ChildHealthChecks: [own] },
      }),
    );
    const name = domainName("shop.cafe.com");
    await createFailover(name, calculated.HealthCheck?.Id);
    expect((await readScenario(client, { ...choice, name }, NEVER)).healthCheck.id).toBe(own);
  });

  it("finds the zone's servers through the delegation, and says when there is none", async () => {
    const servers = await delegatedServers(domainName("cafe.com"), backend.dns, NEVER);
    expect(servers).toHaveLength(4);
    expect(new Set(servers.map((server) => server.address)).size).toBe(4);
    await zone("undelegated.com");
    await expect(delegatedServers(domainName("undelegated.com"), backend.dns, NEVER)).rejects.toMatchObject({
      code: "drill.not-delegated",
    });
  });

  it("sees primary, secondary, primary over real sockets, within the bound", async () => {
    const client = await backend.clients.route53();
    const scenario = await readScenario(client, choice, NEVER);
    const target = openTarget(scenario.target, backend);
    const { observers, request, secondaryCheckers } = await assembleObservers(scenario, backend, client, NEVER);
    const { clock } = backend;
    await awaitSteadyState(
      { scenario, target, observers, request, secondaryCheckers },
      { clock, pendingMs: 20_000, failedMs: 0, waiting: () => {} },
      NEVER,
    );
    const bounds = failoverBounds({ probeType: "HTTP", intervalSeconds: 10, failureThreshold: 3, ttlSeconds: 10 });
    const report = await rehearseFailover({
      drillId: "local",
      pid: process.pid,
      backend: backend.label,
      scenario,
      settings: { timeoutMs: 300_000, holdMs: 0, targets: {} },
      bounds,
      target,
      observers,
      clock,
      realClock: systemClock(),
      openJournal: () => openJournal(directory, "local"),
      refuseUnlessAlone: () => {},
      host: () => {},
      signal: NEVER,
    });
    expect(report.states).toEqual(["primary", "secondary", "primary"]);
    expect(report.observers.map((observer) => observer.kind)).toEqual([
      "health",
      "authoritative",
      "authoritative",
      "authoritative",
      "authoritative",
      "resolver",
      "client",
    ]);
    const detection = report.measurements.find((one) => one.key === "detection");
    expect(detection?.withinBound).toBe(true);
    expect(detection?.measuredMs).toBeGreaterThan(20_000);
    expect(await target.state()).toBe("running");
    expect(running.defects).toEqual([]);
  });
});
