/**
 * A change batch against a zone: either everything that it changes, or all that Route 53 would say against it. It reads
 * only the names that the batch touches, so that a large zone costs no more than a small one.
 *
 * UPSERTs behave as if the record sets they name were deleted before all other changes and created in their place; the
 * rest happens in the order given. So a whole weighted group can change its TTL in one batch, and an alias must come
 * after its target.
 */

import type { Change } from "@aws-sdk/client-route-53";
import { serviceZoneSuffix } from "./alias-targets.ts";
import { addCosts, costOf, NO_COST } from "./batch-cost.ts";
import { shapeProblems } from "./change-shape.ts";
import { findGeoPlace } from "./geo-locations.ts";
import { isNameProblem, readName } from "./hosted-zone.ts";
import {
  MAX_RECORD_SETS_PER_GROUP,
  MAX_RECORDS_PER_BATCH,
  MAX_RECORDS_PER_RECORD_SET,
  MAX_VALUE_CHARACTERS_PER_BATCH,
} from "./limits.ts";
import { type DomainName, isWildcard, isWithin, toRoute53 } from "./names.ts";
import { canonicalValue, parseRecordData, RecordDataError } from "./record-data.ts";
import { fromApi, type RecordSet, type RoutingPolicy, recordSetKey } from "./record-set.ts";
import { sameRecordSet } from "./same-record-set.ts";

export interface ChangeBatchZone {
  /** Without `/hostedzone/`. */
  readonly id: string;
  readonly name: DomainName;
  /** All record sets of one name, of every type. */
  recordSetsAt(name: DomainName): readonly RecordSet[];
  /** How many record sets there are, NS and SOA of the apex included. */
  readonly recordSetCount: number;
  /** How many there may be. */
  readonly maxRecordSets: number;
  healthCheckExists(id: string): boolean;
  /** Whether an id is that of another zone of this account: no alias reaches into those. */
  isOtherZone(id: string): boolean;
  /** Whether a location of a CIDR collection exists; `*` is the default location of any collection. */
  cidrLocationExists(collectionId: string, locationName: string): boolean;
}

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

/** Types that an alias cannot have (Developer Guide, "Choosing between alias and non-alias records"). */
const NEVER_ALIAS = new Set(["NS", "SOA"]);
/** Types that hold exactly one value. */
const ONE_VALUE = new Set(["CNAME", "SOA"]);
/** Types that take no routing policy. */
const ONLY_SIMPLE = new Set(["NS", "SOA"]);

/** As Route 53 names a set in a message: with its identifier where it has one. */
function bracketed(set: RecordSet): string {
  const identifier = set.setIdentifier === undefined ? "" : `, set-identifier='${set.setIdentifier}'`;
  return `[name='${toRoute53(set.name)}', type='${set.type}'${identifier}]`;
}

function prose(set: RecordSet): string {
  const identifier = set.setIdentifier === undefined ? "" : `, SetIdentifier ${set.setIdentifier}`;
  return `RRSet with DNS name ${toRoute53(set.name)}, type ${set.type}${identifier}`;
}

/** The record sets of the touched names as the batch leaves them, over the zone as it is. */
class Draft {
  readonly #zone: ChangeBatchZone;
  readonly #names = new Map<DomainName, Map<string, RecordSet>>();

  constructor(zone: ChangeBatchZone) {
    this.#zone = zone;
  }

  #at(name: DomainName): Map<string, RecordSet> {
    let sets = this.#names.get(name);
    if (sets === undefined) {
      sets = new Map(this.#zone.recordSetsAt(name).map((set) => [recordSetKey(set), set]));
      this.#names.set(name, sets);
    }
    return sets;
  }

