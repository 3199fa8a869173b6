import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EndpointControl, LocalEndpoint } from "../../../src/backend/backend.ts";
import type { DrillEvent } from "../../../src/drill/events.ts";
import {
  drillIdAt,
  type JournalReading,
  lastRestoredAt,
  openJournal,
  readJournal,
  unfinishedDrills,
} from "../../../src/drill/journal.ts";
import { recoverUnfinishedDrills, stamp } from "../../../src/drill/recover.ts";
import { failoverBounds } from "../../../src/route53/failover-bounds.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { SETTINGS, scenario } from "./simulated-service.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "r53kit-journal-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const clock = fakeClock();
const NOBODY: JournalReading = { processExists: () => false, now: () => Date.now() };
const what = scenario();

function began(drillId: string): DrillEvent {
  return stamp(clock, {
    code: "drill.began",
    drillId,
    pid: 4242,
    backend: "local backend",
    speed: 1,
    scenario: what,
    settings: SETTINGS,
    observers: [],
    bounds: failoverBounds({ probeType: "HTTP", intervalSeconds: 10, failureThreshold: 3, ttlSeconds: 60 }),
  });
}

/** The journal of a drill that was killed after its stop. */
function killedDrill(drillId: string): string {
  const journal = openJournal(directory, drillId);
  journal.append(began(drillId));
  journal.append(stamp(clock, { code: "stop.intended", target: what.target }));
  journal.append(stamp(clock, { code: "stop.done", tookMs: 3 }));
  journal.close();
  return journal.file;
}

function endpoints(state: "running" | "stopped"): EndpointControl & { started: string[] } {
  const id = `${what.target.address}:${what.target.port}`;
  const endpoint: LocalEndpoint = { ...what.target, id, name: "primary", pid: null, state, leaseUntil: null };
  const started: string[] = [];
  return {
    started,
    list: async () => [endpoint],
    ensure: async () => endpoint,
    remove: async () => {},
    stop: async () => endpoint,
    start: async (asked) => {
      started.push(asked);
      return endpoint;
    },
  };
}

function recover(control: EndpointControl | undefined, events: DrillEvent[] = [], reading = NOBODY) {
  const backend = { endpoints: control, label: "this backend", clock };
  return recoverUnfinishedDrills({ directory, backend, reading, host: (event) => void events.push(event) });
}

