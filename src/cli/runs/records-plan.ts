/** What every change to record sets goes through: read, plan, show, ask on AWS, carry out, wait until INSYNC. */

import type { Backend } from "../../backend/backend.ts";
import type { ListedZone } from "../../backend/hosted-zones.ts";
import { Failure } from "../../errors.ts";
import { daemonHome } from "../../local/daemon-home.ts";
import { renderRecordsResult } from "../../render/records.ts";
import { planSummaryText, renderPlan, setupEventLine } from "../../render/setup.ts";
import type { LiveZone } from "../../setup/live/live-state.ts";
import { isEmptyPlan } from "../../setup/plan.ts";
import { carryOutRecordEdits, readZoneForEdits } from "../../setup/record-edits/carry-out.ts";
import { planRecordEdits, type RecordEdits, recordEditsProject } from "../../setup/record-edits/plan.ts";
import { excessesOf } from "../../setup/thresholds.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { lockZones } from "../zone-locks.ts";
import { noteUnfinished } from "./setup-carry-out.ts";

export interface RecordsPlanOptions {
  readonly dryRun?: boolean;
  readonly detailedExitcode?: boolean;
  /** Beyond the thresholds of what may go that nobody named. */
  readonly force?: boolean;
}

type Asked = { readonly source: string; readonly edits: (live: LiveZone) => RecordEdits } & RecordsPlanOptions;

export async function planAndCarryOut(
  context: CommandContext,
  backend: Backend,
  zone: ListedZone,
  asked: Asked,
): Promise<ExitCode> {
  context.note(`backend: ${backend.label}`);
  if (asked.dryRun) return underLock(context, backend, zone, asked);
  const locks = await lockZones({
    backend,
    home: daemonHome(context.host.env).directory,
    project: recordEditsProject(zone.id),
    zones: [zone.name],
    command: asked.source.replace(/^r53kit /, ""),
    signal: context.signal,
  });
  try {
    return await underLock(context, backend, zone, asked);
  } finally {
    await locks.release();
  }
}

async function underLock(context: CommandContext, backend: Backend, zone: ListedZone, asked: Asked): Promise<ExitCode> {
  const read = await readZoneForEdits(backend, zone, context.signal);
  const planned = planRecordEdits({
    edits: asked.edits(read.zone),
    zone: read.zone,
    private: zone.private,
    source: asked.source,
    account: read.account,
    backend,
    now: backend.clock.now(),
  });
  const { plan } = planned;
  if (asked.dryRun) {
    context.result(plan, () => renderPlan(plan, { color: context.color.stdout }));
    return asked.detailedExitcode && !isEmptyPlan(plan) ? EXIT.findings : EXIT.ok;
  }
  const { directory: home } = daemonHome(context.host.env);
  noteUnfinished(context, home, plan.project);
  if (!isEmptyPlan(plan) || plan.notes.length > 0) {
    context.note(renderPlan(plan, { color: context.color.stderr }));
    context.note("");
  }
  const [excess] = asked.force ? [] : excessesOf(plan, planned.live);
  if (excess !== undefined) {
    throw new Failure({
      kind: "failed",
      code: "records.over-threshold",
      message: excess.message,
      next: "if that is what you mean, add --force",
    });
  }
  if (!isEmptyPlan(plan) && backend.confirmsChanges && !context.options.yes) {
    const agreed = await context.confirm(`Apply to ${backend.label}: ${planSummaryText(plan.summary)}?`);
    if (!agreed) {
      throw new Failure({ kind: "interrupted", code: "records.declined", message: "nothing was changed: you said no" });
    }
  }
  const { result, error } = await carryOutRecordEdits(planned, {
    backend,
    home,
    signal: context.signal,
    emit: (event) => {
      const line = setupEventLine(event, { color: context.color.stderr });
      if (line !== undefined) context.note(line);
    },
  });
  context.result(result, () => renderRecordsResult(result));
  if (result.outcome === "interrupted") {
    context.note("run the command again to go on from here");
    return EXIT.interrupted;
  }
  if (error !== undefined) throw error;
  return EXIT.ok;
}
