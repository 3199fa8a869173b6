import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type MachineInput,
  type MachineOutput,
  type MachineState,
  startMachine,
  step,
} from "../../../src/drill/machine.ts";
import type { Sight } from "../../../src/drill/observation.ts";
import { extend, type Track } from "../../../src/drill/track.ts";

const OBSERVERS = ["health", "ns", "client"];
const BASELINE = new Map<string, Track>(
  OBSERVERS.map((id) => [id, extend([], { sees: "primary", sentMs: 0, atMs: 1, detail: "" })]),
);

function begin(change: { holdMs?: number; timeoutMs?: number } = {}): MachineState {
  return startMachine({ tracks: BASELINE, stoppedAtMs: 100, timeoutMs: 60_000, holdMs: 0, ...change });
}

function saw(observer: string, sees: Sight, atMs: number): MachineInput {
  return { kind: "observed", observer, observation: { sees, sentMs: atMs - 1, atMs, detail: "" } };
}

function run(state: MachineState, inputs: readonly MachineInput[]): { state: MachineState; outputs: MachineOutput[] } {
  const outputs: MachineOutput[] = [];
  let now = state;
  for (const input of inputs) {
    const next = step(now, input);
    now = next.state;
    outputs.push(...next.outputs);
  }
  return { state: now, outputs };
}

const everyone = (sees: Sight, atMs: number) => OBSERVERS.map((observer) => saw(observer, sees, atMs));

describe("the drill's state machine", () => {
  it("goes primary, secondary, primary and is complete", () => {
    const { state, outputs } = run(begin(), [
      ...everyone("secondary", 1000),
      { kind: "running", atMs: 1500 },
      ...everyone("primary", 2000),
    ]);
    expect(state).toMatchObject({ phase: "ended", outcome: "completed", failedOverAtMs: 1000, failedBackAtMs: 2000 });
    expect(outputs.filter((output) => output.kind === "phase").map((output) => output.phase)).toEqual([
      "holding",
      "restarting",
      "failing-back",
      "ended",
    ]);
  });

  it("waits for the last observer", () => {
    const { state } = run(begin(), [saw("health", "secondary", 1000), saw("ns", "secondary", 1000)]);
    expect(state.phase).toBe("failing-over");
  });

  it("keeps the endpoint stopped for the hold time, and no longer", () => {
    const held = run(begin({ holdMs: 5000 }), everyone("secondary", 1000)).state;
    expect(held.phase).toBe("holding");
    expect(step(held, { kind: "time", atMs: 5999 }).outputs).toEqual([]);
    expect(step(held, { kind: "time", atMs: 6000 }).outputs.at(-1)).toEqual({ kind: "restart", atMs: 6000 });
  });

  it("orders the restart when the failover does not come in time, and ends once it runs", () => {
    const late = run(begin(), [{ kind: "time", atMs: 60_100 }]);
    expect(late.outputs.at(-1)).toMatchObject({ kind: "restart" });
    const { state } = run(late.state, [{ kind: "running", atMs: 60_200 }]);
    expect(state).toMatchObject({ phase: "ended", outcome: "no-failover" });
  });

  it("gives the failback its own time", () => {
    const back = run(begin(), [...everyone("secondary", 50_000), { kind: "running", atMs: 50_500 }]).state;
    expect(step(back, { kind: "time", atMs: 110_499 }).state.phase).toBe("failing-back");
    expect(step(back, { kind: "time", atMs: 110_500 }).state).toMatchObject({ phase: "ended", outcome: "no-failback" });
  });

  it("does not take an interruption during the restart for the end of it", () => {
    const { state } = run(begin(), [...everyone("secondary", 1000), { kind: "interrupted", atMs: 1200 }]);
    expect(state.phase).toBe("restarting");
    expect(step(state, { kind: "running", atMs: 1500 }).state).toMatchObject({
      phase: "ended",
      outcome: "interrupted",
    });
  });

  it("orders exactly one restart before it ends, whatever comes and in whatever order", () => {
    const input = fc.oneof(
      fc.record({
        kind: fc.constant("observed" as const),
        observer: fc.constantFrom(...OBSERVERS),
        sees: fc.constantFrom<Sight>("primary", "secondary", "other", "nothing"),
      }),
      fc.record({
        kind: fc.constantFrom("time" as const, "running" as const, "disturbed" as const, "interrupted" as const),
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(input, fc.integer({ min: 1, max: 20_000 })), { maxLength: 120 }), (given) => {
        let atMs = 100;
        const inputs = given.map(([one, laterMs]): MachineInput => {
          atMs += laterMs;
          return one.kind === "observed" ? saw(one.observer, one.sees, atMs) : { kind: one.kind, atMs };
        });
        const { state, outputs } = run(begin({ holdMs: 3000 }), inputs);
        const restarts = outputs.filter((output) => output.kind === "restart").length;
        expect(restarts).toBe(state.phase === "failing-over" || state.phase === "holding" ? 0 : 1);
        expect(state.phase === "ended").toBe(
          outputs.some((output) => output.kind === "phase" && output.phase === "ended"),
        );
        if (state.phase === "ended") {
          expect(state.outcome).toBeDefined();
          expect(state.runningAtMs).toBeDefined();
        }
        if (state.outcome === "completed")
          expect(state.failedBackAtMs).toBeGreaterThan(state.failedOverAtMs ?? Number.NaN);
      }),
    );
  });

  it("never waits beyond its deadlines when time goes on", () => {
    let state = begin({ holdMs: 1000 });
    for (let atMs = 200; state.phase !== "ended" && atMs < 500_000; atMs += 500) {
      state = step(state, { kind: "time", atMs }).state;
      if (state.phase === "restarting") state = step(state, { kind: "running", atMs }).state;
    }
    expect(state.phase).toBe("ended");
  });
});
