/** `r53kit setup plan | apply | verify`: a zone and everything around it, as r53kit.yaml asks for. */

import type { Register } from "../command.ts";
import type { ApplyOptions } from "../runs/setup-apply.ts";
import type { PlanOptions } from "../runs/setup-plan.ts";
import type { VerifyOptions } from "../runs/setup-verify.ts";

const PHASE_HELP = "only this phase; may be given several times, or several joined by commas";

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

export const registerSetup: Register = (program, host) => {
  const setup = program
    .command("setup")
    .description("Set up zones, health checks, records, routing, Traffic Flow and query logging from r53kit.yaml");

  setup
    .command("plan")
    .description("Show what would change and why; changes nothing")
    .option("--out <file>", "write the plan to a file, for r53kit setup apply FILE")
    .option("--phase <phase...>", PHASE_HELP)
    .option("--detailed-exitcode", "exit with 2 when there is something to change")
    .addHelpText("after", PHASES)
    .action(
      host.action<PlanOptions>(async (context, _args, options) => {
        const { setupPlan } = await import("../runs/setup-plan.ts");
        return setupPlan(context, options);
      }),
    );

  setup
    .command("apply")
    .description("Carry out the plan: phase by phase, each waited for and verified at the name servers")
    .argument("[file]", "a plan that was saved with --out (default: a fresh plan of the set-up file)")
    .option("--phase <phase>", PHASE_HELP, collect)
    .addHelpText("after", `${PHASES}\n\nOn AWS it shows the plan and asks first, unless --yes.`)
    .action(
      host.action<ApplyOptions>(async (context, [file], options) => {
        const { setupApply } = await import("../runs/setup-apply.ts");
        return setupApply(context, file, options);
      }),
    );

  setup
    .command("verify")
    .description("Ask the name servers and the health checkers whether everything is as the file asks")
    .option("--phase <phase...>", PHASE_HELP)
    .addHelpText("after", `${PHASES}\n\nExits with 2 when something is not as the file asks.`)
    .action(
      host.action<VerifyOptions>(async (context, _args, options) => {
        const { setupVerify } = await import("../runs/setup-verify.ts");
        return setupVerify(context, options);
      }),
    );
};

const PHASES = `
Phases, in this order: zone, health-checks, records, routing, traffic-flow, logging.`;
