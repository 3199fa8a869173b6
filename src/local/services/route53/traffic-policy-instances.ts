/** Traffic policy instances: a name in a hosted zone that a version of a traffic policy answers for. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { TrafficPolicyInstance } from "@aws-sdk/client-route-53";
import { isNameProblem, readName } from "../../../route53/hosted-zone.ts";
import { MAX_TRAFFIC_POLICY_INSTANCES } from "../../../route53/limits.ts";
import { type DomainName, isWithin, listOrderKey, toRoute53 } from "../../../route53/names.ts";
import { bareId, type RecordSet, type RecordType } from "../../../route53/record-set.ts";
import type { Handlers } from "../../protocol/service.ts";
import type { Key, Range } from "../../store/store.ts";
import { locationOf, type Route53Core, zoneOf } from "./core.ts";
import { invalidInput, noSuchTrafficPolicyInstance, route53Error } from "./errors.ts";
import { newUuid } from "./ids.ts";
import { pageSize, takePage } from "./paging.ts";
import { below, type HostedZoneState, recordSetStoreKey, type TrafficPolicyInstanceState } from "./state.ts";
import { trafficPolicyOf } from "./traffic-policies.ts";
import { recordSetsAt } from "./zone-contents.ts";

type Names =
  | "CreateTrafficPolicyInstance"
  | "GetTrafficPolicyInstance"
  | "UpdateTrafficPolicyInstance"
  | "DeleteTrafficPolicyInstance"
  | "ListTrafficPolicyInstances"
  | "ListTrafficPolicyInstancesByHostedZone"
  | "ListTrafficPolicyInstancesByPolicy"
  | "GetTrafficPolicyInstanceCount";

/** The place that an instance has in the zone's list; the name servers answer from the policy's document instead. */
function recordSetOf(instance: TrafficPolicyInstanceState): RecordSet {
  return {
    name: instance.name,
    type: instance.type,
    policy: { kind: "simple" },
    answer: { kind: "records", ttlSeconds: instance.ttlSeconds, values: [] },
    trafficPolicyInstanceId: instance.id,
  };
}

function nameKey(instance: Pick<TrafficPolicyInstanceState, "hostedZoneId" | "name" | "type">): Key {
  return [instance.hostedZoneId, listOrderKey(instance.name), instance.type];
}

/** Where a page starts, from the markers of the page before. Throws InvalidInput. */
function startAfter(zoneId: string | undefined, name: string | undefined, type: string | undefined): Key | undefined {
  if (zoneId === undefined) return undefined;
  if (name === undefined) return [zoneId];
  const read = readName(name);
  if (isNameProblem(read)) throw invalidInput(read.problem);
  return type === undefined ? [zoneId, listOrderKey(read)] : [zoneId, listOrderKey(read), type];
}

