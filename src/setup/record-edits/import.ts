/**
 * The record sets of a zone file against a zone. A zone file knows neither aliases nor routing policies: what it does not
 * name of those stays, whatever the mode, so that an export and an import leave everything as it was. What other programs keep
 * in the zone stays, too. Pure.
 */

import { DEFAULT_THRESHOLDS } from "../../config/ownership.ts";
import { Failure } from "../../errors.ts";
import { displayName } from "../../route53/names.ts";
import { isRecordType, type RecordSet } from "../../route53/record-set.ts";
import { foreignOwners } from "../foreign-owners.ts";
import type { LiveRecordSet, LiveZone } from "../live/live-state.ts";
import { groupKey, recordSetText, type WantedInZone } from "../record-set-diff.ts";
import { type RecordEdits, throwAll } from "./plan.ts";

/** - `merge`: adds and changes; - `replace`: also removes what the file does not name, and what is in the way of what it does. */
export type ImportMode = "merge" | "replace";

/** Throws a Failure that names every record set of the file that would take the place of an alias or a routing policy. */
export function importRecords(
  wanted: readonly (WantedInZone & { readonly set: RecordSet })[],
  zone: LiveZone,
  mode: ImportMode,
): RecordEdits {
  const there = new Map<string, LiveRecordSet[]>();
  for (const one of zone.recordSets) there.set(groupKey(one.set), [...(there.get(groupKey(one.set)) ?? []), one]);
  if (mode === "merge") throwAll(wanted.flatMap((one) => inTheWay(one, there.get(groupKey(one.set)) ?? [])));
  const named = new Set(wanted.map(({ set }) => groupKey(set)));
  const guarded = wanted.map((one) => ({ ...one, set: withItsCheck(one.set, there.get(groupKey(one.set)) ?? []) }));
  if (mode === "merge") return { wanted: guarded, removed: [], notes: [] };
  const others = zone.recordSets.filter(({ set }) => !named.has(groupKey(set)) && !isApexOwn(set, zone));
  const sayable = others.filter(({ set }) => isSayable(set));
  const kept = others.filter(({ set }) => !isSayable(set));
  // Nobody typed these names: what another program keeps there is not taken away with the rest.
  const ownerOf = foreignOwners(zone);
  const owned = sayable.filter(({ set }) => ownerOf(set) !== undefined);
  return {
    wanted: guarded,
    removed: sayable.filter(({ set }) => ownerOf(set) === undefined),
    notes: [
      ...stayNote(kept, "a zone file cannot name (aliases, routing policies, Traffic Flow)"),
      ...stayNote(owned, "other programs keep (ownership records and what they speak of, proofs for certificates)"),
    ],
    thresholds: DEFAULT_THRESHOLDS,
  };
}

function stayNote(sets: readonly LiveRecordSet[], which: string): string[] {
  if (sets.length === 0) return [];
  return [
    `${sets.length} ${sets.length === 1 ? "record set stays" : "record sets stay"} that ${which}: ${listed(sets)}`,
  ];
}

const MOST_NAMED = 3;

function listed(sets: readonly LiveRecordSet[]): string {
  const names = [...new Set(sets.map(({ set }) => `${displayName(set.name)} ${set.type}`))];
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  return `${names.slice(0, MOST_NAMED).join(", ")}${more}`;
}

function isApexOwn(set: RecordSet, zone: LiveZone): boolean {
  return set.name === zone.name && (set.type === "NS" || set.type === "SOA");
}

/** A type that this project does not know is kept: it may mean anything. */
function isSayable(set: RecordSet): boolean {
  return (
    set.trafficPolicyInstanceId === undefined &&
    set.policy.kind === "simple" &&
    set.answer.kind === "records" &&
    isRecordType(set.type)
  );
}

/** A zone file has no health checks: whoever guards a record goes on doing so. */
function withItsCheck(set: RecordSet, there: readonly LiveRecordSet[]): RecordSet {
  const healthCheckId = there.find((one) => one.set.policy.kind === "simple")?.set.healthCheckId;
  return healthCheckId === undefined ? set : { ...set, healthCheckId };
}

function inTheWay({ set, place }: WantedInZone, there: readonly LiveRecordSet[]): Failure[] {
  const other = there.find((one) => one.set.trafficPolicyInstanceId === undefined && !isSayable(one.set))?.set;
  if (other === undefined) return [];
  const what =
    other.answer.kind === "alias" && other.policy.kind === "simple" ? "an alias" : `a ${other.policy.kind} policy`;
  return [
    new Failure({
      kind: "usage",
      code: "records.routed",
      message: `${recordSetText(set)} has ${what} in the zone, which a plain record would take the place of`,
      where: place,
      next: "leave it out of the file, or add --replace if you mean it",
    }),
  ];
}
