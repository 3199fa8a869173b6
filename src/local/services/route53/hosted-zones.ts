/** Hosted zones: CreateHostedZone to DeleteHostedZone, the two lists, the count. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { HostedZone, VPC } from "@aws-sdk/client-route-53";
import {
  apexRecordSets,
  isNameProblem,
  PRIVATE_ZONE_NAME_SERVERS,
  readName,
  registrableDomain,
} from "../../../route53/hosted-zone.ts";
import { MAX_HOSTED_ZONES } from "../../../route53/limits.ts";
import { type DomainName, displayName, listOrderKey, toRoute53 } from "../../../route53/names.ts";
import { bareId } from "../../../route53/record-set.ts";
import type { Handlers } from "../../protocol/service.ts";
import { locationOf, type Route53Core, zoneOf } from "./core.ts";
import {
  delegationSetOf,
  joinReusableDelegationSet,
  reusableDelegationSetOf,
  takeDelegationSet,
} from "./delegation-sets.ts";
import { invalidInput, route53Error } from "./errors.ts";
import { newHostedZoneId } from "./ids.ts";
import { linkToApi } from "./linked-service.ts";
import { pageSize, takePage } from "./paging.ts";
import { below, type HostedZoneState, recordSetStoreKey, valuesOf } from "./state.ts";
import { checkVpc, vpcConflict } from "./vpcs.ts";
import { featuresOf } from "./zone-features.ts";

type Names =
  | "CreateHostedZone"
  | "GetHostedZone"
  | "ListHostedZones"
  | "ListHostedZonesByName"
  | "UpdateHostedZoneComment"
  | "DeleteHostedZone"
  | "GetHostedZoneCount";

function hostedZoneToApi(core: Route53Core, zone: HostedZoneState): HostedZone {
  const features = featuresOf(core, zone);
  return {
    Id: `/hostedzone/${zone.id}`,
    Name: toRoute53(zone.name),
    CallerReference: zone.callerReference,
    Config: { ...(zone.comment === undefined ? {} : { Comment: zone.comment }), PrivateZone: zone.private },
    ResourceRecordSetCount: zone.recordSetCount,
    ...(features === undefined ? {} : { Features: features }),
    ...linkToApi(zone),
  };
}

function checkedName(text: string): DomainName {
  const name = readName(text);
  if (isNameProblem(name)) throw route53Error("InvalidDomainName", name.problem);
  return name;
}

export function hostedZoneHandlers(core: Route53Core): Handlers<typeof sdk, Names> {
  const { state, store, propagation } = core;
  const toApi = (zone: HostedZoneState) => hostedZoneToApi(core, zone);

  function create(zone: HostedZoneState): void {
    state.zones.put(zone.id, zone);
    state.zoneNames.put([listOrderKey(zone.name), zone.id], zone.id);
    state.zoneReferences.put(zone.callerReference, zone.id);
    for (const set of apexRecordSets(zone.name, zone.nameServers)) {
      state.recordSets.put(recordSetStoreKey(zone.id, set), set);
    }
  }

  function remove(zone: HostedZoneState): void {
    for (const { key } of [...state.recordSets.entries(below(zone.id))]) state.recordSets.remove(key);
    for (const config of valuesOf(state.queryLogging)) {
      if (config.hostedZoneId === zone.id) state.queryLogging.remove(config.id);
    }
    for (const { key } of [...state.vpcAuthorizations.entries(below(zone.id))]) state.vpcAuthorizations.remove(key);
    state.zoneSigningKeys.remove(zone.id);
    state.zones.remove(zone.id);
    state.zoneNames.remove([listOrderKey(zone.name), zone.id]);
    state.tags.remove(["hostedzone", zone.id]);
  }

  return {
    CreateHostedZone(input) {
      const name = checkedName(input.Name);
      const isPrivate = input.VPC !== undefined;
      if (!isPrivate && input.HostedZoneConfig?.PrivateZone) {
        throw invalidInput(
          "When you're creating a private hosted zone (when you specify true for PrivateZone), you must also specify values for VPCId and VPCRegion.",
        );
      }
      if (!isPrivate && registrableDomain(name) === undefined) {
        throw route53Error("InvalidDomainName", `${displayName(toRoute53(name))} is reserved by AWS!`);
      }
      if (isPrivate && input.DelegationSetId !== undefined) {
        throw invalidInput("A private hosted zone cannot be associated with a reusable delegation set.");
      }
      const vpcs: VPC[] = input.VPC === undefined ? [] : [checkVpc(input.VPC)];
      if (state.zoneReferences.get(input.CallerReference) !== undefined) {
        throw route53Error(
          "HostedZoneAlreadyExists",
          "A hosted zone has already been created with the specified caller reference.",
        );
      }
      if (state.zones.count() >= MAX_HOSTED_ZONES) {
        throw route53Error("TooManyHostedZones", `This account has ${MAX_HOSTED_ZONES} hosted zones, its limit.`);
      }
      if (vpcs.some((vpc) => vpcConflict(core, name, vpc) !== undefined)) {
        throw route53Error(
          "ConflictingDomainExists",
          "A conflicting domain is already associated with the given VPC or Delegation Set.",
        );
      }
      const reusable =
        input.DelegationSetId === undefined ? undefined : joinReusableDelegationSet(core, input.DelegationSetId, name);

      const [zone, change] = store.write(() => {
        const nameServers = isPrivate
          ? PRIVATE_ZONE_NAME_SERVERS
          : (reusable?.nameServers ?? takeDelegationSet(core, name));
        const comment = input.HostedZoneConfig?.Comment;
        const made: HostedZoneState = {
          id: newHostedZoneId(),
          name,
          callerReference: input.CallerReference,
          ...(comment === undefined ? {} : { comment }),
          private: isPrivate,
          nameServers,
          ...(reusable === undefined ? {} : { delegationSetId: reusable.id }),
          vpcs,
          recordSetCount: 2,
        };
        create(made);
        if (!isPrivate && registrableDomain(name) === name) core.registrar.registerDomain(name);
        return [made, propagation.record()];
      });
      propagation.start(zone.id, change);
      return {
        HostedZone: toApi(zone),
        ChangeInfo: propagation.info(change),
        DelegationSet: delegationSetOf(core, zone),
        ...(vpcs[0] === undefined ? {} : { VPC: vpcs[0] }),
        Location: locationOf("hostedzone", zone.id),
      };
    },

    GetHostedZone(input) {
      const zone = zoneOf(core, bareId(input.Id));
      const delegationSet = delegationSetOf(core, zone);
      return {
        HostedZone: toApi(zone),
        ...(delegationSet === undefined ? {} : { DelegationSet: delegationSet }),
        ...(zone.private ? { VPCs: [...zone.vpcs] } : {}),
      };
    },

    ListHostedZones(input) {
      const size = pageSize(input.MaxItems);
      const delegationSetId =
        input.DelegationSetId === undefined ? undefined : reusableDelegationSetOf(core, input.DelegationSetId).id;
      function* wanted() {
        for (const { value } of state.zones.entries(
          input.Marker === undefined ? {} : { start: bareId(input.Marker) },
        )) {
          if (input.HostedZoneType !== undefined && !value.private) continue;
          if (delegationSetId === undefined || value.delegationSetId === delegationSetId) yield value;
        }
      }
      const page = takePage(wanted(), size);
      return {
        HostedZones: page.items.map(toApi),
        Marker: input.Marker,
        IsTruncated: page.next !== undefined,
        ...(page.next === undefined ? {} : { NextMarker: page.next.id }),
        MaxItems: size,
      };
    },

    ListHostedZonesByName(input) {
      const size = pageSize(input.MaxItems);
      if (input.HostedZoneId !== undefined && input.DNSName === undefined) {
        throw invalidInput("The hostedzoneid parameter requires the dnsname parameter.");
      }
      const start =
        input.DNSName === undefined || input.DNSName === ""
          ? {}
          : { start: [listOrderKey(checkedName(input.DNSName)), bareId(input.HostedZoneId ?? "")] };
      function* inOrder() {
        for (const { value } of state.zoneNames.entries(start)) {
          const zone = state.zones.get(value);
          if (zone !== undefined) yield zone;
        }
      }
      const page = takePage(inOrder(), size);
      return {
        HostedZones: page.items.map(toApi),
        ...(input.DNSName === undefined ? {} : { DNSName: input.DNSName }),
        ...(input.HostedZoneId === undefined ? {} : { HostedZoneId: input.HostedZoneId }),
        IsTruncated: page.next !== undefined,
        ...(page.next === undefined ? {} : { NextDNSName: toRoute53(page.next.name), NextHostedZoneId: page.next.id }),
        MaxItems: size,
      };
    },

    UpdateHostedZoneComment(input) {
      const { comment: _, ...zone } = zoneOf(core, bareId(input.Id));
      const updated: HostedZoneState = input.Comment === undefined ? zone : { ...zone, comment: input.Comment };
      store.write(() => state.zones.put(zone.id, updated));
      return { HostedZone: toApi(updated) };
    },

    DeleteHostedZone(input) {
      const zone = zoneOf(core, bareId(input.Id));
      if (zone.recordSetCount > 2) {
        throw route53Error(
          "HostedZoneNotEmpty",
          "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
        );
      }
      if (state.keySigningKeys.count(below(zone.id)) > 0) {
        throw route53Error(
          "HostedZoneNotEmpty",
          "The specified hosted zone contains DNSSEC Key Signing Keys and so cannot be deleted.",
        );
      }
      if (state.protections.count(below(zone.id)) > 0) {
        throw route53Error(
          "HostedZoneNotEmpty",
          "The specified hosted zone contains resource record set protections and so cannot be deleted.",
        );
      }
      const change = store.write(() => {
        remove(zone);
        return propagation.record();
      });
      propagation.start(zone.id, change);
      return { ChangeInfo: propagation.info(change) };
    },

    GetHostedZoneCount() {
      return { HostedZoneCount: state.zones.count() };
    },
  };
}
