/** Laws of nested policies: random trees of aliases, four deep, against the Developer Guide's rules and against themselves. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { domainName } from "../../../../src/route53/names.ts";
import type { RecordSet } from "../../../../src/route53/record-set.ts";
import { compileRecordSets } from "../../../../src/routing/compile-record-sets.ts";
import { oddsOf } from "../../../../src/routing/odds.ts";
import { route } from "../../../../src/routing/route.ts";
import { CERTAIN, type Chances, fraction, mixed, shown } from "./chances.ts";
import { type Asker, angle, biased, DeveloperGuide, NO_ANSWER } from "./developer-guide.ts";
import {
  ASKERS,
  changedAt,
  type Group,
  groups,
  NESTED_CELLS,
  SPOTS,
  valueAt,
  waysOf,
  withChecks,
  worldOfGroup,
} from "./nested-worlds.ts";
import { Engine, outcomeText, WWW } from "./worlds.ts";

/** For a machine that has other work as well. */
const PATIENCE = { timeout: 60_000 };

const RUNS = { numRuns: 300 };
const askers = fc.constantFrom(...ASKERS);

function chancesOf(group: Group, asker: Asker): Chances {
  const engine = new Engine(worldOfGroup(group));
  return engine.answers(asker, engine.tree(), NESTED_CELLS);
}

function answersOf(group: Group, asker: Asker): Record<string, string> {
  return shown(chancesOf(group, asker));
}

/** The single values that some answer has. */
function possibleValues(chances: Chances): Set<string> {
  return new Set([...chances.keys()].flatMap((answer) => answer.split(" ")));
}

describe("a tree of policies", PATIENCE, () => {
  it("is asked by nobody who is equally far from two resources", () => {
    for (const { place } of ASKERS) {
      const distances = SPOTS.map(({ spot, bias }) => place && biased(angle(place.spot, spot), bias)).sort();
      expect(new Set(distances.map((distance) => distance?.toFixed(2))).size).toBe(SPOTS.length);
    }
  });

  it("answers as the Developer Guide says, each answer as often, four policies deep", () => {
    const answers = new Set<string>();
    fc.assert(
      fc.property(groups({ depth: 4 }), askers, (group, asker) => {
        const found = answersOf(group, asker);
        expect(found).toEqual(shown(new DeveloperGuide(worldOfGroup(group), asker).answers(WWW, "A")));
        for (const answer of Object.keys(found)) answers.add(answer);
      }),
      { numRuns: 1000 },
    );
    // Not all of them ended at the top, and some had no answer.
    expect([...answers].filter((answer) => answer.startsWith("10.")).length).toBeGreaterThan(50);
    expect(answers).toContain(NO_ANSWER);
  });

  it("has the odds that the Developer Guide gives it", () => {
    fc.assert(
      fc.property(groups({ depth: 4 }), askers, (group, asker) => {
        const world = worldOfGroup(group);
        const engine = new Engine(world);
        const found = oddsOf(
          engine.tree(),
          engine.context(asker, () => Number.NaN),
        ).map(({ outcome, probability }) => {
          if (outcome.kind === "sample" || outcome.kind === "uncounted") throw new Error("no group here is so large");
          const { numerator, denominator } = probability;
          return [
            new Map([[outcomeText(outcome), CERTAIN]]),
            fraction(Number(numerator), Number(denominator)),
          ] as const;
        });
        expect(shown(mixed(found))).toEqual(shown(new DeveloperGuide(world, asker).answers(WWW, "A")));
      }),
      RUNS,
    );
  });

  it("backs out of every branch with nothing healthy in it while anything healthy can be reached", () => {
    const shape = { depth: 4, evaluate: true, withDefaults: true, aws: false } as const;
    fc.assert(
      fc.property(groups(shape), askers, (drawn, asker) => {
        // Checks at the ends only, so that an unhealthy branch is one with unhealthy ends.
        const group = withChecks(drawn, ({ next, check }) => (next === "value" ? check : "none"));
        const healthy = waysOf(group).filter(({ way }) => way.next === "value" && way.check !== "down");
        const ends = new Set(healthy.map(({ path }) => valueAt(path)));
        const reachable = possibleValues(
          chancesOf(
            withChecks(group, () => "none"),
            asker,
          ),
        );
        const found = [...possibleValues(chancesOf(group, asker))];
        if ([...reachable].some((value) => ends.has(value)))
          expect(found.filter((value) => !ends.has(value))).toEqual([]);
      }),
      RUNS,
    );
  });

  it("answers as if all were healthy when nothing is", () => {
    const shape = { depth: 4, evaluate: true, withDefaults: true, aws: false } as const;
    fc.assert(
      fc.property(groups(shape), askers, (group, asker) => {
        const down = withChecks(group, () => "down");
        expect(answersOf(down, asker)).toEqual(
          answersOf(
            withChecks(group, () => "none"),
            asker,
          ),
        );
      }),
      RUNS,
    );
  });

  it("goes on giving an answer that it gave while unhealthy, once that is healthy", () => {
    fc.assert(
      fc.property(groups({ depth: 4 }), askers, fc.nat(), (group, asker, number) => {
        const values = possibleValues(chancesOf(group, asker));
        const given = waysOf(group).filter(({ path, way }) => way.check === "down" && values.has(valueAt(path)));
        const one = given[number % Math.max(1, given.length)];
        if (one === undefined) return;
        const healed = changedAt(group, one.path, (way) => ({ ...way, check: "up" }));
        expect(possibleValues(chancesOf(healed, asker))).toContain(valueAt(one.path));
      }),
      { numRuns: 600 },
    );
  });

  it("answers no otherwise when something fails that it would not have answered with", () => {
    fc.assert(
      fc.property(groups({ depth: 4 }), askers, fc.nat(), (group, asker, number) => {
        const before = chancesOf(group, asker);
        const values = possibleValues(before);
        const spare = waysOf(group).filter(({ path, way }) => way.next === "value" && !values.has(valueAt(path)));
        const one = spare[number % Math.max(1, spare.length)];
        if (one === undefined) return;
        const failed = changedAt(group, one.path, (way) => ({ ...way, check: "down" }));
        expect(answersOf(failed, asker)).toEqual(shown(before));
      }),
      { numRuns: 600 },
    );
  });

  it("does not care in which order its record sets come", () => {
    fc.assert(
      fc.property(groups({ depth: 3 }), askers, fc.infiniteStream(fc.nat()), (group, asker, numbers) => {
        const world = worldOfGroup(group);
        const shuffled = world.sets
          .map((set) => ({ set, at: numbers.next().value }))
          .sort((one, other) => one.at - other.at)
          .map(({ set }) => set);
        const engine = new Engine({ ...world, sets: shuffled });
        expect(shown(engine.answers(asker, engine.tree(), NESTED_CELLS))).toEqual(answersOf(group, asker));
      }),
      RUNS,
    );
  });

  it("answers nobody otherwise for a place that they are not in", () => {
    fc.assert(
      fc.property(
        groups({ depth: 3 }).filter((group) => group[0]?.policy.kind === "geolocation"),
        groups({ depth: 2 }),
        fc.constantFrom("none", "up", "down"),
        askers,
        (group, added, check, asker) => {
          const elsewhere = { kind: "geolocation", place: { continentCode: "AN" } } as const;
          const more = [...group, { policy: elsewhere, check, next: { evaluate: true, group: added } }] as const;
          expect(answersOf(more, asker)).toEqual(answersOf(group, asker));
        },
      ),
      { numRuns: 100 },
    );
  });

  it("says whether it looked at the place or at the address, so that whoever differs in nothing it looked at gets the same", () => {
    const sights = new Set<string>();
    fc.assert(
      fc.property(
        groups({ depth: 4 }),
        askers,
        askers,
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 4, maxLength: 12 }),
        (group, one, other, draws) => {
          const engine = new Engine(worldOfGroup(group));
          const routed = (asker: Asker) => {
            let drawn = 0;
            return route(
              engine.tree(),
              engine.context(asker, () => draws[drawn++ % draws.length] ?? 0),
            );
          };
          const found = routed(one);
          const { dependsOnClient, dependsOnAddress } = found;
          sights.add(`${dependsOnClient} ${dependsOnAddress}`);
          if (!dependsOnClient) expect(routed(other)).toEqual(found);
          if (!dependsOnAddress) expect(routed({ ...one, subnet: other.subnet })).toEqual(found);
        },
      ),
      { numRuns: 1000 },
    );
    expect(sights).toEqual(new Set(["false false", "true false", "true true"]));
  });

  it("is the same for the same draws", () => {
    fc.assert(
      fc.property(
        groups({ depth: 4 }),
        askers,
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 4, maxLength: 12 }),
        (group, asker, draws) => {
          const engine = new Engine(worldOfGroup(group));
          const context = () => {
            let drawn = 0;
            return engine.context(asker, () => draws[drawn++ % draws.length] ?? 0);
          };
          expect(route(engine.tree(), context())).toEqual(route(engine.tree(), context()));
        },
      ),
      RUNS,
    );
  });
});

