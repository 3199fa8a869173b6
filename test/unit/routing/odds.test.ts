import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DomainName, domainName } from "../../../src/route53/names.ts";
import type { RecordSet, RoutingPolicy } from "../../../src/route53/record-set.ts";
import { compileRecordSets } from "../../../src/routing/compile-record-sets.ts";
import { fraction, fractionText, fractionValue, plus, ZERO } from "../../../src/routing/fraction.ts";
import { chanceInSample, oddsOf, type PossibleOutcome, prospectOf } from "../../../src/routing/odds.ts";
import { route } from "../../../src/routing/route.ts";
import type { AliasLeaf } from "../../../src/routing/tree.ts";
import { contextFor, recordSet, treeOf } from "./fixtures.ts";

type Options = Parameters<typeof contextFor>[1];

/** A generator of numbers from 0 up to 1 that always gives the same ones (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function outcomeText(outcome: PossibleOutcome): string {
  switch (outcome.kind) {
    case "records":
      return outcome.leaves.flatMap(({ values }) => values).join("+");
    case "sample":
      return `${outcome.size} of ${outcome.leaves.length}`;
    case "elsewhere":
      return outcome.alias.target;
    case "nothing":
      return outcome.why;
    case "uncounted":
      return "uncounted";
  }
}

function odds(sets: readonly RecordSet[], options: Options = {}): Record<string, string> {
  const found = oddsOf(treeOf(sets), contextFor(sets, options));
  return Object.fromEntries(found.map(({ outcome, probability }) => [outcomeText(outcome), fractionText(probability)]));
}

const weighted = (id: string, weight: number, more: Partial<Parameters<typeof recordSet>[0]> = {}) =>
  recordSet({ id, policy: { kind: "weighted", weight }, value: id, check: id, ...more });
const multivalue = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    recordSet({ id: `v${index}`, policy: { kind: "multivalue" }, value: `v${index}`, check: `v${index}` }),
  );

describe("the odds of an answer", () => {
  it("are the weights' shares, as fractions", () => {
    expect(odds([weighted("a", 1), weighted("b", 2), weighted("c", 4)])).toEqual({ a: "1/7", b: "2/7", c: "4/7" });
  });

  it("are shared among the healthy ones", () => {
    const sets = [weighted("a", 80), weighted("b", 20), weighted("c", 100)];
    expect(odds(sets, { down: ["c"] })).toEqual({ a: "4/5", b: "1/5" });
    expect(odds(sets, { down: ["a", "b", "c"] })).toEqual({ a: "2/5", b: "1/10", c: "1/2" });
  });

  it("leave weight 0 out until every weight above it is unhealthy, and share equally then", () => {
    const sets = [weighted("a", 10), weighted("b", 0), weighted("c", 0)];
    expect(odds(sets)).toEqual({ a: "1" });
    expect(odds(sets, { down: ["a"] })).toEqual({ b: "1/2", c: "1/2" });
    expect(odds(sets, { down: ["a", "b", "c"] })).toEqual({ a: "1" });
    expect(odds([weighted("a", 0), weighted("b", 0), weighted("c", 0)], { down: ["b"] })).toEqual({
      a: "1/2",
      c: "1/2",
    });
  });

  it("are multiplied down a tree of aliases, and added where two ways end the same", () => {
    const sets = [
      weighted("left", 1, { alias: "left.example.com" }),
      weighted("right", 3, { alias: "right.example.com" }),
      weighted("a", 1, { name: "left.example.com" }),
      weighted("b", 1, { name: "left.example.com" }),
      weighted("c", 2, { name: "right.example.com", alias: "left.example.com" }),
      weighted("d", 1, { name: "right.example.com" }),
    ];
    expect(odds(sets)).toEqual({ a: "3/8", b: "3/8", d: "1/4" });
  });

  it("follow health out of a branch that evaluates its target, and stay in one that does not", () => {
    const sets = (evaluate: boolean) => [
      weighted("left", 1, { alias: "left.example.com", evaluate }),
      weighted("right", 3),
      weighted("a", 1, { name: "left.example.com" }),
    ];
    expect(odds(sets(true), { down: ["a"] })).toEqual({ right: "1" });
    expect(odds(sets(false), { down: ["a"] })).toEqual({ a: "1/4", right: "3/4" });
  });

  it("are certain for up to eight multivalue answers", () => {
    expect(odds(multivalue(3), { down: ["v1"] })).toEqual({ "v0+v2": "1" });
    expect(Object.values(odds(multivalue(8)))).toEqual(["1"]);
  });

  it("name a sample of more than eight, in which each is as likely as any other", () => {
    expect(odds(multivalue(12), { down: ["v3"] })).toEqual({ "8 of 11": "1" });
    expect(fractionText(chanceInSample(8, 11, 1))).toBe("8/11");
    // Two of nine have the value: it is missing only when the one that is left out has it and no other does.
    expect(fractionText(chanceInSample(8, 9, 2))).toBe("1");
    expect(fractionText(chanceInSample(8, 12, 2))).toBe("10/11");
  });

  it("say so when nothing matches, and where an alias leads out of the zones here", () => {
    const germany: RoutingPolicy = { kind: "geolocation", place: { countryCode: "DE" } };
    const sets = [recordSet({ id: "de", policy: germany, alias: "d1.cloudfront.net" })];
    expect(odds(sets, { client: "198.51.100.1" })).toEqual({ "d1.cloudfront.net.": "1" });
    expect(odds(sets, { client: "203.0.113.1" })).toEqual({ "no-match": "1" });
  });

  it("count every way through a wide and deep tree without going it", () => {
    const levels = Array.from({ length: 9 }, (_, level) =>
      Array.from({ length: 10 }, (_, index) =>
        weighted(`${level}-${index}`, index + 1, {
          name: level === 0 ? "www.example.com" : `l${level}.example.com`,
          ...(level === 8 ? {} : { alias: `l${level + 1}.example.com` }),
        }),
      ),
    ).flat();
    const found = odds(levels);
    expect(Object.keys(found)).toHaveLength(10);
    expect(found["8-9"]).toBe("2/11");
  });
});

/** Trees of three names, each a group of one policy over values and aliases further down; anything may be unhealthy. */
const groups = fc
  .array(
    fc.record({
      kind: fc.constantFrom("weighted", "multivalue", "failover", "latency", "geolocation"),
      branches: fc.array(
        fc.record({
          weight: fc.integer({ min: 0, max: 3 }),
          checked: fc.boolean(),
          alias: fc.boolean(),
          evaluate: fc.boolean(),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    { minLength: 3, maxLength: 3 },
  )
  .map((levels) =>
    levels.flatMap(({ kind, branches }, level) => {
      const name = level === 0 ? "www.example.com" : `l${level}.example.com`;
      return branches.slice(0, kind === "failover" ? 2 : 4).map(({ weight, checked, alias, evaluate }, index) => {
        const policies: Record<string, RoutingPolicy> = {
          weighted: { kind: "weighted", weight },
          multivalue: { kind: "multivalue" },
          failover: { kind: "failover", role: index === 0 ? "PRIMARY" : "SECONDARY" },
          latency: { kind: "latency", region: ["us-east-1", "eu-west-1", "sa-east-1", "ap-south-1"][index] ?? "" },
          geolocation: {
            kind: "geolocation",
            place:
              [{ countryCode: "DE" }, { continentCode: "EU" }, { countryCode: "US" }, { countryCode: "*" }][index] ??
              {},
          },
        };
        const id = `${level}-${index}`;
        const leads = alias && level < 2 && kind !== "multivalue";
        return recordSet({
          name,
          id,
          policy: policies[kind] ?? { kind: "simple" },
          evaluate,
          ...(checked ? { check: id } : {}),
          ...(leads ? { alias: `l${level + 1}.example.com` } : { value: id }),
        });
      });
    }),
  );
const downs = fc.subarray(["0-0", "0-1", "0-2", "0-3", "1-0", "1-1", "1-2", "1-3", "2-0", "2-1", "2-2", "2-3"]);
const clients = fc.constantFrom("198.51.100.1", "192.0.2.1", "127.0.0.1");

describe("the odds of any tree", () => {
  it("add up to exactly one", () => {
    fc.assert(
      fc.property(groups, downs, clients, (sets, down, client) => {
        const found = oddsOf(treeOf(sets), contextFor(sets, { down, client }));
        expect(found.reduce((sum, { probability }) => plus(sum, probability), ZERO)).toEqual(fraction(1));
      }),
    );
  });

  it("are what the name server's draws come to", () => {
    const draws = 4000;
    const random = seeded(53);
    fc.assert(
      fc.property(groups, downs, clients, (sets, down, client) => {
        const context = contextFor(sets, { down, client, random });
        const tree = treeOf(sets);
        const counts = new Map<string, number>();
        for (let draw = 0; draw < draws; draw++) {
          const text = outcomeText(route(tree, context).outcome);
          counts.set(text, (counts.get(text) ?? 0) + 1);
        }
        for (const { outcome, probability } of oddsOf(tree, context)) {
          const expected = fractionValue(probability);
          const share = (counts.get(outcomeText(outcome)) ?? 0) / draws;
          // Five standard deviations: once in two million.
          expect(Math.abs(share - expected)).toBeLessThanOrEqual(5 * Math.sqrt((expected * (1 - expected)) / draws));
          counts.delete(outcomeText(outcome));
        }
        expect([...counts.keys()]).toEqual([]);
      }),
      { seed: 53, numRuns: 60 },
    );
  });

  it("are those of a sample, too", () => {
    const sets = multivalue(11);
    const context = contextFor(sets, { random: seeded(7) });
    const draws = 20_000;
    let holding = 0;
    for (let draw = 0; draw < draws; draw++) {
      const { outcome } = route(treeOf(sets), context);
      if (outcome.kind === "records" && outcome.leaves.some(({ values }) => values.includes("v10"))) holding += 1;
    }
    const expected = fractionValue(chanceInSample(8, 11, 1));
    expect(Math.abs(holding / draws - expected)).toBeLessThan(5 * Math.sqrt((expected * (1 - expected)) / draws));
  });

  it("go with a loop of aliases as far as the name server does", () => {
    const sets = [
      weighted("out", 1, { value: "out" }),
      weighted("round", 1, { alias: "round.example.com", evaluate: false }),
      recordSet({ name: "round.example.com", alias: "www.example.com", evaluate: false }),
    ];
    const found = odds(sets);
    expect(Object.keys(found).sort()).toEqual(["alias-loop", "out"]);
    expect(found["alias-loop"]).toMatch(/^1\/\d+$/);
    const trees = compileRecordSets(sets);
    const targetOf = (name: DomainName) => trees.get(name)?.get("A");
    const context = { ...contextFor(sets), aliasTarget: ({ target }: AliasLeaf) => targetOf(target) };
    const tree = targetOf(domainName("www.example.com"));
    expect(tree && prospectOf(tree, context)).toMatchObject({
      kind: "policy",
      ways: [{ next: { kind: "records" } }, { next: { next: { ways: [{ next: { next: { kind: "again" } } }] } } }],
    });
  });
});

describe("a prospect", () => {
  it("has every record set that was considered, with its share, and opens those that may answer", () => {
    const sets = [
      weighted("a", 80),
      weighted("b", 20),
      weighted("c", 100, { alias: "c.example.com" }),
      recordSet({ name: "c.example.com" }),
    ];
    const prospect = prospectOf(treeOf(sets), contextFor(sets, { down: ["c"] }));
    expect(prospect).toMatchObject({
      kind: "policy",
      step: {
        policy: "weighted",
        why: "drawn-by-weight",
        considered: [{ chosen: true }, { chosen: true }, { chosen: false }],
      },
      ways: [
        { share: fraction(4, 5) },
        { share: fraction(1, 5) },
        { share: ZERO, next: { kind: "alias", found: true, next: undefined } },
      ],
    });
  });
});