describe("the journal", () => {
  it("is found unfinished between the intention to stop and the start", () => {
    const journal = openJournal(directory, "d1");
    const unfinished = () => unfinishedDrills(directory, NOBODY).map((drill) => drill.drillId);
    journal.append(began("d1"));
    expect(unfinished()).toEqual([]);
    journal.append(stamp(clock, { code: "stop.intended", target: what.target }));
    expect(unfinished()).toEqual(["d1"]);
    journal.append(stamp(clock, { code: "start.intended" }));
    expect(unfinished()).toEqual(["d1"]);
    journal.append(stamp(clock, { code: "start.done", tookMs: 1 }));
    expect(unfinished()).toEqual([]);
    journal.close();
  });

  it.runIf(existsSync("/dev/full"))("says so when a full disk does not take an event", () => {
    symlinkSync("/dev/full", join(directory, "d1.ndjson"));
    const journal = openJournal(directory, "d1");
    expect(() => journal.append(began("d1"))).toThrow(
      expect.objectContaining({ code: "drill.journal", message: expect.stringContaining("ENOSPC") }),
    );
    journal.close();
  });

  it("says so when there is no place for it", () => {
    const file = join(directory, "file");
    writeFileSync(file, "");
    expect(() => openJournal(join(file, "drills"), "d1")).toThrow(expect.objectContaining({ code: "drill.journal" }));
  });

  it("does not keep every observation", () => {
    const journal = openJournal(directory, "d1");
    const observation = { sees: "primary", sentMs: 1, atMs: 2, detail: "" } as const;
    journal.append(stamp(clock, { code: "observer.saw", observer: "client", observation }));
    journal.close();
    expect(readFileSync(journal.file, "utf8")).toBe("");
  });

  it("is readable although the kill cut off a line, and goes on with a line of its own", () => {
    const file = killedDrill("d1");
    appendFileSync(file, '{"at":1,"clockMs":2,"code":"lease.ren');
    expect(readJournal(readFileSync(file, "utf8"))).toHaveLength(3);
    const again = openJournal(directory, "d1");
    again.append(stamp(clock, { code: "start.done", tookMs: 1 }));
    again.close();
    expect(readJournal(readFileSync(file, "utf8")).at(-1)).toMatchObject({ code: "start.done" });
  });

  it("can be cut off anywhere: what is whole decides", () => {
    const file = killedDrill("d1");
    const whole = readFileSync(file);
    const intended = whole.indexOf("stop.intended");
    for (let size = whole.length; size >= 0; size -= 7) {
      truncateSync(file, size);
      const found = unfinishedDrills(directory, NOBODY).length;
      if (size < intended) expect(found).toBe(0);
      if (size > whole.indexOf("\n", intended)) expect(found).toBe(1);
    }
  });

  it("tells when the latest drill's endpoint came back", () => {
    expect(lastRestoredAt(directory)).toBeUndefined();
    killedDrill("d1");
    expect(lastRestoredAt(directory)).toBeUndefined();
    const again = openJournal(directory, "d1");
    const restored = stamp(clock, { code: "start.done", tookMs: 1 });
    again.append(restored);
    again.close();
    expect(lastRestoredAt(directory)).toBe(restored.at);
  });

  it("is nowhere when there never was a drill", () => {
    expect(unfinishedDrills(join(directory, "none"), NOBODY)).toEqual([]);
  });

  it("has a name that sorts by time", () => {
    const ids = [0, 86_400_000, 3_600_000].map((ms) => drillIdAt(Date.UTC(2026, 10, 20) + ms, () => 0.5));
    expect(ids).toEqual(["20261120T000000Z-8000", "20261121T000000Z-8000", "20261120T010000Z-8000"]);
  });
});

describe("recoverUnfinishedDrills", () => {
  it("starts the endpoint that a killed drill left stopped, says so, and does it once", async () => {
    killedDrill("d1");
    const control = endpoints("stopped");
    const events: DrillEvent[] = [];
    expect(await recover(control, events)).toBe(1);
    expect(control.started).toEqual([`${what.target.address}:${what.target.port}`]);
    expect(events.map((event) => event.code)).toEqual(["recovery.found", "recovery.done"]);
    expect(await recover(control)).toBe(0);
    expect(control.started).toHaveLength(1);
  });

  it("leaves an endpoint alone that the lease has brought back", async () => {
    killedDrill("d1");
    const control = endpoints("running");
    expect(await recover(control)).toBe(1);
    expect(control.started).toEqual([]);
  });

  it("refuses while the other drill lives", async () => {
    killedDrill("d1");
    const control = endpoints("stopped");
    const alive = { processExists: (pid: number) => pid === 4242, now: () => Date.now() };
    await expect(recover(control, [], alive)).rejects.toMatchObject({ code: "drill.already-running" });
    expect(control.started).toEqual([]);
  });

  it("takes a long silent journal for a dead drill's, although its process number is in use again", async () => {
    const file = killedDrill("d1");
    const hourAgo = new Date(Date.now() - 3_600_000);
    utimesSync(file, hourAgo, hourAgo);
    expect(await recover(endpoints("stopped"), [], { processExists: () => true, now: () => Date.now() })).toBe(1);
  });

  it("leaves to the other backend what only that one can restore", async () => {
    killedDrill("d1");
    const events: DrillEvent[] = [];
    expect(await recover(undefined, events)).toBe(0);
    expect(events).toMatchObject([{ code: "recovery.elsewhere", backend: "local backend" }]);
    expect(unfinishedDrills(directory, NOBODY)).toHaveLength(1);
  });
});
