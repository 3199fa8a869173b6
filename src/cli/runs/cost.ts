/** `r53kit cost`: the bill of the set-up file. Calls nobody. */

import { parseQueryCount } from "../../config/cost-settings.ts";
import { loadConfig } from "../../config/load.ts";
import { loadPriceFile } from "../../config/price-file.ts";
import { AWS_PRICES } from "../../cost/prices.ts";
import { costReport } from "../../cost/report.ts";
import { Failure } from "../../errors.ts";
import { renderCost } from "../../render/cost.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";

export interface CostOptions {
  readonly queries?: string;
  readonly prices?: string;
}

export async function runCost(context: CommandContext, options: CostOptions): Promise<ExitCode> {
  const queries = options.queries === undefined ? undefined : queriesOption(options.queries);
  const { config } = loadConfig(context.options.config);
  const prices = options.prices === undefined ? AWS_PRICES : { ...AWS_PRICES, ...given(loadPriceFile(options.prices)) };
  const report = costReport(config, prices, queries);
  context.result(report, () => renderCost(report, { color: context.color.stdout }));
  return EXIT.ok;
}

function queriesOption(text: string): number {
  const count = parseQueryCount(text);
  if (count !== undefined) return count;
  throw new Failure({
    kind: "usage",
    code: "cli.not-a-number",
    message: `--queries: '${text}' is no number of queries`,
    next: "write it like 2500000, 2.5M, 500k or 1G",
  });
}

/** Without what is undefined, which would put nothing in the place of AWS's price. */
function given<Entries extends object>(entries: Entries): { [Key in keyof Entries]: Exclude<Entries[Key], undefined> } {
  return Object.fromEntries(Object.entries(entries).filter(([, one]) => one !== undefined)) as {
    [Key in keyof Entries]: Exclude<Entries[Key], undefined>;
  };
}
