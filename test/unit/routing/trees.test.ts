import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RecordSet } from "../../../src/route53/record-set.ts";
import { type Prospect, prospectOf } from "../../../src/routing/odds.ts";
import type { DecisionStep } from "../../../src/routing/reason.ts";
import { route } from "../../../src/routing/route.ts";
import { stepSentence } from "../../../src/routing/sentences.ts";
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
    expect(route(treeOf(sets), contextFor(sets)).outcome).toEqual({ kind: "nothing", why: "alias-loop" });
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

/** What happens on the ways that may be taken. */
function takenSteps(prospect: Prospect): DecisionStep[] {
  if (prospect.kind === "alias") {
    const { alias, found, next } = prospect;
    return [{ kind: "alias", alias, found }, ...(next === undefined ? [] : takenSteps(next))];
  }
  if (prospect.kind !== "policy") return [];
  const taken = prospect.ways.filter(({ share }) => share.numerator > 0n);
  return [prospect.step, ...taken.flatMap(({ next }) => takenSteps(next))];
}

describe("a decision", () => {
  it("does not depend on the client where the policy that looks at it has no say", () => {
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
  });

  const checks = ["us.example.com-1", "us.example.com-2", "eu.example.com-1", "eu.example.com-2"];

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
    const steps = takenSteps(prospectOf(treeOf(sets), context));
    expect(steps[0]).toMatchObject({
      kind: "policy",
      policy: "latency",
      why: "lowest-latency",
      noneHealthy: false,
      considered: [
        { label: "us", healthy: true, chosen: true, criterion: { region: "us-east-1" } },
        { label: "eu", healthy: false, chosen: false, healthCauses: [{ kind: "target", healthy: false }] },
      ],
    });
    expect(steps.map((step) => stepSentence(step))).toEqual([
      "www.example.com A is latency: of us (us-east-1, about 98 ms away; healthy), " +
        "eu (eu-central-1, about 0 ms away; unhealthy (nothing healthy behind it)), it answers us: it has the lowest latency.",
      "It is an alias for us.example.com A.",
      "us.example.com A is weighted: of us.example.com-1 (weight 1 of 3; healthy), " +
        "us.example.com-2 (weight 2 of 3; healthy), it answers us.example.com-1, us.example.com-2: drawn by weight.",
    ]);
  });

  it("says that the primary answers first when neither it nor the secondary is healthy", () => {
    const name = "failover.example.com";
    const sets = (["PRIMARY", "SECONDARY"] as const).map((role) =>
      recordSet({ name, id: role, policy: { kind: "failover", role }, value: role, check: role }),
    );
    const context = contextFor(sets, { down: ["PRIMARY", "SECONDARY"] });
    const [step] = takenSteps(prospectOf(treeOf(sets, name), context));
    expect(step && stepSentence(step)).toMatch(
      /it answers PRIMARY: none is healthy, so all count as healthy, the primary first\.$/,
    );
  });
});
