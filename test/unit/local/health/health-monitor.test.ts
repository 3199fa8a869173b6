import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import { afterEach, describe, expect, it } from "vitest";
import type { Clock } from "../../../../src/clock.ts";
import { createHealthMonitor } from "../../../../src/local/health/health-monitor.ts";
import type { HealthMonitor, HealthTransition } from "../../../../src/local/health/monitor.ts";
import type { Probe } from "../../../../src/local/health/probe.ts";
import { openStore } from "../../../../src/local/store/lmdb-store.ts";
import type { Store } from "../../../../src/local/store/store.ts";
import { type FakeClock, fakeClock } from "../../../support/fake-clock.ts";

const monitors: HealthMonitor[] = [];
afterEach(async () => {
  for (const monitor of monitors.splice(0)) await monitor.close();
});

const REGIONS = ["us-east-1", "us-west-2", "eu-west-1"] as const;

const http = (more: Partial<HealthCheckConfig> = {}): HealthCheckConfig => ({
  Type: "HTTP",
  IPAddress: "127.0.10.1",
  Port: 8081,
  RequestInterval: 10,
  FailureThreshold: 3,
  ...more,
});

interface Scene {
  readonly clock: FakeClock;
  readonly monitor: HealthMonitor;
  readonly probes: { readonly id: string; readonly at: number }[];
  readonly transitions: HealthTransition[];
  /** Endpoint by health check id; those not named pass. */
  readonly down: Set<string>;
}

function scene(store?: Store): Scene {
  const clock = fakeClock();
  const down = new Set<string>();
  const probes: { id: string; at: number }[] = [];
  const probe: Probe = async ({ healthCheckId }) => {
    probes.push({ id: healthCheckId, at: clock.elapsedMs() });
    return down.has(healthCheckId)
      ? { passed: false, status: "Failure: Connection refused" }
      : { passed: true, status: "Success: HTTP Status Code 200, OK" };
  };
  const monitor = createHealthMonitor({
    clock,
    probe,
    resolve: async () => ({ addresses: [], rcode: "NXDOMAIN" }),
    ...(store === undefined ? {} : { store }),
  });
  monitors.push(monitor);
  const transitions: HealthTransition[] = [];
  monitor.onTransition((transition) => transitions.push(transition));
  return { clock, monitor, probes, transitions, down };
}

