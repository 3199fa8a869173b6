/**
 * What is left to do of a plan that was begun: each change is held against the live state, and has landed, or is still as
 * the plan saw it, or somebody else has been there. Pure.
 */

import { Failure } from "../errors.ts";
import { domainName } from "../route53/names.ts";
import { fromApi, recordSetKey } from "../route53/record-set.ts";
import { canonicalJson } from "./canonical-json.ts";
import { cidrNormalForm } from "./cidr-blocks.ts";
import { knownIds } from "./known-ids.ts";
import type { LiveCidrCollection, LiveHealthCheck, LiveState, LiveZone } from "./live/live-state.ts";
import { healthCheckNormalForm, recordSetNormalForm } from "./normal-form.ts";
import { isLaterGeneration } from "./ownership.ts";
import {
  type Batch,
  type Change,
  type CidrCollectionChange,
  type DelegationSetChange,
  type EndpointChange,
  type HealthCheckChange,
  type HostedZoneChange,
  type LogGroupChange,
  type LogResourcePolicyChange,
  type Plan,
  type PlannedRecordSet,
  type PlanPhase,
  type QueryLoggingChange,
  type RecordSetChange,
  type RegistrarChange,
  summaryOf,
  type TrafficPolicyChange,
  type TrafficPolicyInstanceChange,
  type VpcAssociationChange,
} from "./plan.ts";
import { liveZone } from "./planning.ts";
import { sameDocument } from "./policy-documents.ts";
import { type KnownIds, referencesIn } from "./references.ts";
import { zoneKey } from "./zone-key.ts";

export interface Remaining {
  /** The plan without what has landed; ids that are known by now stand for their references. */
  readonly plan: Plan;
  /** How many changes had landed. */
  readonly landed: number;
}

/** What has become of a change: to do (as it is now), done, or neither as it was nor as it should be. */
type Fate<Kind> = { readonly fate: "open"; readonly change: Kind } | { readonly fate: "landed" | "changed" };

const LANDED = { fate: "landed" } as const;
const CHANGED = { fate: "changed" } as const;

interface Now {
  readonly live: LiveState;
  readonly known: KnownIds;
}

/** Throws a Failure `plan.stale` that names what somebody else changed since. */
export function remainingOf(plan: Plan, live: LiveState): Remaining {
  const now: Now = { live, known: knownIds(live, plan) };
  for (const change of plan.phases.flatMap(({ changes }) => changes)) {
    knowPolicy(change, now);
    knowCollection(change, now);
  }
  const stale: string[] = [];
  let landed = 0;
  const phases = plan.phases.map((phase): PlanPhase => {
    const left: Change[] = [];
    const indexOf = new Map<number, number>();
    const inBatches = fatesOfBatches(phase, now);
    for (const [index, change] of phase.changes.entries()) {
      const fate = change.kind === "record-set" ? (inBatches.get(index) ?? LANDED) : fateOf(change, now);
      if (fate.fate === "changed") stale.push(change.subject);
      if (fate.fate === "landed") landed++;
      if (fate.fate !== "open") continue;
      indexOf.set(index, left.length);
      left.push(now.known.settle(fate.change));
    }
    const batches = phase.batches.flatMap(({ calls, ...batch }): Batch[] => {
      const open = calls.flatMap((call) => {
        const change = indexOf.get(call.change);
        return change === undefined ? [] : [{ ...call, change }];
      });
      return open.length === 0 ? [] : [{ ...batch, calls: open }];
    });
    return { ...phase, changes: left, batches };
  });
  if (stale.length > 0) {
    const more = stale.length > MOST_NAMED ? ` and ${stale.length - MOST_NAMED} more` : "";
    throw new Failure({
      kind: "failed",
      code: "plan.stale",
      message: `what was begun cannot be finished as it was planned; somebody else has changed ${stale.slice(0, MOST_NAMED).join(", ")}${more}`,
      next: "plan anew from the set-up file: r53kit setup plan",
    });
  }
  // What was begun was within its thresholds, or was told to be beyond them.
  const zones = plan.zones.map((zone) => ({ ...zone, thresholds: null }));
  // What was said of the whole is not true of the rest.
  const { assessment: _, ...rest } = plan;
  return { plan: { ...rest, zones, phases, summary: summaryOf(phases) }, landed };
}

/** How many changed things are named. */
const MOST_NAMED = 5;

/** A policy that landed is named by the changes that use it. */
function knowPolicy(change: Change, { live, known }: Now): void {
  if (change.kind !== "traffic-policy" || change.after === null) return;
  const { key, after } = change;
  const found = live.trafficPolicies.find((one) => one.name === after.name);
  if (found === undefined || !sameDocument(found.document, known.settle(after.document))) return;
  known.set({ ref: "traffic-policy", key }, found.id);
  known.set({ ref: "traffic-policy-version", key }, String(found.version));
}

/** So is a CIDR collection, whatever is in it by now. */
function knowCollection(change: Change, { live, known }: Now): void {
  if (change.kind !== "cidr-collection" || change.after === null) return;
  const { key, after } = change;
  const found = live.cidrCollections?.find((one) => one.name === after.name);
  if (found !== undefined) known.set({ ref: "cidr-collection", key }, found.id);
}

