import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RecordSet, RoutingPolicy } from "../../../src/route53/record-set.ts";
import { decide, route } from "../../../src/routing/decide.ts";
import { contextFor, recordSet, treeOf } from "./fixtures.ts";

/** What the independent model knows of one answer. */
interface Candidate {
  readonly id: string;
  readonly policy: RoutingPolicy;
  /** Undefined: nothing checks it. */
  readonly healthy: boolean | undefined;
}

function setsOf(candidates: readonly Candidate[]): RecordSet[] {
  return candidates.map(({ id, policy, healthy }) =>
    recordSet({ id, policy, value: id, ...(healthy === undefined ? {} : { check: id }) }),
  );
}

function answersOf(
  candidates: readonly Candidate[],
  options: { client?: string; random?: () => number } = {},
): string[] {
  const sets = setsOf(candidates);
  const down = candidates.filter(({ healthy }) => healthy === false).map(({ id }) => id);
  const { outcome } = route(treeOf(sets), contextFor(sets, { ...options, down }));
  return outcome.kind === "records" ? outcome.leaves.flatMap(({ values }) => values) : [];
}

/** Every way in which `count` answers can be unchecked, healthy or unhealthy. */
function healthCombinations(count: number): (boolean | undefined)[][] {
  if (count === 0) return [[]];
  return healthCombinations(count - 1).flatMap((rest) => [undefined, true, false].map((health) => [...rest, health]));
}

function candidatesOf(policies: readonly RoutingPolicy[], health: readonly (boolean | undefined)[]): Candidate[] {
  return policies.map((policy, index) => ({ id: `answer-${index}`, policy, healthy: health[index] }));
}

const up = ({ healthy }: Candidate) => healthy !== false;

describe("weighted routing", () => {
  /** Exact shares, from a draw that goes through the unit interval in even steps. */
  function shares(candidates: readonly Candidate[], steps: number): Record<string, number> {
    const counts: Record<string, number> = {};
    for (let step = 0; step < steps; step++) {
      const [id] = answersOf(candidates, { random: () => (step + 0.5) / steps });
      counts[id ?? "none"] = (counts[id ?? "none"] ?? 0) + 1;
    }
    return Object.fromEntries(Object.entries(counts).map(([id, count]) => [id, count / steps]));
  }

  /** The rules as the Developer Guide tells them, one sentence after the other. */
  function model(candidates: readonly Candidate[]): Record<string, number> {
    const weight = ({ policy }: Candidate) => (policy.kind === "weighted" ? policy.weight : 0);
    const nonZero = candidates.filter((one) => weight(one) > 0);
    const zero = candidates.filter((one) => weight(one) === 0);
    let pool: Candidate[];
    if (nonZero.some(up)) pool = nonZero.filter(up);
    else if (zero.some(up)) pool = zero.filter(up);
    else pool = nonZero.length > 0 ? nonZero : zero;
    const total = pool.reduce((sum, one) => sum + weight(one), 0);
    return Object.fromEntries(pool.map((one) => [one.id, total === 0 ? 1 / pool.length : weight(one) / total]));
  }

  it.each([[[1]], [[3, 1]], [[0, 2]], [[0, 0]], [[4, 0, 2]], [[1, 2, 3, 0]], [[0, 0, 0, 0]], [[1, 0, 2, 0, 3]]])(
    "shares out by weight %j as the model does, over every combination of health",
    (weights) => {
      for (const health of healthCombinations(weights.length)) {
        const candidates = candidatesOf(
          weights.map((weight) => ({ kind: "weighted", weight })),
          health,
        );
        const wanted = model(candidates);
        // 60 is a multiple of every sum of weights and of every count here.
        const measured = shares(candidates, 60);
        expect(Object.keys(measured).sort()).toEqual(Object.keys(wanted).sort());
        for (const [id, share] of Object.entries(wanted)) expect(measured[id]).toBeCloseTo(share, 10);
      }
    },
  );

  it("never leaves the group, whatever the draw, the weights and the health", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ weight: fc.integer({ min: 0, max: 255 }), healthy: fc.boolean() }), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (parts, draw) => {
          const candidates = parts.map(({ weight, healthy }, index) => ({
            id: `answer-${index}`,
            policy: { kind: "weighted", weight } as const,
            healthy,
          }));
          const [chosen] = answersOf(candidates, { random: () => draw });
          expect(Object.keys(model(candidates))).toContain(chosen);
        },
      ),
    );
  });
});