describe("health checkers", () => {
  it("consider a new check healthy until they know better", () => {
    const { monitor, down } = scene();
    down.add("a");
    monitor.put("a", http());
    expect(monitor.isHealthy("a")).toBe(true);
    expect(monitor.observations("a")).toEqual([]);
    expect(monitor.isHealthy("nobody")).toBe(true);
  });

  it("probe from eight regions at once when the check is new, then spread evenly over the interval", async () => {
    const { clock, monitor, probes } = scene();
    monitor.put("a", http());
    await clock.advance(400);
    expect(probes).toHaveLength(8);
    expect(monitor.observations("a").map(({ region }) => region)).toEqual([
      "us-east-1",
      "us-west-1",
      "us-west-2",
      "eu-west-1",
      "ap-southeast-1",
      "ap-southeast-2",
      "ap-northeast-1",
      "sa-east-1",
    ]);
    await clock.advance(14_600);
    probes.length = 0;
    await clock.advance(10_000);
    expect(probes).toHaveLength(8);
    probes.reduce((one, next) => {
      expect(next.at - one.at).toBeCloseTo(1250);
      return next;
    });
  });

  it("let half an interval pass between the first probe of a region and the next", async () => {
    for (let i = 0; i < 20; i++) {
      const { clock, monitor, probes } = scene();
      monitor.put(`check-${i}`, http({ Regions: ["us-east-1"] }));
      await clock.advance(40_000);
      const gaps = probes.slice(1).map(({ at }, before) => at - (probes[before]?.at ?? 0));
      expect(gaps[0]).toBeGreaterThanOrEqual(5_000);
      expect(gaps[0]).toBeLessThan(15_000);
      for (const gap of gaps.slice(1)) expect(gap).toBeCloseTo(10_000);
    }
  });

  it("begin one after another, and keep their places in the interval, when many checks come at once", async () => {
    const CHECKS = 400;
    const { clock, monitor, probes } = scene();
    for (let i = 0; i < CHECKS; i++) monitor.put(`check-${i}`, http({ Regions: [...REGIONS] }));
    const mostIn100Ms = () => {
      const buckets = new Map<number, number>();
      for (const { at } of probes) buckets.set(Math.floor(at / 100), (buckets.get(Math.floor(at / 100)) ?? 0) + 1);
      return Math.max(...buckets.values());
    };
    await clock.advance(10_000);
    expect(new Set(probes.map(({ id }) => id)).size).toBe(CHECKS);
    // A check each 5 ms, thrice; and those whose turn comes.
    expect(mostIn100Ms()).toBeLessThan(100);
    await clock.advance(10_000);
    probes.length = 0;
    await clock.advance(10_000);
    expect(probes).toHaveLength(CHECKS * REGIONS.length);
    expect(mostIn100Ms()).toBeLessThan(3 * 12);
  });

  it("call an endpoint unhealthy when too few of them still pass, and say so at that moment", async () => {
    const { clock, monitor, probes, transitions, down } = scene();
    monitor.put("a", http());
    await clock.advance(20_000);
    down.add("a");
    await clock.advance(20_000);
    expect(monitor.isHealthy("a")).toBe(true);
    await clock.advance(10_000);
    expect(monitor.isHealthy("a")).toBe(false);
    // The seventh of eight checkers decides: its third failing probe.
    const decided = probes.filter(({ at }) => at > 40_000)[6]?.at ?? 0;
    expect(transitions).toEqual([
      { healthCheckId: "a", healthy: false, at: Date.UTC(2026, 10, 20, 8) + Math.floor(decided) },
    ]);
    down.clear();
    await clock.advance(30_000);
    expect(monitor.isHealthy("a")).toBe(true);
    expect(transitions.map(({ healthy }) => healthy)).toEqual([false, true]);
  });

  it("stay healthy through fewer failures than the threshold", async () => {
    const { clock, monitor, transitions, down } = scene();
    monitor.put("a", http());
    await clock.advance(20_000);
    down.add("a");
    await clock.advance(20_000);
    down.clear();
    await clock.advance(60_000);
    expect(transitions).toEqual([]);
  });

  it("use only the regions that the check names", async () => {
    const { clock, monitor, probes } = scene();
    monitor.put("a", http({ Regions: [...REGIONS] }));
    await clock.advance(200);
    expect(probes).toHaveLength(3);
    expect(monitor.observations("a").map(({ region }) => region)).toEqual(["us-east-1", "us-west-2", "eu-west-1"]);
  });

  it("keep the latest observation and the latest failure of each region", async () => {
    const { clock, monitor, down } = scene();
    monitor.put("a", http({ Regions: [...REGIONS], FailureThreshold: 1 }));
    down.add("a");
    await clock.advance(200);
    down.clear();
    await clock.advance(15_000);
    expect(monitor.observations("a").map(({ status }) => status)).toEqual(
      Array(3).fill("Success: HTTP Status Code 200, OK"),
    );
    expect(monitor.lastFailures("a")).toHaveLength(3);
    expect(monitor.lastFailures("a")[0]).toMatchObject({
      region: "us-east-1",
      healthy: false,
      status: "Failure: Connection refused",
    });
  });

  it("keep what they found when the check is updated", async () => {
    const { clock, monitor, down } = scene();
    down.add("a");
    monitor.put("a", http({ FailureThreshold: 1 }));
    await clock.advance(500);
    expect(monitor.isHealthy("a")).toBe(false);
    monitor.put("a", http({ FailureThreshold: 1, ResourcePath: "/other" }));
    expect(monitor.isHealthy("a")).toBe(false);
    down.clear();
    await clock.advance(500);
    expect(monitor.isHealthy("a")).toBe(true);
  });

  it("stop probing a check that is removed, and forget it", async () => {
    const { clock, monitor, probes, down } = scene();
    down.add("a");
    monitor.put("a", http({ FailureThreshold: 1 }));
    await clock.advance(500);
    monitor.remove("a");
    probes.length = 0;
    await clock.advance(60_000);
    expect(probes).toEqual([]);
    expect(monitor.isHealthy("a")).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it("remember over a restart which endpoints they found unhealthy, and forget what is removed", async () => {
    const store = openStore({ inMemory: true });
    const first = scene(store);
    first.down.add("a").add("b");
    first.monitor.put("a", http({ FailureThreshold: 1 }));
    first.monitor.put("b", http({ FailureThreshold: 1 }));
    first.monitor.put("c", http({ FailureThreshold: 1 }));
    await first.clock.advance(500);
    first.monitor.remove("b");
    await first.monitor.close();
    const second = scene(store);
    for (const id of ["a", "b", "c"]) second.monitor.put(id, http({ FailureThreshold: 1 }));
    expect(["a", "b", "c"].map((id) => second.monitor.isHealthy(id))).toEqual([false, true, true]);
    await second.clock.advance(500);
    expect(second.monitor.isHealthy("a")).toBe(true);
    await second.monitor.close();
    const third = scene(store);
    third.monitor.put("a", http());
    expect(third.monitor.isHealthy("a")).toBe(true);
  });

  it("do not make up for the probes that a sleeping machine left out", async () => {
    let elapsed = 0;
    const due = new Set<{ readonly at: number; readonly callback: () => void }>();
    const sleeper: Clock = {
      ...fakeClock(),
      elapsedMs: () => elapsed,
      after(ms, callback) {
        const timer = { at: elapsed + ms, callback };
        due.add(timer);
        return { cancel: () => void due.delete(timer) };
      },
    };
    let probes = 0;
    const monitor = createHealthMonitor({
      clock: sleeper,
      probe: async () => {
        probes++;
        return { passed: true, status: "Success: HTTP Status Code 200, OK" };
      },
      resolve: async () => ({ addresses: [], rcode: "NXDOMAIN" }),
    });
    monitors.push(monitor);
    const fire = () => {
      const ready = [...due].filter(({ at }) => at <= elapsed);
      for (const timer of ready) {
        due.delete(timer);
        timer.callback();
      }
      return ready.length;
    };
    monitor.put("a", http({ Regions: [...REGIONS] }));
    elapsed = 200;
    fire();
    expect(probes).toBe(3);
    const phases = () => [...due].map(({ at }) => Math.round(at % 10_000)).sort((a, b) => a - b);
    const before = phases();
    elapsed = 3_600_000;
    for (let rounds = 0; fire() > 0; rounds++) expect(rounds).toBeLessThan(3);
    // Not even the turn that was next: it would come from all checkers of all checks together.
    expect(probes).toBe(3);
    expect(phases()).toEqual(before);
  });

  it("do not listen to a probe that hung until later ones were answered", async () => {
    const clock = fakeClock();
    const hung: ((result: { passed: boolean; status: string }) => void)[] = [];
    let hangs = true;
    const monitor = createHealthMonitor({
      clock,
      probe: () =>
        hangs
          ? new Promise((resolve) => hung.push(resolve))
          : Promise.resolve({ passed: true, status: "Success: HTTP Status Code 200, OK" }),
      resolve: async () => ({ addresses: [], rcode: "NXDOMAIN" }),
    });
    monitors.push(monitor);
    monitor.put("a", http({ FailureThreshold: 1 }));
    await clock.advance(500);
    hangs = false;
    await clock.advance(15_000);
    for (const answer of hung) answer({ passed: false, status: "Failure: Connection timed out." });
    await clock.advance(1);
    expect(monitor.isHealthy("a")).toBe(true);
    expect(monitor.observations("a").every(({ status }) => status.startsWith("Success"))).toBe(true);
  });

  it("write what they find in batches, so that a great outage does not wait for the disk a thousand times", async () => {
    const inner = openStore({ inMemory: true });
    let writes = 0;
    const store: Store = {
      table: (name) => inner.table(name),
      write: (change) => {
        writes++;
        return inner.write(change);
      },
      tableNames: () => inner.tableNames(),
      clear: () => inner.clear(),
      close: () => inner.close(),
    };
    const first = scene(store);
    const ids = Array.from({ length: 300 }, (_, i) => `check-${i}`);
    for (const id of ids) {
      first.monitor.put(id, http({ FailureThreshold: 1, Regions: [...REGIONS] }));
      first.down.add(id);
    }
    await first.clock.advance(10_000);
    expect(ids.filter((id) => first.monitor.isHealthy(id))).toEqual([]);
    expect(writes).toBeGreaterThan(0);
    expect(writes).toBeLessThan(100);
    first.down.clear();
    await first.clock.advance(12_000);
    // What waits is written when the checkers end.
    await first.monitor.close();
    const second = scene(inner);
    for (const id of ids) second.monitor.put(id, http({ FailureThreshold: 1, Regions: [...REGIONS] }));
    expect(ids.map((id) => second.monitor.isHealthy(id))).toEqual(ids.map((id) => first.monitor.isHealthy(id)));
  });

  it("go on, and turn the answers, when what they found cannot be stored", async () => {
    const store = openStore({ inMemory: true });
    const full = new Error("No space left on device");
    const defects: unknown[] = [];
    const clock = fakeClock();
    const monitor = createHealthMonitor({
      clock,
      probe: async () => ({ passed: false, status: "Failure: Connection refused" }),
      resolve: async () => ({ addresses: [], rcode: "NXDOMAIN" }),
      store: {
        table: (name) => store.table(name),
        write: () => {
          throw full;
        },
        tableNames: () => store.tableNames(),
        clear: () => {},
        close: async () => {},
      },
      onDefect: (error) => defects.push(error),
    });
    monitors.push(monitor);
    monitor.put("a", http({ FailureThreshold: 1 }));
    await clock.advance(500);
    expect(monitor.isHealthy("a")).toBe(false);
    expect(new Set(defects)).toEqual(new Set([full]));
  });

  it("hold no more timers, probes or memory after 10,000 intervals of flapping than after ten", async () => {
    const clock = fakeClock();
    let asked = 0;
    const flips = { count: 0 };
    const monitor = createHealthMonitor({
      clock,
      // Down for five intervals, up for five.
      probe: async () => {
        asked++;
        return Math.floor(clock.elapsedMs() / 50_000) % 2 === 0
          ? { passed: true, status: "Success: HTTP Status Code 200, OK" }
          : { passed: false, status: "Failure: Connection refused" };
      },
      resolve: async () => ({ addresses: [], rcode: "NXDOMAIN" }),
    });
    monitors.push(monitor);
    monitor.onTransition(() => flips.count++);
    monitor.put("a", http({ Regions: [...REGIONS] }));
    monitor.put("parent", { Type: "CALCULATED", ChildHealthChecks: ["a"], HealthThreshold: 1 });
    await clock.advance(10 * 10_000);
    const timers = clock.pendingTimers;
    await clock.advance(10_000 * 10_000);
    expect(clock.pendingTimers).toBe(timers);
    expect(timers).toBe(3);
    expect(asked).toBeGreaterThan(3 * 10_000);
    // Each of the 1,000 periods turns the check and its parent twice.
    expect(flips.count).toBeGreaterThan(3_900);
    expect(flips.count).toBeLessThan(4_100);
    expect(monitor.observations("a")).toHaveLength(3);
  });

  it("treat a probe that breaks as a failure with its reason", async () => {
    const clock = fakeClock();
    const monitor = createHealthMonitor({
      clock,
      probe: async () => {
        throw new Error("out of sockets");
      },
      resolve: async () => ({ addresses: [], rcode: "NXDOMAIN" }),
    });
    monitors.push(monitor);
    monitor.put("a", http({ FailureThreshold: 1 }));
    await clock.advance(500);
    expect(monitor.isHealthy("a")).toBe(false);
    expect(monitor.lastFailures("a")[0]?.status).toContain("out of sockets");
  });
});

describe("an inverted check", () => {
  it("is unhealthy while its endpoint answers, from the beginning", async () => {
    const { clock, monitor, down, transitions } = scene();
    monitor.put("a", http({ Inverted: true }));
    expect(monitor.isHealthy("a")).toBe(false);
    down.add("a");
    await clock.advance(40_000);
    expect(monitor.isHealthy("a")).toBe(true);
    expect(transitions.map(({ healthy }) => healthy)).toEqual([false, true]);
  });
});

describe("a disabled check", () => {
  it("counts as healthy and sends nothing", async () => {
    const { clock, monitor, probes, down } = scene();
    down.add("a");
    monitor.put("a", http({ FailureThreshold: 1 }));
    await clock.advance(500);
    probes.length = 0;
    monitor.put("a", http({ FailureThreshold: 1, Disabled: true }));
    expect(monitor.isHealthy("a")).toBe(true);
    await clock.advance(60_000);
    expect(probes).toEqual([]);
  });

  it("counts as unhealthy when it is inverted as well", () => {
    const { monitor } = scene();
    monitor.put("a", http({ Disabled: true, Inverted: true }));
    expect(monitor.isHealthy("a")).toBe(false);
  });
});

describe("a calculated check", () => {
  const both: HealthCheckConfig = { Type: "CALCULATED", ChildHealthChecks: ["a", "b"], HealthThreshold: 1 };

  it("follows its children in the same moment, with theirs already visible", async () => {
    const { clock, monitor, down, transitions } = scene();
    monitor.put("a", http({ FailureThreshold: 1 }));
    monitor.put("b", http({ FailureThreshold: 1 }));
    monitor.put("both", both);
    const seen: unknown[] = [];
    monitor.onTransition(({ healthCheckId }) => seen.push([healthCheckId, monitor.isHealthy("both")]));
    await clock.advance(500);
    down.add("a");
    await clock.advance(10_000);
    expect(monitor.isHealthy("both")).toBe(true);
    down.add("b");
    await clock.advance(10_000);
    expect(monitor.isHealthy("both")).toBe(false);
    expect(transitions.map(({ healthCheckId }) => healthCheckId)).toEqual(["a", "b", "both"]);
    expect(seen).toEqual([
      ["a", true],
      ["b", false],
      ["both", false],
    ]);
  });

  it("may stand on another calculated one, and be inverted", async () => {
    const { clock, monitor, down } = scene();
    monitor.put("a", http({ FailureThreshold: 1 }));
    monitor.put("inner", { Type: "CALCULATED", ChildHealthChecks: ["a"], HealthThreshold: 1, Inverted: true });
    monitor.put("outer", { Type: "CALCULATED", ChildHealthChecks: ["inner"], HealthThreshold: 1 });
    expect(monitor.isHealthy("outer")).toBe(false);
    down.add("a");
    await clock.advance(1000);
    expect(monitor.isHealthy("inner")).toBe(true);
    expect(monitor.isHealthy("outer")).toBe(true);
  });

  it("counts a child that it knows nothing of as healthy, whenever that child comes", async () => {
    const { clock, monitor, down } = scene();
    monitor.put("both", { ...both, HealthThreshold: 2 });
    expect(monitor.isHealthy("both")).toBe(true);
    down.add("a");
    monitor.put("a", http({ FailureThreshold: 1 }));
    await clock.advance(1000);
    expect(monitor.isHealthy("both")).toBe(false);
    monitor.remove("a");
    expect(monitor.isHealthy("both")).toBe(true);
  });

  it("follows those children alone that it has after an update", async () => {
    const { clock, monitor, down } = scene();
    monitor.put("a", http({ FailureThreshold: 1 }));
    monitor.put("b", http({ FailureThreshold: 1 }));
    monitor.put("both", { ...both, ChildHealthChecks: ["a"] });
    monitor.put("both", { ...both, ChildHealthChecks: ["b"] });
    down.add("a");
    await clock.advance(500);
    await clock.advance(15_000);
    expect(monitor.isHealthy("a")).toBe(false);
    expect(monitor.isHealthy("both")).toBe(true);
    down.add("b");
    await clock.advance(15_000);
    expect(monitor.isHealthy("both")).toBe(false);
  });

  it("does not loop when it depends on itself", () => {
    const { monitor } = scene();
    monitor.put("x", { Type: "CALCULATED", ChildHealthChecks: ["y"], HealthThreshold: 1 });
    monitor.put("y", { Type: "CALCULATED", ChildHealthChecks: ["x"], HealthThreshold: 1 });
    expect(monitor.isHealthy("x")).toBe(true);
  });

  it("is worked out once per child, not once per path to it", () => {
    const { monitor } = scene();
    monitor.put("0", { Type: "CALCULATED", ChildHealthChecks: [], HealthThreshold: 1 });
    for (let level = 1; level < 40; level++) {
      for (const side of ["l", "r"]) {
        const below = level === 1 ? ["0", "0"] : [`${level - 1}l`, `${level - 1}r`];
        monitor.put(`${level}${side}`, { Type: "CALCULATED", ChildHealthChecks: below, HealthThreshold: 1 });
      }
    }
    expect(monitor.isHealthy("39l")).toBe(false);
  });
});

describe("an alarm check", () => {
  it.each([
    { status: "Healthy", healthy: true },
    { status: "Unhealthy", healthy: false },
    { status: "LastKnownStatus", healthy: true },
  ] as const)("without data and with $status for that case is healthy: $healthy", ({ status, healthy }) => {
    const { monitor } = scene();
    monitor.put("alarm", {
      Type: "CLOUDWATCH_METRIC",
      AlarmIdentifier: { Region: "us-east-1", Name: "errors" },
      InsufficientDataHealthStatus: status,
    });
    expect(monitor.isHealthy("alarm")).toBe(healthy);
  });
});
