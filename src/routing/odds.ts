/**
 * Every answer that a routing tree may give one client, with its exact probability: the tree is walked down all ways that a
 * draw may take, instead of one. The choices are the policies' own; only their draws are counted here instead of made.
 */

import type { RoutingContext } from "./context.ts";
import { combinations, type Fraction, fraction, ONE, plus, times, ZERO } from "./fraction.ts";
import type { Selection } from "./policies/selection.ts";
import { type PolicyStep, policyStep } from "./reason.ts";
import { DEEPEST, type HealthJudge, judgeHealth, type Outcome, select } from "./route.ts";
import type { AliasLeaf, Branch, PolicyNode, RecordsLeaf, RoutingNode } from "./tree.ts";

/** Everything but the random numbers. */
export type OddsContext = Omit<RoutingContext, "random">;

export type PossibleOutcome =
  | Outcome
  /** Any `size` of these, all as likely: more sets than anybody would list. */
  | { readonly kind: "sample"; readonly size: number; readonly leaves: readonly RecordsLeaf[] }
  /** A multivalue rule over aliases that draw in turn: more combinations than are worked out. */
  | { readonly kind: "uncounted" };

export interface Odds {
  readonly outcome: PossibleOutcome;
  readonly probability: Fraction;
}

/** The branches that may be chosen. */
interface Choice {
  readonly selection: Selection;
  /** `one` of the pool, or this many of it. */
  readonly draws: "one" | "all" | "sample";
  readonly pool: readonly { readonly branch: Branch; readonly share: Fraction }[];
}

function inShares(branches: readonly Branch[], shareOf: (branch: Branch) => Fraction): Choice["pool"] {
  return branches.map((branch) => ({ branch, share: shareOf(branch) }));
}

/** What may come out of a policy's draw. Which pool it draws from does not depend on the draw, and the reason names it. */
function choiceOf(node: PolicyNode, context: OddsContext, health: (branch: Branch) => boolean): Choice {
  const selection = select(node, health, { ...context, random: () => 0 });
  const { why, noneHealthy, chosen } = selection;
  const eligible = <B extends Branch>(branches: readonly B[]) => branches.filter((one) => noneHealthy || health(one));
  if (node.kind === "weighted") {
    const weighs = why === "drawn-by-weight";
    const pool = eligible(node.branches.filter(({ weight }) => weight > 0 === weighs));
    const weights = new Map(pool.map((branch) => [branch as Branch, weighs ? branch.weight : 1]));
    const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
    return { selection, draws: "one", pool: inShares(pool, (branch) => fraction(weights.get(branch) ?? 0, total)) };
  }
  if (why === "sample") {
    const pool = eligible(node.branches);
    return { selection, draws: "sample", pool: inShares(pool, () => fraction(chosen.length, pool.length)) };
  }
  return { selection, draws: chosen.length > 1 ? "all" : "one", pool: inShares(chosen, () => ONE) };
}

/** More ways than these to put one answer together are not listed. */
const MOST_COMBINATIONS = 4096;

class OddsWalk {
  readonly #context: OddsContext;
  readonly #health: HealthJudge;
  /** By node, then by depth: what is below is the same however one came there. */
  readonly #known = new Map<PolicyNode, Map<number, readonly Odds[]>>();
  readonly #numbers = new Map<RecordsLeaf, number>();

  constructor(context: OddsContext) {
    this.#context = context;
    this.#health = judgeHealth({ ...context, random: () => 0 });
  }

