/** What every explanation begins and ends with: where it is from, the health that counted, and what to bear in mind. */

import type { ExplanationHead } from "../../explain/explanation.ts";
import { type Look, paintOf } from "../paint.ts";
import { safeText } from "../safe-text.ts";

export function originLine({ source, zone }: ExplanationHead, look: Look): string {
  const kind = zone.private ? "private zone" : "zone";
  const id = source.kind === "live" ? ` (${safeText(zone.id)})` : "";
  const label = source.kind === "live" ? source.label : `${source.label}, before it is applied`;
  return paintOf(look).dim(`from ${safeText(label)}, ${kind} ${safeText(zone.name)}${id}`);
}

export function footLines({ healthChecks, notes }: ExplanationHead, look: Look): string[] {
  const paint = paintOf(look);
  const width = healthChecks.reduce((widest, { id, name }) => Math.max(widest, (name ?? id).length), 0);
  const checks = healthChecks.map(({ id, name, healthy, says }) => {
    const mark = healthy ? paint.green("✓") : paint.red("✗");
    return `  ${mark} ${safeText(name ?? id).padEnd(width)}  ${paint.dim(safeText(says))}`;
  });
  return [
    ...(checks.length === 0 ? [] : ["", paint.bold("Health checks"), ...checks]),
    ...(notes.length === 0 ? [] : ["", ...notes.map((note) => `${paint.dim("note:")} ${safeText(note)}`)]),
  ];
}
