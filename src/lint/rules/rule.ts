/** A family of rules: the catalogue of what it may find, and the look that finds it. */

import type { Facts } from "../facts.ts";
import type { Hit, LintCatalogue } from "../finding.ts";

export interface RuleFamily {
  /** A heading of the reference page. */
  readonly title: string;
  readonly catalogue: LintCatalogue;
  readonly look: (facts: Facts) => Iterable<Hit>;
}
