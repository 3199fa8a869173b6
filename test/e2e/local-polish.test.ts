import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { CreateHostedZoneCommand, GetHostedZoneCommand, type Route53Client } from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createClients } from "../../src/backend/clients.ts";
import { LOCAL_CREDENTIALS } from "../../src/backend/local-connection.ts";
import { controlClient } from "../../src/local/control-client.ts";
import type { RunFile } from "../../src/local/daemon-run-file.ts";
import type { LocalStatus } from "../../src/local/status.ts";
import { type CliHome, cliHome, eventually, ROOT } from "../support/cli.ts";
import { writeMaxmind } from "../support/maxmind-writer.ts";

let home: CliHome;
const cleanUp: (() => Promise<unknown> | unknown)[] = [];

beforeEach(async () => {
  home = await cliHome();
});

afterEach(async () => {
  for (const one of cleanUp.splice(0).reverse()) await one();
  await home.dispose();
});

const start = (...options: string[]) =>
  home.json<RunFile>(["local", "start", "--api-port", "0", "--dns-port", "0", ...options]);
const status = () => home.json<LocalStatus>(["local", "status"]);
const inHome = (name: string) => join(home.folder, name);

async function route53(apiPort: number): Promise<Route53Client> {
  const clients = createClients({
    endpoint: `http://127.0.0.1:${apiPort}`,
    credentials: LOCAL_CREDENTIALS,
    globalRegion: "us-east-1",
    maxAttempts: 1,
  });
  cleanUp.push(() => clients.close());
  return clients.route53();
}

async function addZone(apiPort: number, Name: string): Promise<void> {
  await (await route53(apiPort)).send(new CreateHostedZoneCommand({ Name, CallerReference: Name }));
}

