/** One question put to the zones of a source: the way through the zone, the trees on it, and the odds of every answer. Pure. */

import { TYPE, typeName } from "../dns/types.ts";
import { type LookupState, lookUp } from "../dns/zone-lookup.ts";
import { type DomainName, displayName, domainName, InvalidNameError, isWithin } from "../route53/names.ts";
import { canonicalValue, RecordDataError } from "../route53/record-data.ts";
import type { RecordType } from "../route53/record-set.ts";
import { compareFractions, type Fraction, ONE, plus, times } from "../routing/fraction.ts";
import { chanceInSample, type OddsContext, oddsOf, type PossibleOutcome } from "../routing/odds.ts";
import type { RecordsLeaf, RoutingNode } from "../routing/tree.ts";
import { chanceOf } from "./chance.ts";
import type { AnswerContent, PossibleAnswer } from "./explanation.ts";
import type { ExplainedZone } from "./zones.ts";

export interface Question {
  readonly name: DomainName;
  /** By number. */
  readonly type: number;
}

/** CNAMEs in a row that name servers follow. */
const LONGEST_CHAIN = 16;

export type Lookup = LookupState<RoutingNode>;

/** One name on the way: what the zone says about it, and where CNAMEs lead from there. */
export interface Visit {
  readonly name: DomainName;
  readonly lookup: Lookup | { readonly state: "outside" } | { readonly state: "chain-ends" };
  /** By the target that a CNAME names. */
  readonly onward: ReadonlyMap<DomainName, Visit>;
}

/** The host that a CNAME's value names; undefined when it is none. */
function hostOf(value: string): DomainName | undefined {
  try {
    return domainName(value);
  } catch (error) {
    if (error instanceof InvalidNameError) return undefined;
    throw error;
  }
}

/** The CNAME that an outcome gives: the first there is. */
function cnameOf(outcome: PossibleOutcome): { readonly host: DomainName; readonly ttlSeconds: number } | undefined {
  if (outcome.kind !== "records") return undefined;
  for (const { values, ttlSeconds } of outcome.leaves) {
    for (const value of values) {
      const host = hostOf(value);
      if (host !== undefined) return { host, ttlSeconds };
    }
  }
  return undefined;
}

/** Every name that a question can lead to within its zone, for this client and health. */
export function visit(zone: ExplainedZone, question: Question, context: OddsContext): Visit {
  const from = (name: DomainName, before: readonly DomainName[]): Visit => {
    const ends = (state: "outside" | "chain-ends"): Visit => ({ name, lookup: { state }, onward: new Map() });
    if (!isWithin(name, zone.name)) return ends("outside");
    if (before.includes(name) || before.length > LONGEST_CHAIN) return ends("chain-ends");
    const lookup = lookUp(zone, name, question.type);
    const onward = new Map<DomainName, Visit>();
    if (lookup.state === "follow") {
      for (const { outcome } of oddsOf(lookup.tree, context)) {
        const cname = cnameOf(outcome);
        if (cname !== undefined && !onward.has(cname.host)) onward.set(cname.host, from(cname.host, [...before, name]));
      }
    }
    return { name, lookup, onward };
  };
  return from(question.name, []);
}

/** Every tree on the way, whatever client or health: of all CNAMEs there are. */
export function treesOf(zone: ExplainedZone, question: Question): RoutingNode[] {
  const trees: RoutingNode[] = [];
  const seen = new Set<DomainName>();
  const open = [question.name];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name) || !isWithin(name, zone.name)) continue;
    seen.add(name);
    const lookup = lookUp(zone, name, question.type);
    if (lookup.state !== "hit" && lookup.state !== "follow") continue;
    trees.push(lookup.tree);
    if (lookup.state === "follow")
      open.push(...leavesOf(lookup.tree).flatMap(({ values }) => values.flatMap((value) => hostOf(value) ?? [])));
  }
  return trees;
}

/** The leaves of a tree that are in it without following aliases. */
export function leavesOf(tree: RoutingNode): RecordsLeaf[] {
  const seen = new Set<RoutingNode>();
  const leaves: RecordsLeaf[] = [];
  const open = [tree];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.kind === "records") leaves.push(node);
    else if (node.kind !== "alias") open.push(...node.branches.map(({ next }) => next));
  }
  return leaves;
}

/** One text for values that mean the same; a traffic policy's endpoint may be any text. */
function canonical(type: string, value: string): string {
  try {
    return canonicalValue(type as RecordType, value);
  } catch (error) {
    if (error instanceof RecordDataError || error instanceof InvalidNameError) return value;
    throw error;
  }
}

