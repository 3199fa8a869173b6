/**
 * A group of record sets with a routing policy as octoDNS's `dynamic`: pools of weighted values, and rules that choose a
 * pool (octoDNS, "Dynamic Records"). Weighted, failover and geolocation have counterparts there; the others have none.
 */

import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import { CONTINENTS } from "../../route53/geo-locations.ts";
import type { GeoLocationPlace, RecordSet } from "../../route53/record-set.ts";
import { type OctodnsValue, octodnsValue } from "./values.ts";

export type DynamicRecord =
  | {
      readonly ok: true;
      readonly record: { readonly [key: string]: OctodnsValue };
      readonly caveats: readonly string[];
    }
  | { readonly ok: false; readonly why: string };

/** Types that octoDNS has pools for. */
const WITH_POOLS = new Set(["A", "AAAA", "CNAME"]);
/** Of a value in a pool. */
const MAX_WEIGHT = 100;

interface Pool {
  readonly set: RecordSet;
  readonly values: readonly OctodnsValue[];
  readonly ttlSeconds: number;
}

function refused(why: string): DynamicRecord {
  return { ok: false, why };
}

export function dynamicRecord(
  group: readonly RecordSet[],
  healthChecks: ReadonlyMap<string, HealthCheckConfig>,
): DynamicRecord {
  const [first] = group;
  if (first === undefined || !WITH_POOLS.has(first.type))
    return refused("octoDNS has pools for A, AAAA and CNAME only");
  const pools: Pool[] = [];
  for (const set of group) {
    if (set.answer.kind === "alias") return refused("octoDNS has no aliases in pools");
    const values = set.answer.values.map((value) => octodnsValue(set.type, value));
    pools.push({ set, values, ttlSeconds: set.answer.ttlSeconds });
  }
  if (new Set(pools.map(({ ttlSeconds }) => ttlSeconds)).size > 1)
    return refused("octoDNS has one TTL for all answers");
  const dynamic = dynamicOf(pools);
  if (typeof dynamic === "string") return refused(dynamic);
  const health = healthOf(group, healthChecks);
  if (typeof health === "string") return refused(health);
  const isCname = first.type === "CNAME";
  const fallback = dynamic.fallback ?? pools.flatMap(({ values }) => values);
  return {
    ok: true,
    caveats: ["octoDNS makes record sets and health checks of its own for it"],
    record: {
      dynamic: { pools: dynamic.pools, rules: dynamic.rules },
      ...(health === undefined ? {} : { octodns: health }),
      ttl: pools[0]?.ttlSeconds ?? 0,
      type: first.type,
      ...(isCname ? { value: fallback[0] ?? "" } : { values: fallback }),
    },
  };
}

interface Dynamic {
  readonly pools: { readonly [name: string]: OctodnsValue };
  readonly rules: readonly OctodnsValue[];
  /** For who cannot do pools; all values when undefined. */
  readonly fallback?: readonly OctodnsValue[];
}

