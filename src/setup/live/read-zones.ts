/** Hosted zones with all of their record sets, and what the registrar says of their domains. */

import {
  GetHostedZoneCommand,
  type HostedZone,
  ListHostedZonesByNameCommand,
  type ListHostedZonesByNameCommandInput,
  ListQueryLoggingConfigsCommand,
  type Route53Client,
} from "@aws-sdk/client-route-53";
import { GetDomainDetailCommand } from "@aws-sdk/client-route-53-domains";
import type { Backend } from "../../backend/backend.ts";
import { listRecordSets, listTrafficPolicyInstances } from "../../backend/record-sets.ts";
import { Failure } from "../../errors.ts";
import { type DomainName, displayName, domainName } from "../../route53/names.ts";
import { bareId, fromApi } from "../../route53/record-set.ts";
import type { Scope } from "../scope.ts";
import type { LiveRecordSet, LiveRegistrar, LiveTrafficPolicyInstance, LiveZone, LiveZoneSlot } from "./live-state.ts";

export async function readZoneSlot(
  backend: Backend,
  wanted: Scope["zones"][number],
  options: { readonly trafficFlow: boolean; readonly signal: AbortSignal | undefined },
): Promise<LiveZoneSlot> {
  const client = await backend.clients.route53();
  const [found, registrar] = await Promise.all([
    findZone(client, wanted, options.signal),
    wanted.private ? NO_REGISTRAR : readRegistrar(backend, wanted.name, options.signal),
  ]);
  const zone = found === undefined ? undefined : await readZone(client, found, options);
  return { name: wanted.name, ...(wanted.private && { private: true }), zone, registrar };
}

/** Nobody delegates to a private zone. */
const NO_REGISTRAR: LiveRegistrar = { kind: "elsewhere", reason: "the zone is private" };

/**
 * The zone of exactly this name and kind. ListHostedZonesByName returns the *next* names when there is none, so they are compared.
 * Refuses to choose among several.
 */
async function findZone(
  client: Route53Client,
  wanted: Scope["zones"][number],
  signal: AbortSignal | undefined,
): Promise<HostedZone | undefined> {
  const found: HostedZone[] = [];
  let from: Pick<ListHostedZonesByNameCommandInput, "DNSName" | "HostedZoneId"> = { DNSName: wanted.name };
  for (;;) {
    const page = await client.send(new ListHostedZonesByNameCommand({ ...from, MaxItems: 100 }), {
      ...(signal && { abortSignal: signal }),
    });
    const zones = page.HostedZones ?? [];
    found.push(...zones.filter((zone) => domainName(zone.Name ?? "") === wanted.name));
    const next = page.NextDNSName;
    if (!page.IsTruncated || next === undefined || domainName(next) !== wanted.name) break;
    from = { DNSName: next, ...(page.NextHostedZoneId === undefined ? {} : { HostedZoneId: page.NextHostedZoneId }) };
  }
  const isPrivate = wanted.private ?? false;
  const candidates = found.filter((zone) =>
    wanted.id === undefined ? isPrivate === isPrivateZone(zone) : bareId(zone.Id ?? "") === wanted.id,
  );
  const [zone, other] = candidates;
  if (wanted.id !== undefined && zone === undefined) {
    throw new Failure({
      kind: "usage",
      code: "setup.wrong-zone",
      message: `there is no hosted zone ${wanted.id} of the name ${displayName(wanted.name)} here`,
      next: "see r53kit zones list for the ids, or leave id: out",
    });
  }
  if (other !== undefined) {
    const ids = candidates.map((one) => bareId(one.Id ?? ""));
    throw new Failure({
      kind: "usage",
      code: "setup.ambiguous-zone",
      message: `${displayName(wanted.name)} is the name of ${ids.length} ${isPrivate ? "private" : "public"} hosted zones: ${ids.join(", ")}`,
      next: "say which one is meant with zone: { name: ..., id: ... }",
    });
  }
  if (zone !== undefined && isPrivate !== isPrivateZone(zone)) {
    throw new Failure({
      kind: "usage",
      code: "setup.wrong-kind",
      message: `the hosted zone ${wanted.id} is ${isPrivate ? "public" : "private"}, and a zone cannot be made ${isPrivate ? "private" : "public"}`,
      next: isPrivate
        ? "leave private: and vpcs: out, or name another zone"
        : "add private: true and its vpcs:, or name another zone",
    });
  }
  return zone;
}

