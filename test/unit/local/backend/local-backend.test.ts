import { request as httpRequest } from "node:http";
import { createServer } from "node:net";
import {
  CreateLogGroupCommand,
  FilterLogEventsCommand,
  PutResourcePolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  CreateQueryLoggingConfigCommand,
  GetHealthCheckStatusCommand,
  ListHostedZonesCommand,
} from "@aws-sdk/client-route-53";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterEach, describe, expect, it, vi } from "vitest";
import { exchange } from "../../../../src/dns/client.ts";
import { makeQuery } from "../../../../src/dns/message.ts";
import { RCODE, TYPE } from "../../../../src/dns/types.ts";
import { controlClient } from "../../../../src/local/control-client.ts";
import { LocalBackend } from "../../../../src/local/local-backend.ts";
import { addressOfNameServer } from "../../../../src/local/nameserver/pool.ts";
import { parseQueryLogEntry } from "../../../../src/logs/query-log.ts";
import { domainName } from "../../../../src/route53/names.ts";
import { bareId } from "../../../../src/route53/record-set.ts";
import { startTestBackend, type TestBackend } from "../../../support/backend.ts";

const running: TestBackend[] = [];
const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) {
    await one.stop();
    expect(one.defects).toEqual([]);
  }
  for (const one of cleanUp.splice(0)) await one();
});

async function start(options: Parameters<typeof startTestBackend>[0] = {}): Promise<TestBackend> {
  const one = await startTestBackend(options);
  running.push(one);
  return one;
}

async function freePlace(address: string) {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return { address, port };
}

