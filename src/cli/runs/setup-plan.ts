/** `r53kit setup plan`: what would change, and why. Changes nothing. */

import { loadConfig } from "../../config/load.ts";
import { daemonHome } from "../../local/daemon-home.ts";
import { safeText } from "../../render/safe-text.ts";
import { renderPlan } from "../../render/setup.ts";
import { isEmptyPlan } from "../../setup/plan.ts";
import { writePlan } from "../../setup/saved-plan.ts";
import { planSetup, unfinished } from "../../setup/setup.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { phasesOf } from "../phases-option.ts";

export interface PlanOptions {
  readonly out?: string;
  readonly phase?: readonly string[];
  readonly detailedExitcode?: boolean;
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
    context.result(plan, () => renderPlan(plan, { color: context.color.stdout }));
    return options.detailedExitcode && !isEmptyPlan(plan) ? EXIT.findings : EXIT.ok;
  } finally {
    backend.close();
  }
}

/** How many changes of a killed apply are named. */
const MOST_NAMED = 3;

export function noteUnfinished(context: CommandContext, home: string, project: string): void {
  const open = unfinished(home, project);
  if (open.length === 0) return;
  const more = open.length > MOST_NAMED ? ` and ${open.length - MOST_NAMED} more` : "";
  context.note(
    `the last apply did not come to its end: it had begun ${safeText(open.slice(0, MOST_NAMED).join(", "))}${more}; applying again goes on from what is there`,
  );
}
