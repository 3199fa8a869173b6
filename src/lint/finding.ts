/** A finding of lint: a finding of the one model, with what it is about and where that stands in the file. */

import type { SourcePath } from "../config/config.ts";
import type { SourcePlace } from "../errors.ts";
import type { Finding, FindingDefinition } from "../findings/finding.ts";

/** A catalogue's entry that the reference page can show without a case at hand. */
export interface LintDefinition extends FindingDefinition {
  /** When the rule speaks and why that matters, in a sentence or two. */
  readonly about: string;
}

export type LintCatalogue = Readonly<Record<string, LintDefinition>>;

/** What a rule has found. */
export interface Hit {
  readonly finding: Finding;
  /** `orders.example.com A primary`, `check primary`, `traffic policy global`, `zone example.com`: what `ignore` names by `at`. */
  readonly subject: string;
  readonly path: SourcePath;
}

export interface LintFinding extends Finding {
  readonly subject: string;
  readonly place: SourcePlace;
}
