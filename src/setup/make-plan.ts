/** The file against the live state: a plan. Pure; what it reads is passed in. */

import type { Config } from "../config/config.ts";
import type { Places } from "../config/load.ts";
import { Failure } from "../errors.ts";
import { type DomainName, displayName, domainName, isWithin } from "../route53/names.ts";
import { knownIds } from "./known-ids.ts";
import type { Ledger } from "./ledger.ts";
import type { LiveState } from "./live/live-state.ts";
import { observe } from "./observation.ts";
import { planCidrCollections } from "./phases/cidr-collections.ts";
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
  type PlannedZone,
  type PlanPhase,
  summaryOf,
} from "./plan.ts";
import { idsOfZones, type PhaseDraft, type Planning } from "./planning.ts";
import { type KnownIds, type Reference, referenceKey, referencesIn, referenceText } from "./references.ts";
import { scopeOf } from "./scope.ts";
import { type Excess, excessesOf } from "./thresholds.ts";
import { nameOfZone, type ZoneKey, zoneKey } from "./zone-key.ts";

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
  const collections = planCidrCollections(planning);
  const units = diffZones(planning);
  const records = planRecordSets("records", units, planning);
  const routing = planRecordSets("routing", units, planning);
  const policies = planTrafficFlow(planning);
  const aliases = planRecordSets("traffic-flow", units, planning);
  const wanted = new Set(inputs.only ?? PHASES);
  const drafts: Record<PhaseName, PhaseDraft> = {
    zone,
    "health-checks": {
      ...healthChecks,
      changes: [...healthChecks.changes, ...planHealthCheckRemovals(planning, units, wanted)],
    },
    records,
    routing: joined({ changes: collections, expectations: [] }, routing),
    "traffic-flow": joined(policies, aliases),
    logging: planLogging(planning),
  };
  const all = PHASES.map((phase): PlanPhase => {
    const { changes, batches = [], expectations } = drafts[phase];
    return { phase, changes, batches, expectations };
  });
  const phases = all.map((one) => (wanted.has(one.phase) ? one : withoutChanges(one)));
  checkNeeds(phases, all, live, planning.known);
  const zones = plannedZones(config, live);
  return {
    format: PLAN_FORMAT,
    purpose: "apply",
    createdAt: new Date(inputs.now).toISOString(),
    project: config.project,
    file: config.file,
    backend: { label: backend.label, account: live.account, confirmsChanges: backend.confirmsChanges },
    scope: scopeOf(config),
    zones,
    phases,
    summary: summaryOf(phases),
    notes: [...notes, ...excessesOf({ phases, zones }, live).map(excessNote)],
    observed: observe(inputs, phases),
  };
}

/** In the order of the file, which is that of the live state. */
function plannedZones(config: Config, live: LiveState): PlannedZone[] {
  return live.zones.map((slot, i) => {
    const ownership = config.zones[i]?.ownership;
    return {
      name: slot.name,
      ...(slot.private && { private: true }),
      id: slot.zone?.id ?? null,
      thresholds: ownership?.mode === "exclusive" ? ownership.thresholds : null,
    };
  });
}

function excessNote({ zone, message }: Excess): string {
  return `${message}: apply needs --force ${displayName(zone)}`;
}

/** A saved plan with only some of its phases. Throws a Failure when one of them needs another. */
export function selectPhases(plan: Plan, live: LiveState, only: readonly PhaseName[]): Plan {
  const phases = plan.phases.map((one) => (only.includes(one.phase) ? one : withoutChanges(one)));
  checkNeeds(phases, plan.phases, live, knownIds(live, plan));
  // What was said of the whole is not true of the part.
  const { assessment: _, ...part } = plan;
  return { ...part, phases, summary: summaryOf(phases) };
}

function withoutChanges({ phase }: PlanPhase): PlanPhase {
  return { phase, changes: [], batches: [], expectations: [] };
}

