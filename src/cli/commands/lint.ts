/** `r53kit lint`: what in r53kit.yaml will bite, before anything is set up. */

import { Option } from "commander";
import type { Register } from "../command.ts";
import type { LintOptions } from "../runs/lint.ts";

export const registerLint: Register = (program, host) => {
  program
    .command("lint")
    .description(
      "Judge the set-up file: failovers that cannot happen, checks that ask themselves, names that hide others",
    )
    .addOption(
      new Option("--format <format>", "how to print it: for people, or as annotations of a GitHub workflow")
        .choices(["text", "github"])
        .default("text"),
    )
    .addHelpText(
      "after",
      `
It reads the file and nothing else. A finding that is meant is left out by lint.ignore in the file, with a reason.
Exit codes: 0 nothing, or remarks only; 2 warnings or problems; 64 the file itself is wrong.

Examples:
  r53kit lint
  r53kit lint --json
  r53kit lint --format github        # in a workflow, beside the lines of a pull request`,
    )
    .action(
      host.action<LintOptions>(async (context, _args, options) => {
        const { runLint } = await import("../runs/lint.ts");
        return runLint(context, options);
      }),
    );
};
