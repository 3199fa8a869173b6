/** Groups record sets by name and type and compiles each group into its routing tree. */

import { interned } from "../route53/interned.ts";
import type { DomainName } from "../route53/names.ts";
import type { RecordSet, RecordType, RoutingPolicy } from "../route53/record-set.ts";
import type { Branch, Origin, PolicyNode, RoutingNode } from "./tree.ts";

/** Trees by name, then by type. */
export type CompiledRecordSets = ReadonlyMap<DomainName, ReadonlyMap<RecordType, PolicyNode>>;

function leafOf(set: RecordSet): RoutingNode {
  const { answer } = set;
  return answer.kind === "records"
    ? { kind: "records", ttlSeconds: answer.ttlSeconds, values: answer.values }
    : { kind: "alias", target: answer.target, type: set.type, hostedZoneId: answer.hostedZoneId };
}

function branchOf(set: RecordSet): Branch {
  return {
    label: set.setIdentifier ?? set.type,
    healthCheckId: set.healthCheckId === undefined ? undefined : interned(set.healthCheckId),
    evaluateTargetHealth: set.answer.kind === "alias" && set.answer.evaluateTargetHealth,
    next: leafOf(set),
  };
}

/**
 * The branches of a group with what its policy adds. Throws when the group mixes policies, which Route 53 does not let happen.
 * Added, not spread into a new object: V8 gives each object that is spread a hidden class of its own (before Node 22), and then
 * every look at one of thousands of branches is a slow one.
 */
function branchesWith<Kind extends RoutingPolicy["kind"], Extra extends object>(
  kind: Kind,
  sets: readonly RecordSet[],
  extra: (policy: Extract<RoutingPolicy, { kind: Kind }>) => Extra,
): (Branch & Extra)[] {
  return sets.map((set) => {
    if (set.policy.kind !== kind) {
      throw new Error(`${set.name} ${set.type} mixes the policies ${kind} and ${set.policy.kind}`);
    }
    return Object.assign(branchOf(set), extra(set.policy as Extract<RoutingPolicy, { kind: Kind }>));
  });
}

/** Compiles the record sets of one name and type. */
function compileGroup(first: RecordSet, ...others: readonly RecordSet[]): PolicyNode {
  const sets = [first, ...others];
  const origin: Origin = { kind: "record-sets", name: first.name, type: first.type };
  const { kind } = first.policy;
  switch (kind) {
    case "simple":
    case "multivalue":
      return { kind, origin, branches: branchesWith(kind, sets, () => ({})) };
    case "weighted":
      return { kind, origin, branches: branchesWith(kind, sets, ({ weight }) => ({ weight })) };
    case "failover":
      return { kind, origin, branches: branchesWith(kind, sets, ({ role }) => ({ role })) };
    case "latency":
      return { kind, origin, branches: branchesWith(kind, sets, ({ region }) => ({ region })) };
    case "geolocation":
      return { kind, origin, branches: branchesWith(kind, sets, ({ place }) => ({ place })) };
    case "geoproximity":
      return { kind, origin, branches: branchesWith(kind, sets, ({ place }) => ({ place })) };
    case "cidr":
      return {
        kind,
        origin,
        branches: branchesWith(kind, sets, ({ collectionId, locationName }) => ({ collectionId, locationName })),
      };
  }
}

/** Compiles a zone's record sets, those of traffic policy instances left out: they are answered by their documents. */
export function compileRecordSets(sets: readonly RecordSet[]): CompiledRecordSets {
  const groups = new Map<DomainName, Map<RecordType, [RecordSet, ...RecordSet[]]>>();
  for (const set of sets) {
    if (set.trafficPolicyInstanceId !== undefined) continue;
    const types = groups.get(set.name) ?? new Map<RecordType, [RecordSet, ...RecordSet[]]>();
    groups.set(set.name, types);
    const group = types.get(set.type);
    if (group === undefined) types.set(set.type, [set]);
    else group.push(set);
  }
  const compiled = new Map<DomainName, ReadonlyMap<RecordType, PolicyNode>>();
  for (const [name, types] of groups) {
    compiled.set(name, new Map([...types].map(([type, group]) => [type, compileGroup(...group)])));
  }
  return compiled;
}
