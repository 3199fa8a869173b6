/** Reads all that a scope is about; independent things at once, the rate limiter of the backend's clients in between. */

import { setMaxListeners } from "node:events";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { Backend } from "../../backend/backend.ts";
import { cidrCollectionNames, type Ledger, policyNames } from "../ledger.ts";
import type { Scope } from "../scope.ts";
import type { LiveLogGroup, LiveState } from "./live-state.ts";
import { readCidrCollections } from "./read-cidr-collections.ts";
import { readDelegationSets } from "./read-delegation-sets.ts";
import { readHealthChecks, readHealthCheckUses } from "./read-health-checks.ts";
import { readLogGroup, readLogResourcePolicies } from "./read-log-groups.ts";
import { readTrafficPolicies } from "./read-traffic-policies.ts";
import { readZoneSlot } from "./read-zones.ts";

export async function readLiveState(
  backend: Backend,
  scope: Scope,
  ledger: Ledger,
  asked?: AbortSignal,
): Promise<LiveState> {
  const signal = asked && AbortSignal.any([asked]);
  // Every request in flight listens to it.
  if (signal !== undefined) setMaxListeners(0, signal);
  const client = await backend.clients.route53();
  const wantedPolicies = new Set([...scope.trafficPolicyNames, ...policyNames(ledger)]);
  const collections = new Set([...(scope.cidrCollectionNames ?? []), ...cidrCollectionNames(ledger)]);
  const trafficFlow = scope.readsTrafficFlow || wantedPolicies.size > 0;
  const [account, zones, healthChecks, trafficPolicies, logging, endpoints, delegationSets, cidrCollections] =
    await Promise.all([
      readAccount(backend, signal),
      Promise.all(scope.zones.map((zone) => readZoneSlot(backend, zone, { trafficFlow, signal }))),
      readHealthChecks(client, scope, signal),
      trafficFlow ? readTrafficPolicies(client, wantedPolicies, signal) : [],
      readLogging(backend, scope, signal),
      backend.endpoints?.list(),
      scope.delegationSets && readDelegationSets(client, scope, signal),
      collections.size > 0 ? readCidrCollections(client, collections, signal) : undefined,
    ]);
  // Only what might be deleted is looked for everywhere: it takes reading every zone of the account.
  const spare = healthChecks.filter(
    (check) =>
      check.own &&
      (!scope.healthCheckKeys.includes(check.key) ||
        healthChecks.some((one) => one !== check && one.key === check.key)),
  );
  return {
    account,
    zones,
    healthChecks,
    healthCheckUses: await readHealthCheckUses(client, new Set(spare.map(({ id }) => id)), signal),
    trafficPolicies,
    ...(delegationSets && { delegationSets }),
    ...(cidrCollections && { cidrCollections }),
    ...logging,
    endpoints: endpoints && new Set(endpoints.map((one) => one.id)),
  };
}

export async function readAccount(backend: Backend, signal: AbortSignal | undefined): Promise<string> {
  const client = await backend.clients.sts();
  const identity = await client.send(new GetCallerIdentityCommand({}), { ...(signal && { abortSignal: signal }) });
  return identity.Account ?? "unknown";
}

async function readLogging(
  backend: Backend,
  scope: Scope,
  signal: AbortSignal | undefined,
): Promise<Pick<LiveState, "logGroups" | "logResourcePolicies">> {
  if (scope.logGroups.length === 0) return { logGroups: new Map(), logResourcePolicies: [] };
  const client = await backend.clients.logs();
  const [groups, logResourcePolicies] = await Promise.all([
    Promise.all(scope.logGroups.map(async (name) => [name, await readLogGroup(client, name, signal)] as const)),
    readLogResourcePolicies(client, signal),
  ]);
  const there = groups.filter((entry): entry is readonly [string, LiveLogGroup] => entry[1] !== undefined);
  return { logGroups: new Map(there), logResourcePolicies };
}
