/** `r53kit setup plan`: what would change, and why. Changes nothing. */

import { loadConfig } from "../../config/load.ts";
import { daemonHome } from "../../local/daemon-home.ts";
import { planAsMarkdown } from "../../render/plan-markdown.ts";
import { safeText } from "../../render/safe-text.ts";
import { renderPlan } from "../../render/setup.ts";
import { isEmptyPlan } from "../../setup/plan.ts";
import { withChecksum, writePlan } from "../../setup/saved-plan.ts";
import { planSetup } from "../../setup/setup.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { phasesOf } from "../phases-option.ts";
import { noteUnfinished } from "./setup-carry-out.ts";

export interface PlanOptions {
  readonly out?: string;
  readonly phase?: readonly string[];
  readonly detailedExitcode?: boolean;
  readonly format: "text" | "markdown";
}

export async function setupPlan(context: CommandContext, options: PlanOptions): Promise<ExitCode> {
  const only = phasesOf(options.phase);
  const loaded = loadConfig(context.options.config);
  const home = daemonHome(context.host.env).directory;
  const backend = await context.connect(loaded.config.backend);
  try {
    const { plan } = await planSetup(loaded, {
      backend,
      home,
      signal: context.signal,
      ...(only === undefined ? {} : { only }),
    });
    noteUnfinished(context, home, plan.project);
    if (options.out !== undefined) {
      await writePlan(options.out, plan);
      const out = safeText(options.out);
      context.note(`plan written to ${out}; carry it out with r53kit setup apply ${out}`);
    }
    context.result(withChecksum(plan), () =>
      options.format === "markdown" ? planAsMarkdown(plan) : renderPlan(plan, { color: context.color.stdout }),
    );
    return options.detailedExitcode && !isEmptyPlan(plan) ? EXIT.findings : EXIT.ok;
  } finally {
    backend.close();
  }
}
