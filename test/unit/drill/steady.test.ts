import { describe, expect, it } from "vitest";
import { awaitSteadyState, checkSteadyState, type Patience, type SteadyState } from "../../../src/drill/steady.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { drive, type SimulatedService, simulatedService } from "./simulated-service.ts";

const NEVER = new AbortController().signal;

function stateOf(service: SimulatedService): SteadyState {
  return { ...service, secondaryCheckers: undefined };
}

function patience(clock: FakeClock, change: Partial<Patience> = {}): Patience {
  return { clock, pendingMs: 20_000, failedMs: 0, waiting: () => {}, ...change };
}

describe("the steady state", () => {
  it("is given when everything serves the primary and the secondary would serve", async () => {
    const clock = fakeClock();
    const checks = await checkSteadyState(stateOf(simulatedService(clock)), NEVER);
    expect(checks.map((check) => check.key)).toEqual([
      "endpoint",
      "primary-serves",
      "secondary-serves",
      "health",
      "ns-1.test",
      "ns-2.test",
      "resolver",
    ]);
    expect(checks.every((check) => check.outcome === "ok")).toBe(true);
  });

  it("refuses when the secondary could not take over, and touches nothing", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    service.setSecondary(false);
    await expect(awaitSteadyState(stateOf(service), patience(clock), NEVER)).rejects.toMatchObject({
      code: "drill.not-steady.secondary-serves",
      message: expect.stringContaining("secondary 192.0.2.2 serves, but found: connect ECONNREFUSED"),
    });
    expect(service.calls).toEqual({ stops: 0, starts: 0 });
  });

  it("refuses when the secondary has a health check of its own that would keep it from being answered", async () => {
    const clock = fakeClock();
    const report = { region: "eu-west-1", checkerAddress: "198.51.100.1", checkedAt: 1 };
    const checking = (status: string): SteadyState => ({
      ...stateOf(simulatedService(clock)),
      secondaryCheckers: async () => [{ ...report, status }],
    });
    const down = checking("Failure: Connection timed out.");
    await expect(awaitSteadyState(down, patience(clock), NEVER)).rejects.toMatchObject({
      code: "drill.not-steady.secondary-health",
    });
    const well = await awaitSteadyState(checking("Success: HTTP Status Code 200, OK"), patience(clock), NEVER);
    expect(well.map((check) => check.key)).toContain("secondary-health");
  });

  it("tells everything that is wrong at once", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    service.setSecondary(false);
    service.setEndpoint(false);
    await clock.advance(40_000);
    const refused = await awaitSteadyState(stateOf(service), patience(clock), NEVER).catch((error) => error);
    expect([refused, ...refused.others].map((failure) => failure.code)).toEqual([
      "drill.not-steady.endpoint",
      "drill.not-steady.primary-serves",
      "drill.not-steady.secondary-serves",
      "drill.not-steady.health",
      "drill.not-steady.server",
      "drill.not-steady.server",
      "drill.not-steady.resolver",
    ]);
  });

  it("waits for the way back after an endpoint was restored", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    service.setEndpoint(false);
    await clock.advance(40_000);
    service.setEndpoint(true);
    let waits = 0;
    const waiting = () => {
      waits++;
    };
    const steady = awaitSteadyState(stateOf(service), patience(clock, { failedMs: 200_000, waiting }), NEVER);
    expect((await drive(clock, steady)).every((check) => check.outcome === "ok")).toBe(true);
    expect(waits).toBeGreaterThan(10);
  });

  it("waits for the first reports of a new health check, but not for ever", async () => {
    const clock = fakeClock();
    const service = simulatedService(clock);
    const [health, ...others] = service.observers;
    if (health === undefined) throw new Error("no health observer");
    const look = async () => ({ sees: "nothing", detail: "no checker has reported" }) as const;
    const silent = { ...stateOf(service), observers: [{ ...health, look }, ...others] };
    const refused = drive(clock, awaitSteadyState(silent, patience(clock), NEVER));
    await expect(refused).rejects.toMatchObject({ code: "drill.not-steady.health" });
    expect(clock.elapsedMs()).toBeGreaterThanOrEqual(20_000);
  });

  it("ends with the person's Ctrl-C", async () => {
    const clock = fakeClock();
    const signal = AbortSignal.abort(new Error("interrupted"));
    await expect(awaitSteadyState(stateOf(simulatedService(clock)), patience(clock), signal)).rejects.toThrow(
      "interrupted",
    );
  });
});
