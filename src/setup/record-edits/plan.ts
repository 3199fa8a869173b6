/**
 * Changes to the record sets of one zone that no set-up file asks for, as a plan: the same diff, batches and executor as
 * `setup`, without its ledger, because nobody's file answers for what is made here. Pure.
 */

import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import type { ChangeThresholds } from "../../config/ownership.ts";
import { Failure } from "../../errors.ts";
import { applyChangeBatch, type ChangeBatchZone } from "../../route53/change-batch.ts";
import type { DomainName } from "../../route53/names.ts";
import { type RecordSet, recordSetKey } from "../../route53/record-set.ts";
import { packUnits, recordSetOfCall } from "../batches.ts";
import { type LiveRecordSet, type LiveZone, liveZonesAlone } from "../live/live-state.ts";
import { observeGroups } from "../observation.ts";
import {
  type Batch,
  PHASES,
  PLAN_FORMAT,
  type PlannedBackend,
  type PlanPhase,
  type RecordSetChange,
  summaryOf,
} from "../plan.ts";
import {
  diffRecordSets,
  groupKey,
  type RecordConflict,
  type RecordUnit,
  recordSetHash,
  recordSetText,
  type WantedInZone,
} from "../record-set-diff.ts";
import { answerText, policyText } from "../record-set-differences.ts";
import type { Planned } from "../setup.ts";
import { excessesOf } from "../thresholds.ts";

export interface RecordEdits {
  readonly wanted: readonly WantedInZone[];
  /** As read. */
  readonly removed: readonly LiveRecordSet[];
  /** For people, in sentences. */
  readonly notes: readonly string[];
  /** Of edits that may take away what nobody named. */
  readonly thresholds?: ChangeThresholds;
}

export interface RecordEditInputs {
  readonly edits: RecordEdits;
  readonly zone: LiveZone;
  readonly private: boolean;
  /** Where they are asked for: a file, or the command line. */
  readonly source: string;
  readonly account: string;
  readonly backend: Pick<PlannedBackend, "label" | "confirmsChanges">;
  /** Epoch ms. */
  readonly now: number;
}

/** Names the edits of a zone where journals are kept. */
export function recordEditsProject(zoneId: string): string {
  return `records-${zoneId}`;
}

/** Throws a Failure that names everything that stands in the way, before any call. */
export function planRecordEdits(inputs: RecordEditInputs): Planned {
  const { edits, zone, account, backend } = inputs;
  const diff = diffRecordSets({
    zone: zone.name,
    zoneId: zone.id,
    wanted: edits.wanted,
    live: zone.recordSets,
    created: new Map(edits.removed.map(({ set }) => [recordSetKey(set), recordSetHash(set)])),
    instances: [],
    leavingInstances: new Set(),
    exclusive: false,
    // Whoever types a record's name means it.
    ownerOf: () => undefined,
    checkKeys: new Map(),
  });
  throwConflicts(diff.conflicts);
  const units = diff.units.map((unit) => ({ ...unit, changes: unit.changes.map((one) => inWords(one, zone)) }));
  const phases = PHASES.map((phase): PlanPhase => {
    const mine = units.filter((unit) => unit.phase === phase);
    return { phase, ...packed(zone.name, mine), expectations: [] };
  });
  throwRefusals(phases, inputs);
  const project = recordEditsProject(zone.id);
  const live = liveZonesAlone(account, [
    { name: zone.name, zone, registrar: { kind: "elsewhere", reason: "the registrar has no part in record sets" } },
  ]);
  const zones = [{ name: zone.name, id: zone.id, thresholds: edits.thresholds ?? null }];
  const touched = [...edits.wanted, ...edits.removed].map(({ set }) => groupKey(set));
  return {
    live,
    plan: {
      format: PLAN_FORMAT,
      purpose: "apply",
      createdAt: new Date(inputs.now).toISOString(),
      project,
      file: inputs.source,
      backend: { label: backend.label, account, confirmsChanges: backend.confirmsChanges },
      scope: {
        project,
        zones: [{ name: zone.name, id: zone.id }],
        healthCheckKeys: [],
        healthCheckIds: {},
        trafficPolicyNames: [],
        logGroups: [],
        readsTrafficFlow: false,
      },
      zones,
      phases,
      summary: summaryOf(phases),
      notes: [
        ...edits.notes,
        ...aliasesLeftBehind(phases, zone),
        ...excessesOf({ phases, zones }, live).map(({ message }) => `${message}: it needs --force`),
      ],
      observed: observeGroups(live, touched),
    },
  };
}

