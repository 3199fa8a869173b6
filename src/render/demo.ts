/** The demo's headings. */

import { type Look, paintOf } from "./paint.ts";

export interface DemoStep {
  readonly number: number;
  readonly of: number;
  readonly says: string;
  readonly args: readonly string[];
}

export function renderDemoStep(step: DemoStep, look: Look): string {
  const paint = paintOf(look);
  const heading = paint.bold.cyan(`── ${step.number}/${step.of} `) + paint.bold(step.says);
  return `\n${heading}\n\n${paint.dim("$")} ${paint.bold(`r53kit ${step.args.join(" ")}`)}\n`;
}

export function renderDemoEnd({ seconds }: { readonly seconds: number }, look: Look): string {
  const paint = paintOf(look);
  return [
    "",
    `${paint.green("✓")} the whole tour in ${seconds.toFixed(0)} s; its backend is stopped and its files are gone`,
    "",
    "Go on with your own:",
    "  r53kit local start                                     keep a local Route 53 running",
    "  r53kit setup apply --config docs/examples/cafe/r53kit.yaml",
    "  r53kit drill failover --config docs/examples/cafe/r53kit.yaml",
    "  r53kit --help",
    "",
  ].join("\n");
}
