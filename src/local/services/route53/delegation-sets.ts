/** Delegation sets: which four name servers a public hosted zone gets, and the sets that several zones share. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { DelegationSet } from "@aws-sdk/client-route-53";
import { MAX_REUSABLE_DELEGATION_SETS, MAX_ZONES_PER_DELEGATION_SET } from "../../../route53/limits.ts";
import { type DomainName, displayName, listOrderKey, parentOf, toRoute53 } from "../../../route53/names.ts";
import { bareId } from "../../../route53/record-set.ts";
import { DELEGATION_SETS, delegationSetAt } from "../../nameserver/pool.ts";
import type { Handlers } from "../../protocol/service.ts";
import { locationOf, type Route53Core } from "./core.ts";
import { noSuchDelegationSet, route53Error } from "./errors.ts";
import { newDelegationSetId } from "./ids.ts";
import { pageSize, takePage } from "./paging.ts";
import { below, type HostedZoneState, LAST, type ReusableDelegationSetState, valuesOf } from "./state.ts";

type Names =
  | "CreateReusableDelegationSet"
  | "GetReusableDelegationSet"
  | "DeleteReusableDelegationSet"
  | "ListReusableDelegationSets"
  | "GetReusableDelegationSetLimit";

const DELEGATION_SET_COUNTER = "delegation-sets";

function reusableToApi(set: ReusableDelegationSetState): DelegationSet {
  return {
    Id: `/delegationset/${set.id}`,
    CallerReference: set.callerReference,
    NameServers: set.nameServers.map(displayName),
  };
}

/** What a zone shows of its name servers; nothing when it is private. */
export function delegationSetOf(core: Route53Core, zone: HostedZoneState): DelegationSet | undefined {
  if (zone.private) return undefined;
  const reusable =
    zone.delegationSetId === undefined ? undefined : core.state.reusableDelegationSets.get(zone.delegationSetId);
  return reusable === undefined ? { NameServers: zone.nameServers.map(displayName) } : reusableToApi(reusable);
}

/** Throws NoSuchDelegationSet. */
export function reusableDelegationSetOf(core: Route53Core, id: string): ReusableDelegationSetState {
  const set = core.state.reusableDelegationSets.get(bareId(id));
  if (set === undefined) throw noSuchDelegationSet(bareId(id));
  return set;
}

function zonesOfSet(core: Route53Core, id: string): HostedZoneState[] {
  return valuesOf(core.state.zones).filter((zone) => zone.delegationSetId === id);
}

function publicZones(core: Route53Core, ids: readonly string[]): HostedZoneState[] {
  return ids.flatMap((id) => core.state.zones.get(id) ?? []).filter((zone) => !zone.private);
}

function namesakes(core: Route53Core, name: DomainName): HostedZoneState[] {
  return publicZones(core, valuesOf(core.state.zoneNames, below(listOrderKey(name))));
}

/** Public zones that a server could not tell from one of this name: those of the name, above it and below it. */
function relatives(core: Route53Core, name: DomainName): HostedZoneState[] {
  const key = listOrderKey(name);
  const ids = valuesOf(core.state.zoneNames, { start: [key], end: [`${key}${LAST}`] });
  for (let above = parentOf(name); above !== undefined && above !== "."; above = parentOf(above)) {
    ids.push(...valuesOf(core.state.zoneNames, below(listOrderKey(above))));
  }
  return publicZones(core, ids);
}

function serversOf(holders: readonly { readonly nameServers: readonly DomainName[] }[]): ReadonlySet<DomainName> {
  return new Set(holders.flatMap((holder) => holder.nameServers));
}

/** The next set of the pool that has none of these servers; inside a transaction. */
function nextDelegationSet(core: Route53Core, taken: ReadonlySet<DomainName>): readonly DomainName[] | undefined {
  const { counters } = core.state;
  const first = counters.get(DELEGATION_SET_COUNTER) ?? 0;
  for (let index = first; index < first + DELEGATION_SETS; index++) {
    const servers = delegationSetAt(index).map((server) => server.name);
    if (servers.some((server) => taken.has(server))) continue;
    counters.put(DELEGATION_SET_COUNTER, index + 1);
    return servers;
  }
  return undefined;
}

/**
 * Name servers for a new zone; inside a transaction. Zones of one name never share any; zones above and below it share
 * only when the pool is used up. Throws DelegationSetNotAvailable.
 */
export function takeDelegationSet(core: Route53Core, name: DomainName): readonly DomainName[] {
  const servers =
    nextDelegationSet(core, serversOf(relatives(core, name))) ??
    nextDelegationSet(core, serversOf(namesakes(core, name)));
  if (servers !== undefined) return servers;
  throw route53Error(
    "DelegationSetNotAvailable",
    `There is no delegation set left for another hosted zone named ${toRoute53(name)}; it has ${DELEGATION_SETS} already.`,
  );
}

