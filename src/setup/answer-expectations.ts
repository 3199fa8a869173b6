/** What the name servers must answer for the file's record sets. */

import type { DeclaredRecordSet } from "../config/config.ts";
import { type DomainName, isWildcard, parentOf, splitLabels } from "../route53/names.ts";
import type { RecordType } from "../route53/record-set.ts";
import type { AnswerExpectation } from "./expectations.ts";
import { liveZone, type Planning } from "./planning.ts";
import { groupKey } from "./record-set-diff.ts";
import { nameOfZone, type ZoneKey, zoneKey } from "./zone-key.ts";

/** A name that the wildcard answers; nobody has a record of their own there. */
function nameToAsk(name: DomainName): DomainName {
  return isWildcard(name) ? (name.replace("*", "r53kit-verify") as DomainName) : name;
}

/** For every name and type that `wanted` says, those that are gone included. */
export function answerExpectations(
  zone: ZoneKey,
  { config, live }: Planning,
  wanted: (name: DomainName, type: RecordType) => boolean,
): AnswerExpectation[] {
  const declared = config.zones.find((one) => zoneKey(one) === zone)?.recordSets ?? [];
  const groups = new Map<string, DeclaredRecordSet[]>();
  for (const set of declared) groups.set(groupKey(set), [...(groups.get(groupKey(set)) ?? []), set]);
  const cuts = delegatedNames(nameOfZone(zone), [
    ...declared,
    ...(liveZone(live, zone)?.recordSets ?? []).map(({ set }) => set),
  ]);
  const expectations: AnswerExpectation[] = [];
  for (const sets of groups.values()) {
    const [first] = sets;
    if (first === undefined || !wanted(first.name, first.type)) continue;
    const { name, type } = first;
    const answer: AnswerExpectation["answer"] = isDelegated(first, cuts) ? { kind: "any" } : answerOf(sets, groups);
    expectations.push({ check: "answer", zone, name: nameToAsk(name), type, answer });
  }
  const gone = new Map(
    (liveZone(live, zone)?.recordSets ?? [])
      .filter(({ set }) => !groups.has(groupKey(set)) && wanted(set.name, set.type))
      .map(({ set }) => [groupKey(set), set]),
  );
  const wildcards = new Set(declared.filter(({ name }) => isWildcard(name)).map(({ name }) => name));
  for (const { name, type } of gone.values()) {
    // Under a wildcard another answer takes its place.
    if (!coveredBy(wildcards, name))
      expectations.push({ check: "answer", zone, name: nameToAsk(name), type, answer: { kind: "none" } });
  }
  return expectations;
}

type Owner = Pick<DeclaredRecordSet, "name" | "type">;

function delegatedNames(zone: DomainName, owners: readonly Owner[]): ReadonlySet<DomainName> {
  return new Set(owners.filter(({ name, type }) => type === "NS" && name !== zone).map(({ name }) => name));
}

/** At and below a delegation the zone's servers answer with a referral; what else is there is glue, or hidden by it. */
function isDelegated({ name, type }: Owner, cuts: ReadonlySet<DomainName>): boolean {
  if (cuts.has(name)) return type !== "NS" && type !== "DS";
  for (let above = parentOf(name); above !== undefined; above = parentOf(above)) if (cuts.has(above)) return true;
  return false;
}

function coveredBy(wildcards: ReadonlySet<DomainName>, name: DomainName): boolean {
  for (let above = parentOf(name); above !== undefined && splitLabels(above).length > 0; above = parentOf(above)) {
    if (wildcards.has(`*.${above}` as DomainName)) return true;
  }
  return false;
}

function answerOf(
  sets: readonly DeclaredRecordSet[],
  groups: ReadonlyMap<string, readonly DeclaredRecordSet[]>,
  seen: ReadonlySet<string> = new Set(),
): AnswerExpectation["answer"] {
  const values: string[] = [];
  let maybeNone = false;
  for (const set of sets) {
    const { answer } = set;
    if (answer.kind === "records") {
      values.push(...answer.values);
      continue;
    }
    const key = `${answer.target} ${set.type}`;
    const target = answer.zone.kind === "own" ? groups.get(key) : undefined;
    if (target === undefined || seen.has(key)) return { kind: "any" };
    const there = answerOf(target, groups, new Set([...seen, key]));
    if (there.kind === "any" || there.kind === "none") return there;
    // An alias answers with its target's TTL, so a single one is the same answer.
    if (sets.length === 1 && set.policy.kind === "simple") return there;
    values.push(...there.values);
    if (there.kind === "some") maybeNone ||= there.maybeNone;
  }
  const [only] = sets;
  if (sets.length === 1 && only?.policy.kind === "simple" && only.answer.kind === "records") {
    return { kind: "all", values, ttlSeconds: only.answer.ttlSeconds };
  }
  const everywhere = sets.some(
    ({ policy }) =>
      (policy.kind === "geolocation" && policy.place.countryCode === "*") ||
      (policy.kind === "cidr" && policy.locationName === "*"),
  );
  const byPlace = sets.some(({ policy }) => policy.kind === "geolocation" || policy.kind === "cidr");
  return { kind: "some", values: [...new Set(values)], maybeNone: maybeNone || (byPlace && !everywhere) };
}
