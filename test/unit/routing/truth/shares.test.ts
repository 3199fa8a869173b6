/**
 * Shares of answers as they fall, by Pearson's chi-squared test: 100,000 answers each, with a fixed seed, so that a verdict is
 * the same every time. The critical values leave a fair draw to fail once in a thousand seeds.
 */

import { describe, expect, it } from "vitest";
import type { RecordSet, RoutingPolicy } from "../../../../src/route53/record-set.ts";
import { route } from "../../../../src/routing/route.ts";
import { recordSet } from "../fixtures.ts";
import { criticalValue, judge, seeded, type Verdict } from "./chi-squared.ts";
import { type Asker, DeveloperGuide, type World } from "./developer-guide.ts";
import { Engine, outcomeText, WWW, worldOf } from "./worlds.ts";

/** For a machine that has other work as well. */
const PATIENCE = { timeout: 60_000 };

const ANSWERS = 100_000;
const SEED = 53;
const ASKER: Asker = { subnet: "192.0.2.0/24", latencyMs: { "us-east-1": 10, "eu-west-1": 80 } };

function drawn(world: World, random: () => number): ReadonlyMap<string, number> {
  const engine = new Engine(world);
  const [tree, context] = [engine.tree(), engine.context(ASKER, random)];
  const counts = new Map<string, number>();
  for (let answer = 0; answer < ANSWERS; answer++) {
    const text = outcomeText(route(tree, context).outcome);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

function verdictOn(world: World, random = seeded(SEED)): Verdict {
  return judge(drawn(world, random), new DeveloperGuide(world, ASKER).answers(WWW, "A"));
}

function expectFair({ chiSquared, critical, strangers }: Verdict): void {
  expect(strangers).toEqual([]);
  expect(chiSquared).toBeLessThan(critical);
}

function weighted(...weights: readonly number[]): RoutingPolicy[] {
  return weights.map((weight) => ({ kind: "weighted", weight }));
}

/** A weighted group under another name. */
function group(name: string, weights: readonly number[], first: number): RecordSet[] {
  return weights.map((weight, index) =>
    recordSet({ name, id: `${name} ${index}`, policy: { kind: "weighted", weight }, value: `10.0.0.${first + index}` }),
  );
}

const WEIGHTED_IN_WEIGHTED: World = {
  sets: [
    recordSet({ id: "a", policy: { kind: "weighted", weight: 3 }, alias: "a.example.com" }),
    recordSet({ id: "b", policy: { kind: "weighted", weight: 1 }, alias: "b.example.com" }),
    recordSet({ id: "c", policy: { kind: "weighted", weight: 2 }, value: "10.0.0.99", check: "down" }),
    ...group("a.example.com", [1, 2, 5], 10),
    ...group("b.example.com", [7, 1], 20),
  ],
  down: new Set(["down"]),
};

const WEIGHTED_UNDER_LATENCY: World = {
  sets: [
    recordSet({ id: "us", policy: { kind: "latency", region: "us-east-1" }, alias: "a.example.com" }),
    recordSet({ id: "eu", policy: { kind: "latency", region: "eu-west-1" }, alias: "b.example.com" }),
    ...group("a.example.com", [80, 20, 0, 27], 10),
    ...group("b.example.com", [1, 1], 20),
  ],
  down: new Set(),
};

describe("the shares of 100,000 answers", PATIENCE, () => {
  it.each([
    ["weights of 1 and 255", worldOf(weighted(1, 255), [])],
    ["weights of 80 and 20", worldOf(weighted(80, 20), [])],
    ["weights of 10, 20 and 20", worldOf(weighted(10, 20, 20), [])],
    [
      "weights of 10, 20 and 20 of which the last is unhealthy",
      worldOf(weighted(10, 20, 20), ["healthy", "healthy", "unhealthy"]),
    ],
    ["five weights of zero", worldOf(weighted(0, 0, 0, 0, 0), [])],
    ["a hundred different weights", worldOf(weighted(...Array.from({ length: 100 }, (_, index) => index + 1)), [])],
    ["weighted groups in a weighted group", WEIGHTED_IN_WEIGHTED],
    ["a weighted group under a latency group", WEIGHTED_UNDER_LATENCY],
  ])("are those of %s", (_, world) => {
    expectFair(verdictOn(world));
  });

  it.each([9, 10, 12])(
    "are equal among all the ways to take eight of %i multivalue answers, so of each and of each pair",
    (count) => {
      const world = worldOf(Array(count).fill({ kind: "multivalue" }), []);
      expectFair(verdictOn(world));
    },
  );

  it("are equal among the eights of ten healthy multivalue answers, whatever the unhealthy ones", () => {
    const world = worldOf(Array(13).fill({ kind: "multivalue" }), [
      "unhealthy",
      ...Array(5).fill("healthy"),
      "unhealthy",
      ...Array(5).fill("no check"),
      "unhealthy",
    ]);
    expectFair(verdictOn(world));
  });
});

describe("the test of shares", PATIENCE, () => {
  it("has the critical values of the tables", () => {
    // NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.4, column 0.001.
    for (const [degrees, value] of [
      [1, 10.828],
      [4, 18.467],
      [8, 26.124],
      [44, 78.75],
      [100, 149.449],
    ] as const) {
      expect(criticalValue(degrees) / value).toBeCloseTo(1, 1);
    }
  });

  it("rejects draws that lean to one side by a few percent, and weights that are others", () => {
    const leaning = () => {
      const random = seeded(SEED);
      return () => random() ** 1.03;
    };
    for (const world of [
      worldOf(weighted(80, 20), []),
      WEIGHTED_IN_WEIGHTED,
      worldOf(Array(10).fill({ kind: "multivalue" }), []),
    ]) {
      const { chiSquared, critical } = verdictOn(world, leaning());
      expect(chiSquared).toBeGreaterThan(critical);
    }
    const counts = drawn(worldOf(weighted(80, 20), []), seeded(SEED));
    const others = new DeveloperGuide(worldOf(weighted(79, 21), []), ASKER).answers(WWW, "A");
    expect(judge(counts, others).chiSquared).toBeGreaterThan(criticalValue(1));
  });

  it("rejects draws that repeat themselves", () => {
    const { chiSquared, critical } = verdictOn(worldOf(weighted(10, 20, 20), []), () => 0.1);
    expect(chiSquared).toBeGreaterThan(critical);
  });

  it("passes fair draws of other seeds, nearly always", () => {
    const world = worldOf(weighted(10, 20, 20), []);
    const verdicts = Array.from({ length: 5 }, (_, seed) => verdictOn(world, seeded(seed)));
    expect(verdicts.filter(({ chiSquared, critical }) => chiSquared > critical).length).toBeLessThanOrEqual(1);
  });
});
