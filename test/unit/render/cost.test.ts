import { expect, it } from "vitest";
import type { CostReport } from "../../../src/cost/report.ts";
import { renderCost } from "../../../src/render/cost.ts";

it("prices have their cents, and all of what is less", () => {
  const line = { item: "queries", text: "x", quantity: 1, per: 1, amount: "0" } as const;
  const report: CostReport = {
    format: "r53kit.cost/1",
    file: "r53kit.yaml",
    currency: "USD",
    prices: { date: "2026-10-01", source: "test" },
    queriesPerMonth: { total: 0, from: "file" },
    lines: ["0", "2", "0.4", "0.0015"].map((price) => ({ ...line, price })),
    total: "0",
    failovers: [],
    notes: [],
  };
  const shown = renderCost(report, { color: false }).match(/\$\d+\.\d+(?= +\$0\.00$)/gm);
  expect(shown).toEqual(["$0.00", "$2.00", "$0.40", "$0.0015"]);
});
