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
  const matches: CidrNode["branches"][number][] = [];
  // All record sets of a group have one collection (Developer Guide), so that one look at it is enough.
  let collection: string | undefined;
  let location: string | undefined;
  for (const branch of node.branches) {
    if (branch.locationName === "*") continue;
    if (branch.collectionId !== collection) {
      collection = branch.collectionId;
      location = context.cidrLocation(collection, context.client);
    }
    if (branch.locationName === location) matches.push(branch);
  }
  for (const branch of node.branches) if (branch.locationName === "*") matches.push(branch);
  return matches;
}

export function selectCidr(
  node: CidrNode,
  health: BranchHealth,
  context: Pick<RoutingContext, "client" | "cidrLocation">,
): Selection {
  return mostSpecific(cidrMatches(node, context), health);
}
