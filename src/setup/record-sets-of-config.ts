/** The file's record sets with ids where they are known and references where they are not. */

import type { DeclaredRecordSet, ZoneConfig } from "../config/config.ts";
import type { WantedRecordSet } from "./normal-form.ts";
import { idOr, type Planning } from "./planning.ts";
import type { WantedInZone } from "./record-set-diff.ts";
import type { KnownIds } from "./references.ts";
import { type ZoneKey, zoneKey } from "./zone-key.ts";

function wantedRecordSet(declared: DeclaredRecordSet, zone: ZoneKey, known: KnownIds): WantedRecordSet {
  const { answer, name, type, policy, setIdentifier, healthCheck } = declared;
  return {
    name,
    type,
    policy,
    ...(setIdentifier === undefined ? {} : { setIdentifier }),
    ...(healthCheck === undefined ? {} : { healthCheckId: idOr(known, { ref: "health-check", key: healthCheck }) }),
    answer:
      answer.kind === "records"
        ? answer
        : {
            kind: "alias",
            target: answer.target,
            evaluateTargetHealth: answer.evaluateTargetHealth,
            hostedZoneId: answer.zone.kind === "id" ? answer.zone.id : idOr(known, { ref: "hosted-zone", zone }),
          },
  };
}

export function wantedRecordSets(zone: ZoneConfig, { known, places }: Planning): WantedInZone[] {
  return zone.recordSets.map((declared) => ({
    set: wantedRecordSet(declared, zoneKey(zone), known),
    place: places.of(declared.path),
  }));
}
