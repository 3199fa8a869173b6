/** What `r53kit cost` says, as data: exact amounts in decimal text. */

import type { Config } from "../config/config.ts";
import { type Bill, type BillItem, billOf } from "./bill.ts";
import { type FailoverOption, failoverCosts } from "./failover-options.ts";
import { holdingsOfFile } from "./file-holdings.ts";
import { exactText } from "./money.ts";
import type { PriceTable } from "./prices.ts";
import { ASSUMED_QUERIES_PER_MONTH, type QueryAssumption } from "./queries.ts";

const COST_FORMAT = "r53kit.cost/1";

/** Of all collections together (Amazon Route 53 pricing, "IP-based routing"). */
const BLOCKS_INCLUDED = 1000;

export interface ReportedLine {
  readonly item: BillItem;
  readonly text: string;
  readonly quantity: number;
  /** US dollars for `per` of them. */
  readonly price: string;
  readonly per: number;
  /** US dollars a month. */
  readonly amount: string;
}

export interface ReportedOption {
  readonly intervalSeconds: number;
  readonly failureThreshold: number;
  readonly ttlSeconds: number;
  readonly boundSeconds: number;
  /** US dollars a month more than now. */
  readonly difference: string;
}

export interface ReportedFailover {
  readonly name: string;
  readonly type: string;
  readonly healthCheck: string;
  readonly probeType: string;
  /** Seconds the failover may take, as the file sets it. */
  readonly targetSeconds: number | null;
  readonly current: ReportedOption;
  readonly options: readonly ReportedOption[];
}

export interface CostReport {
  readonly format: typeof COST_FORMAT;
  readonly file: string;
  readonly currency: "USD";
  readonly prices: { readonly date: string; readonly source: string };
  readonly queriesPerMonth: {
    readonly total: number;
    /** `assumed`: neither the file nor the command line says. */
    readonly from: QueryOrigin;
  };
  readonly lines: readonly ReportedLine[];
  /** US dollars a month. */
  readonly total: string;
  readonly failovers: readonly ReportedFailover[];
  /** What the bill leaves out or takes for granted. */
  readonly notes: readonly string[];
}

export type QueryOrigin = "option" | "file" | "assumed";

/** What is asked of the names of a file, and who says so; the command line before the file. */
export function assumptionOf(
  { cost }: Pick<Config, "cost">,
  option?: number,
): { readonly assumption: QueryAssumption; readonly from: QueryOrigin } {
  const named = [...cost.queriesByName.values()].reduce((sum, one) => sum + one, 0);
  const from: QueryOrigin =
    option !== undefined ? "option" : cost.queriesPerMonth !== undefined || named > 0 ? "file" : "assumed";
  const total = option ?? cost.queriesPerMonth ?? (named > 0 ? named : ASSUMED_QUERIES_PER_MONTH);
  return { assumption: { total: Math.max(total, named), byName: cost.queriesByName }, from };
}

function reportedLines({ lines }: Bill): ReportedLine[] {
  return lines.map((line) => ({ ...line, amount: exactText(line.amount) }));
}

export function costReport(config: Config, prices: PriceTable, queries?: number): CostReport {
  const holdings = holdingsOfFile(config);
  const { assumption, from } = assumptionOf(config, queries);
  const bill = billOf(holdings, prices, assumption);
  const targetSeconds = config.drillTargets.downtimeSeconds ?? config.drillTargets.failoverSeconds ?? null;
  return {
    format: COST_FORMAT,
    file: config.file,
    currency: "USD",
    prices: { date: prices.date, source: prices.source },
    queriesPerMonth: { total: assumption.total, from },
    lines: reportedLines(bill),
    total: exactText(bill.total),
    failovers: failoverCosts(config, prices, assumption).map((one) => ({
      name: one.name,
      type: one.type,
      healthCheck: one.healthCheck,
      probeType: one.probeType,
      targetSeconds,
      current: reportedOption(one.current),
      options: one.options.map(reportedOption),
    })),
    notes: notesOf(
      config,
      holdings.healthChecks.some(({ place }) => place === "other"),
    ),
  };
}

function reportedOption(option: FailoverOption): ReportedOption {
  return { ...option, difference: exactText(option.difference) };
}

function notesOf(config: Config, hasOtherEndpoints: boolean): string[] {
  const notes = [
    "the price tiers count from the first zone, check and query: what else is in the account is not known",
  ];
  if (hasOtherEndpoints) {
    notes.push(
      "an endpoint counts as outside AWS unless its host's name is AWS's, or cost.awsEndpoints has its check's key",
    );
  }
  if (config.healthChecks.some(({ settings }) => settings.kind !== "endpoint" && settings.kind !== "existing")) {
    notes.push("checks of other checks and of alarms are counted like checks in AWS");
  }
  const blocks = config.cidrCollections.flatMap(({ locations }) => locations.flatMap((one) => one.blocks)).length;
  if (blocks > BLOCKS_INCLUDED) {
    notes.push(
      `the ${blocks} CIDR blocks are more than the ${BLOCKS_INCLUDED} that come with IP-based routing, and are not in the sum`,
    );
  }
  if (config.zones.some(({ logging }) => logging !== undefined)) {
    notes.push("query logs are billed by CloudWatch Logs, by volume, and are not in the sum");
  }
  return notes;
}
