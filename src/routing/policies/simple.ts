/** Simple routing: the one record set there is. Its health is not even looked at, since nothing could answer in its place. */

import type { SimpleNode } from "../tree.ts";
import type { Selection } from "./selection.ts";

export function selectSimple(node: SimpleNode): Selection {
  return { chosen: node.branches, why: "only", noneHealthy: false };
}
