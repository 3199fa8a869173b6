/**
 * Policies with the built-in tables of places and latencies, and with any draw. The truth tables of every policy are in
 * `truth/policies.test.ts`.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RecordSet, RoutingPolicy } from "../../../src/route53/record-set.ts";
import { route } from "../../../src/routing/route.ts";
import { contextFor, recordSet, treeOf } from "./fixtures.ts";

function setsOf(policies: readonly RoutingPolicy[]): RecordSet[] {
  return policies.map((policy, index) =>
    recordSet({ id: `answer-${index}`, policy, value: `answer-${index}`, check: `answer-${index}` }),
  );
}

function answersOf(policies: readonly RoutingPolicy[], options: Parameters<typeof contextFor>[1] = {}): string[] {
  const sets = setsOf(policies);
  const { outcome } = route(treeOf(sets), contextFor(sets, options));
  return outcome.kind === "records" ? outcome.leaves.flatMap(({ values }) => values) : [];
}

/** The `down` of those that are false. */
function downOf(healthy: readonly boolean[]): string[] {
  return healthy.flatMap((one, index) => (one ? [] : [`answer-${index}`]));
}

const draws = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("weighted routing", () => {
  it("never leaves the group, and prefers what is healthy and has a weight, whatever the draw", () => {
    const part = fc.record({ weight: fc.integer({ min: 0, max: 255 }), healthy: fc.boolean() });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 100 }), draws, (parts, draw) => {
        const policies = parts.map(({ weight }): RoutingPolicy => ({ kind: "weighted", weight }));
        const [chosen = ""] = answersOf(policies, {
          down: downOf(parts.map(({ healthy }) => healthy)),
          random: () => draw,
        });
        const found = parts[Number(chosen.replace("answer-", ""))];
        expect(found).toBeDefined();
        if (parts.some(({ healthy, weight }) => healthy && weight > 0)) {
          expect(found?.healthy && found.weight > 0).toBe(true);
        }
      }),
    );
  });
});

describe("multivalue answer routing", () => {
  it("answers with eight different healthy ones when there are more, whatever the draws", () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 9, maxLength: 20 }),
        fc.infiniteStream(draws),
        (healthy, stream) => {
          const policies: RoutingPolicy[] = Array(healthy.length).fill({ kind: "multivalue" });
          const answers = answersOf(policies, { down: downOf(healthy), random: () => stream.next().value });
          const pool = healthy.flatMap((one, index) => (one || !healthy.includes(true) ? [`answer-${index}`] : []));
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
  it.each([
    ["198.51.100.1", ["eu-central-1", "us-east-1", "ap-northeast-1", "sa-east-1", "ap-southeast-2"]],
    ["203.0.113.130", ["ap-southeast-2", "ap-northeast-1", "sa-east-1", "us-east-1", "eu-central-1"]],
    ["127.0.0.1", ["us-east-1", "eu-central-1", "sa-east-1", "ap-northeast-1", "ap-southeast-2"]],
  ])("answers %s with the nearest Region, and with the next nearest as they fail", (client, order) => {
    const policies = regions.map((region): RoutingPolicy => ({ kind: "latency", region }));
    const down: string[] = [];
    for (const region of order) {
      const nearest = `answer-${regions.indexOf(region)}`;
      expect(answersOf(policies, { client, down })).toEqual([nearest]);
      down.push(nearest);
    }
  });
});

describe("geolocation routing", () => {
  const places: RoutingPolicy[] = [
    { kind: "geolocation", place: { countryCode: "*" } },
    { kind: "geolocation", place: { continentCode: "NA" } },
    { kind: "geolocation", place: { countryCode: "US" } },
    { kind: "geolocation", place: { countryCode: "US", subdivisionCode: "CA" } },
    { kind: "geolocation", place: { continentCode: "EU" } },
  ];

  it.each([
    ["192.0.2.65", "answer-3"],
    ["192.0.2.1", "answer-2"],
    ["192.0.2.129", "answer-1"],
    ["198.51.100.1", "answer-4"],
    ["203.0.113.1", "answer-0"],
    ["127.0.0.1", "answer-0"],
  ])("answers %s by its place in the built-in table: %s", (client, answer) => {
    expect(answersOf(places, { client })).toEqual([answer]);
  });

  it("has no answer for a client in no place when there is no default", () => {
    const sets = setsOf(places.slice(1));
    expect(route(treeOf(sets), contextFor(sets, { client: "203.0.113.1" }))).toMatchObject({
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

  it("answers with the nearest resource to the client's place in the built-in table", () => {
    expect(answersOf(near(0), { client: "198.51.100.1" })).toEqual(["answer-1"]);
    expect(answersOf(near(0), { client: "192.0.2.65" })).toEqual(["answer-2"]);
    expect(answersOf(near(99), { client: "192.0.2.65" })).toEqual(["answer-1"]);
    expect(answersOf(near(-99), { client: "198.51.100.1" })).toEqual(["answer-0"]);
  });
});

describe("IP-based routing", () => {
  it("looks a client up once, however many locations a group has", () => {
    const locations = ["*", "a", "b", "c", "d"];
    const sets = setsOf(locations.map((locationName) => ({ kind: "cidr", collectionId: "c", locationName })));
    let looks = 0;
    const context = {
      ...contextFor(sets),
      cidrLocation: () => {
        looks++;
        return "c";
      },
    };
    expect(route(treeOf(sets), context)).toMatchObject({
      outcome: { leaves: [{ values: ["answer-3"] }] },
      dependsOnAddress: true,
    });
    expect(looks).toBe(1);
  });
});
