/** `r53kit setup resume`: finishes a run that did not come to its end, from its journal alone. */

import { Failure } from "../../errors.ts";
import { daemonHome } from "../../local/daemon-home.ts";
import { safeText } from "../../render/safe-text.ts";
import { type UnfinishedRun, unfinishedRuns } from "../../setup/journal.ts";
import { planResume, type SetupOptions } from "../../setup/setup.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { lockZones } from "../zone-locks.ts";
import { confirmAndCarryOut } from "./setup-carry-out.ts";

export interface ResumeOptions {
  readonly project?: string;
}

export async function setupResume(context: CommandContext, options: ResumeOptions): Promise<ExitCode> {
  const home = daemonHome(context.host.env).directory;
  const run = choose(unfinishedRuns(home), options.project);
  if (run === undefined) {
    context.result({ outcome: "nothing-to-resume" }, () => "nothing to resume: every run came to its end");
    return EXIT.ok;
  }
  const backend = await context.connect(run.plan.backend.confirmsChanges ? "aws" : "local");
  try {
    context.note(`backend: ${backend.label}`);
    const setup: SetupOptions = { backend, home, signal: context.signal };
    const { project, zones } = run.plan;
    const locks = await lockZones({ ...setup, project, zones: zones.map(({ name }) => name), command: "setup resume" });
    try {
      const planned = await planResume(run, setup);
      const of = `${planned.landed} of ${planned.landed + countOf(planned.plan.phases)} changes`;
      context.note(`resuming the ${nameOf(run)}: ${of} had landed`);
      const { keepsLedger } = run;
      return await confirmAndCarryOut(context, backend, setup, planned, { command: "setup resume", keepsLedger });
    } finally {
      await locks.release();
    }
  } finally {
    backend.close();
  }
}

function countOf(phases: readonly { readonly changes: readonly unknown[] }[]): number {
  return phases.reduce((sum, { changes }) => sum + changes.length, 0);
}

function nameOf({ command, startedAt, plan }: UnfinishedRun): string {
  return `${command} of ${safeText(plan.project)} that started at ${safeText(startedAt)}`;
}

/** Throws a usage Failure when it is not clear which one is meant. */
function choose(runs: readonly UnfinishedRun[], project: string | undefined): UnfinishedRun | undefined {
  const candidates = project === undefined ? runs : runs.filter(({ plan }) => plan.project === project);
  const [first, second] = candidates;
  if (second !== undefined) {
    throw new Failure({
      kind: "usage",
      code: "setup.several-unfinished",
      message: `${candidates.length} runs did not come to their end: ${candidates.map(nameOf).join("; ")}`,
      next: `say which one with --project, e.g. --project ${second.plan.project}`,
    });
  }
  if (first !== undefined || project === undefined || runs.length === 0) return first;
  throw new Failure({
    kind: "usage",
    code: "setup.unknown-project",
    message: `no run of the project ${project} is unfinished`,
    next: `there is the ${runs.map(nameOf).join("; ")}`,
  });
}
