/** ChangeResourceRecordSets, ListResourceRecordSets and GetChange. */

import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";
import * as sdk from "@aws-sdk/client-route-53";
import { applyChangeBatch, type ChangeBatchResult } from "../../../route53/change-batch.ts";
import { isNameProblem, readName } from "../../../route53/hosted-zone.ts";
import {
  DEFAULT_RECORD_SETS_PAGE,
  MAX_RECORD_SETS_PAGE,
  MAX_TTL_SECONDS,
  MAX_VALUE_CHARACTERS,
} from "../../../route53/limits.ts";
import { listOrderKey, toRoute53 } from "../../../route53/names.ts";
import { bareId, type RecordSet, toApi } from "../../../route53/record-set.ts";
import type { AwsError } from "../../protocol/aws-error.ts";
import type { Handlers } from "../../protocol/service.ts";
import { Constraints } from "./constraints.ts";
import { type Route53Core, zoneOf } from "./core.ts";
import { invalidInput, route53Error } from "./errors.ts";
import { pageSize, takePage } from "./paging.ts";
import { below, belowFrom, type HostedZoneState, recordSetStoreKey } from "./state.ts";
import { recordSetsAt } from "./zone-contents.ts";

type Names = "ChangeResourceRecordSets" | "ListResourceRecordSets" | "GetChange";

const ACTIONS: readonly string[] = Object.values(sdk.ChangeAction);
const TYPES: readonly string[] = Object.values(sdk.RRType);
const REGIONS: readonly string[] = Object.values(sdk.ResourceRecordSetRegion);

/** What the API shows as the only value of a record set that a traffic policy instance made. */
const INSTANCE_VALUE =
  "This resource record set includes an attribute that is unsupported on this Route 53 endpoint. Please consider using a newer endpoint or a tool that does so.";

/** As ListResourceRecordSets shows it. */
function shownRecordSet(set: RecordSet): ResourceRecordSet {
  if (set.trafficPolicyInstanceId === undefined) return toApi(set);
  const { TTL: _, ...shown } = toApi(set);
  return { ...shown, ResourceRecords: [{ Value: INSTANCE_VALUE }] };
}

function constrainRecordSet(constraints: Constraints, set: ResourceRecordSet): void {
  constraints
    .length("Name", set.Name, { max: 1024 })
    .oneOf("Type", set.Type, TYPES)
    .length("SetIdentifier", set.SetIdentifier, { min: 1, max: 128 })
    .range("Weight", set.Weight, { min: 0, max: 255 })
    .oneOf("Region", set.Region, REGIONS)
    .oneOf("Failover", set.Failover, ["PRIMARY", "SECONDARY"])
    .range("TTL", set.TTL, { min: 0, max: MAX_TTL_SECONDS })
    .length("ResourceRecords", set.ResourceRecords, { min: 1 })
    .length("HealthCheckId", set.HealthCheckId, { max: 64 })
    .length("TrafficPolicyInstanceId", set.TrafficPolicyInstanceId, { min: 1, max: 36 });
  for (const [index, record] of (set.ResourceRecords ?? []).entries()) {
    constraints.in("ResourceRecords").item(index).length("Value", record.Value, { max: MAX_VALUE_CHARACTERS });
  }
  constraints.in("GeoProximityLocation").range("Bias", set.GeoProximityLocation?.Bias, { min: -99, max: 99 });
  constraints
    .in("GeoLocation")
    .length("ContinentCode", set.GeoLocation?.ContinentCode, { min: 2, max: 2 })
    .length("CountryCode", set.GeoLocation?.CountryCode, { min: 1, max: 2 })
    .length("SubdivisionCode", set.GeoLocation?.SubdivisionCode, { min: 1, max: 3 });
  constraints
    .in("AliasTarget")
    .length("HostedZoneId", set.AliasTarget?.HostedZoneId, { max: 32 })
    .length("DNSName", set.AliasTarget?.DNSName, { max: 1024 });
}

function constrainBatch(comment: string | undefined, changes: readonly Change[]): void {
  const constraints = new Constraints(["ChangeBatch"]);
  constraints.length("Comment", comment, { max: 256 }).length("Changes", changes, { min: 1 });
  for (const [index, change] of changes.entries()) {
    const at = constraints.in("Changes").item(index);
    at.oneOf("Action", change.Action, ACTIONS);
    if (change.ResourceRecordSet !== undefined)
      constrainRecordSet(at.in("ResourceRecordSet"), change.ResourceRecordSet);
  }
  constraints.check();
}

function errorOf(result: Extract<ChangeBatchResult, { ok: false }>): AwsError {
  return result.code === "InvalidChangeBatch"
    ? route53Error("InvalidChangeBatch", `[${result.messages.join(", ")}]`)
    : route53Error(result.code, result.message);
}

export function recordSetHandlers(core: Route53Core): Handlers<typeof sdk, Names> {
  const { state, store, propagation } = core;

  function judge(zone: HostedZoneState, changes: readonly Change[]): Extract<ChangeBatchResult, { ok: true }> {
    const result = applyChangeBatch(
      {
        id: zone.id,
        name: zone.name,
        recordSetsAt: (name) => recordSetsAt(state, zone.id, name),
        recordSetCount: zone.recordSetCount,
        maxRecordSets: core.maxRecordSetsPerZone + 2,
        healthCheckExists: (id) => state.healthChecks.get(id) !== undefined,
        isOtherZone: (id) => state.zones.get(id) !== undefined,
        // There are no CIDR collections here yet, so there is no location to name.
        cidrLocationExists: () => false,
      },
      changes,
    );
    if (!result.ok) throw errorOf(result);
    return result;
  }

  return {
    ChangeResourceRecordSets(input) {
      new Constraints().length("ResourceId", input.HostedZoneId, { max: 32 }).check();
      const { Changes: changes, Comment: comment } = input.ChangeBatch;
      constrainBatch(comment, changes);
      const zone = zoneOf(core, bareId(input.HostedZoneId));
      const change = store.write(() => {
        const { removed, put, recordSetCount } = judge(zone, changes);
        for (const set of removed) state.recordSets.remove(recordSetStoreKey(zone.id, set));
        for (const set of put) state.recordSets.put(recordSetStoreKey(zone.id, set), set);
        if (recordSetCount !== zone.recordSetCount) state.zones.put(zone.id, { ...zone, recordSetCount });
        return propagation.record(comment);
      });
      propagation.start(zone.id, change);
      return { ChangeInfo: propagation.info(change) };
    },

    ListResourceRecordSets(input) {
      new Constraints()
        .length("ResourceId", input.HostedZoneId, { max: 32 })
        .length("StartRecordName", input.StartRecordName, { max: 1024 })
        .oneOf("StartRecordType", input.StartRecordType, TYPES)
        .length("StartRecordIdentifier", input.StartRecordIdentifier, { min: 1, max: 128 })
        .check();
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
