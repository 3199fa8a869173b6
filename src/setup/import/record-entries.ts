/** Record sets as entries of `records` and `routing`. Pure; whether the file may really say them is for its reader to judge. */

import type { YamlMapping } from "../../config/yaml-text.ts";
import { s3WebsiteName, serviceOf } from "../../route53/alias-targets.ts";
import { type DomainName, displayName, domainName, isWithin, listOrderKey } from "../../route53/names.ts";
import type { AliasAnswer, RecordSet, RecordType, RoutingPolicy } from "../../route53/record-set.ts";
import { groupKey } from "../record-set-diff.ts";

/** What entries of a zone may refer to. */
export interface EntryScope {
  readonly zone: DomainName;
  readonly zoneId: string;
  /** Of all zones of the file. */
  readonly zoneNames: readonly DomainName[];
  /** Undefined for a check that is not there. */
  readonly keyOfCheck: (id: string) => string | undefined;
  /** Undefined for a collection that is not the file's. */
  readonly keyOfCollection: (id: string) => string | undefined;
}

/** The record sets of one name and type: an entry of the file. */
export interface RecordGroup {
  readonly key: string;
  readonly name: DomainName;
  readonly type: RecordType;
  readonly sets: readonly RecordSet[];
}

/** At a name, what people look for first comes first. */
const TYPE_ORDER: readonly RecordType[] = [
  "A",
  "AAAA",
  "CNAME",
  "HTTPS",
  "SVCB",
  "MX",
  "TXT",
  "SPF",
  "CAA",
  "NS",
  "DS",
];

function typeRank(type: RecordType): number {
  const rank = TYPE_ORDER.indexOf(type);
  return rank < 0 ? TYPE_ORDER.length : rank;
}

/** The apex first, then names as a tree; what belongs to Route 53 or to an instance is not among them. */
export function groupsOf(recordSets: readonly RecordSet[], zone: DomainName): RecordGroup[] {
  const groups = new Map<string, { name: DomainName; type: RecordType; sets: RecordSet[] }>();
  for (const set of recordSets) {
    const { name, type } = set;
    if (set.trafficPolicyInstanceId !== undefined) continue;
    if (name === zone && (type === "NS" || type === "SOA")) continue;
    const group = groups.get(groupKey(set));
    if (group === undefined) groups.set(groupKey(set), { name, type, sets: [set] });
    else group.sets.push(set);
  }
  return [...groups]
    .map(([key, group]) => ({ key, ...group, order: listOrderKey(group.name) }))
    .sort(
      (a, b) =>
        Number(b.name === zone) - Number(a.name === zone) ||
        (a.order < b.order ? -1 : a.order > b.order ? 1 : typeRank(a.type) - typeRank(b.type)),
    );
}

/** As people write it: `@`, a name below the zone, or the whole name where that would be read as another one. */
export function ownerText(name: DomainName, zone: DomainName): string {
  if (name === zone) return "@";
  const relative = name.slice(0, -zone.length - 1);
  const ambiguous = relative === "@" || isWithin(domainName(relative), zone);
  return ambiguous ? displayName(name) : relative;
}

