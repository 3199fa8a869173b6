/** Which VPCs see a private zone. New ones come before old ones go: the last one cannot go. */

import type { ZoneConfig } from "../../config/config.ts";
import type { VpcAssociationChange } from "../plan.ts";
import { liveZone, type Planning } from "../planning.ts";
import type { Vpc } from "../scope.ts";
import { zoneKey, zoneText } from "../zone-key.ts";

/** A zone that is new is made with its first VPC. */
export function planVpcs(wanted: ZoneConfig, { places, live }: Planning): VpcAssociationChange[] {
  const zone = zoneKey(wanted);
  const there = liveZone(live, zone)?.vpcs ?? wanted.vpcs.slice(0, 1);
  const subject = ({ id }: Vpc) => `${id} of ${zoneText(zone)}`;
  const added = wanted.vpcs
    .filter(({ id }) => !there.some((one) => one.id === id))
    .map(({ id, region, path }): VpcAssociationChange => {
      const after = { id, region };
      const why = "the VPC does not see the zone yet";
      return {
        kind: "vpc-association",
        action: "add",
        zone,
        subject: subject(after),
        why,
        place: places.of(path),
        before: null,
        after,
      };
    });
  const removed = there
    .filter(({ id }) => !wanted.vpcs.some((one) => one.id === id))
    .map(({ id, region }): VpcAssociationChange => {
      const before = { id, region };
      const why = "not among the VPCs in the file; it no longer sees the zone";
      return { kind: "vpc-association", action: "remove", zone, subject: subject(before), why, before, after: null };
    });
  return [...added, ...removed];
}
