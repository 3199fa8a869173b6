/** The file against the live state: a plan. Pure; what it reads is passed in. */

import type { Config } from "../config/config.ts";
import type { Places } from "../config/load.ts";
import { Failure } from "../errors.ts";
import { knownIds } from "./known-ids.ts";
import type { Ledger } from "./ledger.ts";
import type { LiveState } from "./live/live-state.ts";
import { observe } from "./observation.ts";
import { planHealthCheckRemovals } from "./phases/health-check-removals.ts";
import { planHealthChecks } from "./phases/health-checks.ts";
import { planLogging } from "./phases/logging.ts";
import { diffZones, planRecordSets } from "./phases/record-sets.ts";
import { planTrafficFlow } from "./phases/traffic-flow.ts";
import { planZones } from "./phases/zone.ts";
import {
  type Change,
  PHASES,
  type PhaseName,
  PLAN_FORMAT,
  type Plan,
  type PlannedBackend,
  type PlanPhase,
  summaryOf,
} from "./plan.ts";
import { idsOfZones, type PhaseDraft, type Planning } from "./planning.ts";
import { type KnownIds, type Reference, referenceKey, referencesIn, referenceText } from "./references.ts";
import { scopeOf } from "./scope.ts";

export interface PlanInputs {
  readonly config: Config;
  readonly places: Places;
  readonly live: LiveState;
  readonly ledger: Ledger;
  readonly backend: Pick<PlannedBackend, "label" | "confirmsChanges">;
  /** Epoch ms. */
  readonly now: number;
  /** Only these; all when undefined. */
  readonly only?: readonly PhaseName[];
}

/** Throws a Failure for what cannot be done: conflicts with what is live, a phase that needs one that was left out. */
export function makePlan(inputs: PlanInputs): Plan {
  const { config, places, live, ledger, backend } = inputs;
  const notes: string[] = [];
  const planning: Planning = { config, places, live, ledger, notes, known: idsOfZones(live) };
  // Health checks before everything that names them: they say which ids stay.
  const zone = planZones(planning);
  const healthChecks = planHealthChecks(planning);
  const zones = diffZones(planning);
  const records = planRecordSets("records", zones, planning);
  const routing = planRecordSets("routing", zones, planning);
  const policies = planTrafficFlow(planning);
  const aliases = planRecordSets("traffic-flow", zones, planning);
  const drafts: Record<PhaseName, PhaseDraft> = {
    zone,
    "health-checks": {
      ...healthChecks,
      changes: [...healthChecks.changes, ...planHealthCheckRemovals(planning, zones)],
    },
    records,
    routing,
    "traffic-flow": joined(policies, aliases),
    logging: planLogging(planning),
  };
  const wanted = new Set(inputs.only ?? PHASES);
  const phases = PHASES.map((phase): PlanPhase => {
    const { changes, batches = [], expectations } = wanted.has(phase) ? drafts[phase] : NOTHING;
    return { phase, changes, batches, expectations };
  });
  checkNeeds(phases, planning.known);
  return {
    format: PLAN_FORMAT,
    createdAt: new Date(inputs.now).toISOString(),
    project: config.project,
    file: config.file,
    backend: { label: backend.label, account: live.account, confirmsChanges: backend.confirmsChanges },
    scope: scopeOf(config),
    zones: live.zones.map((slot) => ({ name: slot.name, id: slot.zone?.id ?? null })),
    phases,
    summary: summaryOf(phases),
    notes,
    observed: observe(config, live, ledger),
  };
}

/** A saved plan with only some of its phases. Throws a Failure when one of them needs another. */
export function selectPhases(plan: Plan, live: LiveState, only: readonly PhaseName[]): Plan {
  const phases = plan.phases.map((one) => (only.includes(one.phase) ? one : { phase: one.phase, ...EMPTY_PHASE }));
  checkNeeds(phases, knownIds(live, plan));
  return { ...plan, phases, summary: summaryOf(phases) };
}

const EMPTY_PHASE = { changes: [], batches: [], expectations: [] } as const;
const NOTHING: PhaseDraft = { changes: [], expectations: [] };

/** Policies and instances, then the record sets that are aliases of an instance. */
function joined(policies: PhaseDraft, aliases: PhaseDraft): PhaseDraft {
  const offset = policies.changes.length;
  return {
    changes: [...policies.changes, ...aliases.changes],
    batches: (aliases.batches ?? []).map(({ zone, calls }) => ({
      zone,
      calls: calls.map((call) => ({ ...call, change: call.change + offset })),
    })),
    expectations: [...policies.expectations, ...aliases.expectations],
  };
}

/** With phases left out, what the others need may be missing: better said now than found half-way. */
function checkNeeds(phases: readonly PlanPhase[], known: KnownIds): void {
  const made = new Set(phases.flatMap((phase) => phase.changes.flatMap(madeBy)).map(referenceKey));
  for (const { phase, changes } of phases) {
    for (const change of changes) {
      const missing = neededBy(change).find(
        (reference) => known.get(reference) === undefined && !made.has(referenceKey(reference)),
      );
      if (missing !== undefined) throw needs(phase, missing);
    }
  }
}

function madeBy(change: Change): Reference[] {
  if (change.action === "remove") return [];
  switch (change.kind) {
    case "hosted-zone":
      return [{ ref: "hosted-zone", zone: change.zone }];
    case "health-check":
      return [{ ref: "health-check", key: change.key }];
    case "traffic-policy":
      return [
        { ref: "traffic-policy", key: change.key },
        { ref: "traffic-policy-version", key: change.key },
      ];
    default:
      return [];
  }
}

/** References of what it writes, and the zone it is in. */
function neededBy(change: Change): Reference[] {
  return [
    ...("zone" in change ? [{ ref: "hosted-zone", zone: change.zone } as const] : []),
    ...referencesIn(change.after),
  ];
}

function needs(phase: PhaseName, reference: Reference): Failure {
  const from: Record<Reference["ref"], PhaseName> = {
    "hosted-zone": "zone",
    "health-check": "health-checks",
    "traffic-policy": "traffic-flow",
    "traffic-policy-version": "traffic-flow",
  };
  return new Failure({
    kind: "usage",
    code: "setup.phase-needed",
    message: `the phase ${phase} needs ${referenceText(reference)}, which does not exist yet`,
    next: `add --phase ${from[reference.ref]}`,
  });
}
