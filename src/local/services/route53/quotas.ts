/** GetAccountLimit and GetHostedZoneLimit: what there may be, and what there is. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { AccountLimitType, HostedZoneLimitType } from "@aws-sdk/client-route-53";
import {
  MAX_HOSTED_ZONES,
  MAX_REUSABLE_DELEGATION_SETS,
  MAX_TRAFFIC_POLICIES,
  MAX_TRAFFIC_POLICY_INSTANCES,
  MAX_VPCS_PER_ZONE,
} from "../../../route53/limits.ts";
import { bareId } from "../../../route53/record-set.ts";
import type { Handlers } from "../../protocol/service.ts";
import { type Route53Core, zoneOf } from "./core.ts";
import { route53Error } from "./errors.ts";

type Names = "GetAccountLimit" | "GetHostedZoneLimit";

interface Quota {
  readonly most: number;
  readonly count: number;
}

export function quotaHandlers(core: Route53Core): Handlers<typeof sdk, Names> {
  const { state } = core;

  function accountQuota(type: AccountLimitType): Quota {
    switch (type) {
      case "MAX_HOSTED_ZONES_BY_OWNER":
        return { most: MAX_HOSTED_ZONES, count: state.zones.count() };
      case "MAX_HEALTH_CHECKS_BY_OWNER":
        return { most: core.maxHealthChecks, count: state.healthChecks.count() };
      case "MAX_TRAFFIC_POLICIES_BY_OWNER":
        return { most: MAX_TRAFFIC_POLICIES, count: state.trafficPolicyNames.count() };
      case "MAX_TRAFFIC_POLICY_INSTANCES_BY_OWNER":
        return { most: MAX_TRAFFIC_POLICY_INSTANCES, count: state.trafficPolicyInstances.count() };
      case "MAX_REUSABLE_DELEGATION_SETS_BY_OWNER":
        return { most: MAX_REUSABLE_DELEGATION_SETS, count: state.reusableDelegationSets.count() };
    }
  }

  function zoneQuota(type: HostedZoneLimitType, zoneId: string): Quota {
    const zone = zoneOf(core, zoneId);
    if (type === "MAX_RRSETS_BY_ZONE") return { most: core.maxRecordSetsPerZone, count: zone.recordSetCount - 2 };
    if (!zone.private) {
      throw route53Error(
        "HostedZoneNotPrivate",
        "The specified hosted zone is a public hosted zone, not a private hosted zone.",
      );
    }
    return { most: MAX_VPCS_PER_ZONE, count: zone.vpcs.length };
  }

  return {
    GetAccountLimit(input) {
      const { most, count } = accountQuota(input.Type);
      return { Limit: { Type: input.Type, Value: most }, Count: count };
    },

    GetHostedZoneLimit(input) {
      const { most, count } = zoneQuota(input.Type, bareId(input.HostedZoneId));
      return { Limit: { Type: input.Type, Value: most }, Count: count };
    },
  };
}