  #leafNumber(leaf: RecordsLeaf): number {
    const number = this.#numbers.get(leaf) ?? this.#numbers.size;
    this.#numbers.set(leaf, number);
    return number;
  }

  #key(outcome: PossibleOutcome): string {
    switch (outcome.kind) {
      case "records":
        return `records ${outcome.leaves.map((leaf) => this.#leafNumber(leaf)).join()}`;
      case "sample":
        return `sample ${outcome.size} ${outcome.leaves.map((leaf) => this.#leafNumber(leaf)).join()}`;
      case "elsewhere":
        return `elsewhere ${outcome.alias.hostedZoneId} ${outcome.alias.target} ${outcome.alias.type}`;
      case "nothing":
        return `nothing ${outcome.why}`;
      case "uncounted":
        return "uncounted";
    }
  }

  #merged(odds: Iterable<Odds>): Odds[] {
    const byKey = new Map<string, Odds>();
    for (const one of odds) {
      const key = this.#key(one.outcome);
      const before = byKey.get(key);
      byKey.set(
        key,
        before === undefined ? one : { ...before, probability: plus(before.probability, one.probability) },
      );
    }
    return [...byKey.values()];
  }

  below(node: RoutingNode, depth: number): readonly Odds[] {
    const surely = (outcome: PossibleOutcome): Odds[] => [{ outcome, probability: ONE }];
    if (depth > DEEPEST) return surely({ kind: "nothing", why: "alias-loop" });
    if (node.kind === "records") return surely({ kind: "records", leaves: [node] });
    if (node.kind === "alias") {
      const target = this.#context.aliasTarget(node);
      return target === undefined ? surely({ kind: "elsewhere", alias: node }) : this.below(target, depth + 1);
    }
    const depths = this.#known.get(node) ?? new Map<number, readonly Odds[]>();
    this.#known.set(node, depths);
    const known = depths.get(depth);
    if (known !== undefined) return known;
    const choice = choiceOf(node, this.#context, (branch) => this.#health.branch(branch, depth));
    const found = choice.pool.length === 0 ? surely({ kind: "nothing", why: "no-match" }) : this.#of(choice, depth);
    depths.set(depth, found);
    return found;
  }

  #of({ draws, pool, selection }: Choice, depth: number): Odds[] {
    const members = pool.map(({ branch }) => this.below(branch.next, depth + 1));
    if (draws === "one") {
      return this.#merged(
        pool.flatMap(({ share }, index) =>
          (members[index] ?? []).map(({ outcome, probability }) => ({
            outcome,
            probability: times(probability, share),
          })),
        ),
      );
    }
    if (draws === "all") return this.#together(members);
    const size = selection.chosen.length;
    const leaves = members.flatMap((odds) => {
      const [only, ...others] = odds;
      return only?.outcome.kind === "records" && others.length === 0 && only.outcome.leaves.length === 1
        ? only.outcome.leaves
        : [];
    });
    return [
      {
        outcome: leaves.length === members.length ? { kind: "sample", size, leaves } : { kind: "uncounted" },
        probability: ONE,
      },
    ];
  }

  /** All members answer at once: the first says what kind of answer it is, the others add their records. */
  #together(members: readonly (readonly Odds[])[]): Odds[] {
    const ways = members.reduce((product, odds) => product * odds.length, 1);
    const listed = members.every((odds) => odds.every(({ outcome }) => outcome.kind !== "sample"));
    if (ways > MOST_COMBINATIONS || !listed) return [{ outcome: { kind: "uncounted" }, probability: ONE }];
    const [first = [], ...others] = members;
    let soFar: readonly Odds[] = first;
    for (const more of others) {
      soFar = this.#merged(
        soFar.flatMap((one) => {
          const { outcome } = one;
          if (outcome.kind !== "records") return [one];
          return more.map((other) => ({
            outcome:
              other.outcome.kind === "records"
                ? { kind: "records" as const, leaves: [...outcome.leaves, ...other.outcome.leaves] }
                : outcome,
            probability: times(one.probability, other.probability),
          }));
        }),
      );
    }
    return [...soFar];
  }
}

/** What `route` may answer, with how likely each is; the probabilities add up to one. */
export function oddsOf(tree: RoutingNode, context: OddsContext): readonly Odds[] {
  return new OddsWalk(context).below(tree, 0);
}

/** A routing tree as one client meets it, with the share of each way. */
export type Prospect =
  | { readonly kind: "policy"; readonly step: PolicyStep; readonly ways: readonly ProspectWay[] }
  | { readonly kind: "records"; readonly leaf: RecordsLeaf }
  /** `next` is undefined where no zone here has the target, and below ways that are not taken. */
  | { readonly kind: "alias"; readonly alias: AliasLeaf; readonly found: boolean; readonly next: Prospect | undefined }
  /** A policy that is shown elsewhere in the tree; below itself, an alias that leads in a circle. */
  | { readonly kind: "again"; readonly node: PolicyNode }
  /** A policy below a way that is not taken. */
  | { readonly kind: "unvisited"; readonly node: PolicyNode };

/** A branch, in the order of the step's considered ones. */
export interface ProspectWay {
  readonly branch: Branch;
  /** How likely it is chosen by those who come to its policy; zero where it is not. */
  readonly share: Fraction;
  readonly next: Prospect;
}

/** Each policy is opened where it is met first, and named wherever else it is met. */
export function prospectOf(tree: RoutingNode, context: OddsContext): Prospect {
  const judge = judgeHealth({ ...context, random: () => 0 });
  const opened = new Set<PolicyNode>();
  const see = (node: RoutingNode, depth: number, taken: boolean): Prospect => {
    if (node.kind === "records") return { kind: "records", leaf: node };
    if (node.kind === "alias") {
      const target = context.aliasTarget(node);
      const next = target === undefined || !taken ? undefined : see(target, depth + 1, true);
      return { kind: "alias", alias: node, found: target !== undefined, next };
    }
    if (!taken) return { kind: "unvisited", node };
    if (opened.has(node)) return { kind: "again", node };
    opened.add(node);
    const health = (branch: Branch) => judge.branch(branch, depth);
    const { selection, pool } = choiceOf(node, context, health);
    const shares = new Map(pool.map(({ branch, share }) => [branch, share]));
    const step = policyStep(
      node,
      // A simple policy does not look at its one record set's health; who reads the reason does.
      {
        ...selection,
        chosen: [...shares.keys()],
        noneHealthy: selection.noneHealthy || (node.kind === "simple" && !node.branches.some(health)),
      },
      { ...context, random: () => 0 },
      { branch: health, target: (branch) => judge.target(branch, depth) },
    );
    const ways = node.branches.map((branch) => {
      const share = shares.get(branch);
      return { branch, share: share ?? ZERO, next: see(branch.next, depth + 1, share !== undefined) };
    });
    return { kind: "policy", step, ways };
  };
  return see(tree, 0, true);
}

/** How likely one value is among a sample: of `leaves`, `holding` have it, and `size` are drawn. */
export function chanceInSample(size: number, leaves: number, holding: number): Fraction {
  const all = combinations(leaves, size);
  const without = leaves - holding < size ? 0n : combinations(leaves - holding, size);
  return fraction(all - without, all);
}
