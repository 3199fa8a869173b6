import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RecordSet } from "../../../src/route53/record-set.ts";
import { decide, route } from "../../../src/routing/decide.ts";
import { decisionSentences } from "../../../src/routing/sentences.ts";
import { contextFor, recordSet, treeOf } from "./fixtures.ts";

function answer(sets: readonly RecordSet[], options: Parameters<typeof contextFor>[1] = {}): readonly string[] {
  const { outcome } = route(treeOf(sets), contextFor(sets, options));
  return outcome.kind === "records" ? outcome.leaves.flatMap(({ values }) => values) : [outcome.kind];
}

/** Latency between two Regions, each a weighted pair behind an alias: the Developer Guide's example of a tree. */
function twoRegions(evaluate: boolean): RecordSet[] {
  const pair = (name: string) =>
    [1, 2].map((number) =>
      recordSet({
        name,
        id: `${name}-${number}`,
        policy: { kind: "weighted", weight: number },
        check: `${name}-${number}`,
        value: `${name}-${number}`,
      }),
    );
  return [
    recordSet({ id: "us", policy: { kind: "latency", region: "us-east-1" }, alias: "us.example.com", evaluate }),
    recordSet({ id: "eu", policy: { kind: "latency", region: "eu-central-1" }, alias: "eu.example.com", evaluate }),
    ...pair("us.example.com"),
    ...pair("eu.example.com"),
  ];
}

describe("a tree of aliases", () => {
  const german = { client: "198.51.100.1" };

  it("is followed to the record sets at its ends", () => {
    expect(answer(twoRegions(true), german)).toEqual(["eu.example.com-1"]);
  });

  it("picks a healthy record set within a branch while there is one", () => {
    expect(answer(twoRegions(true), { ...german, down: ["eu.example.com-1"] })).toEqual(["eu.example.com-2"]);
  });

  it("backs out of a branch with nothing healthy in it, and tries the next best", () => {
    const down = ["eu.example.com-1", "eu.example.com-2"];
    expect(answer(twoRegions(true), { ...german, down })).toEqual(["us.example.com-1"]);
  });

  it("stays in an unhealthy branch when the alias does not evaluate its target, all counting as healthy there", () => {
    const down = ["eu.example.com-1", "eu.example.com-2"];
    expect(answer(twoRegions(false), { ...german, down })).toEqual(["eu.example.com-1"]);
  });

  it("answers as if all were healthy when nothing anywhere is", () => {
    const down = ["eu.example.com-1", "eu.example.com-2", "us.example.com-1", "us.example.com-2"];
    expect(answer(twoRegions(true), { ...german, down })).toEqual(["eu.example.com-1"]);
  });

  it("takes an alias's own health check into account as well", () => {
    const sets = [
      recordSet({ id: "p", policy: { kind: "failover", role: "PRIMARY" }, alias: "a.example.com", check: "own" }),
      recordSet({ id: "s", policy: { kind: "failover", role: "SECONDARY" }, value: "backup" }),
      recordSet({ name: "a.example.com", value: "target" }),
    ];
    expect(answer(sets)).toEqual(["target"]);
    expect(answer(sets, { down: ["own"] })).toEqual(["backup"]);
  });

  it("ends where the name is in no zone here", () => {
    expect(answer([recordSet({ alias: "d1.cloudfront.net" })])).toEqual(["elsewhere"]);
  });

  it("ends without an answer when the aliases lead in a circle", () => {
    const sets = [
      recordSet({ alias: "a.example.com" }),
      recordSet({ name: "a.example.com", alias: "www.example.com" }),
    ];
    expect(decide(treeOf(sets), contextFor(sets)).outcome).toEqual({ kind: "nothing", why: "alias-loop" });
  });

  it("depends on the client exactly when a policy on the way looks at the client", () => {
    const weighted = twoRegions(true).filter(({ name }) => name !== "www.example.com");
    expect(route(treeOf(twoRegions(true)), contextFor(twoRegions(true))).dependsOnClient).toBe(true);
    expect(route(treeOf(weighted, "us.example.com"), contextFor(weighted)).dependsOnClient).toBe(false);
  });
});

