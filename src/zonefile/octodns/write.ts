/** A hosted zone as octoDNS's YAML, with octodns-route53's aliases and dynamic records. What it cannot say stands in it as a comment. Pure. */

import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import { isScalar, stringify } from "yaml";
import { type DomainName, displayName, isWithin } from "../../route53/names.ts";
import { RecordDataError } from "../../route53/record-data.ts";
import type { AliasAnswer, RecordSet } from "../../route53/record-set.ts";
import { type ExportedZone, OF_AN_INSTANCE, recordSetInWords, subjectOf, type Unsaid } from "../unsaid.ts";
import { dynamicRecord } from "./dynamic.ts";
import { isCutAnew, type OctodnsValue, octodnsName, octodnsValue } from "./values.ts";

export interface OctodnsZone {
  readonly id: string;
  readonly name: DomainName;
  readonly recordSets: readonly RecordSet[];
  /** By id: those that the record sets name. */
  readonly healthChecks: ReadonlyMap<string, HealthCheckConfig>;
}

type YamlRecord = { readonly [key: string]: OctodnsValue };

/** Targets that octodns-route53 takes with a hosted zone's id; everything else it looks for in the zone itself. */
const SERVICES = ["amazonaws.com.", "cloudfront.net.", "elasticbeanstalk.com.", "awsglobalaccelerator.com."];
const ALIAS_TYPE = "Route53Provider/ALIAS";
/** Types that octoDNS has with a single value. */
const SINGLE = new Set(["CNAME"]);
/** Types that octoDNS keeps, but that octodns-route53 passes over. */
const PASSED_OVER = new Set(["HTTPS", "SSHFP", "SVCB", "TLSA"]);

export function writeOctodns({ id, name: zone, recordSets, healthChecks }: OctodnsZone): ExportedZone {
  const unsaid: Unsaid[] = [];
  const comments: string[] = [];
  const records = new Map<string, YamlRecord[]>();
  const aliases = new Map<string, OctodnsValue[]>();
  let said = 0;
  const add = (set: RecordSet, record: YamlRecord, count = 1) => {
    const key = octodnsName(set.name, zone);
    records.set(key, [...(records.get(key) ?? []), record]);
    said += count;
  };
  const leaveOut = (set: RecordSet, why: string) => {
    unsaid.push({ subject: subjectOf(set), why });
    comments.push(`# not in this file (${why}): ${recordSetInWords(set)}`);
  };

  for (const group of groupsOf(recordSets)) {
    const [set] = group;
    if (set === undefined || set.type === "SOA") continue;
    if (set.trafficPolicyInstanceId !== undefined) leaveOut(set, OF_AN_INSTANCE);
    else if (set.policy.kind !== "simple") {
      const dynamic = dynamicRecord(group, healthChecks);
      if (dynamic.ok) {
        add(set, dynamic.record, group.length);
        for (const why of dynamic.caveats) unsaid.push({ subject: `${displayName(set.name)} ${set.type}`, why });
      } else {
        for (const one of group) leaveOut(one, dynamic.why);
        const ignored = ignoredRecord(group);
        if (ignored !== undefined) add(set, ignored, 0);
      }
    } else if (set.answer.kind === "alias") {
      const value = aliasValue(set, set.answer, zone, id);
      if (value === undefined)
        leaveOut(set, "octodns-route53 has aliases into the zone itself and to AWS's services only");
      else {
        const key = octodnsName(set.name, zone);
        aliases.set(key, [...(aliases.get(key) ?? []), value]);
        said++;
      }
    } else {
      const record = simpleRecord(set);
      if (record === undefined) leaveOut(set, "a value that is none of its type");
      else add(set, record);
      const caveat = record && caveatOf(set);
      if (caveat) unsaid.push({ subject: subjectOf(set), why: caveat });
    }
  }
  for (const [key, values] of aliases) {
    records.set(key, [...(records.get(key) ?? []), { type: ALIAS_TYPE, values }]);
  }
  const document = new Map([...records].map(([key, list]) => [key, list.length === 1 ? list[0] : list]));
  const yaml = stringify(document, {
    lineWidth: 0,
    aliasDuplicateObjects: false,
    sortMapEntries: (a, b) => naturalOrder(keyText(a.key), keyText(b.key)),
  });
  const head = [
    "---",
    `# ${displayName(zone)}, hosted zone ${id} at Route 53, for octoDNS's YamlProvider and octodns-route53`,
    ...comments,
    ...(comments.length === 0
      ? []
      : ["# octoDNS deletes what its file does not have: see its plan before you apply it"]),
  ];
  return { text: `${head.join("\n")}\n${yaml}`, unsaid, said };
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

/** octoDNS refuses keys in another order: digits compare as numbers, everything else by code. */
export function naturalOrder(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(/([0-9]+)/));
  for (let i = 0; i < Math.min(left?.length ?? 0, right?.length ?? 0); i++) {
    const [x, y] = [left?.[i] ?? "", right?.[i] ?? ""];
    if (x === y) continue;
    const difference = i % 2 === 1 ? Number(x) - Number(y) : 0;
    if (difference !== 0) return difference;
    if (i % 2 === 0) return x < y ? -1 : 1;
  }
  return (left?.length ?? 0) - (right?.length ?? 0);
}

