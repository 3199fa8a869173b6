/** Hosted zones: CreateHostedZone to DeleteHostedZone, the two lists, the count. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { DelegationSet, HostedZone, VPC } from "@aws-sdk/client-route-53";
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
import { DELEGATION_SETS, delegationSetAt } from "../../nameserver/pool.ts";
import type { Handlers } from "../../protocol/service.ts";
import { locationOf, type Route53Core, zoneOf } from "./core.ts";
import { invalidInput, route53Error } from "./errors.ts";
import { newHostedZoneId } from "./ids.ts";
import { pageSize, takePage } from "./paging.ts";
import { below, type HostedZoneState, recordSetStoreKey, valuesOf } from "./state.ts";
import { checkVpc, refuseSharedVpc } from "./vpcs.ts";

type Names =
  | "CreateHostedZone"
  | "GetHostedZone"
  | "ListHostedZones"
  | "ListHostedZonesByName"
  | "UpdateHostedZoneComment"
  | "DeleteHostedZone"
  | "GetHostedZoneCount";

const DELEGATION_SET_COUNTER = "delegation-sets";

export function hostedZoneToApi(zone: HostedZoneState): HostedZone {
  return {
    Id: `/hostedzone/${zone.id}`,
    Name: toRoute53(zone.name),
    CallerReference: zone.callerReference,
    Config: { ...(zone.comment === undefined ? {} : { Comment: zone.comment }), PrivateZone: zone.private },
    ResourceRecordSetCount: zone.recordSetCount,
  };
}

function delegationSetToApi(zone: HostedZoneState): DelegationSet | undefined {
  return zone.private ? undefined : { NameServers: zone.nameServers.map(displayName) };
}

function checkedName(text: string): DomainName {
  const name = readName(text);
  if (isNameProblem(name)) throw route53Error("InvalidDomainName", name.problem);
  return name;
}

/** The next delegation set that serves no other zone of this name; inside a transaction. */
function takeDelegationSet(core: Route53Core, name: DomainName): readonly DomainName[] {
  const { counters, zones, zoneNames } = core.state;
  const taken = valuesOf(zoneNames, below(listOrderKey(name))).flatMap((id) => zones.get(id)?.nameServers[0] ?? []);
  const first = counters.get(DELEGATION_SET_COUNTER) ?? 0;
  for (let index = first; index < first + DELEGATION_SETS; index++) {
    const servers = delegationSetAt(index).map((server) => server.name);
    if (servers.some((server) => taken.includes(server))) continue;
    counters.put(DELEGATION_SET_COUNTER, index + 1);
    return servers;
  }
  throw route53Error(
    "DelegationSetNotAvailable",
    `There is no delegation set left for another hosted zone named ${toRoute53(name)}; it has ${DELEGATION_SETS} already.`,
  );
}

export function hostedZoneHandlers(core: Route53Core): Handlers<typeof sdk, Names> {
  const { state, store, propagation } = core;

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
      if (input.DelegationSetId !== undefined) {
        throw route53Error("NoSuchDelegationSet", `No delegation set found with ID: ${bareId(input.DelegationSetId)}`);
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
      for (const vpc of vpcs) refuseSharedVpc(core, name, vpc);

      const [zone, change] = store.write(() => {
        const nameServers = isPrivate ? PRIVATE_ZONE_NAME_SERVERS : takeDelegationSet(core, name);
        const comment = input.HostedZoneConfig?.Comment;
        const made: HostedZoneState = {
          id: newHostedZoneId(),
          name,
          callerReference: input.CallerReference,
          ...(comment === undefined ? {} : { comment }),
          private: isPrivate,
          nameServers,
          vpcs,
          recordSetCount: 2,
        };
        create(made);
        if (!isPrivate && registrableDomain(name) === name) core.registrar.registerDomain(name);
        return [made, propagation.record()];
      });
      propagation.start(zone.id, change);
      return {
        HostedZone: hostedZoneToApi(zone),
        ChangeInfo: propagation.info(change),
        DelegationSet: delegationSetToApi(zone),
        ...(vpcs[0] === undefined ? {} : { VPC: vpcs[0] }),
        Location: locationOf("hostedzone", zone.id),
      };
    },

    GetHostedZone(input) {
      const zone = zoneOf(core, bareId(input.Id));
      const delegationSet = delegationSetToApi(zone);
      return {
        HostedZone: hostedZoneToApi(zone),
        ...(delegationSet === undefined ? {} : { DelegationSet: delegationSet }),
        ...(zone.private ? { VPCs: [...zone.vpcs] } : {}),
      };
    },

    ListHostedZones(input) {
      const size = pageSize(input.MaxItems);
      if (input.DelegationSetId !== undefined) {
        throw route53Error("NoSuchDelegationSet", `No delegation set found with ID: ${bareId(input.DelegationSetId)}`);
      }
      function* wanted() {
        for (const { value } of state.zones.entries(
          input.Marker === undefined ? {} : { start: bareId(input.Marker) },
        )) {
          if (input.HostedZoneType === undefined || value.private) yield value;
        }
      }
      const page = takePage(wanted(), size);
      return {
        HostedZones: page.items.map(hostedZoneToApi),
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
        HostedZones: page.items.map(hostedZoneToApi),
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
      return { HostedZone: hostedZoneToApi(updated) };
    },

    DeleteHostedZone(input) {
      const zone = zoneOf(core, bareId(input.Id));
      if (zone.recordSetCount > 2) {
        throw route53Error(
          "HostedZoneNotEmpty",
          "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
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
