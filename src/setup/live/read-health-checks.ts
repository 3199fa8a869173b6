/** The health checks that this project made, and who uses them. */

import {
  GetTrafficPolicyCommand,
  type HealthCheck,
  ListTrafficPoliciesCommand,
  NoSuchHostedZone,
  type Route53Client,
  type Tag,
} from "@aws-sdk/client-route-53";
import { listHealthChecks, listHealthCheckTags } from "../../backend/health-checks.ts";
import { listHostedZones } from "../../backend/hosted-zones.ts";
import { recordSetKey } from "../../route53/record-set.ts";
import { ownershipTags, parseHealthCheckReference, TAG_KEY, TAG_MANAGED_BY, TAG_PROJECT } from "../ownership.ts";
import { recordSetText } from "../record-set-diff.ts";
import type { Scope } from "../scope.ts";
import type { HealthCheckUse, LiveHealthCheck, LiveRecordSet } from "./live-state.ts";
import { readRecordSets } from "./read-zones.ts";

/** Which of the account's checks a file is about. */
export type HealthCheckScope = Pick<Scope, "project" | "healthCheckIds">;

/** Ours are found by their caller reference, which is there from the first moment; tags come one call later. */
export async function readHealthChecks(
  client: Route53Client,
  scope: HealthCheckScope,
  signal: AbortSignal | undefined,
): Promise<LiveHealthCheck[]> {
  const checks = await listHealthChecks(client, signal);
  const ours = checks.filter((check) => parseHealthCheckReference(scope.project, check.CallerReference ?? ""));
  const tags = await listHealthCheckTags(
    client,
    ours.flatMap(({ Id }) => Id ?? []),
    signal,
  );
  return healthChecksInScope(checks, tags, scope);
}

/** Those that the project made, oldest first, and those that its file has by their ids. Pure. */
export function healthChecksInScope(
  checks: readonly HealthCheck[],
  tags: ReadonlyMap<string, readonly Tag[]>,
  { project, healthCheckIds }: HealthCheckScope,
): LiveHealthCheck[] {
  const found = checks.flatMap((check) => {
    const id = check.Id ?? "";
    const reference = parseHealthCheckReference(project, check.CallerReference ?? "");
    const key = healthCheckIds[id] ?? reference?.key;
    return key === undefined ? [] : [{ check, id, key, reference }];
  });
  found.sort((a, b) => (a.reference?.generation ?? 0) - (b.reference?.generation ?? 0));
  return found.map(({ check, id, key, reference }) => ({
    key,
    id,
    version: Number(check.HealthCheckVersion ?? 1),
    callerReference: check.CallerReference ?? "",
    config: check.HealthCheckConfig ?? { Type: "HTTP" },
    own: reference !== undefined,
    tagged: hasOurTags(tags.get(id) ?? [], project, key),
  }));
}

function hasOurTags(tags: readonly Tag[], project: string, key: string): boolean {
  const wanted = ownershipTags(project, key).filter(({ Key }) =>
    [TAG_MANAGED_BY, TAG_PROJECT, TAG_KEY].includes(Key ?? ""),
  );
  return wanted.every((want) => tags.some((tag) => tag.Key === want.Key && tag.Value === want.Value));
}

/**
 * Everything in the account that names one of these checks: record sets of every zone, calculated checks, traffic
 * policies. AWS itself lets one delete a check that records still use.
 */
export async function readHealthCheckUses(
  client: Route53Client,
  ids: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<Map<string, HealthCheckUse[]>> {
  const uses = new Map<string, HealthCheckUse[]>();
  if (ids.size === 0) return uses;
  const add = (id: string, use: HealthCheckUse) => uses.set(id, [...(uses.get(id) ?? []), use]);
  for (const zone of await listHostedZones(client, signal)) {
    for (const { set } of await recordSetsIfThere(client, zone.id, signal)) {
      if (set.healthCheckId === undefined || !ids.has(set.healthCheckId)) continue;
      const text = `${recordSetText(set)} in zone ${zone.id}`;
      add(set.healthCheckId, { kind: "record-set", zoneId: zone.id, key: recordSetKey(set), text });
    }
  }
  for (const check of await listHealthChecks(client, signal)) {
    for (const child of check.HealthCheckConfig?.ChildHealthChecks ?? []) {
      if (!ids.has(child) || check.Id === undefined) continue;
      add(child, { kind: "health-check", id: check.Id, text: `the calculated check ${check.Id}` });
    }
  }
  await forEachTrafficPolicy(client, signal, (policy) => {
    for (const id of ids) {
      if (policy.document.includes(id)) {
        add(id, { kind: "traffic-policy", id: policy.id, text: `the traffic policy ${policy.name}` });
      }
    }
  });
  return uses;
}

/** A zone that is deleted while the account is looked through uses nothing any more. */
async function recordSetsIfThere(
  client: Route53Client,
  zoneId: string,
  signal: AbortSignal | undefined,
): Promise<LiveRecordSet[]> {
  try {
    return await readRecordSets(client, zoneId, signal);
  } catch (error) {
    if (!(error instanceof NoSuchHostedZone)) throw error;
    return [];
  }
}

async function forEachTrafficPolicy(
  client: Route53Client,
  signal: AbortSignal | undefined,
  visit: (policy: { readonly id: string; readonly name: string; readonly document: string }) => void,
): Promise<void> {
  let marker: string | undefined;
  do {
    const page = await client.send(
      new ListTrafficPoliciesCommand({ MaxItems: 100, ...(marker && { TrafficPolicyIdMarker: marker }) }),
      { ...(signal && { abortSignal: signal }) },
    );
    for (const one of page.TrafficPolicySummaries ?? []) {
      const { TrafficPolicy } = await client.send(
        new GetTrafficPolicyCommand({ Id: one.Id, Version: one.LatestVersion }),
        { ...(signal && { abortSignal: signal }) },
      );
      visit({ id: one.Id ?? "", name: one.Name ?? "", document: TrafficPolicy?.Document ?? "" });
    }
    marker = page.IsTruncated ? page.TrafficPolicyIdMarker : undefined;
  } while (marker !== undefined);
}
