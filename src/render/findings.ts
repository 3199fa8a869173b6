/** Findings as people read them: how bad, what, what to do, and where the rule comes from. */

import type { Finding, Severity } from "../findings/finding.ts";
import { type Look, paintOf } from "./paint.ts";
import { safeText } from "./safe-text.ts";

const SEVERITIES: readonly Severity[] = ["problem", "warning", "info"];
const WIDTH = Math.max(...SEVERITIES.map((severity) => severity.length));

function severityPaint(severity: Severity, look: Look): (text: string) => string {
  const paint = paintOf(look);
  return { problem: paint.red.bold, warning: paint.yellow, info: paint.cyan }[severity];
}

/** One line each for the sentence, the next step and the reference; the details are indented under the sentence. */
export function renderFindings(findings: readonly Finding[], look: Look): string {
  const paint = paintOf(look);
  const indent = " ".repeat(WIDTH + 2);
  return findings
    .flatMap((finding) => [
      `${severityPaint(finding.severity, look)(finding.severity.padEnd(WIDTH))}  ${safeText(finding.message)}`,
      ...(finding.next === undefined ? [] : [`${indent}${paint.dim("next:")} ${safeText(finding.next)}`]),
      `${indent}${paint.dim(`see:  ${finding.reference.title} (${finding.code})`)}`,
    ])
    .join("\n");
}

/** `1 problem, 2 warnings`; empty when there is neither. */
export function countFindings(findings: readonly Finding[]): string {
  return SEVERITIES.filter((severity) => severity !== "info")
    .map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}${count === 1 ? "" : "s"}`)
    .join(", ");
}
