/**
 * Walks a routing tree to its answer. `decide` also records why; both take the same way, so the reason is never another's.
 * Source of the health rules: Route 53 Developer Guide, "How Route 53 chooses records when health checking is configured".
 */

import type { RoutingContext } from "./context.ts";
import { cidrMatches, selectCidr } from "./policies/cidr.ts";
import { selectFailover } from "./policies/failover.ts";
import { geolocationMatches, selectGeolocation } from "./policies/geolocation.ts";
import { selectGeoproximity } from "./policies/geoproximity.ts";
import { selectLatency } from "./policies/latency.ts";
import { selectMultivalue } from "./policies/multivalue.ts";
import type { BranchHealth, Selection } from "./policies/selection.ts";
import { selectSimple } from "./policies/simple.ts";
import { selectWeighted } from "./policies/weighted.ts";
import { type DecisionStep, policyStep } from "./reason.ts";
import type { AliasLeaf, Branch, PolicyNode, RecordsLeaf, RoutingNode } from "./tree.ts";

export type Outcome =
  /** Never empty. Several leaves make one record set, with the least TTL of them. */
  | { readonly kind: "records"; readonly leaves: readonly RecordsLeaf[] }
  /** An alias to a name that no zone here has. */
  | { readonly kind: "elsewhere"; readonly alias: AliasLeaf }
  /** NOERROR without data. */
  | { readonly kind: "nothing"; readonly why: "no-match" | "alias-loop" };

export interface RoutedAnswer {
  readonly outcome: Outcome;
  /** Another client could have got another answer: the answer's client-subnet scope is not zero. */
  readonly dependsOnClient: boolean;
}

export interface Decision extends RoutedAnswer {
  /** From the name that was asked down to the answer. */
  readonly steps: readonly DecisionStep[];
}

/** Aliases and rules nest a few deep in practice; past this they go in a circle. */
const DEEPEST = 32;

interface Trail {
  dependsOnClient: boolean;
  readonly steps: DecisionStep[] | undefined;
}

function select(node: PolicyNode, health: BranchHealth, context: RoutingContext): Selection {
  switch (node.kind) {
    case "simple":
      return selectSimple(node, health);
    case "weighted":
      return selectWeighted(node, health, context.random);
    case "failover":
      return selectFailover(node, health);
    case "multivalue":
      return selectMultivalue(node, health, context.random);
    case "latency":
      return selectLatency(node, health, context);
    case "geolocation":
      return selectGeolocation(node, health, context.client);
    case "geoproximity":
      return selectGeoproximity(node, health, context.client);
    case "cidr":
      return selectCidr(node, health, context);
  }
}

function looksAtClient(node: PolicyNode): boolean {
  return node.kind === "latency" || node.kind === "geolocation" || node.kind === "geoproximity" || node.kind === "cidr";
}

/** The branches that could answer this client at all. */
function candidates(node: PolicyNode, context: RoutingContext): readonly Branch[] {
  if (node.kind === "geolocation") return geolocationMatches(node, context.client);
  return node.kind === "cidr" ? cidrMatches(node, context) : node.branches;
}

/** Whether something healthy is behind a branch, for this client. What nobody here can judge counts as healthy. */
function isHealthyTree(node: RoutingNode, context: RoutingContext, trail: Trail, depth: number): boolean {
  if (node.kind === "records" || depth > DEEPEST) return true;
  if (node.kind === "alias") {
    const target = context.aliasTarget(node);
    return target === undefined || isHealthyTree(target, context, trail, depth + 1);
  }
  if (looksAtClient(node)) trail.dependsOnClient = true;
  return candidates(node, context).some((branch) => isHealthyBranch(branch, context, trail, depth + 1));
}

function isHealthyBranch(branch: Branch, context: RoutingContext, trail: Trail, depth: number): boolean {
  if (branch.healthCheckId !== undefined && !context.isHealthy(branch.healthCheckId)) return false;
  return !branch.evaluateTargetHealth || isHealthyTree(branch.next, context, trail, depth);
}

function walk(node: RoutingNode, context: RoutingContext, trail: Trail, depth: number): Outcome {
  if (depth > DEEPEST) return { kind: "nothing", why: "alias-loop" };
  if (node.kind === "records") return { kind: "records", leaves: [node] };
  if (node.kind === "alias") {
    const target = context.aliasTarget(node);
    trail.steps?.push({ kind: "alias", alias: node, found: target !== undefined });
    return target === undefined ? { kind: "elsewhere", alias: node } : walk(target, context, trail, depth + 1);
  }
  if (looksAtClient(node)) trail.dependsOnClient = true;
  const selection = select(node, (branch) => isHealthyBranch(branch, context, trail, depth), context);
  trail.steps?.push(
    policyStep(node, selection, context, {
      branch: (branch) => isHealthyBranch(branch, context, trail, depth),
      target: (branch) => isHealthyTree(branch.next, context, trail, depth),
    }),
  );
  const [first, ...others] = selection.chosen;
  if (first === undefined) return { kind: "nothing", why: "no-match" };
  const outcome = walk(first.next, context, trail, depth + 1);
  if (others.length === 0 || outcome.kind !== "records") return outcome;
  const leaves = [...outcome.leaves];
  for (const branch of others) {
    const more = walk(branch.next, context, trail, depth + 1);
    if (more.kind === "records") leaves.push(...more.leaves);
  }
  return { kind: "records", leaves };
}

/** The answer alone; what a name server asks for. */
export function route(tree: RoutingNode, context: RoutingContext): RoutedAnswer {
  const trail: Trail = { dependsOnClient: false, steps: undefined };
  const outcome = walk(tree, context, trail, 0);
  return { outcome, dependsOnClient: trail.dependsOnClient };
}

/** The answer and the reason for it. Given the same random numbers, the answer is {@link route}'s. */
export function decide(tree: RoutingNode, context: RoutingContext): Decision {
  const steps: DecisionStep[] = [];
  const trail: Trail = { dependsOnClient: false, steps };
  const outcome = walk(tree, context, trail, 0);
  return { outcome, dependsOnClient: trail.dependsOnClient, steps };
}