/** Other changes, then record sets: policies and instances before their aliases, collections before what uses them. */
export function joined(policies: PhaseDraft, aliases: PhaseDraft): PhaseDraft {
  const offset = policies.changes.length;
  return {
    changes: [...policies.changes, ...aliases.changes],
    batches: (aliases.batches ?? []).map(({ calls, ...batch }) => ({
      ...batch,
      calls: calls.map((call) => ({ ...call, change: call.change + offset })),
    })),
    expectations: [...policies.expectations, ...aliases.expectations],
  };
}

/**
 * With phases left out, what the others need may be missing: better said now than found half-way. `phases` are those that
 * are carried out, `all` also has what was left out.
 */
function checkNeeds(phases: readonly PlanPhase[], all: readonly PlanPhase[], live: LiveState, known: KnownIds): void {
  const made = new Set(phases.flatMap((phase) => phase.changes.flatMap(madeBy)).map(referenceKey));
  const records = recordSetsAfter(phases, live);
  for (const { phase, changes } of phases) {
    for (const change of changes) {
      const missing = neededBy(change).find(
        (reference) => known.get(reference) === undefined && !made.has(referenceKey(reference)),
      );
      if (missing !== undefined)
        throw needs(phase, `${referenceText(missing)}, which does not exist yet`, PHASE_OF[missing.ref]);
      const target = aliasTargetOf(change);
      if (target === undefined || records.has(target)) continue;
      const maker = all.find((one) => one.changes.some((other) => madeRecordSet(other) === target));
      if (maker !== undefined) throw needs(phase, `${recordText(target)}, which does not exist yet`, maker.phase);
    }
  }
}

/** Of every zone that a plan is about: what is there once these phases are carried out. */
function recordSetsAfter(phases: readonly PlanPhase[], live: LiveState): ReadonlySet<string> {
  return new Set([
    ...live.zones.flatMap(({ zone, ...slot }) =>
      (zone?.recordSets ?? []).map(({ set }) => keyIn(zoneKey(slot), set.name, set.type)),
    ),
    ...phases.flatMap(({ changes }) => changes.flatMap((change) => madeRecordSet(change) ?? [])),
  ]);
}

function madeRecordSet(change: Change): string | undefined {
  if (change.after === null) return undefined;
  if (change.kind === "traffic-policy-instance") return keyIn(change.zone, change.name, change.type);
  if (change.kind !== "record-set") return undefined;
  return keyIn(change.zone, domainName(change.after.Name ?? ""), change.after.Type);
}

/** `example.com. | www.example.com. A`: a public and a private zone may have the same names. */
function keyIn(zone: ZoneKey, name: DomainName, type: string | undefined): string {
  return `${zone} | ${name} ${type}`;
}

/** `www.example.com A`, for people. */
function recordText(key: string): string {
  return key.replace(/^.* \| /, "").replace(/\. /, " ");
}

/** The target of an alias within its own zone; whether one elsewhere exists is not this plan's to say. */
function aliasTargetOf(change: Change): string | undefined {
  if (change.kind !== "record-set" || change.after?.AliasTarget === undefined) return undefined;
  const target = domainName(change.after.AliasTarget.DNSName ?? "");
  return isWithin(target, nameOfZone(change.zone)) ? keyIn(change.zone, target, change.after.Type) : undefined;
}

function madeBy(change: Change): Reference[] {
  if (change.action === "remove") return [];
  switch (change.kind) {
    case "hosted-zone":
      return [{ ref: "hosted-zone", zone: change.zone }];
    case "cidr-collection":
      return [{ ref: "cidr-collection", key: change.key }];
    case "delegation-set":
      return [{ ref: "delegation-set", key: change.key }];
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

const PHASE_OF: Record<Reference["ref"], PhaseName> = {
  "hosted-zone": "zone",
  "delegation-set": "zone",
  "cidr-collection": "routing",
  "health-check": "health-checks",
  "traffic-policy": "traffic-flow",
  "traffic-policy-version": "traffic-flow",
};

function needs(phase: PhaseName, what: string, maker: PhaseName): Failure {
  return new Failure({
    kind: "usage",
    code: "setup.phase-needed",
    message: `the phase ${phase} needs ${what}`,
    next: `add --phase ${maker}`,
  });
}
