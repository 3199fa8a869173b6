import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListResourceRecordSetsCommand,
  type Route53Client,
} from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createClients } from "../../src/backend/clients.ts";
import { LOCAL_CREDENTIALS } from "../../src/backend/local-connection.ts";
import { controlClient } from "../../src/local/control-client.ts";
import type { RunFile } from "../../src/local/daemon-run-file.ts";
import type { LocalStatus } from "../../src/local/status.ts";
import { identify, isAlive, type ProcessIdentity } from "../../src/local/store/process-identity.ts";
import { type CliHome, cliHome, eventually } from "../support/cli.ts";

let home: CliHome;
const cleanUp: (() => Promise<unknown> | unknown)[] = [];

beforeEach(async () => {
  home = await cliHome();
});

afterEach(async () => {
  for (const one of cleanUp.splice(0).reverse()) await one();
  await home.dispose();
});

type Started = RunFile & { readonly outcome: "started" | "already-running" };
type Status = LocalStatus & { readonly running: boolean };

const FREE = ["--api-port", "0", "--dns-port", "0"];
const start = (...options: string[]) => home.json<Started>(["local", "start", ...FREE, ...options]);
const status = () => home.json<Status>(["local", "status"]);

async function killed(victim: ProcessIdentity): Promise<void> {
  process.kill(victim.pid, "SIGKILL");
  await gone(victim);
}

const gone = (victim: ProcessIdentity) =>
  eventually(`process ${victim.pid} to be gone`, () => (isAlive(victim) ? undefined : true));

async function route53(apiPort: number): Promise<Route53Client> {
  const clients = createClients({
    endpoint: `http://127.0.0.1:${apiPort}`,
    credentials: LOCAL_CREDENTIALS,
    globalRegion: "us-east-1",
    maxAttempts: 3,
  });
  cleanUp.push(() => clients.close());
  return clients.route53();
}

async function takePort(address: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  cleanUp.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as { port: number }).port;
}

async function freePort(address: string): Promise<number> {
  const port = await takePort(address);
  await cleanUp.pop()?.();
  return port;
}

