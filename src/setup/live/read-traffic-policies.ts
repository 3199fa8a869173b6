/** Traffic policies, by name or by id, in their latest version. */

import {
  GetTrafficPolicyCommand,
  ListTrafficPoliciesCommand,
  type Route53Client,
  type TrafficPolicySummary,
} from "@aws-sdk/client-route-53";
import type { JsonValue } from "../../config/config.ts";
import type { LiveTrafficPolicy } from "./live-state.ts";

export function readTrafficPolicies(
  client: Route53Client,
  names: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<LiveTrafficPolicy[]> {
  return readThoseTrafficPolicies(client, { names, ids: new Set() }, signal);
}

/** Those of these names, and those of these ids. */
export async function readThoseTrafficPolicies(
  client: Route53Client,
  wanted: { readonly names: ReadonlySet<string>; readonly ids: ReadonlySet<string> },
  signal: AbortSignal | undefined,
): Promise<LiveTrafficPolicy[]> {
  const found: TrafficPolicySummary[] = [];
  let marker: string | undefined;
  do {
    const page = await client.send(
      new ListTrafficPoliciesCommand({ MaxItems: 100, ...(marker && { TrafficPolicyIdMarker: marker }) }),
      { ...(signal && { abortSignal: signal }) },
    );
    found.push(...(page.TrafficPolicySummaries ?? []));
    marker = page.IsTruncated ? page.TrafficPolicyIdMarker : undefined;
  } while (marker !== undefined);
  const policies: LiveTrafficPolicy[] = [];
  for (const summary of found) {
    if (!wanted.names.has(summary.Name ?? "") && !wanted.ids.has(summary.Id ?? "")) continue;
    const { TrafficPolicy: policy } = await client.send(
      new GetTrafficPolicyCommand({ Id: summary.Id, Version: summary.LatestVersion }),
      { ...(signal && { abortSignal: signal }) },
    );
    policies.push({
      id: summary.Id ?? "",
      name: summary.Name ?? "",
      recordType: summary.Type ?? "",
      version: summary.LatestVersion ?? 1,
      document: JSON.parse(policy?.Document ?? "null") as JsonValue,
    });
  }
  return policies;
}
