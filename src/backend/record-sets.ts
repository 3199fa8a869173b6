/** Record sets and traffic policy instances of a hosted zone, all pages of them. */

import type {
  ListResourceRecordSetsCommandInput,
  ListTrafficPolicyInstancesByHostedZoneCommandInput,
  ResourceRecordSet,
  Route53Client,
  TrafficPolicyInstance,
} from "@aws-sdk/client-route-53";
import { MAX_RECORD_SETS_PAGE } from "../route53/limits.ts";

/** The next page is asked for by name, type *and* identifier. */
export async function listRecordSets(
  client: Route53Client,
  zoneId: string,
  signal: AbortSignal | undefined,
): Promise<ResourceRecordSet[]> {
  const { ListResourceRecordSetsCommand } = await import("@aws-sdk/client-route-53");
  const pageFrom = (from: Partial<ListResourceRecordSetsCommandInput>) =>
    client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, MaxItems: MAX_RECORD_SETS_PAGE, ...from }), {
      ...(signal && { abortSignal: signal }),
    });
  const recordSets: ResourceRecordSet[] = [];
  let from: Partial<ListResourceRecordSetsCommandInput> | undefined = {};
  while (from !== undefined) {
    const page: Awaited<ReturnType<typeof pageFrom>> = await pageFrom(from);
    recordSets.push(...(page.ResourceRecordSets ?? []));
    from = page.IsTruncated
      ? {
          StartRecordName: page.NextRecordName,
          StartRecordType: page.NextRecordType,
          StartRecordIdentifier: page.NextRecordIdentifier,
        }
      : undefined;
  }
  return recordSets;
}

export async function listTrafficPolicyInstances(
  client: Route53Client,
  zoneId: string,
  signal: AbortSignal | undefined,
): Promise<TrafficPolicyInstance[]> {
  const { ListTrafficPolicyInstancesByHostedZoneCommand } = await import("@aws-sdk/client-route-53");
  const pageFrom = (from: Partial<ListTrafficPolicyInstancesByHostedZoneCommandInput>) =>
    client.send(new ListTrafficPolicyInstancesByHostedZoneCommand({ HostedZoneId: zoneId, MaxItems: 100, ...from }), {
      ...(signal && { abortSignal: signal }),
    });
  const instances: TrafficPolicyInstance[] = [];
  let from: Partial<ListTrafficPolicyInstancesByHostedZoneCommandInput> | undefined = {};
  while (from !== undefined) {
    const page: Awaited<ReturnType<typeof pageFrom>> = await pageFrom(from);
    instances.push(...(page.TrafficPolicyInstances ?? []));
    from = page.IsTruncated
      ? {
          TrafficPolicyInstanceNameMarker: page.TrafficPolicyInstanceNameMarker,
          TrafficPolicyInstanceTypeMarker: page.TrafficPolicyInstanceTypeMarker,
        }
      : undefined;
  }
  return instances;
}
