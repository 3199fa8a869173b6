/** Looks at a desired state with every rule. Pure: what is live is passed in, when somebody has looked. */

import type { LoadedConfig } from "../config/load.ts";
import type { SourcePlace } from "../errors.ts";
import { type Finding, type Severity, worstFirst } from "../findings/finding.ts";
import { Facts, type LintInput } from "./facts.ts";
import type { Hit, LintFinding } from "./finding.ts";
import { sift } from "./ignore.ts";
import { RULE_FAMILIES } from "./registry.ts";

const LINT_FORMAT = "r53kit.lint/1";

export interface IgnoredFinding extends LintFinding {
  readonly reason: string;
}

export interface LintReport {
  readonly format: typeof LINT_FORMAT;
  readonly file: string;
  /** The worst first, then in the order of the lines. */
  readonly findings: readonly LintFinding[];
  readonly ignored: readonly IgnoredFinding[];
  readonly counts: Readonly<Record<Severity, number>>;
}

export function lint({ config, places }: LoadedConfig, look: Omit<LintInput, "config">): LintReport {
  const facts = new Facts({ config, ...look });
  const hits = RULE_FAMILIES.flatMap((family) => [...family.look(facts)]);
  const { kept, ignored } = sift(hits, config);
  const placed = ({ finding, subject, path }: Hit): LintFinding => ({ ...finding, subject, place: places.of(path) });
  const findings = worstFirst(inOrder(kept.map(placed), config.file));
  const count = (severity: Severity) => findings.filter((one) => one.severity === severity).length;
  return {
    format: LINT_FORMAT,
    file: config.file,
    findings,
    ignored: inOrder(
      ignored.map(({ hit, reason }) => ({ ...placed(hit), reason })),
      config.file,
    ),
    counts: { problem: count("problem"), warning: count("warning"), info: count("info") },
  };
}

/** Whether there is more than what is merely worth knowing. */
export function needsAttention(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity !== "info");
}

function inOrder<One extends { readonly place: SourcePlace }>(findings: readonly One[], file: string): One[] {
  return [...findings].sort(
    (a, b) =>
      Number(a.place.file !== file) - Number(b.place.file !== file) ||
      (a.place.file < b.place.file ? -1 : a.place.file > b.place.file ? 1 : 0) ||
      (a.place.line ?? 0) - (b.place.line ?? 0) ||
      (a.place.column ?? 0) - (b.place.column ?? 0),
  );
}
