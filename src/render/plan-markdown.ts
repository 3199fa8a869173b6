/**
 * A plan as Markdown for a pull request: what it comes to first, then the changes phase by phase, folded where they are many.
 * Everything that the file or the zone says is escaped: it is text here, never Markdown or HTML, and mentions nobody.
 */

import { placeText } from "../config/source-tree.ts";
import type { LintFinding } from "../lint/finding.ts";
import type { ChangeAction, Plan, PlanPhase } from "../setup/plan.ts";
import { zoneKey, zoneText } from "../setup/zone-key.ts";
import { safeText } from "./safe-text.ts";
import { monthlyCostText, planSummaryText } from "./setup.ts";

/** A phase with more changes is folded. */
const MOST_UNFOLDED = 10;
/** GitHub takes 65,536 characters of a comment; whoever wants all has the plan itself. */
const MOST_CHARACTERS = 60_000;

const ACTION: Readonly<Record<ChangeAction, string>> = { add: "add", change: "change", remove: "**remove**" };

/**
 * Text that stays what it is anywhere in Markdown: ASCII punctuation as character references. GitHub looks for mentions (`@`)
 * and issues (`#`) after it has read those, in each piece of text by itself; a comment parts the pieces.
 */
export function markdownText(text: string): string {
  const escaped = safeText(text).replace(/[!-/:-@[-`{-~]/g, (mark) => {
    if (PLAIN_MARKS.includes(mark)) return mark;
    return `&#${mark.charCodeAt(0)};${mark === "@" || mark === "#" ? "<!-- -->" : ""}`;
  });
  // These become links by themselves.
  return escaped.replace(/:\/\//g, "&#58;//").replace(/\bwww\./gi, (start) => `${start.slice(0, -1)}&#46;`);
}

/** Marks that mean nothing within a line. `.` and `-` do at its start only, which no text here stands at. */
const PLAIN_MARKS = " ,.:;-/'\"()?%=+";

function changesTable({ changes }: PlanPhase): string[] {
  return [
    "| | what | why | where |",
    "|---|---|---|---|",
    ...changes.map(({ action, subject, why, place }) => {
      const where = place === undefined ? "" : markdownText(placeText(place));
      return `| ${ACTION[action]} | ${markdownText(subject)} | ${markdownText(why)} | ${where} |`;
    }),
  ];
}

function phaseLines(phase: PlanPhase): string[] {
  const count = phase.changes.length;
  const title = `${phase.phase}: ${count} ${count === 1 ? "change" : "changes"}`;
  const table = changesTable(phase);
  if (count <= MOST_UNFOLDED) return ["", `#### ${title}`, "", ...table];
  return ["", `<details><summary>${title}</summary>`, "", ...table, "", "</details>"];
}

function findingLine({ severity, place, message, next, code, reference }: LintFinding): string {
  const remedy = next === undefined ? "" : ` ${markdownText(next)}`;
  // References are from the rules' own catalogue, or of a saved plan: then they are no links.
  const source = /^https:\/\/(www\.rfc-editor\.org|docs\.aws\.amazon\.com)\/[\w./#-]+$/.test(reference.url)
    ? `[${markdownText(code)}](${reference.url})`
    : markdownText(code);
  return `- **${severity}** ${markdownText(placeText(place))}: ${markdownText(message)}${remedy} (${source})`;
}

/** Ends with the difference to the month's bill and `N to add, N to change, N to remove`. */
export function planAsMarkdown(plan: Plan): string {
  const zones = plan.zones.map((zone) => markdownText(zoneText(zoneKey(zone)))).join(", ");
  const head = [
    `### Plan for ${zones}`,
    "",
    `on ${markdownText(plan.backend.label)}, account ${markdownText(plan.backend.account)}`,
  ];
  const phases = plan.phases.filter(({ changes }) => changes.length > 0);
  const findings = plan.assessment?.findings ?? [];
  const notes = plan.notes.map((note) => `- ${markdownText(note)}`);
  const end = [
    ...(findings.length > 0 ? ["", "#### Findings", "", ...findings.map(findingLine)] : []),
    ...(notes.length > 0 ? ["", "#### Notes", "", ...notes] : []),
    "",
    ...(plan.assessment === undefined ? [] : [markdownText(monthlyCostText(plan.assessment.monthlyCost)), ""]),
    `**${planSummaryText(plan.summary)}**`,
  ];
  const body =
    phases.length === 0 ? ["", "Nothing to do: everything is as the file asks."] : phases.flatMap(phaseLines);
  const whole = [...head, ...body, ...end].join("\n");
  if (whole.length <= MOST_CHARACTERS) return whole;
  const counts = phases.map(({ phase, changes }) => `| ${phase} | ${changes.length} |`);
  return [
    ...head,
    "",
    "Too many changes to list here.",
    "",
    "| phase | changes |",
    "|---|---|",
    ...counts,
    ...end,
  ].join("\n");
}
