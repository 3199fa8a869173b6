import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateHostedZoneCommand, ListHostedZonesCommand } from "@aws-sdk/client-route-53";
import { afterEach, describe, expect, it, vi } from "vitest";
import { globalRegionOf } from "../../../src/backend/aws-connection.ts";
import type { Backend } from "../../../src/backend/backend.ts";
import { connectBackend } from "../../../src/backend/connect.ts";
import { requireLocalBackend } from "../../../src/backend/local-connection.ts";
import { localEnvironment, resolverVariables } from "../../../src/backend/local-environment.ts";
import { chooseTraceRoots } from "../../../src/backend/trace-roots.ts";
import { daemonHome } from "../../../src/local/daemon-home.ts";
import { type RunFile, readRunFile, removeRunFile, writeRunFile } from "../../../src/local/daemon-run-file.ts";
import { identify } from "../../../src/local/store/process-identity.ts";
import { renderEnvironment } from "../../../src/render/local.ts";
import { domainName } from "../../../src/route53/names.ts";
import { startTestBackend, type TestBackend } from "../../support/backend.ts";

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const one of cleanUp.splice(0).reverse()) await one();
});

/** A home whose run file says that the test's own process serves it. */
async function servedHome(): Promise<{ env: NodeJS.ProcessEnv; test: TestBackend; run: RunFile }> {
  const folder = mkdtempSync(join(tmpdir(), "r53kit-home-"));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  const test = await startTestBackend();
  cleanUp.push(() => test.stop());
  const run: RunFile = {
    format: 1,
    settings: { account: "123456789012", propagationDelayMs: 200, throttle: false, lenient: false },
    process: identify(process.pid),
    apiPort: test.local.apiPort,
    dnsPort: test.local.dnsPort,
    speed: 1,
    inMemory: true,
    startedAt: 0,
    rootHints: test.local.rootHints,
    resolver: test.local.resolver,
  };
  const env = { R53KIT_HOME: folder };
  writeRunFile(daemonHome(env), run);
  return { env, test, run };
}

async function connected(options: Partial<Parameters<typeof connectBackend>[0]>): Promise<Backend> {
  const backend = await connectBackend({ kind: "local", env: {}, launcher: "", note: () => {}, ...options });
  cleanUp.push(() => backend.close());
  return backend;
}

describe("the local connection", () => {
  it("finds the running backend by its run file", async () => {
    const { env, test } = await servedHome();
    const notes: string[] = [];
    const backend = await connected({ env, note: (text) => notes.push(text) });
    expect(backend.label).toBe(`local backend at ${test.apiUrl}`);
    expect(backend.confirmsChanges).toBe(false);
    expect(backend.dns).toMatchObject({
      rootHints: test.local.rootHints,
      port: test.dnsPort,
      resolver: { address: "127.53.0.53", port: test.dnsPort },
    });
    expect((await (await backend.clients.route53()).send(new ListHostedZonesCommand({}))).HostedZones).toEqual([]);
    expect(notes).toEqual([]);
  });

  it("makes one client a service and keeps it", async () => {
    const { env } = await servedHome();
    const { clients } = await connected({ env });
    expect(await clients.route53()).toBe(await clients.route53());
  });

  it("refuses an endpoint URL of its own", async () => {
    await expect(connected({ endpointUrl: "http://127.0.0.1:1" })).rejects.toMatchObject({
      kind: "usage",
      code: "backend.endpoint-url",
    });
  });

  it("takes a run file for stale when its process is gone or is another one, or when it cannot be read", async () => {
    const { env, run } = await servedHome();
    const home = daemonHome(env);
    expect(requireLocalBackend(env)).toEqual(run);
    const notRunning = expect.objectContaining({ code: "local.not-running" });
    writeRunFile(home, { ...run, process: { pid: process.pid, started: "long ago" } });
    expect(() => requireLocalBackend(env)).toThrow(notRunning);
    writeFileSync(home.runFile, "{");
    expect(() => requireLocalBackend(env)).toThrow(notRunning);
  });

  it("removes only the run file of the process that it means", async () => {
    const { env, run } = await servedHome();
    const home = daemonHome(env);
    removeRunFile(home, { pid: run.process.pid, started: "long ago" });
    expect(readRunFile(home)).toEqual(run);
    removeRunFile(home, run.process);
    expect(readRunFile(home)).toBeUndefined();
  });
});

