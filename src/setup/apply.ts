/** Carries a plan out: phase by phase, each waited for and looked at, each step on record before it is taken. */

import type { ChangeInfo } from "@aws-sdk/client-route-53";
import type { Backend } from "../backend/backend.ts";
import type { DomainName } from "../route53/names.ts";
import { carryOutCidrCollection } from "./effects/cidr-collections.ts";
import { carryOutDelegationSet } from "./effects/delegation-sets.ts";
import { carryOutEndpoint, carryOutHealthCheck } from "./effects/health-checks.ts";
import { carryOutHostedZone, carryOutRegistrar } from "./effects/hosted-zones.ts";
import { carryOutLogGroup, carryOutLogResourcePolicy, carryOutQueryLogging } from "./effects/logging.ts";
import { sendBatch } from "./effects/record-sets.ts";
import { isRefusal } from "./effects/service-error.ts";
import { carryOutTrafficPolicy, carryOutTrafficPolicyInstance } from "./effects/traffic-flow.ts";
import { carryOutVpcAssociation } from "./effects/vpc-associations.ts";
import type { Emit } from "./events.ts";
import { waitInSync } from "./in-sync.ts";
import type { Journal } from "./journal.ts";
import { knownIds } from "./known-ids.ts";
import type { LedgerKeeper } from "./ledger-keeper.ts";
import type { LiveState } from "./live/live-state.ts";
import type {
  Batch,
  Change,
  ChangeAction,
  PhaseName,
  Plan,
  PlannedBackend,
  PlanPhase,
  PlanSummary,
  RecordSetChange,
} from "./plan.ts";
import { DONE, type Outcome, type Run } from "./run.ts";
import type { Verification } from "./verification.ts";
import { PATIENCE_WITH_NEW_CHECKS_MS } from "./verify/health.ts";
import { verify } from "./verify/verify.ts";
import { zoneKey } from "./zone-key.ts";

const APPLY_FORMAT = "r53kit.apply/1";

export interface AppliedChange {
  readonly action: ChangeAction;
  readonly kind: Change["kind"];
  readonly subject: string;
  /**
   * - `refused`: Route 53 said no to the batch, and nothing of it landed
   * - `unconfirmed`: it was begun, and nobody can say how far it came; a new plan will
   */
  readonly status: "done" | "skipped" | "refused" | "unconfirmed" | "not-started";
  readonly detail?: string;
}

export interface AppliedPhase {
  readonly phase: PhaseName;
  readonly changes: readonly AppliedChange[];
  readonly verifications: readonly Verification[];
}

export interface ApplyResult {
  readonly format: typeof APPLY_FORMAT;
  readonly purpose: Plan["purpose"];
  readonly outcome: "applied" | "failed" | "interrupted";
  readonly backend: PlannedBackend;
  readonly project: string;
  readonly zones: readonly {
    readonly name: DomainName;
    readonly private?: true;
    /** Null while it is not there, and when it was taken away. */
    readonly id: string | null;
    readonly nameServers: readonly DomainName[];
  }[];
  /** Ids by key, of the checks that the plan made or changed. */
  readonly healthChecks: Readonly<Record<string, string>>;
  readonly phases: readonly AppliedPhase[];
  /** What landed. */
  readonly summary: PlanSummary;
}

