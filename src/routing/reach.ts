/** Everything that can be reached from a routing tree, by whatever client and health: what an answer may depend on. */

import type { RoutingContext } from "./context.ts";
import type { AliasLeaf, PolicyNode, RoutingNode } from "./tree.ts";

export interface Reach {
  readonly policies: readonly PolicyNode[];
  readonly aliases: readonly AliasLeaf[];
  /** Ids of the health checks on the way. */
  readonly healthChecks: ReadonlySet<string>;
}

export function reachOf(trees: Iterable<RoutingNode>, { aliasTarget }: Pick<RoutingContext, "aliasTarget">): Reach {
  const seen = new Set<RoutingNode>();
  const open: RoutingNode[] = [...trees];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.kind === "records") continue;
    if (node.kind === "alias") {
      const target = aliasTarget(node);
      if (target !== undefined) open.push(target);
    } else open.push(...node.branches.map(({ next }) => next));
  }
  const nodes = [...seen];
  const policies = nodes.filter((node): node is PolicyNode => node.kind !== "records" && node.kind !== "alias");
  const checks = policies.flatMap(({ branches }) => branches.flatMap(({ healthCheckId }) => healthCheckId ?? []));
  return {
    policies,
    aliases: nodes.filter((node): node is AliasLeaf => node.kind === "alias"),
    healthChecks: new Set(checks),
  };
}

/** Whether a policy looks at where its client is or at its address. */
export function looksAtClient({ kind }: Pick<PolicyNode, "kind">): boolean {
  return kind === "latency" || kind === "geolocation" || kind === "geoproximity" || kind === "cidr";
}
