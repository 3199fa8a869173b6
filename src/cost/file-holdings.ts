/** What the whole of a file is billed for. */

import type { Config, DeclaredRecordSet, HealthCheckDefinition, ZoneConfig } from "../config/config.ts";
import { parseTrafficPolicyDocument } from "../route53/traffic-policy.ts";
import { type AskedSet, askedNames, queryKindOf, queryKindOfDocument } from "./asked-names.ts";
import { checkHolding, type HealthCheckHolding, type Holdings } from "./holdings.ts";
import type { QueryKind } from "./prices.ts";

/** Of every new zone: its NS and SOA record sets. */
export const RECORD_SETS_OF_AN_EMPTY_ZONE = 2;

export function holdingsOfFile(config: Config): Holdings {
  const kinds = policyKinds(config);
  return {
    zones: config.zones.map((zone) => ({
      name: zone.name,
      isPrivate: zone.private,
      recordSets: zone.recordSets.length + zone.trafficPolicyInstances.length + RECORD_SETS_OF_AN_EMPTY_ZONE,
    })),
    healthChecks: config.healthChecks.flatMap((check) => holdingOf(check, config.cost.awsEndpoints) ?? []),
    policyRecords: config.zones.flatMap((zone) =>
      zone.trafficPolicyInstances.map(({ name, type }) => `${name} ${type}`),
    ),
    names: config.zones.flatMap((zone) => askedNames(askedSets(zone, kinds), zone.private)),
  };
}

/** By the key of the traffic policy. */
function policyKinds(config: Config): ReadonlyMap<string, QueryKind> {
  return new Map(
    config.trafficPolicies.flatMap(({ key, document }) => {
      const parsed = parseTrafficPolicyDocument(JSON.stringify(document), { jsonTypes: "any" });
      return parsed.ok ? [[key, queryKindOfDocument(parsed.document)]] : [];
    }),
  );
}

function askedSets(zone: ZoneConfig, kinds: ReadonlyMap<string, QueryKind>): AskedSet[] {
  return [
    ...zone.recordSets.map(askedSet),
    ...zone.trafficPolicyInstances.map(({ name, type, policy }) => ({
      name,
      type,
      kind: kinds.get(policy) ?? "standard",
    })),
  ];
}

function askedSet({ name, type, policy, answer }: DeclaredRecordSet): AskedSet {
  const kind = queryKindOf(policy.kind);
  if (answer.kind === "records") return { name, type, kind };
  return { name, type, kind, leadsTo: answer.zone.kind === "own" ? answer.target : "aws" };
}

/** Undefined for a check that somebody else keeps, and pays for. */
function holdingOf(
  { key, settings }: HealthCheckDefinition,
  awsEndpoints: ReadonlySet<string>,
): HealthCheckHolding | undefined {
  if (settings.kind === "existing") return undefined;
  if (settings.kind !== "endpoint") return { key, place: "aws", features: [] };
  return checkHolding(
    key,
    {
      Type: settings.type,
      FullyQualifiedDomainName: settings.host,
      IPAddress: settings.address,
      RequestInterval: settings.intervalSeconds,
      MeasureLatency: settings.measureLatency,
    },
    awsEndpoints,
  );
}
