/**
 * The record sets of one zone: wanted against live, pure. The result is changes in groups that must land together,
 * each with the phase it belongs to and in an order in which no alias comes before its target.
 *
 * A name and type that the file has is wholly the file's. With ownership "declared" anything else is touched only when the
 * ledger says that an earlier apply of this project created it and it still is as that apply left it; with "exclusive" the
 * rest of the zone goes. The apex NS and SOA, and what others own (foreign-owners.ts), are never touched.
 */

import type { SourcePlace } from "../errors.ts";
import { type DomainName, displayName } from "../route53/names.ts";
import { type RecordSet, type RecordType, recordSetKey, toApi } from "../route53/record-set.ts";
import { canonicalJson, shortHash } from "./canonical-json.ts";
import type { ForeignOwner, OwnerOf } from "./foreign-owners.ts";
import { isAsWritten } from "./ledger.ts";
import type { LiveRecordSet } from "./live/live-state.ts";
import { type PlannedPolicy, recordSetNormalForm, sameRecordSet, type WantedRecordSet } from "./normal-form.ts";
import type { BatchCall, PhaseName, PlannedRecordSet, RecordSetChange } from "./plan.ts";
import { type CheckKeys, differences, wholeText } from "./record-set-differences.ts";
import { isReference } from "./references.ts";
import { isPrivateZone, nameOfZone, type ZoneKey } from "./zone-key.ts";

export type RecordPhase = Extract<PhaseName, "records" | "routing" | "traffic-flow">;

export interface WantedInZone {
  readonly set: WantedRecordSet;
  readonly place: SourcePlace;
}

export interface ZoneRecordSets {
  readonly zone: ZoneKey;
  /** Undefined while the zone does not exist. */
  readonly zoneId: string | undefined;
  readonly wanted: readonly WantedInZone[];
  readonly live: readonly LiveRecordSet[];
  /** What the ledger has of the record sets that this project created, by their key. */
  readonly created: ReadonlyMap<string, string>;
  /** Names and types that traffic policy instances of the file have or will have. */
  readonly instances: readonly { readonly name: DomainName; readonly type: RecordType; readonly place: SourcePlace }[];
  /** Ids of instances that the same plan takes away; their record sets go with them. */
  readonly leavingInstances: ReadonlySet<string>;
  /** Whether what the file does not name goes, whoever made it. */
  readonly exclusive: boolean;
  readonly ownerOf: OwnerOf;
  readonly checkKeys: CheckKeys;
}

/** Calls that must be in one batch. `change` counts within `changes`. */
export interface RecordUnit {
  readonly phase: RecordPhase;
  readonly changes: readonly RecordSetChange[];
  readonly calls: readonly BatchCall[];
  /** It takes away what stands where a traffic policy instance will be, and so goes right before that is made. */
  readonly makesRoom?: true;
}

export interface RecordConflict {
  readonly message: string;
  readonly next: string;
  readonly place: SourcePlace;
}

export interface RecordSetDiff {
  /** In the order they must be carried out. */
  readonly units: readonly RecordUnit[];
  readonly conflicts: readonly RecordConflict[];
  /** What would go if it were not somebody else's. */
  readonly spared: readonly SparedRecordSet[];
}

export interface SparedRecordSet {
  /** `www.example.com A` */
  readonly subject: string;
  readonly owner: ForeignOwner;
}

/** What the ledger keeps of a record set that was written. */
export function recordSetHash(set: RecordSet): string {
  return shortHash(recordSetNormalForm(set));
}

function toPlannedApi(set: WantedRecordSet): PlannedRecordSet {
  // toApi copies ids as they are; it is only its type that does not know references.
  return toApi(set as RecordSet) as PlannedRecordSet;
}

/** `api.myapp.com A blue` */
export function recordSetText(set: Pick<RecordSet, "name" | "type" | "setIdentifier">): string {
  const id = set.setIdentifier === undefined ? "" : ` ${set.setIdentifier}`;
  return `${displayName(set.name)} ${set.type}${id}`;
}

/** `api.myapp.com A blue`, and of a private zone `api.myapp.com A (private)`: a public zone may have the same names. */
export function recordSetSubject(zone: ZoneKey, set: Pick<RecordSet, "name" | "type" | "setIdentifier">): string {
  return `${recordSetText(set)}${isPrivateZone(zone) ? " (private)" : ""}`;
}

export function groupKey(set: { readonly name: DomainName; readonly type: RecordType }): string {
  return `${set.name} ${set.type}`;
}