/** Throws NoSuchDelegationSet, ConflictingDomainExists, or TooManyHostedZones when the set has its share of zones. */
export function joinReusableDelegationSet(core: Route53Core, id: string, name: DomainName): ReusableDelegationSetState {
  const set = reusableDelegationSetOf(core, id);
  const taken = serversOf(relatives(core, name));
  if (set.nameServers.some((server) => taken.has(server))) {
    throw route53Error(
      "ConflictingDomainExists",
      `Cannot create hosted zone with DelegationSetId DelegationSetId:${set.id} as the DNSName ${toRoute53(name)} conflicts with existing ones sharing the delegation set`,
    );
  }
  if (zonesOfSet(core, set.id).length >= MAX_ZONES_PER_DELEGATION_SET) {
    throw route53Error(
      "TooManyHostedZones",
      `The delegation set ${set.id} has ${MAX_ZONES_PER_DELEGATION_SET} hosted zones, its limit.`,
    );
  }
  return set;
}

export function delegationSetHandlers(core: Route53Core): Handlers<typeof sdk, Names> {
  const { state, store } = core;

  /** The zone whose servers are to be shared. Throws HostedZoneNotFound, InvalidArgument or DelegationSetAlreadyReusable. */
  function donor(zoneId: string): HostedZoneState {
    const zone = state.zones.get(zoneId);
    if (zone === undefined) throw route53Error("HostedZoneNotFound", `No hosted zone found with ID: ${zoneId}`);
    if (zone.private) {
      throw route53Error(
        "InvalidArgument",
        "A reusable delegation set cannot be created from a private hosted zone: it has no delegation set.",
      );
    }
    if (zone.delegationSetId !== undefined) {
      throw route53Error(
        "DelegationSetAlreadyReusable",
        "The specified delegation set has already been marked as reusable.",
      );
    }
    return zone;
  }

  /** Different from all other reusable sets, as long as the pool allows; inside a transaction. */
  function freshServers(): readonly DomainName[] {
    const servers =
      nextDelegationSet(core, serversOf(valuesOf(state.reusableDelegationSets))) ?? nextDelegationSet(core, new Set());
    if (servers === undefined) throw new Error("the pool of name servers is empty");
    return servers;
  }

  return {
    CreateReusableDelegationSet(input) {
      const zone = input.HostedZoneId === undefined ? undefined : donor(bareId(input.HostedZoneId));
      if (state.delegationSetReferences.get(input.CallerReference) !== undefined) {
        throw route53Error(
          "DelegationSetAlreadyCreated",
          "A delegation set with the same owner and caller reference combination has already been created.",
        );
      }
      if (state.reusableDelegationSets.count() >= MAX_REUSABLE_DELEGATION_SETS) {
        throw route53Error(
          "LimitsExceeded",
          `This account has ${MAX_REUSABLE_DELEGATION_SETS} reusable delegation sets, its limit.`,
        );
      }
      const set = store.write(() => {
        const made: ReusableDelegationSetState = {
          id: newDelegationSetId(),
          callerReference: input.CallerReference,
          nameServers: zone?.nameServers ?? freshServers(),
        };
        state.reusableDelegationSets.put(made.id, made);
        state.delegationSetReferences.put(made.callerReference, made.id);
        if (zone !== undefined) state.zones.put(zone.id, { ...zone, delegationSetId: made.id });
        return made;
      });
      return { DelegationSet: reusableToApi(set), Location: locationOf("delegationset", set.id) };
    },

    GetReusableDelegationSet(input) {
      return { DelegationSet: reusableToApi(reusableDelegationSetOf(core, input.Id)) };
    },

    DeleteReusableDelegationSet(input) {
      const set = reusableDelegationSetOf(core, input.Id);
      if (zonesOfSet(core, set.id).length > 0) {
        throw route53Error(
          "DelegationSetInUse",
          "The specified delegation contains associated hosted zones which must be deleted before the reusable delegation set can be deleted.",
        );
      }
      store.write(() => state.reusableDelegationSets.remove(set.id));
      return {};
    },

    ListReusableDelegationSets(input) {
      const size = pageSize(input.MaxItems);
      const start = input.Marker === undefined || input.Marker === "" ? {} : { start: bareId(input.Marker) };
      const page = takePage(valuesOf(state.reusableDelegationSets, { ...start, limit: size + 1 }), size);
      return {
        DelegationSets: page.items.map(reusableToApi),
        Marker: input.Marker,
        IsTruncated: page.next !== undefined,
        ...(page.next === undefined ? {} : { NextMarker: page.next.id }),
        MaxItems: size,
      };
    },

    GetReusableDelegationSetLimit(input) {
      const set = reusableDelegationSetOf(core, input.DelegationSetId);
      return {
        Limit: { Type: input.Type, Value: MAX_ZONES_PER_DELEGATION_SET },
        Count: zonesOfSet(core, set.id).length,
      };
    },
  };
}
