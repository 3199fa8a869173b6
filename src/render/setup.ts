/** Plans, applies and verifications as text. */

import { countText } from "../cost/bill.ts";
import { differenceText, dollarText, moneyOf } from "../cost/money.ts";
import { displayName } from "../route53/names.ts";
import type { AppliedPhase, ApplyResult } from "../setup/apply.ts";
import type { MonthlyCost } from "../setup/assessment.ts";
import type { SetupEvent } from "../setup/events.ts";
import type { ChangeAction, Plan, PlanSummary } from "../setup/plan.ts";
import type { VerifyResult } from "../setup/setup.ts";
import type { Verification } from "../setup/verification.ts";
import { zoneKey, zoneText } from "../setup/zone-key.ts";
import { lintLine } from "./lint.ts";
import { type Look, paintOf } from "./paint.ts";
import { safeText } from "./safe-text.ts";

/** Subjects are padded to the longest of their phase, but not beyond this. */
const WIDEST_SUBJECT = 44;

const SIGN: Record<ChangeAction, string> = { add: "+", change: "~", remove: "-" };

function sign(action: ChangeAction, look: Look): string {
  const paint = paintOf(look);
  return { add: paint.green, change: paint.yellow, remove: paint.red }[action](SIGN[action]);
}

export function planSummaryText({ add, change, remove }: PlanSummary): string {
  return `${add} to add, ${change} to change, ${remove} to remove`;
}

/** `$0.50 -> $53.90 a month (+$53.40), with 1,000,000 queries a month (assumed)`. */
export function monthlyCostText({ before, after, difference, queriesPerMonth }: MonthlyCost): string {
  const { total, from } = queriesPerMonth;
  const changed = differenceText(moneyOf(difference));
  const amounts = `${dollarText(moneyOf(before))} -> ${dollarText(moneyOf(after))} (${changed})`;
  return `monthly cost: ${amounts}, with ${countText(total)} queries${from === "assumed" ? " assumed" : ""}`;
}

/** Grouped by phase; ends with the difference to the month's bill and `N to add, N to change, N to remove`. */
export function renderPlan(plan: Plan, look: Look): string {
  const paint = paintOf(look);
  const zones = plan.zones.map((zone) => zoneText(zoneKey(zone))).join(", ");
  const lines = [
    `${plan.purpose === "destroy" ? "Plan to destroy what was made for" : "Plan for"} ${paint.bold(safeText(zones))} on ${safeText(plan.backend.label)} (account ${safeText(plan.backend.account)})`,
  ];
  for (const { phase, changes } of plan.phases) {
    if (changes.length === 0) continue;
    lines.push("", paint.bold(phase));
    const width = changes.reduce(
      (widest, { subject }) => Math.max(widest, Math.min(WIDEST_SUBJECT, subject.length)),
      0,
    );
    for (const change of changes) {
      lines.push(
        `  ${sign(change.action, look)} ${safeText(change.subject).padEnd(width)}  ${paint.dim(safeText(change.why))}`.trimEnd(),
      );
    }
  }
  lines.push("");
  for (const note of plan.notes) lines.push(`${paint.dim("note:")} ${safeText(note)}`);
  if (plan.notes.length > 0) lines.push("");
  const findings = plan.assessment?.findings ?? [];
  if (findings.length > 0) lines.push(...findings.map((finding) => lintLine(finding, look)), "");
  if (plan.assessment !== undefined) lines.push(monthlyCostText(plan.assessment.monthlyCost));
  lines.push(planSummaryText(plan.summary));
  return lines.join("\n");
}

const MARK: Record<Verification["status"], string> = { ok: "ok", warning: "warning", failed: "FAILED" };

function mark(status: Verification["status"], look: Look): string {
  const paint = paintOf(look);
  return { ok: paint.green, warning: paint.yellow, failed: paint.red }[status](MARK[status]);
}

function verificationLine(one: Verification, look: Look): string {
  return `${mark(one.status, look)} ${safeText(one.subject)}: ${safeText(one.says)}`;
}

/** With what each source said: for those that are not as wanted, or for all. */
function verificationLines(one: Verification, look: Look & { readonly evidence?: boolean }): string[] {
  const paint = paintOf(look);
  const evidence =
    one.status === "ok" && !look.evidence
      ? []
      : one.evidence.map((item) => paint.dim(`      ${safeText(item.source)}: ${safeText(item.says)}`));
  return [`  ${verificationLine(one, look)}`, ...evidence];
}

