/** Why a decision came out as it did, as data: each policy on the way, what it considered, and what it chose. */

import type { GeoLocationPlace, GeoProximityPlace } from "../route53/record-set.ts";
import type { RoutingContext } from "./context.ts";
import { cidrMatches } from "./policies/cidr.ts";
import { specificity } from "./policies/geolocation.ts";
import { biasedDistanceKm } from "./policies/geoproximity.ts";
import type { Selection, SelectionReason } from "./policies/selection.ts";
import type { AliasLeaf, Branch, Origin, PolicyNode } from "./tree.ts";

/** What a policy looks at in one branch. */
export type Criterion =
  | { readonly kind: "none" }
  | { readonly kind: "weight"; readonly weight: number; readonly totalWeight: number }
  | { readonly kind: "role"; readonly role: "PRIMARY" | "SECONDARY" }
  | { readonly kind: "latency"; readonly region: string; readonly latencyMs: number }
  | { readonly kind: "place"; readonly place: GeoLocationPlace; readonly matches: boolean }
  | { readonly kind: "proximity"; readonly place: GeoProximityPlace; readonly biasedKm: number }
  | { readonly kind: "cidr"; readonly locationName: string; readonly matches: boolean };

export type HealthCause =
  | { readonly kind: "check"; readonly healthCheckId: string; readonly healthy: boolean }
  | { readonly kind: "target"; readonly healthy: boolean };

export interface ConsideredBranch {
  readonly label: string;
  readonly criterion: Criterion;
  readonly healthy: boolean;
  /** Empty when nothing checks the branch: it is always healthy. */
  readonly healthCauses: readonly HealthCause[];
  readonly chosen: boolean;
}

/** What a policy looked at and what it chose. */
export interface PolicyStep {
  readonly kind: "policy";
  readonly policy: PolicyNode["kind"];
  readonly origin: Origin;
  readonly considered: readonly ConsideredBranch[];
  readonly why: SelectionReason;
  /** Nothing was healthy, so everything counted as healthy. */
  readonly noneHealthy: boolean;
}

export type DecisionStep = PolicyStep | { readonly kind: "alias"; readonly alias: AliasLeaf; readonly found: boolean };

interface HealthOf {
  branch(branch: Branch): boolean;
  target(branch: Branch): boolean;
}

/** One criterion a branch, in the order of the branches. */
function criteria(node: PolicyNode, context: RoutingContext): readonly Criterion[] {
  switch (node.kind) {
    case "simple":
    case "multivalue":
      return node.branches.map(() => ({ kind: "none" }));
    case "weighted": {
      const totalWeight = node.branches.reduce((sum, { weight }) => sum + weight, 0);
      return node.branches.map(({ weight }) => ({ kind: "weight", weight, totalWeight }));
    }
    case "failover":
      return node.branches.map(({ role }) => ({ kind: "role", role }));
    case "latency":
      return node.branches.map(({ region }) => ({
        kind: "latency",
        region,
        latencyMs: context.latencyMs(context.client.location, region),
      }));
    case "geolocation":
      return node.branches.map(({ place }) => ({
        kind: "place",
        place,
        matches: specificity(place, context.client) !== undefined,
      }));
    case "geoproximity":
      return node.branches.map(({ place }) => ({
        kind: "proximity",
        place,
        biasedKm: biasedDistanceKm(place, context.client),
      }));
    case "cidr": {
      const matches = cidrMatches(node, context);
      return node.branches.map((branch) => ({
        kind: "cidr",
        locationName: branch.locationName,
        matches: matches.includes(branch),
      }));
    }
  }
}

function causes(branch: Branch, context: RoutingContext, health: HealthOf): HealthCause[] {
  const { healthCheckId, evaluateTargetHealth } = branch;
  const found: HealthCause[] = [];
  if (healthCheckId !== undefined) {
    found.push({ kind: "check", healthCheckId, healthy: context.isHealthy(healthCheckId) });
  }
  if (evaluateTargetHealth && branch.next.kind !== "records") {
    found.push({ kind: "target", healthy: health.target(branch) });
  }
  return found;
}

export function policyStep(
  node: PolicyNode,
  selection: Selection,
  context: RoutingContext,
  health: HealthOf,
): PolicyStep {
  const found = criteria(node, context);
  return {
    kind: "policy",
    policy: node.kind,
    origin: node.origin,
    considered: node.branches.map((branch, index) => ({
      label: branch.label,
      criterion: found[index] ?? { kind: "none" },
      healthy: health.branch(branch),
      healthCauses: causes(branch, context, health),
      chosen: selection.chosen.includes(branch),
    })),
    why: selection.why,
    noneHealthy: selection.noneHealthy,
  };
}
