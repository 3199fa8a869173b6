/**
 * The state machine of a drill between the stop and the end: observations and time in, phases and orders out. Pure; it
 * knows nothing of clocks, sockets or targets.
 */

import { unreachable } from "../errors.ts";
import type { Observation, Sight } from "./observation.ts";
import { currentSight, extend, type Track } from "./track.ts";

/**
 * - `failing-over`: the endpoint is stopped, not everyone uses the secondary yet
 * - `holding`: everyone does; the endpoint stays stopped for the hold time
 * - `restarting`: the endpoint is being started
 * - `failing-back`: it runs, not everyone uses the primary yet
 * - `ended`
 */
export type Phase = "failing-over" | "holding" | "restarting" | "failing-back" | "ended";

/**
 * - `completed`: primary -> secondary -> primary, seen by everyone
 * - `no-failover`, `no-failback`: time ran out before everyone had turned
 * - `disturbed`: somebody else started the endpoint while the drill held it stopped, or its keeper was lost
 * - `interrupted`: the person stopped the drill
 */
export type Outcome = "completed" | "no-failover" | "no-failback" | "disturbed" | "interrupted";

export interface MachineState {
  readonly phase: Phase;
  readonly tracks: ReadonlyMap<string, Track>;
  /** Clock ms. */
  readonly stoppedAtMs: number;
  readonly failedOverAtMs: number | undefined;
  readonly restartRequestedAtMs: number | undefined;
  readonly runningAtMs: number | undefined;
  readonly failedBackAtMs: number | undefined;
  /** Clock ms at which the present phase gives up or, while holding, ends. */
  readonly deadlineMs: number;
  readonly timeoutMs: number;
  readonly holdMs: number;
  readonly outcome: Outcome | undefined;
}

export type MachineInput =
  | { readonly kind: "observed"; readonly observer: string; readonly observation: Observation }
  | { readonly kind: "time"; readonly atMs: number }
  /** The endpoint runs again, as ordered. */
  | { readonly kind: "running"; readonly atMs: number }
  | { readonly kind: "disturbed"; readonly atMs: number }
  | { readonly kind: "interrupted"; readonly atMs: number };

export type MachineOutput =
  | {
      readonly kind: "changed";
      readonly observer: string;
      readonly from: Sight | undefined;
      readonly observation: Observation;
    }
  | { readonly kind: "phase"; readonly phase: Phase; readonly atMs: number }
  /** Start the endpoint now. */
  | { readonly kind: "restart"; readonly atMs: number };

export interface Step {
  readonly state: MachineState;
  readonly outputs: readonly MachineOutput[];
}

export interface MachineStart {
  /** What each observer saw before the stop; every observer the drill waits for is a key. */
  readonly tracks: ReadonlyMap<string, Track>;
  readonly stoppedAtMs: number;
  readonly timeoutMs: number;
  readonly holdMs: number;
}

export function startMachine(start: MachineStart): MachineState {
  return {
    phase: "failing-over",
    tracks: start.tracks,
    stoppedAtMs: start.stoppedAtMs,
    failedOverAtMs: undefined,
    restartRequestedAtMs: undefined,
    runningAtMs: undefined,
    failedBackAtMs: undefined,
    deadlineMs: start.stoppedAtMs + start.timeoutMs,
    timeoutMs: start.timeoutMs,
    holdMs: start.holdMs,
    outcome: undefined,
  };
}

function everyoneSees(state: MachineState, side: Sight): boolean {
  return [...state.tracks.values()].every((track) => currentSight(track) === side);
}

function enter(state: MachineState, phase: Phase, atMs: number, change: Partial<MachineState>): Step {
  return { state: { ...state, ...change, phase }, outputs: [{ kind: "phase", phase, atMs }] };
}

function orderRestart(state: MachineState, atMs: number, outcome: Outcome | undefined): Step {
  const entered = enter(state, "restarting", atMs, { restartRequestedAtMs: atMs, outcome });
  return { state: entered.state, outputs: [...entered.outputs, { kind: "restart", atMs }] };
}

/** What the phase makes of the tracks and the time as they are now. */
function advance(state: MachineState, atMs: number): Step {
  switch (state.phase) {
    case "failing-over": {
      if (everyoneSees(state, "secondary")) {
        const held = enter(state, "holding", atMs, { failedOverAtMs: atMs, deadlineMs: atMs + state.holdMs });
        const next = advance(held.state, atMs);
        return { state: next.state, outputs: [...held.outputs, ...next.outputs] };
      }
      return atMs >= state.deadlineMs ? orderRestart(state, atMs, "no-failover") : { state, outputs: [] };
    }
    case "holding":
      return atMs >= state.deadlineMs ? orderRestart(state, atMs, undefined) : { state, outputs: [] };
    case "failing-back": {
      if (everyoneSees(state, "primary")) {
        return enter(state, "ended", atMs, { failedBackAtMs: atMs, outcome: "completed" });
      }
      return atMs >= state.deadlineMs
        ? enter(state, "ended", atMs, { outcome: "no-failback" })
        : { state, outputs: [] };
    }
    case "restarting":
    case "ended":
      return { state, outputs: [] };
    default:
      return unreachable(state.phase);
  }
}

function observed(state: MachineState, observer: string, observation: Observation): Step {
  const track = state.tracks.get(observer);
  if (track === undefined || state.phase === "ended") return { state, outputs: [] };
  const from = currentSight(track);
  const tracks = new Map(state.tracks).set(observer, extend(track, observation));
  const changed: MachineOutput[] = from === observation.sees ? [] : [{ kind: "changed", observer, from, observation }];
  const next = advance({ ...state, tracks }, observation.atMs);
  return { state: next.state, outputs: [...changed, ...next.outputs] };
}

export function step(state: MachineState, input: MachineInput): Step {
  switch (input.kind) {
    case "observed":
      return observed(state, input.observer, input.observation);
    case "time":
      return advance(state, input.atMs);
    case "running": {
      if (state.phase !== "restarting") return { state, outputs: [] };
      // Something already went wrong: the endpoint is back, and there is nothing more to wait for.
      if (state.outcome !== undefined) return enter(state, "ended", input.atMs, { runningAtMs: input.atMs });
      const back = enter(state, "failing-back", input.atMs, {
        runningAtMs: input.atMs,
        deadlineMs: input.atMs + state.timeoutMs,
      });
      const next = advance(back.state, input.atMs);
      return { state: next.state, outputs: [...back.outputs, ...next.outputs] };
    }
    case "disturbed":
    case "interrupted": {
      switch (state.phase) {
        case "failing-over":
        case "holding":
          return orderRestart(state, input.atMs, input.kind);
        case "restarting":
          return { state: { ...state, outcome: state.outcome ?? input.kind }, outputs: [] };
        case "failing-back":
          return enter(state, "ended", input.atMs, { outcome: input.kind });
        case "ended":
          return { state, outputs: [] };
        default:
          return unreachable(state.phase);
      }
    }
    default:
      return unreachable(input);
  }
}
