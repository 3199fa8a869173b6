/**
 * What a set-up made, as a plan that takes it away. Pure. It is the plan of the same file with nothing in it but its zones,
 * and then the zones themselves, where nothing of anybody else is left in them.
 */

import type { Config, ZoneConfig } from "../config/config.ts";
import { recordSetKey } from "../route53/record-set.ts";
import {
  instanceKey,
  type Ledger,
  type LedgerPatch,
  namePatch,
  policyKey,
  recordSetsPatch,
  withPatches,
} from "./ledger.ts";
import type { LiveState, LiveZone } from "./live/live-state.ts";
import { joined, type PlanInputs } from "./make-plan.ts";
import { recordSetNormalForm } from "./normal-form.ts";
import { observe } from "./observation.ts";
import { isLaterGeneration, zoneReference } from "./ownership.ts";
import { planCidrCollections } from "./phases/cidr-collections.ts";
import { planDelegationSets } from "./phases/delegation-sets.ts";
import { planHealthCheckRemovals } from "./phases/health-check-removals.ts";
import { planLogging, resourcePolicyName } from "./phases/logging.ts";
import { diffZones, planRecordSets, type ZoneUnits } from "./phases/record-sets.ts";
import { leavingInstances, planTrafficFlow } from "./phases/traffic-flow.ts";
import { type Change, PHASES, type PhaseName, PLAN_FORMAT, type Plan, type PlanPhase, summaryOf } from "./plan.ts";
import { idsOfZones, liveZone, type PhaseDraft, type Planning } from "./planning.ts";
import { groupKey, recordSetHash, recordSetText } from "./record-set-diff.ts";
import { wantedRecordSets } from "./record-sets-of-config.ts";
import { type Scope, scopeOf } from "./scope.ts";
import { type ZoneKey, zoneKey, zoneText } from "./zone-key.ts";

/** What is read for it: every check of the project may go, so who uses them is looked for in the whole account. */
export function destroyScopeOf(config: Config): Scope {
  return { ...scopeOf(config), healthCheckKeys: [] };
}

export function makeDestroyPlan({ config, places, live, ledger: kept, backend, now }: PlanInputs): Plan {
  const notes: string[] = [];
  const ledger = withDeclared(config, { config, places, live, ledger: kept, notes, known: idsOfZones(live) });
  const planning: Planning = {
    config: emptied(config),
    places,
    live,
    ledger,
    notes,
    known: idsOfZones(live),
  };
  const units = diffZones(planning);
  const records = planRecordSets("records", units, planning);
  const routing = planRecordSets("routing", units, planning);
  const aliases = planRecordSets("traffic-flow", units, planning);
  const flow = joined(planTrafficFlow(planning), aliases);
  const checks = planHealthCheckRemovals(planning, units, new Set(PHASES));
  const logging = planLogging(planning);
  const drafts: Record<PhaseName, PhaseDraft> = {
    zone: { changes: zonesAndTheirSets(planning, units), expectations: [] },
    "health-checks": { changes: [...checks, ...endpointRemovals(config, live)], expectations: [] },
    // The last phase that takes records away: before it a wildcard may still answer for what is gone.
    records: { ...records, expectations: [records, routing, flow].flatMap(({ expectations }) => expectations) },
    routing: { ...routing, expectations: [] },
    "traffic-flow": { ...flow, expectations: [] },
    logging: { changes: [...logging.changes, ...resourcePolicyRemoval(config, live)], expectations: [] },
  };
  const phases = PHASES.map((phase): PlanPhase => {
    const { changes, batches = [], expectations } = drafts[phase];
    return { phase, changes: changes.map(inDestroyWords), batches, expectations };
  });
  return {
    format: PLAN_FORMAT,
    purpose: "destroy",
    createdAt: new Date(now).toISOString(),
    project: config.project,
    file: config.file,
    backend: { label: backend.label, account: live.account, confirmsChanges: backend.confirmsChanges },
    scope: destroyScopeOf(config),
    zones: live.zones.map(({ zone, registrar: _, ...slot }) => ({ ...slot, id: zone?.id ?? null, thresholds: null })),
    phases,
    summary: summaryOf(phases),
    notes: [...notes, ...stayingNotes(config, live, kept)],
    observed: observe({ config, live, ledger }, phases),
  };
}