describe("a deep tree", () => {
  /** Ten aliases a level to the one level below, and nothing healthy at the bottom: ten million ways down. */
  const levels = Array.from({ length: 7 }, (_, level) =>
    Array.from({ length: 10 }, (_, index) =>
      recordSet({
        name: level === 0 ? "www.example.com" : `l${level}.example.com`,
        id: String(index),
        policy: { kind: "weighted", weight: 1 },
        evaluate: true,
        ...(level === 6 ? { value: "bottom", check: "bottom" } : { alias: `l${level + 1}.example.com` }),
      }),
    ),
  ).flat();

  it("is judged once at each name, however many ways lead there", () => {
    let asked = 0;
    const context = { ...contextFor(levels), isHealthy: () => ++asked === 0 };
    expect(route(treeOf(levels), context).outcome.kind).toBe("records");
    expect(asked).toBeLessThan(200);
  });
});

describe("a decision", () => {
  it("depends on the client exactly as the answer does, although its reason looks further", () => {
    const sets = [
      recordSet({ name: "failover.example.com", id: "p", policy: { kind: "failover", role: "PRIMARY" }, value: "one" }),
      recordSet({
        name: "failover.example.com",
        id: "s",
        policy: { kind: "failover", role: "SECONDARY" },
        alias: "www.example.com",
        evaluate: true,
      }),
      ...twoRegions(true),
    ];
    const tree = treeOf(sets, "failover.example.com");
    expect(route(tree, contextFor(sets)).dependsOnClient).toBe(false);
    expect(decide(tree, contextFor(sets)).dependsOnClient).toBe(false);
  });

  const checks = ["us.example.com-1", "us.example.com-2", "eu.example.com-1", "eu.example.com-2"];

  it("is the name server's answer, with its reason, for every health, client and draw", () => {
    fc.assert(
      fc.property(
        fc.subarray(checks),
        fc.constantFrom("198.51.100.1", "192.0.2.1", "127.0.0.1"),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.boolean(),
        (down, client, draw, evaluate) => {
          const sets = twoRegions(evaluate);
          const options = { down, client, random: () => draw };
          const decision = decide(treeOf(sets), contextFor(sets, options));
          expect(decision.outcome).toEqual(route(treeOf(sets), contextFor(sets, options)).outcome);
          expect(decision.steps).not.toHaveLength(0);
        },
      ),
    );
  });

  it("never answers with an unhealthy record set while a healthy one could be reached", () => {
    fc.assert(
      fc.property(fc.subarray(checks), fc.constantFrom("198.51.100.1", "192.0.2.1"), (down, client) => {
        const [value] = answer(twoRegions(true), { down, client });
        if (down.length < checks.length) expect(down).not.toContain(value);
      }),
    );
  });

  it("says what was considered, what was healthy and why the answer is what it is", () => {
    const sets = twoRegions(true);
    const context = contextFor(sets, { client: "198.51.100.1", down: ["eu.example.com-1", "eu.example.com-2"] });
    const decision = decide(treeOf(sets), context);
    expect(decision.steps[0]).toMatchObject({
      kind: "policy",
      policy: "latency",
      why: "lowest-latency",
      noneHealthy: false,
      considered: [
        { label: "us", healthy: true, chosen: true, criterion: { region: "us-east-1" } },
        { label: "eu", healthy: false, chosen: false, healthCauses: [{ kind: "target", healthy: false }] },
      ],
    });
    expect(decisionSentences(decision)).toEqual([
      "www.example.com A is latency: of us (us-east-1, about 98 ms away; healthy), " +
        "eu (eu-central-1, about 0 ms away; unhealthy (nothing healthy behind it)), it answers us: it has the lowest latency.",
      "It is an alias for us.example.com A.",
      "us.example.com A is weighted: of us.example.com-1 (weight 1 of 3; healthy), " +
        "us.example.com-2 (weight 2 of 3; healthy), it answers us.example.com-1: drawn by weight.",
      "The answer is us.example.com-1.",
    ]);
  });

  it("says that the primary answers first when neither it nor the secondary is healthy", () => {
    const name = "failover.example.com";
    const sets = (["PRIMARY", "SECONDARY"] as const).map((role) =>
      recordSet({ name, id: role, policy: { kind: "failover", role }, value: role, check: role }),
    );
    const decision = decide(treeOf(sets, name), contextFor(sets, { down: ["PRIMARY", "SECONDARY"] }));
    expect(decisionSentences(decision)[0]).toMatch(
      /it answers PRIMARY: none is healthy, so all count as healthy, the primary first\.$/,
    );
  });
});
