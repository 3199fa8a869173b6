/** What differs between a record set as read and as wanted, in words. */

import { displayName } from "../route53/names.ts";
import type { RecordSet } from "../route53/record-set.ts";
import { canonicalJson } from "./canonical-json.ts";
import { canonicalValues, type PlannedPolicy, type WantedRecordSet } from "./normal-form.ts";
import { type IdOrReference, isReference, referenceText } from "./references.ts";

export function policyText(policy: PlannedPolicy): string {
  switch (policy.kind) {
    case "simple":
    case "multivalue":
      return policy.kind;
    case "weighted":
      return `weight ${policy.weight}`;
    case "latency":
      return `region ${policy.region}`;
    case "failover":
      return policy.role;
    case "geolocation": {
      const { continentCode, countryCode, subdivisionCode } = policy.place;
      return ["place", continentCode, countryCode, subdivisionCode].filter((part) => part !== undefined).join(" ");
    }
    case "geoproximity": {
      const { awsRegion, localZoneGroup, coordinates, bias } = policy.place;
      const where = awsRegion ?? localZoneGroup ?? `${coordinates?.latitude},${coordinates?.longitude}`;
      return `near ${where} bias ${bias}`;
    }
    case "cidr":
      return `location ${policy.locationName} of ${idText(policy.collectionId)}`;
  }
}

function listText(values: readonly string[]): string {
  const shown = values.slice(0, 3).join(", ");
  return values.length > 3 ? `${shown} and ${values.length - 3} more` : shown;
}

function idText(id: IdOrReference | undefined): string {
  if (id === undefined) return "none";
  return isReference(id) ? referenceText(id) : id;
}

export function answerText(set: WantedRecordSet | RecordSet): string {
  const { answer } = set;
  return answer.kind === "records" ? listText(answer.values) : `alias of ${displayName(answer.target)}`;
}

/** Keys by which people know health checks, by their ids. */
export type CheckKeys = ReadonlyMap<string, string>;

function checkText(id: IdOrReference | undefined, keys: CheckKeys): string {
  if (id === undefined) return "none";
  return isReference(id) ? ("key" in id ? id.key : referenceText(id)) : (keys.get(id) ?? id);
}

/** All that a new record set says, e.g. `weight 80, 192.0.2.1, TTL 60, health check blue`. */
export function wholeText(set: WantedRecordSet, keys: CheckKeys): string {
  const { answer, policy, healthCheckId } = set;
  return [
    ...(policy.kind === "simple" ? [] : [policyText(policy)]),
    answerText(set),
    ...(answer.kind === "records" ? [`TTL ${answer.ttlSeconds}`] : []),
    ...(answer.kind === "alias" && answer.evaluateTargetHealth ? ["evaluates its target's health"] : []),
    ...(healthCheckId === undefined ? [] : [`health check ${checkText(healthCheckId, keys)}`]),
  ].join(", ");
}

/** e.g. `TTL 60 -> 300; values 192.0.2.1 -> 192.0.2.2`. Empty when nothing differs. */
export function differences(before: RecordSet, after: WantedRecordSet, keys: CheckKeys): string {
  const parts: string[] = [];
  const a = before.answer;
  const b = after.answer;
  if (a.kind === "records" && b.kind === "records") {
    if (a.ttlSeconds !== b.ttlSeconds) parts.push(`TTL ${a.ttlSeconds} -> ${b.ttlSeconds}`);
    const [old, wanted] = [canonicalValues(before.type, a.values), canonicalValues(after.type, b.values)];
    if (canonicalJson(old) !== canonicalJson(wanted)) parts.push(`values ${listText(old)} -> ${listText(wanted)}`);
  } else if (a.kind === "alias" && b.kind === "alias") {
    if (a.target !== b.target) parts.push(`target ${displayName(a.target)} -> ${displayName(b.target)}`);
    else if (a.hostedZoneId !== b.hostedZoneId)
      parts.push(`target's zone ${a.hostedZoneId} -> ${idText(b.hostedZoneId)}`);
    if (a.evaluateTargetHealth !== b.evaluateTargetHealth) {
      parts.push(b.evaluateTargetHealth ? "evaluates its target's health" : "no longer evaluates its target's health");
    }
  } else parts.push(`${answerText(before)} -> ${answerText(after)}`);
  if (canonicalJson(before.policy) !== canonicalJson(after.policy)) {
    parts.push(`${policyText(before.policy)} -> ${policyText(after.policy)}`);
  }
  if (canonicalJson(before.healthCheckId) !== canonicalJson(after.healthCheckId)) {
    const [old, wanted] = [checkText(before.healthCheckId, keys), checkText(after.healthCheckId, keys)];
    parts.push(old === wanted ? `another health check ${wanted}` : `health check ${old} -> ${wanted}`);
  }
  return parts.join("; ");
}
