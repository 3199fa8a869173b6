/** Whether two record sets say the same, whatever the spelling of their values: what an exact DELETE asks. */

import { canonicalValue } from "./record-data.ts";
import type { Answer, RecordSet, RecordType, RoutingPolicy } from "./record-set.ts";

function canonical(type: RecordType, value: string): string {
  try {
    return canonicalValue(type, value);
  } catch {
    // Text that is no value of its type is only equal to itself.
    return value;
  }
}

function sameValues(type: RecordType, a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  const wanted = new Set(a.map((value) => canonical(type, value)));
  return wanted.size === new Set(b).size && b.every((value) => wanted.has(canonical(type, value)));
}

function sameAnswer(type: RecordType, a: Answer, b: Answer): boolean {
  if (a.kind === "records") {
    return b.kind === "records" && a.ttlSeconds === b.ttlSeconds && sameValues(type, a.values, b.values);
  }
  return (
    b.kind === "alias" &&
    a.hostedZoneId === b.hostedZoneId &&
    a.target === b.target &&
    a.evaluateTargetHealth === b.evaluateTargetHealth
  );
}

/** Compares plain data by content; members that are not there equal members that are undefined. */
function samePolicy(a: RoutingPolicy, b: RoutingPolicy): boolean {
  if (a.kind !== b.kind) return false;
  return a.kind === "simple" || stable(a) === stable(b);
}

function stable(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Same identity, answer, policy and health check. Values compare as sets, in canonical form. */
export function sameRecordSet(a: RecordSet, b: RecordSet): boolean {
  return (
    a.name === b.name &&
    a.type === b.type &&
    a.setIdentifier === b.setIdentifier &&
    a.healthCheckId === b.healthCheckId &&
    a.trafficPolicyInstanceId === b.trafficPolicyInstanceId &&
    samePolicy(a.policy, b.policy) &&
    sameAnswer(a.type, a.answer, b.answer)
  );
}