/** Record sets of one name and type, in the order given. */
function groupsOf(recordSets: readonly RecordSet[]): RecordSet[][] {
  const groups = new Map<string, RecordSet[]>();
  for (const set of recordSets) {
    const key = `${set.name} ${set.type}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [set]);
    else group.push(set);
  }
  return [...groups.values()];
}

function aliasValue(set: RecordSet, answer: AliasAnswer, zone: DomainName, zoneId: string): OctodnsValue | undefined {
  const health = answer.evaluateTargetHealth ? { "evaluate-target-health": true } : {};
  const isService = SERVICES.some((service) => answer.target.includes(service));
  if (isService && answer.hostedZoneId !== zoneId) {
    return { "hosted-zone-id": answer.hostedZoneId, name: answer.target, type: set.type, ...health };
  }
  if (isService || answer.hostedZoneId !== zoneId || !isWithin(answer.target, zone)) return undefined;
  return { name: octodnsName(answer.target, zone), type: set.type, ...health };
}

function simpleRecord(set: RecordSet): YamlRecord | undefined {
  if (set.answer.kind !== "records") return undefined;
  const { ttlSeconds: ttl } = set.answer;
  try {
    const values = set.answer.values.map((value) => octodnsValue(set.type, value));
    const [first] = values;
    return SINGLE.has(set.type) && first !== undefined
      ? { ttl, type: set.type, value: first }
      : { ttl, type: set.type, values };
  } catch (error) {
    if (error instanceof RecordDataError) return undefined;
    throw error;
  }
}

/** octoDNS deletes what its source does not have; what is there to be ignored it leaves as it is. */
function ignoredRecord(group: readonly RecordSet[]): YamlRecord | undefined {
  const [first] = group;
  if (first === undefined) return undefined;
  const values = group.flatMap(({ answer }) => (answer.kind === "records" ? answer.values : []));
  const ttlSeconds = Math.min(...group.flatMap(({ answer }) => (answer.kind === "records" ? answer.ttlSeconds : [])));
  // Where all of them are aliases octoDNS has no record to ignore.
  if (values.length === 0) return undefined;
  const answer = { kind: "records", ttlSeconds, values: [...new Set(values)] } as const;
  const record = simpleRecord({ ...first, answer });
  return record && { ...record, octodns: { ignored: true } };
}

function caveatOf(set: RecordSet): string | undefined {
  if (set.healthCheckId !== undefined) return "octoDNS has no health check on a plain record";
  if (PASSED_OVER.has(set.type)) return `octodns-route53 passes over ${set.type} records`;
  if (
    (set.type === "TXT" || set.type === "SPF") &&
    set.answer.kind === "records" &&
    set.answer.values.some(isCutAnew)
  ) {
    return "octoDNS joins the strings of a text and cuts it anew at 255 octets";
  }
  return undefined;
}
