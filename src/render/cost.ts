/** A bill as text, and what faster failovers cost. */

import { countText } from "../cost/bill.ts";
import { differenceText, dollarText, moneyOf } from "../cost/money.ts";
import type { CostReport, ReportedFailover, ReportedOption } from "../cost/report.ts";
import { displayName } from "../route53/names.ts";
import { type Look, paintOf } from "./paint.ts";
import { safeText } from "./safe-text.ts";
import { renderTable } from "./table.ts";

const ORIGIN = {
  option: "as --queries says",
  file: "as the file says",
  assumed: "assumed: say how many with --queries or cost.queriesPerMonth",
} as const;

/** As price lists write them, whatever a file of prices leaves out: `$0.40`, `$0.0015`. */
function priceText(price: string): string {
  const [whole, cents = ""] = price.split(".");
  return `$${whole}.${cents.padEnd(2, "0")}`;
}

/** The bill, its assumptions, and a table for each failover. */
export function renderCost(report: CostReport, look: Look): string {
  const paint = paintOf(look);
  const rows = report.lines.map((line) => [
    safeText(line.text),
    countText(line.quantity),
    `${priceText(line.price)}${line.per === 1 ? "" : " a million"}`,
    dollarText(moneyOf(line.amount)),
  ]);
  const columns = [
    { title: "ITEM" },
    { title: "QUANTITY", align: "right" },
    { title: "PRICE", align: "right" },
    { title: "A MONTH", align: "right" },
  ] as const;
  const { total, from } = report.queriesPerMonth;
  return [
    renderTable(columns, rows, look),
    "",
    `${paint.bold(`${dollarText(moneyOf(report.total))} a month`)}, with ${countText(total)} queries (${ORIGIN[from]})`,
    paint.dim(`prices of ${safeText(report.prices.date)}, ${safeText(report.prices.source)}`),
    ...report.notes.map((note) => `${paint.dim("note:")} ${safeText(note)}`),
    ...report.failovers.flatMap((one) => ["", ...failoverLines(one, look)]),
  ].join("\n");
}

function isSame(a: ReportedOption, b: ReportedOption): boolean {
  return (
    a.intervalSeconds === b.intervalSeconds &&
    a.failureThreshold === b.failureThreshold &&
    a.ttlSeconds === b.ttlSeconds
  );
}

function failoverLines(failover: ReportedFailover, look: Look): string[] {
  const paint = paintOf(look);
  const { current, options, targetSeconds } = failover;
  const ttls = [...new Set(options.map(({ ttlSeconds }) => ttlSeconds))];
  const cell = (option: ReportedOption | undefined) => {
    if (option === undefined) return "";
    const text = `${option.boundSeconds} s ${differenceText(moneyOf(option.difference))}`;
    if (isSame(option, current)) return paint.bold(`${option.boundSeconds} s now`);
    return targetSeconds !== null && option.boundSeconds > targetSeconds ? paint.dim(text) : text;
  };
  const pairs = [...new Set(options.map((one) => `${one.intervalSeconds} ${one.failureThreshold}`))];
  const rows = pairs.map((pair) => {
    const [intervalSeconds = 0, failureThreshold = 0] = pair.split(" ").map(Number);
    const cells = ttls.map((ttlSeconds) =>
      cell(options.find((one) => isSame(one, { ...one, intervalSeconds, failureThreshold, ttlSeconds }))),
    );
    return [`${intervalSeconds} s`, String(failureThreshold), ...cells];
  });
  const columns = [
    { title: "INTERVAL", align: "right" as const },
    { title: "THRESHOLD", align: "right" as const },
    ...ttls.map((ttl) => ({ title: `TTL ${ttl} s`, align: "right" as const })),
  ];
  const target = targetSeconds === null ? "" : `; the target is ${targetSeconds} s`;
  return [
    `${paint.bold(safeText(`${displayName(failover.name)} ${failover.type}`))} fails over within ${current.boundSeconds} s (check ${safeText(failover.healthCheck)})${target}`,
    renderTable(columns, rows, look),
  ];
}
