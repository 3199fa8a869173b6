/** `r53kit setup plan | apply | resume | destroy | verify | import`: a zone and everything around it, as r53kit.yaml asks for. */

import { Option } from "commander";
import type { Register } from "../command.ts";
import type { ApplyOptions } from "../runs/setup-apply.ts";
import type { DestroyOptions } from "../runs/setup-destroy.ts";
import type { ImportOptions } from "../runs/setup-import.ts";
import type { PlanOptions } from "../runs/setup-plan.ts";
import type { ResumeOptions } from "../runs/setup-resume.ts";
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
    .addOption(
      new Option("--format <format>", "how to print it: for people, or for a pull request")
        .choices(["text", "markdown"])
        .default("text"),
    )
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
    .option("--force <zone>", "change this zone beyond its thresholds; may be given several times", collect)
    .addHelpText("after", `${PHASES}\n\nOn AWS it shows the plan and asks first, unless --yes.`)
    .action(
      host.action<ApplyOptions>(async (context, [file], options) => {
        const { setupApply } = await import("../runs/setup-apply.ts");
        return setupApply(context, file, options);
      }),
    );

  setup
    .command("resume")
    .description("Finish a run that was interrupted, from its journal: exactly what it had planned")
    .option("--project <name>", "whose run, when several did not come to their end")
    .addHelpText("after", RESUME_HELP)
    .action(
      host.action<ResumeOptions>(async (context, _args, options) => {
        const { setupResume } = await import("../runs/setup-resume.ts");
        return setupResume(context, options);
      }),
    );

  setup
    .command("destroy")
    .description("Take away what the set-up file made, the zone last; shows the plan first")
    .argument("[file]", "a plan that was saved with --out (default: a fresh plan of the set-up file)")
    .option("--dry-run", "show the plan; change nothing")
    .option("--out <file>", "write the plan to a file, for r53kit setup destroy FILE; change nothing")
    .addHelpText("after", DESTROY_HELP)
    .action(
      host.action<DestroyOptions>(async (context, [file], options) => {
        const { setupDestroy } = await import("../runs/setup-destroy.ts");
        return setupDestroy(context, file, options);
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

  setup
    .command("import")
    .description("Write hosted zones that are there as a set-up file whose plan is empty")
    .argument("<zones...>", "the hosted zones, by name or id")
    .option("--output <file>", "write it there, traffic policy documents beside it (default: stdout)")
    .option("--force", "write over files that are there")
    .addHelpText("after", IMPORT_HELP)
    .action(
      host.action<ImportOptions>(async (context, zones, options) => {
        const { setupImport } = await import("../runs/setup-import.ts");
        return setupImport(context, zones, options);
      }),
    );
};

const IMPORT_HELP = `
Record sets, routing policies, aliases, health checks, traffic policies with their instances, query
logging. What a set-up file cannot say stands in it as a comment, is counted on stderr, and stays as
it is. --json prints it with the file's text. Changes nothing.`;

const RESUME_HELP = `
Works without the set-up file: the journal has the plan. What somebody else changed meanwhile is
named, and nothing is done. On AWS it shows what is left and asks first, unless --yes.`;

const DESTROY_HELP = `
Traffic Flow instances go first, then records, health checks that nothing uses any more, query
logging, and the zone if nothing of anybody else is left in it. What was not made from this file
stays, and the plan says what. On AWS it asks first, unless --yes.`;

const PHASES = `
Phases, in this order: zone, health-checks, records, routing, traffic-flow, logging.`;
