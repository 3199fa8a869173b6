/** Features of a hosted zone: accelerated recovery is kept and shown; there is no other Region here to recover in. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { HostedZoneFeatures } from "@aws-sdk/client-route-53";
import { bareId } from "../../../route53/record-set.ts";
import type { Handlers } from "../../protocol/service.ts";
import { type Route53Core, zoneOf } from "./core.ts";
import { invalidInput } from "./errors.ts";
import type { HostedZoneState } from "./state.ts";

/** What a zone shows; nothing as long as nobody has touched its features. */
export function featuresOf(core: Route53Core, zone: HostedZoneState): HostedZoneFeatures | undefined {
  if (zone.acceleratedRecovery === undefined) return undefined;
  const onItsWay = core.zonesChangingFeatures.has(zone.id);
  if (zone.acceleratedRecovery) return { AcceleratedRecoveryStatus: onItsWay ? "ENABLING" : "ENABLED" };
  return { AcceleratedRecoveryStatus: onItsWay ? "DISABLING" : "DISABLED" };
}

export function zoneFeatureHandlers(core: Route53Core): Handlers<typeof sdk, "UpdateHostedZoneFeatures"> {
  const { state, store, propagation, zonesChangingFeatures } = core;
  return {
    UpdateHostedZoneFeatures(input) {
      const zone = zoneOf(core, bareId(input.HostedZoneId));
      if (zone.private) throw invalidInput("Accelerated recovery is not supported for private hosted zones.");
      const { EnableAcceleratedRecovery: acceleratedRecovery } = input;
      if (acceleratedRecovery === undefined) throw invalidInput("You must specify a feature to enable or disable.");
      if ((zone.acceleratedRecovery ?? false) === acceleratedRecovery) return {};
      store.write(() => state.zones.put(zone.id, { ...zone, acceleratedRecovery }));
      zonesChangingFeatures.add(zone.id);
      propagation.start(zone.id, undefined, () => zonesChangingFeatures.delete(zone.id));
      return {};
    },
  };
}