describe("r53kit local", () => {
  it("starts a daemon that outlives the command, finds it again, and stops it", async () => {
    const first = await start();
    expect(first.outcome).toBe("started");
    const second = await home.json<Started>(["local", "start"]);
    expect(second).toMatchObject({ outcome: "already-running", process: first.process, apiPort: first.apiPort });
    expect(await status()).toMatchObject({
      running: true,
      pid: first.process.pid,
      home: home.folder,
      apiPort: first.apiPort,
      dnsPort: first.dnsPort,
      speed: 1,
      zones: [],
    });
    expect(await home.json(["local", "stop"])).toEqual({ stopped: true });
    expect(isAlive(first.process)).toBe(false);
    expect(existsSync(join(home.folder, "run.json"))).toBe(false);
    expect(await home.json(["local", "stop"])).toEqual({ stopped: false });
    expect(await home.json(["local", "status"], { code: 1 })).toEqual({ running: false });
  });

  it("does not pretend that a running one has other settings", async () => {
    await start();
    const result = await home.run(["local", "start", "--speed", "10"]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("already runs");
    expect(result.stderr).toContain("with speed 1 instead of 10");
    expect(result.stderr).toContain("r53kit local stop");
  });

  it("is one daemon when it is started ten times at once, and the log is that one's", async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => start()));
    expect(new Set(all.map((one) => one.process.pid)).size).toBe(1);
    expect(all.filter(({ outcome }) => outcome === "started")).toHaveLength(1);
    const log = await eventually(
      "the daemon's word",
      () => readFileSync(join(home.folder, "daemon.log"), "utf8") || undefined,
    );
    expect(log).toContain(`started the local backend (process ${all[0]?.process.pid})`);
    expect(log).not.toContain("in use");
    expect(readdirSync(home.folder).sort()).toEqual(["daemon.log", "run.json", "state"]);
  });

  it("starts after it was killed in the middle of a start, whenever that was", async () => {
    for (const afterMs of [50, 150, 250, 350, 450, 600]) {
      const starting = home.start(["local", "start", "--foreground", ...FREE]);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      starting.child.kill("SIGKILL");
      await starting.ended;
    }
    expect((await start()).outcome).toBe("started");
    expect(await status()).toMatchObject({ running: true, zones: [] });
  });

  it("does not take another process for itself when that got its number", async () => {
    const { process: first, ...run } = await start();
    await killed(first);
    // This process lives, and began at another time.
    writeFileSync(
      join(home.folder, "run.json"),
      JSON.stringify({ ...run, format: 1, process: { pid: process.pid, started: first.started } }),
    );
    expect(await home.json(["local", "status"], { code: 1 })).toEqual({ running: false });
    expect(await home.json(["local", "stop"])).toEqual({ stopped: false });
    expect((await start()).outcome).toBe("started");
  });

  it("says so when it cannot write its run file, and leaves no process behind", async () => {
    const inTheWay = join(home.folder, "run.json");
    mkdirSync(join(inTheWay, "below"), { recursive: true });
    const result = await home.run(["local", "start", ...FREE]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/cannot keep its state in .* \(E[A-Z]+\)/);
    rmSync(inTheWay, { recursive: true });
    // The home is free again: the one that failed is gone.
    expect((await start()).outcome).toBe("started");
  });

  it("names a busy port and the option for it, and starts nothing", async () => {
    const apiPort = await takePort("127.0.0.1");
    const api = await home.run(["local", "start", "--api-port", String(apiPort), "--dns-port", "0"]);
    expect(api.code).toBe(1);
    expect(api.stdout).toBe("");
    expect(api.stderr).toContain(`Port ${apiPort} of 127.0.0.1`);
    expect(api.stderr).toContain("--api-port");
    const dnsPort = await takePort("127.53.0.1");
    const dns = await home.run(["local", "start", "--api-port", "0", "--dns-port", String(dnsPort)]);
    expect(dns.code).toBe(1);
    expect(dns.stderr).toContain(`Port ${dnsPort} of 127.53.0.1`);
    expect(dns.stderr).toContain("--dns-port");
    expect(existsSync(join(home.folder, "run.json"))).toBe(false);
    expect((await start()).outcome).toBe("started");
  });

  it("says so when it cannot keep its state", async () => {
    const file = join(home.folder, "file");
    writeFileSync(file, "");
    const result = await home.run(["local", "start", ...FREE], { env: { R53KIT_HOME: join(file, "below") } });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("cannot keep its state");
    expect(result.stderr).toContain("R53KIT_HOME");
  });

  it.each([
    ["--api-port", "70000"],
    ["--dns-port", "dns"],
    ["--speed", "0"],
    ["--speed", "fast"],
  ])("refuses %s %s as wrong usage", async (option, value) => {
    const result = await home.run(["local", "start", option, value]);
    expect(result.code).toBe(64);
    expect(result.stderr).toContain(option);
  });

  it("goes on where it was after kill -9: records, endpoints, ports and speed", async () => {
    const first = await start("--speed", "20");
    const { endpoints } = controlClient(first.apiPort);
    const place = { address: "127.0.79.1", port: await freePort("127.0.79.1") };
    const endpoint = await endpoints.ensure({ name: "primary", ...place });
    const endpointProcess = identify(endpoint.pid as number);
    const client = await route53(first.apiPort);
    const zone = await client.send(new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "1" }));
    const HostedZoneId = zone.HostedZone?.Id;
    // Killed the moment after the last acknowledgement, with changes still PENDING.
    for (let n = 0; n < 20; n++) {
      await client.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId,
          ChangeBatch: {
            Changes: [
              {
                Action: "CREATE",
                ResourceRecordSet: {
                  Name: `host${n}.example.com`,
                  Type: "A",
                  TTL: 60,
                  ResourceRecords: [{ Value: `127.0.79.${n + 1}` }],
                },
              },
            ],
          },
        }),
      );
    }
    await killed(first.process);
    await gone(endpointProcess);
    expect(await home.json(["local", "status"], { code: 1 })).toEqual({ running: false });

    const second = await home.json<Started>(["local", "start"]);
    expect(second).toMatchObject({
      outcome: "started",
      apiPort: first.apiPort,
      dnsPort: first.dnsPort,
      speed: 20,
    });
    const listed = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
    expect(listed.ResourceRecordSets?.filter(({ Type }) => Type === "A")).toHaveLength(20);
    await eventually("the endpoint to be back", async () => {
      const [back] = (await status()).endpoints;
      return back?.state === "running" ? true : undefined;
    });
    const answer = await fetch(`http://${place.address}:${place.port}/health`, { headers: { Connection: "close" } });
    expect(await answer.text()).toBe(`primary at ${place.address}:${place.port}\n`);
  });

  it("is started by a command that needs it, which says so on stderr alone", async () => {
    // Leaves the free ports behind for the next start.
    await killed((await start()).process);
    const listed = await home.run(["zones", "list", "--json"]);
    expect(listed.code).toBe(0);
    expect(JSON.parse(listed.stdout)).toEqual([]);
    expect(listed.stderr).toContain("started the local backend");
    const again = await home.run(["zones", "list", "--json"]);
    expect(again.stderr).toBe("");
  });

  it("stops one that hangs", async () => {
    const { process: hanging } = await start();
    process.kill(hanging.pid, "SIGSTOP");
    expect(await home.json(["local", "stop"])).toEqual({ stopped: true });
    expect(isAlive(hanging)).toBe(false);
    expect((await start()).outcome).toBe("started");
  });

  it("keeps nothing with --in-memory", async () => {
    const first = await start("--in-memory");
    await (await route53(first.apiPort)).send(
      new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "1" }),
    );
    expect((await status()).zones).toHaveLength(1);
    await home.run(["local", "stop"]);
    await start();
    expect((await status()).zones).toEqual([]);
  });

  it("drops everything on reset, running or not, once it is sure", async () => {
    const first = await start();
    const add = async (port: number) =>
      (await route53(port)).send(new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "1" }));
    await add(first.apiPort);
    const unsure = await home.run(["local", "reset"]);
    expect(unsure.code).toBe(64);
    expect((await status()).zones).toHaveLength(1);
    expect((await home.run(["local", "reset", "--yes"])).code).toBe(0);
    expect((await status()).zones).toEqual([]);
    await add(first.apiPort);
    await home.run(["local", "stop"]);
    expect((await home.run(["local", "reset", "--yes"])).code).toBe(0);
    await start();
    expect((await status()).zones).toEqual([]);
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "stays in the terminal with --foreground until %s, and then leaves cleanly, its endpoints too",
    async (signal) => {
      const running = home.start(["local", "start", "--foreground", ...FREE]);
      await eventually("the backend to be ready", () => (running.stderr().includes("started") ? true : undefined));
      const { pid, apiPort } = await status();
      expect(pid).toBe(running.child.pid);
      const place = { address: "127.0.79.2", port: await freePort("127.0.79.2") };
      const endpoint = await controlClient(apiPort).endpoints.ensure({ name: "primary", ...place });
      const endpointProcess = identify(endpoint.pid as number);
      running.child.kill(signal);
      expect((await running.ended).code).toBe(0);
      expect(isAlive(endpointProcess)).toBe(false);
      expect(existsSync(join(home.folder, "run.json"))).toBe(false);
    },
  );

  it("refuses a second daemon in the foreground of the same home", async () => {
    const first = await start();
    const second = await home.run(["local", "start", "--foreground", ...FREE]);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`in use by process ${first.process.pid}`);
  });

  it("prints shell lines that point AWS clients at it", async () => {
    const { apiPort, dnsPort } = await start();
    const sh = await home.run(["local", "env"]);
    expect(sh.stdout).toContain(`export R53KIT_RESOLVER='127.53.0.53'`);
    expect(sh.stdout).toContain(`export R53KIT_DNS_PORT='${dnsPort}'`);
    expect(sh.stdout).toContain(`export AWS_ENDPOINT_URL='http://127.0.0.1:${apiPort}'`);
    const fish = await home.run(["local", "env", "--shell", "fish"]);
    expect(fish.stdout).toContain(`set -gx AWS_ENDPOINT_URL 'http://127.0.0.1:${apiPort}'`);
    expect((await home.run(["local", "env", "--shell", "tcsh"])).code).toBe(64);
    await home.run(["local", "stop"]);
    const gone = await home.run(["local", "env"]);
    expect(gone.code).toBe(1);
    expect(gone.stdout).toBe("");
    expect(gone.stderr).toContain("r53kit local start");
  });

  it("prints the key of its root as a trust anchor, the same after a restart and another after a reset", async () => {
    await start();
    const ds = await home.run(["local", "anchor"]);
    expect(ds.stdout).toMatch(/^\. 3600 IN DS \d+ 13 2 [0-9A-F]{64}\n$/);
    expect((await home.run(["local", "anchor", "--form", "dnskey"])).stdout).toMatch(
      /^\. 3600 IN DNSKEY 257 3 13 \S+\n$/,
    );
    expect((await home.run(["local", "anchor", "--form", "bind"])).stdout).toMatch(
      /^trust-anchors \{\n {2}\. static-key 257 3 13 "\S+";\n\};\n$/,
    );
    await home.run(["local", "stop"]);
    expect((await home.run(["local", "anchor"])).stderr).toContain("r53kit local start");
    await start();
    expect((await home.run(["local", "anchor"])).stdout).toBe(ds.stdout);
    await home.run(["--yes", "local", "reset"]);
    expect((await home.run(["local", "anchor"])).stdout).not.toBe(ds.stdout);
  });

  it("keeps its log for its owner alone", async () => {
    await start();
    expect(statSync(join(home.folder, "daemon.log")).mode & 0o077).toBe(0);
  });
});
