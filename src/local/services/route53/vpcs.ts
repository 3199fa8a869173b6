/** Which VPCs a private hosted zone answers in: association and its end. No network stands behind a VPC here. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { VPC } from "@aws-sdk/client-route-53";
import { MAX_VPCS_PER_ZONE } from "../../../route53/limits.ts";
import { type DomainName, listOrderKey, toRoute53 } from "../../../route53/names.ts";
import { bareId } from "../../../route53/record-set.ts";
import type { Handlers } from "../../protocol/service.ts";
import { type Route53Core, zoneOf } from "./core.ts";
import { invalidInput, route53Error } from "./errors.ts";
import { pageSize, pageToken, readPageToken, takePage } from "./paging.ts";
import { below, type HostedZoneState, valuesOf } from "./state.ts";

type Names = "AssociateVPCWithHostedZone" | "DisassociateVPCFromHostedZone" | "ListHostedZonesByVPC";

/** Throws InvalidInput or InvalidVPCId. */
export function checkVpc(vpc: VPC): VPC {
  if (vpc.VPCId === undefined || vpc.VPCRegion === undefined) {
    throw invalidInput("You must specify both a VPC ID and a VPC region.");
  }
  if (!/^vpc-[0-9a-z]+$/.test(vpc.VPCId)) throw route53Error("InvalidVPCId", "The VPC ID is invalid.");
  return { VPCRegion: vpc.VPCRegion, VPCId: vpc.VPCId };
}

function sameVpc(a: VPC, b: VPC): boolean {
  return a.VPCId === b.VPCId && a.VPCRegion === b.VPCRegion;
}

/** A VPC sees one private zone of a name: the one that it sees already. Names above and below may be others. */
export function vpcConflict(core: Route53Core, name: DomainName, vpc: VPC): HostedZoneState | undefined {
  return valuesOf(core.state.zoneNames, below(listOrderKey(name)))
    .flatMap((id) => core.state.zones.get(id) ?? [])
    .find((zone) => zone.vpcs.some((other) => sameVpc(other, vpc)));
}

export function vpcHandlers(core: Route53Core): Handlers<typeof sdk, Names> {
  const { state, store, propagation } = core;

  function setVpcs(zone: HostedZoneState, vpcs: readonly VPC[], comment: string | undefined) {
    const change = store.write(() => {
      state.zones.put(zone.id, { ...zone, vpcs });
      return propagation.record(comment);
    });
    propagation.start(zone.id, change);
    return { ChangeInfo: propagation.info(change) };
  }

  return {
    AssociateVPCWithHostedZone(input) {
      const zone = zoneOf(core, bareId(input.HostedZoneId));
      const vpc = checkVpc(input.VPC);
      if (!zone.private) {
        throw route53Error(
          "PublicZoneVPCAssociation",
          `Attempting to associate public zone: ${zone.id} with vpc: ${vpc.VPCId}`,
        );
      }
      const conflict = vpcConflict(core, zone.name, vpc);
      if (conflict !== undefined) {
        throw route53Error(
          "ConflictingDomainExists",
          `The VPC that you chose, ${vpc.VPCId} in region ${vpc.VPCRegion}, is already associated with another private hosted zone that has an overlapping name space, ${toRoute53(conflict.name)}.`,
        );
      }
      if (zone.vpcs.length >= MAX_VPCS_PER_ZONE) {
        throw route53Error("LimitsExceeded", `Exceeded limit MAX_VPCS_ASSOCIATED_BY_ZONE for zone: ${zone.id}`);
      }
      return setVpcs(zone, [...zone.vpcs, vpc], input.Comment);
    },

    DisassociateVPCFromHostedZone(input) {
      const zone = zoneOf(core, bareId(input.HostedZoneId));
      const vpc = checkVpc(input.VPC);
      const left = zone.vpcs.filter((other) => !sameVpc(other, vpc));
      if (left.length === zone.vpcs.length) {
        throw route53Error("VPCAssociationNotFound", "The specified VPC and hosted zone are not currently associated.");
      }
      if (left.length === 0) {
        throw route53Error(
          "LastVPCAssociation",
          "The VPC that you're trying to disassociate from the private hosted zone is the last VPC that is associated with the hosted zone. Amazon Route 53 doesn't support disassociating the last VPC from a hosted zone.",
        );
      }
      return setVpcs(zone, left, input.Comment);
    },

    ListHostedZonesByVPC(input) {
      const size = pageSize(input.MaxItems);
      const vpc = checkVpc(input);
      const [start] = readPageToken(input.NextToken, 1, "InvalidPaginationToken") ?? [];
      function* associated() {
        for (const { value } of state.zones.entries(start === undefined ? {} : { start })) {
          if (value.vpcs.some((other) => sameVpc(other, vpc))) yield value;
        }
      }
      const page = takePage(associated(), size);
      return {
        HostedZoneSummaries: page.items.map((zone) => ({
          HostedZoneId: zone.id,
          Name: toRoute53(zone.name),
          Owner: { OwningAccount: core.account },
        })),
        MaxItems: size,
        ...(page.next === undefined ? {} : { NextToken: pageToken(page.next.id) }),
      };
    },
  };
}