function emptied(config: Config): Config {
  return {
    ...config,
    zones: config.zones.map((zone) => ({ ...zone, recordSets: [], trafficPolicyInstances: [], logging: undefined })),
    healthChecks: [],
    delegationSets: [],
    cidrCollections: [],
    trafficPolicies: [],
    endpoints: [],
  };
}

/** Whether this project made the zone: its caller reference, which Route 53 keeps, says so on every machine. */
function isOwn(zone: LiveZone, key: ZoneKey, { project }: Config): boolean {
  return isLaterGeneration(zone.callerReference, zoneReference(project, key));
}

/**
 * The ledger, and in the zones that this project made also what the file names and is there as the file has it: whoever made
 * it, the file is what says what is in such a zone. So a lost ledger does not keep a zone from being destroyed.
 */
function withDeclared(config: Config, planning: Planning): Ledger {
  const { live, known } = planning;
  for (const check of live.healthChecks) known.set({ ref: "health-check", key: check.key }, check.id);
  for (const { key, name } of config.cidrCollections) {
    const there = live.cidrCollections?.find((one) => one.name === name);
    if (there !== undefined) known.set({ ref: "cidr-collection", key }, there.id);
  }
  const patches = config.zones.flatMap((zone) => {
    const there = liveZone(live, zoneKey(zone));
    if (there === undefined || !isOwn(there, zoneKey(zone), config)) return [];
    return [declaredRecords(zone, there, planning), ...declaredNames(zone, there)];
  });
  return withPatches(planning.ledger, patches);
}

function declaredRecords(zone: ZoneConfig, there: LiveZone, planning: Planning): LedgerPatch {
  const declared = new Set(wantedRecordSets(zone, planning).map(({ set }) => recordSetNormalForm(set)));
  const same = there.recordSets.filter(({ set }) => declared.has(recordSetNormalForm(set)));
  return recordSetsPatch(there.id, new Map(same.map(({ set }) => [recordSetKey(set), recordSetHash(set)])));
}

function declaredNames(zone: ZoneConfig, there: LiveZone): LedgerPatch[] {
  const instances = zone.trafficPolicyInstances.map(({ name, type }) =>
    namePatch("trafficPolicyInstances", instanceKey(there.id, name, type)),
  );
  return zone.logging === undefined ? instances : [...instances, namePatch("queryLogging", there.id)];
}

function inDestroyWords<Kind extends Change>(change: Kind): Kind {
  return change.why.startsWith("made from this file") || change.why === "it left the file"
    ? { ...change, why: "made from this file" }
    : change;
}

function endpointRemovals({ endpoints }: Config, live: LiveState): Change[] {
  return endpoints
    .filter(({ address, port }) => live.endpoints?.has(`${address}:${port}`))
    .map(({ key, address, port }) => ({
      kind: "endpoint",
      action: "remove",
      subject: `endpoint ${key} (${address}:${port})`,
      why: "made from this file",
      before: { name: key, address, port },
      after: null,
    }));
}

function resourcePolicyRemoval({ project }: Config, live: LiveState): Change[] {
  const name = resourcePolicyName(project);
  const there = live.logResourcePolicies.find((policy) => policy.name === name);
  if (there === undefined) return [];
  return [
    {
      kind: "log-resource-policy",
      action: "remove",
      name,
      subject: `resource policy ${name}`,
      why: "made from this file",
      before: { document: there.document },
      after: null,
    },
  ];
}

