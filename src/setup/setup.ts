/** Setup as commands use it: plan a file, carry a plan out, verify a file. */

import type { Backend } from "../backend/backend.ts";
import type { LoadedConfig } from "../config/load.ts";
import { answerExpectations } from "./answer-expectations.ts";
import { type Applied, applyPlan } from "./apply.ts";
import { assess } from "./assessment.ts";
import type { Emit } from "./events.ts";
import type { Expectation } from "./expectations.ts";
import { openJournal, type RunCommand, type UnfinishedRun, unfinishedRuns } from "./journal.ts";
import { ledgerFile, readLedger } from "./ledger.ts";
import { keepLedger, keepNoLedger } from "./ledger-keeper.ts";
import type { LiveState } from "./live/live-state.ts";
import { readLiveState } from "./live/read.ts";
import { destroyScopeOf, makeDestroyPlan } from "./make-destroy-plan.ts";
import { makePlan } from "./make-plan.ts";
import { instanceExpectations } from "./phases/traffic-flow.ts";
import { zoneExpectation } from "./phases/zone.ts";
import { PHASES, type PhaseName, type Plan } from "./plan.ts";
import { idsOfZones, type Planning } from "./planning.ts";
import { groupKey } from "./record-set-diff.ts";
import { remainingOf } from "./remaining.ts";
import { checkBackend, checkFresh } from "./saved-plan.ts";
import { scopeOf } from "./scope.ts";
import type { Verification } from "./verification.ts";
import { verify } from "./verify/verify.ts";
import { zoneKey } from "./zone-key.ts";

export interface SetupOptions {
  readonly backend: Backend;
  /** The directory of r53kit's own state; ledger and journal are below it. */
  readonly home: string;
  readonly signal: AbortSignal;
}

export interface Planned {
  readonly plan: Plan;
  readonly live: LiveState;
}

export async function planSetup(
  loaded: LoadedConfig,
  options: SetupOptions & { readonly only?: readonly PhaseName[] },
): Promise<Planned> {
  const { config, places } = loaded;
  const { backend, home, signal, only } = options;
  const ledger = readLedger(ledgerFile(home, config.project));
  const live = await readLiveState(backend, scopeOf(config), ledger, signal);
  const plan = makePlan({
    config,
    places,
    live,
    ledger,
    backend,
    now: backend.clock.now(),
    ...(only === undefined ? {} : { only }),
  });
  return { plan: { ...plan, assessment: assess(loaded, plan, live) }, live };
}

/** Reads the live state of a saved plan again. Throws a Failure when the plan is of another backend or out of date. */
export async function reviewPlan(plan: Plan, { backend, home, signal }: SetupOptions): Promise<LiveState> {
  const live = await readLiveState(backend, plan.scope, readLedger(ledgerFile(home, plan.project)), signal);
  checkBackend(plan, { label: backend.label, account: live.account, confirmsChanges: backend.confirmsChanges });
  checkFresh(plan, live);
  return live;
}

/** What an earlier run of the project did not finish, on whatever backend. */
export function unfinished(home: string, project: string): UnfinishedRun[] {
  return unfinishedRuns(home).filter((run) => run.plan.project === project);
}

/** What the file made, as a plan that takes it away. */
export async function planDestroy({ config, places }: LoadedConfig, options: SetupOptions): Promise<Planned> {
  const { backend, home, signal } = options;
  const ledger = readLedger(ledgerFile(home, config.project));
  const live = await readLiveState(backend, destroyScopeOf(config), ledger, signal);
  return { plan: makeDestroyPlan({ config, places, live, ledger, backend, now: backend.clock.now() }), live };
}

/** What is left of a run that did not come to its end. Throws a Failure when somebody else has been there since. */
export async function planResume(
  { plan }: UnfinishedRun,
  { backend, home, signal }: SetupOptions,
): Promise<Planned & { readonly landed: number }> {
  const live = await readLiveState(backend, plan.scope, readLedger(ledgerFile(home, plan.project)), signal);
  checkBackend(plan, { label: backend.label, account: live.account, confirmsChanges: backend.confirmsChanges });
  return { live, ...remainingOf(plan, live) };
}

