/** The records, routing and traffic-flow phases' share of record sets: one diff a zone, split by phase and packed into batches. */

import type { ZoneConfig } from "../../config/config.ts";
import { Failure } from "../../errors.ts";
import { displayName, domainName } from "../../route53/names.ts";
import { answerExpectations } from "../answer-expectations.ts";
import { packUnits } from "../batches.ts";
import type { Expectation } from "../expectations.ts";
import { foreignOwners } from "../foreign-owners.ts";
import type { LiveZone } from "../live/live-state.ts";
import { isLaterGeneration, zoneReference } from "../ownership.ts";
import type { Batch, RecordSetChange } from "../plan.ts";
import { liveZone, type PhaseDraft, type Planning } from "../planning.ts";
import {
  diffRecordSets,
  groupKey,
  type RecordConflict,
  type RecordPhase,
  type RecordUnit,
  recordSetText,
  type SparedRecordSet,
} from "../record-set-diff.ts";
import { wantedRecordSets } from "../record-sets-of-config.ts";
import { type ZoneKey, zoneKey, zoneText } from "../zone-key.ts";
import { leavingInstances } from "./traffic-flow.ts";

export interface ZoneUnits {
  readonly zone: ZoneKey;
  readonly units: readonly RecordUnit[];
}

/** Throws a Failure that names every conflict with what is live. */
export function diffZones(planning: Planning): ZoneUnits[] {
  const { config, live, ledger, places, notes } = planning;
  const conflicts: RecordConflict[] = [];
  const checkKeys = new Map(live.healthChecks.map(({ id, key }) => [id, key]));
  const zones = config.zones.map((zone) => {
    const there = liveZone(live, zoneKey(zone));
    const diff = diffRecordSets({
      zone: zoneKey(zone),
      zoneId: there?.id,
      wanted: wantedRecordSets(zone, planning),
      live: there?.recordSets ?? [],
      created: new Map(Object.entries(there === undefined ? {} : (ledger.recordSets[there.id] ?? {}))),
      instances: zone.trafficPolicyInstances.map(({ name, type, path }) => ({ name, type, place: places.of(path) })),
      leavingInstances: new Set(leavingInstances(zone, there, ledger).map(({ id }) => id)),
      exclusive: zone.ownership.mode === "exclusive",
      ownerOf: there === undefined ? () => undefined : foreignOwners(there),
      checkKeys,
    });
    conflicts.push(...diff.conflicts);
    notes.push(...sparedNotes(zoneKey(zone), diff.spared), ...lostLedgerNotes(zone, there, planning));
    return { zone: zoneKey(zone), units: diff.units };
  });
  const failures = conflicts.map(
    (conflict) =>
      new Failure({
        kind: "failed",
        code: "setup.conflict",
        message: conflict.message,
        where: conflict.place,
        next: conflict.next,
      }),
  );
  const [first, ...others] = failures;
  if (first !== undefined) {
    const { kind, code, message, where, next } = first;
    throw new Failure({ kind, code, message, where, next, others });
  }
  return zones;
}

/**
 * The zone says that this project made it, and the ledger knows nothing of it: it is another machine's, or lost. What left the
 * file before this one knew would otherwise be forgotten without a word.
 */
function lostLedgerNotes(zone: ZoneConfig, there: LiveZone | undefined, { config, ledger }: Planning): string[] {
  if (there === undefined || zone.ownership.mode === "exclusive" || ledger.recordSets[there.id] !== undefined)
    return [];
  if (!isLaterGeneration(there.callerReference, zoneReference(config.project, zoneKey(zone)))) return [];
  const declared = new Set([...zone.recordSets, ...zone.trafficPolicyInstances].map(groupKey));
  const others = there.recordSets.filter(
    ({ set }) =>
      !declared.has(groupKey(set)) && !(set.name === there.name && (set.type === "NS" || set.type === "SOA")),
  );
  if (others.length === 0) return [];
  const named = others.slice(0, MOST_NAMED).map(({ set }) => recordSetText(set));
  const more = others.length > named.length ? ` and ${others.length - named.length} more` : "";
  return [
    `${zoneText(zoneKey(zone))} was made from this file, but no ledger here says which record sets were: what the file does not name stays (${named.join(", ")}${more}); delete it by hand, or give the file the whole zone with ownership: exclusive`,
  ];
}

/** How many record sets that stay are named a reason. */
const MOST_NAMED = 3;

/** One sentence a reason. */
function sparedNotes(zone: ZoneKey, spared: readonly SparedRecordSet[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { subject, owner } of spared) byReason.set(owner.says, [...(byReason.get(owner.says) ?? []), subject]);
  return [...byReason].map(([says, subjects]) => {
    const more = subjects.length > MOST_NAMED ? ` and ${subjects.length - MOST_NAMED} more` : "";
    const each = subjects.length === 1 ? "" : "each ";
    return `not in the file, and stays in ${zoneText(zone)}: ${subjects.slice(0, MOST_NAMED).join(", ")}${more}, which ${each}${says}`;
  });
}

/** What of the diff belongs to a phase. */
export function planRecordSets(phase: RecordPhase, zones: readonly ZoneUnits[], planning: Planning): PhaseDraft {
  const changes: RecordSetChange[] = [];
  const batches: Batch[] = [];
  const expectations: Expectation[] = [];
  for (const { zone, units } of zones) {
    const mine = units.filter((unit) => unit.phase === phase);
    const making = packUnits(
      zone,
      mine.filter(({ makesRoom }) => makesRoom),
      changes.length,
    );
    const others = mine.filter(({ makesRoom }) => !makesRoom);
    const packed = packUnits(zone, others, changes.length + making.changes.length);
    const [tooLarge] = [...making.tooLarge, ...packed.tooLarge];
    if (tooLarge !== undefined) {
      throw new Failure({
        kind: "failed",
        code: "setup.batch-too-large",
        message: `the changes at ${tooLarge.subject} must land together, and are more than one request can hold`,
        where: tooLarge.place,
        next: "change the group in smaller steps",
      });
    }
    for (const change of making.changes) changes.push(change);
    for (const change of packed.changes) changes.push(change);
    batches.push(...making.batches.map((batch): Batch => ({ ...batch, makesRoom: true })), ...packed.batches);
    planning.notes.push(...gapNotes(making.changes));
    const touched = new Set(packed.changes.map((change) => groupOfChange(change)));
    // Most phases of most plans touch nothing, and a zone may be large.
    if (touched.size === 0) continue;
    const answers = answerExpectations(zone, planning, (name, type) => touched.has(`${name} ${type}`));
    for (const expectation of answers) expectations.push(expectation);
  }
  return { changes, batches, expectations };
}

/** Route 53 makes no instance where a record set is, and has no call that puts one in the place of the other. */
function gapNotes(changes: readonly RecordSetChange[]): string[] {
  const names = [...new Set(changes.map(({ before }) => `${displayName(before?.Name ?? "")} ${before?.Type}`))];
  return names.map(
    (name) =>
      `${name} answers nothing from when its records go until its Traffic Flow instance is made, usually under a minute on AWS, and resolvers may remember that for as long as the SOA's minimum; to go without a gap, put the instance at another name and make ${name} an alias of it`,
  );
}

/** `www.example.com. A` */
function groupOfChange(change: RecordSetChange): string {
  const set = change.after ?? change.before;
  return `${domainName(set?.Name ?? "")} ${set?.Type}`;
}
