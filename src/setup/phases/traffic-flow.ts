/** The traffic-flow phase: policies, a new version when a document changed, and their instances. */

import type { Config, TrafficPolicyInstanceDefinition, ZoneConfig } from "../../config/config.ts";
import { Failure } from "../../errors.ts";
import { displayName } from "../../route53/names.ts";
import type { Expectation } from "../expectations.ts";
import { instanceKey, type Ledger, policyKey } from "../ledger.ts";
import type { LiveTrafficPolicyInstance, LiveZone } from "../live/live-state.ts";
import type { Change, TrafficPolicyChange, TrafficPolicyInstanceChange } from "../plan.ts";
import { liveZone, type PhaseDraft, type Planning } from "../planning.ts";
import { answersEverywhere, endpointValues, sameDocument, withHealthChecks } from "../policy-documents.ts";
import { zoneKey } from "../zone-key.ts";

export function planTrafficFlow(planning: Planning): PhaseDraft {
  const { config } = planning;
  const policies = planPolicies(planning);
  const drafts = config.zones.map((zone) => planInstances(zone, planning));
  // Route 53 does not delete a policy that an instance uses, so removals of instances come before those of policies.
  const changes: Change[] = [
    ...policies.filter((change) => change.action !== "remove"),
    ...drafts.flatMap((draft) => draft.changes),
    ...policies.filter((change) => change.action === "remove"),
  ];
  return { changes, expectations: drafts.flatMap((draft) => draft.expectations) };
}

function planPolicies({ config, places, live, ledger, known }: Planning): TrafficPolicyChange[] {
  const keys = new Set(config.healthChecks.map((check) => check.key));
  const changes: TrafficPolicyChange[] = [];
  for (const wanted of config.trafficPolicies) {
    const { key, name } = wanted;
    const found = live.trafficPolicies.find((one) => one.name === name);
    const document = withHealthChecks(wanted.document, keys, known);
    const base = {
      kind: "traffic-policy",
      key,
      subject: `policy ${name}`,
      place: places.of(wanted.path),
      after: { name, document, comment: wanted.comment ?? "" },
    } as const;
    if (found === undefined) {
      changes.push({ ...base, action: "add", why: "there is no such traffic policy yet", before: null });
      continue;
    }
    if (found.recordType !== wanted.recordType) {
      throw new Failure({
        kind: "failed",
        code: "setup.conflict",
        message: `the traffic policy ${name} is for type ${found.recordType}; a new version cannot make it ${wanted.recordType}`,
        where: places.of(wanted.path),
        next: "give the policy another name: in the file",
      });
    }
    known.set({ ref: "traffic-policy", key }, found.id);
    if (sameDocument(found.document, document)) {
      known.set({ ref: "traffic-policy-version", key }, String(found.version));
    } else {
      const { id, version } = found;
      const why = `the document changed: version ${version} -> ${version + 1}`;
      changes.push({ ...base, action: "change", why, before: { id, version, document: found.document } });
    }
  }
  for (const found of live.trafficPolicies) {
    if (config.trafficPolicies.some((one) => one.name === found.name)) continue;
    if (!ledger.trafficPolicies.includes(policyKey(live.account, found.name))) continue;
    const { id, name, version, document } = found;
    const why = "made from this file, which no longer names it";
    changes.push({
      kind: "traffic-policy",
      action: "remove",
      key: name,
      subject: `policy ${name}`,
      why,
      before: { id, version, document },
      after: null,
    });
  }
  return changes;
}

function before(live: LiveTrafficPolicyInstance) {
  const { id, policyId, version, ttlSeconds } = live;
  return { id, policyId, version, ttlSeconds };
}

function planInstances(zone: ZoneConfig, planning: Planning): PhaseDraft {
  const { config, places, live, ledger, known } = planning;
  const there = liveZone(live, zoneKey(zone));
  const changes: TrafficPolicyInstanceChange[] = [];
  const expectations: Expectation[] = [];
  for (const wanted of zone.trafficPolicyInstances) {
    const { name, type, ttlSeconds } = wanted;
    const found = there?.trafficPolicyInstances.find((one) => one.name === name && one.type === type);
    const policyId = known.get({ ref: "traffic-policy", key: wanted.policy });
    const version = known.get({ ref: "traffic-policy-version", key: wanted.policy });
    const after: NonNullable<TrafficPolicyInstanceChange["after"]> = {
      policy: policyId ?? { ref: "traffic-policy", key: wanted.policy },
      version: version ?? { ref: "traffic-policy-version", key: wanted.policy },
      ttlSeconds,
    };
    const base = {
      kind: "traffic-policy-instance" as const,
      zone: zoneKey(zone),
      name,
      type,
      subject: `${displayName(name)} ${type}`,
      place: places.of(wanted.path),
      after,
    };
    if (found === undefined) {
      changes.push({
        ...base,
        action: "add",
        why: `nothing follows the policy '${wanted.policy}' here yet`,
        before: null,
      });
    } else {
      const parts = [
        ...(found.policyId === policyId ? [] : [`another policy: '${wanted.policy}'`]),
        ...(String(found.version) === version ? [] : [`version ${found.version} -> ${version ?? "the new one"}`]),
        ...(found.ttlSeconds === ttlSeconds ? [] : [`TTL ${found.ttlSeconds} -> ${ttlSeconds}`]),
        ...(found.state === "Failed" ? ["Route 53 could not apply it: once more"] : []),
      ];
      if (parts.length === 0) continue;
      changes.push({ ...base, action: "change", why: parts.join("; "), before: before(found) });
    }
    expectations.push(...instanceExpectations(zone, wanted, config));
  }
  changes.push(...leavingInstances(zone, there, ledger).map((one) => removalOf(zone, one)));
  return { changes, expectations };
}

/** It is applied, and every name server answers with an endpoint of its policy. */
export function instanceExpectations(
  zone: ZoneConfig,
  { name, type, policy: key }: TrafficPolicyInstanceDefinition,
  config: Config,
): Expectation[] {
  const document = config.trafficPolicies.find((one) => one.key === key)?.document ?? null;
  const { values, others } = endpointValues(document);
  const at = { zone: zoneKey(zone), name, type };
  return [
    { check: "instance", ...at },
    {
      check: "answer",
      ...at,
      answer: others ? { kind: "any" } : { kind: "some", values, maybeNone: !answersEverywhere(document) },
    },
  ];
}

/** Those that an earlier apply of this file made and that the file no longer names. */
export function leavingInstances(
  zone: ZoneConfig,
  there: LiveZone | undefined,
  { trafficPolicyInstances: created }: Pick<Ledger, "trafficPolicyInstances">,
): LiveTrafficPolicyInstance[] {
  return (there?.trafficPolicyInstances ?? []).filter(
    (one) =>
      !zone.trafficPolicyInstances.some(({ name, type }) => name === one.name && type === one.type) &&
      created.includes(instanceKey(there?.id ?? "", one.name, one.type)),
  );
}

function removalOf(zone: ZoneConfig, one: LiveTrafficPolicyInstance): TrafficPolicyInstanceChange {
  return {
    kind: "traffic-policy-instance",
    action: "remove",
    zone: zoneKey(zone),
    name: one.name,
    type: one.type,
    subject: `${displayName(one.name)} ${one.type}`,
    why: "made from this file, which no longer names it",
    before: before(one),
    after: null,
  };
}
