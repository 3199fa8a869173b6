/**
 * What must hold of a change before anything is looked up: exactly one answer, at most one routing policy, and a
 * SetIdentifier exactly when there is a policy, and one place where the policy needs one. Route 53 answers InvalidInput for these, not InvalidChangeBatch.
 */

import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";

const ANSWERS = "[AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]";
const POLICIES =
  "[Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation, or CidrRoutingConfig]";

function described(change: Change): string {
  const set = change.ResourceRecordSet;
  return `Change with [Action=${change.Action}, Name=${set?.Name}, Type=${set?.Type}, SetIdentifier=${set?.SetIdentifier ?? null}]`;
}

function countPresent(...members: readonly unknown[]): number {
  return members.filter((member) => member !== undefined).length;
}

function answerProblem(set: ResourceRecordSet): string | undefined {
  // What a traffic policy instance made is listed with a placeholder among its ResourceRecords, and may be echoed so.
  const partOfRecords =
    set.TTL !== undefined || (set.ResourceRecords !== undefined && set.TrafficPolicyInstanceId === undefined);
  const allOfRecords = set.TTL !== undefined && set.ResourceRecords !== undefined;
  const answers = countPresent(set.AliasTarget, set.TrafficPolicyInstanceId);
  if (answers + (partOfRecords ? 1 : 0) > 1) return "found more than one";
  return answers === 1 || allOfRecords ? undefined : "found none";
}

function policyProblem(set: ResourceRecordSet): string | undefined {
  const policies = countPresent(
    set.Weight,
    set.Region,
    set.Failover,
    set.GeoLocation,
    // `false` is how some clients write "not this policy".
    set.MultiValueAnswer || undefined,
    set.GeoProximityLocation,
    set.CidrRoutingConfig,
  );
  if (policies > 1) return `Expected exactly one of ${POLICIES}, but found more than one in`;
  if (policies === 0 && set.SetIdentifier !== undefined)
    return `Expected exactly one of ${POLICIES}, but found none in`;
  if (policies === 1 && set.SetIdentifier === undefined) return "Missing field 'SetIdentifier' in";
  return undefined;
}

function coordinateProblem(name: string, text: string | undefined, most: number): string | undefined {
  const value = /^[-+]?[0-9]{1,3}(\.[0-9]{0,2})?$/.test(text ?? "") ? Number(text) : Number.NaN;
  return Math.abs(value) <= most ? undefined : `${name} must be a number between -${most} and ${most} in`;
}

function geoProximityProblem(set: ResourceRecordSet): string | undefined {
  const place = set.GeoProximityLocation;
  if (place === undefined) return undefined;
  const places = countPresent(place.AWSRegion, place.LocalZoneGroup, place.Coordinates);
  if (places !== 1) {
    return `Expected exactly one of [AWSRegion, LocalZoneGroup, or Coordinates], but found ${places === 0 ? "none" : "more than one"} in`;
  }
  if (place.Coordinates === undefined) return undefined;
  const { Latitude, Longitude } = place.Coordinates;
  return coordinateProblem("Latitude", Latitude, 90) ?? coordinateProblem("Longitude", Longitude, 180);
}

/** Every problem of shape, in the order of the changes, in Route 53's words. */
export function shapeProblems(changes: readonly Change[]): string[] {
  const problems: string[] = [];
  for (const change of changes) {
    const set = change.ResourceRecordSet;
    if (set === undefined) continue;
    const answer = answerProblem(set);
    if (answer !== undefined)
      problems.push(`Expected exactly one of ${ANSWERS}, but ${answer} in ${described(change)}`);
    const policy = policyProblem(set) ?? geoProximityProblem(set);
    if (policy !== undefined) problems.push(`${policy} ${described(change)}`);
  }
  return problems;
}
