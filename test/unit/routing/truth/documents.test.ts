/** Traffic policy documents against the record sets that say the same: one tree, one answer, as often. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTrafficPolicyDocument } from "../../../../src/route53/traffic-policy.ts";
import { compileTrafficPolicy } from "../../../../src/routing/compile-traffic-policy.ts";
import type { RoutingNode } from "../../../../src/routing/tree.ts";
import { shown } from "./chances.ts";
import { DeveloperGuide } from "./developer-guide.ts";
import { documentOf } from "./documents.ts";
import { ASKERS, groups, NESTED_CELLS, worldOfGroup } from "./nested-worlds.ts";
import { Engine, WWW } from "./worlds.ts";

/** For a machine that has other work as well. */
const PATIENCE = { timeout: 60_000 };

const FORMATS = ["2015-10-01", "2023-05-09"] as const;

function compiled(text: string): RoutingNode {
  const parsed = parseTrafficPolicyDocument(text);
  if (!parsed.ok) throw new Error(`${text}: ${JSON.stringify(parsed.problems)}`);
  return compileTrafficPolicy(parsed.document, 60);
}

const trees = groups({ depth: 4, asRules: true });

describe("a traffic policy document", PATIENCE, () => {
  it("answers as the record sets that say the same, and as the Developer Guide says, in either format version", () => {
    fc.assert(
      fc.property(trees, fc.constantFrom(...ASKERS), fc.constantFrom(...FORMATS), (group, asker, format) => {
        const world = worldOfGroup(group);
        const engine = new Engine(world);
        const found = shown(engine.answers(asker, compiled(documentOf(group, format)), NESTED_CELLS));
        expect(found).toEqual(shown(engine.answers(asker, engine.tree(), NESTED_CELLS)));
        expect(found).toEqual(shown(new DeveloperGuide(world, asker).answers(WWW, "A")));
      }),
      { numRuns: 500 },
    );
  });

  it("answers alike when several ways lead to one rule", () => {
    const shared = groups({ depth: 2, asRules: true });
    fc.assert(
      fc.property(trees, shared, fc.constantFrom(...ASKERS), (drawn, below, asker) => {
        const group = drawn.map((way) =>
          typeof way.next === "string" ? way : { ...way, next: { ...way.next, group: below } },
        );
        const world = worldOfGroup(group);
        const engine = new Engine(world);
        const found = shown(engine.answers(asker, compiled(documentOf(group, "2023-05-09")), NESTED_CELLS));
        expect(found).toEqual(shown(new DeveloperGuide(world, asker).answers(WWW, "A")));
      }),
      { numRuns: 300 },
    );
  });
});