export interface ApplyInputs {
  readonly plan: Plan;
  /** As the plan was made from. */
  readonly live: LiveState;
  readonly backend: Backend;
  readonly ledger: LedgerKeeper;
  readonly journal: Journal;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

export interface Applied {
  readonly result: ApplyResult;
  /** Why it ended early: what was thrown. */
  readonly error: unknown;
}

interface Progress {
  readonly status: Map<Change, AppliedChange>;
  readonly verifications: Map<PhaseName, readonly Verification[]>;
}

/** Never throws for what goes wrong on the way: what landed must be told first. */
export async function applyPlan(inputs: ApplyInputs): Promise<Applied> {
  const { plan, live, backend, journal, signal } = inputs;
  const emit: Emit = (event) => {
    journal.event(event);
    inputs.emit(event);
  };
  const run: Run = {
    backend,
    project: plan.project,
    account: plan.backend.account,
    signal,
    emit,
    beforeEffect: () => journal.sync(),
    known: knownIds(live, plan),
    ledger: inputs.ledger,
    nameServers: new Map(
      live.zones.flatMap(({ zone, ...slot }) =>
        zone === undefined ? [] : [[zoneKey(slot), zone.nameServers] as const],
      ),
    ),
  };
  const progress: Progress = { status: new Map(), verifications: new Map() };
  let error: unknown;
  try {
    for (const phase of inOrder(plan)) await carryOutPhase(phase, run, progress, plan.purpose);
    await carryOutLast(plan, run, progress);
  } catch (thrown) {
    error = thrown;
  }
  const outcome = error === undefined ? "applied" : signal.aborted ? "interrupted" : "failed";
  journal.ended(outcome);
  return { result: resultOf(plan, run, progress, outcome), error };
}

/** What is taken away goes the other way round: what uses something before it, and the zone when nothing is left in it. */
const DESTROY_ORDER: readonly PhaseName[] = ["traffic-flow", "routing", "records", "health-checks", "logging", "zone"];

function inOrder({ purpose, phases }: Plan): readonly PlanPhase[] {
  if (purpose === "apply") return phases;
  return [...phases].sort((a, b) => DESTROY_ORDER.indexOf(a.phase) - DESTROY_ORDER.indexOf(b.phase));
}

/** Old health checks go last: what used them has been repointed and is INSYNC by then. */
function isLast(change: Change): boolean {
  return (
    (change.kind === "health-check" && change.how === "delete") ||
    (change.kind === "cidr-collection" && (change.how === "trim" || change.how === "delete")) ||
    isLeavingSet(change)
  );
}

/** A delegation set that left the file. */
function isLeavingSet(change: Change): boolean {
  return change.kind === "delegation-set" && change.action === "remove";
}

async function carryOutPhase(phase: PlanPhase, run: Run, progress: Progress, purpose: Plan["purpose"]): Promise<void> {
  // A plan that destroys has its phases in an order in which they are last where they stand.
  const changes = purpose === "destroy" ? phase.changes : phase.changes.filter((change) => !isLast(change));
  if (changes.length === 0 && phase.expectations.length === 0) return;
  const name = phase.phase;
  run.emit({ event: "phase-started", phase: name, changes: changes.length });
  const early = phase.batches.filter(({ makesRoom }) => makesRoom);
  const freed: (ChangeInfo | undefined)[] = [];
  const makeRoom = async () => {
    for (const batch of early.splice(0)) freed.push(await carryOutBatch(batch, phase, run, progress));
  };
  for (const change of changes) {
    if (change.kind === "record-set") continue;
    // As late as can be: from then on nothing answers there.
    if (change.kind === "traffic-policy-instance" && change.action === "add") await makeRoom();
    await step(change, name, run, progress, () => carryOut(change, run));
  }
  await makeRoom();
  for (const info of freed) await waitInSync(info, name, run);
  for (const batch of phase.batches.filter(({ makesRoom }) => !makesRoom)) {
    await waitInSync(await carryOutBatch(batch, phase, run, progress), name, run);
  }
  run.signal.throwIfAborted();
  run.emit({ event: "verifying", phase: name, expectations: phase.expectations.length });
  const verifications = await verify(phase.expectations, {
    ...run,
    healthPatienceMs: PATIENCE_WITH_NEW_CHECKS_MS,
    onVerified: (verification) => run.emit({ event: "verified", phase: name, verification }),
  });
  progress.verifications.set(name, verifications);
  run.emit({ event: "phase-done", phase: name });
}

/** Returns when it has landed, which is before it is INSYNC. */
async function carryOutBatch(
  batch: Batch,
  phase: PlanPhase,
  run: Run,
  progress: Progress,
): Promise<ChangeInfo | undefined> {
  run.signal.throwIfAborted();
  const changeAt = (index: number) => recordSetChange(phase, index);
  const mine = [...new Set(batch.calls.map((call) => changeAt(call.change)))];
  const tell = (event: "change-started" | "change-done", status: "unconfirmed" | "done") => {
    for (const change of mine) {
      progress.status.set(change, applied(change, status));
      run.emit({ event, phase: phase.phase, action: change.action, subject: change.subject });
    }
  };
  tell("change-started", "unconfirmed");
  run.beforeEffect();
  const info = await refusable(mine, progress, () => sendBatch(batch, changeAt, run));
  tell("change-done", "done");
  return info;
}

async function carryOutLast(plan: Plan, run: Run, progress: Progress): Promise<void> {
  if (plan.purpose === "destroy") return;
  for (const { phase, changes } of plan.phases) {
    for (const change of changes.filter(isLast)) await step(change, phase, run, progress, () => carryOut(change, run));
  }
}

async function step(
  change: Change,
  phase: PhaseName,
  run: Run,
  progress: Progress,
  effect: () => Promise<Outcome>,
): Promise<void> {
  run.signal.throwIfAborted();
  const { action, subject } = change;
  run.emit({ event: "change-started", phase, action, subject });
  progress.status.set(change, applied(change, "unconfirmed"));
  run.beforeEffect();
  const outcome = await effect();
  if (outcome.kind === "skipped") {
    progress.status.set(change, { ...applied(change, "skipped"), detail: outcome.reason });
    run.emit({ event: "change-skipped", phase, subject, reason: outcome.reason });
    return;
  }
  const detail = outcome.detail === undefined ? {} : { detail: outcome.detail };
  progress.status.set(change, { ...applied(change, "done"), ...detail });
  run.emit({ event: "change-done", phase, action, subject, ...detail });
}

/** A batch that the service refused changed nothing; any other error leaves open whether it did. Other steps are several calls. */
async function refusable<T>(changes: readonly Change[], progress: Progress, effect: () => Promise<T>): Promise<T> {
  try {
    return await effect();
  } catch (error) {
    if (isRefusal(error)) for (const change of changes) progress.status.set(change, applied(change, "refused"));
    throw error;
  }
}

function applied(change: Change, status: AppliedChange["status"]): AppliedChange {
  return { action: change.action, kind: change.kind, subject: change.subject, status };
}

function recordSetChange(phase: PlanPhase, index: number): RecordSetChange {
  const change = phase.changes[index];
  if (change?.kind !== "record-set")
    throw new Error(`the plan's ${phase.phase} phase has no record set change ${index}`);
  return change;
}

function carryOut(change: Change, run: Run): Promise<Outcome> {
  switch (change.kind) {
    case "delegation-set":
      return carryOutDelegationSet(change, run);
    case "hosted-zone":
      return carryOutHostedZone(change, run);
    case "vpc-association":
      return carryOutVpcAssociation(change, run);
    case "registrar":
      return carryOutRegistrar(change, run);
    case "endpoint":
      return carryOutEndpoint(change, run);
    case "health-check":
      return carryOutHealthCheck(change, run);
    case "cidr-collection":
      return carryOutCidrCollection(change, run);
    case "traffic-policy":
      return carryOutTrafficPolicy(change, run);
    case "traffic-policy-instance":
      return carryOutTrafficPolicyInstance(change, run);
    case "log-group":
      return carryOutLogGroup(change, run);
    case "log-resource-policy":
      return carryOutLogResourcePolicy(change, run);
    case "query-logging":
      return carryOutQueryLogging(change, run);
    case "record-set":
      // Goes with its batch.
      return Promise.resolve(DONE);
  }
}

function resultOf(plan: Plan, run: Run, progress: Progress, outcome: ApplyResult["outcome"]): ApplyResult {
  const phases = plan.phases.map(({ phase, changes }) => ({
    phase,
    changes: changes.map((change) => progress.status.get(change) ?? applied(change, "not-started")),
    verifications: progress.verifications.get(phase) ?? [],
  }));
  const gone = new Set(
    plan.phases.flatMap(({ changes }) =>
      changes.flatMap((one) =>
        one.kind === "hosted-zone" && one.action === "remove" && progress.status.get(one)?.status === "done"
          ? one.zone
          : [],
      ),
    ),
  );
  const landed = phases.flatMap(({ changes }) => changes.filter((change) => change.status === "done"));
  const count = (action: ChangeAction) => landed.filter((change) => change.action === action).length;
  const checks = plan.phases.flatMap(({ changes }) =>
    changes.flatMap((one) => (one.kind === "health-check" ? one.key : [])),
  );
  return {
    format: APPLY_FORMAT,
    purpose: plan.purpose,
    outcome,
    backend: plan.backend,
    project: plan.project,
    zones: plan.zones.map(({ id: _, ...zone }) => {
      const key = zoneKey(zone);
      if (gone.has(key)) return { ...zone, id: null, nameServers: [] };
      return {
        ...zone,
        id: run.known.get({ ref: "hosted-zone", zone: key }) ?? null,
        nameServers: run.nameServers.get(key) ?? [],
      };
    }),
    healthChecks: Object.fromEntries(
      checks.flatMap((key) => {
        const id = run.known.get({ ref: "health-check", key });
        return id === undefined ? [] : [[key, id]];
      }),
    ),
    phases,
    summary: { add: count("add"), change: count("change"), remove: count("remove") },
  };
}

/** Whether everything that was looked at was as wanted; warnings are. */
export function isVerified(result: Pick<ApplyResult, "phases">): boolean {
  return result.phases.every((phase) => phase.verifications.every((one) => one.status !== "failed"));
}
