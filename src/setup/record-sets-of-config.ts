/** The file's record sets with ids where they are known and references where they are not. */

import type { DeclaredRecordSet, ZoneConfig } from "../config/config.ts";
import type { RoutingPolicy } from "../route53/record-set.ts";
import type { PlannedPolicy, WantedRecordSet } from "./normal-form.ts";
import { idOr, type Planning } from "./planning.ts";
import type { WantedInZone } from "./record-set-diff.ts";
import type { KnownIds } from "./references.ts";
import { type ZoneKey, zoneKey } from "./zone-key.ts";

interface Scope {
  readonly zone: ZoneKey;
  readonly known: KnownIds;
  readonly cidrCollectionKeys: ReadonlySet<string>;
}

/** A collection of the file is named by its key there. */
function wantedPolicy(policy: RoutingPolicy, { known, cidrCollectionKeys }: Scope): PlannedPolicy {
  if (policy.kind !== "cidr" || !cidrCollectionKeys.has(policy.collectionId)) return policy;
  return { ...policy, collectionId: idOr(known, { ref: "cidr-collection", key: policy.collectionId }) };
}

function wantedRecordSet(declared: DeclaredRecordSet, scope: Scope): WantedRecordSet {
  const { zone, known } = scope;
  const { answer, name, type, policy, setIdentifier, healthCheck } = declared;
  return {
    name,
    type,
    policy: wantedPolicy(policy, scope),
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

export function wantedRecordSets(zone: ZoneConfig, { config, known, places }: Planning): WantedInZone[] {
  const cidrCollectionKeys = new Set(config.cidrCollections.map(({ key }) => key));
  const scope = { zone: zoneKey(zone), known, cidrCollectionKeys };
  return zone.recordSets.map((declared) => ({
    set: wantedRecordSet(declared, scope),
    place: places.of(declared.path),
  }));
}
