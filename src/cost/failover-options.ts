/**
 * For each failover of a file: how long it may take at worst, and what the month costs, for every interval, threshold and TTL.
 * The bound is that of drills. The cost is the difference to the whole bill as it is, so that price tiers count; with a shorter
 * TTL resolvers come again sooner, and the queries of the name are taken to grow in proportion, which is the most they can.
 */

import type { Config, DeclaredRecordSet, HealthCheckDefinition } from "../config/config.ts";
import { failoverBounds, type ProbeType } from "../route53/failover-bounds.ts";
import type { DomainName } from "../route53/names.ts";
import { billOf } from "./bill.ts";
import { holdingsOfFile } from "./file-holdings.ts";
import type { CheckFeature, Holdings } from "./holdings.ts";
import type { Money } from "./money.ts";
import type { PriceTable } from "./prices.ts";
import { type QueryAssumption, queriesByName } from "./queries.ts";

const INTERVALS_SECONDS = [10, 30] as const;
const THRESHOLDS = [1, 2, 3, 5] as const;
const TTLS_SECONDS = [10, 30, 60, 300] as const;
const FAST: CheckFeature = "10 s interval";

/** The settings that decide how long a failover takes. */
export interface FailoverSettings {
  readonly intervalSeconds: 10 | 30;
  readonly failureThreshold: number;
  readonly ttlSeconds: number;
}

export interface FailoverOption extends FailoverSettings {
  /** From the endpoint's end to the last client that honours the TTL using the secondary, at worst. */
  readonly boundSeconds: number;
  /** What the month costs more, or less, than with the file as it is. */
  readonly difference: Money;
}

export interface FailoverCost {
  readonly name: DomainName;
  readonly type: string;
  /** Key of the PRIMARY's check. */
  readonly healthCheck: string;
  readonly probeType: ProbeType;
  readonly current: FailoverOption;
  /** By interval, threshold and TTL; the file's own values are among them. */
  readonly options: readonly FailoverOption[];
}

/** Failovers whose PRIMARY has records and a check of its own endpoint; what an alias or a check of checks takes is not one sum. */
export function failoverCosts(config: Config, prices: PriceTable, assumption: QueryAssumption): FailoverCost[] {
  const checks = new Map(config.healthChecks.map((check) => [check.key, check]));
  const holdings = holdingsOfFile(config);
  // Every name's queries as they are now, so that changing one name's does not move the others'.
  const queries = queriesByName(holdings.names, assumption);
  const costs: FailoverCost[] = [];
  for (const set of config.zones.flatMap((zone) => zone.recordSets)) {
    const check = set.healthCheck === undefined ? undefined : checks.get(set.healthCheck);
    const one = check && costOf(set, check, { holdings, prices, queries });
    if (one !== undefined) costs.push(one);
  }
  return costs;
}

interface Pricing {
  readonly holdings: Holdings;
  readonly prices: PriceTable;
  readonly queries: ReadonlyMap<string, number>;
}

function costOf(
  { policy, answer, name, type }: DeclaredRecordSet,
  { key, settings }: HealthCheckDefinition,
  pricing: Pricing,
): FailoverCost | undefined {
  if (policy.kind !== "failover" || policy.role !== "PRIMARY") return undefined;
  if (answer.kind !== "records" || settings.kind !== "endpoint") return undefined;
  const now: FailoverSettings = {
    intervalSeconds: settings.intervalSeconds,
    failureThreshold: settings.failureThreshold,
    ttlSeconds: answer.ttlSeconds,
  };
  const today = totalWith(now, { key, name: `${name} ${type}`, now }, pricing);
  const optionOf = (option: FailoverSettings): FailoverOption => ({
    ...option,
    boundSeconds: failoverBounds({ probeType: settings.type, ...option }).client.ms / 1000,
    difference: totalWith(option, { key, name: `${name} ${type}`, now }, pricing) - today,
  });
  const options = INTERVALS_SECONDS.flatMap((intervalSeconds) =>
    withOwn(THRESHOLDS, now.failureThreshold).flatMap((failureThreshold) =>
      withOwn(TTLS_SECONDS, now.ttlSeconds).map((ttlSeconds) =>
        optionOf({ intervalSeconds, failureThreshold, ttlSeconds }),
      ),
    ),
  );
  return { name, type, healthCheck: key, probeType: settings.type, current: optionOf(now), options };
}

function withOwn(usual: readonly number[], own: number): number[] {
  return [...new Set([...usual, own])].sort((a, b) => a - b);
}

interface Varied {
  readonly key: string;
  readonly name: string;
  readonly now: FailoverSettings;
}

function totalWith(option: FailoverSettings, { key, name, now }: Varied, pricing: Pricing): Money {
  const { holdings, prices, queries } = pricing;
  const healthChecks = holdings.healthChecks.map((check) => {
    if (check.key !== key) return check;
    const others = check.features.filter((feature) => feature !== FAST);
    return { ...check, features: option.intervalSeconds === 10 ? [...others, FAST] : others };
  });
  const asked = queries.get(name) ?? 0;
  // A TTL of 0 has no proportion; from there on queries are taken to stay.
  const scaled =
    option.ttlSeconds === 0 || now.ttlSeconds === 0 ? asked : Math.ceil((asked * now.ttlSeconds) / option.ttlSeconds);
  return billOf({ ...holdings, healthChecks }, prices, { total: 0, byName: new Map([...queries, [name, scaled]]) })
    .total;
}
