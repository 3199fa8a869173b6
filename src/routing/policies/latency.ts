/** Latency routing: the healthy record set whose Region is the least far from the client in time. */

import type { RoutingContext } from "../context.ts";
import type { LatencyNode } from "../tree.ts";
import { type BranchHealth, cheapest, type Selection } from "./selection.ts";

export function selectLatency(
  node: LatencyNode,
  health: BranchHealth,
  context: Pick<RoutingContext, "client" | "latencyMs">,
): Selection {
  return cheapest(
    node.branches,
    health,
    ({ region }) => context.latencyMs(context.client.location, region),
    "lowest-latency",
  );
}
