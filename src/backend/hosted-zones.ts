/** Hosted zones as the account lists them. */

import type { HostedZone, Route53Client } from "@aws-sdk/client-route-53";
import { type DomainName, domainName } from "../route53/names.ts";
import { bareId } from "../route53/record-set.ts";

export interface ListedZone {
  readonly id: string;
  readonly name: DomainName;
  readonly private: boolean;
  readonly recordSets: number;
  readonly comment?: string;
}

function listedZone(zone: HostedZone): ListedZone {
  const comment = zone.Config?.Comment;
  return {
    id: bareId(zone.Id ?? ""),
    name: domainName(zone.Name ?? ""),
    private: zone.Config?.PrivateZone === true,
    recordSets: zone.ResourceRecordSetCount ?? 0,
    ...(comment === undefined || comment === "" ? {} : { comment }),
  };
}

/** All pages of ListHostedZones, sorted by name. */
export async function listHostedZones(client: Route53Client, signal?: AbortSignal): Promise<ListedZone[]> {
  const { ListHostedZonesCommand } = await import("@aws-sdk/client-route-53");
  const zones: ListedZone[] = [];
  let marker: string | undefined;
  do {
    const page = await client.send(
      new ListHostedZonesCommand({ MaxItems: 500, ...(marker === undefined ? {} : { Marker: marker }) }),
      signal === undefined ? {} : { abortSignal: signal },
    );
    zones.push(...(page.HostedZones ?? []).map(listedZone));
    marker = page.IsTruncated ? page.NextMarker : undefined;
  } while (marker !== undefined);
  return zones.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
