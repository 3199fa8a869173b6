/** The record sets of a zone as the store has them, and zones and CIDR collections as the name servers get them. */

import type { DomainName } from "../../../route53/names.ts";
import { listOrderKey } from "../../../route53/names.ts";
import type { RecordSet } from "../../../route53/record-set.ts";
import type {
  PublishedCidrCollection,
  PublishedTrafficPolicyInstance,
  PublishedZone,
} from "../../nameserver/published.ts";
import { below, type CidrCollectionState, type HostedZoneState, type Route53State, valuesOf } from "./state.ts";
import { zoneKeysAt } from "./zone-keys.ts";

/** All record sets of one name. */
export function recordSetsAt(state: Route53State, zoneId: string, name: DomainName): RecordSet[] {
  return valuesOf(state.recordSets, below(zoneId, listOrderKey(name)));
}

function instancesOf(state: Route53State, zoneId: string): PublishedTrafficPolicyInstance[] {
  return valuesOf(state.trafficPolicyInstanceNames, below(zoneId)).flatMap((id) => {
    const instance = state.trafficPolicyInstances.get(id);
    const policy =
      instance === undefined ? undefined : state.trafficPolicies.get([instance.policyId, instance.policyVersion]);
    return instance === undefined || policy === undefined
      ? []
      : [{ id, name: instance.name, ttlSeconds: instance.ttlSeconds, document: policy.document }];
  });
}

/** `nowMs` is wall time: keys are rolled. */
export function publishedZone(state: Route53State, zone: HostedZoneState, nowMs: number): PublishedZone {
  const keys = zoneKeysAt(state, zone, nowMs);
  return {
    id: zone.id,
    name: zone.name,
    private: zone.private,
    nameServers: zone.private ? [] : zone.nameServers,
    vpcs: zone.vpcs.map(({ VPCId = "", VPCRegion = "" }) => ({ id: VPCId, region: VPCRegion })),
    recordSets: valuesOf(state.recordSets, below(zone.id)),
    trafficPolicyInstances: instancesOf(state, zone.id),
    ...(keys === undefined ? {} : { keys }),
  };
}

/** What is at some names of a zone. */
export function publishedNames(
  state: Route53State,
  zoneId: string,
  names: ReadonlySet<DomainName>,
): Map<DomainName, readonly RecordSet[]> {
  return new Map([...names].map((name) => [name, recordSetsAt(state, zoneId, name)]));
}

export function publishedCidrCollection({ id, locations }: CidrCollectionState): PublishedCidrCollection {
  return { id, locations };
}
