/** What Route 53 has against a record set: its own contradictions, and what else is in the zone. */

import { serviceZoneSuffix } from "./alias-targets.ts";
import { findGeoPlace } from "./geo-locations.ts";
import { MAX_RECORD_SETS_PER_GROUP, MAX_RECORDS_PER_RECORD_SET } from "./limits.ts";
import { isWildcard, isWithin, toRoute53 } from "./names.ts";
import { canonicalValue, parseRecordData, RecordDataError } from "./record-data.ts";
import type { RecordSet, RoutingPolicy } from "./record-set.ts";
import type { ChangeBatchZone, ZoneDraft } from "./zone-draft.ts";

/** Types that an alias cannot have (Developer Guide, "Choosing between alias and non-alias records"). */
const NEVER_ALIAS = new Set(["NS", "SOA"]);
/** Types that hold exactly one value. */
const ONE_VALUE = new Set(["CNAME", "SOA"]);
/** Types that take no routing policy. */
const ONLY_SIMPLE = new Set(["NS", "SOA"]);

/** As Route 53 names a set in a message: with its identifier where it has one. */
export function bracketed(set: RecordSet): string {
  const identifier = set.setIdentifier === undefined ? "" : `, set-identifier='${set.setIdentifier}'`;
  return `[name='${toRoute53(set.name)}', type='${set.type}'${identifier}]`;
}

export function prose(set: RecordSet): string {
  const identifier = set.setIdentifier === undefined ? "" : `, SetIdentifier ${set.setIdentifier}`;
  return `RRSet with DNS name ${toRoute53(set.name)}, type ${set.type}${identifier}`;
}

/** The two things that keep a CNAME alone, the apex and its neighbours. */
function cnameProblem(zone: ChangeBatchZone, draft: ZoneDraft, set: RecordSet): string | undefined {
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

function groupProblem(zone: ChangeBatchZone, draft: ZoneDraft, set: RecordSet): string | undefined {
  const others = draft.group(set);
  const first = others[0];
  if (first === undefined) return undefined;
  if (set.policy.kind === "simple") {
    return `${prose(set)} cannot be created as other RRSets exist with the same name and type.`;
  }
  if (first.policy.kind !== set.policy.kind) {
    return `${prose(set)} cannot be created as a non-${set.policy.kind} set exists with the same name and type.`;
  }
  const { policy } = set;
  if (policy.kind === "cidr" && first.policy.kind === "cidr" && first.policy.collectionId !== policy.collectionId) {
    return `${prose(set)} cannot be created as RRSets with the same name and type must use the same CIDR collection, ${first.policy.collectionId}.`;
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
  const most = zone.maxRecordSetsPerGroup ?? MAX_RECORD_SETS_PER_GROUP;
  if (others.length >= most) {
    return `${prose(set)} cannot be created as there are already ${most} RRSets with the same name and type.`;
  }
  return undefined;
}

function ttlOf(set: RecordSet): number | undefined {
  return set.answer.kind === "records" ? set.answer.ttlSeconds : undefined;
}

function aliasProblem(zone: ChangeBatchZone, draft: ZoneDraft, set: RecordSet): string | undefined {
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

/** Everything against a record set that is to be created, in Route 53's words; none when it may be. */
export function creationProblems(zone: ChangeBatchZone, draft: ZoneDraft, set: RecordSet): string[] {
  const problems = ownProblems(zone, set);
  if (draft.find(set) !== undefined) {
    return [...problems, `Tried to create resource record set ${bracketed(set)} but it already exists`];
  }
  for (const problem of [
    cnameProblem(zone, draft, set),
    groupProblem(zone, draft, set),
    aliasProblem(zone, draft, set),
  ]) {
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}