export function trafficPolicyInstanceHandlers(core: Route53Core): Handlers<typeof sdk, Names> {
  const { state, store, propagation } = core;
  /** Not yet at the name servers; anything else is Applied. */
  const states = new Map<string, "Creating" | "Updating">();

  function toApiShape(instance: TrafficPolicyInstanceState): TrafficPolicyInstance {
    return {
      Id: instance.id,
      HostedZoneId: instance.hostedZoneId,
      Name: toRoute53(instance.name),
      TTL: instance.ttlSeconds,
      State: states.get(instance.id) ?? "Applied",
      Message: "",
      TrafficPolicyId: instance.policyId,
      TrafficPolicyVersion: instance.policyVersion,
      TrafficPolicyType: instance.type,
    };
  }

  function instanceOf(id: string): TrafficPolicyInstanceState {
    const instance = state.trafficPolicyInstances.get(id);
    if (instance === undefined) throw noSuchTrafficPolicyInstance(id);
    return instance;
  }

  function start(instance: TrafficPolicyInstanceState, now: "Creating" | "Updating"): void {
    states.set(instance.id, now);
    propagation.start(instance.hostedZoneId, undefined, () => states.delete(instance.id));
  }

  function refuseConflict(zone: HostedZoneState, name: DomainName, type: RecordType): void {
    const others = recordSetsAt(state, zone.id, name);
    const same = others.find((set) => set.type === type);
    const shown = toRoute53(name);
    if (same?.trafficPolicyInstanceId !== undefined) {
      throw route53Error(
        "TrafficPolicyInstanceAlreadyExists",
        `There is already a traffic policy instance for ${shown}, type ${type} in hosted zone ${zone.id}.`,
      );
    }
    if (same !== undefined) {
      throw invalidInput(`Tried to create resource record set [name='${shown}', type='${type}'] but it already exists`);
    }
    const apexCname = type === "CNAME" && name === zone.name;
    if (apexCname || others.some((set) => (set.type === "CNAME") !== (type === "CNAME"))) {
      throw invalidInput(
        `RRSet of type ${type} with DNS name ${shown} is not permitted as it conflicts with other records with the same DNS name in zone ${toRoute53(zone.name)}`,
      );
    }
  }

  function* listed(range: Range): Generator<TrafficPolicyInstanceState> {
    for (const { value } of state.trafficPolicyInstanceNames.entries(range)) {
      const instance = state.trafficPolicyInstances.get(value);
      if (instance !== undefined) yield instance;
    }
  }

  function page(instances: Iterable<TrafficPolicyInstanceState>, maxItems: number | undefined) {
    const size = pageSize(maxItems);
    const { items, next } = takePage(instances, size);
    return {
      TrafficPolicyInstances: items.map(toApiShape),
      IsTruncated: next !== undefined,
      MaxItems: size,
      ...(next === undefined
        ? {}
        : {
            HostedZoneIdMarker: next.hostedZoneId,
            TrafficPolicyInstanceNameMarker: toRoute53(next.name),
            TrafficPolicyInstanceTypeMarker: next.type,
          }),
    };
  }

  return {
    CreateTrafficPolicyInstance(input) {
      const zone = zoneOf(core, bareId(input.HostedZoneId));
      if (zone.private) {
        throw invalidInput("Traffic policy instances cannot be created in private hosted zones.");
      }
      const policy = trafficPolicyOf(core, input.TrafficPolicyId, input.TrafficPolicyVersion);
      const name = readName(input.Name);
      if (isNameProblem(name)) throw invalidInput(name.problem);
      if (!isWithin(name, zone.name)) {
        throw invalidInput(`RRSet with DNS name ${toRoute53(name)} is not permitted in zone ${toRoute53(zone.name)}`);
      }
      refuseConflict(zone, name, policy.type);
      if (state.trafficPolicyInstances.count() >= MAX_TRAFFIC_POLICY_INSTANCES) {
        throw route53Error(
          "TooManyTrafficPolicyInstances",
          `This account has ${MAX_TRAFFIC_POLICY_INSTANCES} traffic policy instances, its limit.`,
        );
      }
      const instance: TrafficPolicyInstanceState = {
        id: newUuid(),
        hostedZoneId: zone.id,
        name,
        ttlSeconds: input.TTL,
        policyId: policy.id,
        policyVersion: policy.version,
        type: policy.type,
      };
      store.write(() => {
        state.trafficPolicyInstances.put(instance.id, instance);
        state.trafficPolicyInstanceNames.put(nameKey(instance), instance.id);
        const set = recordSetOf(instance);
        state.recordSets.put(recordSetStoreKey(zone.id, set), set);
        state.zones.put(zone.id, { ...zone, recordSetCount: zone.recordSetCount + 1 });
      });
      start(instance, "Creating");
      return {
        TrafficPolicyInstance: toApiShape(instance),
        Location: locationOf("trafficpolicyinstance", instance.id),
      };
    },

    GetTrafficPolicyInstance(input) {
      return { TrafficPolicyInstance: toApiShape(instanceOf(input.Id)) };
    },

    UpdateTrafficPolicyInstance(input) {
      const instance = instanceOf(input.Id);
      const policy = trafficPolicyOf(core, input.TrafficPolicyId, input.TrafficPolicyVersion);
      if (policy.type !== instance.type) {
        throw route53Error(
          "ConflictingTypes",
          `The traffic policy version has the type ${policy.type}, but the traffic policy instance has the type ${instance.type}.`,
        );
      }
      const updated: TrafficPolicyInstanceState = {
        ...instance,
        ttlSeconds: input.TTL,
        policyId: policy.id,
        policyVersion: policy.version,
      };
      store.write(() => {
        state.trafficPolicyInstances.put(updated.id, updated);
        const set = recordSetOf(updated);
        state.recordSets.put(recordSetStoreKey(updated.hostedZoneId, set), set);
      });
      start(updated, "Updating");
      return { TrafficPolicyInstance: toApiShape(updated) };
    },

    DeleteTrafficPolicyInstance(input) {
      const instance = instanceOf(input.Id);
      const zone = zoneOf(core, instance.hostedZoneId);
      store.write(() => {
        state.trafficPolicyInstances.remove(instance.id);
        state.trafficPolicyInstanceNames.remove(nameKey(instance));
        state.recordSets.remove(recordSetStoreKey(zone.id, recordSetOf(instance)));
        state.zones.put(zone.id, { ...zone, recordSetCount: zone.recordSetCount - 1 });
      });
      propagation.start(zone.id);
      return {};
    },

    ListTrafficPolicyInstances(input) {
      const from = startAfter(
        input.HostedZoneIdMarker === undefined ? undefined : bareId(input.HostedZoneIdMarker),
        input.TrafficPolicyInstanceNameMarker,
        input.TrafficPolicyInstanceTypeMarker,
      );
      return page(listed(from === undefined ? {} : { start: from }), input.MaxItems);
    },

    ListTrafficPolicyInstancesByHostedZone(input) {
      const zone = zoneOf(core, bareId(input.HostedZoneId));
      const from = startAfter(zone.id, input.TrafficPolicyInstanceNameMarker, input.TrafficPolicyInstanceTypeMarker);
      const { HostedZoneIdMarker: _, ...answer } = page(
        listed({ ...below(zone.id), ...(from === undefined ? {} : { start: from }) }),
        input.MaxItems,
      );
      return answer;
    },

    ListTrafficPolicyInstancesByPolicy(input) {
      const policy = trafficPolicyOf(core, input.TrafficPolicyId, input.TrafficPolicyVersion);
      const from = startAfter(
        input.HostedZoneIdMarker === undefined ? undefined : bareId(input.HostedZoneIdMarker),
        input.TrafficPolicyInstanceNameMarker,
        input.TrafficPolicyInstanceTypeMarker,
      );
      function* ofPolicy() {
        for (const instance of listed(from === undefined ? {} : { start: from })) {
          if (instance.policyId === policy.id && instance.policyVersion === policy.version) yield instance;
        }
      }
      return page(ofPolicy(), input.MaxItems);
    },

    GetTrafficPolicyInstanceCount() {
      return { TrafficPolicyInstanceCount: state.trafficPolicyInstances.count() };
    },
  };
}
