/** Lets VPCs see a private zone, and takes it from them again. */

import {
  AssociateVPCWithHostedZoneCommand,
  DisassociateVPCFromHostedZoneCommand,
  type VPC,
} from "@aws-sdk/client-route-53";
import { Failure } from "../../errors.ts";
import { waitInSync } from "../in-sync.ts";
import type { VpcAssociationChange } from "../plan.ts";
import { DONE, type Outcome, type Run } from "../run.ts";
import type { Vpc } from "../scope.ts";
import { zoneText } from "../zone-key.ts";
import { named } from "./service-error.ts";

export function toApiVpc({ id, region }: Vpc): VPC {
  return { VPCId: id, VPCRegion: region as NonNullable<VPC["VPCRegion"]> };
}

export async function carryOutVpcAssociation(change: VpcAssociationChange, run: Run): Promise<Outcome> {
  const client = await run.backend.clients.route53();
  const HostedZoneId = run.known.need({ ref: "hosted-zone", zone: change.zone });
  const { before, after } = change;
  try {
    if (after !== null) {
      const { ChangeInfo } = await client.send(
        new AssociateVPCWithHostedZoneCommand({ HostedZoneId, VPC: toApiVpc(after) }),
      );
      await waitInSync(ChangeInfo, "zone", run);
    } else if (before !== null) {
      const { ChangeInfo } = await client.send(
        new DisassociateVPCFromHostedZoneCommand({ HostedZoneId, VPC: toApiVpc(before) }),
      );
      await waitInSync(ChangeInfo, "zone", run);
    }
  } catch (error) {
    if (named(error, "VPCAssociationNotFound")) return { kind: "skipped", reason: "it is gone already" };
    throw refused(error, change);
  }
  return DONE;
}

/** What a person can do about a refusal that only the account's state explains. */
function refused(error: unknown, { zone, after, place }: VpcAssociationChange): unknown {
  if (after === null) return error;
  const next = named(error, "NotAuthorizedException")
    ? "the VPC is another account's: let the zone's owner authorize it (aws route53 create-vpc-association-authorization), then run setup apply again"
    : named(error, "ConflictingDomainExists")
      ? "the VPC sees another private zone of this name: disassociate that one first, or leave the VPC out"
      : named(error, "InvalidVPCId")
        ? "correct its id and region"
        : undefined;
  if (next === undefined || !(error instanceof Error)) return error;
  return new Failure({
    kind: "failed",
    code: `aws.${error.name}`,
    message: `Route 53 did not let ${after.id} (${after.region}) see ${zoneText(zone)}: ${error.message}`,
    where: place,
    next,
    cause: error,
  });
}
