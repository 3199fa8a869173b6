/** A failover service in miniature, on a fake clock: an endpoint, its checkers, servers that follow them, a resolver that caches. */

import type { DrillEvent } from "../../../src/drill/events.ts";
import type { CheckerReport } from "../../../src/drill/health-rule.ts";
import { openJournal } from "../../../src/drill/journal.ts";
import { healthObserver } from "../../../src/drill/observers/health-check.ts";
import { type AddressAnswer, nameServerObserver } from "../../../src/drill/observers/name-server.ts";
import type { Observer } from "../../../src/drill/observers/observer.ts";
import { webClientObserver } from "../../../src/drill/observers/web-client.ts";
import type { Rehearsal } from "../../../src/drill/rehearse.ts";
import type { DrillScenario, DrillSettings } from "../../../src/drill/scenario.ts";
import type { Target, TargetState } from "../../../src/drill/targets/target.ts";
import { failoverBounds } from "../../../src/route53/failover-bounds.ts";
import { domainName } from "../../../src/route53/names.ts";
import type { FakeClock } from "../../support/fake-clock.ts";

export const PRIMARY = "192.0.2.1";
export const SECONDARY = "192.0.2.2";

export function scenario(change: Partial<DrillScenario> = {}): DrillScenario {
  return {
    zone: domainName("cafe.example"),
    zoneId: "Z1",
    name: domainName("orders.cafe.example"),
    type: "A",
    ttlSeconds: 60,
    primary: { setIdentifier: "primary", values: [PRIMARY] },
    secondary: { setIdentifier: "secondary", values: [SECONDARY] },
    healthCheck: { id: "hc-1", key: "primary", type: "HTTP", intervalSeconds: 10, failureThreshold: 3 },
    target: { type: "process", key: "primary", address: PRIMARY, port: 8081 },
    client: { protocol: "http", port: 8081, path: "/health" },
    ...change,
  };
}

export const SETTINGS: DrillSettings = { timeoutMs: 300_000, holdMs: 0, targets: {} };

interface Checker {
  healthy: boolean;
  against: number;
  report: CheckerReport;
}

export interface SimulatedService {
  readonly clock: FakeClock;
  readonly scenario: DrillScenario;
  readonly target: Target;
  readonly observers: readonly Observer[];
  readonly request: (address: string) => Promise<string>;
  endpointRuns(): boolean;
  /** What somebody else does. */
  setEndpoint(running: boolean): void;
  setSecondary(running: boolean): void;
  /** How often the target was stopped and started. */
  readonly calls: { stops: number; starts: number };
  /** Makes the next starts fail. */
  failStarts(count: number): void;
  /** Answers the primary whatever the health: Route 53 with a health check that nobody refers to. */
  freezeAnswers(): void;
}

