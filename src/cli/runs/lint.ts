/** `r53kit lint`: every rule over the set-up file. Calls nobody. */

import { loadConfig } from "../../config/load.ts";
import { lint, needsAttention } from "../../lint/lint.ts";
import { githubAnnotations, renderLint } from "../../render/lint.ts";
import { explicitBackend } from "../connect.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";

export interface LintOptions {
  readonly format: "text" | "github";
}

export async function runLint(context: CommandContext, { format }: LintOptions): Promise<ExitCode> {
  const loaded = loadConfig(context.options.config);
  const backend = explicitBackend(context.options, context.host.env) ?? loaded.config.backend ?? "local";
  const report = lint(loaded, { onAws: backend === "aws" });
  context.result(report, () =>
    format === "github" ? githubAnnotations(report) : renderLint(report, { color: context.color.stdout }),
  );
  return needsAttention(report.findings) ? EXIT.findings : EXIT.ok;
}
