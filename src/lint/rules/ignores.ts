/** The entries of `lint.ignore` themselves: a code that there is not, and an entry that nothing is left of to ignore. */

import { findingsOf } from "../../findings/finding.ts";
import type { LintCatalogue } from "../finding.ts";

const DOCUMENTED = {
  title: "docs/reference/lint.md, Ignoring a finding",
  url: "docs/reference/lint.md#ignoring-a-finding",
};

export const IGNORE_CATALOGUE = {
  "ignore.unknown-code": {
    severity: "warning",
    about: "An entry of lint.ignore names a code that no rule has.",
    message: "There is no finding with the code {code}, so nothing is ignored.",
    reference: DOCUMENTED,
    next: "{remedy}",
  },
  "ignore.matches-nothing": {
    severity: "warning",
    about: "An entry of lint.ignore matches no finding: what it was for has been put right, or its `at` is misspelt.",
    message: "Nothing at {at} has the finding {code} any more, so there is nothing to ignore.",
    reference: DOCUMENTED,
    next: "{remedy}",
  },
} as const satisfies LintCatalogue;

export const ignoreFinding = findingsOf(IGNORE_CATALOGUE);
