/** The live state in short hashes, one a thing that the file names, so that a stale plan can say what changed. */

import type { Config } from "../config/config.ts";
import { displayName, domainName } from "../route53/names.ts";
import { shortHash } from "./canonical-json.ts";
import type { Ledger } from "./ledger.ts";
import type { LiveState } from "./live/live-state.ts";
import { healthCheckNormalForm, recordSetNormalForm } from "./normal-form.ts";
import type { Observation, PlanPhase, RecordSetChange } from "./plan.ts";
import { groupKey } from "./record-set-diff.ts";
import { isPrivateZone, zoneKey, zoneText } from "./zone-key.ts";

/** What is not there. */
const ABSENT = "absent";

/** Hashes of everything that is there, by what people call it. */
function hashesOf(live: LiveState): Map<string, string> {
  const hashes = new Map<string, string>();
  for (const { zone, registrar, ...slot } of live.zones) {
    const text = zoneText(zoneKey(slot));
    const { name } = slot;
    const prefix = isPrivateZone(zoneKey(slot)) ? "private " : "";
    const registrarSubject = `registrar of ${displayName(name)}`;
    if (registrar.kind === "registered") hashes.set(registrarSubject, shortHash(registrar.nameServers));
    if (zone === undefined) continue;
    const vpcs = (zone.vpcs ?? []).map(({ id }) => id).sort();
    hashes.set(`zone ${text}`, shortHash([zone.id, zone.comment, zone.nameServers, vpcs]));
    const groups = new Map<string, string[]>();
    for (const { set } of zone.recordSets) {
      const key = groupKey(set);
      const forms = groups.get(key);
      if (forms === undefined) groups.set(key, [recordSetNormalForm(set)]);
      else forms.push(recordSetNormalForm(set));
    }
    for (const [key, sets] of groups) hashes.set(`${prefix}record ${key}`, shortHash(sets.sort()));
    for (const one of zone.trafficPolicyInstances) {
      hashes.set(`instance ${one.name} ${one.type}`, shortHash([one.id, one.policyId, one.version, one.ttlSeconds]));
    }
    if (zone.queryLogging !== undefined) {
      hashes.set(`query logging of ${displayName(name)}`, shortHash(zone.queryLogging));
    }
  }
  const checks = new Map<string, string[]>();
  for (const check of live.healthChecks) {
    const form = [check.id, String(check.tagged), healthCheckNormalForm(check.config)].join(" ");
    checks.set(check.key, [...(checks.get(check.key) ?? []), form]);
  }
  for (const [key, forms] of checks) hashes.set(`health check ${key}`, shortHash(forms.sort()));
  for (const { id, name, version } of live.cidrCollections ?? []) {
    hashes.set(`CIDR collection ${name}`, shortHash([id, version]));
  }
  for (const policy of live.trafficPolicies) {
    hashes.set(`traffic policy ${policy.name}`, shortHash([policy.id, policy.version, policy.document]));
  }
  for (const [name, group] of live.logGroups)
    hashes.set(`log group ${name}`, shortHash([group.arn, group.retentionDays ?? null]));
  return hashes;
}

/** What the file names, what the ledger may make it remove, and what the plan does. */
function subjectsOf(config: Config, live: LiveState, ledger: Ledger, phases: readonly PlanPhase[]): string[] {
  const subjects = new Set<string>();
  for (const zone of config.zones) {
    const name = displayName(zone.name);
    subjects.add(`zone ${zoneText(zoneKey(zone))}`);
    const prefix = zone.private ? "private " : "";
    subjects.add(`registrar of ${name}`);
    subjects.add(`query logging of ${name}`);
    for (const set of zone.recordSets) subjects.add(`${prefix}record ${groupKey(set)}`);
    for (const one of zone.trafficPolicyInstances) subjects.add(`instance ${one.name} ${one.type}`);
    if (zone.logging !== undefined) subjects.add(`log group ${zone.logging.logGroup}`);
    const id = live.zones.find((slot) => zoneKey(slot) === zoneKey(zone))?.zone?.id;
    for (const key of Object.keys(id === undefined ? {} : (ledger.recordSets[id] ?? {}))) {
      // Behind name and type a key has its identifier.
      const end = key.indexOf(" ", key.indexOf(" ") + 1);
      subjects.add(`${prefix}record ${end < 0 ? key : key.slice(0, end)}`);
    }
  }
  // With ownership "exclusive" that is more than file and ledger have.
  for (const change of phases.flatMap(({ changes }) => changes)) {
    if (change.kind === "record-set") subjects.add(recordSubject(change));
  }
  for (const check of [...config.healthChecks, ...live.healthChecks]) subjects.add(`health check ${check.key}`);
  for (const { name } of [...config.cidrCollections, ...(live.cidrCollections ?? [])]) {
    subjects.add(`CIDR collection ${name}`);
  }
  for (const policy of [...config.trafficPolicies, ...live.trafficPolicies])
    subjects.add(`traffic policy ${policy.name}`);
  return [...subjects].sort();
}

function recordSubject({ zone, before, after }: RecordSetChange): string {
  const set = after ?? before;
  return `${isPrivateZone(zone) ? "private " : ""}record ${domainName(set?.Name ?? "")} ${set?.Type}`;
}

/** Of everything that a plan of these phases depends on. */
export function observe({ config, live, ledger }: Seen, phases: readonly PlanPhase[]): Observation {
  const hashes = hashesOf(live);
  return observationOf(
    Object.fromEntries(
      subjectsOf(config, live, ledger, phases).map((subject) => [subject, hashes.get(subject) ?? ABSENT]),
    ),
  );
}

interface Seen {
  readonly config: Config;
  readonly live: LiveState;
  readonly ledger: Ledger;
}

/** Of these names and types alone, each as `www.example.com. A`. */
export function observeGroups(live: LiveState, groups: readonly string[]): Observation {
  const hashes = hashesOf(live);
  const subjects = [...new Set(groups)].sort().map((group) => `record ${group}`);
  return observationOf(Object.fromEntries(subjects.map((subject) => [subject, hashes.get(subject) ?? ABSENT])));
}

function observationOf(subjects: Readonly<Record<string, string>>): Observation {
  return { fingerprint: shortHash(subjects), subjects };
}

/** The subjects of a plan that are no longer as it saw them. */
export function changedSince(observed: Observation, live: LiveState): string[] {
  const hashes = hashesOf(live);
  return Object.entries(observed.subjects)
    .filter(([subject, hash]) => (hashes.get(subject) ?? ABSENT) !== hash)
    .map(([subject]) => subject);
}