/** A value of TXT without its quotation marks, where the reader puts the very same ones back. */
function valueText(type: RecordType, value: string): string {
  if (type !== "TXT" && type !== "SPF") return value;
  const inner = /^"([\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?)"$/.exec(value)?.[1];
  return inner === undefined || /["\\]/.test(inner) ? value : inner;
}

function aliasEntry(answer: AliasAnswer, scope: EntryScope): YamlMapping {
  const { target, hostedZoneId } = answer;
  const health = answer.evaluateTargetHealth ? { evaluateTargetHealth: true } : {};
  if (hostedZoneId === scope.zoneId && isWithin(target, scope.zone)) {
    const deeper = scope.zoneNames.some((one) => one.length > scope.zone.length && isWithin(target, one));
    if (deeper) return { target: displayName(target), zone: hostedZoneId, ...health };
    const relative = ownerText(target, scope.zone);
    // Words with dots are read as whole names.
    return { record: relative.includes(".") ? displayName(target) : relative, ...health };
  }
  const service = serviceOf(target);
  if (service?.hostedZoneId !== hostedZoneId) return { target: displayName(target), zone: hostedZoneId, ...health };
  return { [service.service]: serviceText(target), ...health };
}

/** S3 websites are known by their Region; everything else by its name. */
function serviceText(target: DomainName): string {
  const region = /^s3-website[-.]([a-z0-9-]+)\.amazonaws\.com\.$/.exec(target)?.[1];
  return region !== undefined && s3WebsiteName(region) === target ? region : displayName(target);
}

function answerEntry(set: RecordSet, commonTtl: number | undefined, scope: EntryScope): YamlMapping {
  const { answer, type, healthCheckId } = set;
  const check = healthCheckId === undefined ? {} : { healthCheck: scope.keyOfCheck(healthCheckId) ?? healthCheckId };
  if (answer.kind === "alias") return { alias: aliasEntry(answer, scope), ...check };
  return {
    ...(answer.ttlSeconds === commonTtl ? {} : { ttl: answer.ttlSeconds }),
    values: answer.values.map((value) => valueText(type, value)),
    ...check,
  };
}

/** A simple record set. */
export function recordEntry(set: RecordSet, scope: EntryScope): YamlMapping {
  return { name: ownerText(set.name, scope.zone), type: set.type, ...answerEntry(set, undefined, scope) };
}

function selector(policy: RoutingPolicy, scope: EntryScope): YamlMapping {
  switch (policy.kind) {
    case "simple":
    case "multivalue":
      return {};
    case "weighted":
      return { weight: policy.weight };
    case "latency":
      return { region: policy.region };
    case "failover":
      return { failover: policy.role };
    case "geolocation": {
      const { continentCode, countryCode, subdivisionCode } = policy.place;
      return {
        ...(continentCode === undefined ? {} : { continent: continentCode }),
        ...(countryCode === undefined ? {} : { country: countryCode }),
        ...(subdivisionCode === undefined ? {} : { subdivision: subdivisionCode }),
      };
    }
    case "geoproximity": {
      const { awsRegion, localZoneGroup, coordinates, bias } = policy.place;
      return {
        ...(awsRegion === undefined ? {} : { region: awsRegion }),
        ...(localZoneGroup === undefined ? {} : { localZoneGroup }),
        ...(coordinates === undefined ? {} : { coordinates: { ...coordinates } }),
        ...(bias === 0 ? {} : { bias }),
      };
    }
    case "cidr":
      return {
        collection: scope.keyOfCollection(policy.collectionId) ?? policy.collectionId,
        location: policy.locationName,
      };
  }
}

/** The primary before the secondary, and everywhere else last. */
function answerRank({ policy }: RecordSet): number {
  if (policy.kind === "failover") return policy.role === "PRIMARY" ? 0 : 1;
  if (policy.kind === "geolocation") return policy.place.countryCode === "*" ? 1 : 0;
  if (policy.kind === "cidr") return policy.locationName === "*" ? 1 : 0;
  return 0;
}

/** What most of the answers have; undefined when all of them are aliases. */
function usualTtl(sets: readonly RecordSet[]): number | undefined {
  const counts = new Map<number, number>();
  for (const { answer } of sets) {
    if (answer.kind === "records") counts.set(answer.ttlSeconds, (counts.get(answer.ttlSeconds) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** The record sets of a routing policy. */
export function routingEntry({ name, type, sets }: RecordGroup, scope: EntryScope): YamlMapping {
  const ttl = usualTtl(sets);
  const answers = [...sets]
    .sort((a, b) => answerRank(a) - answerRank(b))
    .map(
      (set) => [set.setIdentifier ?? "", { ...selector(set.policy, scope), ...answerEntry(set, ttl, scope) }] as const,
    );
  return {
    name: ownerText(name, scope.zone),
    type,
    ...(ttl === undefined ? {} : { ttl }),
    policy: sets[0]?.policy.kind ?? "simple",
    answers: Object.fromEntries(answers),
  };
}
