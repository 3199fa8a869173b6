/** A drill's report as text: what was drilled, the timeline, the figures against target and bound, the verdict. */

import type { Measurement } from "../../drill/measure.ts";
import type { ObserverIdentity } from "../../drill/observation.ts";
import type { DrillReport } from "../../drill/report.ts";
import { displayName } from "../../route53/names.ts";
import { type Look, paintOf } from "../paint.ts";
import { safeText } from "../safe-text.ts";
import { renderTable } from "../table.ts";
import { duration, sinceStop } from "./times.ts";
import { happeningWords, MEASUREMENT_WORDS, outcomeWords, targetWords } from "./words.ts";

function header(report: DrillReport, look: Look): string[] {
  const paint = paintOf(look);
  const { scenario, backend, bounds } = report;
  const check = scenario.healthCheck;
  return [
    paint.bold(`Failover drill of ${displayName(scenario.name)} ${scenario.type}`),
    `  backend   ${safeText(backend.label)}${backend.speed === 1 ? "" : `, its clock ${backend.speed} times as fast as life`}`,
    `  stopped   ${targetWords(scenario.target)}`,
    `  settings  ${check.type} check '${safeText(check.key)}' every ${check.intervalSeconds} s, threshold ${check.failureThreshold}, TTL ${scenario.ttlSeconds} s`,
    `  bound     ${duration(bounds.client.ms)} = ${bounds.client.terms.map((term) => `${duration(term.ms)} ${term.name}`).join(" + ")}`,
    `  states    ${report.states.join(" -> ")}`,
  ];
}

function timeline(report: DrillReport, look: Look): string {
  const identityOf = (id: string): ObserverIdentity | undefined => report.observers.find((one) => one.id === id);
  const rows: string[][] = [];
  for (const entry of report.timeline) {
    const words = happeningWords(entry, identityOf);
    if (words === undefined) continue;
    const real = report.backend.speed === 1 ? [] : [sinceStop(entry.realSinceStopMs)];
    rows.push([sinceStop(entry.sinceStopMs), ...real, words]);
  }
  const time = { align: "right" } as const;
  const columns =
    report.backend.speed === 1
      ? [{ title: "since the stop", ...time }, { title: "what happened" }]
      : [{ title: "since the stop", ...time }, { title: "real", ...time }, { title: "what happened" }];
  return renderTable(columns, rows, look);
}

function judgement(one: Measurement, look: Look): string {
  const paint = paintOf(look);
  if (one.withinTarget === false) return paint.red("past its target");
  if (one.withinBound === null) return paint.dim("did not happen");
  if (!one.withinBound) return paint.yellow("beyond its bound");
  return paint.green(one.withinTarget === true ? "within target and bound" : "within bound");
}

function figures(report: DrillReport, look: Look): string {
  const scaled = report.backend.speed !== 1;
  const number = { align: "right" } as const;
  return renderTable(
    [
      { title: "measure" },
      { title: scaled ? "simulated" : "measured", ...number },
      ...(scaled ? [{ title: "real", ...number }] : []),
      { title: "target", ...number },
      { title: "bound", ...number },
      { title: "verdict" },
    ],
    report.measurements.map((one) => [
      MEASUREMENT_WORDS[one.key],
      duration(one.measuredMs),
      ...(scaled ? [one.realMs === null ? "-" : duration(one.realMs)] : []),
      one.targetMs === null ? "-" : duration(one.targetMs),
      duration(one.boundMs),
      judgement(one, look),
    ]),
    look,
  );
}

function observers(report: DrillReport, look: Look): string {
  const number = { align: "right" } as const;
  return renderTable(
    [
      { title: "observer" },
      { title: "looks", ...number },
      { title: "secondary after", ...number },
      { title: "primary after", ...number },
    ],
    report.observers.map((one) => [
      safeText(one.label),
      String(one.observations),
      duration(one.secondaryAfterMs),
      duration(one.primaryAfterMs),
    ]),
    look,
  );
}

function verdict(report: DrillReport, look: Look): string {
  const paint = paintOf(look);
  const { exceeded, beyondBound } = report.verdict;
  const name = (keys: typeof exceeded) => keys.map((key) => MEASUREMENT_WORDS[key].trim()).join("; ");
  if (report.outcome !== "completed") return paint.red(`Not completed: ${outcomeWords(report.outcome)}.`);
  const targets = report.measurements.filter((one) => one.targetMs !== null).length;
  const kept = targets === 0 ? "Completed; there was no target." : `Completed; ${targets} of ${targets} targets kept.`;
  const bounds = beyondBound.length === 0 ? "" : paint.yellow(` Slower than the settings allow: ${name(beyondBound)}.`);
  if (exceeded.length === 0) return `${paint.green(kept)}${bounds}`;
  return `${paint.red(`Completed, but past its target: ${name(exceeded)}.`)}${bounds}`;
}

/** Ends with the verdict and where the journal lies; no trailing line feed. */
export function renderDrillReport(report: DrillReport, look: Look): string {
  const paint = paintOf(look);
  return [
    ...header(report, look),
    "",
    timeline(report, look),
    "",
    figures(report, look),
    "",
    observers(report, look),
    "",
    verdict(report, look),
    ...report.warnings.map((warning) => paint.yellow(`warning: ${safeText(warning)}`)),
    paint.dim(`journal: ${safeText(report.journal)}`),
  ].join("\n");
}
