/**
 * Weighted routing: a draw by weight among the healthy. Zero weights count only when every other one is unhealthy.
 * Source: Route 53 Developer Guide, "Weighted routing" and "How Route 53 chooses records when health checking is configured".
 */

import type { WeightedNode } from "../tree.ts";
import type { BranchHealth, Selection } from "./selection.ts";

type WeightedBranch = WeightedNode["branches"][number];

/** One of them by weight; in equal shares when they have none. `random` is from 0 up to but not including 1. */
function draw(branches: readonly WeightedBranch[], random: () => number): readonly WeightedBranch[] {
  if (branches.length < 2) return branches;
  let total = 0;
  for (const { weight } of branches) total += weight;
  let mark = random() * (total === 0 ? branches.length : total);
  for (const branch of branches) {
    mark -= total === 0 ? 1 : branch.weight;
    if (mark < 0) return [branch];
  }
  return branches.slice(-1);
}

export function selectWeighted(node: WeightedNode, health: BranchHealth, random: () => number): Selection {
  const healthy: WeightedBranch[] = [];
  for (const branch of node.branches) if (branch.weight > 0 && health(branch)) healthy.push(branch);
  return healthy.length > 0
    ? { chosen: draw(healthy, random), why: "drawn-by-weight", noneHealthy: false }
    : withoutHealthyWeights(node, health, random);
}

function withoutHealthyWeights(node: WeightedNode, health: BranchHealth, random: () => number): Selection {
  const weighty = node.branches.filter(({ weight }) => weight > 0);
  const weightless = node.branches.filter(({ weight }) => weight === 0);
  const standIns = weightless.filter(health);
  if (standIns.length > 0) {
    const why = weighty.length > 0 ? "zero-weights-stand-in" : "equal-shares";
    return { chosen: draw(standIns, random), why, noneHealthy: false };
  }
  return weighty.length > 0
    ? { chosen: draw(weighty, random), why: "drawn-by-weight", noneHealthy: true }
    : { chosen: draw(weightless, random), why: "equal-shares", noneHealthy: true };
}
