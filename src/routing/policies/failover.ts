/**
 * Failover routing: the primary while it is healthy, else a healthy secondary, else the primary all the same.
 * Source: Route 53 Developer Guide, "Active-active and active-passive failover".
 */

import type { FailoverNode } from "../tree.ts";
import type { BranchHealth, Selection } from "./selection.ts";

export function selectFailover(node: FailoverNode, health: BranchHealth): Selection {
  const primary = node.branches.find(({ role }) => role === "PRIMARY");
  const secondary = node.branches.find(({ role }) => role === "SECONDARY");
  if (primary === undefined) {
    const chosen = secondary === undefined ? [] : [secondary];
    return { chosen, why: "no-primary", noneHealthy: !chosen.some(health) };
  }
  if (health(primary)) return { chosen: [primary], why: "primary-healthy", noneHealthy: false };
  if (secondary === undefined || !health(secondary)) {
    return { chosen: [primary], why: "primary-unhealthy", noneHealthy: true };
  }
  return { chosen: [secondary], why: "primary-unhealthy", noneHealthy: false };
}
