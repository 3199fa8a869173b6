/** What every policy returns: the branches that answer, and the reason in one word. */

import type { Branch } from "../tree.ts";

export type SelectionReason =
  /** simple: there is nothing to choose from */
  | "only"
  /** weighted: drawn among the healthy branches with a weight */
  | "drawn-by-weight"
  /** weighted: every branch with a weight is unhealthy, so the zero-weight ones stand in */
  | "zero-weights-stand-in"
  /** weighted: all weights are zero, so all have equal shares */
  | "equal-shares"
  | "primary-healthy"
  | "primary-unhealthy"
  /** failover: there is no primary at all */
  | "no-primary"
  /** multivalue: all healthy ones, at most eight */
  | "all-eligible"
  /** multivalue: eight drawn from more */
  | "sample"
  | "lowest-latency"
  | "nearest"
  /** geolocation, cidr: the most specific place that matches */
  | "most-specific"
  /** geolocation, cidr: more specific matches are unhealthy */
  | "next-larger"
  /** geolocation, cidr: nothing matches and there is no default */
  | "no-match";

export interface Selection {
  /** Empty only with `no-match`. */
  readonly chosen: readonly Branch[];
  readonly why: SelectionReason;
  /** No branch that could have answered is healthy, so all of them counted as healthy. */
  readonly noneHealthy: boolean;
}

/** Health of a branch, what is behind it included where it evaluates its target. */
export type BranchHealth = (branch: Branch) => boolean;

/** The branch with the least cost among the healthy ones, or among all when none is healthy; the first of equals. */
export function cheapest<B extends Branch>(
  branches: readonly B[],
  health: BranchHealth,
  cost: (branch: B) => number,
  why: SelectionReason,
): Selection {
  let best: B | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  let overall: B | undefined;
  let overallCost = Number.POSITIVE_INFINITY;
  for (const branch of branches) {
    const own = cost(branch);
    if (overall === undefined || own < overallCost) {
      overall = branch;
      overallCost = own;
    }
    if ((best === undefined || own < bestCost) && health(branch)) {
      best = branch;
      bestCost = own;
    }
  }
  const chosen = best ?? overall;
  return { chosen: chosen === undefined ? [] : [chosen], why, noneHealthy: best === undefined };
}

/** The first healthy one of matches ordered from the most specific to the default; the first when none is healthy. */
export function mostSpecific(matches: readonly Branch[], health: BranchHealth): Selection {
  const [first] = matches;
  if (first === undefined) return { chosen: [], why: "no-match", noneHealthy: false };
  const healthy = matches.find(health);
  if (healthy === undefined) return { chosen: [first], why: "most-specific", noneHealthy: true };
  return { chosen: [healthy], why: healthy === first ? "most-specific" : "next-larger", noneHealthy: false };
}
