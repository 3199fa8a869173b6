/** docs/schema/plan.schema.json says what plans are: every kind of change, and the plans of the examples. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Change, Plan } from "../../../src/setup/plan.ts";
import { openWorkbench, readExample, readText, type Workbench } from "./workbench.ts";

const schema = JSON.parse(readFileSync(resolve(import.meta.dirname, "../../../docs/schema/plan.schema.json"), "utf8"));
const planShape = z.fromJSONSchema(schema);

/** Of the type, so that a new kind does not compile until it is here. */
const KINDS: Readonly<Record<Change["kind"], true>> = {
  "delegation-set": true,
  "hosted-zone": true,
  "vpc-association": true,
  registrar: true,
  endpoint: true,
  "health-check": true,
  "cidr-collection": true,
  "record-set": true,
  "traffic-policy": true,
  "traffic-policy-instance": true,
  "log-group": true,
  "log-resource-policy": true,
  "query-logging": true,
};

function problemsOf(value: unknown): string[] {
  const result = planShape.safeParse(JSON.parse(JSON.stringify(value)));
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("the schema of plans", () => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await openWorkbench();
  });
  afterAll(() => bench.close());

  it("knows every kind of change, and no other", () => {
    const named = schema.$defs.change.anyOf.map(
      (one: { properties: { kind: { const: string } } }) => one.properties.kind.const,
    );
    expect(named.sort()).toEqual(Object.keys(KINDS).sort());
  });

  it.each(["cafe", "myapp", "walkthrough"])("holds of the plan of the example %s", async (name) => {
    const { plan } = await bench.plan(readExample(name));
    expect(problemsOf(plan)).toEqual([]);
  });

  it("holds of what changes and goes, and of rarer things", async () => {
    const before = `zone: { name: example.com }
healthChecks:
  one: { type: HTTP, address: 127.0.0.1, port: 9 }
  two: { type: HTTP, address: 127.0.0.2, port: 9 }
records:
  - { name: a, type: A, ttl: 60, values: [127.0.0.1], healthCheck: one }
  - { name: b, type: A, alias: { target: a, evaluateTargetHealth: true } }
`;
    await bench.apply(readText(before));
    const after = `zones:
  - name: example.com
    comment: changed
    records: [ { name: a, type: A, ttl: 30, values: [127.0.0.2], healthCheck: one } ]
    routing:
      - { name: c, type: A, ttl: 60, policy: cidr, answers: { x: { collection: office, location: "*", values: [127.0.0.1] } } }
  - { name: inside.example.com, private: true, vpcs: [ { id: vpc-0123456789abcdef0, region: us-east-1 } ] }
cidrCollections: { office: { here: [198.51.100.0/24] } }
healthChecks: { one: { type: HTTP, address: 127.0.0.1, port: 9, interval: 10 } }
`;
    const { plan } = await bench.plan(readText(after));
    const actions = new Set(plan.phases.flatMap(({ changes }) => changes.map(({ action }) => action)));
    expect([...actions].sort()).toEqual(["add", "change", "remove"]);
    expect(problemsOf(plan)).toEqual([]);
  });

  it("does not hold of what is no plan", async () => {
    const { plan } = await bench.plan(readExample("cafe"));
    const broken: Partial<Record<keyof Plan, unknown>>[] = [
      { format: "r53kit.plan/2" },
      { phases: plan.phases.slice(1) },
      { summary: { add: -1, change: 0, remove: 0 } },
      { zones: [{ name: "cafe.com." }] },
      { assessment: { findings: [], monthlyCost: { ...plan.assessment?.monthlyCost, before: 0.5 } } },
      {
        phases: plan.phases.map((phase) => ({
          ...phase,
          changes: phase.changes.map((change) => ({ ...change, kind: "surprise" })),
        })),
      },
    ];
    for (const part of broken)
      expect(problemsOf({ ...plan, ...part }), JSON.stringify(part).slice(0, 60)).not.toEqual([]);
  });
});