interface Group {
  readonly key: string;
  readonly name: DomainName;
  readonly type: RecordType;
  readonly wanted: readonly WantedInZone[];
  readonly live: readonly LiveRecordSet[];
  /** Whether the file has this name and type. */
  readonly declared: boolean;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

export function diffRecordSets(input: ZoneRecordSets): RecordSetDiff {
  const liveGroups = groupBy(input.live, ({ set }) => groupKey(set));
  const wantedGroups = groupBy(input.wanted, ({ set }) => groupKey(set));
  const conflicts: RecordConflict[] = [];
  const parts: GroupDiff[] = [];
  for (const [key, wanted] of wantedGroups) {
    const first = wanted[0];
    if (first === undefined) continue;
    const live = (liveGroups.get(key) ?? []).filter(({ set }) => !isLeaving(set, input));
    const owner = live.find(({ set }) => set.trafficPolicyInstanceId !== undefined);
    if (owner !== undefined) {
      conflicts.push({
        message: `${recordSetText(first.set)} belongs to the traffic policy instance ${owner.set.trafficPolicyInstanceId}`,
        next: "delete that instance first, or leave the record out of the file",
        place: first.place,
      });
      continue;
    }
    const { name, type } = first.set;
    const diff = diffGroup({ key, name, type, wanted, live, declared: true }, input);
    const contested = live.find((one) => diff !== undefined && input.ownerOf(one.set)?.contested);
    if (contested !== undefined) {
      conflicts.push({
        message: `${recordSetText(contested.set)} ${input.ownerOf(contested.set)?.says}; two that write one record never come to rest`,
        next: "leave it out of the file, or take it from the other one first",
        place: first.place,
      });
      continue;
    }
    if (diff !== undefined) parts.push(diff);
  }
  const spared: SparedRecordSet[] = [];
  for (const [key, live] of liveGroups) {
    const first = live[0];
    if (first === undefined || wantedGroups.has(key)) continue;
    const { name, type } = first.set;
    if (name === nameOfZone(input.zone) && (type === "NS" || type === "SOA")) continue;
    const ours = live.filter(({ set }) => {
      const made = isAsWritten(input.created.get(recordSetKey(set)), recordSetHash(set));
      if ((!made && !input.exclusive) || isLeaving(set, input)) return false;
      const owner = input.ownerOf(set);
      if (owner === undefined && set.trafficPolicyInstanceId !== undefined) return false;
      // What this project made itself is not protected from it, unless another program has taken it over.
      if (owner === undefined || (made && !owner.contested)) return true;
      if (!isInstanceOfFile(set, input)) spared.push({ subject: recordSetText(set), owner });
      return false;
    });
    const diff =
      ours.length > 0 ? diffGroup({ key, name, type, wanted: [], live: ours, declared: false }, input) : undefined;
    if (diff !== undefined) parts.push(diff);
  }
  conflicts.push(
    ...cnameConflicts(input, parts),
    ...aliasConflicts(input, parts),
    ...instanceConflicts(input, liveGroups, parts),
  );
  return { units: orderedUnits(parts, input), conflicts, spared };
}

function isInstanceOfFile(set: RecordSet, { instances }: ZoneRecordSets): boolean {
  return instances.some(({ name, type }) => name === set.name && type === set.type);
}

function isLeaving(set: RecordSet, { leavingInstances }: ZoneRecordSets): boolean {
  return set.trafficPolicyInstanceId !== undefined && leavingInstances.has(set.trafficPolicyInstanceId);
}

/** One group's changes. */
interface GroupDiff {
  readonly group: Group;
  readonly changes: readonly RecordSetChange[];
  readonly calls: readonly BatchCall[];
}

type Step = { readonly change: RecordSetChange; readonly actions: readonly BatchCall["action"][] };

function diffGroup(group: Group, input: ZoneRecordSets): GroupDiff | undefined {
  const wanted = new Map(group.wanted.map((one) => [one.set.setIdentifier ?? "", one]));
  const live = new Map(group.live.map((one) => [one.set.setIdentifier ?? "", one]));
  const replaced = mustReplace(group);
  const steps: Step[] = [];
  for (const [id, one] of live) {
    if (wanted.has(id)) continue;
    const why = group.declared
      ? group.wanted[0]?.set.policy.kind === one.set.policy.kind
        ? "no longer among the answers in the file"
        : (replaced ?? "no longer in the file")
      : isAsWritten(input.created.get(recordSetKey(one.set)), recordSetHash(one.set))
        ? "made from this file, which no longer names it"
        : "not in the file, which has the zone for itself";
    steps.push({
      change: {
        kind: "record-set",
        action: "remove",
        zone: input.zone,
        subject: recordSetSubject(input.zone, one.set),
        why,
        before: one.asRead,
        after: null,
      },
      actions: ["DELETE"],
    });
  }
  for (const [id, { set, place }] of wanted) {
    const before = live.get(id);
    const isSame = before !== undefined && sameRecordSet(before.set, set);
    if (isSame && replaced === undefined) continue;
    const base = { kind: "record-set", zone: input.zone, subject: recordSetSubject(input.zone, set), place } as const;
    const after = toPlannedApi(set);
    if (before === undefined) {
      const what = wholeText(set, input.checkKeys);
      const why = group.live.length === 0 ? `not there yet: ${what}` : `new answer: ${what}`;
      steps.push({ change: { ...base, action: "add", why, before: null, after }, actions: ["CREATE"] });
      continue;
    }
    if (!isSame) {
      const why = [differences(before.set, set, input.checkKeys), replaced].filter((text) => text).join("; ");
      steps.push({
        change: { ...base, action: "change", why, before: before.asRead, after },
        actions: replaced === undefined ? ["UPSERT"] : ["DELETE", "CREATE"],
      });
    } else if (replaced !== undefined) {
      steps.push({
        change: { ...base, action: "change", why: replaced, before: before.asRead, after },
        actions: ["DELETE", "CREATE"],
      });
    }
  }
  if (steps.length === 0) return undefined;
  return { group, changes: steps.map((step) => step.change), calls: callsOf(steps) };
}

/** DELETEs first, so that nothing new meets what it replaces. */
function callsOf(steps: readonly Step[]): BatchCall[] {
  const rank = { DELETE: 0, UPSERT: 1, CREATE: 2 } as const;
  return steps
    .flatMap((step, change) => step.actions.map((action) => ({ action, change })))
    .sort((a, b) => rank[a.action] - rank[b.action]);
}

/** What distinguishes the answers of a group: no two may have the same. */
function selectorOf(policy: PlannedPolicy): string | undefined {
  switch (policy.kind) {
    case "latency":
      return policy.region;
    case "failover":
      return policy.role;
    case "geolocation":
      return canonicalJson(policy.place);
    case "cidr":
      return canonicalJson([policy.collectionId, policy.locationName]);
    default:
      return undefined;
  }
}

/** Why a live group can only be changed by deleting it and making it anew in one batch; undefined when it need not be. */
function mustReplace(group: Group): string | undefined {
  const [wanted] = group.wanted;
  const [live] = group.live;
  if (wanted === undefined || live === undefined) return undefined;
  const kinds = new Set(group.live.map(({ set }) => set.policy.kind));
  kinds.delete(wanted.set.policy.kind);
  const [other] = kinds;
  if (other !== undefined) return `the policy changes from ${other} to ${wanted.set.policy.kind}`;
  // An answer that takes over what another live one stands for would collide with it for a moment.
  const holders = new Map(group.live.map(({ set }) => [selectorOf(set.policy), set.setIdentifier]));
  for (const { set } of group.wanted) {
    const selector = selectorOf(set.policy);
    const holder = selector === undefined ? undefined : holders.get(selector);
    const stays = holder !== undefined && group.wanted.some((one) => one.set.setIdentifier === holder);
    if (holder !== undefined && holder !== set.setIdentifier && stays) return "answers trade places";
  }
  return undefined;
}

/** A CNAME stands alone at its name: live neighbours that this plan leaves in place are in the way. */
function cnameConflicts(input: ZoneRecordSets, parts: readonly GroupDiff[]): RecordConflict[] {
  const removed = new Set(parts.filter(({ group }) => group.wanted.length === 0).map(({ group }) => group.key));
  const liveByName = groupBy(input.live, ({ set }) => set.name);
  const conflicts: RecordConflict[] = [];
  for (const { group } of parts) {
    const [wanted] = group.wanted;
    if (wanted === undefined || group.live.length > 0) continue;
    const inTheWay = (liveByName.get(group.name) ?? []).find(
      ({ set }) =>
        set.type !== group.type && (set.type === "CNAME" || group.type === "CNAME") && !removed.has(groupKey(set)),
    );
    if (inTheWay === undefined) continue;
    conflicts.push({
      message: `${recordSetText(wanted.set)} cannot be made: ${recordSetText(inTheWay.set)} is there and stays, and a CNAME stands alone at its name`,
      next: `delete ${recordSetText(inTheWay.set)}, or choose another name`,
      place: wanted.place,
    });
  }
  return conflicts;
}

/** An instance has its name and type for itself: what is there and stays is in the way. */
function instanceConflicts(
  input: ZoneRecordSets,
  live: ReadonlyMap<string, readonly LiveRecordSet[]>,
  parts: readonly GroupDiff[],
): RecordConflict[] {
  const removed = new Set(
    parts.flatMap(({ changes }) => changes.flatMap(({ action, subject }) => (action === "remove" ? subject : []))),
  );
  return input.instances.flatMap((instance) => {
    const inTheWay = (live.get(groupKey(instance)) ?? []).find(
      ({ set }) => set.trafficPolicyInstanceId === undefined && !removed.has(recordSetSubject(input.zone, set)),
    );
    if (inTheWay === undefined) return [];
    const text = recordSetText(inTheWay.set);
    return [
      {
        message: `${text} is there and was not made from this file; a traffic policy instance has its name and type for itself`,
        next: `delete ${text}, or choose another name`,
        place: instance.place,
      },
    ];
  });
}

/** An alias within the zone needs a target that is in the file, or stays in the zone. */
function aliasConflicts(input: ZoneRecordSets, parts: readonly GroupDiff[]): RecordConflict[] {
  const removed = new Set(parts.filter(({ group }) => group.wanted.length === 0).map(({ group }) => group.key));
  const there = new Set([
    ...input.wanted.map(({ set }) => groupKey(set)),
    ...input.live.map(({ set }) => groupKey(set)).filter((key) => !removed.has(key)),
    ...input.instances.map(groupKey),
  ]);
  return input.wanted.flatMap(({ set, place }) => {
    const target = sameZoneTarget(set, input);
    if (target === undefined || there.has(`${target} ${set.type}`)) return [];
    return [
      {
        message: `${recordSetText(set)} is an alias of ${displayName(target)}, which has no ${set.type} record`,
        next: `add a ${set.type} record at ${displayName(target)}, or name another target`,
        place,
      },
    ];
  });
}

/** The target of an alias into the zone itself. */
function sameZoneTarget({ answer }: WantedRecordSet, { zone, zoneId }: ZoneRecordSets): DomainName | undefined {
  if (answer.kind !== "alias") return undefined;
  const { hostedZoneId, target } = answer;
  const same = isReference(hostedZoneId)
    ? hostedZoneId.ref === "hosted-zone" && hostedZoneId.zone === zone
    : hostedZoneId === zoneId;
  return same ? target : undefined;
}

const PHASE_RANK: Record<RecordPhase, number> = { records: 0, routing: 1, "traffic-flow": 2 };

function orderedUnits(parts: readonly GroupDiff[], input: ZoneRecordSets): RecordUnit[] {
  const wanted = groupBy(input.wanted, ({ set }) => groupKey(set));
  const newInstances = new Set(input.instances.map(groupKey));
  // Where an instance goes or comes nothing else can be before it has.
  const instances = new Set([
    ...input.instances.map(groupKey),
    ...input.live.filter(({ set }) => isLeaving(set, input)).map(({ set }) => groupKey(set)),
  ]);
  const targetsOf = (key: string): string[] =>
    (wanted.get(key) ?? []).flatMap(({ set }) =>
      set.answer.kind === "alias" ? [`${set.answer.target} ${set.type}`] : [],
    );

  const aliasedBy = new Map<string, Group[]>();
  for (const { group } of parts) {
    for (const target of liveTargetsOf(group)) aliasedBy.set(target, [...(aliasedBy.get(target) ?? []), group]);
  }
  const phases = new Map<string, RecordPhase>();
  const phaseOf = (key: string, seen: ReadonlySet<string> = new Set()): RecordPhase => {
    const known = phases.get(key);
    if (known !== undefined) return known;
    if (instances.has(key)) return "traffic-flow";
    const simple = (wanted.get(key) ?? []).every(({ set }) => set.policy.kind === "simple");
    let phase: RecordPhase = simple ? "records" : "routing";
    // An alias cannot be made before its target is.
    for (const target of targetsOf(key)) {
      if (seen.has(target) || (!wanted.has(target) && !instances.has(target))) continue;
      const later = phaseOf(target, new Set([...seen, key]));
      if (PHASE_RANK[later] > PHASE_RANK[phase]) phase = later;
    }
    phases.set(key, phase);
    return phase;
  };
  const phaseOfPart = ({ group }: GroupDiff): RecordPhase => {
    if (group.wanted.length > 0) return phaseOf(group.key);
    if (newInstances.has(group.key)) return "traffic-flow";
    const own: RecordPhase = group.live.every(({ set }) => set.policy.kind === "simple") ? "records" : "routing";
    // What live aliases still name goes only after they name something else.
    const pointing = (aliasedBy.get(group.key) ?? []).filter((other) => other.wanted.length > 0);
    return latestOf([own, ...pointing.map((other) => phaseOf(other.key))]);
  };

  // Everything at a name where a CNAME comes or goes must land together; otherwise a name and type is a unit.
  const withCname = new Set(parts.filter(({ group }) => group.type === "CNAME").map(({ group }) => group.name));
  const units = groupBy(parts, ({ group }) => (withCname.has(group.name) ? group.name : group.key));
  const puts = [...units.values()].filter((unit) => unit.some(({ group }) => group.wanted.length > 0));
  const removals = [...units.values()].filter((unit) => unit.every(({ group }) => group.wanted.length === 0));

  const unitOf = new Map([...units.values()].flatMap((unit) => unit.map(({ group }) => [group.key, unit] as const)));
  const phaseOfUnit = new Map<Unit, RecordPhase>();
  const settlePhase = (unit: Unit, after: readonly string[]) => {
    const others = after.flatMap((key) => {
      const other = unitOf.get(key);
      return (other && phaseOfUnit.get(other)) ?? [];
    });
    phaseOfUnit.set(unit, latestOf([...unit.map(phaseOfPart), ...others]));
  };
  const putsInOrder = targetsFirst(puts, ({ group }) => targetsOf(group.key));
  // A unit is in the latest phase of its parts, and what names one of them comes after all of it.
  for (const unit of putsInOrder) {
    settlePhase(
      unit,
      unit.flatMap(({ group }) => targetsOf(group.key)),
    );
  }
  // Dependants go before what they name.
  const removalsInOrder = targetsFirst(removals, ({ group }) => liveTargetsOf(group)).reverse();
  for (const unit of removalsInOrder) {
    settlePhase(
      unit,
      unit.flatMap(({ group }) => (aliasedBy.get(group.key) ?? []).map((other) => other.key)),
    );
  }
  return [...putsInOrder, ...removalsInOrder].map((unit) => {
    const one = joined(unit, phaseOfUnit.get(unit) ?? "records");
    const makesRoom = unit.every(({ group }) => group.wanted.length === 0 && newInstances.has(group.key));
    return makesRoom ? { ...one, makesRoom } : one;
  });
}

function latestOf(phases: readonly RecordPhase[]): RecordPhase {
  return phases.reduce((a, b) => (PHASE_RANK[b] > PHASE_RANK[a] ? b : a), "records");
}

/** Groups that the live aliases of a group name. */
function liveTargetsOf(group: Group): string[] {
  return group.live.flatMap(({ set }) => (set.answer.kind === "alias" ? [`${set.answer.target} ${set.type}`] : []));
}

type Unit = readonly GroupDiff[];

/** Depth first: what a unit needs comes before it. A circle, which Route 53 would refuse, ends where it closes. */
function targetsFirst(units: readonly Unit[], needs: (part: GroupDiff) => readonly string[]): Unit[] {
  const unitOf = new Map(units.flatMap((unit) => unit.map(({ group }) => [group.key, unit] as const)));
  const ordered: Unit[] = [];
  const seen = new Set<Unit>();
  const visit = (unit: Unit) => {
    if (seen.has(unit)) return;
    seen.add(unit);
    for (const target of unit.flatMap(needs)) {
      const needed = unitOf.get(target);
      if (needed !== undefined) visit(needed);
    }
    ordered.push(unit);
  };
  for (const unit of units) visit(unit);
  return ordered;
}

function joined(unit: Unit, phase: RecordPhase): RecordUnit {
  const changes: RecordSetChange[] = [];
  const calls: BatchCall[] = [];
  for (const part of unit) {
    const offset = changes.length;
    changes.push(...part.changes);
    calls.push(...part.calls.map((call) => ({ ...call, change: call.change + offset })));
  }
  const rank = { DELETE: 0, UPSERT: 1, CREATE: 2 } as const;
  return { phase, changes, calls: calls.sort((a, b) => rank[a.action] - rank[b.action]) };
}
