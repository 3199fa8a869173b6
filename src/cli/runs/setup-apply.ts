/** `r53kit setup apply`: carries out the file's plan, or a saved one. */

import { existsSync } from "node:fs";
import { type LoadedConfig, loadConfig } from "../../config/load.ts";
import { Failure } from "../../errors.ts";
import { daemonHome } from "../../local/daemon-home.ts";
import { selectPhases } from "../../setup/make-plan.ts";
import type { PhaseName, Plan } from "../../setup/plan.ts";
import { checkZones, readPlan } from "../../setup/saved-plan.ts";
import { type Planned, planSetup, reviewPlan, type SetupOptions } from "../../setup/setup.ts";
import type { CommandContext } from "../context.ts";
import type { ExitCode } from "../exit-codes.ts";
import { phasesOf } from "../phases-option.ts";
import { lockZones } from "../zone-locks.ts";
import { confirmAndCarryOut, noteUnfinished } from "./setup-carry-out.ts";

export interface ApplyOptions {
  readonly phase?: readonly string[];
  /** Names of zones. */
  readonly force?: readonly string[];
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
    const { project, zones } = "config" in source ? source.config.config : source.plan;
    // From before anything is read until all of it is done: what the plan is made from stays so.
    const locks = await lockZones({ ...setup, project, zones: zones.map(({ name }) => name), command: COMMAND });
    try {
      const planned =
        "config" in source ? await plannedFrom(source.config, setup, only) : await reviewed(source.plan, setup, only);
      noteUnfinished(context, setup.home, project);
      const force = options.force ?? [];
      return await confirmAndCarryOut(context, backend, setup, planned, { command: COMMAND, force });
    } finally {
      await locks.release();
    }
  } finally {
    backend.close();
  }
}

const COMMAND = "setup apply";

/** The plan of a file, held against the set-up file beside it when there is one. */
function savedPlan(context: CommandContext, file: string): { readonly plan: Plan } {
  const plan = readPlan(file);
  if (plan.purpose === "destroy") {
    throw new Failure({
      kind: "usage",
      code: "plan.destroys",
      message: "this plan takes a set-up away",
      where: { file },
      next: `carry it out with r53kit setup destroy ${file}`,
    });
  }
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
