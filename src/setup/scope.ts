/** What of the account a file is about: what has to be read for it. */

import type { Config } from "../config/config.ts";
import type { DomainName } from "../route53/names.ts";

export interface Scope {
  readonly project: string;
  readonly zones: readonly { readonly name: DomainName; readonly id: string | undefined }[];
  readonly healthCheckKeys: readonly string[];
  /** Keys by the id of the check that the file takes over or uses. */
  readonly healthCheckIds: Readonly<Record<string, string>>;
  /** Names in the account. */
  readonly trafficPolicyNames: readonly string[];
  readonly logGroups: readonly string[];
  readonly readsTrafficFlow: boolean;
}

export function scopeOf(config: Config): Scope {
  return {
    project: config.project,
    zones: config.zones.map(({ name, id }) => ({ name, id })),
    healthCheckKeys: config.healthChecks.map((check) => check.key),
    healthCheckIds: Object.fromEntries(
      config.healthChecks.flatMap(({ key, id }) => (id === undefined ? [] : [[id, key]])),
    ),
    trafficPolicyNames: config.trafficPolicies.map((policy) => policy.name),
    logGroups: [...new Set(config.zones.flatMap((zone) => zone.logging?.logGroup ?? []))],
    readsTrafficFlow:
      config.trafficPolicies.length > 0 || config.zones.some((zone) => zone.trafficPolicyInstances.length > 0),
  };
}
