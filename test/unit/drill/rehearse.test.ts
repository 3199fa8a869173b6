import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DrillEvent } from "../../../src/drill/events.ts";
import { leftStopped, openJournal, readJournal, unfinishedDrills } from "../../../src/drill/journal.ts";
import type { MeasurementKey } from "../../../src/drill/measure.ts";
import { refuseUnlessAlone, stamp } from "../../../src/drill/recover.ts";
import { type Rehearsal, rehearseFailover } from "../../../src/drill/rehearse.ts";
import type { DrillReport } from "../../../src/drill/report.ts";
import type { Target } from "../../../src/drill/targets/target.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { drive, rehearsalOf, SETTINGS, scenario, simulatedService } from "./simulated-service.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "r53kit-drill-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function figure(report: DrillReport, key: MeasurementKey) {
  const found = report.measurements.find((one) => one.key === key);
  if (found === undefined) throw new Error(`no measurement ${key}`);
  return found;
}

const journal = () => readJournal(readFileSync(join(directory, "drill-1.ndjson"), "utf8"));

function journalOfADrillInProgress(rehearsal: Rehearsal): DrillEvent[] {
  const { clock, pid, backend, scenario: what, settings, bounds } = rehearsal;
  return [
    stamp(clock, {
      code: "drill.began",
      drillId: "drill-0",
      pid,
      backend,
      speed: 1,
      scenario: what,
      settings,
      observers: [],
      bounds,
    }),
    stamp(clock, { code: "stop.intended", target: what.target }),
  ];
}