describe("aliases that lead anywhere, in circles too", PATIENCE, () => {
  const NAMES = Array.from({ length: 6 }, (_, index) => domainName(`n${index}.example.com`));
  const set = fc.record({
    target: fc.option(fc.constantFrom(...NAMES)),
    evaluate: fc.boolean(),
    down: fc.boolean(),
    weight: fc.nat({ max: 2 }),
  });
  const worlds = fc.tuple(...NAMES.map(() => fc.array(set, { minLength: 1, maxLength: 4 })));

  it("end, after a number of steps that depends on the record sets and not on the ways through them", () => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(worlds, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (world, draw) => {
        const sets = world.flatMap((group, at) =>
          group.map(
            ({ target, evaluate, weight }, index): RecordSet => ({
              name: NAMES[at] ?? WWW,
              type: "A",
              policy: { kind: "weighted", weight },
              setIdentifier: String(index),
              healthCheckId: `${at}.${index}`,
              answer:
                target === null
                  ? { kind: "records", ttlSeconds: 60, values: [`10.0.${at}.${index}`] }
                  : { kind: "alias", hostedZoneId: "Z1", target, evaluateTargetHealth: evaluate },
            }),
          ),
        );
        const trees = compileRecordSets(sets);
        let looks = 0;
        const tree = trees.get(domainName("n0.example.com"))?.get("A");
        if (tree === undefined) throw new Error("n0 has record sets");
        const { outcome } = route(tree, {
          ...new Engine({ sets: [], down: new Set() }).context(ASKERS[0] as Asker, () => draw),
          isHealthy: (id) => {
            looks++;
            const [at, index] = id.split(".").map(Number);
            return world[at ?? 0]?.[index ?? 0]?.down === false;
          },
          aliasTarget: ({ target, type }) => trees.get(target)?.get(type),
        });
        outcomes.add(outcome.kind);
        // Each name is judged once, and each of the 32 steps of a walk looks at one group.
        expect(looks).toBeLessThan((32 + NAMES.length + 1) * 4 * 2);
      }),
      { numRuns: 1000 },
    );
    expect(outcomes).toEqual(new Set(["records", "nothing"]));
  });
});