function raw(url: string, method: string, path: string, headers: Record<string, string> = {}, body?: string) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const request = httpRequest(`${url}${path}`, { method, headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

describe("the local backend", () => {
  it("serves Route 53 and STS to SDK clients from one port", async () => {
    const { backend } = await start();
    const route53 = await backend.clients.route53();
    await route53.send(new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "1" }));
    const { HostedZones } = await route53.send(new ListHostedZonesCommand({}));
    expect(HostedZones?.map(({ Name }) => Name)).toEqual(["example.com."]);
    const { Account } = await (await backend.clients.sts()).send(new GetCallerIdentityCommand({}));
    expect(Account).toMatch(/^\d{12}$/);
  });

  it("probes a health check's endpoint, and tells its state in the status", async () => {
    const { backend, local } = await start({ speed: 50 });
    const place = await freePlace("127.0.78.1");
    await backend.endpoints?.ensure({ name: "primary", ...place });
    const route53 = await backend.clients.route53();
    const { HealthCheck } = await route53.send(
      new CreateHealthCheckCommand({
        CallerReference: "1",
        HealthCheckConfig: {
          Type: "HTTP",
          IPAddress: place.address,
          Port: place.port,
          ResourcePath: "/health",
          RequestInterval: 10,
          FailureThreshold: 1,
        },
      }),
    );
    const HealthCheckId = HealthCheck?.Id;
    const texts = async () => {
      const { HealthCheckObservations } = await route53.send(new GetHealthCheckStatusCommand({ HealthCheckId }));
      return HealthCheckObservations?.map(({ StatusReport }) => StatusReport?.Status) ?? [];
    };
    await vi.waitFor(async () => expect(await texts()).toEqual(Array(8).fill("Success: HTTP Status Code 200, OK")), {
      timeout: 60_000,
    });
    await backend.endpoints?.stop(`${place.address}:${place.port}`, 60_000);
    const state = async () => (await local.status()).healthChecks;
    await vi.waitFor(
      async () =>
        expect(await state()).toEqual([
          {
            healthCheckId: HealthCheckId,
            type: "HTTP",
            target: `http://${place.address}:${place.port}/health`,
            healthy: false,
            reason: `Failure: Connection refused. Resolved IP: ${place.address}`,
          },
        ]),
      { timeout: 20_000 },
    );
  });

  it("finds the endpoint of a check that has only a name through its own resolver", async () => {
    const { backend } = await start({ speed: 50 });
    const place = await freePlace("127.0.78.2");
    await backend.endpoints?.ensure({ name: "app", ...place });
    const route53 = await backend.clients.route53();
    const { HealthCheck } = await route53.send(
      new CreateHealthCheckCommand({
        CallerReference: "1",
        HealthCheckConfig: {
          Type: "HTTP",
          FullyQualifiedDomainName: "app.example.com",
          Port: place.port,
          FailureThreshold: 1,
        },
      }),
    );
    const { HostedZone, DelegationSet } = await route53.send(
      new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "1" }),
    );
    await route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: HostedZone?.Id,
        ChangeBatch: {
          Changes: [
            {
              Action: "CREATE",
              ResourceRecordSet: {
                Name: "app.example.com",
                Type: "A",
                TTL: 1,
                ResourceRecords: [{ Value: place.address }],
              },
            },
          ],
        },
      }),
    );
    const { UpdateDomainNameserversCommand } = await import("@aws-sdk/client-route-53-domains");
    await (await backend.clients.domains()).send(
      new UpdateDomainNameserversCommand({
        DomainName: "example.com",
        Nameservers: DelegationSet?.NameServers?.map((Name) => ({ Name })),
      }),
    );
    await vi.waitFor(
      async () => {
        const { HealthCheckObservations } = await route53.send(
          new GetHealthCheckStatusCommand({ HealthCheckId: HealthCheck?.Id }),
        );
        expect(HealthCheckObservations?.[0]?.StatusReport?.Status).toBe("Success: HTTP Status Code 200, OK");
      },
      { timeout: 20_000 },
    );
  });

  it("takes the queries of a logged zone to its log group, and those of others nowhere", async () => {
    const { backend, dnsPort } = await start();
    const [route53, logs] = [await backend.clients.route53(), await backend.clients.logs()];
    const zone = async (Name: string) => {
      const { HostedZone, DelegationSet } = await route53.send(
        new CreateHostedZoneCommand({ Name, CallerReference: Name }),
      );
      const [nameServer] = DelegationSet?.NameServers ?? [];
      const address = addressOfNameServer(domainName(nameServer ?? ""));
      return { id: bareId(HostedZone?.Id ?? ""), server: { address: address ?? "", port: dnsPort } };
    };
    const logged = await zone("logged.example");
    const silent = await zone("silent.example");
    const group = "/aws/route53/logged.example";
    await logs.send(new CreateLogGroupCommand({ logGroupName: group }));
    await logs.send(
      new PutResourcePolicyCommand({
        policyName: "route53",
        policyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "route53.amazonaws.com" },
              Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
              Resource: "*",
            },
          ],
        }),
      }),
    );
    await route53.send(
      new CreateQueryLoggingConfigCommand({
        HostedZoneId: logged.id,
        CloudWatchLogsLogGroupArn: `arn:aws:logs:us-east-1:123456789012:log-group:${group}`,
      }),
    );
    const ask = async (server: typeof logged.server, name: string) => {
      const query = makeQuery({ name: domainName(name), type: TYPE.A, recursionDesired: false });
      await vi.waitFor(async () => {
        const { response } = await exchange({ server, query, transport: "udp", timeoutMs: 1_000, tries: 3 });
        expect(response.rcode).toBe(RCODE.NXDOMAIN);
      }, 20_000);
    };
    await ask(silent.server, "www.silent.example");
    await ask(logged.server, "www.logged.example");
    await vi.waitFor(async () => {
      const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: group }));
      const [event] = events;
      const entry = parseQueryLogEntry(event?.message ?? "");
      expect(entry).toMatchObject({
        zoneId: logged.id,
        name: "www.logged.example",
        type: "A",
        rcode: "NXDOMAIN",
        protocol: "UDP",
      });
      expect(event?.logStreamName).toBe(`${logged.id}/${entry?.edgeLocation}`);
      expect(event?.timestamp).toBe(entry?.time);
      expect(events.filter(({ message }) => message?.includes("silent"))).toEqual([]);
    }, 20_000);
  });

  it("is empty after a reset, on the same ports", async () => {
    const { backend, local, dnsPort, apiUrl } = await start();
    const place = await freePlace("127.0.78.3");
    const route53 = await backend.clients.route53();
    await backend.endpoints?.ensure({ name: "primary", ...place });
    await route53.send(new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "1" }));
    await controlClient(local.apiPort).reset();
    expect(await backend.endpoints?.list()).toEqual([]);
    expect((await route53.send(new ListHostedZonesCommand({}))).HostedZones).toEqual([]);
    expect(await controlClient(local.apiPort).status()).toMatchObject({ zones: [], healthChecks: [], endpoints: [] });
    expect([local.dnsPort, local.apiUrl]).toEqual([dnsPort, apiUrl]);
  });

  it("stops when the control endpoint is told so", async () => {
    const { local, backend } = await start();
    await controlClient(local.apiPort).shutdown();
    await local.stopped;
    const listing = (await backend.clients.route53()).send(new ListHostedZonesCommand({}));
    await expect(listing).rejects.toMatchObject({ code: "local.lost", next: expect.stringContaining("local start") });
  });

  it.each(["apiPort", "dnsPort"] as const)("names a busy %s and leaves nothing behind", async (option) => {
    const first = await start();
    const busy = { apiPort: first.local.apiPort, dnsPort: first.local.dnsPort }[option];
    await expect(LocalBackend.start({ apiPort: 0, dnsPort: 0, [option]: busy })).rejects.toMatchObject({
      code: option === "apiPort" ? "local.port-busy" : "nameserver.port-busy",
      message: expect.stringContaining(`Port ${busy} of 127.`),
      next: expect.stringContaining(option === "apiPort" ? "--api-port" : "--dns-port"),
    });
  });
});

