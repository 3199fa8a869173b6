/** A world of record sets as the routing engine sees it, and what the engine makes of it: the other side of every comparison. */

import { expect } from "vitest";
import { type DomainName, domainName } from "../../../../src/route53/names.ts";
import type { RecordSet, RoutingPolicy } from "../../../../src/route53/record-set.ts";
import { CidrCollections } from "../../../../src/routing/cidr-collections.ts";
import { type Client, parseSubnet } from "../../../../src/routing/client.ts";
import { compileRecordSets } from "../../../../src/routing/compile-record-sets.ts";
import type { RoutingContext } from "../../../../src/routing/context.ts";
import { type Outcome, route } from "../../../../src/routing/route.ts";
import type { RoutingNode } from "../../../../src/routing/tree.ts";
import { type Chances, overEveryDraw, shown } from "./chances.ts";
import { type Asker, DeveloperGuide, NO_ANSWER, valuesText, type World } from "./developer-guide.ts";

export const WWW = domainName("www.example.com");

/** Nothing but these totals is drawn from: every sum of weights that a test uses divides it. */
export const CELLS = 60;

export function clientOf({ subnet, place }: Asker): Client {
  const parsed = parseSubnet(subnet);
  if (parsed === undefined) throw new Error(`${subnet} is no subnet`);
  const location = place && {
    continentCode: place.continent,
    countryCode: place.country,
    ...(place.subdivision === undefined ? {} : { subdivisionCode: place.subdivision }),
    coordinates: { latitude: place.spot[0], longitude: place.spot[1] },
  };
  return { subnet: parsed, location };
}

/** The engine's view of a world. */
export class Engine {
  readonly #world: World;
  readonly #trees;
  readonly #collections = new CidrCollections();

  constructor(world: World) {
    this.#world = world;
    this.#trees = compileRecordSets(world.sets);
    for (const [id, locations] of Object.entries(world.collections ?? {})) {
      this.#collections.put({ id, locations: Object.entries(locations).map(([name, blocks]) => ({ name, blocks })) });
    }
  }

  tree(name: DomainName = WWW): RoutingNode {
    const tree = this.#trees.get(name)?.get("A");
    if (tree === undefined) throw new Error(`there is no ${name} A`);
    return tree;
  }

  context(asker: Asker, random: () => number): RoutingContext {
    return {
      client: clientOf(asker),
      isHealthy: (id) => !this.#world.down.has(id),
      random,
      latencyMs: (_, region) => asker.latencyMs?.[region] ?? Number.POSITIVE_INFINITY,
      aliasTarget: ({ target, type }) => this.#trees.get(target)?.get(type),
      cidrLocation: (id, client) => this.#collections.locate(id, client),
    };
  }

  /** Of the tree that is given, or of {@link WWW}. */
  answers(asker: Asker, tree: RoutingNode = this.tree(), cells = CELLS): Chances {
    let next: () => number = () => 0;
    const context = this.context(asker, () => next());
    return overEveryDraw(cells, (random) => {
      next = random;
      return outcomeText(route(tree, context).outcome);
    });
  }
}

export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case "records":
      return valuesText(outcome.leaves.flatMap(({ values }) => values));
    case "elsewhere":
      return `alias ${outcome.alias.target}`;
    case "nothing":
      return NO_ANSWER;
  }
}

/** Asserts that the engine answers each asker as the Developer Guide does: the same answers, each as probable. */
export function expectTheGuidesAnswers(world: World, askers: readonly Asker[], what: string): void {
  const engine = new Engine(world);
  for (const asker of askers) {
    const guide = shown(new DeveloperGuide(world, asker).answers(WWW, "A"));
    const answers = shown(engine.answers(asker));
    // There are many thousands of these: an assertion is made of what differs.
    if (JSON.stringify(answers) === JSON.stringify(guide)) continue;
    expect(answers, `${what}, asked by ${JSON.stringify(asker)}`).toEqual(guide);
  }
}

/** How an answer can stand: its record set, its check, and what is behind it. */
export const STATES = ["no check", "healthy", "unhealthy", "alias, healthy target", "alias, unhealthy target"] as const;
export type State = (typeof STATES)[number];

/** States beyond the five: an alias that does not ask, one with a failing check of its own, one to what is not here. */
export const MORE_STATES = ["alias that does not evaluate", "alias with a failing check", "alias to AWS"] as const;
export type AnyState = State | (typeof MORE_STATES)[number];

/** Every row of a truth table over so many answers. */
export function rows<S>(states: readonly S[], count: number): S[][] {
  if (count === 0) return [[]];
  return rows(states, count - 1).flatMap((row) => states.map((state) => [...row, state]));
}

const UP = "up";
const DOWN = "down";

/** The record set of one answer in a state, and its alias's target where it has one. */
function setsOf(policy: RoutingPolicy, state: AnyState, index: number, name: DomainName): RecordSet[] {
  const value = `192.0.2.${index + 1}`;
  const identity = policy.kind === "simple" ? {} : { setIdentifier: `answer-${index}` };
  const own = { name, type: "A", policy, ...identity } as const;
  const records = { kind: "records", ttlSeconds: 60, values: [value] } as const;
  const check = (healthCheckId: string) => ({ healthCheckId });
  const alias = (target: DomainName, evaluateTargetHealth: boolean) =>
    ({ kind: "alias", hostedZoneId: "Z1", target, evaluateTargetHealth }) as const;
  const behind = domainName(`target-${index}.${name}`);
  const simple = (targetCheck: string): RecordSet => ({
    name: behind,
    type: "A",
    policy: { kind: "simple" },
    answer: records,
    ...check(targetCheck),
  });
  switch (state) {
    case "no check":
      return [{ ...own, answer: records }];
    case "healthy":
      return [{ ...own, answer: records, ...check(UP) }];
    case "unhealthy":
      return [{ ...own, answer: records, ...check(DOWN) }];
    case "alias, healthy target":
      return [{ ...own, answer: alias(behind, true) }, simple(UP)];
    case "alias, unhealthy target":
      return [{ ...own, answer: alias(behind, true) }, simple(DOWN)];
    case "alias that does not evaluate":
      return [{ ...own, answer: alias(behind, false) }, simple(DOWN)];
    case "alias with a failing check":
      return [{ ...own, answer: alias(behind, true), ...check(DOWN) }, simple(UP)];
    case "alias to AWS":
      return [{ ...own, answer: alias(domainName(`d${index}.cloudfront.net`), true) }];
  }
}

/** One row: an answer for each policy, in its state. */
export function worldOf(policies: readonly RoutingPolicy[], row: readonly AnyState[], name: DomainName = WWW): World {
  return {
    sets: policies.flatMap((policy, index) => setsOf(policy, row[index] ?? "no check", index, name)),
    down: new Set([DOWN]),
  };
}