function fateOf(change: Exclude<Change, RecordSetChange>, now: Now): Fate<Change> {
  switch (change.kind) {
    case "delegation-set":
      return fateOfDelegationSet(change, now);
    case "hosted-zone":
      return fateOfZone(change, now);
    case "vpc-association":
      return fateOfVpc(change, now);
    case "registrar":
      return fateOfRegistrar(change, now);
    case "endpoint":
      return fateOfEndpoint(change, now);
    case "health-check":
      return fateOfHealthCheck(change, now);
    case "cidr-collection":
      return fateOfCidrCollection(change, now);
    case "traffic-policy":
      return fateOfPolicy(change, now);
    case "traffic-policy-instance":
      return fateOfInstance(change, now);
    case "log-group":
      return fateOfLogGroup(change, now);
    case "log-resource-policy":
      return fateOfResourcePolicy(change, now);
    case "query-logging":
      return fateOfQueryLogging(change, now);
  }
}

function open<Kind extends Change>(change: Kind): Fate<Kind> {
  return { fate: "open", change };
}

function fateOfZone(change: HostedZoneChange, { live }: Now): Fate<HostedZoneChange> {
  const { before, after } = change;
  const zone = liveZone(live, change.zone);
  if (after === null) return zone === undefined ? LANDED : zone.id === before?.id ? open(change) : CHANGED;
  if (before === null) {
    if (zone === undefined) return open(change);
    return isLaterGeneration(zone.callerReference, after.callerReference) ? LANDED : CHANGED;
  }
  if (zone === undefined) return CHANGED;
  if (zone.comment === after.comment) return LANDED;
  return zone.comment === before.comment ? open(change) : CHANGED;
}

function fateOfDelegationSet(change: DelegationSetChange, { live }: Now): Fate<DelegationSetChange> {
  const there = live.delegationSets?.some(({ key }) => key === change.key) ?? false;
  return there === (change.after !== null) ? LANDED : open(change);
}

function fateOfVpc(change: VpcAssociationChange, { live }: Now): Fate<VpcAssociationChange> {
  const { before, after, zone } = change;
  const vpcs = liveZone(live, zone)?.vpcs;
  // Those of a zone that is still to be made come after it.
  if (vpcs === undefined) return after === null ? LANDED : open(change);
  const there = vpcs.some(({ id }) => id === (after ?? before)?.id);
  return there === (after !== null) ? LANDED : open(change);
}

function fateOfRegistrar(change: RegistrarChange, { live }: Now): Fate<RegistrarChange> {
  const slot = live.zones.find((one) => zoneKey(one) === change.zone);
  if (slot?.registrar.kind !== "registered" || slot.zone === undefined) return open(change);
  return slot.registrar.nameServers.join() === slot.zone.nameServers.join() ? LANDED : open(change);
}

function fateOfEndpoint(change: EndpointChange, { live }: Now): Fate<EndpointChange> {
  const endpoint = change.after ?? change.before;
  const there = live.endpoints?.has(`${endpoint?.address}:${endpoint?.port}`) ?? false;
  return there === (change.after !== null) ? LANDED : open(change);
}

function asRead({ id, version, callerReference, config }: LiveHealthCheck): NonNullable<HealthCheckChange["before"]> {
  return { id, version, callerReference, config };
}

function fateOfHealthCheck(change: HealthCheckChange, { live, known }: Now): Fate<HealthCheckChange> {
  const { before, after, key } = change;
  const old = live.healthChecks.find((check) => check.id === before?.id);
  const wanted = after === null ? undefined : healthCheckNormalForm(known.settle(after.config));
  switch (change.how) {
    case "delete":
      return old === undefined ? LANDED : open(change);
    case "tag":
      return old === undefined ? CHANGED : old.tagged ? LANDED : open(change);
    case "update":
      if (old === undefined || before === null) return CHANGED;
      if (healthCheckNormalForm(old.config) === wanted) return old.tagged ? LANDED : open(tagging(change, old));
      if (healthCheckNormalForm(old.config) !== healthCheckNormalForm(before.config)) return CHANGED;
      return open({ ...change, before: asRead(old) });
    case "create":
    case "replace": {
      const made = live.healthChecks.find(
        (check) => check.key === key && isLaterGeneration(check.callerReference, after?.callerReference ?? ""),
      );
      if (made === undefined) return open(change);
      if (healthCheckNormalForm(made.config) !== wanted) return CHANGED;
      return made.tagged ? LANDED : open(tagging(change, made));
    }
  }
}

/** It was made or changed, and the run ended before its tags were written. */
function tagging(change: HealthCheckChange, check: LiveHealthCheck): HealthCheckChange {
  return {
    ...change,
    action: "change",
    how: "tag",
    why: "its tags are missing: the run that was interrupted did not come to them",
    before: asRead(check),
  };
}