describe("failover routing", () => {
  it("answers as the truth table says, unchecked counting as healthy", () => {
    const policies: RoutingPolicy[] = [
      { kind: "failover", role: "PRIMARY" },
      { kind: "failover", role: "SECONDARY" },
    ];
    for (const health of healthCombinations(2)) {
      const [primary, secondary] = health.map((one) => one !== false);
      const wanted = primary || !secondary ? "answer-0" : "answer-1";
      expect(answersOf(candidatesOf(policies, health))).toEqual([wanted]);
    }
  });

  it("answers with whichever of the two there is", () => {
    expect(answersOf(candidatesOf([{ kind: "failover", role: "SECONDARY" }], [false]))).toEqual(["answer-0"]);
    expect(answersOf(candidatesOf([{ kind: "failover", role: "PRIMARY" }], [false]))).toEqual(["answer-0"]);
  });
});

describe("multivalue answer routing", () => {
  it("answers with all healthy ones, and with all of them when none is, over every combination of health", () => {
    for (const count of [1, 2, 3, 4, 5]) {
      for (const health of healthCombinations(count)) {
        const candidates = candidatesOf(Array(count).fill({ kind: "multivalue" }), health);
        const healthy = candidates.filter(up);
        const wanted = (healthy.length > 0 ? healthy : candidates).map(({ id }) => id);
        expect(answersOf(candidates)).toEqual(wanted);
      }
    }
  });

  it("answers with eight different healthy ones when there are more", () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 9, maxLength: 20 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        (health, draws) => {
          const candidates = candidatesOf(Array(health.length).fill({ kind: "multivalue" }), health);
          const answers = answersOf(candidates, { random: () => draws.next().value });
          const healthy = candidates.filter(up);
          const pool = (healthy.length > 0 ? healthy : candidates).map(({ id }) => id);
          expect(answers).toHaveLength(Math.min(8, pool.length));
          expect(new Set(answers).size).toBe(answers.length);
          for (const answer of answers) expect(pool).toContain(answer);
        },
      ),
    );
  });
});

describe("latency routing", () => {
  const regions = ["us-east-1", "eu-central-1", "ap-northeast-1", "sa-east-1", "ap-southeast-2"];
  /** By eye on a globe, nearest first. */
  const order: Record<string, string[]> = {
    "198.51.100.1": ["eu-central-1", "us-east-1", "ap-northeast-1", "sa-east-1", "ap-southeast-2"],
    "203.0.113.130": ["ap-southeast-2", "ap-northeast-1", "sa-east-1", "us-east-1", "eu-central-1"],
    "127.0.0.1": ["us-east-1", "eu-central-1", "sa-east-1", "ap-northeast-1", "ap-southeast-2"],
  };

  it.each(Object.entries(order))(
    "answers %s with the nearest healthy Region, over every combination",
    (client, near) => {
      for (const health of healthCombinations(regions.length)) {
        const candidates = candidatesOf(
          regions.map((region) => ({ kind: "latency", region })),
          health,
        );
        const byRegion = new Map(regions.map((region, index) => [region, candidates[index] as Candidate]));
        const inOrder = near.map((region) => byRegion.get(region) as Candidate);
        const wanted = inOrder.find(up) ?? inOrder[0];
        expect(answersOf(candidates, { client })).toEqual([wanted?.id]);
      }
    },
  );
});