async function freePort(address: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const zoneNames = async () => (await status()).zones.map(({ name }) => name).sort();

describe("r53kit local snapshot", () => {
  it("brings the whole state back into a running backend, endpoints and all, and drops what came after", async () => {
    const { apiPort } = await start();
    await addZone(apiPort, "before.example");
    const place = { address: "127.0.76.1", port: await freePort("127.0.76.1") };
    await controlClient(apiPort).endpoints.ensure({ name: "primary", ...place });
    const file = inHome("state.r53kit");
    const saved = await home.json<{ file: string; bytes: number }>(["local", "snapshot", "save", file]);
    expect(saved).toEqual({ file, bytes: readFileSync(file).length });

    await addZone(apiPort, "after.example");
    await controlClient(apiPort).endpoints.remove(`${place.address}:${place.port}`);
    await home.json(["local", "snapshot", "load", file, "--yes"]);
    const now = await status();
    expect(now.zones.map(({ name }) => name)).toEqual(["before.example."]);
    expect(now.endpoints).toMatchObject([{ name: "primary", state: "running" }]);
    expect(now.apiPort).toBe(apiPort);
  });

  it("works on a backend that does not run, and between one home and another", async () => {
    const { apiPort } = await start();
    await addZone(apiPort, "moved.example");
    await home.run(["local", "stop"]);
    const file = inHome("state.r53kit");
    expect((await home.run(["local", "snapshot", "save", file])).code).toBe(0);
    const other = await cliHome();
    cleanUp.push(() => other.dispose());
    expect((await other.run(["local", "snapshot", "load", file, "--yes"])).code).toBe(0);
    await other.json(["local", "start", "--api-port", "0", "--dns-port", "0"]);
    const { zones } = await other.json<LocalStatus>(["local", "status"]);
    expect(zones.map(({ name }) => name)).toEqual(["moved.example."]);
  });

  it("asks before it replaces a file or a state, and leaves no half-written file", async () => {
    await start();
    const file = inHome("state.r53kit");
    writeFileSync(file, "precious");
    const save = await home.run(["local", "snapshot", "save", file]);
    expect(save.code).toBe(64);
    expect(readFileSync(file, "utf8")).toBe("precious");
    expect((await home.run(["local", "snapshot", "load", file])).code).toBe(64);
    const nowhere = await home.run(["local", "snapshot", "save", inHome("no/such/folder/file")]);
    expect(nowhere.code).toBe(1);
    expect(nowhere.stderr).toContain("cannot be written (ENOENT)");
    expect(readdirSync(home.folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("refuses what is no snapshot, of another format, cut short or changed, in one sentence, and changes nothing", async () => {
    const { apiPort } = await start();
    await addZone(apiPort, "kept.example");
    const good = inHome("good");
    await home.run(["local", "snapshot", "save", good]);
    const bytes = readFileSync(good);
    const lines = gunzipSync(bytes).toString();
    const cases: Record<string, [content: Buffer, says: string]> = {
      text: [Buffer.from("hello\n"), "That is no snapshot of a local backend"],
      json: [gzipSync('{"hello": 1}\n{}\n'), "That is no snapshot of a local backend"],
      empty: [Buffer.alloc(0), "That is no snapshot of a local backend"],
      newer: [gzipSync(lines.replace('"version":1', '"version":9')), "has format 9, of another version of r53kit"],
      older: [gzipSync(lines.replace('"state":1', '"state":7')), "The snapshot's state has format 7"],
      cut: [bytes.subarray(0, bytes.length - 20), "is damaged: it cannot be unpacked to its end"],
      short: [gzipSync(lines.split("\n").slice(0, -2).join("\n")), "is damaged: its end is missing"],
      changed: [gzipSync(lines.replace("kept.example", "evil.example")), "does not match its checksum"],
    };
    for (const [name, [content, says]] of Object.entries(cases)) {
      writeFileSync(inHome(name), content);
      const result = await home.run(["local", "snapshot", "load", inHome(name), "--yes", "--no-color"]);
      expect([result.code, result.stdout], name).toEqual([64, ""]);
      expect(result.stderr, name).toContain(says);
      expect(result.stderr.split("\n")[0], name).toContain(inHome(name));
    }
    expect(await zoneNames()).toEqual(["kept.example."]);
  });
});

describe("r53kit local logs", () => {
  it("tells each API call with its service, operation, status, error and latency", async () => {
    const { apiPort } = await start();
    expect((await home.run(["local", "logs"])).stderr).toContain("no API calls");
    await addZone(apiPort, "logged.example");
    const missing = (await route53(apiPort)).send(new GetHostedZoneCommand({ Id: "Z0123456789" }));
    await expect(missing).rejects.toMatchObject({ name: "NoSuchHostedZone" });
    const { stdout } = await home.run(["local", "logs", "--json"]);
    const calls = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(calls).toMatchObject([
      { sequence: 1, service: "route53", operation: "CreateHostedZone", status: 201, errorCode: null },
      { sequence: 2, service: "route53", operation: "GetHostedZone", status: 404, errorCode: "NoSuchHostedZone" },
    ]);
    for (const call of calls) {
      expect(call.durationMs).toBeGreaterThan(0);
      expect(Math.abs(Date.parse(call.time) - Date.now())).toBeLessThan(60_000);
    }
    const text = await home.run(["local", "logs", "--errors"]);
    expect(text.stdout).toMatch(/^\S+Z {2}route53 +GetHostedZone +[\d.]+ ms {2}404 NoSuchHostedZone\n$/);
    expect((await home.run(["local", "logs", "--limit", "-1"])).code).toBe(64);
  });

  it("follows until Ctrl-C, which is no failure", async () => {
    const { apiPort } = await start();
    await addZone(apiPort, "first.example");
    const following = home.start(["local", "logs", "--follow", "--json"]);
    await eventually("the first call", () => (following.stdout().includes("\n") ? true : undefined));
    await addZone(apiPort, "second.example");
    await eventually("the second call", () => (following.stdout().split("\n").length > 2 ? true : undefined));
    following.child.kill("SIGINT");
    const { code, stdout } = await following.ended;
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).sequence),
    ).toEqual([1, 2]);
  });

  it("says so when the backend stops meanwhile", async () => {
    await start();
    const following = home.start(["local", "logs", "--follow"]);
    // The stream is open when the backend knows of it; a call proves that.
    const { apiPort } = await status();
    await addZone(apiPort, "seen.example");
    await eventually("the call", () => (following.stdout().includes("CreateHostedZone") ? true : undefined));
    await home.run(["local", "stop"]);
    const { code, stderr } = await following.ended;
    expect(code).toBe(0);
    expect(stderr).toContain("the local backend has stopped");
  });

  it("needs a backend that runs", async () => {
    const result = await home.run(["local", "logs"]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("r53kit local start");
  });
});

describe("r53kit local start", () => {
  it("keeps how its services behave over a crash, and does not pretend to behave otherwise", async () => {
    const options = ["--propagation-delay", "1.5s", "--throttle", "--lenient", "--response-rate-limit", "500"];
    const first = await start("--account", "111122223333", ...options);
    const settings = {
      account: "111122223333",
      propagationDelayMs: 1500,
      throttle: true,
      lenient: true,
      responseRateLimit: 500,
    };
    expect(first.settings).toEqual(settings);
    const other = await home.run(["local", "start", "--account", "123456789012"]);
    expect(other.code).toBe(1);
    expect(other.stderr).toContain("with account 111122223333 instead of 123456789012");
    process.kill(first.process.pid, "SIGKILL");
    await eventually("the daemon to be gone", async () =>
      (await home.run(["local", "status"])).code === 1 ? true : undefined,
    );
    expect((await home.json<RunFile>(["local", "start"])).settings).toEqual(settings);
    expect((await status()).settings).toEqual(settings);
  });

  it("takes a geo database and a latency matrix by flag or by variable, and keeps them over a crash", async () => {
    const [geoDatabase, latencyMatrix] = [inHome("own.mmdb"), inHome("measured.csv")];
    writeFileSync(geoDatabase, writeMaxmind({ networks: { "8.8.8.0/24": { country: { iso_code: "JP" } } } }));
    writeFileSync(latencyMatrix, "client,eu-west-1\nDE,oops\nXX,1\n");
    const options = ["--geo-database", "own.mmdb"];
    const from = { cwd: home.folder, env: { R53KIT_LATENCY_MATRIX: "measured.csv" } };
    const refused = await home.run(["local", "start", ...options], from);
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain(`${latencyMatrix}:2:4: 'oops' is no latency`);
    expect(refused.stderr).toContain(`${latencyMatrix}:3:1: 'XX' is no client`);
    writeFileSync(latencyMatrix, "client,eu-west-1\nDE,12.5\n");
    const ports = ["--api-port", "0", "--dns-port", "0"];
    const first = await home.json<RunFile>(["local", "start", ...ports, ...options], from);
    expect(first.settings).toMatchObject({ geoDatabase, latencyMatrix });
    expect((await home.run(["local", "status"])).stdout).toContain(`clients by ${geoDatabase}`);
    const other = await home.run(["local", "start", "--geo-database", latencyMatrix]);
    expect(other.code).toBe(64);
    process.kill(first.process.pid, "SIGKILL");
    await eventually("the daemon to be gone", async () =>
      (await home.run(["local", "status"])).code === 1 ? true : undefined,
    );
    expect((await home.json<RunFile>(["local", "start"])).settings).toMatchObject({ geoDatabase, latencyMatrix });
  });

  it.each([
    ["--account", "12"],
    ["--propagation-delay", "soon"],
    ["--propagation-delay", "5"],
    ["--response-rate-limit", "0"],
  ])("refuses %s %s as wrong usage", async (option, value) => {
    const result = await home.run(["local", "start", option, value]);
    expect(result.code).toBe(64);
    expect(result.stderr).toContain(option);
  });
});

describe("r53kit local status", () => {
  it("tells what the state takes on the disk, unless it takes nothing", async () => {
    await start();
    expect((await status()).diskBytes).toBeGreaterThan(4096);
    expect((await home.run(["local", "status"])).stdout).toMatch(/state: \S+ \(\d+\.\d MiB\)/);
    await home.run(["local", "stop"]);
    await start("--in-memory");
    expect((await status()).diskBytes).toBeUndefined();
    expect(existsSync(inHome("state/state.mdb"))).toBe(true);
  });
});

describe('import "r53kit/local"', () => {
  const run = (command: string, args: readonly string[], cwd: string) =>
    new Promise<{ code: number; output: string }>((resolve) => {
      const env = { PATH: process.env.PATH ?? "", HOME: home.folder, R53KIT_HOME: inHome("unused") };
      execFile(command, [...args], { cwd, env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }),
      );
    });

  it("runs the documented example: a plain Node test with a backend of its own", async () => {
    const { code, output } = await run(process.execPath, ["--test"], join(ROOT, "docs/examples/testing"));
    expect(code, output).toBe(0);
    expect(output).toMatch(/pass 2/);
    // In memory: nothing was written anywhere.
    expect(existsSync(inHome("unused"))).toBe(false);
  });

  it("has types that a strict TypeScript project accepts without ours", async () => {
    mkdirSync(inHome("node_modules"));
    symlinkSync(ROOT, inHome("node_modules/r53kit"));
    writeFileSync(inHome("package.json"), '{ "type": "module" }');
    const program = (more: string) => `
      import { startLocalBackend, type RunningLocalBackend } from "r53kit/local";
      const backend: RunningLocalBackend = await startLocalBackend({ speed: 10 });
      const port: number = backend.resolver.port;
      const url: string | undefined = backend.env.AWS_ENDPOINT_URL;
      await backend.reset();
      ${more}
      await backend.stop();
      export { port, url };
    `;
    const check = (name: string) =>
      run(
        process.execPath,
        [
          join(ROOT, "node_modules/typescript/bin/tsc"),
          ...["--noEmit", "--strict", "--module", "nodenext", "--target", "es2023", "--lib", "es2023"],
          ...["--types", "", "--ignoreConfig", name],
        ],
        home.folder,
      );
    writeFileSync(inHome("good.ts"), program(""));
    expect(await check("good.ts")).toEqual({ code: 0, output: "" });
    writeFileSync(inHome("bad.ts"), program('backend.apiUrl = 1; await startLocalBackend({ speed: "fast" });'));
    const bad = await check("bad.ts");
    expect(bad.output).toContain("'apiUrl' because it is a read-only property");
    expect(bad.output).toContain("Type 'string' is not assignable to type 'number'");
  });

  it("starts as many as asked for, each alone, and lets the process end when they are stopped", async () => {
    const script = `
      import { startLocalBackend } from "r53kit/local";
      const backends = await Promise.all([startLocalBackend(), startLocalBackend(), startLocalBackend({ account: "111122223333" })]);
      console.log(new Set(backends.map((one) => one.apiUrl)).size, new Set(backends.map((one) => one.dnsPort)).size);
      const file = await backends[0].saveSnapshot();
      await backends[1].loadSnapshot(file);
      await backends[1].loadSnapshot(Buffer.from("no")).catch((error) => console.log(error.code));
      await startLocalBackend({ apiPort: Number(new URL(backends[0].apiUrl).port) }).catch((error) => console.log(error.code));
      await Promise.all(backends.map((one) => one.stop()));
    `;
    const { code, output } = await run(process.execPath, ["--input-type=module", "-e", script], ROOT);
    expect(output).toBe("3 3\nsnapshot.format\nlocal.port-busy\n");
    expect(code).toBe(0);
  });
});
