/** A source from r53kit.yaml: what it asks for, before anything is applied. Health checks are known by their keys. Pure. */

import type { Config, DeclaredRecordSet, HealthCheckDefinition, ZoneConfig } from "../config/config.ts";
import { TYPE } from "../dns/types.ts";
import { Failure } from "../errors.ts";
import { displayName } from "../route53/names.ts";
import type { RecordSet } from "../route53/record-set.ts";
import type { Question } from "./question.ts";
import type { CheckBasis, Source, SourceCheck, SourceZone } from "./source.ts";
import { zoneForQuestion } from "./zones.ts";

function zoneId(zone: ZoneConfig): string {
  return zone.id ?? `${zone.name}${zone.private ? " (private)" : ""}`;
}

function recordSetOf(declared: DeclaredRecordSet, zone: ZoneConfig): RecordSet {
  const { answer, name, type, policy, setIdentifier, healthCheck } = declared;
  return {
    name,
    type,
    policy,
    ...(setIdentifier === undefined ? {} : { setIdentifier }),
    ...(healthCheck === undefined ? {} : { healthCheckId: healthCheck }),
    answer:
      answer.kind === "records"
        ? answer
        : {
            kind: "alias",
            target: answer.target,
            hostedZoneId: answer.zone.kind === "id" ? answer.zone.id : zoneId(zone),
            evaluateTargetHealth: answer.evaluateTargetHealth,
          },
  };
}

function sourceZone(zone: ZoneConfig, config: Config): SourceZone {
  return {
    id: zoneId(zone),
    name: zone.name,
    isPrivate: zone.private,
    recordSets: zone.recordSets.map((declared) => recordSetOf(declared, zone)),
    instances: zone.trafficPolicyInstances.flatMap(({ name, policy: key, ttlSeconds }) => {
      const policy = config.trafficPolicies.find((one) => one.key === key);
      return policy === undefined ? [] : [{ name, ttlSeconds, document: JSON.stringify(policy.document) }];
    }),
  };
}

function sourceCheck({ key, id, settings }: HealthCheckDefinition): SourceCheck {
  const assumed: CheckBasis = { kind: "assumed", says: "not asked: taken as healthy" };
  const aliases = id === undefined ? [] : [id];
  if (settings.kind === "existing") {
    return { id: key, name: key, aliases, inverted: false, disabled: false, basis: assumed };
  }
  const { inverted, disabled } = settings;
  const basis: CheckBasis =
    settings.kind === "calculated"
      ? { kind: "calculated", children: settings.children, healthThreshold: settings.healthThreshold }
      : assumed;
  return { id: key, name: key, aliases, inverted, disabled, basis };
}

/** The zone that a question belongs to is first. Throws a usage Failure when the file has none such. */
export function sourceFromConfig(config: Config, question: Question, wantedZone: string | undefined): Source {
  const candidates = config.zones.filter((zone) => wantedZone === undefined || zone.id === wantedZone);
  const ofPublic = zoneForQuestion(
    candidates.filter((zone) => !zone.private),
    question.name,
    question.type,
  );
  const answering = ofPublic ?? zoneForQuestion(candidates, question.name, question.type);
  if (answering === undefined) {
    throw new Failure({
      kind: "usage",
      code: "explain.no-zone",
      message: `${displayName(question.name)} lies in no zone of this file${wantedZone === undefined ? "" : ` with the id ${wantedZone}`}`,
      where: { file: config.file },
      next: `ask for a name in ${config.zones.map(({ name }) => displayName(name)).join(", ")}`,
    });
  }
  const ordered = [answering, ...config.zones.filter((zone) => zone !== answering)];
  return {
    kind: "planned",
    label: config.file,
    zones: ordered.map((zone) => sourceZone(zone, config)),
    healthChecks: config.healthChecks.map(sourceCheck),
    cidrCollections: config.cidrCollections.map(({ key, locations }) => ({ id: key, locations })),
    notes:
      question.name === answering.name && (question.type === TYPE.NS || question.type === TYPE.SOA)
        ? ["Route 53 itself makes the NS and SOA record sets of the apex: the file does not have them."]
        : [],
  };
}
