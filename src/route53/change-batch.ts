/**
 * A change batch against a zone: either everything that it changes, or all that Route 53 would say against it. It reads
 * only the names that the batch touches, so that a large zone costs no more than a small one.
 *
 * UPSERTs behave as if the record sets they name were deleted before all other changes and created in their place; the
 * rest happens in the order given. So a whole weighted group can change its TTL in one batch, and an alias must come
 * after its target.
 */

import type { Change } from "@aws-sdk/client-route-53";
import { addCosts, costOf, NO_COST } from "./batch-cost.ts";
import { shapeProblems } from "./change-shape.ts";
import { isNameProblem, readName } from "./hosted-zone.ts";
import { MAX_RECORDS_PER_BATCH, MAX_VALUE_CHARACTERS_PER_BATCH } from "./limits.ts";
import { isWithin, toRoute53 } from "./names.ts";
import { fromApi, type RecordSet, recordSetKey } from "./record-set.ts";
import { bracketed, creationProblems, prose } from "./record-set-rules.ts";
import { sameRecordSet } from "./same-record-set.ts";
import { type ChangeBatchZone, ZoneDraft } from "./zone-draft.ts";

export type { ChangeBatchZone } from "./zone-draft.ts";

export type ChangeBatchResult =
  | {
      readonly ok: true;
      /** Were in the zone and are no longer, those that are put again included. */
      readonly removed: readonly RecordSet[];
      /** New, or changed. */
      readonly put: readonly RecordSet[];
      readonly recordSetCount: number;
    }
  | { readonly ok: false; readonly code: "InvalidInput"; readonly message: string }
  | { readonly ok: false; readonly code: "NoSuchHealthCheck"; readonly message: string }
  | { readonly ok: false; readonly code: "InvalidChangeBatch"; readonly messages: readonly string[] };

interface ReadChange {
  readonly action: "CREATE" | "DELETE" | "UPSERT";
  readonly set: RecordSet;
}

/** One record set may be changed once, or deleted and then created. */
function repeatedKeys(changes: readonly ReadChange[]): string[] {
  const actions = new Map<string, { readonly set: RecordSet; readonly actions: string[] }>();
  for (const { action, set } of changes) {
    const key = recordSetKey(set);
    const known = actions.get(key);
    if (known === undefined) actions.set(key, { set, actions: [action] });
    else known.actions.push(action);
  }
  return [...actions.values()]
    .filter((one) => one.actions.length > 1 && one.actions.join() !== "DELETE,CREATE")
    .map(
      ({ set }) =>
        `The request contains an invalid set of changes for a resource record set '${set.type} ${toRoute53(set.name)}'`,
    );
}

/** The names, and whether they belong to the zone; what cannot be read cannot be checked any further. */
function readChanges(zone: ChangeBatchZone, changes: readonly Change[]): { read: ReadChange[]; problems: string[] } {
  const read: ReadChange[] = [];
  const problems: string[] = [];
  for (const { Action: action, ResourceRecordSet: api } of changes) {
    if (action === undefined || api === undefined) throw new TypeError("a change lacks its action or its record set");
    const name = readName(api.Name ?? "");
    const target = api.AliasTarget === undefined ? undefined : readName(api.AliasTarget.DNSName ?? "");
    if (isNameProblem(name)) problems.push(name.problem);
    else if (target !== undefined && isNameProblem(target)) problems.push(target.problem);
    else if (!isWithin(name, zone.name)) {
      problems.push(`RRSet with DNS name ${toRoute53(name)} is not permitted in zone ${toRoute53(zone.name)}`);
    } else read.push({ action, set: fromApi(api) });
  }
  return { read, problems };
}

function limitProblems(changes: readonly Change[]): string[] {
  const cost = changes.map(costOf).reduce(addCosts, NO_COST);
  const problems: string[] = [];
  if (cost.records > MAX_RECORDS_PER_BATCH) {
    problems.push(`Number of records limit of ${MAX_RECORDS_PER_BATCH} exceeded.`);
  }
  if (cost.characters > MAX_VALUE_CHARACTERS_PER_BATCH) {
    problems.push(`RDATA character limit of ${MAX_VALUE_CHARACTERS_PER_BATCH} exceeded.`);
  }
  return problems;
}