interface Found {
  readonly answer: Omit<PossibleAnswer, "probability">;
  readonly probability: Fraction;
}

const leastTtl = (leaves: readonly RecordsLeaf[]) => Math.min(...leaves.map(({ ttlSeconds }) => ttlSeconds));

function contentOf(outcome: PossibleOutcome, owner: DomainName, typeNumber: number): AnswerContent {
  const [name, type] = [displayName(owner), typeName(typeNumber)];
  switch (outcome.kind) {
    case "records": {
      const values = outcome.leaves.flatMap((leaf) => leaf.values.map((value) => canonical(type, value)));
      return { kind: "records", name, type, ttlSeconds: leastTtl(outcome.leaves), values: [...new Set(values)].sort() };
    }
    case "sample": {
      const { size, leaves } = outcome;
      const holding = new Map<string, number>();
      for (const leaf of leaves) {
        for (const value of new Set(leaf.values.map((one) => canonical(type, one)))) {
          holding.set(value, (holding.get(value) ?? 0) + 1);
        }
      }
      return {
        kind: "sample",
        name,
        type,
        ttlSeconds: leastTtl(leaves),
        size,
        values: [...holding].map(([value, count]) => ({
          value,
          probability: chanceOf(chanceInSample(size, leaves.length, count)),
        })),
      };
    }
    case "elsewhere":
      return { kind: "elsewhere", target: displayName(outcome.alias.target), type: outcome.alias.type };
    case "nothing":
      return { kind: "nothing", why: outcome.why };
    case "uncounted":
      return { kind: "uncounted" };
  }
}

/** The names of a cut's servers, as the zone has them. */
export function delegatedServers(cut: Extract<Lookup, { state: "delegation" }>["cut"]): string[] {
  const tree = cut.sets.get(TYPE.NS);
  const leaves = tree === undefined ? [] : leavesOf(tree);
  return leaves.flatMap(({ values }) => values.map((value) => displayName(canonical("NS", value)))).sort();
}

function* answersFrom(at: Visit, question: Question, context: OddsContext): Generator<Found> {
  const surely = (rcode: PossibleAnswer["rcode"], content: AnswerContent): Found => ({
    answer: { rcode, chain: [], content },
    probability: ONE,
  });
  const { lookup, name } = at;
  switch (lookup.state) {
    case "name-error":
      return yield surely("NXDOMAIN", { kind: "nothing", why: "name-error" });
    case "no-data":
      return yield surely("NOERROR", { kind: "nothing", why: "no-data" });
    case "delegation": {
      const { cut } = lookup;
      return yield surely("NOERROR", {
        kind: "referral",
        cut: displayName(cut.name),
        nameServers: delegatedServers(cut),
      });
    }
    case "outside":
    case "chain-ends":
      return yield surely("NOERROR", { kind: "cname", target: displayName(name) });
    case "hit":
      for (const { outcome, probability } of oddsOf(lookup.tree, context)) {
        yield { answer: { rcode: "NOERROR", chain: [], content: contentOf(outcome, name, lookup.type) }, probability };
      }
      return;
    case "follow":
      for (const { outcome, probability } of oddsOf(lookup.tree, context)) {
        const cname = cnameOf(outcome);
        const next = cname && at.onward.get(cname.host);
        if (cname === undefined || next === undefined) {
          const content: AnswerContent =
            outcome.kind === "records" ? { kind: "nothing", why: "no-data" } : contentOf(outcome, name, TYPE.CNAME);
          yield { answer: { rcode: "NOERROR", chain: [], content }, probability };
          continue;
        }
        const link = { name: displayName(name), ttlSeconds: cname.ttlSeconds, target: displayName(cname.host) };
        for (const found of answersFrom(next, question, context)) {
          yield {
            answer: { ...found.answer, chain: [link, ...found.answer.chain] },
            probability: times(found.probability, probability),
          };
        }
      }
  }
}

/** Those that look the same are one; the likeliest first, and of equals the one that reads first. */
export function possibleAnswers(start: Visit, question: Question, context: OddsContext): PossibleAnswer[] {
  const merged = new Map<string, Found>();
  for (const found of answersFrom(start, question, context)) {
    const key = JSON.stringify(found.answer);
    const before = merged.get(key);
    merged.set(
      key,
      before === undefined ? found : { ...before, probability: plus(before.probability, found.probability) },
    );
  }
  return [...merged]
    .sort(([a, one], [b, other]) => compareFractions(other.probability, one.probability) || (a < b ? -1 : 1))
    .map(([, { answer, probability }]) => ({ probability: chanceOf(probability), ...answer }));
}