/** What goes is told by what it said; why it goes, whoever typed the command knows. */
function inWords(change: RecordSetChange, zone: LiveZone): RecordSetChange {
  if (change.action !== "remove") return change;
  const gone = zone.recordSets.find(({ asRead }) => asRead === change.before)?.set;
  if (gone === undefined) return change;
  const policy = gone.policy.kind === "simple" ? "" : `${policyText(gone.policy)}, `;
  return { ...change, why: `was ${policy}${answerText(gone)}` };
}

function packed(
  zone: DomainName,
  units: readonly RecordUnit[],
): { readonly changes: readonly RecordSetChange[]; readonly batches: readonly Batch[] } {
  const { changes, batches, tooLarge } = packUnits(zone, units, 0);
  const subject = tooLarge[0]?.subject;
  if (subject === undefined) return { changes, batches };
  throw new Failure({
    kind: "usage",
    code: "records.batch-too-large",
    message: `the changes at ${subject} must land together, and are more than one request can hold`,
    next: "change them in smaller steps",
  });
}

function throwConflicts(conflicts: readonly RecordConflict[]): void {
  const failures = conflicts.map(
    ({ message, next, place }) =>
      new Failure({
        kind: "usage",
        code: "records.conflict",
        message,
        where: place.line === undefined ? undefined : place,
        next,
      }),
  );
  throwAll(failures);
}

/** One failure that holds all of them. */
export function throwAll(failures: readonly Failure[]): void {
  const [first, ...others] = failures;
  if (first === undefined) return;
  const { kind, code, message, where, next } = first;
  throw new Failure({ kind, code, message, where, next, others });
}

/** The batches against the zone as it was read, by the rules that Route 53 itself has: better refused here than half-way. */
function throwRefusals(phases: readonly PlanPhase[], { zone }: RecordEditInputs): void {
  const names = new Map<DomainName, Map<string, RecordSet>>();
  let recordSetCount = zone.recordSets.length;
  const at = (name: DomainName) => {
    const known = names.get(name) ?? new Map<string, RecordSet>();
    names.set(name, known);
    return known;
  };
  for (const { set } of zone.recordSets) at(set.name).set(recordSetKey(set), set);
  for (const { changes, batches } of phases) {
    for (const { calls } of batches) {
      const model: ChangeBatchZone = {
        id: zone.id,
        name: zone.name,
        recordSetsAt: (name) => [...(names.get(name)?.values() ?? [])],
        recordSetCount,
        // Quotas and what other resources there are is for Route 53 to know.
        maxRecordSets: Number.POSITIVE_INFINITY,
        healthCheckExists: () => true,
        isOtherZone: () => false,
        cidrLocationExists: () => true,
        protectionOf: () => undefined,
      };
      const sent = calls.flatMap((call) => {
        const change = changes[call.change];
        if (change?.kind !== "record-set") return [];
        const ResourceRecordSet = recordSetOfCall(call, change) as ResourceRecordSet;
        return [{ Action: call.action, ResourceRecordSet }];
      });
      const result = applyChangeBatch(model, sent);
      if (!result.ok) {
        const messages = result.code === "InvalidChangeBatch" ? result.messages : [result.message];
        throwAll(
          messages.map(
            (message) =>
              new Failure({
                kind: "usage",
                code: "records.refused",
                message: `Route 53 would refuse this: ${message.replace(/\.$/, "")}`,
                next: "nothing was sent; change what it names",
              }),
          ),
        );
        return;
      }
      for (const set of result.removed) at(set.name).delete(recordSetKey(set));
      for (const set of result.put) at(set.name).set(recordSetKey(set), set);
      recordSetCount = result.recordSetCount;
    }
  }
}

/** Route 53 lets one take away what an alias of the zone names; the alias then answers nothing. */
function aliasesLeftBehind(phases: readonly PlanPhase[], zone: LiveZone): string[] {
  const gone = new Set(
    phases.flatMap(({ changes }) =>
      changes.flatMap((change) =>
        change.kind === "record-set" && change.action === "remove" ? (change.before ?? []) : [],
      ),
    ),
  );
  const left = zone.recordSets.filter(({ asRead }) => !gone.has(asRead));
  const there = new Set(left.map(({ set }) => groupKey(set)));
  const before = new Set(zone.recordSets.map(({ set }) => groupKey(set)));
  return left.flatMap(({ set }) => {
    if (set.answer.kind !== "alias" || set.answer.hostedZoneId !== zone.id) return [];
    const target = `${set.answer.target} ${set.type}`;
    return before.has(target) && !there.has(target)
      ? [`${recordSetText(set)} is an alias of ${target.replace(/\. /, " ")}, and will answer nothing without it`]
      : [];
  });
}
