/**
 * Walks a routing tree to its answer, for one client at one moment.
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
import type { AliasLeaf, Branch, PolicyNode, RecordsLeaf, RoutingNode } from "./tree.ts";

export type Outcome =
  /** Never empty. Several leaves make one record set, with the least TTL of them. */
  | { readonly kind: "records"; readonly leaves: readonly RecordsLeaf[] }
  /** An alias to a name that no zone here has. */
  | { readonly kind: "elsewhere"; readonly alias: AliasLeaf }
  /** NOERROR without data. */
  | { readonly kind: "nothing"; readonly why: "no-match" | "alias-loop" };

/** What was asked about the client on the way to an answer. */
export interface Sight {
  /** Another client could have got another answer: the answer's client-subnet scope is not zero. */
  readonly dependsOnClient: boolean;
  /** Its address block was looked at, not only the place that it is in. */
  readonly dependsOnAddress: boolean;
}

export interface RoutedAnswer extends Sight {
  readonly outcome: Outcome;
}

/** Aliases and rules nest a few deep in practice; past this they go in a circle. */
export const DEEPEST = 32;

/** What is found out on a walk. Name servers make one for every answer, so it is flat, and the map comes when it is needed. */
class Trail implements Sight {
  dependsOnClient = false;
  dependsOnAddress = false;
  #judged: Map<PolicyNode, Judged> | undefined;

  constructor(judged?: Map<PolicyNode, Judged>) {
    this.#judged = judged;
  }

  /** Health of the policies judged so far: many branches may lead to one, and each is judged once. */
  get judged(): Map<PolicyNode, Judged> {
    this.#judged ??= new Map();
    return this.#judged;
  }

  /** A trail whose sight is its own. */
  aside(): Trail {
    return new Trail(this.judged);
  }

  note({ dependsOnClient, dependsOnAddress }: Sight): void {
    this.dependsOnClient ||= dependsOnClient;
    this.dependsOnAddress ||= dependsOnAddress;
  }

  notePolicy({ kind }: PolicyNode): void {
    if (kind === "cidr") this.dependsOnAddress = true;
    if (kind === "cidr" || kind === "latency" || kind === "geolocation" || kind === "geoproximity") {
      this.dependsOnClient = true;
    }
  }
}

interface Judged {
  healthy: boolean;
  readonly sight: Sight;
}

/** What a policy answers with, and why; drawn with `context.random` where it draws. */
export function select(node: PolicyNode, health: BranchHealth, context: RoutingContext): Selection {
  switch (node.kind) {
    case "simple":
      return selectSimple(node);
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
  const known = trail.judged.get(node);
  if (known === undefined) {
    const side = trail.aside();
    // Aliases in a circle come by here again: nothing in the circle says that it is unhealthy.
    const judged: Judged = { healthy: true, sight: side };
    trail.judged.set(node, judged);
    side.notePolicy(node);
    judged.healthy = candidates(node, context).some((branch) => isHealthyBranch(branch, context, side, depth + 1));
    trail.note(judged.sight);
    return judged.healthy;
  }
  trail.note(known.sight);
  return known.healthy;
}

function isHealthyBranch(branch: Branch, context: RoutingContext, trail: Trail, depth: number): boolean {
  if (branch.healthCheckId !== undefined && !context.isHealthy(branch.healthCheckId)) return false;
  return !branch.evaluateTargetHealth || isHealthyTree(branch.next, context, trail, depth);
}

/** The health of branches for one client, as a walk down to `depth` sees it; each policy is judged once. */
export interface HealthJudge {
  branch(branch: Branch, depth: number): boolean;
  /** Of what is behind the branch alone. */
  target(branch: Branch, depth: number): boolean;
}

export function judgeHealth(context: RoutingContext): HealthJudge {
  const trail = new Trail();
  return {
    branch: (branch, depth) => isHealthyBranch(branch, context, trail, depth),
    target: (branch, depth) => isHealthyTree(branch.next, context, trail, depth),
  };
}

function walk(node: RoutingNode, context: RoutingContext, trail: Trail, depth: number): Outcome {
  if (depth > DEEPEST) return { kind: "nothing", why: "alias-loop" };
  if (node.kind === "records") return { kind: "records", leaves: [node] };
  if (node.kind === "alias") {
    const target = context.aliasTarget(node);
    return target === undefined ? { kind: "elsewhere", alias: node } : walk(target, context, trail, depth + 1);
  }
  trail.notePolicy(node);
  const { chosen } = select(node, (branch) => isHealthyBranch(branch, context, trail, depth), context);
  const [first] = chosen;
  if (first === undefined) return { kind: "nothing", why: "no-match" };
  const outcome = walk(first.next, context, trail, depth + 1);
  if (chosen.length === 1 || outcome.kind !== "records") return outcome;
  const leaves = [...outcome.leaves];
  for (let index = 1; index < chosen.length; index++) {
    const branch = chosen[index];
    const more = branch && walk(branch.next, context, trail, depth + 1);
    if (more?.kind === "records") leaves.push(...more.leaves);
  }
  return { kind: "records", leaves };
}

/** The answer that a name server gives. What else it might have given, and why, is `odds.ts`'s to say. */
export function route(tree: RoutingNode, context: RoutingContext): RoutedAnswer {
  const trail = new Trail();
  const outcome = walk(tree, context, trail, 0);
  return { outcome, dependsOnClient: trail.dependsOnClient, dependsOnAddress: trail.dependsOnAddress };
}
