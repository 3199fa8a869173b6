/** What of the account a file is about: what has to be read for it. */

import type { Config } from "../config/config.ts";
import type { DomainName } from "../route53/names.ts";

export interface Vpc {
  readonly id: string;
  readonly region: string;
}

export interface Scope {
  readonly project: string;
  readonly zones: readonly ZoneInScope[];
  /** By key: the id of one that is not the project's own. Undefined: the file has none. */
  readonly delegationSets?: Readonly<Record<string, string | null>>;
  /** Names in the account. */
  readonly cidrCollectionNames?: readonly string[];
  readonly healthCheckKeys: readonly string[];
  /** Keys by the id of the check that the file takes over or uses. */
  readonly healthCheckIds: Readonly<Record<string, string>>;
  /** Names in the account. */
  readonly trafficPolicyNames: readonly string[];
  readonly logGroups: readonly string[];
  readonly readsTrafficFlow: boolean;
}

/** A zone is known by its name and whether it is private. */
export interface ZoneInScope {
  readonly name: DomainName;
  readonly private?: true;
  readonly id: string | undefined;
}

export function scopeOf(config: Config): Scope {
  return {
    project: config.project,
    zones: config.zones.map((zone) => ({ name: zone.name, ...(zone.private && { private: true }), id: zone.id })),
    cidrCollectionNames: config.cidrCollections.map(({ name }) => name),
    delegationSets: Object.fromEntries(config.delegationSets.map(({ key, id }) => [key, id ?? null])),
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
