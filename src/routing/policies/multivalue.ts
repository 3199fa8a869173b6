/**
 * Multivalue answer routing: all healthy record sets, and eight of them drawn at random when there are more.
 * Source: Route 53 Developer Guide, "Multivalue answer routing".
 */

import type { Branch, MultivalueNode } from "../tree.ts";
import type { BranchHealth, Selection } from "./selection.ts";

const MOST_ANSWERS = 8;

/** Draws without putting back; the drawn keep their order. */
function sample(branches: readonly Branch[], count: number, random: () => number): Branch[] {
  let wanted = count;
  return branches.filter((_, index) => {
    const left = branches.length - index;
    if (random() * left >= wanted) return false;
    wanted -= 1;
    return true;
  });
}

export function selectMultivalue(node: MultivalueNode, health: BranchHealth, random: () => number): Selection {
  const healthy = node.branches.filter(health);
  const noneHealthy = healthy.length === 0;
  const eligible = noneHealthy ? node.branches : healthy;
  return eligible.length <= MOST_ANSWERS
    ? { chosen: eligible, why: "all-eligible", noneHealthy }
    : { chosen: sample(eligible, MOST_ANSWERS, random), why: "sample", noneHealthy };
}
