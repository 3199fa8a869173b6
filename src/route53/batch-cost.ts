/** What a change costs of a batch's limits, so that whoever splits changes into batches counts as Route 53 does. */

import type { Change } from "@aws-sdk/client-route-53";

export interface BatchCost {
  /** ResourceRecord elements; an alias counts as one. */
  readonly records: number;
  /** Characters of all Value elements. */
  readonly characters: number;
}

export const NO_COST: BatchCost = { records: 0, characters: 0 };

export function addCosts(a: BatchCost, b: BatchCost): BatchCost {
  return { records: a.records + b.records, characters: a.characters + b.characters };
}

/** An UPSERT counts twice in both (API reference, ChangeResourceRecordSets, "Change batches and limits"). */
export function costOf(change: Change): BatchCost {
  const times = change.Action === "UPSERT" ? 2 : 1;
  const values = change.ResourceRecordSet?.ResourceRecords ?? [];
  let characters = 0;
  for (const { Value } of values) characters += Value?.length ?? 0;
  return { records: Math.max(1, values.length) * times, characters: characters * times };
}
