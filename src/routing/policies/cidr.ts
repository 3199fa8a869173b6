/**
 * IP-based routing: the location of a CIDR collection that the client belongs to, else the default location `*`.
 * Source: Route 53 Developer Guide, "IP-based routing".
 */

import type { RoutingContext } from "../context.ts";
import type { CidrNode } from "../tree.ts";
import { type BranchHealth, mostSpecific, type Selection } from "./selection.ts";

/** The branches that hold the client: that of its location, then that of the default. */
export function cidrMatches(
  node: CidrNode,
  context: Pick<RoutingContext, "client" | "cidrLocation">,
): CidrNode["branches"] {
  const named = node.branches.filter(
    ({ collectionId, locationName }) =>
      locationName !== "*" && context.cidrLocation(collectionId, context.client) === locationName,
  );
  return [...named, ...node.branches.filter(({ locationName }) => locationName === "*")];
}

export function selectCidr(
  node: CidrNode,
  health: BranchHealth,
  context: Pick<RoutingContext, "client" | "cidrLocation">,
): Selection {
  return mostSpecific(cidrMatches(node, context), health);
}
