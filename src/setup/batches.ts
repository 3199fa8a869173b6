/** Units of changes packed into as few ChangeResourceRecordSets requests as Route 53's limits allow; a unit is never split. */

import { addCosts, type BatchCost, costOf, NO_COST } from "../route53/batch-cost.ts";
import { MAX_RECORDS_PER_BATCH, MAX_VALUE_CHARACTERS_PER_BATCH } from "../route53/limits.ts";
import type { Batch, BatchCall, PlannedRecordSet, RecordSetChange } from "./plan.ts";
import type { RecordUnit } from "./record-set-diff.ts";
import type { ZoneKey } from "./zone-key.ts";

export interface PackedChanges {
  readonly changes: readonly RecordSetChange[];
  readonly batches: readonly Batch[];
  /** The first change of each unit that is too large for any request. */
  readonly tooLarge: readonly RecordSetChange[];
}

/** The record set that a call carries. */
export function recordSetOfCall(call: BatchCall, change: RecordSetChange): PlannedRecordSet {
  const set = call.action === "DELETE" ? change.before : change.after;
  if (set === null) throw new Error(`${call.action} of ${change.subject} has no record set`);
  return set;
}

function costOfCalls(calls: readonly BatchCall[], changes: readonly RecordSetChange[]): BatchCost {
  let cost = NO_COST;
  for (const call of calls) {
    const change = changes[call.change];
    if (change === undefined) continue;
    const { Name, Type, ResourceRecords } = recordSetOfCall(call, change);
    cost = addCosts(cost, costOf({ Action: call.action, ResourceRecordSet: { Name, Type, ResourceRecords } }));
  }
  return cost;
}

function fits(cost: BatchCost): boolean {
  return cost.records <= MAX_RECORDS_PER_BATCH && cost.characters <= MAX_VALUE_CHARACTERS_PER_BATCH;
}

/** Keeps the order of the units; `offset` is where the changes will stand in their phase. */
export function packUnits(zone: ZoneKey, units: readonly RecordUnit[], offset: number): PackedChanges {
  const changes: RecordSetChange[] = [];
  const batches: BatchCall[][] = [];
  const tooLarge: RecordSetChange[] = [];
  let cost = NO_COST;
  for (const unit of units) {
    const unitCost = costOfCalls(unit.calls, unit.changes);
    if (!fits(unitCost)) tooLarge.push(...unit.changes.slice(0, 1));
    const calls = unit.calls.map((call) => ({ ...call, change: call.change + offset + changes.length }));
    changes.push(...unit.changes);
    const open = batches.at(-1);
    if (open === undefined || !fits(addCosts(cost, unitCost))) {
      batches.push(calls);
      cost = unitCost;
    } else {
      open.push(...calls);
      cost = addCosts(cost, unitCost);
    }
  }
  return { changes, batches: batches.map((calls) => ({ zone, calls })), tooLarge };
}
