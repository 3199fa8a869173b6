/** `zone` and `zones`: which zones there are, and each one's records, routing, instances and logging. */

import { type DomainName, displayName, splitLabels } from "../route53/names.ts";
import { bareId } from "../route53/record-set.ts";
import type {
  SourcePath,
  TrafficPolicyDefinition,
  TrafficPolicyInstanceDefinition,
  VpcDefinition,
  ZoneConfig,
} from "./config.ts";
import { readOwnerName, readZoneName } from "./owner-names.ts";
import { readOwnership } from "./ownership.ts";
import type { Problems } from "./problems.ts";
import { checkZoneConflicts } from "./record-set-conflicts.ts";
import { type RecordScope, readRecord, readRoutingGroup } from "./record-sets.ts";
import type { ConfigFile, InstanceEntry, ZoneEntry } from "./schema.ts";
import type { SoundPart } from "./sound-part.ts";
import { suggest } from "./suggestion.ts";

interface LocatedEntry {
  readonly entry: ZoneEntry;
  /** Of the zone itself. */
  readonly path: SourcePath;
  /** Of its records, routing, logging: the file for `zone:`, the entry for `zones:`. */
  readonly contentPath: SourcePath;
}

function locateZones(file: ConfigFile, problems: Problems): LocatedEntry[] {
  const { zone, zones, records, routing, logging, trafficFlow } = file;
  if (zone !== undefined && zones !== undefined) {
    problems.atKey(["zones"], {
      code: "two-zones",
      message: "there are both zone: and zones:",
      next: "keep one of them",
    });
  }
  if (zones !== undefined) {
    for (const key of ["records", "routing", "logging"] as const) {
      if (file[key] !== undefined) {
        problems.atKey([key], {
          code: "no-zone",
          message: `with zones: it is not clear to which one ${key} belongs`,
          next: "move it into its zone",
        });
      }
    }
    if (trafficFlow?.instances !== undefined) {
      problems.atKey(["trafficFlow", "instances"], {
        code: "no-zone",
        message: "with zones: it is not clear to which one these instances belong",
        next: "move them into their zone, as trafficFlow: { instances: [ ... ] }",
      });
    }
    return zones.map((entry, i) => ({ entry, path: ["zones", i], contentPath: ["zones", i] }));
  }
  if (zone === undefined) {
    problems.at([], { code: "missing", message: "the file names no zone", next: "add zone: { name: example.com }" });
    return [];
  }
  const instances = trafficFlow?.instances;
  const entry: ZoneEntry = {
    ...zone,
    records,
    routing,
    logging,
    ...(instances === undefined ? {} : { trafficFlow: { instances } }),
  };
  return [{ entry, path: ["zone"], contentPath: [] }];
}

/** A zone with a name that can be one. */
export interface LocatedZone extends LocatedEntry {
  readonly name: DomainName;
  readonly private: boolean;
}

/** Those of the file that have a name, each name once a kind. */
export function readZones(file: ConfigFile, problems: Problems): LocatedZone[] {
  const zones: LocatedZone[] = [];
  for (const located of locateZones(file, problems)) {
    const { entry, path } = located;
    const name = readZoneName(entry.name, [...path, "name"], problems);
    if (name === undefined) continue;
    const zone = { ...located, name, private: entry.private ?? false };
    // API reference, CreateHostedZone: no public hosted zone for a top-level domain.
    if (!zone.private && splitLabels(name).length === 1) {
      problems.at([...path, "name"], {
        code: "bad-name",
        message: `${displayName(name)} is a top-level domain, and Route 53 makes no public zones for those`,
        next: "name a domain that can be registered, such as example.com, or make the zone private",
      });
    }
    const same = zones.find((one) => one.name === name && one.private === zone.private);
    if (same !== undefined) {
      problems.at([...path, "name"], {
        code: "duplicate",
        message: `the ${zone.private ? "private zone" : "zone"} ${displayName(name)} stands already at ${problems.placeText([...same.path, "name"])}`,
        next: "put its records into one entry",
      });
    }
    zones.push(zone);
  }
  return zones;
}

/** What the zones of a file share. */
export interface SharedParts extends Omit<RecordScope, "zone" | "private"> {
  /** Of zones that do not say it themselves. */
  readonly ownership: ConfigFile["ownership"];
  readonly delegationSetKeys: readonly string[];
  readonly policies: readonly TrafficPolicyDefinition[];
  /** Of all policies, those with mistakes of their own included. */
  readonly policyKeys: readonly string[];
  readonly originalIndex: SoundPart["originalIndex"];
}