  at(name: DomainName): RecordSet[] {
    return [...this.#at(name).values()];
  }

  /** The record sets with this name and type: one, or a group with a routing policy. */
  group(set: Pick<RecordSet, "name" | "type">): RecordSet[] {
    return this.at(set.name).filter((other) => other.type === set.type);
  }

  find(set: RecordSet): RecordSet | undefined {
    return this.#at(set.name).get(recordSetKey(set));
  }

  add(set: RecordSet): void {
    this.#at(set.name).set(recordSetKey(set), set);
  }

  delete(set: RecordSet): void {
    this.#at(set.name).delete(recordSetKey(set));
  }
}

interface ReadChange {
  readonly action: "CREATE" | "DELETE" | "UPSERT";
  readonly set: RecordSet;
}

/** The two things that keep a CNAME alone, the apex and its neighbours. */
function cnameProblem(zone: ChangeBatchZone, draft: Draft, set: RecordSet): string | undefined {
  if (set.type !== "CNAME") {
    return draft.at(set.name).some((other) => other.type === "CNAME")
      ? `RRSet of type ${set.type} with DNS name ${toRoute53(set.name)} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${toRoute53(zone.name)}`
      : undefined;
  }
  if (set.name === zone.name) {
    return `RRSet of type CNAME with DNS name ${toRoute53(set.name)} is not permitted at apex in zone ${toRoute53(zone.name)}`;
  }
  return draft.at(set.name).some((other) => other.type !== "CNAME")
    ? `RRSet of type CNAME with DNS name ${toRoute53(set.name)} is not permitted as it conflicts with other records with the same DNS name in zone ${toRoute53(zone.name)}`
    : undefined;
}

/** What must differ between the sets of one group, besides the identifier, as Route 53 would write it. */
function distinction(policy: RoutingPolicy): string | undefined {
  switch (policy.kind) {
    case "latency":
      return `Region Name=${policy.region}`;
    case "failover":
      return `Failover=${policy.role}`;
    case "geolocation": {
      const { continentCode, countryCode, subdivisionCode } = policy.place;
      const parts = [
        continentCode === undefined ? [] : [`ContinentCode=${continentCode}`],
        countryCode === undefined ? [] : [`CountryCode=${countryCode}`],
        subdivisionCode === undefined ? [] : [`SubdivisionCode=${subdivisionCode}`],
      ].flat();
      return `GeoLocation [${parts.join(", ")}]`;
    }
    case "cidr":
      return `CidrRoutingConfig [CollectionId=${policy.collectionId}, LocationName=${policy.locationName}]`;
    case "simple":
    case "weighted":
    case "multivalue":
    case "geoproximity":
      return undefined;
  }
}

function groupProblem(draft: Draft, set: RecordSet): string | undefined {
  const others = draft.group(set);
  const first = others[0];
  if (first === undefined) return undefined;
  if (set.policy.kind === "simple") {
    return `${prose(set)} cannot be created as other RRSets exist with the same name and type.`;
  }
  if (first.policy.kind !== set.policy.kind) {
    return `${prose(set)} cannot be created as a non-${set.policy.kind} set exists with the same name and type.`;
  }
  const what = distinction(set.policy);
  if (what !== undefined && others.some((other) => distinction(other.policy) === what)) {
    return `${prose(set)}, and ${what} cannot be created because a ${set.policy.kind} RRSet with the same name, type and ${
      set.policy.kind === "latency" ? "region" : set.policy.kind === "failover" ? "failover type" : "location"
    } already exists.`;
  }
  if (
    set.policy.kind === "weighted" &&
    set.answer.kind === "records" &&
    others.some((other) => other.answer.kind === "records" && other.answer.ttlSeconds !== ttlOf(set))
  ) {
    return `RRSet with DNS name ${toRoute53(set.name)} and type ${set.type}, SetIdentifier ${set.setIdentifier} cannot be created as weighted sets must contain the same TTL.`;
  }
  if (others.length >= MAX_RECORD_SETS_PER_GROUP) {
    return `${prose(set)} cannot be created as there are already ${MAX_RECORD_SETS_PER_GROUP} RRSets with the same name and type.`;
  }
  return undefined;
}

function ttlOf(set: RecordSet): number | undefined {
  return set.answer.kind === "records" ? set.answer.ttlSeconds : undefined;
}

function aliasProblem(zone: ChangeBatchZone, draft: Draft, set: RecordSet): string | undefined {
  const { answer } = set;
  if (answer.kind !== "alias") return undefined;
  if (NEVER_ALIAS.has(set.type))
    return `RRSet of type ${set.type} with DNS name ${toRoute53(set.name)} cannot be an alias.`;
  if (set.policy.kind === "multivalue") return `${prose(set)} cannot be an alias with a multivalue answer.`;
  const tried = `Tried to create an alias that targets ${toRoute53(answer.target)}, type ${set.type} in zone ${answer.hostedZoneId}, but`;
  if (answer.hostedZoneId === zone.id) {
    if (!isWithin(answer.target, zone.name)) {
      return `${tried} the alias target name does not lie within the target zone`;
    }
    return draft.group({ name: answer.target, type: set.type }).length === 0
      ? `${tried} that target was not found`
      : undefined;
  }
  const suffix = serviceZoneSuffix(answer.hostedZoneId);
  if (suffix !== undefined && !isWithin(answer.target, suffix)) {
    return `${tried} the alias target name does not lie within the target zone`;
  }
  return zone.isOtherZone(answer.hostedZoneId) ? `${tried} that target was not found` : undefined;
}

/** What is wrong with a record set that is to be, whatever else is in the zone. */
function ownProblems(zone: ChangeBatchZone, set: RecordSet): string[] {
  const problems: string[] = [];
  if (isWildcard(set.name) && set.type === "NS") {
    problems.push(
      `RRSet of type NS with DNS name ${toRoute53(set.name)} is not permitted: a wildcard cannot be delegated.`,
    );
  }
  if (set.type === "SOA" && set.name !== zone.name) {
    problems.push(
      `RRSet of type SOA with DNS name ${toRoute53(set.name)} is not permitted in zone ${toRoute53(zone.name)}`,
    );
  }
  if (set.type === "DS" && set.name === zone.name) {
    problems.push(
      `RRSet of type DS with DNS name ${toRoute53(set.name)} is not permitted at apex in zone ${toRoute53(zone.name)}`,
    );
  }
  if (set.policy.kind !== "simple" && ONLY_SIMPLE.has(set.type)) {
    problems.push(`${prose(set)} cannot be created as RRSets of type ${set.type} must use simple routing.`);
  }
  if (
    set.policy.kind === "failover" &&
    set.policy.role === "PRIMARY" &&
    set.answer.kind === "records" &&
    set.healthCheckId === undefined
  ) {
    problems.push("A non-alias primary ResourceRecordSet must have an associated health check. No changes made.");
  }
  if (set.policy.kind === "geolocation" && findGeoPlace(set.policy.place) === undefined) {
    problems.push(`${prose(set)} cannot be created as its ${distinction(set.policy)} is not supported.`);
  }
  if (set.policy.kind === "cidr" && !zone.cidrLocationExists(set.policy.collectionId, set.policy.locationName)) {
    problems.push(
      `${prose(set)} cannot be created as location ${set.policy.locationName} of CIDR collection ${set.policy.collectionId} does not exist.`,
    );
  }
  if (set.answer.kind === "records") problems.push(...valueProblems(set, set.answer.values));
  return problems;
}

function valueProblems(set: RecordSet, values: readonly string[]): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  if (values.length > MAX_RECORDS_PER_RECORD_SET) {
    problems.push(`${prose(set)} cannot have more than ${MAX_RECORDS_PER_RECORD_SET} resource records.`);
  }
  if (values.length > 1 && ONE_VALUE.has(set.type)) {
    problems.push(
      `RRSet of type ${set.type} with DNS name ${toRoute53(set.name)} must contain exactly one resource record.`,
    );
  }
  for (const value of values) {
    try {
      parseRecordData(set.type, value);
    } catch (error) {
      if (!(error instanceof RecordDataError)) throw error;
      problems.push(
        `Invalid Resource Record: 'FATAL problem: ${error.code} (${error.detail}) encountered with '${value}''`,
      );
      continue;
    }
    const canonical = canonicalValue(set.type, value);
    if (seen.has(canonical)) problems.push(`Duplicate Resource Record: '${value}'`);
    seen.add(canonical);
  }
  return problems;
}

function createProblems(zone: ChangeBatchZone, draft: Draft, set: RecordSet): string[] {
  const problems = ownProblems(zone, set);
  if (draft.find(set) !== undefined) {
    return [...problems, `Tried to create resource record set ${bracketed(set)} but it already exists`];
  }
  for (const problem of [cnameProblem(zone, draft, set), groupProblem(draft, set), aliasProblem(zone, draft, set)]) {
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
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

function apexProblems(zone: ChangeBatchZone, draft: Draft): string[] {
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

  const draft = new Draft(zone);
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
      const found = createProblems(zone, draft, set);
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
