/** Plans in files: written whole, read with suspicion, refused when they are for something else or out of date. */

import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { readErrorText, writeErrorText } from "../config/text-file.ts";
import { Failure } from "../errors.ts";
import { shortHash } from "./canonical-json.ts";
import type { LiveState } from "./live/live-state.ts";
import { changedSince } from "./observation.ts";
import { PLAN_FORMAT, type Plan, type PlannedBackend, summaryOf } from "./plan.ts";
import { isWholePlan } from "./plan-shape.ts";
import { zoneKey, zoneText } from "./zone-key.ts";

/** A plan as it leaves the program, to a file or a pipe. */
export function withChecksum(plan: Plan): Plan {
  return { ...plan, checksum: checksumOf(plan) };
}

function checksumOf({ checksum: _, ...rest }: Plan): string {
  return shortHash(rest);
}

/** Never over the set-up file that it was made from: `--out` and `--config` are easily confused. */
export async function writePlan(file: string, plan: Plan): Promise<void> {
  if (resolve(file) === resolve(plan.file)) {
    throw new Failure({
      kind: "usage",
      code: "plan.not-written",
      message: `${file} is the set-up file itself`,
      where: { file },
      next: "name another file for the plan",
    });
  }
  try {
    await writeFile(file, `${JSON.stringify(withChecksum(plan), undefined, 2)}\n`);
  } catch (error) {
    throw new Failure({
      kind: "usage",
      code: "plan.not-written",
      message: `the plan could not be written: ${writeErrorText(error)}`,
      where: { file },
      next: "name a file in a folder that exists and can be written",
    });
  }
}

function unreadable(file: string, message: string, next: string): Failure {
  return new Failure({ kind: "usage", code: "plan.unreadable", message, where: { file }, next });
}

export function readPlan(file: string): Plan {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw unreadable(
      file,
      `the plan could not be read: ${readErrorText(error)}`,
      "make one with r53kit setup plan --out FILE",
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable(file, "this is no plan: it is not JSON", "make one with r53kit setup plan --out FILE");
  }
  const plan = value as Partial<Plan> | null;
  if (
    plan === null ||
    typeof plan !== "object" ||
    typeof plan.format !== "string" ||
    !plan.format.startsWith("r53kit.plan/")
  ) {
    throw unreadable(file, "this is no plan of r53kit", "make one with r53kit setup plan --out FILE");
  }
  if (plan.format !== PLAN_FORMAT) {
    throw unreadable(
      file,
      `this plan has the format ${plan.format}; this r53kit reads ${PLAN_FORMAT}`,
      "make a new plan",
    );
  }
  if (!isWholePlan(plan)) {
    throw unreadable(
      file,
      "this plan is not as r53kit wrote it: something in it is missing or of another kind",
      "make a new plan",
    );
  }
  const { checksum, ...rest } = plan as Plan;
  // What was reviewed is what is carried out: a changed value would not be in the words that describe the change.
  if (checksum !== checksumOf(rest)) {
    throw unreadable(
      file,
      "this plan is not as r53kit wrote it: it was changed since",
      "change the set-up file instead, and make a new plan",
    );
  }
  return { ...rest, summary: summaryOf(rest.phases) };
}

/** Throws when the plan was made for another backend or account. */
export function checkBackend(plan: Plan, backend: PlannedBackend): void {
  const { label, account, confirmsChanges } = plan.backend;
  // Two profiles of one account are the same place; two local backends are not, though their accounts look alike.
  const same =
    account === backend.account &&
    confirmsChanges === backend.confirmsChanges &&
    (confirmsChanges || label === backend.label);
  if (same) return;
  throw new Failure({
    kind: "usage",
    code: "plan.other-backend",
    message: `this plan was made for ${label} (account ${account}), and this is ${backend.label} (account ${backend.account})`,
    next: "choose that backend, or make a new plan here",
  });
}

/** Throws when the plan is of other zones than the file beside it. */
export function checkZones(plan: Plan, config: Config): void {
  const planned = plan.zones.map((zone) => zoneText(zoneKey(zone))).sort();
  const declared = config.zones.map((zone) => zoneText(zoneKey(zone))).sort();
  if (planned.join() === declared.join() && plan.project === config.project) return;
  throw new Failure({
    kind: "usage",
    code: "plan.other-zone",
    message: `this plan is for ${planned.join(", ")}, and ${config.file} is about ${declared.join(", ")}`,
    next: "name the file it was made from with --config, or make a new plan",
  });
}

/** How many changed things are named. */
const MOST_NAMED = 5;

/** Throws when what the plan saw is no longer so. */
export function checkFresh(plan: Plan, live: LiveState): void {
  const changed = changedSince(plan.observed, live);
  if (changed.length === 0) return;
  // Names stand in the subjects of record sets as they are in keys, with their dots.
  const shown = changed
    .slice(0, MOST_NAMED)
    .map((one) => one.replace(/\.(?= [A-Z]+$)/, ""))
    .join(", ");
  const more = changed.length > MOST_NAMED ? ` and ${changed.length - MOST_NAMED} more` : "";
  throw new Failure({
    kind: "failed",
    code: "plan.stale",
    message: `this plan is out of date; since it was made these changed: ${shown}${more}`,
    next: "make a new plan and look at it again",
  });
}