function isPrivateZone(zone: HostedZone): boolean {
  return zone.Config?.PrivateZone === true;
}

async function readZone(
  client: Route53Client,
  found: HostedZone,
  options: { readonly trafficFlow: boolean; readonly signal: AbortSignal | undefined },
): Promise<LiveZone> {
  const { signal } = options;
  const id = bareId(found.Id ?? "");
  const [detail, recordSets, logging] = await Promise.all([
    client.send(new GetHostedZoneCommand({ Id: id }), { ...(signal && { abortSignal: signal }) }),
    readRecordSets(client, id, signal),
    isPrivateZone(found)
      ? undefined
      : client.send(new ListQueryLoggingConfigsCommand({ HostedZoneId: id }), {
          ...(signal && { abortSignal: signal }),
        }),
  ]);
  const ownsRecordSets = recordSets.some(({ set }) => set.trafficPolicyInstanceId !== undefined);
  const trafficPolicyInstances =
    options.trafficFlow || ownsRecordSets ? await readTrafficPolicyInstances(client, id, signal) : [];
  const config = logging?.QueryLoggingConfigs?.[0];
  const delegationSetId = detail.DelegationSet?.Id;
  return {
    id,
    name: domainName(found.Name ?? ""),
    comment: detail.HostedZone?.Config?.Comment ?? "",
    callerReference: found.CallerReference ?? "",
    linkedService: detail.HostedZone?.LinkedService?.ServicePrincipal,
    nameServers: (detail.DelegationSet?.NameServers ?? []).map((name) => domainName(name)).sort(),
    ...(delegationSetId === undefined ? {} : { delegationSetId: bareId(delegationSetId) }),
    ...(isPrivateZone(found) && {
      vpcs: (detail.VPCs ?? []).map(({ VPCId, VPCRegion }) => ({ id: VPCId ?? "", region: VPCRegion ?? "" })),
    }),
    recordSets,
    trafficPolicyInstances,
    queryLogging:
      config === undefined
        ? undefined
        : { id: config.Id ?? "", logGroupArn: (config.CloudWatchLogsLogGroupArn ?? "").replace(/:\*$/, "") },
  };
}

export async function readRecordSets(
  client: Route53Client,
  zoneId: string,
  signal: AbortSignal | undefined,
): Promise<LiveRecordSet[]> {
  return (await listRecordSets(client, zoneId, signal)).map((asRead) => ({ set: fromApi(asRead), asRead }));
}

async function readTrafficPolicyInstances(
  client: Route53Client,
  zoneId: string,
  signal: AbortSignal | undefined,
): Promise<LiveTrafficPolicyInstance[]> {
  return (await listTrafficPolicyInstances(client, zoneId, signal)).map((one) => ({
    id: one.Id ?? "",
    name: domainName(one.Name ?? ""),
    policyId: one.TrafficPolicyId ?? "",
    version: one.TrafficPolicyVersion ?? 0,
    ttlSeconds: Number(one.TTL ?? 0),
    type: one.TrafficPolicyType ?? "",
    state: one.State ?? "",
  }));
}

/** What of GetDomainDetail's errors means that the domain is not this account's to change. */
const NOT_OURS = new Set(["InvalidInput", "UnsupportedTLD", "AccessDeniedException", "AccessDenied"]);

export async function readRegistrar(
  backend: Backend,
  domain: DomainName,
  signal: AbortSignal | undefined,
): Promise<LiveRegistrar> {
  const client = await backend.clients.domains();
  try {
    const detail = await client.send(new GetDomainDetailCommand({ DomainName: displayName(domain) }), {
      ...(signal && { abortSignal: signal }),
    });
    const nameServers = (detail.Nameservers ?? []).flatMap(({ Name }) => (Name === undefined ? [] : domainName(Name)));
    return { kind: "registered", nameServers: nameServers.sort() };
  } catch (error) {
    if (!(error instanceof Error) || !(NOT_OURS.has(error.name) || hasNoRegistrar(error))) throw error;
    return { kind: "elsewhere", reason: error.message };
  }
}

/** An endpoint that does not serve Route 53 Domains at all. */
function hasNoRegistrar(error: Error): boolean {
  const status = (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status === 404 || status === 501;
}