function appliedLines(phase: AppliedPhase, look: Look): string[] {
  const paint = paintOf(look);
  const count = (status: string) => phase.changes.filter((change) => change.status === status).length;
  const parts = [
    `${count("done")} of ${phase.changes.length} done`,
    ...(count("skipped") > 0 ? [`${count("skipped")} skipped`] : []),
    ...(count("refused") > 0 ? [`${count("refused")} refused`] : []),
    ...(count("unconfirmed") > 0 ? [`${count("unconfirmed")} not confirmed`] : []),
    ...(count("not-started") > 0 ? [`${count("not-started")} not started`] : []),
  ];
  const ok = phase.verifications.filter((one) => one.status === "ok").length;
  if (phase.verifications.length > 0) parts.push(`${ok} of ${phase.verifications.length} checks ok`);
  return [
    `${paint.bold(phase.phase.padEnd(14))} ${parts.join(", ")}`,
    ...phase.changes
      .filter((change) => change.status !== "done" && change.status !== "not-started")
      .map(
        (change) =>
          `  ${SIGN[change.action]} ${safeText(change.subject)}: ${change.status}${change.detail === undefined ? "" : `, ${safeText(change.detail)}`}`,
      ),
    ...phase.verifications.filter((one) => one.status !== "ok").flatMap((one) => verificationLines(one, look)),
  ];
}

const OUTCOME: Record<ApplyResult["outcome"], string> = {
  applied: "applied",
  failed: "stopped by a failure",
  interrupted: "interrupted",
};

export function renderApplyResult(result: ApplyResult, look: Look): string {
  const { add, change, remove } = result.summary;
  const phases = result.phases.filter((phase) => phase.changes.length > 0);
  if (phases.length === 0) {
    const why =
      result.purpose === "destroy" ? "nothing that this file made is there" : "everything is as the file asks";
    return `nothing to do: ${why}`;
  }
  const lines = phases.flatMap((phase) => appliedLines(phase, look));
  lines.push("");
  for (const zone of result.zones) {
    if (zone.id === null) continue;
    lines.push(
      zone.private
        ? `${displayName(zone.name)} (private) is ${zone.id}`
        : `${displayName(zone.name)} is ${zone.id} on ${zone.nameServers.map(displayName).join(", ")}`,
    );
  }
  const outcome = OUTCOME[result.outcome];
  lines.push(`${outcome}: ${add} added, ${change} changed, ${remove} removed`);
  return lines.join("\n");
}

export function renderVerifyResult(result: VerifyResult, look: Look & { readonly evidence?: boolean }): string {
  const paint = paintOf(look);
  const lines: string[] = [];
  for (const { phase, verifications } of result.phases) {
    lines.push(paint.bold(phase), ...verifications.flatMap((one) => verificationLines(one, look)), "");
  }
  lines.push(
    `${result.ok} ok, ${result.warnings} ${result.warnings === 1 ? "warning" : "warnings"}, ${result.failed} failed`,
  );
  return lines.join("\n");
}

/** One line of progress, or undefined for what is no news on a line of its own. */
export function setupEventLine(event: SetupEvent, look: Look): string | undefined {
  const paint = paintOf(look);
  switch (event.event) {
    case "phase-started":
      return `${paint.bold(event.phase)}: ${event.changes} ${event.changes === 1 ? "change" : "changes"}`;
    case "change-done":
      return `  ${sign(event.action, look)} ${safeText(event.subject)}${event.detail === undefined ? "" : paint.dim(` (${safeText(event.detail)})`)}`;
    case "change-skipped":
      return `  ${paint.yellow("skipped")} ${safeText(event.subject)}: ${safeText(event.reason)}`;
    case "in-sync":
      return paint.dim(`  in sync on every name server after ${event.waitedMs} ms`);
    case "verified":
      return `  ${verificationLine(event.verification, look)}`;
    case "note":
      return `${paint.dim("note:")} ${safeText(event.message)}`;
    case "change-started":
    case "waiting":
    case "verifying":
    case "phase-done":
      return undefined;
  }
}
