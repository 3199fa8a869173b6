import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { render } from "ink";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DrillEvent } from "../../../src/drill/events.ts";
import { type DrillProgress, follow, NO_PROGRESS } from "../../../src/drill/progress.ts";
import { rehearseFailover } from "../../../src/drill/rehearse.ts";
import type { DrillReport } from "../../../src/drill/report.ts";
import { renderDrillLine } from "../../../src/render/drill/lines.ts";
import { showLiveDrill } from "../../../src/render/drill/live.tsx";
import { renderDrillReport } from "../../../src/render/drill/report.ts";
import { duration, sinceStop } from "../../../src/render/drill/times.ts";
import { DrillView } from "../../../src/render/drill/view.tsx";
import { fakeClock } from "../../support/fake-clock.ts";
import { drive, rehearsalOf, SETTINGS, scenario, simulatedService } from "../drill/simulated-service.ts";

/** A terminal that keeps what is written to it. */
class FakeTerminal extends Writable {
  readonly columns = 110;
  readonly rows = 40;
  readonly isTTY = true;
  written = "";
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written += chunk.toString();
    done();
  }
  get asStream(): NodeJS.WriteStream {
    return this as unknown as NodeJS.WriteStream;
  }
}

const PLAIN = { color: false };
const EVIL = "evil\u001b[2J\u202egnp";

let events: DrillEvent[];
let report: DrillReport;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "r53kit-drill-view-"));
  events = [];
  const clock = fakeClock({ speed: 10 });
  const base = scenario();
  const service = simulatedService(clock, scenario({ healthCheck: { ...base.healthCheck, key: EVIL } }));
  const settings = { ...SETTINGS, targets: { detectionMs: 1000, downtimeMs: 300_000 } };
  report = await drive(clock, rehearseFailover(rehearsalOf(service, directory, events, { settings })));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** How the drill stood once `code` had been told. */
function progressAfter(code: DrillEvent["code"]): DrillProgress {
  const end = events.findIndex((event) => event.code === code);
  if (end < 0) throw new Error(`no ${code}`);
  return events.slice(0, end + 1).reduce(follow, NO_PROGRESS);
}

async function frameOf(
  progress: DrillProgress,
  clockMs: number,
  { color = false, rows = 40, columns = 110 } = {},
): Promise<string> {
  const terminal = new FakeTerminal();
  const view = <DrillView progress={progress} clockMs={clockMs} columns={columns} rows={rows} color={color} />;
  const ink = render(view, { stdout: terminal.asStream, debug: true, patchConsole: false, exitOnCtrlC: false });
  ink.unmount();
  await ink.waitUntilExit();
  return terminal.written;
}