function fateOfCidrCollection(change: CidrCollectionChange, { live }: Now): Fate<CidrCollectionChange> {
  const { before, after } = change;
  const there = live.cidrCollections?.find((one) => (after === null ? one.id === before?.id : one.name === after.name));
  if (after === null) return there === undefined ? LANDED : open({ ...change, before: asCollection(there) });
  if (there === undefined) return before === null ? open(change) : CHANGED;
  if (cidrNormalForm(there.locations) === cidrNormalForm(after.locations)) return LANDED;
  // A run that ended between making it and filling it, or between two of its requests, leaves the rest to do.
  const how = change.how === "create" ? "change" : change.how;
  return open({ ...change, action: "change", how, before: asCollection(there) });
}

function asCollection({ id, version, locations }: LiveCidrCollection): NonNullable<CidrCollectionChange["before"]> {
  return { id, version, locations };
}

function fateOfPolicy(change: TrafficPolicyChange, { live, known }: Now): Fate<TrafficPolicyChange> {
  const { before, after } = change;
  if (after === null) return live.trafficPolicies.some(({ id }) => id === before?.id) ? open(change) : LANDED;
  const found = live.trafficPolicies.find((one) => one.name === after.name);
  if (found === undefined) return before === null ? open(change) : CHANGED;
  if (sameDocument(found.document, known.settle(after.document))) return LANDED;
  return found.id === before?.id && found.version === before.version ? open(change) : CHANGED;
}

function fateOfInstance(change: TrafficPolicyInstanceChange, { live, known }: Now): Fate<TrafficPolicyInstanceChange> {
  const { before, after } = change;
  const found = liveZone(live, change.zone)?.trafficPolicyInstances.find(
    ({ name, type }) => name === change.name && type === change.type,
  );
  if (after === null) return found === undefined ? LANDED : found.id === before?.id ? open(change) : CHANGED;
  if (found === undefined) return before === null ? open(change) : CHANGED;
  const { id, policyId, version, ttlSeconds } = found;
  const wanted = known.settle(after);
  if (policyId === wanted.policy && String(version) === wanted.version && ttlSeconds === wanted.ttlSeconds) {
    const now = { id, policyId, version, ttlSeconds };
    return found.state === "Failed" ? open({ ...change, action: "change", before: now }) : LANDED;
  }
  return before !== null && policyId === before.policyId && version === before.version ? open(change) : CHANGED;
}

function fateOfLogGroup(change: LogGroupChange, { live }: Now): Fate<LogGroupChange> {
  const group = live.logGroups.get(change.logGroup);
  const wanted = change.after?.retentionDays ?? null;
  return group !== undefined && (wanted === null || group.retentionDays === wanted) ? LANDED : open(change);
}

function fateOfResourcePolicy(change: LogResourcePolicyChange, { live }: Now): Fate<LogResourcePolicyChange> {
  const found = live.logResourcePolicies.find(({ name }) => name === change.name);
  return found?.document === change.after?.document ? LANDED : open(change);
}

function fateOfQueryLogging(change: QueryLoggingChange, { live }: Now): Fate<QueryLoggingChange> {
  const { before, after } = change;
  const now = liveZone(live, change.zone)?.queryLogging;
  if (now?.logGroupArn === after?.logGroupArn) return LANDED;
  // The old one goes before the new one comes.
  return now === undefined || now.id === before?.id ? open(change) : CHANGED;
}

/** A batch lands whole or not at all; by the index of the change in its phase. */
function fatesOfBatches(phase: PlanPhase, { live, known }: Now): Map<number, Fate<Change>> {
  const fates = new Map<number, Fate<Change>>();
  for (const { zone, calls } of phase.batches) {
    const there = recordSetsOf(liveZone(live, zone));
    for (const index of new Set(calls.map((call) => call.change))) {
      const change = phase.changes[index];
      if (change?.kind === "record-set") fates.set(index, fateOfRecordSet(change, there, known));
    }
  }
  return fates;
}

/** Where an instance takes a record's place, or a record an instance's, the instance is another change's to say. */
function recordSetsOf(zone: LiveZone | undefined): ReadonlyMap<string, string> {
  const own = (zone?.recordSets ?? []).filter(({ set }) => set.trafficPolicyInstanceId === undefined);
  return new Map(own.map(({ set }) => [recordSetKey(set), recordSetNormalForm(set)]));
}

function fateOfRecordSet(
  change: RecordSetChange,
  there: ReadonlyMap<string, string>,
  known: KnownIds,
): Fate<RecordSetChange> {
  const { before, after } = change;
  const set = after ?? before;
  const now = set === null ? undefined : there.get(keyOf(set));
  if (now === normalFormOf(after && known.settle(after))) return LANDED;
  return now === normalFormOf(before) ? open(change) : CHANGED;
}

function keyOf({ Name, Type, SetIdentifier }: PlannedRecordSet): string {
  return `${domainName(Name ?? "")} ${Type} ${SetIdentifier ?? ""}`;
}

/** Undefined for what is not there; of what is named but does not exist yet, no live record set has the like. */
function normalFormOf(set: PlannedRecordSet | null): string | undefined {
  if (set === null) return undefined;
  if (referencesIn(set).length > 0) return canonicalJson(set);
  return recordSetNormalForm(fromApi(set as Parameters<typeof fromApi>[0]));
}
