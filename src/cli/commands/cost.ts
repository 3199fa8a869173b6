/** `r53kit cost`: the month's bill of r53kit.yaml, and what faster failovers cost. */

import type { Register } from "../command.ts";
import type { CostOptions } from "../runs/cost.ts";

export const registerCost: Register = (program, host) => {
  program
    .command("cost")
    .description("Add up what the set-up file costs a month, and how fast each failover is at which price")
    .option(
      "--queries <number>",
      "how many queries a month, as 2500000 or 2.5M (default: cost.queriesPerMonth, else 1M)",
    )
    .option("--prices <file>", "prices of your own, YAML or JSON; what it does not name is as AWS lists it")
    .addHelpText(
      "after",
      `
It reads the file and nothing else: what is in the account besides is not in the sum.

Examples:
  r53kit cost
  r53kit cost --queries 250M
  r53kit cost --prices our-prices.yaml --json`,
    )
    .action(
      host.action<CostOptions>(async (context, _args, options) => {
        const { runCost } = await import("../runs/cost.ts");
        return runCost(context, options);
      }),
    );
};
