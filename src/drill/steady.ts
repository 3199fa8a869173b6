/** The steady state a drill starts from: everything serves the primary, and the secondary could take over. */

import { setMaxListeners } from "node:events";
import type { Clock } from "../clock.ts";
import { Failure } from "../errors.ts";
import { afterReports, healthVerdict } from "./health-rule.ts";
import type { Sight } from "./observation.ts";
import type { ReadCheckers } from "./observers/health-check.ts";
import type { Observer } from "./observers/observer.ts";
import type { RequestService } from "./observers/web-client.ts";
import type { DrillScenario } from "./scenario.ts";
import { targetLabel } from "./targets/open-target.ts";
import type { Target } from "./targets/target.ts";

export interface SteadyCheck {
  /** e.g. `endpoint`, `health`, `ns-1.awsdns-01.com`, `resolver`, `primary-serves`, `secondary-serves`. */
  readonly key: string;
  /** What must be so, in words. */
  readonly label: string;
  /** `pending`: nothing is known yet, e.g. no checker has probed a new health check. */
  readonly outcome: "ok" | "failed" | "pending";
  readonly detail: string;
}

export interface SteadyState {
  readonly scenario: DrillScenario;
  readonly target: Target;
  readonly observers: readonly Observer[];
  readonly request: RequestService;
  /** What the checkers of the secondary's own check report, where it has one. */
  readonly secondaryCheckers: ReadCheckers | undefined;
}

const MUST: Record<Observer["identity"]["kind"], string> = {
  health: "is healthy",
  authoritative: "answers the primary",
  resolver: "answers the primary",
  client: "is served by the primary",
};

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function endpointRuns(target: Target): Promise<SteadyCheck> {
  const label = `endpoint ${targetLabel(target.describe())} runs`;
  const state = await target.state();
  return { key: "endpoint", label, outcome: state === "running" ? "ok" : "failed", detail: state };
}

async function observerSeesPrimary(observer: Observer, signal: AbortSignal): Promise<SteadyCheck> {
  const { id, kind, label } = observer.identity;
  const outcomeOf = (sees: Sight): SteadyCheck["outcome"] => {
    if (sees === "primary") return "ok";
    return kind === "health" && sees === "nothing" ? "pending" : "failed";
  };
  try {
    const { sees, detail } = await observer.look(signal);
    return { key: id, label: `${label} ${MUST[kind]}`, outcome: outcomeOf(sees), detail };
  } catch (error) {
    return { key: id, label: `${label} ${MUST[kind]}`, outcome: "failed", detail: reason(error) };
  }
}

async function sideServes(
  side: "primary" | "secondary",
  state: SteadyState,
  signal: AbortSignal,
): Promise<SteadyCheck[]> {
  return Promise.all(
    state.scenario[side].values.map(async (address): Promise<SteadyCheck> => {
      const check = { key: `${side}-serves`, label: `${side} ${address} serves` };
      try {
        return { ...check, outcome: "ok", detail: await state.request(address, signal) };
      } catch (error) {
        return { ...check, outcome: "failed", detail: reason(error) };
      }
    }),
  );
}

/** An unhealthy secondary is passed over: Route 53 then answers the primary, whatever its health. */
async function secondaryHealthy(read: ReadCheckers, signal: AbortSignal): Promise<SteadyCheck> {
  const check = { key: "secondary-health", label: "the secondary's own health check is healthy" };
  try {
    const reports = await read(signal);
    const verdict = healthVerdict(afterReports(new Map(), reports, 1), reports);
    if (verdict === undefined) return { ...check, outcome: "pending", detail: "no checker has reported" };
    const detail = `${verdict.healthyCheckers} of ${verdict.checkers} checkers reach it`;
    return { ...check, outcome: verdict.healthy ? "ok" : "failed", detail };
  } catch (error) {
    return { ...check, outcome: "failed", detail: reason(error) };
  }
}

/** Every check once, all at the same time; changes nothing. */
export async function checkSteadyState(state: SteadyState, interrupted: AbortSignal): Promise<SteadyCheck[]> {
  // All checks listen at once; Node takes more than ten for a leak.
  const signal = AbortSignal.any([interrupted]);
  setMaxListeners(0, signal);
  // The client is left out: it would keep an answer from before the drill, and what it needs is checked one by one.
  const watched = state.observers.filter((observer) => observer.identity.kind !== "client");
  const { secondaryCheckers } = state;
  const [endpoint, primary, secondary, secondaryHealth, ...answers] = await Promise.all([
    endpointRuns(state.target),
    sideServes("primary", state, signal),
    sideServes("secondary", state, signal),
    secondaryCheckers === undefined ? [] : Promise.all([secondaryHealthy(secondaryCheckers, signal)]),
    ...watched.map((observer) => observerSeesPrimary(observer, signal)),
  ]);
  signal.throwIfAborted();
  return [endpoint, ...primary, ...secondary, ...secondaryHealth, ...answers];
}

const NEXT: Readonly<Record<string, string>> = {
  endpoint: "run 'r53kit setup apply' to create it, or start it, then drill again",
  health: "see what the checkers say with 'aws route53 get-health-check-status', and mend the endpoint first",
  resolver: "wait until the resolver's cached answer has expired, then drill again",
  "primary-serves": "mend the primary first: a drill shows nothing while it is down",
  "secondary-health": "mend the secondary first: Route 53 would not answer it",
  "secondary-serves": "mend the secondary first: a failover now would be an outage",
};

function refusal(check: SteadyCheck): Failure {
  return new Failure({
    kind: "failed",
    code: `drill.not-steady.${check.key in NEXT ? check.key : "server"}`,
    message: `nothing was stopped, for the steady state is not given: expected that ${check.label}, but found: ${check.detail}`,
    next: NEXT[check.key] ?? "run 'r53kit setup verify' to see what differs, then drill again",
  });
}

export interface Patience {
  readonly clock: Clock;
  /** Clock ms to wait for what is merely not known yet. */
  readonly pendingMs: number;
  /** Clock ms to wait for what is wrong: after an earlier drill's endpoint was restored, the way back takes its time. */
  readonly failedMs: number;
  /** Told before each wait. */
  waiting(checks: readonly SteadyCheck[]): void;
}

/** Resolves with the checks when all are fine. Throws a Failure, with one more for each further check, when they are not in time. */
export async function awaitSteadyState(
  state: SteadyState,
  patience: Patience,
  signal: AbortSignal,
): Promise<readonly SteadyCheck[]> {
  const { clock } = patience;
  const beganMs = clock.elapsedMs();
  for (;;) {
    const checks = await checkSteadyState(state, signal);
    const wrong = checks.filter((check) => check.outcome !== "ok");
    if (wrong.length === 0) return checks;
    const allowedMs = wrong.some((check) => check.outcome === "failed") ? patience.failedMs : patience.pendingMs;
    if (clock.elapsedMs() - beganMs >= allowedMs) {
      const [first, ...others] = wrong.map(refusal);
      if (first === undefined) return checks;
      throw others.length === 0
        ? first
        : new Failure({ kind: first.kind, code: first.code, message: first.message, next: first.next, others });
    }
    patience.waiting(wrong);
    await clock.sleep(1000, signal);
  }
}
