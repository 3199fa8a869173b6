/** ChangeResourceRecordSets, ListResourceRecordSets and GetChange. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { applyChangeBatch, type ChangeBatchResult } from "../../../route53/change-batch.ts";
import { isNameProblem, readName } from "../../../route53/hosted-zone.ts";
import {
  DEFAULT_RECORD_SETS_PAGE,
  MAX_RECORD_SETS_PAGE,
  MAX_RECORD_SETS_PER_LINKED_GROUP,
} from "../../../route53/limits.ts";
import { type DomainName, listOrderKey, toRoute53 } from "../../../route53/names.ts";
import { bareId, type RecordSet, toApi } from "../../../route53/record-set.ts";
import { placeCoordinates } from "../../../routing/regions.ts";
import type { AwsError } from "../../protocol/aws-error.ts";
import type { Handlers } from "../../protocol/service.ts";
import { cidrLocationExists, noteCidrUses } from "./cidr-collections.ts";
import { type Route53Core, zoneOf } from "./core.ts";
import { invalidInput, route53Error } from "./errors.ts";
import { pageSize, takePage } from "./paging.ts";
import { protectionOf } from "./record-set-protections.ts";
import { below, belowFrom, type HostedZoneState, recordSetStoreKey, valuesOf } from "./state.ts";
import { recordSetsAt } from "./zone-contents.ts";

type Names = "ChangeResourceRecordSets" | "ListResourceRecordSets" | "GetChange";

/** What the API shows as the only value of a record set that a traffic policy instance made. */
const INSTANCE_VALUE =
  "This resource record set includes an attribute that is unsupported on this Route 53 endpoint. Please consider using a newer endpoint or a tool that does so.";

/** As ListResourceRecordSets shows it. */
function shownRecordSet(set: RecordSet): ResourceRecordSet {
  if (set.trafficPolicyInstanceId === undefined) return toApi(set);
  const { TTL: _, ...shown } = toApi(set);
  return { ...shown, ResourceRecords: [{ Value: INSTANCE_VALUE }] };
}

function errorOf(result: Extract<ChangeBatchResult, { ok: false }>): AwsError {
  return result.code === "InvalidChangeBatch"
    ? route53Error("InvalidChangeBatch", `[${result.messages.join(", ")}]`)
    : route53Error(result.code, result.message);
}

/** A Region or Local Zone group that nobody knows the place of cannot be near anything. Throws InvalidInput. */
function refuseUnknownPlaces(sets: readonly RecordSet[]): void {
  for (const { policy } of sets) {
    if (policy.kind !== "geoproximity" || placeCoordinates(policy.place) !== undefined) continue;
    const { awsRegion, localZoneGroup } = policy.place;
    throw invalidInput(
      awsRegion === undefined
        ? `Invalid parameter : the Local Zone Group ${localZoneGroup} is not supported.`
        : `Invalid parameter : the AWS Region ${awsRegion} is not supported.`,
    );
  }
}

export function recordSetHandlers(core: Route53Core): Handlers<typeof sdk, Names> {
  const { state, store, propagation } = core;

  /** What is at a name. Where a batch is about as large as its zone, the zone is read at one go. */
  function readerOf(zone: HostedZoneState, changeCount: number): (name: DomainName) => readonly RecordSet[] {
    if (zone.recordSetCount > 2 * changeCount) return (name) => recordSetsAt(state, zone.id, name);
    let byName: Map<DomainName, RecordSet[]> | undefined;
    return (name) => {
      if (byName === undefined) {
        byName = new Map();
        for (const set of valuesOf(state.recordSets, below(zone.id))) {
          const same = byName.get(set.name);
          if (same === undefined) byName.set(set.name, [set]);
          else same.push(set);
        }
      }
      return byName.get(name) ?? [];
    };
  }

  function judge(zone: HostedZoneState, changes: readonly Change[]): Extract<ChangeBatchResult, { ok: true }> {
    const anyProtected = state.protections.count({ ...below(zone.id), limit: 1 }) > 0;
    const result = applyChangeBatch(
      {
        id: zone.id,
        name: zone.name,
        recordSetsAt: readerOf(zone, changes.length),
        recordSetCount: zone.recordSetCount,
        maxRecordSets: core.maxRecordSetsPerZone + 2,
        ...(zone.linkedService === undefined ? {} : { maxRecordSetsPerGroup: MAX_RECORD_SETS_PER_LINKED_GROUP }),
        healthCheckExists: (id) => state.healthChecks.get(id) !== undefined,
        isOtherZone: (id) => state.zones.get(id) !== undefined,
        cidrLocationExists: (collectionId, location) => cidrLocationExists(state, collectionId, location),
        protectionOf: (name, type) => (anyProtected ? protectionOf(state, zone.id, name, type) : undefined),
      },
      changes,
    );
    if (!result.ok) throw errorOf(result);
    return result;
  }

  return {
    ChangeResourceRecordSets(input) {
      const { Changes: changes, Comment: comment } = input.ChangeBatch;
      const zone = zoneOf(core, bareId(input.HostedZoneId));
      const names = new Set<DomainName>();
      const change = store.write(() => {
        const { removed, put, recordSetCount } = judge(zone, changes);
        for (const { name } of [...removed, ...put]) names.add(name);
        refuseUnknownPlaces(put);
        for (const set of removed) state.recordSets.remove(recordSetStoreKey(zone.id, set));
        for (const set of put) state.recordSets.put(recordSetStoreKey(zone.id, set), set);
        noteCidrUses(state, zone.id, { removed, put });
        if (recordSetCount !== zone.recordSetCount) state.zones.put(zone.id, { ...zone, recordSetCount });
        return propagation.record(comment);
      });
      propagation.startNames(zone.id, names, change);
      return { ChangeInfo: propagation.info(change) };
    },

    ListResourceRecordSets(input) {
      const size = pageSize(input.MaxItems, DEFAULT_RECORD_SETS_PAGE, MAX_RECORD_SETS_PAGE);
      const zone = zoneOf(core, bareId(input.HostedZoneId));
      const { StartRecordName: name, StartRecordType: type, StartRecordIdentifier: identifier } = input;
      if (type !== undefined && name === undefined) {
        throw invalidInput("Invalid parameter : the type parameter requires the name parameter.");
      }
      if (identifier !== undefined && type === undefined) {
        throw invalidInput("Invalid parameter : the identifier parameter requires the name and type parameters.");
      }
      let range = below(zone.id);
      if (name !== undefined) {
        const start = readName(name);
        if (isNameProblem(start)) throw invalidInput(start.problem);
        range = belowFrom(zone.id, listOrderKey(start), type ?? "", identifier ?? "");
      }
      function* inOrder() {
        for (const { value } of state.recordSets.entries({ ...range, limit: size + 1 })) yield value;
      }
      const { items, next } = takePage(inOrder(), size);
      return {
        ResourceRecordSets: items.map(shownRecordSet),
        IsTruncated: next !== undefined,
        ...(next === undefined ? {} : { NextRecordName: toRoute53(next.name), NextRecordType: next.type }),
        ...(next?.setIdentifier === undefined ? {} : { NextRecordIdentifier: next.setIdentifier }),
        MaxItems: size,
      };
    },

    GetChange(input) {
      const id = bareId(input.Id);
      const change = propagation.find(id);
      if (change === undefined) throw route53Error("NoSuchChange", `Could not find resource with ID: ${id}`);
      return { ChangeInfo: propagation.info(change) };
    },
  };
}
