/** Record sets and contexts as short as tests want them. */

import { domainName } from "../../../src/route53/names.ts";
import type { RecordSet, RecordType, RoutingPolicy } from "../../../src/route53/record-set.ts";
import { type Client, parseSubnet } from "../../../src/routing/client.ts";
import { locateInTable } from "../../../src/routing/client-locations.ts";
import { compileRecordSets } from "../../../src/routing/compile-record-sets.ts";
import type { RoutingContext } from "../../../src/routing/context.ts";
import { greatCircleLatency } from "../../../src/routing/latency.ts";
import type { RoutingNode } from "../../../src/routing/tree.ts";

export function clientAt(text: string): Client {
  const subnet = parseSubnet(text);
  if (subnet === undefined) throw new Error(`${text} is no subnet`);
  return { subnet, location: locateInTable(subnet).location };
}

export interface SetParts {
  readonly name?: string;
  readonly type?: RecordType;
  readonly id?: string;
  readonly policy?: RoutingPolicy;
  readonly check?: string;
  readonly value?: string;
  readonly alias?: string;
  readonly evaluate?: boolean;
}

export function recordSet(parts: SetParts): RecordSet {
  return {
    name: domainName(parts.name ?? "www.example.com"),
    type: parts.type ?? "A",
    policy: parts.policy ?? { kind: "simple" },
    answer:
      parts.alias === undefined
        ? { kind: "records", ttlSeconds: 60, values: [parts.value ?? "192.0.2.1"] }
        : {
            kind: "alias",
            hostedZoneId: "Z1",
            target: domainName(parts.alias),
            evaluateTargetHealth: parts.evaluate ?? true,
          },
    ...(parts.id === undefined ? {} : { setIdentifier: parts.id }),
    ...(parts.check === undefined ? {} : { healthCheckId: parts.check }),
  };
}

/** Answers for one set of record sets; `down` are the unhealthy checks. */
export function contextFor(
  sets: readonly RecordSet[],
  options: { client?: string; down?: readonly string[]; random?: () => number } = {},
): RoutingContext {
  const trees = compileRecordSets(sets);
  return {
    client: clientAt(options.client ?? "127.0.0.1"),
    isHealthy: (id) => !(options.down ?? []).includes(id),
    random: options.random ?? (() => 0),
    latencyMs: greatCircleLatency,
    aliasTarget: ({ target, type }) => trees.get(target)?.get(type),
    cidrLocation: () => undefined,
  };
}

export function treeOf(sets: readonly RecordSet[], name = "www.example.com", type: RecordType = "A"): RoutingNode {
  const tree = compileRecordSets(sets).get(domainName(name))?.get(type);
  if (tree === undefined) throw new Error(`there is no ${name} ${type}`);
  return tree;
}