/** `phases`: when each checker probes within its interval, as a share of it. */
export function simulatedService(
  clock: FakeClock,
  what: DrillScenario = scenario(),
  phases: readonly number[] = [0.05, 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.95],
): SimulatedService {
  let running = true;
  let secondaryRuns = true;
  let frozen = false;
  let startFailures = 0;
  const calls = { stops: 0, starts: 0 };
  const { intervalSeconds, failureThreshold } = what.healthCheck;
  const checkers: Checker[] = phases.map((phase, index) => {
    const region = `region-${index}`;
    const checker: Checker = {
      healthy: true,
      against: 0,
      report: {
        region,
        checkerAddress: "198.51.100.1",
        status: "Success: HTTP Status Code 200, OK",
        checkedAt: clock.now(),
      },
    };
    const probe = () => {
      const passed = running;
      checker.against = passed === checker.healthy ? 0 : checker.against + 1;
      if (checker.against >= failureThreshold) {
        checker.healthy = passed;
        checker.against = 0;
      }
      const status = passed ? "Success: HTTP Status Code 200, OK" : "Failure: Connection refused.";
      checker.report = { region, checkerAddress: "198.51.100.1", status, checkedAt: clock.now() };
      clock.after(intervalSeconds * 1000, probe);
    };
    clock.after(Math.max(1, phase * intervalSeconds * 1000), probe);
    return checker;
  });
  const healthy = () => checkers.filter((checker) => checker.healthy).length / checkers.length > 0.18;

  const authoritative = async (): Promise<AddressAnswer> => ({
    rcode: "NOERROR",
    addresses: frozen || healthy() ? [PRIMARY] : [SECONDARY],
    ttlSeconds: what.ttlSeconds,
  });
  let cached: { addresses: readonly string[]; untilMs: number } | undefined;
  const resolver = async (): Promise<AddressAnswer> => {
    const now = clock.elapsedMs();
    if (cached === undefined || now >= cached.untilMs) {
      cached = { addresses: (await authoritative()).addresses, untilMs: now + what.ttlSeconds * 1000 };
    }
    return { rcode: "NOERROR", addresses: cached.addresses, ttlSeconds: Math.ceil((cached.untilMs - now) / 1000) };
  };
  const request = async (address: string) => {
    if (address === PRIMARY ? !running : !secondaryRuns) throw new Error("connect ECONNREFUSED");
    return "HTTP 200";
  };
  const server = (id: string): Observer =>
    nameServerObserver({ identity: { id, kind: "authoritative", label: id }, ask: authoritative }, what, clock);

  return {
    clock,
    scenario: what,
    target: {
      describe: () => what.target,
      async stop() {
        calls.stops++;
        running = false;
        return clock.now() + 15_000;
      },
      async start() {
        if (startFailures > 0) {
          startFailures--;
          throw new Error("the keeper is busy");
        }
        calls.starts++;
        running = true;
      },
      state: async (): Promise<TargetState> => (running ? "running" : "stopped"),
      renewEveryMs: 5000,
    },
    observers: [
      healthObserver(what.healthCheck, async () => checkers.map((checker) => checker.report), clock),
      server("ns-1.test"),
      server("ns-2.test"),
      nameServerObserver(
        { identity: { id: "resolver", kind: "resolver", label: "caching resolver" }, ask: resolver },
        what,
        clock,
      ),
      webClientObserver({ resolve: resolver, request, sides: what, clock }),
    ],
    request,
    endpointRuns: () => running,
    setEndpoint(value) {
      running = value;
    },
    setSecondary(value) {
      secondaryRuns = value;
    },
    calls,
    failStarts(count) {
      startFailures = count;
    },
    freezeAnswers() {
      frozen = true;
    },
  };
}

export function rehearsalOf(
  service: SimulatedService,
  journalDirectory: string,
  events: DrillEvent[],
  change: Partial<Rehearsal> = {},
): Rehearsal {
  const { clock, scenario: what } = service;
  return {
    drillId: "drill-1",
    pid: 4242,
    backend: "a simulated service",
    scenario: what,
    settings: SETTINGS,
    bounds: failoverBounds({
      probeType: what.healthCheck.type,
      intervalSeconds: what.healthCheck.intervalSeconds,
      failureThreshold: what.healthCheck.failureThreshold,
      ttlSeconds: what.ttlSeconds,
    }),
    target: service.target,
    observers: service.observers,
    clock,
    realClock: clock,
    openJournal: () => openJournal(journalDirectory, "drill-1"),
    refuseUnlessAlone: () => {},
    host: (event) => void events.push(event),
    signal: new AbortController().signal,
    ...change,
  };
}

/** Steps the clock until the promise has settled, calling `each` between steps. */
export async function drive<Value>(
  clock: FakeClock,
  promise: Promise<Value>,
  each: () => void = () => {},
): Promise<Value> {
  let settled = false;
  const mark = () => {
    settled = true;
  };
  promise.then(mark, mark);
  for (let steps = 0; !settled; steps++) {
    if (steps > 20_000) throw new Error("the drill does not end");
    await clock.step();
    each();
  }
  return promise;
}
