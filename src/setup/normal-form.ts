/** Record sets and health checks in normal form: two that Route 53 treats alike have equal normal forms (its defaults filled in, values as sets). */

import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import { canonicalValue } from "../route53/record-data.ts";
import type { RecordSet, RecordsAnswer, RecordType, RoutingPolicy } from "../route53/record-set.ts";
import { canonicalJson, sorted } from "./canonical-json.ts";
import type { PlannedHealthCheckConfig } from "./plan.ts";
import type { IdOrReference } from "./references.ts";

export interface PlannedAlias {
  readonly kind: "alias";
  readonly hostedZoneId: IdOrReference;
  readonly target: RecordSet["name"];
  readonly evaluateTargetHealth: boolean;
}

/** A policy as wanted: the same as a live one but for the id of a CIDR collection. */
export type PlannedPolicy =
  | Exclude<RoutingPolicy, { readonly kind: "cidr" }>
  | (Omit<Extract<RoutingPolicy, { readonly kind: "cidr" }>, "collectionId"> & {
      readonly collectionId: IdOrReference;
    });

/** A record set as wanted: the same as a live one but for ids that may not be known yet. */
export type WantedRecordSet = Omit<RecordSet, "answer" | "policy" | "healthCheckId" | "trafficPolicyInstanceId"> & {
  readonly policy: PlannedPolicy;
  readonly answer: RecordsAnswer | PlannedAlias;
  readonly healthCheckId?: IdOrReference;
};

/** Text that is no value of its type, which only a live record set can have, stands for itself. */
export function canonicalOrSame(type: RecordType, value: string): string {
  try {
    return canonicalValue(type, value);
  } catch {
    return value;
  }
}

/** Values sorted and in canonical text. */
export function canonicalValues(type: RecordType, values: readonly string[]): string[] {
  return values.map((value) => canonicalOrSame(type, value)).sort();
}

/** Equal texts: the same record set. Zones have many thousands, and so the keys are written sorted instead of being sorted. */
export function recordSetNormalForm(set: WantedRecordSet | RecordSet): string {
  const { answer, healthCheckId, name, policy, setIdentifier, type } = set;
  const normalAnswer =
    answer.kind === "records"
      ? { kind: answer.kind, ttlSeconds: answer.ttlSeconds, values: canonicalValues(type, answer.values) }
      : {
          evaluateTargetHealth: answer.evaluateTargetHealth,
          hostedZoneId: sorted(answer.hostedZoneId),
          kind: answer.kind,
          target: answer.target,
        };
  return JSON.stringify({
    answer: normalAnswer,
    healthCheckId: sorted(healthCheckId),
    name,
    policy: policy.kind === "simple" ? policy : sorted(policy),
    setIdentifier,
    type,
  });
}

/** Whether two record sets of one name, type and identifier have equal normal forms; most of those of a zone are plainly equal. */
export function sameRecordSet(a: WantedRecordSet | RecordSet, b: WantedRecordSet | RecordSet): boolean {
  return arePlainlyEqual(a, b) || recordSetNormalForm(a) === recordSetNormalForm(b);
}

/** Simple records with the same texts, which need not be read to be compared. */
function arePlainlyEqual(a: WantedRecordSet | RecordSet, b: WantedRecordSet | RecordSet): boolean {
  if (a.policy.kind !== "simple" || b.policy.kind !== "simple") return false;
  if (a.answer.kind !== "records" || b.answer.kind !== "records") return false;
  if (a.healthCheckId !== undefined || b.healthCheckId !== undefined) return false;
  const { ttlSeconds, values } = b.answer;
  return (
    a.name === b.name &&
    a.type === b.type &&
    a.setIdentifier === b.setIdentifier &&
    a.answer.ttlSeconds === ttlSeconds &&
    a.answer.values.length === values.length &&
    a.answer.values.every((value, i) => value === values[i])
  );
}

/** All checker regions; naming all of them and naming none is the same. */
const ALL_REGIONS = 8;

function asksAnEndpoint({ Type }: HealthCheckConfig | PlannedHealthCheckConfig): boolean {
  return Type !== "CALCULATED" && Type !== "CLOUDWATCH_METRIC" && Type !== "RECOVERY_CONTROL";
}

/** What cannot be changed of a check that exists (API reference, UpdateHealthCheck): it takes a new one. */
export function immutablePart(config: HealthCheckConfig | PlannedHealthCheckConfig): string {
  return canonicalJson({
    type: config.Type,
    interval: asksAnEndpoint(config) ? (config.RequestInterval ?? 30) : undefined,
    measureLatency: config.MeasureLatency ?? false,
    // An address can be changed but neither added nor taken away.
    byAddress: (config.IPAddress ?? "") !== "",
    routingControl: config.RoutingControlArn,
  });
}

/** Equal texts: the same check. */
export function healthCheckNormalForm(config: HealthCheckConfig | PlannedHealthCheckConfig): string {
  const endpoint = asksAnEndpoint(config);
  const isHttp = config.Type?.startsWith("HTTP") ?? false;
  const regions = [...(config.Regions ?? [])].sort();
  const address = config.IPAddress ?? "";
  return canonicalJson({
    immutable: immutablePart(config),
    address: address.includes(":") ? canonicalOrSame("AAAA", address) : address,
    port: endpoint ? (config.Port ?? (config.Type?.startsWith("HTTPS") ? 443 : 80)) : undefined,
    path: isHttp ? config.ResourcePath || "/" : undefined,
    host: (config.FullyQualifiedDomainName ?? "").toLowerCase().replace(/\.$/, ""),
    search: config.SearchString ?? "",
    failureThreshold: endpoint ? (config.FailureThreshold ?? 3) : undefined,
    inverted: config.Inverted ?? false,
    disabled: config.Disabled ?? false,
    sni: config.Type?.startsWith("HTTPS") ? (config.EnableSNI ?? true) : false,
    regions: regions.length === ALL_REGIONS ? [] : regions,
    healthThreshold: config.Type === "CALCULATED" ? (config.HealthThreshold ?? 0) : undefined,
    alarm: config.AlarmIdentifier && [config.AlarmIdentifier.Region, config.AlarmIdentifier.Name],
    insufficientData:
      config.Type === "CLOUDWATCH_METRIC" ? (config.InsufficientDataHealthStatus ?? "LastKnownStatus") : undefined,
    children: [...(config.ChildHealthChecks ?? [])].map((child) => canonicalJson(child)).sort(),
  });
}