describe("the live view", () => {
  it("shows who sees what while the failover is under way", async () => {
    const progress = progressAfter("stop.done");
    const frame = stripVTControlCharacters(await frameOf(progress, (progress.stoppedAtMs ?? 0) + 12_000));
    expect(frame).toContain("Failover drill of orders.cafe.example A: primary (process 192.0.2.1:8081)");
    expect(frame).toContain("its clock 10 times as fast as life");
    expect(frame).toMatch(/ns-1\.test +primary/);
    expect(frame).toMatch(/caching resolver +primary/);
    expect(frame).toContain("12.0 s of at most 96.0 s");
    expect(frame).toContain("Ctrl-C starts the endpoint again");
  });

  it("shows when each observer turned and came back", async () => {
    const progress = events.reduce(follow, NO_PROGRESS);
    const frame = stripVTControlCharacters(await frameOf(progress, 0));
    expect(frame).toMatch(/ns-2\.test +primary +\d+\.\d s +\d+\.\d s/);
    expect(frame).toContain("the drill is complete");
    expect(frame).not.toContain("Ctrl-C");
  });

  it("lets nothing from outside drive the terminal", async () => {
    const frame = await frameOf(progressAfter("stop.done"), 0);
    expect(frame).not.toContain("\u001b[2J");
    expect(frame).not.toContain("\u202e");
    expect(frame).toContain("health check evil[2Jgnp");
  });

  it("keeps within a small terminal, so that it does not flicker", async () => {
    for (const progress of [progressAfter("start.done"), events.reduce(follow, NO_PROGRESS)]) {
      const frame = await frameOf(progress, progress.runningAtMs ?? 0, { rows: 20, columns: 64 });
      const last = frame.slice(frame.lastIndexOf("Failover drill of"));
      expect(last.trimEnd().split("\n").length).toBeLessThan(20);
    }
  });

  it("keeps to no colour when told so", async () => {
    // Ink's own cursor control remains; SGR sequences would be colour.
    expect(await frameOf(progressAfter("stop.done"), 0)).not.toMatch(/\u001b\[[0-9;]*m/);
  });

  it("redraws as things happen, and leaves the last frame standing", () => {
    const terminal = new FakeTerminal();
    const live = showLiveDrill({
      stream: terminal.asStream,
      color: false,
      clockMs: () => 0,
      first: progressAfter("drill.began"),
    });
    live.show(events.reduce(follow, NO_PROGRESS));
    live.close();
    expect(stripVTControlCharacters(terminal.written)).toContain("the drill is complete");
  });
});

describe("the plain lines", () => {
  it("tell the drill from the stop to the end, each with its time since the stop", () => {
    let progress = NO_PROGRESS;
    const lines: string[] = [];
    for (const event of events) {
      progress = follow(progress, event);
      const line = renderDrillLine(event, progress, PLAIN);
      if (line !== undefined) lines.push(line.trim());
    }
    expect(lines[0]).toBe("+0.0 s  stopping primary (process 192.0.2.1:8081)");
    expect(lines.at(-1)).toMatch(/^\+\d+\.\d s {2}the drill is complete$/);
    expect(lines.some((line) => /client that honours TTLs: not served \(192\.0\.2\.1: /.test(line))).toBe(true);
    expect(lines.some((line) => /caching resolver: secondary \(192\.0\.2\.2\)/.test(line))).toBe(true);
    expect(lines.join("")).not.toMatch(/[\u0000-\u001f\u202e]/);
  });
});

describe("the report", () => {
  it("sets measured, target and bound side by side, simulated and real", () => {
    const text = renderDrillReport(report, PLAIN);
    expect(text).toContain("states    primary -> secondary -> primary");
    expect(text).toMatch(/Detection +\d+\.\d s +\d\.\d s +1\.0 s +36\.0 s {2}past its target/);
    expect(text).toMatch(/Client downtime .* 300\.0 s +96\.0 s {2}within target and bound/);
    expect(text).toContain("Completed, but past its target: Detection.");
    expect(text).toContain(`journal: ${join(directory, "drill-1.ndjson")}`);
  });

  it("shows one time only when the backend runs as fast as life", () => {
    const slow = { ...report, backend: { ...report.backend, speed: 1 } };
    const text = renderDrillReport(slow, PLAIN);
    expect(text).toContain("measured");
    expect(text).not.toMatch(/simulated +real|times as fast/);
  });

  it("says what did not happen", () => {
    const incomplete: DrillReport = {
      ...report,
      outcome: "no-failover",
      states: ["primary"],
      measurements: report.measurements.map((one) => ({
        ...one,
        measuredMs: null,
        realMs: null,
        withinBound: null,
        withinTarget: one.targetMs === null ? null : false,
      })),
    };
    const text = renderDrillReport(incomplete, PLAIN);
    expect(text).toMatch(/DNS flip, last server +never/);
    expect(text).toContain("Not completed: not everyone reached the secondary in time.");
  });

  it("is the same with colour but for the colour", () => {
    const coloured = renderDrillReport(report, { color: true });
    expect(coloured).toContain("\u001b[31m");
    expect(stripVTControlCharacters(coloured)).toBe(renderDrillReport(report, PLAIN));
  });

  it("survives a round trip as JSON", () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

describe("times", () => {
  it("read as people say them", () => {
    expect([0, 40, 36_400, 156_000, 599_960, 756_000, null].map(duration)).toEqual([
      "0.0 s",
      "0.0 s",
      "36.4 s",
      "156.0 s",
      "10 min 0.0 s",
      "12 min 36.0 s",
      "never",
    ]);
    expect([0, -20, -1500, 1500].map(sinceStop)).toEqual(["+0.0 s", "+0.0 s", "-1.5 s", "+1.5 s"]);
  });
});
