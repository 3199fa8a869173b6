/** Every rule there is. The reference page is made from it. */

import type { LintCatalogue, LintDefinition } from "./finding.ts";
import { FAILOVER_RULES } from "./rules/failover.ts";
import { HEALTH_CHECK_RULES } from "./rules/health-checks.ts";
import { IGNORE_CATALOGUE } from "./rules/ignores.ts";
import { MAIL_RULES } from "./rules/mail.ts";
import { NAME_RULES } from "./rules/names.ts";
import { ROUTING_RULES } from "./rules/routing.ts";
import type { RuleFamily } from "./rules/rule.ts";
import { TARGET_RULES } from "./rules/targets.ts";
import { TRAFFIC_POLICY_RULES } from "./rules/traffic-policies.ts";
import { VALUE_RULES } from "./rules/values.ts";

export const RULE_FAMILIES: readonly RuleFamily[] = [
  FAILOVER_RULES,
  HEALTH_CHECK_RULES,
  ROUTING_RULES,
  TRAFFIC_POLICY_RULES,
  TARGET_RULES,
  NAME_RULES,
  VALUE_RULES,
  MAIL_RULES,
];

interface DocumentedFamily {
  readonly title: string;
  readonly catalogue: LintCatalogue;
}

/** Whatever lint may say, under headings. */
export const DOCUMENTED_FAMILIES: readonly DocumentedFamily[] = [
  ...RULE_FAMILIES.map(({ title, catalogue }) => ({ title, catalogue })),
  { title: "What is ignored", catalogue: IGNORE_CATALOGUE },
];

/** By code. */
export const LINT_DEFINITIONS: ReadonlyMap<string, LintDefinition> = new Map(
  DOCUMENTED_FAMILIES.flatMap(({ catalogue }) => Object.entries(catalogue)),
);