function apexProblems(zone: ChangeBatchZone, draft: ZoneDraft): string[] {
  const problems: string[] = [];
  const values = draft
    .group({ name: zone.name, type: "NS" })
    .flatMap((set) => (set.answer.kind === "records" ? set.answer.values : []));
  if (values.length === 0) problems.push("A HostedZone must contain at least one NS record for the zone itself.");
  if (draft.group({ name: zone.name, type: "SOA" }).length !== 1) {
    problems.push("A HostedZone must contain exactly one SOA record.");
  }
  return problems;
}

/** A protection covers every set identifier of its name and type, so each is told once. The words are ours. */
function protectionProblems(zone: ChangeBatchZone, changes: readonly ReadChange[]): string[] {
  const problems = new Set<string>();
  for (const { set } of changes) {
    const protection = zone.protectionOf(set.name, set.type);
    if (protection === undefined) continue;
    const comment = protection.comment === undefined ? "" : ` (${protection.comment})`;
    problems.add(
      `RRSet with DNS name ${toRoute53(set.name)}, type ${set.type} is protected from changes by a resource record set protection${comment}`,
    );
  }
  return [...problems];
}

/**
 * Changes must have an Action and a ResourceRecordSet with Name and Type out of Route 53's lists; everything else is
 * checked here. Nothing is changed in place.
 */
export function applyChangeBatch(zone: ChangeBatchZone, changes: readonly Change[]): ChangeBatchResult {
  const shape = shapeProblems(changes);
  if (shape.length > 0) return { ok: false, code: "InvalidInput", message: `Invalid request: ${shape.join(", ")}` };
  const overLimit = limitProblems(changes);
  if (overLimit.length > 0) return { ok: false, code: "InvalidChangeBatch", messages: overLimit };

  const { read, problems } = readChanges(zone, changes);
  for (const { action, set } of read) {
    if (action !== "DELETE" && set.healthCheckId !== undefined && !zone.healthCheckExists(set.healthCheckId)) {
      return {
        ok: false,
        code: "NoSuchHealthCheck",
        message: `A health check with id ${set.healthCheckId} does not exist.`,
      };
    }
  }
  problems.push(...repeatedKeys(read));
  if (problems.length > 0) return { ok: false, code: "InvalidChangeBatch", messages: problems };

  const draft = new ZoneDraft(zone);
  const removed = new Map<string, RecordSet>();
  const put = new Map<string, RecordSet>();

  for (const { set } of read) {
    const instance = [set, ...draft.group(set)].find((one) => one.trafficPolicyInstanceId !== undefined);
    if (instance !== undefined) {
      problems.push(
        `${prose(set)} belongs to traffic policy instance ${instance.trafficPolicyInstanceId} and can only be changed through that instance.`,
      );
    }
  }
  problems.push(...protectionProblems(zone, read));
  if (problems.length > 0) return { ok: false, code: "InvalidChangeBatch", messages: problems };

  for (const { action, set } of read) {
    const found = action === "UPSERT" ? draft.find(set) : undefined;
    if (found === undefined) continue;
    draft.delete(found);
    removed.set(recordSetKey(found), found);
  }
  for (const { action, set } of read) {
    if (action === "DELETE") {
      const found = draft.find(set);
      const tried = `Tried to delete resource record set ${bracketed(set)} but`;
      if (found === undefined) problems.push(`${tried} it was not found`);
      else if (!sameRecordSet(found, set))
        problems.push(`${tried} the values provided do not match the current values`);
      else {
        draft.delete(found);
        removed.set(recordSetKey(found), found);
      }
    } else {
      const found = creationProblems(zone, draft, set);
      problems.push(...found);
      if (found.length === 0) {
        draft.add(set);
        put.set(recordSetKey(set), set);
      }
    }
  }
  // Only what was taken away at the apex can have left it incomplete; other problems would make these misleading.
  if (problems.length === 0) problems.push(...apexProblems(zone, draft));
  const recordSetCount = zone.recordSetCount - removed.size + put.size;
  if (problems.length === 0 && recordSetCount > zone.maxRecordSets && put.size > removed.size) {
    problems.push(`Exceeded limit MAX_RRSETS_BY_ZONE for zone: ${zone.id}`);
  }
  return problems.length > 0
    ? { ok: false, code: "InvalidChangeBatch", messages: problems }
    : { ok: true, removed: [...removed.values()], put: [...put.values()], recordSetCount };
}
