import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changesOf, isEmptyPlan, openWorkbench, readExample, type Workbench } from "./workbench.ts";

describe.each(["cafe", "myapp", "walkthrough"])("the example %s", (name) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await openWorkbench();
  });
  afterAll(() => bench.close());

  it("is set up phase by phase, each verified, and a second plan is empty", async () => {
    const config = readExample(name);
    const { result, error, events, plan } = await bench.apply(config);
    expect(error).toBeUndefined();
    expect(result.outcome).toBe("applied");
    expect(result.summary).toEqual(plan.summary);
    const verifications = result.phases.flatMap((phase) => phase.verifications);
    expect(verifications.filter((one) => one.status !== "ok")).toEqual([]);
    expect(events.filter((event) => event.event === "verified")).toHaveLength(verifications.length);
    expect(result.zones[0]?.nameServers).toHaveLength(4);
    const second = await bench.plan(config);
    expect(changesOf(second.plan)).toEqual([]);
    expect(isEmptyPlan(second.plan)).toBe(true);
    expect(second.plan.notes).toEqual([]);
  });

  it("verifies as a whole, with what each name server and checker said", async () => {
    const verified = await bench.verify(readExample(name));
    expect(verified).toMatchObject({ warnings: 0, failed: 0 });
    const delegation = verified.phases.find((phase) => phase.phase === "zone")?.verifications[0];
    expect(delegation?.evidence).toHaveLength(6);
    expect(delegation?.evidence.slice(4)).toEqual([
      { source: "the parent zone", says: expect.stringContaining("delegated to"), ok: true },
      { source: "the registrar", says: expect.stringContaining("name servers"), ok: true },
    ]);
    const all = verified.phases.flatMap(({ verifications }) => verifications);
    expect(all.flatMap(({ evidence }) => evidence).filter(({ ok }) => !ok)).toEqual([]);
    for (const { check, evidence } of all) {
      const sources = evidence.map(({ source }) => source);
      if (check === "query-log") expect(sources).toEqual(["Route 53", ...Array(3).fill("CloudWatch Logs")]);
      if (check === "instance") expect(evidence[0]?.says).toMatch(/^instance .*, Applied: version 1 of the policy/);
      if (check === "health") expect(sources.length).toBeGreaterThan(1);
    }
    expect(bench.test.defects).toEqual([]);
  });
});
