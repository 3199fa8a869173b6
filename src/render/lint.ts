/** What lint found: for people, and as the annotations of a GitHub workflow. */

import { placeText } from "../config/source-tree.ts";
import type { Severity } from "../findings/finding.ts";
import type { LintFinding } from "../lint/finding.ts";
import type { LintReport } from "../lint/lint.ts";
import { countFindings, renderFindings } from "./findings.ts";
import { type Look, paintOf } from "./paint.ts";
import { safeText } from "./safe-text.ts";

/** Each finding below its place; ends with the counts. */
export function renderLint(report: LintReport, look: Look): string {
  const paint = paintOf(look);
  const lines = report.findings.flatMap((finding) => [
    paint.bold(safeText(placeText(finding.place))),
    renderFindings([finding], look),
    "",
  ]);
  const ignored = report.ignored.length === 0 ? "" : ` (${report.ignored.length} ignored)`;
  if (report.findings.length === 0) return `${safeText(report.file)}: nothing found${ignored}`;
  const { info } = report.counts;
  const counted = [
    countFindings(report.findings),
    ...(info > 0 ? [`${info} ${info === 1 ? "remark" : "remarks"}`] : []),
  ].filter((text) => text !== "");
  return [...lines, `${counted.join(", ")}${ignored}`].join("\n");
}

/** One line, for the notes of a plan. */
export function lintLine(finding: LintFinding, look: Look): string {
  const paint = paintOf(look);
  const mark = { problem: paint.red.bold, warning: paint.yellow, info: paint.cyan }[finding.severity];
  return `${mark(`${finding.severity}:`)} ${safeText(placeText(finding.place))}: ${safeText(finding.message)} ${paint.dim(`(${finding.code})`)}`;
}

const ANNOTATION: Readonly<Record<Severity, string>> = { problem: "error", warning: "warning", info: "notice" };

function annotationText(text: string): string {
  return safeText(text).replace(/%/g, "%25");
}

function annotationProperty(text: string): string {
  return annotationText(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
}

/**
 * Workflow commands that put each finding beside its line in a pull request.
 * Source: GitHub Docs, "Workflow commands for GitHub Actions".
 */
export function githubAnnotations({ findings }: LintReport): string {
  return findings
    .map(({ severity, place, code, message, next }) => {
      const properties = [
        `file=${annotationProperty(place.file)}`,
        ...(place.line === undefined ? [] : [`line=${place.line}`]),
        ...(place.column === undefined ? [] : [`col=${place.column}`]),
        `title=${annotationProperty(code)}`,
      ];
      const text = [message, ...(next === undefined ? [] : [next])].map(annotationText).join(" ");
      return `::${ANNOTATION[severity]} ${properties.join(",")}::${text}`;
    })
    .join("\n");
}