/** How many things that keep a zone are named. */
const MOST_NAMED = 5;

/** A set goes after the zones that have its name servers, and a CIDR collection after the records that use it. */
function zonesAndTheirSets(planning: Planning, units: readonly ZoneUnits[]): Change[] {
  const zones = zoneRemovals(planning, units);
  const going = new Set(zones.flatMap((change) => (change.kind === "hosted-zone" ? (change.before?.id ?? []) : [])));
  return [...zones, ...planDelegationSets(planning, going), ...planCidrCollections(planning)];
}

function zoneRemovals({ config, live, ledger, notes }: Planning, units: readonly ZoneUnits[]): Change[] {
  return config.zones.flatMap((wanted): Change[] => {
    const key = zoneKey(wanted);
    const zone = liveZone(live, key);
    if (zone === undefined) return [];
    const subject = zoneText(key);
    if (!isOwn(zone, key, config)) {
      notes.push(`the zone ${subject} (${zone.id}) stays: it was not made from this file`);
      return [];
    }
    const left = leftIn(zone, wanted, units, ledger);
    if (left.length > 0) {
      const more = left.length > MOST_NAMED ? ` and ${left.length - MOST_NAMED} more` : "";
      notes.push(
        `the zone ${subject} (${zone.id}) stays: ${left.slice(0, MOST_NAMED).join(", ")}${more} ${left.length === 1 ? "is" : "are"} in it, and not made from this file`,
      );
      return [];
    }
    const { registrar } = live.zones.find((slot) => slot.zone === zone) ?? {};
    const delegated =
      registrar?.kind === "registered"
        ? registrar.nameServers.some((name) => zone.nameServers.includes(name))
        : undefined;
    if (delegated !== false && !wanted.private) {
      notes.push(
        `${delegated ? "the registrar delegates" : "if its parent delegates"} ${subject} to the zone's name servers, and this does not change that: take the delegation away first, or whoever is given these name servers next can answer for it`,
      );
    }
    return [
      {
        kind: "hosted-zone",
        action: "remove",
        zone: key,
        subject,
        why: "made from this file, and nothing else is left in it",
        before: { id: zone.id, comment: zone.comment },
        after: null,
      },
    ];
  });
}

/** Record sets that are in a zone when the plan has been carried out, its own apex aside. */
function leftIn(zone: LiveZone, wanted: ZoneConfig, units: readonly ZoneUnits[], ledger: Ledger): string[] {
  const removed = new Set(
    units
      .filter((one) => one.zone === zoneKey(wanted))
      .flatMap((one) => one.units.flatMap(({ changes }) => changes.map(({ before }) => before))),
  );
  const leaving = new Set(leavingInstances(wanted, zone, ledger).map(({ id }) => id));
  const apex = new Set([`${zone.name} NS`, `${zone.name} SOA`]);
  return zone.recordSets
    .filter(
      ({ set, asRead }) =>
        !apex.has(groupKey(set)) && !removed.has(asRead) && !leaving.has(set.trafficPolicyInstanceId ?? ""),
    )
    .map(({ set }) => recordSetText(set));
}

function stayingNotes(config: Config, live: LiveState, ledger: Ledger): string[] {
  const groups = [...live.logGroups.keys()].map((name) => `the log group ${name} stays, with the events in it`);
  const policies = live.trafficPolicies
    .filter(({ name }) => config.trafficPolicies.some((one) => one.name === name))
    .filter(({ name }) => !ledger.trafficPolicies.includes(policyKey(live.account, name)))
    .map(({ name }) => `the traffic policy ${name} stays: nothing here says that this file made it`);
  const collections = (live.cidrCollections ?? [])
    .filter(({ name }) => !ledger.cidrCollections.includes(policyKey(live.account, name)))
    .map(({ name }) => `the CIDR collection ${name} stays: nothing here says that this file made it`);
  return [...groups, ...policies, ...collections];
}