/** Pool names go into record names: letters, digits and hyphens. */
function poolName(set: RecordSet, index: number): string {
  const name = (set.setIdentifier ?? "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return name === "" ? `pool-${index + 1}` : name;
}

/** Without a health check an answer is always served. */
function poolValues({ set, values }: Pool, weight?: number): OctodnsValue[] {
  return values.map((value) => ({
    value,
    ...(weight === undefined ? {} : { weight }),
    ...(set.healthCheckId === undefined ? { status: "up" } : {}),
  }));
}

function dynamicOf(pools: readonly Pool[]): Dynamic | string {
  const names = pools.map(({ set }, i) => poolName(set, i));
  if (new Set(names).size < names.length) return "the identifiers make the same pool names";
  const nameOf = (pool: Pool | undefined) => (pool === undefined ? undefined : names[pools.indexOf(pool)]);
  switch (pools[0]?.set.policy.kind) {
    case "weighted":
      return weighted(pools);
    case "failover": {
      const side = (role: string) =>
        pools.find(({ set }) => set.policy.kind === "failover" && set.policy.role === role);
      const [primary, secondary] = [side("PRIMARY"), side("SECONDARY")];
      const [primaryName, secondaryName] = [nameOf(primary), nameOf(secondary)];
      if (!primary || !secondary || primaryName === undefined || secondaryName === undefined) {
        return "a failover with one side only";
      }
      return {
        pools: {
          [primaryName]: { fallback: secondaryName, values: poolValues(primary) },
          [secondaryName]: { values: poolValues(secondary) },
        },
        rules: [{ pool: primaryName }],
        fallback: secondary.values,
      };
    }
    case "geolocation":
      return geolocation(pools, names);
    default:
      return `octoDNS has no ${pools[0]?.set.policy.kind} routing`;
  }
}

function weighted(pools: readonly Pool[]): Dynamic | string {
  const weights = pools.map(({ set }) => (set.policy.kind === "weighted" ? set.policy.weight : 0));
  if (pools.some(({ values }) => values.length !== 1)) return "octoDNS weighs single values";
  if (new Set(pools.map(({ values }) => JSON.stringify(values))).size < pools.length)
    return "two answers have one value";
  if (weights.some((weight) => weight === 0)) return "octoDNS has no weight of 0";
  const divisor = weights.reduce(greatestCommonDivisor);
  const reduced = weights.map((weight) => weight / divisor);
  if (reduced.some((weight) => weight > MAX_WEIGHT)) return `octoDNS has weights up to ${MAX_WEIGHT}`;
  return {
    pools: { weighted: { values: pools.flatMap((pool, i) => poolValues(pool, reduced[i])) } },
    rules: [{ pool: "weighted" }],
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** `EU`, `EU-DE`, `NA-US-TX`; undefined for the default. */
function geoOf({ continentCode, countryCode, subdivisionCode }: GeoLocationPlace): string | undefined {
  if (continentCode !== undefined) return continentCode;
  const continent = Object.entries(CONTINENTS).find(
    ([, { countries }]) => countryCode !== undefined && countryCode in countries,
  );
  return continent === undefined
    ? undefined
    : [continent[0], countryCode, subdivisionCode].filter((part) => part !== undefined).join("-");
}

function geolocation(pools: readonly Pool[], names: readonly string[]): Dynamic | string {
  const places = pools.map((pool, i) => ({
    pool,
    name: names[i] ?? "",
    geo: pool.set.policy.kind === "geolocation" ? geoOf(pool.set.policy.place) : undefined,
    isDefault: pool.set.policy.kind === "geolocation" && pool.set.policy.place.countryCode === "*",
  }));
  const fallback = places.find(({ isDefault }) => isDefault);
  if (fallback === undefined) return "octoDNS wants a default place";
  if (places.some(({ geo, isDefault }) => geo === undefined && !isDefault)) return "a place that octoDNS does not know";
  // The most specific first, as octoDNS asks.
  const specific = places
    .filter(({ isDefault }) => !isDefault)
    .sort((a, b) => (b.geo ?? "").length - (a.geo ?? "").length || ((a.geo ?? "") < (b.geo ?? "") ? -1 : 1));
  return {
    pools: Object.fromEntries(
      places.map(({ pool, name }) => [
        name,
        { ...(name === fallback.name ? {} : { fallback: fallback.name }), values: poolValues(pool) },
      ]),
    ),
    rules: [...specific.map(({ name, geo }) => ({ geos: [geo ?? ""], pool: name })), { pool: fallback.name }],
    fallback: fallback.pool.values,
  };
}

/**
 * octoDNS has one set of settings for all checks of a record, and makes a check for each value. Undefined without checks;
 * a text says why it cannot be done.
 */
function healthOf(
  group: readonly RecordSet[],
  healthChecks: ReadonlyMap<string, HealthCheckConfig>,
): { readonly [key: string]: OctodnsValue } | string | undefined {
  const settings = new Map<string, { readonly [key: string]: OctodnsValue }>();
  for (const { healthCheckId, answer } of group) {
    if (healthCheckId === undefined) continue;
    const config = healthChecks.get(healthCheckId);
    if (config === undefined) return "its health check is not there";
    const protocol = config.Type;
    if (protocol !== "HTTP" && protocol !== "HTTPS" && protocol !== "TCP") {
      return `octoDNS has no health checks of the type ${protocol}`;
    }
    if (config.Inverted || config.Disabled) return "octoDNS has no inverted or disabled health checks";
    const values = answer.kind === "records" ? answer.values : [];
    if (config.IPAddress === undefined || values.length !== 1 || values[0] !== config.IPAddress) {
      return "octoDNS checks the value itself, and this check another address";
    }
    const setting = {
      healthcheck: {
        protocol,
        port: config.Port ?? (protocol === "HTTPS" ? 443 : 80),
        ...(protocol === "TCP" ? {} : { path: config.ResourcePath || "/" }),
        ...(protocol !== "TCP" && config.FullyQualifiedDomainName ? { host: config.FullyQualifiedDomainName } : {}),
      },
      route53: {
        healthcheck: {
          failure_threshold: config.FailureThreshold ?? 3,
          request_interval: config.RequestInterval ?? 30,
        },
      },
    };
    settings.set(JSON.stringify(setting), setting);
  }
  if (settings.size > 1) return "octoDNS has one kind of health check for all answers";
  return [...settings.values()][0];
}
