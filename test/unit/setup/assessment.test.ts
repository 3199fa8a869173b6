/** What a plan says of its file and of the bill: the same sums as `r53kit cost`, before and after. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AWS_PRICES } from "../../../src/cost/prices.ts";
import { costReport } from "../../../src/cost/report.ts";
import { isWholePlan } from "../../../src/setup/plan-shape.ts";
import { openWorkbench, readExample, readText, type Workbench } from "./workbench.ts";

let bench: Workbench;
beforeEach(async () => {
  bench = await openWorkbench();
});
afterEach(() => bench.close());

const FIRST = `zone: { name: example.com }
cost: { queriesPerMonth: 1M }
healthChecks:
  one: { type: HTTP, address: 127.0.0.1, port: 9, interval: 30 }
  two: { type: HTTP, address: 127.0.0.2, port: 9, interval: 30 }
routing:
  - name: orders
    type: A
    ttl: 300
    policy: failover
    answers:
      a: { failover: PRIMARY, values: [127.0.0.1], healthCheck: one }
      b: { failover: SECONDARY, values: [127.0.0.2], healthCheck: two }
`;

async function assessed(text: string) {
  const { plan } = await bench.plan(readText(text));
  const { assessment } = plan;
  if (assessment === undefined) throw new Error("a plan of a file is assessed");
  const { before, after, difference } = assessment.monthlyCost;
  return { codes: assessment.findings.map(({ code }) => code), cost: [before, after, difference], plan };
}

describe("a plan's assessment", () => {
  it("goes from nothing to the file's own bill", async () => {
    const loaded = readExample("myapp");
    const { plan } = await bench.plan(loaded);
    const { total } = costReport(loaded.config, AWS_PRICES);
    expect(plan.assessment?.monthlyCost).toMatchObject({ before: "0", after: total, difference: total });
    await bench.apply(loaded);
    const again = await bench.plan(loaded);
    expect(again.plan.assessment?.monthlyCost).toMatchObject({ before: total, after: total, difference: "0" });
  });

  it("counts what changes, by the tiers of the whole", async () => {
    const first = await assessed(FIRST);
    expect(first.cost).toEqual(["0", "2.4", "2.4"]);
    expect(first.codes).toEqual(["failover.ttl-too-long"]);
    await bench.apply(readText(FIRST));
    // A replaced check is billed once; the other interval is an optional feature.
    const faster = FIRST.replace("interval: 30", "interval: 10").replace("ttl: 300", "ttl: 60");
    expect(await assessed(faster)).toMatchObject({ codes: [], cost: ["2.4", "4.4", "2"] });
    const latency = FIRST.replace("failover: PRIMARY", "region: eu-west-1")
      .replace("failover: SECONDARY", "region: us-east-1")
      .replace("policy: failover", "policy: latency");
    expect((await assessed(latency)).cost).toEqual(["2.4", "2.6", "0.2"]);
  });

  it("is data that a saved plan keeps, and that is looked at before it is shown", async () => {
    const { plan } = await assessed(FIRST);
    const saved: unknown = JSON.parse(JSON.stringify(plan));
    expect(isWholePlan(saved)).toBe(true);
    for (const assessment of [5, { findings: [{}] }, { ...plan.assessment, monthlyCost: { before: "much" } }]) {
      expect(isWholePlan({ ...plan, assessment })).toBe(false);
    }
  });

  it("says nothing of a phase by itself that it said of the whole", async () => {
    const { plan } = await bench.plan(readText(FIRST), ["zone"]);
    expect(plan.assessment?.monthlyCost.difference).toBe("0.5");
  });
});
