/** Simple routing: the one record set there is, whatever its health. */

import type { SimpleNode } from "../tree.ts";
import type { BranchHealth, Selection } from "./selection.ts";

export function selectSimple(node: SimpleNode, health: BranchHealth): Selection {
  return { chosen: node.branches, why: "only", noneHealthy: !node.branches.some(health) };
}
