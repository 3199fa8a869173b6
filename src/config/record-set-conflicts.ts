/** What the record sets of a zone mean for each other: one owner a name and type, CNAMEs alone, aliases that have a target. */

import { type DomainName, displayName, isWildcard } from "../route53/names.ts";
import type { RecordType } from "../route53/record-set.ts";
import type { DeclaredRecordSet, SourcePath, TrafficPolicyInstanceDefinition } from "./config.ts";
import type { Problems } from "./problems.ts";
import { pathText } from "./schema-problems.ts";

/** One entry of the file that owns a name and type. */
interface Owner {
  readonly kind: "record" | "group" | "instance";
  readonly path: SourcePath;
  readonly name: DomainName;
  readonly type: RecordType;
}

function ownersOf(
  recordSets: readonly DeclaredRecordSet[],
  instances: readonly TrafficPolicyInstanceDefinition[],
): Owner[] {
  const owners = new Map<string, Owner>();
  for (const set of recordSets) {
    const simple = set.policy.kind === "simple";
    // The answers of a group share its entry: the path up to `answers`.
    const path = simple ? set.path : set.path.slice(0, -2);
    owners.set(pathText(path), { kind: simple ? "record" : "group", path, name: set.name, type: set.type });
  }
  for (const one of instances) {
    owners.set(pathText(one.path), { kind: "instance", path: one.path, name: one.name, type: one.type });
  }
  return [...owners.values()];
}

const KIND_TEXT = {
  record: "a simple record",
  group: "a routing group",
  instance: "a traffic policy instance",
} as const;

export function checkZoneConflicts(
  zone: DomainName,
  recordSets: readonly DeclaredRecordSet[],
  instances: readonly TrafficPolicyInstanceDefinition[],
  problems: Problems,
): void {
  const byName = new Map<DomainName, Owner[]>();
  for (const owner of ownersOf(recordSets, instances)) {
    const here = byName.get(owner.name) ?? [];
    byName.set(owner.name, here);
    checkApex(owner, zone, problems);
    const same = here.find((one) => one.type === owner.type);
    const name = displayName(owner.name);
    if (same !== undefined) {
      problems.at([...owner.path, "name"], {
        code: same.kind === owner.kind ? "duplicate" : "two-policies",
        message:
          same.kind === owner.kind
            ? `${name} ${owner.type} stands already at ${problems.placeText(same.path)}`
            : `${name} ${owner.type} is ${KIND_TEXT[same.kind]} already, at ${problems.placeText(same.path)}; it cannot be ${KIND_TEXT[owner.kind]} too`,
        next: same.kind === owner.kind ? "put all values into one entry" : "leave one of them out",
      });
    } else if (here.length > 0 && (owner.type === "CNAME" || here.some((one) => one.type === "CNAME"))) {
      const other = here.find((one) => one.type === "CNAME") ?? here[0];
      problems.at([...owner.path, "type"], {
        code: "cname-conflict",
        message: `${name} cannot have ${owner.type} beside ${other?.type}: a CNAME stands alone at its name`,
        next: "use an alias (type A) or another name",
      });
    }
    here.push(owner);
  }
  checkAliasTargets(recordSets, byName, problems);
}

function checkApex(owner: Owner, zone: DomainName, problems: Problems): void {
  if (owner.type === "NS" && isWildcard(owner.name)) {
    problems.at([...owner.path, "type"], {
      code: "bad-value",
      message: "a wildcard cannot be delegated",
      next: "delegate each name",
    });
  }
  if (owner.type === "DS" && owner.name === zone) {
    problems.at([...owner.path, "type"], {
      code: "bad-value",
      message: `the DS of ${displayName(zone)} itself stands in the zone above it`,
      next: "give it to the registrar, or to whoever has that zone",
    });
  }
  if (owner.name !== zone) {
    if (owner.type !== "SOA") return;
    problems.at([...owner.path, "type"], {
      code: "bad-value",
      message: "a zone has one SOA, at its apex",
      next: "leave this entry out",
    });
    return;
  }
  if (owner.type === "CNAME") {
    problems.at([...owner.path, "type"], {
      code: "cname-at-apex",
      message: `the apex ${displayName(zone)} cannot be a CNAME: it has NS and SOA`,
      next: "use type A with alias: { target: ... }",
    });
  }
  if (owner.type === "NS" || owner.type === "SOA") {
    problems.at([...owner.path, "type"], {
      code: "apex-owned-by-route53",
      message: `the ${owner.type} of the apex comes with the zone; r53kit does not touch it`,
      next: "leave this entry out",
    });
  }
}

/** A target in the same zone that the file has must have the alias's type. One that the file does not have may be live. */
function checkAliasTargets(
  recordSets: readonly DeclaredRecordSet[],
  byName: ReadonlyMap<DomainName, readonly Owner[]>,
  problems: Problems,
): void {
  for (const set of recordSets) {
    const { answer } = set;
    if (answer.kind !== "alias" || answer.zone.kind !== "own") continue;
    const inAlias = [...set.path, "alias"];
    const at = [...inAlias, problems.writtenAt([...inAlias, "record"]) === undefined ? "target" : "record"];
    if (answer.target === set.name) {
      problems.at(at, { code: "bad-alias", message: "an alias cannot be its own target", next: "name another record" });
      continue;
    }
    const targets = byName.get(answer.target);
    if (targets === undefined || targets.some((one) => one.type === set.type)) continue;
    problems.at(at, {
      code: "alias-type",
      message: `${displayName(answer.target)} has no ${set.type} record, only ${targets.map((one) => one.type).join(", ")}; an alias has its target's type`,
      next: `make the alias type ${targets[0]?.type}, or add a ${set.type} record at its target`,
    });
  }
}
