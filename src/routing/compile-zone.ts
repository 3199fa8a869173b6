/** Compiles all of a zone into routing trees: its record sets, and its traffic policy instances by their documents. */

import { type DomainName, InvalidNameError } from "../route53/names.ts";
import type { RecordSet, RecordType } from "../route53/record-set.ts";
import { parseTrafficPolicyDocument } from "../route53/traffic-policy.ts";
import { compileRecordSets } from "./compile-record-sets.ts";
import { compileTrafficPolicy } from "./compile-traffic-policy.ts";
import type { RoutingNode } from "./tree.ts";

export interface InstanceWithDocument {
  readonly name: DomainName;
  readonly ttlSeconds: number;
  /** JSON text of the policy version. */
  readonly document: string;
}

export interface ZoneTrees {
  readonly trees: ReadonlyMap<DomainName, ReadonlyMap<RecordType, RoutingNode>>;
  /** Instances whose document cannot be read; they answer nothing. */
  readonly unreadable: readonly InstanceWithDocument[];
}

/** Its type and tree; undefined when the document cannot be read, or has an alias endpoint that is no host name. */
export function compileInstance({
  document,
  ttlSeconds,
}: Omit<InstanceWithDocument, "name">): [RecordType, RoutingNode] | undefined {
  const parsed = parseTrafficPolicyDocument(document, { jsonTypes: "any" });
  if (!parsed.ok) return undefined;
  try {
    return [parsed.document.recordType, compileTrafficPolicy(parsed.document, ttlSeconds)];
  } catch (error) {
    if (error instanceof InvalidNameError) return undefined;
    throw error;
  }
}

export function compileZoneTrees(
  recordSets: readonly RecordSet[],
  instances: readonly InstanceWithDocument[],
): ZoneTrees {
  const trees = new Map<DomainName, Map<RecordType, RoutingNode>>();
  for (const [name, types] of compileRecordSets(recordSets)) trees.set(name, new Map(types));
  const unreadable: InstanceWithDocument[] = [];
  for (const instance of instances) {
    const compiled = compileInstance(instance);
    if (compiled === undefined) unreadable.push(instance);
    else trees.set(instance.name, (trees.get(instance.name) ?? new Map<RecordType, RoutingNode>()).set(...compiled));
  }
  return { trees, unreadable };
}
