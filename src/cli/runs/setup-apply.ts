/** `r53kit setup apply`: carries out the file's plan, or a saved one. */

import { existsSync } from "node:fs";
import type { Backend } from "../../backend/backend.ts";
import { type LoadedConfig, loadConfig } from "../../config/load.ts";
import { Failure } from "../../errors.ts";
import { daemonHome } from "../../local/daemon-home.ts";
import { planSummaryText, renderApplyResult, renderPlan, setupEventLine } from "../../render/setup.ts";
import { isVerified } from "../../setup/apply.ts";
import type { Emit, SetupEvent } from "../../setup/events.ts";
import { selectPhases } from "../../setup/make-plan.ts";
import { isEmptyPlan, type PhaseName, type Plan } from "../../setup/plan.ts";
import { afterEvent, startOfProgress } from "../../setup/progress.ts";
import { checkZones, readPlan } from "../../setup/saved-plan.ts";
import { carryOut, type Planned, planSetup, reviewPlan, type SetupOptions } from "../../setup/setup.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { phasesOf } from "../phases-option.ts";
import { noteUnfinished } from "./setup-plan.ts";

export interface ApplyOptions {
  readonly phase?: readonly string[];
}

export async function setupApply(
  context: CommandContext,
  file: string | undefined,
  options: ApplyOptions,
): Promise<ExitCode> {
  const only = phasesOf(options.phase);
  const source = file === undefined ? { config: loadConfig(context.options.config) } : savedPlan(context, file);
  const backend = await context.connect(
    "config" in source ? source.config.config.backend : source.plan.backend.confirmsChanges ? "aws" : "local",
  );
  try {
    context.note(`backend: ${backend.label}`);
    const setup: SetupOptions = { backend, home: daemonHome(context.host.env).directory, signal: context.signal };
    const planned =
      "config" in source ? await plannedFrom(source.config, setup, only) : await reviewed(source.plan, setup, only);
    noteUnfinished(context, setup.home, planned.plan.project);
    return await confirmAndCarryOut(context, backend, setup, planned);
  } finally {
    backend.close();
  }
}

/** The plan of a file, held against the set-up file beside it when there is one. */
function savedPlan(context: CommandContext, file: string): { readonly plan: Plan } {
  const plan = readPlan(file);
  const { config } = context.options;
  if (config !== DEFAULT_CONFIG || existsSync(config)) checkZones(plan, loadConfig(config).config);
  return { plan };
}

const DEFAULT_CONFIG = "r53kit.yaml";

function plannedFrom(
  config: LoadedConfig,
  setup: SetupOptions,
  only: readonly PhaseName[] | undefined,
): Promise<Planned> {
  return planSetup(config, { ...setup, ...(only === undefined ? {} : { only }) });
}

async function reviewed(plan: Plan, setup: SetupOptions, only: readonly PhaseName[] | undefined): Promise<Planned> {
  const live = await reviewPlan(plan, setup);
  return { plan: only === undefined ? plan : selectPhases(plan, live, only), live };
}

async function confirmAndCarryOut(
  context: CommandContext,
  backend: Backend,
  setup: SetupOptions,
  planned: Planned,
): Promise<ExitCode> {
  const { plan } = planned;
  if (!isEmptyPlan(plan)) {
    context.note(renderPlan(plan, { color: context.color.stderr }));
    context.note("");
    if (backend.confirmsChanges && !context.options.yes) {
      const agreed = await context.confirm(`Apply to ${backend.label}: ${planSummaryText(plan.summary)}?`);
      if (!agreed) {
        throw new Failure({ kind: "interrupted", code: "setup.declined", message: "nothing was changed: you said no" });
      }
    }
  }
  const watch = await watcher(context, plan);
  const { result, error } = await carryOut(planned, { ...setup, emit: watch.emit }).finally(watch.close);
  context.result(result, () => renderApplyResult(result, { color: context.color.stdout }));
  if (result.outcome === "interrupted") {
    context.note("run setup apply again to go on from here");
    return EXIT.interrupted;
  }
  if (error !== undefined) throw error;
  if (isVerified(result)) return EXIT.ok;
  context.note("not everything is as wanted yet; look again with r53kit setup verify");
  return EXIT.failed;
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
