/**
 * Whether a zone of the account is reached at all: where the zone above it is in the account too and does not delegate to it,
 * resolvers take what that one has, and nobody comes to the zone that is explained.
 */

import type { Route53Client } from "@aws-sdk/client-route-53";
import type { ListedZone } from "../backend/hosted-zones.ts";
import { type DomainName, displayName, domainName, parentOf } from "../route53/names.ts";
import { nearestZone } from "./zones.ts";

/** From the zone's name up to right below the zone above: any of them may be where that one delegates. */
function* namesBetween(zone: DomainName, above: DomainName): Generator<DomainName> {
  for (let at: DomainName | undefined = zone; at !== undefined && at !== above; at = parentOf(at)) yield at;
}

async function hasNameServers(
  client: Route53Client,
  zoneId: string,
  name: DomainName,
  signal: AbortSignal,
): Promise<boolean> {
  const { ListResourceRecordSetsCommand } = await import("@aws-sdk/client-route-53");
  const { ResourceRecordSets = [] } = await client.send(
    // What is listed begins at this name and type, or after it.
    new ListResourceRecordSetsCommand({
      HostedZoneId: zoneId,
      StartRecordName: name,
      StartRecordType: "NS",
      MaxItems: 1,
    }),
    { abortSignal: signal },
  );
  return ResourceRecordSets.some(({ Name = "", Type }) => Type === "NS" && domainName(Name) === name);
}

/** A note where nobody is led to the zone; undefined where somebody is, or the account does not tell. */
export async function notDelegatedNote(
  client: Route53Client,
  zone: ListedZone,
  listed: readonly ListedZone[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const parent = parentOf(zone.name);
  const above =
    parent &&
    nearestZone(
      listed.filter((one) => !one.private),
      parent,
    );
  if (zone.private || above === undefined) return undefined;
  // Of several zones with one name only one is delegated to, and the account does not say which.
  if (listed.filter((one) => !one.private && one.name === above.name).length > 1) return undefined;
  for (const name of namesBetween(zone.name, above.name)) {
    if (await hasNameServers(client, above.id, name, signal)) return undefined;
  }
  const [own, other] = [displayName(zone.name), displayName(above.name)];
  return `${other} (${above.id}) is in this account and has no NS record set for ${own}: resolvers do not come to ${own}, they take what ${other} has.`;
}