describe("geolocation routing", () => {
  const places: RoutingPolicy[] = [
    { kind: "geolocation", place: { countryCode: "*" } },
    { kind: "geolocation", place: { continentCode: "NA" } },
    { kind: "geolocation", place: { countryCode: "US" } },
    { kind: "geolocation", place: { countryCode: "US", subdivisionCode: "CA" } },
    { kind: "geolocation", place: { continentCode: "EU" } },
  ];
  /** Indexes of the places that hold each client, the smallest first. */
  const holds: Record<string, number[]> = {
    "192.0.2.65": [3, 2, 1, 0],
    "192.0.2.1": [2, 1, 0],
    "192.0.2.129": [1, 0],
    "198.51.100.1": [4, 0],
    "203.0.113.1": [0],
    "127.0.0.1": [0],
  };

  it.each(Object.entries(holds))(
    "answers %s with the smallest healthy place, over every combination",
    (client, held) => {
      for (const health of healthCombinations(places.length)) {
        const candidates = candidatesOf(places, health);
        const matching = held.map((index) => candidates[index] as Candidate);
        const wanted = matching.find(up) ?? matching[0];
        expect(answersOf(candidates, { client })).toEqual([wanted?.id]);
      }
    },
  );

  it("has no answer for a client in no place when there is no default", () => {
    const sets = setsOf(candidatesOf(places.slice(1), [true, true, true, true]));
    expect(decide(treeOf(sets), contextFor(sets, { client: "203.0.113.1" }))).toMatchObject({
      outcome: { kind: "nothing", why: "no-match" },
      dependsOnClient: true,
    });
  });
});

describe("geoproximity routing", () => {
  const near = (bias: number): RoutingPolicy[] => [
    { kind: "geoproximity", place: { awsRegion: "us-east-1", bias: 0 } },
    { kind: "geoproximity", place: { coordinates: { latitude: 51.5, longitude: -0.16 }, bias } },
    { kind: "geoproximity", place: { localZoneGroup: "us-west-2-lax-1", bias: 0 } },
  ];

  it("answers with the nearest healthy resource", () => {
    expect(answersOf(candidatesOf(near(0), [true, true, true]), { client: "198.51.100.1" })).toEqual(["answer-1"]);
    expect(answersOf(candidatesOf(near(0), [true, true, true]), { client: "192.0.2.65" })).toEqual(["answer-2"]);
    expect(answersOf(candidatesOf(near(0), [true, false, true]), { client: "198.51.100.1" })).toEqual(["answer-0"]);
    expect(answersOf(candidatesOf(near(0), [false, false, false]), { client: "198.51.100.1" })).toEqual(["answer-1"]);
  });

  it("pulls clients in with a positive bias and pushes them away with a negative one", () => {
    expect(answersOf(candidatesOf(near(99), [true, true, true]), { client: "192.0.2.65" })).toEqual(["answer-1"]);
    expect(answersOf(candidatesOf(near(-99), [true, true, true]), { client: "198.51.100.1" })).toEqual(["answer-0"]);
  });
});

describe("IP-based routing", () => {
  const sets = setsOf(
    candidatesOf(
      [
        { kind: "cidr", collectionId: "c", locationName: "office" },
        { kind: "cidr", collectionId: "c", locationName: "*" },
      ],
      [true, true],
    ),
  );

  it("answers by the location of the collection, and with the default for everybody else", () => {
    const answer = (location: string | undefined, down: string[] = []) => {
      const context = { ...contextFor(sets, { down }), cidrLocation: () => location };
      const { outcome } = route(treeOf(sets), context);
      return outcome.kind === "records" ? outcome.leaves[0]?.values : [];
    };
    expect(answer("office")).toEqual(["answer-0"]);
    expect(answer(undefined)).toEqual(["answer-1"]);
    expect(answer("office", ["answer-0"])).toEqual(["answer-1"]);
  });
});
