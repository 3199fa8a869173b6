import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DrillEvent } from "../../src/drill/events.ts";
import { readJournal } from "../../src/drill/journal.ts";
import type { DrillReport } from "../../src/drill/report.ts";
import { controlClient } from "../../src/local/control-client.ts";
import type { RunFile } from "../../src/local/daemon-run-file.ts";
import type { LocalStatus } from "../../src/local/status.ts";
import { type CliHome, type CliProcess, cliHome, LAUNCHER, ROOT } from "../support/cli.ts";
import { freePort } from "../support/free-port.ts";

/** Addresses of this file alone. */
const PRIMARY = "127.0.121.1";
const SECONDARY = "127.0.121.2";
const SPEED = 20;

let home: CliHome;
let config: string;
let port: number;
let backend: RunFile;

async function primaryServes(): Promise<boolean> {
  try {
    return (await fetch(`http://${PRIMARY}:${port}/health`, { signal: AbortSignal.timeout(20_000) })).ok;
  } catch {
    return false;
  }
}

const drill = (...args: string[]) => ["drill", "failover", "--config", config, ...args];

const journals = async () => (await readdir(join(home.folder, "drills")).catch(() => [])).sort();

async function eventsOf(journal: string): Promise<DrillEvent[]> {
  return readJournal(await readFile(join(home.folder, "drills", journal), "utf8"));
}

const momentOf = (event: DrillEvent): string =>
  event.code === "phase.entered" ? `${event.code} ${event.phase}` : event.code;

/** Starts a drill and resolves as soon as its journal tells of the moment. */
async function drillUntil(moment: string, ...args: string[]): Promise<CliProcess> {
  const before = await journals();
  const running = home.start(drill("--yes", ...args));
  const until = performance.now() + 60_000;
  for (;;) {
    const [mine] = (await journals()).filter((name) => !before.includes(name));
    if (mine !== undefined && (await eventsOf(mine)).some((event) => momentOf(event) === moment)) return running;
    if (performance.now() > until) throw new Error(`${moment} did not come: ${running.stderr()}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

/** Runs what recovers and looks at everything, and then would ask: it stops nothing, and ends with 64. */
async function nextCommand(): Promise<string> {
  const result = await home.run(drill());
  expect(result.code, result.stderr).toBe(64);
  expect(result.stderr).toContain("steady state:");
  return result.stderr;
}

beforeAll(async () => {
  home = await cliHome();
  port = await freePort(PRIMARY);
  const text = await readFile(join(ROOT, "docs/examples/cafe/r53kit.yaml"), "utf8");
  await mkdir(join(home.folder, "cafe"));
  config = join(home.folder, "cafe", "r53kit.yaml");
  await writeFile(
    config,
    text.replaceAll("127.0.20.1", PRIMARY).replaceAll("127.0.20.2", SECONDARY).replaceAll("8081", String(port)),
  );
  backend = await home.json<RunFile>([
    "local",
    "start",
    "--speed",
    String(SPEED),
    "--api-port",
    "0",
    "--dns-port",
    "0",
  ]);
  const applied = await home.run(["setup", "apply", "--yes", "--config", config]);
  expect(applied.code, applied.stderr).toBe(0);
});

afterAll(() => home?.dispose());

it.each([
  "drill.began",
  "stop.intended",
  "stop.done",
  "phase.entered failing-over",
  "phase.entered holding",
  "phase.entered restarting",
  "start.intended",
  "phase.entered failing-back",
])("serves again with the next command after a kill -9 at %s", async (moment) => {
  const running = await drillUntil(moment, "--hold", "5s");
  running.child.kill("SIGKILL");
  await running.ended;
  await nextCommand();
  expect(await primaryServes()).toBe(true);
  for (const name of await journals()) {
    const codes = (await eventsOf(name)).map(({ code }) => code);
    if (codes.includes("stop.intended")) {
      expect(codes.some((code) => code === "start.done" || code === "recovery.done")).toBe(true);
    }
  }
});

it("puts the endpoint back when nobody reads its output any more", async () => {
  await nextCommand();
  const running = await drillUntil("phase.entered failing-over", "--hold", "10m");
  running.child.stderr?.destroy();
  running.child.stdout?.destroy();
  expect((await running.ended).code).toBe(130);
  expect(await primaryServes()).toBe(true);
});

it.runIf(process.platform === "linux")("stops nothing when its journal cannot be written", async () => {
  await nextCommand();
  // A limit of no bytes for every file that the drill itself writes; the backend is another process.
  const child = spawn(
    "sh",
    ["-c", 'ulimit -f 0; exec "$0" "$@"', process.execPath, LAUNCHER, ...drill("--yes", "--json")],
    {
      env: { ...process.env, R53KIT_HOME: home.folder, R53KIT_BACKEND: "local" },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const code = await new Promise((done) => child.once("close", done));
  expect(code, stderr).toBe(1);
  expect(stderr).toContain('"drill.journal"');
  expect(stderr).not.toContain("stopping");
  expect(await primaryServes()).toBe(true);
});

it("is disturbed, and says so, when somebody else starts the endpoint; and then it runs", async () => {
  await nextCommand();
  const running = await drillUntil("phase.entered failing-over", "--hold", "10m", "--json");
  await controlClient(backend.apiPort).endpoints.start(`${PRIMARY}:${port}`);
  const result = await running.ended;
  expect(result.code, result.stderr).toBe(1);
  expect((JSON.parse(result.stdout) as DrillReport).outcome).toBe("disturbed");
  expect(await primaryServes()).toBe(true);
});

it("says in one sentence that the backend is lost, and what to do; the next command restores", async () => {
  await nextCommand();
  const running = await drillUntil("phase.entered failing-over", "--hold", "10m", "--json");
  process.kill(backend.process.pid, "SIGKILL");
  const result = await running.ended;
  expect(result.code).toBe(1);
  const last = result.stderr.trimEnd().split("\n").at(-1) ?? "";
  expect(JSON.parse(last).error).toMatchObject({
    code: "drill.not-restored",
    message: expect.stringContaining("does not answer any more"),
  });
  const said = await nextCommand();
  expect(said).toContain("started the local backend");
  expect(said).toMatch(/an earlier drill \(\S+\) was killed/);
  expect(await primaryServes()).toBe(true);
  const { endpoints, speed } = await home.json<LocalStatus>(["local", "status"]);
  expect([endpoints.map(({ state }) => state), speed]).toEqual([["running", "running"], SPEED]);
});
