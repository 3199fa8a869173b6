/** What every plan of `r53kit setup` goes through: show it, ask where changes are confirmed, carry it out, tell what landed. */

import type { Backend } from "../../backend/backend.ts";
import { Failure } from "../../errors.ts";
import { safeText } from "../../render/safe-text.ts";
import { planSummaryText, renderApplyResult, renderPlan, setupEventLine } from "../../render/setup.ts";
import { isVerified } from "../../setup/apply.ts";
import type { Emit, SetupEvent } from "../../setup/events.ts";
import type { RunCommand } from "../../setup/journal.ts";
import { isEmptyPlan, type Plan } from "../../setup/plan.ts";
import { afterEvent, startOfProgress } from "../../setup/progress.ts";
import { carryOut, type Planned, type SetupOptions, unfinished } from "../../setup/setup.ts";
import { checkThresholds } from "../../setup/thresholds.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";

export interface CarryOutOptions {
  readonly command: RunCommand;
  /** Zones whose thresholds do not hold this once. */
  readonly force?: readonly string[];
  readonly keepsLedger?: boolean;
}

export async function confirmAndCarryOut(
  context: CommandContext,
  backend: Backend,
  setup: SetupOptions,
  planned: Planned,
  options: CarryOutOptions,
): Promise<ExitCode> {
  const { plan, live } = planned;
  const { command, force = [], keepsLedger = true } = options;
  if (!isEmptyPlan(plan) || plan.notes.length > 0) {
    context.note(renderPlan(plan, { color: context.color.stderr }));
    context.note("");
  }
  checkThresholds(plan, live, force);
  if (!isEmptyPlan(plan) && backend.confirmsChanges && !context.options.yes) {
    const verb = plan.purpose === "destroy" ? "Destroy on" : "Apply to";
    const agreed = await context.confirm(`${verb} ${backend.label}: ${planSummaryText(plan.summary)}?`);
    if (!agreed) {
      throw new Failure({ kind: "interrupted", code: "setup.declined", message: "nothing was changed: you said no" });
    }
  }
  const watch = await watcher(context, plan);
  const { result, error } = await carryOut(planned, { ...setup, emit: watch.emit, command, keepsLedger }).finally(
    watch.close,
  );
  context.result(result, () => renderApplyResult(result, { color: context.color.stdout }));
  if (result.outcome === "interrupted") {
    context.note(`run ${command} again to go on from here, or r53kit setup resume to finish exactly this plan`);
    return EXIT.interrupted;
  }
  if (error !== undefined) throw error;
  if (isVerified(result)) return EXIT.ok;
  context.note("not everything is as wanted yet; look again with r53kit setup verify");
  return EXIT.failed;
}

/** How many changes of an unfinished run are named. */
const MOST_NAMED = 3;

/** Says that an earlier run of the project did not come to its end. */
export function noteUnfinished(context: CommandContext, home: string, project: string): void {
  for (const { command, startedAt, begun } of unfinished(home, project)) {
    const more = begun.length > MOST_NAMED ? ` and ${begun.length - MOST_NAMED} more` : "";
    const what = begun.length === 0 ? "" : `: it had begun ${safeText(begun.slice(0, MOST_NAMED).join(", "))}${more}`;
    context.note(
      `the ${command} of ${safeText(startedAt)} did not come to its end${what}; a new one goes on from what is there, and r53kit setup resume finishes exactly what it had planned`,
    );
  }
}

/** The live view on a terminal, else a line for each event. Both read the same events. */
async function watcher(
  context: CommandContext,
  plan: Plan,
): Promise<{ readonly emit: Emit; readonly close: () => void }> {
  const color = context.color.stderr;
  const lines = {
    emit: (event: SetupEvent) => {
      const line = setupEventLine(event, { color });
      if (line !== undefined) context.note(line);
    },
    close: () => {},
  };
  if (!context.live || isEmptyPlan(plan)) return lines;
  const { LIVE_SETUP_ROWS, showLiveSetup } = await import("../../render/setup-progress.tsx");
  if ((context.host.stderr.rows ?? 0) < LIVE_SETUP_ROWS) return lines;
  let progress = startOfProgress(plan);
  const view = showLiveSetup({ stream: context.host.stderr, color, first: progress });
  return {
    emit: (event) => {
      progress = afterEvent(progress, event);
      view.show(progress);
    },
    close: () => view.close(),
  };
}
