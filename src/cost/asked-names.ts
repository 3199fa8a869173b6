/**
 * What a query for each name and type of a zone costs: by the policy that decides the answer, and nothing where the answer is
 * an alias of an AWS resource. Where an alias leads to another name of the zone, the dearest on the way counts, and where only
 * some answers are free, none is: so a bill is rather too high than too low.
 * Source: Amazon Route 53 pricing, "DNS queries".
 */

import type { DomainName } from "../route53/names.ts";
import type { RoutingPolicy } from "../route53/record-set.ts";
import type { TrafficPolicyDocument } from "../route53/traffic-policy.ts";
import type { AskedName } from "./holdings.ts";
import { QUERY_KINDS, type QueryKind } from "./prices.ts";

/** One record set, or one traffic policy instance, as far as a query's price depends on it. */
export interface AskedSet {
  readonly name: DomainName;
  readonly type: string;
  readonly kind: QueryKind;
  /** Where an alias leads: a name of the same zone, or a resource of AWS. */
  readonly leadsTo?: DomainName | "aws";
}

export function queryKindOf(policy: RoutingPolicy["kind"]): QueryKind {
  switch (policy) {
    case "simple":
    case "weighted":
    case "failover":
    case "multivalue":
      return "standard";
    case "latency":
      return "latency";
    case "geolocation":
    case "geoproximity":
      return "geo";
    case "cidr":
      return "ip";
  }
}

/** Of a traffic policy the dearest of its rules. */
export function queryKindOfDocument(document: TrafficPolicyDocument): QueryKind {
  return dearest([...document.rules.values()].map(({ kind }) => queryKindOf(kind)));
}

function dearest(kinds: readonly QueryKind[]): QueryKind {
  return kinds.reduce<QueryKind>(
    (worst, one) => (QUERY_KINDS.indexOf(one) > QUERY_KINDS.indexOf(worst) ? one : worst),
    "standard",
  );
}

export function askedNames(sets: readonly AskedSet[], isPrivate: boolean): AskedName[] {
  const byKey = new Map<string, AskedSet[]>();
  for (const set of sets) {
    const key = `${set.name} ${set.type}`;
    const same = byKey.get(key);
    if (same === undefined) byKey.set(key, [set]);
    else same.push(set);
  }
  /** Undefined when all ways end at AWS's resources. */
  const kindOf = (key: string, seen: ReadonlySet<string>): QueryKind | undefined => {
    const here = byKey.get(key) ?? [];
    const inner = new Set([...seen, key]);
    const ways = here.map(({ leadsTo, type }) => {
      if (leadsTo === undefined) return "standard";
      if (leadsTo === "aws") return undefined;
      const next = `${leadsTo} ${type}`;
      // What the zone's other tools keep, and circles: an ordinary query.
      return byKey.has(next) && !inner.has(next) ? kindOf(next, inner) : "standard";
    });
    if (ways.every((way) => way === undefined)) return undefined;
    return dearest([...here.map(({ kind }) => kind), ...ways.filter((way) => way !== undefined)]);
  };
  return [...byKey.keys()].map((key) => ({ key, kind: isPrivate ? "free" : (kindOf(key, new Set()) ?? "free") }));
}