describe("rehearseFailover", () => {
  it("shows primary, secondary, primary, and leaves the endpoint running", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    const report = await drive(clock, rehearseFailover(rehearsalOf(service, directory, [])));
    expect(report.outcome).toBe("completed");
    expect(report.states).toEqual(["primary", "secondary", "primary"]);
    expect(service.endpointRuns()).toBe(true);
    expect(service.calls.starts).toBe(1);
    expect(report.observers.map((observer) => observer.lastSaw)).toEqual(Array(5).fill("primary"));
  });

  it("measures within the bound, wherever in their interval the checkers and caches stand", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 12 }),
        fc.constantFrom(10, 30),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 90 }),
        fc.integer({ min: 0, max: 30_000 }),
        async (phases, intervalSeconds, failureThreshold, ttlSeconds, startMs) => {
          const clock = fakeClock();
          const what = scenario({
            ttlSeconds,
            healthCheck: { id: "hc", key: "primary", type: "HTTP", intervalSeconds, failureThreshold },
          });
          const service = simulatedService(clock, what, phases);
          await clock.advance(startMs);
          const report = await drive(clock, rehearseFailover(rehearsalOf(service, directory, [])));
          expect(report.outcome).toBe("completed");
          expect(report.verdict.beyondBound).toEqual([]);
          // And no better than the threshold allows: the last of the probes needed is that many intervals away.
          const least = intervalSeconds * 1000 * (failureThreshold - 1);
          expect(figure(report, "detection").measuredMs).toBeGreaterThanOrEqual(least);
          const downtime = figure(report, "downtime").measuredMs ?? Number.NaN;
          expect(downtime).toBeGreaterThanOrEqual((figure(report, "detection").measuredMs ?? 0) - 3000);
        },
      ),
      { numRuns: 12 },
    );
  });

  it("has the journal say what is to be restored before the endpoint is touched", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    let atTheStop: DrillEvent[] = [];
    const stop = service.target.stop;
    const target = {
      ...service.target,
      stop: async () => {
        if (service.calls.stops === 0) atTheStop = journal();
        return stop();
      },
    };
    await drive(clock, rehearseFailover(rehearsalOf(service, directory, [], { target })));
    expect(leftStopped(atTheStop)).toEqual(service.scenario.target);
    expect(leftStopped(journal())).toBeUndefined();
    expect(journal().at(-1)).toMatchObject({ code: "drill.ended", outcome: "completed" });
  });

  it("renews the lease while the endpoint is stopped, and never after it was started", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    const events: DrillEvent[] = [];
    await drive(clock, rehearseFailover(rehearsalOf(service, directory, events)));
    const codes = events.map((event) => event.code);
    expect(codes.filter((code) => code === "lease.renewed").length).toBeGreaterThan(3);
    expect(codes.lastIndexOf("lease.renewed")).toBeLessThan(codes.indexOf("start.intended"));
  });

  it("restores the endpoint at an interruption, whenever it comes", async () => {
    for (const afterMs of [1000, 15_000, 60_000, 100_000, 110_000]) {
      const clock = fakeClock();
      const service = simulatedService(clock);
      const abort = new AbortController();
      const events: DrillEvent[] = [];
      const rehearsal = rehearsalOf(service, directory, events, { signal: abort.signal });
      const report = await drive(clock, rehearseFailover(rehearsal), () => {
        if (clock.elapsedMs() >= afterMs) abort.abort();
      });
      expect([report.outcome, service.endpointRuns()]).toEqual(["interrupted", true]);
      expect(events.at(-1)).toMatchObject({ code: "drill.ended", outcome: "interrupted" });
    }
  });

  it("stops nothing when it is interrupted before the stop", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    const rehearsal = rehearsalOf(service, directory, [], { signal: AbortSignal.abort(new Error("interrupted")) });
    await expect(drive(clock, rehearseFailover(rehearsal))).rejects.toThrow("interrupted");
    expect(service.calls.stops).toBe(0);
  });

  it.each(["drill.began", "stop.intended"])("stops nothing when its journal does not take %s", async (code) => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    const full = new Error("ENOSPC: no space left on device, write");
    const rehearsal = rehearsalOf(service, directory, [], {
      openJournal() {
        const written = openJournal(directory, "drill-1");
        return {
          ...written,
          append(event) {
            if (event.code === code) throw full;
            written.append(event);
          },
        };
      },
    });
    await expect(drive(clock, rehearseFailover(rehearsal))).rejects.toBe(full);
    expect(service.calls.stops).toBe(0);
    expect(service.endpointRuns()).toBe(true);
  });

  it("goes through with it, and warns, when the disk fills up while the endpoint is stopped", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    let full = false;
    const rehearsal = rehearsalOf(service, directory, [], {
      openJournal() {
        const written = openJournal(directory, "drill-1");
        return {
          ...written,
          append(event) {
            if (full) throw new Error("ENOSPC: no space left on device, write");
            written.append(event);
            full = event.code === "stop.intended";
          },
        };
      },
    });
    const report = await drive(clock, rehearseFailover(rehearsal));
    expect([report.outcome, service.endpointRuns()]).toEqual(["completed", true]);
    expect(report.warnings).toEqual([expect.stringContaining("ENOSPC")]);
  });

  it("gives up, restores and says so when the answers never turn", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    service.freezeAnswers();
    const report = await drive(clock, rehearseFailover(rehearsalOf(service, directory, [])));
    expect(report.outcome).toBe("no-failover");
    expect(report.states).toEqual(["primary"]);
    expect(service.endpointRuns()).toBe(true);
    expect(figure(report, "lastServer")).toMatchObject({ measuredMs: null, withinBound: null });
    expect(figure(report, "detection").measuredMs).not.toBeNull();
  });

  it("ends as disturbed when somebody else starts the endpoint meanwhile", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    const events: DrillEvent[] = [];
    const report = await drive(clock, rehearseFailover(rehearsalOf(service, directory, events)), () => {
      if (clock.elapsedMs() > 12_000 && !events.some((event) => event.code === "target.came-back"))
        service.setEndpoint(true);
    });
    expect(report.outcome).toBe("disturbed");
    expect(service.endpointRuns()).toBe(true);
  });

  it("ends when the endpoint's keeper is lost, and says that the endpoint could not be started", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    let lost = false;
    const reach =
      <Result>(ask: () => Promise<Result>) =>
      async () => {
        if (lost) throw new Error("the keeper does not answer");
        return ask();
      };
    const { stop, start, state } = service.target;
    const target = { ...service.target, stop: reach(stop), start: reach(start), state: reach(state) };
    const events: DrillEvent[] = [];
    const drilling = drive(clock, rehearseFailover(rehearsalOf(service, directory, events, { target })), () => {
      lost = clock.elapsedMs() > 3000;
    });
    await expect(drilling).rejects.toMatchObject({ code: "drill.not-restored" });
    expect(events.filter((event) => event.code === "lease.failed")).toHaveLength(3);
    expect(events.filter((event) => event.code === "start.intended")).toHaveLength(1);
    expect(clock.elapsedMs()).toBeLessThan(20_000);
  });

  it("tries to start the endpoint again until it runs", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    service.failStarts(3);
    const events: DrillEvent[] = [];
    const report = await drive(clock, rehearseFailover(rehearsalOf(service, directory, events)));
    expect(report.outcome).toBe("completed");
    expect(events.filter((event) => event.code === "start.failed")).toHaveLength(3);
  });

  it("says what is still down when it cannot be started, and leaves that in the journal", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    service.failStarts(1000);
    await expect(drive(clock, rehearseFailover(rehearsalOf(service, directory, [])))).rejects.toMatchObject({
      code: "drill.not-restored",
    });
    expect(leftStopped(journal())).toEqual(service.scenario.target);
  });

  it("does not try to start what was removed while it was stopped, and says so at once", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    const events: DrillEvent[] = [];
    let removed = false;
    const target: Target = {
      ...service.target,
      state: async () => (removed ? "gone" : service.target.state()),
      start: async () => {
        throw new Error("there is no such endpoint");
      },
    };
    const drilling = rehearseFailover(rehearsalOf(service, directory, events, { target }));
    const ended = drive(clock, drilling, () => {
      removed = service.calls.stops > 0;
    });
    await expect(ended).rejects.toMatchObject({ code: "drill.target-gone" });
    const codes = events.map((event) => event.code);
    expect(codes).toContain("target.gone");
    expect(codes.filter((code) => code === "start.failed")).toHaveLength(1);
  });

  it("withdraws when another drill wrote the same intention at the same moment", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    const other = openJournal(directory, "drill-0");
    const { target } = service.scenario;
    const reading = { processExists: () => true, now: () => Date.now() };
    const rehearsal = rehearsalOf(service, directory, [], {
      refuseUnlessAlone: () => refuseUnlessAlone(directory, "drill-1", reading),
    });
    for (const event of journalOfADrillInProgress(rehearsal)) other.append(event);
    other.close();
    await expect(drive(clock, rehearseFailover(rehearsal))).rejects.toMatchObject({ code: "drill.already-running" });
    expect(service.calls.stops).toBe(0);
    expect(leftStopped(journal())).toBeUndefined();
    expect(unfinishedDrills(directory, reading)).toMatchObject([{ drillId: "drill-0", target }]);
  });

  it("stops nothing when the steady state went away just before", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    service.setEndpoint(false);
    await expect(drive(clock, rehearseFailover(rehearsalOf(service, directory, [])))).rejects.toMatchObject({
      code: "drill.not-steady.changed",
    });
    expect(service.calls.stops).toBe(0);
  });

  it("judges against the targets it was given", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    const settings = { ...SETTINGS, targets: { detectionMs: 1000, downtimeMs: 300_000 } };
    const report = await drive(clock, rehearseFailover(rehearsalOf(service, directory, [], { settings })));
    expect(report.verdict).toEqual({ withinTargets: false, exceeded: ["detection"], beyondBound: [] });
  });

  it("does not call a target missed that it did not watch for long enough", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    const abort = new AbortController();
    const settings = { ...SETTINGS, targets: { detectionMs: 5000, downtimeMs: 90_000 } };
    const rehearsal = rehearsalOf(service, directory, [], { settings, signal: abort.signal });
    const report = await drive(clock, rehearseFailover(rehearsal), () => {
      if (clock.elapsedMs() >= 12_000) abort.abort();
    });
    expect(figure(report, "detection")).toMatchObject({ measuredMs: null, withinTarget: false });
    expect(figure(report, "downtime")).toMatchObject({ measuredMs: null, withinTarget: null });
  });

  it("tells what the client with the worst cache would have seen", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    const report = await drive(clock, rehearseFailover(rehearsalOf(service, directory, [])));
    const lastServer = figure(report, "lastServer").measuredMs ?? Number.NaN;
    expect(figure(report, "worstDowntime").measuredMs).toBe(lastServer + 60_000);
    expect(figure(report, "downtime").measuredMs).toBeLessThanOrEqual(lastServer + 62_000);
  });

  it("holds the endpoint stopped as long as asked", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    const settings = { ...SETTINGS, holdMs: 45_000 };
    const report = await drive(clock, rehearseFailover(rehearsalOf(service, directory, [], { settings })));
    const at = (phase: string) =>
      report.timeline.find((entry) => entry.code === "phase.entered" && entry.phase === phase)?.sinceStopMs ??
      Number.NaN;
    expect(at("restarting") - at("holding")).toBeGreaterThanOrEqual(45_000);
    expect(at("restarting") - at("holding")).toBeLessThan(46_000);
  });

  it("tells times on the backend's clock and real ones", async () => {
    const clock = fakeClock({ speed: 10 });
    const service = simulatedService(clock);
    const report = await drive(clock, rehearseFailover(rehearsalOf(service, directory, [])));
    const detection = figure(report, "detection");
    expect(report.backend.speed).toBe(10);
    expect(detection.realMs).toBe(Math.round((detection.measuredMs ?? 0) / 10));
  });
});