describe("the AWS connection", () => {
  it("names the account and where it is, and asks before changes", async () => {
    const { test } = await servedHome();
    vi.stubEnv("AWS_ACCESS_KEY_ID", "a");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "b");
    const backend = await connected({ kind: "aws", endpointUrl: test.apiUrl });
    expect(backend.label).toBe(`AWS account 123456789012 (at ${test.apiUrl})`);
    expect(backend.confirmsChanges).toBe(true);
    expect(backend.endpoints).toBeUndefined();
    expect(backend.dns.port).toBe(53);
    expect(backend.dns.rootHints).toHaveLength(13);
    expect((await (await backend.clients.route53()).send(new ListHostedZonesCommand({}))).HostedZones).toEqual([]);
  });

  it("calls the global services in the partition's own region", () => {
    expect(globalRegionOf(undefined)).toBe("us-east-1");
    expect(globalRegionOf("eu-central-1")).toBe("us-east-1");
    expect(globalRegionOf("cn-north-1")).toBe("cn-northwest-1");
    expect(globalRegionOf("us-gov-east-1")).toBe("us-gov-west-1");
  });
});

describe("the roots of a trace", () => {
  it("are the local ones exactly when the local backend hosts a public zone around the name", async () => {
    const { env, test } = await servedHome();
    const route53 = await test.backend.clients.route53();
    await route53.send(new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "1" }));
    const roots = (name: string) => chooseTraceRoots({ explicitBackend: undefined, name: domainName(name), env });
    expect(await roots("www.example.com")).toEqual({
      source: "local",
      hints: test.local.rootHints,
      port: test.dnsPort,
    });
    expect(await roots("example.com")).toMatchObject({ source: "local" });
    expect(await roots("example.org")).toMatchObject({ source: "public", port: 53 });
    expect(await roots("notexample.com")).toMatchObject({ source: "public" });
  });

  it("are what the backend says that a person named", async () => {
    const { env } = await servedHome();
    const name = domainName("example.org");
    expect(await chooseTraceRoots({ explicitBackend: "local", name, env })).toMatchObject({ source: "local" });
    expect(await chooseTraceRoots({ explicitBackend: "aws", name, env })).toMatchObject({ source: "public" });
    const nowhere = { R53KIT_HOME: join(tmpdir(), "r53kit-no-such-home") };
    await expect(chooseTraceRoots({ explicitBackend: "local", name, env: nowhere })).rejects.toMatchObject({
      code: "local.not-running",
    });
    expect(await chooseTraceRoots({ explicitBackend: undefined, name, env: nowhere })).toMatchObject({
      source: "public",
    });
  });
});

describe("the environment for other clients", () => {
  it("tells where who is in a VPC asks, and who is in none", () => {
    const place = { dnsPort: 5300, resolver: { address: "127.53.0.53", port: 5300 } };
    expect(resolverVariables(place, [{ id: "vpc-0a1", address: "127.53.2.1" }, { id: "vpc-0a2" }])).toEqual({
      R53KIT_DNS_PORT: "5300",
      R53KIT_RESOLVER: "127.53.0.53",
      R53KIT_RESOLVER_VPC_0A1: "127.53.2.1",
    });
  });

  const environment = localEnvironment({ apiPort: 5350 });

  it.each([
    { shell: "sh", set: "export AWS_ENDPOINT_URL='http://127.0.0.1:5350'", unset: "unset AWS_PROFILE" },
    { shell: "fish", set: "set -gx AWS_ENDPOINT_URL 'http://127.0.0.1:5350'", unset: "set -e AWS_PROFILE" },
    {
      shell: "powershell",
      set: "$Env:AWS_ENDPOINT_URL = 'http://127.0.0.1:5350'",
      unset: "Remove-Item Env:AWS_PROFILE -ErrorAction SilentlyContinue",
    },
  ] as const)("is written for $shell", ({ shell, set, unset }) => {
    const lines = renderEnvironment(environment, shell).split("\n");
    expect(lines).toContain(set);
    expect(lines).toContain(unset);
  });
});