describe("the control endpoint", () => {
  it("keeps endpoints over HTTP: made, listed, stopped on a lease, started, removed", async () => {
    const { backend } = await start();
    const endpoints = backend.endpoints;
    if (endpoints === undefined) throw new Error("no endpoints");
    const place = await freePlace("127.0.78.4");
    const { id } = await endpoints.ensure({ name: "primary", ...place });
    expect(await endpoints.list()).toMatchObject([{ id, name: "primary", state: "running" }]);
    const stopped = await endpoints.stop(id, 60_000);
    expect(stopped.state).toBe("stopped");
    expect(stopped.leaseUntil).toBeGreaterThan(Date.now());
    expect((await endpoints.start(id)).state).toBe("running");
    await endpoints.remove(id);
    expect(await endpoints.list()).toEqual([]);
  });

  it("passes failures on with their code and next step", async () => {
    const { backend } = await start();
    await expect(backend.endpoints?.ensure({ name: "x", address: "192.0.2.1", port: 80 })).rejects.toMatchObject({
      name: "Failure",
      kind: "usage",
      code: "endpoint.invalid",
      next: expect.any(String),
    });
    await expect(backend.endpoints?.start("127.0.0.1:1")).rejects.toMatchObject({ code: "endpoint.unknown" });
    await expect(backend.endpoints?.stop("127.0.0.1:1", Number.NaN)).rejects.toMatchObject({
      kind: expect.any(String),
    });
  });

  it("refuses web pages, by name and by origin", async () => {
    const { apiUrl, local } = await start();
    const rebound = await raw(apiUrl, "POST", "/_r53kit/shutdown", { Host: "evil.example" });
    expect(rebound.status).toBe(403);
    const crossSite = await raw(apiUrl, "POST", "/_r53kit/reset", { Origin: "https://evil.example" });
    expect(crossSite.status).toBe(403);
    expect(await controlClient(local.apiPort).health()).toEqual({ ok: true, pid: process.pid });
  });

  it.each([
    { method: "GET", path: "nothing", body: undefined, status: 404 },
    { method: "POST", path: "endpoints/%zz/stop", body: undefined, status: 400 },
    { method: "PUT", path: "endpoints", body: "{", status: 400 },
    { method: "PUT", path: "endpoints", body: "null", status: 400 },
    { method: "PUT", path: "endpoints", body: "[1]", status: 400 },
    { method: "PUT", path: "endpoints", body: `"${"x".repeat(70_000)}"`, status: 413 },
    { method: "POST", path: "endpoints/127.0.0.1%3A1/stop", body: '{"leaseMs":5}', status: 404 },
  ])("answers $method $path with a clean $status", async ({ method, path, body, status }) => {
    const { apiUrl } = await start();
    const answer = await raw(apiUrl, method, `/_r53kit/${path}`, {}, body);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({
      error: { code: expect.stringMatching(/^(control|endpoint|instance)\./) },
    });
  });
});
