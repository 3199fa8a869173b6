/** `r53kit setup destroy`: takes away what the set-up file made, the zone last. The plan comes first. */

import { loadConfig } from "../../config/load.ts";
import { Failure } from "../../errors.ts";
import { daemonHome } from "../../local/daemon-home.ts";
import { safeText } from "../../render/safe-text.ts";
import { renderPlan } from "../../render/setup.ts";
import type { Plan } from "../../setup/plan.ts";
import { readPlan, withChecksum, writePlan } from "../../setup/saved-plan.ts";
import { planDestroy, reviewPlan, type SetupOptions } from "../../setup/setup.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { lockZones } from "../zone-locks.ts";
import { confirmAndCarryOut, noteUnfinished } from "./setup-carry-out.ts";

export interface DestroyOptions {
  readonly dryRun?: boolean;
  readonly out?: string;
}

const COMMAND = "setup destroy";

export async function setupDestroy(
  context: CommandContext,
  file: string | undefined,
  options: DestroyOptions,
): Promise<ExitCode> {
  const saved = file === undefined ? undefined : savedPlan(file);
  const loaded = saved === undefined ? loadConfig(context.options.config) : undefined;
  const backend = await context.connect(
    saved === undefined ? loaded?.config.backend : saved.backend.confirmsChanges ? "aws" : "local",
  );
  try {
    context.note(`backend: ${backend.label}`);
    const setup: SetupOptions = { backend, home: daemonHome(context.host.env).directory, signal: context.signal };
    const planned = async () => {
      if (saved !== undefined) return { plan: saved, live: await reviewPlan(saved, setup) };
      if (loaded === undefined) throw new Error("there is a set-up file where there is no plan");
      return planDestroy(loaded, setup);
    };
    if (options.dryRun || options.out !== undefined) {
      const { plan } = await planned();
      if (options.out !== undefined) {
        await writePlan(options.out, plan);
        const out = safeText(options.out);
        context.note(`plan written to ${out}; carry it out with r53kit setup destroy ${out}`);
      }
      context.result(withChecksum(plan), () => renderPlan(plan, { color: context.color.stdout }));
      return EXIT.ok;
    }
    const { project, zones } = saved ?? loaded?.config ?? { project: "", zones: [] };
    const locks = await lockZones({ ...setup, project, zones: zones.map(({ name }) => name), command: COMMAND });
    try {
      noteUnfinished(context, setup.home, project);
      return await confirmAndCarryOut(context, backend, setup, await planned(), { command: COMMAND });
    } finally {
      await locks.release();
    }
  } finally {
    backend.close();
  }
}

function savedPlan(file: string): Plan {
  const plan = readPlan(file);
  if (plan.purpose === "destroy") return plan;
  throw new Failure({
    kind: "usage",
    code: "plan.applies",
    message: "this plan takes nothing away: it was made by r53kit setup plan",
    where: { file },
    next: `carry it out with r53kit setup apply ${file}`,
  });
}