export async function carryOut(
  { plan, live }: Planned,
  options: SetupOptions & { readonly emit: Emit; readonly command?: RunCommand; readonly keepsLedger?: boolean },
): Promise<Applied> {
  const { backend, home, signal, emit, command = "setup apply", keepsLedger = true } = options;
  const ledger = keepsLedger ? keepLedger(ledgerFile(home, plan.project)) : keepNoLedger();
  const journal = openJournal(home, { command, plan, keepsLedger }, () => backend.clock.now());
  try {
    return await applyPlan({ plan, live, backend, ledger, journal, emit, signal });
  } finally {
    journal.close();
    ledger.close();
  }
}

const VERIFY_FORMAT = "r53kit.verify/1";

export interface VerifiedPhase {
  readonly phase: PhaseName;
  readonly verifications: readonly Verification[];
}

export interface VerifyResult {
  readonly format: typeof VERIFY_FORMAT;
  readonly backend: { readonly label: string; readonly account: string };
  readonly project: string;
  readonly phases: readonly VerifiedPhase[];
  readonly ok: number;
  readonly warnings: number;
  readonly failed: number;
}

/** Looks at everything the file names. */
export async function verifySetup(
  { config, places }: LoadedConfig,
  options: SetupOptions & { readonly only?: readonly PhaseName[]; readonly emit: Emit },
): Promise<VerifyResult> {
  const { backend, home, signal, emit } = options;
  const ledger = readLedger(ledgerFile(home, config.project));
  const live = await readLiveState(backend, scopeOf(config), ledger, signal);
  const known = idsOfZones(live);
  for (const check of live.healthChecks) known.set({ ref: "health-check", key: check.key }, check.id);
  const planning: Planning = { config, places, live, ledger, known, notes: [] };
  const wanted = expectationsOf(planning);
  const nameServers = new Map(
    live.zones.flatMap(({ zone, ...slot }) => (zone === undefined ? [] : [[zoneKey(slot), zone.nameServers] as const])),
  );
  const phases: VerifiedPhase[] = [];
  for (const phase of options.only ?? PHASES) {
    const expectations = wanted[phase];
    if (expectations.length === 0) continue;
    emit({ event: "verifying", phase, expectations: expectations.length });
    const verifications = await verify(expectations, {
      backend,
      known,
      nameServers,
      signal,
      healthPatienceMs: 0,
      onVerified: (verification) => emit({ event: "verified", phase, verification }),
    });
    phases.push({ phase, verifications });
  }
  const count = (status: Verification["status"]) =>
    phases.reduce((sum, phase) => sum + phase.verifications.filter((one) => one.status === status).length, 0);
  return {
    format: VERIFY_FORMAT,
    backend: { label: backend.label, account: live.account },
    project: config.project,
    phases,
    ok: count("ok"),
    warnings: count("warning"),
    failed: count("failed"),
  };
}

function expectationsOf(planning: Planning): Record<PhaseName, Expectation[]> {
  const { config } = planning;
  const answers = (isSimple: boolean) =>
    config.zones.flatMap((zone) => {
      const mine = zone.recordSets.filter(({ policy }) => (policy.kind === "simple") === isSimple);
      const asked = new Set(mine.map(groupKey));
      return answerExpectations(zoneKey(zone), planning, (name, type) => asked.has(groupKey({ name, type })));
    });
  return {
    zone: config.zones.map(zoneExpectation),
    "health-checks": config.healthChecks.map((check) => ({ check: "health", key: check.key })),
    records: answers(true),
    routing: answers(false),
    "traffic-flow": config.zones.flatMap((zone) =>
      zone.trafficPolicyInstances.flatMap((instance) => instanceExpectations(zone, instance, config)),
    ),
    logging: config.zones.flatMap((zone) =>
      zone.logging === undefined
        ? []
        : [{ check: "query-log", zone: zoneKey(zone), logGroup: zone.logging.logGroup } as const],
    ),
  };
}
