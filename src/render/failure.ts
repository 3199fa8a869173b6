/** A failure as people see it: what happened, where, what to do next; or as JSON. */

import type { Failure, SourcePlace } from "../errors.ts";
import { type Look, paintOf } from "./paint.ts";
import { safeText } from "./safe-text.ts";

export interface FailureLook extends Look {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly stack: string | undefined;
}

function placeText(place: SourcePlace): string {
  return [place.file, place.line, place.column].filter((part) => part !== undefined).join(":");
}

function failureJson(failure: Failure): Record<string, unknown> {
  return {
    code: failure.code,
    message: failure.message,
    ...(failure.where === undefined ? {} : { where: failure.where }),
    ...(failure.next === undefined ? {} : { next: failure.next }),
    ...(failure.others.length === 0 ? {} : { others: failure.others.map(failureJson) }),
  };
}

/** Ends with a line feed; goes to stderr. */
export function renderFailure(failure: Failure, look: FailureLook): string {
  if (look.json) return `${JSON.stringify({ error: failureJson(failure) })}\n`;
  const paint = paintOf(look);
  const lines: string[] = [];
  for (const one of [failure, ...failure.others]) {
    const where = one.where === undefined ? "" : `${paint.bold(safeText(placeText(one.where)))}: `;
    lines.push(`${paint.red.bold("error")}: ${where}${safeText(one.message)}`);
    if (one.next !== undefined) lines.push(`  ${paint.dim("next:")} ${safeText(one.next)}`);
  }
  if (look.verbose && look.stack !== undefined) lines.push("", paint.dim(look.stack));
  return `${lines.join("\n")}\n`;
}