export function buildZone(located: LocatedZone, shared: SharedParts): ZoneConfig {
  const { entry, path, contentPath, name: zone } = located;
  const { problems, originalIndex } = shared;
  const scope: RecordScope = { ...shared, zone, private: located.private };
  checkKind(located, shared);
  const entryPath = (index: number, ...list: readonly string[]) => {
    const listPath = [...contentPath, ...list];
    return [...listPath, originalIndex(listPath, index)];
  };
  const recordSets = [
    ...(entry.records ?? []).flatMap((one, i) => readRecord(one, entryPath(i, "records"), scope) ?? []),
    ...(entry.routing ?? []).flatMap((one, i) => readRoutingGroup(one, entryPath(i, "routing"), scope)),
  ];
  const instances = (entry.trafficFlow?.instances ?? []).flatMap(
    (one, i) => readInstance(one, entryPath(i, "trafficFlow", "instances"), zone, shared) ?? [],
  );
  checkZoneConflicts(zone, recordSets, instances, problems);
  return {
    path,
    name: zone,
    private: located.private,
    vpcs: located.private ? readVpcs(located, problems) : [],
    delegationSet: located.private ? undefined : entry.delegationSet,
    id: entry.id === undefined ? undefined : bareId(entry.id),
    comment: entry.comment,
    managesRegistrar: entry.registrar !== "leave",
    ownership: readOwnership(entry.ownership ?? shared.ownership),
    recordSets,
    trafficPolicyInstances: instances,
    logging:
      entry.logging === undefined
        ? undefined
        : {
            path: [...contentPath, "logging"],
            logGroup: entry.logging.logGroup,
            retentionDays: entry.logging.retentionDays,
          },
  };
}

/** What one kind of zone has and the other does not (Developer Guide, "Considerations when working with private hosted zones"). */
function checkKind(located: LocatedZone, { delegationSetKeys, problems }: SharedParts): void {
  const { entry, path, contentPath } = located;
  if (!located.private) {
    if (entry.vpcs !== undefined) {
      problems.atKey([...path, "vpcs"], {
        code: "public-zone",
        message: "only a private zone has VPCs",
        next: "add private: true, or leave vpcs out",
      });
    }
    if (entry.delegationSet !== undefined && !delegationSetKeys.includes(entry.delegationSet)) {
      problems.at([...path, "delegationSet"], {
        code: "unknown-delegation-set",
        message: `there is no delegation set '${entry.delegationSet}'`,
        next: suggest(entry.delegationSet, delegationSetKeys),
      });
    }
    return;
  }
  if (entry.vpcs === undefined) {
    problems.at(path, {
      code: "missing",
      message: "a private zone needs the VPCs that see it",
      next: "add vpcs: [ { id: vpc-..., region: eu-west-1 } ]",
    });
  }
  const refuse = (at: SourcePath, message: string) =>
    problems.atKey(at, { code: "private-zone", message, next: "leave it out, or move it to a public zone" });
  if (entry.delegationSet !== undefined) refuse([...path, "delegationSet"], "a private zone has no delegation set");
  if (entry.logging !== undefined) refuse([...contentPath, "logging"], "queries of a private zone cannot be logged");
  if (entry.trafficFlow?.instances !== undefined) {
    refuse([...contentPath, "trafficFlow", "instances"], "a private zone cannot have traffic policy instances");
  }
}

function readVpcs({ entry, path }: LocatedZone, problems: Problems): VpcDefinition[] {
  const vpcs: VpcDefinition[] = [];
  for (const [i, { id, region }] of (entry.vpcs ?? []).entries()) {
    const at = [...path, "vpcs", i];
    if (vpcs.some((one) => one.id === id)) {
      problems.at([...at, "id"], { code: "duplicate-value", message: `${id} stands twice`, next: "leave one out" });
      continue;
    }
    vpcs.push({ path: at, id, region });
  }
  return vpcs;
}

function readInstance(
  entry: InstanceEntry,
  path: SourcePath,
  zone: DomainName,
  { policies, policyKeys, problems }: SharedParts,
): TrafficPolicyInstanceDefinition | undefined {
  const name = readOwnerName(entry.name, zone, [...path, "name"], problems);
  if (!policyKeys.includes(entry.policy)) {
    problems.at([...path, "policy"], {
      code: "unknown-traffic-policy",
      message: `there is no traffic policy '${entry.policy}'`,
      next: suggest(entry.policy, policyKeys),
    });
  }
  const policy = policies.find((one) => one.key === entry.policy);
  if (name === undefined || policy === undefined) return undefined;
  return { path, name, policy: entry.policy, type: policy.recordType, ttlSeconds: entry.ttl };
}
