/** Which VPCs of other accounts may be associated with a private hosted zone. Kept, though every caller here is one account. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { VPC } from "@aws-sdk/client-route-53";
import { DEFAULT_VPC_AUTHORIZATIONS_PAGE, MAX_VPC_AUTHORIZATIONS_PER_ZONE } from "../../../route53/limits.ts";
import { bareId } from "../../../route53/record-set.ts";
import type { Handlers } from "../../protocol/service.ts";
import type { Key } from "../../store/store.ts";
import { type Route53Core, zoneOf } from "./core.ts";
import { invalidInput, route53Error } from "./errors.ts";
import { pageSize, pageToken, readPageToken, takePage } from "./paging.ts";
import { below, belowFrom, type HostedZoneState, valuesOf } from "./state.ts";
import { checkVpc } from "./vpcs.ts";

type Names =
  | "CreateVPCAssociationAuthorization"
  | "DeleteVPCAssociationAuthorization"
  | "ListVPCAssociationAuthorizations";

function authorizationKey(zoneId: string, vpc: VPC): Key {
  return [zoneId, vpc.VPCId ?? "", vpc.VPCRegion ?? ""];
}

export function vpcAuthorizationHandlers(core: Route53Core): Handlers<typeof sdk, Names> {
  const { state, store } = core;

  function privateZone(id: string): HostedZoneState {
    const zone = zoneOf(core, bareId(id));
    if (zone.private) return zone;
    throw invalidInput(`The hosted zone ${zone.id} is public; only private hosted zones are associated with VPCs.`);
  }

  return {
    CreateVPCAssociationAuthorization(input) {
      const zone = privateZone(input.HostedZoneId);
      const vpc = checkVpc(input.VPC);
      const key = authorizationKey(zone.id, vpc);
      if (
        state.vpcAuthorizations.get(key) === undefined &&
        state.vpcAuthorizations.count(below(zone.id)) >= MAX_VPC_AUTHORIZATIONS_PER_ZONE
      ) {
        throw route53Error(
          "TooManyVPCAssociationAuthorizations",
          `The hosted zone ${zone.id} has ${MAX_VPC_AUTHORIZATIONS_PER_ZONE} authorizations, its limit. Remove one with DeleteVPCAssociationAuthorization first.`,
        );
      }
      store.write(() => state.vpcAuthorizations.put(key, vpc));
      return { HostedZoneId: zone.id, VPC: vpc };
    },

    DeleteVPCAssociationAuthorization(input) {
      const zone = privateZone(input.HostedZoneId);
      const key = authorizationKey(zone.id, checkVpc(input.VPC));
      if (state.vpcAuthorizations.get(key) === undefined) {
        throw route53Error(
          "VPCAssociationAuthorizationNotFound",
          "The VPC that you specified is not authorized to be associated with the hosted zone.",
        );
      }
      store.write(() => state.vpcAuthorizations.remove(key));
      return {};
    },

    ListVPCAssociationAuthorizations(input) {
      const zone = privateZone(input.HostedZoneId);
      const size = pageSize(input.MaxResults, DEFAULT_VPC_AUTHORIZATIONS_PAGE);
      const from = readPageToken(input.NextToken, 2, "InvalidPaginationToken");
      const range = from === undefined ? below(zone.id) : belowFrom(zone.id, ...from);
      const page = takePage(valuesOf(state.vpcAuthorizations, { ...range, limit: size + 1 }), size);
      return {
        HostedZoneId: zone.id,
        VPCs: page.items,
        ...(page.next === undefined ? {} : { NextToken: pageToken(page.next.VPCId ?? "", page.next.VPCRegion ?? "") }),
      };
    },
  };
}
