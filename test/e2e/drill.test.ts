import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MeasurementKey } from "../../src/drill/measure.ts";
import type { DrillReport } from "../../src/drill/report.ts";
import type { LocalStatus } from "../../src/local/status.ts";
import { type CliHome, type CliProcess, cliHome, eventually, ROOT } from "../support/cli.ts";
import { freePort } from "../support/free-port.ts";

/** Addresses of this file alone: the example's own may be in use by whoever runs it. */
const PRIMARY = "127.0.120.1";
const SECONDARY = "127.0.120.2";

let home: CliHome;
let config: string;
let port: number;

/** The cafe's example on addresses and a port of this test. */
async function cafe(): Promise<string> {
  const text = await readFile(join(ROOT, "docs/examples/cafe/r53kit.yaml"), "utf8");
  const folder = join(home.folder, "cafe");
  await mkdir(folder, { recursive: true });
  const file = join(folder, "r53kit.yaml");
  await writeFile(
    file,
    text.replaceAll("127.0.20.1", PRIMARY).replaceAll("127.0.20.2", SECONDARY).replaceAll("8081", String(port)),
  );
  return file;
}

async function primaryServes(): Promise<boolean> {
  try {
    return (await fetch(`http://${PRIMARY}:${port}/health`, { signal: AbortSignal.timeout(20_000) })).ok;
  } catch {
    return false;
  }
}

function drill(...args: string[]): string[] {
  return ["drill", "failover", "--config", config, ...args];
}

/** Starts a drill that would hold the endpoint stopped for a minute of real time, and waits until it has stopped it. */
async function drillInProgress(): Promise<CliProcess> {
  const running = home.start(drill("--yes", "--hold", "10m"));
  await eventually("the stop", () => (running.stderr().includes("stopped, in") ? true : undefined));
  expect(await primaryServes()).toBe(false);
  return running;
}

function figure(report: DrillReport, key: MeasurementKey) {
  const found = report.measurements.find((one) => one.key === key);
  if (found === undefined) throw new Error(`no measurement ${key}`);
  return found;
}

beforeAll(async () => {
  home = await cliHome();
  port = await freePort(PRIMARY);
  config = await cafe();
  const started = await home.run(["local", "start", "--speed", "10", "--api-port", "0", "--dns-port", "0"]);
  expect(started.code, started.stderr).toBe(0);
  const applied = await home.run(["setup", "apply", "--yes", "--config", config]);
  expect(applied.code, applied.stderr).toBe(0);
});

afterAll(async () => {
  await home?.dispose();
});

describe("r53kit drill failover", () => {
  it("shows primary, secondary, primary on the cafe, with the detection within its bound", async () => {
    const report = await home.json<DrillReport>(drill("--yes"));
    expect(report.states).toEqual(["primary", "secondary", "primary"]);
    expect(report.outcome).toBe("completed");
    expect(report.backend.speed).toBe(10);
    expect(figure(report, "detection")).toMatchObject({ withinBound: true, boundMs: 36_000 });
    // Three failed probes of ten seconds: it cannot have been noticed before two whole intervals.
    expect(figure(report, "detection").measuredMs).toBeGreaterThan(20_000);
    expect(figure(report, "downtime").boundMs).toBe(66_000);
    expect(report.observers.map((observer) => observer.kind).sort()).toEqual([
      "authoritative",
      "authoritative",
      "authoritative",
      "authoritative",
      "client",
      "health",
      "resolver",
    ]);
    expect(report.measurements.filter((one) => one.targetMs !== null).map((one) => one.key)).toEqual([
      "detection",
      "failover",
      "downtime",
    ]);
    expect(await primaryServes()).toBe(true);
  });

  it("exits with 2 when a target was exceeded, and says which", async () => {
    const result = await home.run(drill("orders.cafe.com", "--yes", "--max-detection", "5s"));
    expect(result.code, result.stderr).toBe(2);
    expect(result.stdout).toContain("past its target: Detection");
    expect(await primaryServes()).toBe(true);
  });

  it("starts the endpoint again on Ctrl-C, and exits with 130", async () => {
    const running = await drillInProgress();
    running.child.kill("SIGINT");
    const result = await running.ended;
    expect(result.code, result.stderr).toBe(130);
    expect(result.stdout).toContain("Not completed: interrupted; the endpoint runs again.");
    expect(await primaryServes()).toBe(true);
  });

  it("restores on the next run what a kill -9 left stopped, and then drills", async () => {
    const running = await drillInProgress();
    running.child.kill("SIGKILL");
    await running.ended;
    expect(await primaryServes()).toBe(false);
    const result = await home.run(drill("--yes"));
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toMatch(/an earlier drill \(\S+\) was killed; restoring primary \(process /);
    expect(result.stdout).toContain("primary -> secondary -> primary");
  });

  it("has the endpoint come back by its lease when nobody drills again after a kill -9", async () => {
    const running = await drillInProgress();
    running.child.kill("SIGKILL");
    await running.ended;
    const { endpoints } = await home.json<LocalStatus>(["local", "status"]);
    const leaseUntil = endpoints.find(({ address }) => address === PRIMARY)?.leaseUntil ?? 0;
    expect(leaseUntil - Date.now()).toBeLessThanOrEqual(15_000);
    await eventually("the end of the lease", async () => ((await primaryServes()) ? true : undefined));
    expect(Date.now()).toBeGreaterThanOrEqual(leaseUntil);
  });

  it("refuses a second drill while one is in progress, and lets the first go on", async () => {
    // What the lease restored is still on its way back, so this one begins by waiting for that.
    const running = await drillInProgress();
    const second = await home.run(drill("--yes", "--json"));
    expect(second.code).toBe(1);
    expect(JSON.parse(second.stderr).error).toMatchObject({ code: "drill.already-running" });
    running.child.kill("SIGTERM");
    expect((await running.ended).code).toBe(130);
    expect(await primaryServes()).toBe(true);
  });

  it("asks before it stops anything, and touches nothing without an answer", async () => {
    const before = (await readdir(join(home.folder, "drills"))).length;
    const result = await home.run(drill());
    expect(result.code).toBe(64);
    expect(result.stderr).toContain("add --yes");
    expect(await primaryServes()).toBe(true);
    expect((await readdir(join(home.folder, "drills"))).length).toBe(before);
  });

  it("refuses what is wrong on the command line or in the file before it connects anywhere", async () => {
    for (const [args, says] of [
      [drill("nobody.cafe.com", "--yes"), "take one of: orders.cafe.com"],
      [drill("--yes", "--target", "secondary"), "does not watch it"],
      [drill("--yes", "--hold", "soon"), "'soon' is no duration"],
      [["drill", "failover", "--config", join(home.folder, "none.yaml")], "none.yaml"],
    ] as const) {
      const result = await home.run(args);
      expect([result.code, result.stdout]).toEqual([64, ""]);
      expect(result.stderr).toContain(says);
    }
  });
});
