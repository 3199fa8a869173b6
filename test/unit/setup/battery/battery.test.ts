import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectLocal } from "../../../../src/backend/local-connection.ts";
import { startTestBackend, type TestBackend } from "../../../support/backend.ts";
import { ALIAS_CASES } from "./alias-cases.ts";
import { BatteryBench, type CaseOutcome } from "./bench.ts";
import { caseOf, type SetupCase } from "./case.ts";
import { HEALTH_CASES, LOGGING_CASES, TRAFFIC_CASES } from "./other-cases.ts";
import { LONG_CASES, RECORD_CASES } from "./record-cases.ts";
import { CIDR_CASES, ROUTING_CASES } from "./routing-cases.ts";

let test: TestBackend;
let bench: BatteryBench;
beforeAll(async () => {
  test = await startTestBackend({ lenient: true, propagationDelayMs: 0 });
  bench = new BatteryBench(() => ({ ...connectLocal(test.local), pollIntervalMs: 2 }), { imports: true });
});
afterAll(async () => {
  bench.close();
  await test.stop();
});

const RIGHT = { again: { before: [], after: [] }, imported: { before: [], after: [] }, left: [] };

async function outcomeOf(one: SetupCase, zone: string): Promise<CaseOutcome & { error?: string }> {
  try {
    return await bench.run(one, zone);
  } catch (error) {
    return { calls: [], unsaid: [], ...RIGHT, error: String(error) };
  }
}

/** Cases at once: calls wait for each other's answers. An account has five traffic policy instances. */
const atOnce = (section: string) => (section === "Traffic Flow" ? 2 : 8);

describe.each([
  ["records", RECORD_CASES],
  ["routing", ROUTING_CASES],
  ["IP-based routing", CIDR_CASES],
  ["aliases", ALIAS_CASES],
  ["health checks", HEALTH_CASES],
  ["Traffic Flow", TRAFFIC_CASES],
  ["logging", LOGGING_CASES],
] as const)("one file, then another: %s", (section, rows) => {
  it("takes exactly these calls, a second plan is empty, and so is that of an import", {
    timeout: 600_000,
  }, async () => {
    const cases = rows.map(caseOf);
    const found: Record<string, unknown> = {};
    const expected: Record<string, unknown> = {};
    const queue = cases.map((one, i) => ({ one, zone: `${section.slice(0, 2)}${i}.com` }));
    const worker = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const { one, zone } = next;
        expected[one.what] = { calls: one.calls, unsaid: one.unsaid ?? [], ...RIGHT };
        found[one.what] = await outcomeOf(one, zone);
      }
    };
    await Promise.all(Array.from({ length: atOnce(section) }, worker));
    expect(Object.keys(found)).toHaveLength(rows.length);
    expect(found).toEqual(expected);
    expect(test.defects).toEqual([]);
  });
});

describe("changes that no single request can hold", () => {
  it.each(LONG_CASES)("$what", async ({ what, before, after, batches }) => {
    const zone = `long${LONG_CASES.findIndex((one) => one.what === what)}.com`;
    const { calls, again, imported, left } = await bench.run({ what, before, after, calls: [] }, zone);
    expect(calls.map((call) => call.split(" + ").length)).toEqual(batches);
    expect({ again, imported, left }).toEqual(RIGHT);
  });
});

it("has no case twice", () => {
  const all = [
    ...RECORD_CASES,
    ...ROUTING_CASES,
    ...CIDR_CASES,
    ...ALIAS_CASES,
    ...HEALTH_CASES,
    ...TRAFFIC_CASES,
    ...LOGGING_CASES,
  ].map(([what]) => what);
  expect(all.filter((what, i) => all.indexOf(what) !== i)).toEqual([]);
  expect(all.length).toBeGreaterThanOrEqual(150);
});
