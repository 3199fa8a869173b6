/** Reads all that an import is about: the zones as setup reads them, and what their record sets name. */

import type { Backend } from "../../backend/backend.ts";
import { listHealthChecks, listHealthCheckTags } from "../../backend/health-checks.ts";
import { listHostedZones } from "../../backend/hosted-zones.ts";
import type { DomainName } from "../../route53/names.ts";
import { cidrCollectionNames, EMPTY_LEDGER, type Ledger, policyNames } from "../ledger.ts";
import { readLiveState } from "../live/read.ts";
import { readLogGroup, readLogResourcePolicies } from "../live/read-log-groups.ts";
import { readThoseTrafficPolicies } from "../live/read-traffic-policies.ts";
import { projectOf } from "./compose.ts";
import { checksOf } from "./health-check-entries.ts";
import { type ImportSource, zonesOf } from "./source.ts";

/** A project that nobody has: whose checks are whose is looked at afterwards. */
const NO_PROJECT = "";

export async function readImportSource(
  backend: Backend,
  zones: readonly { readonly id: string; readonly name: DomainName; readonly private?: boolean }[],
  /** Of the project that the file will be: what it has made is not to look as if it had left the file. */
  ledger: Ledger,
  signal: AbortSignal,
): Promise<ImportSource> {
  const client = await backend.clients.route53();
  const scope = {
    project: NO_PROJECT,
    zones: zones.map((zone) => ({ name: zone.name, ...(zone.private && { private: true as const }), id: zone.id })),
    cidrCollectionNames: cidrCollectionNames(ledger),
    healthCheckKeys: [],
    healthCheckIds: {},
    trafficPolicyNames: [],
    logGroups: [],
    // Instances are read where record sets belong to one.
    readsTrafficFlow: false,
  };
  const [state, healthChecks, all] = await Promise.all([
    readLiveState(backend, scope, EMPTY_LEDGER, signal),
    listHealthChecks(client, signal),
    listHostedZones(client, signal),
  ]);
  const ids = new Set(
    zonesOf({ live: state }).flatMap((zone) => zone.trafficPolicyInstances.map(({ policyId }) => policyId)),
  );
  const names = new Set(policyNames(ledger));
  const [trafficPolicies, logging] = await Promise.all([
    ids.size + names.size === 0 ? [] : readThoseTrafficPolicies(client, { ids, names }, signal),
    readLogging(backend, state, signal),
  ]);
  const live = { ...state, healthChecks: [], trafficPolicies, ...logging };
  // A public and a private zone of one name are told apart by that.
  const kinds = all.map((zone) => `${zone.name} ${zone.private}`);
  const sharedNames = new Set(all.filter((_, i) => kinds.indexOf(kinds[i] ?? "") !== i).map(({ name }) => name));
  const source = { live, sharedNames, healthChecks, tags: new Map() };
  const checks = checksOf(source, projectOf(source)).flatMap(({ check }) => check.Id ?? []);
  return { ...source, tags: await listHealthCheckTags(client, checks, signal) };
}

async function readLogging(
  backend: Backend,
  live: Parameters<typeof zonesOf>[0]["live"],
  signal: AbortSignal,
): Promise<Pick<ImportSource["live"], "logGroups" | "logResourcePolicies">> {
  const names = new Set(
    zonesOf({ live }).flatMap((zone) => zone.queryLogging?.logGroupArn.split(":log-group:")[1] ?? []),
  );
  if (names.size === 0) return { logGroups: new Map(), logResourcePolicies: [] };
  const client = await backend.clients.logs();
  const [groups, logResourcePolicies] = await Promise.all([
    Promise.all([...names].map(async (name) => [name, await readLogGroup(client, name, signal)] as const)),
    readLogResourcePolicies(client, signal),
  ]);
  return {
    logGroups: new Map(groups.flatMap(([name, group]) => (group === undefined ? [] : [[name, group] as const]))),
    logResourcePolicies,
  };
}
