/** Random trees of policies and aliases, as plain descriptions that become record sets or traffic policy documents. */

import fc from "fast-check";
import { type DomainName, domainName } from "../../../../src/route53/names.ts";
import type { RecordSet, RoutingPolicy } from "../../../../src/route53/record-set.ts";
import type { Asker, Spot, World } from "./developer-guide.ts";
import { WWW } from "./worlds.ts";

export type Check = "none" | "up" | "down";

export interface Way {
  readonly policy: RoutingPolicy;
  readonly check: Check;
  readonly next: "value" | "AWS" | { readonly evaluate: boolean; readonly group: Group };
}

/** The record sets of one name. */
export type Group = readonly Way[];

/** Their sums are 1, 2, 3, 4 and 6, whichever of a group's record sets are healthy: the cells that are drawn in are twelve. */
export const NESTED_CELLS = 12;
const WEIGHTS: readonly (readonly number[])[] = [
  [1],
  [0, 0],
  [1, 1],
  [1, 2],
  [3, 1],
  [0, 1],
  [1, 1, 1],
  [2, 1, 1],
  [1, 0, 0],
  [1, 3, 0],
  [0, 0, 0],
];

const REGIONS = ["us-east-1", "eu-central-1", "ap-northeast-1"];
const PLACES = [
  { countryCode: "*" },
  { continentCode: "NA" },
  { countryCode: "US" },
  { countryCode: "US", subdivisionCode: "CA" },
  { countryCode: "DE" },
];
const LOCATIONS = ["berlin", "lab", "*"];
export const COLLECTIONS = { offices: { berlin: ["192.0.2.0/24"], lab: ["192.0.2.0/23"] } };

/** Chosen so that no asker below has two of them at the same biased distance. */
export const SPOTS: readonly { readonly spot: Spot; readonly bias: number }[] = [
  { spot: [38.9, -77.0], bias: 0 },
  { spot: [51.5, -0.16], bias: -50 },
  { spot: [35.6, 139.7], bias: 50 },
];

export const ASKERS: readonly Asker[] = [
  {
    subnet: "192.0.2.0/24",
    place: { continent: "NA", country: "US", subdivision: "CA", spot: [36.7, -119.8] },
    latencyMs: { "us-east-1": 70, "eu-central-1": 150, "ap-northeast-1": 110 },
  },
  {
    subnet: "192.0.3.0/24",
    place: { continent: "EU", country: "DE", spot: [52.5, 13.4] },
    latencyMs: { "us-east-1": 90, "eu-central-1": 8, "ap-northeast-1": 230 },
  },
  {
    subnet: "198.51.100.7/32",
    place: { continent: "AS", country: "JP", spot: [34.7, 135.5] },
    latencyMs: { "us-east-1": 160, "eu-central-1": 220, "ap-northeast-1": 9 },
  },
];

export interface Shape {
  /** Groups below one another, the top one included. */
  readonly depth: number;
  /** Whether aliases ask about their targets; both unless given. */
  readonly evaluate?: boolean;
  readonly checks?: readonly Check[];
  /** No geolocation and IP-based groups without a default, so that everybody always has an answer. */
  readonly withDefaults?: boolean;
  /** Only what a traffic policy document can say: no simple and no IP-based groups. */
  readonly asRules?: boolean;
  readonly aws?: boolean;
}

function withDefault<Place>(places: readonly Place[], fallback: Place, always: boolean): fc.Arbitrary<Place[]> {
  if (!always) return fc.subarray([...places], { minLength: 1, maxLength: 3 });
  const others = places.filter((place) => place !== fallback);
  return fc.subarray(others, { maxLength: 2 }).map((some) => [...some, fallback]);
}

function policiesOf({ withDefaults = false, asRules = false }: Shape): fc.Arbitrary<readonly RoutingPolicy[]> {
  const [everywhere = {}] = PLACES;
  const failover = [{ role: "PRIMARY" }, { role: "SECONDARY" }] as const;
  const always = [
    fc.constantFrom(...WEIGHTS).map((weights) => weights.map((weight) => ({ kind: "weighted", weight }) as const)),
    // A rule has both; of record sets there may be one.
    fc
      .subarray([...failover], { minLength: asRules ? 2 : 1 })
      .map((roles) => roles.map(({ role }) => ({ kind: "failover", role }) as const)),
    fc
      .subarray(REGIONS, { minLength: 1 })
      .map((regions) => regions.map((region) => ({ kind: "latency", region }) as const)),
    withDefault(PLACES, everywhere, withDefaults).map((places) =>
      places.map((place) => ({ kind: "geolocation", place }) as const),
    ),
    fc.subarray([...SPOTS], { minLength: 1 }).map((spots) =>
      spots.map(({ spot: [latitude, longitude], bias }) => {
        return { kind: "geoproximity", place: { coordinates: { latitude, longitude }, bias } } as const;
      }),
    ),
    fc
      .integer({ min: 1, max: 3 })
      .map((count) => Array.from({ length: count }, () => ({ kind: "multivalue" }) as const)),
  ];
  if (asRules) return fc.oneof(...always);
  const recordSetsOnly = [
    fc.constant([{ kind: "simple" } as const]),
    withDefault(LOCATIONS, "*", withDefaults).map((names) =>
      names.map((locationName) => ({ kind: "cidr", collectionId: "offices", locationName }) as const),
    ),
  ];
  return fc.oneof(...always, ...recordSetsOnly);
}

export function groups(shape: Shape): fc.Arbitrary<Group> {
  const check = fc.constantFrom(...(shape.checks ?? (["none", "up", "down"] as const)));
  const value = fc.constant("value" as const);
  const below =
    shape.depth <= 1
      ? value
      : fc.oneof(
          { weight: 2, arbitrary: value },
          ...(shape.aws === false ? [] : [{ weight: 1, arbitrary: fc.constant("AWS" as const) }]),
          {
            weight: 5,
            arbitrary: fc.record({
              evaluate: shape.evaluate === undefined ? fc.boolean() : fc.constant(shape.evaluate),
              group: groups({ ...shape, depth: shape.depth - 1 }),
            }),
          },
        );
  return policiesOf(shape).chain((policies) =>
    fc.tuple(
      ...policies.map((policy) =>
        fc.record({ policy: fc.constant(policy), check, next: policy.kind === "multivalue" ? value : below }),
      ),
    ),
  );
}

/** A way and where it is: `0.2.1` is the second way of the third way of the first. */
export function waysOf(group: Group, path = ""): { readonly path: string; readonly way: Way }[] {
  return group.flatMap((way, index) => {
    const own = path === "" ? String(index) : `${path}.${index}`;
    return [{ path: own, way }, ...(typeof way.next === "string" ? [] : waysOf(way.next.group, own))];
  });
}

/** An address of its own for each path of up to five single digits. */
export function valueAt(path: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = path.split(".").map((part) => Number(part) + 1);
  return `10.${a * 10 + b}.${c * 10 + d}.${e + 1}`;
}

export function awsTargetAt(path: string): DomainName {
  return domainName(`d-${path}.cloudfront.net`);
}

/** `seen` are the names that groups have: several ways may lead to one. */
function setsOf(group: Group, name: DomainName, path: string, seen: Map<Group, DomainName>): RecordSet[] {
  seen.set(group, name);
  return group.flatMap(({ policy, check, next }, index) => {
    const own = path === "" ? String(index) : `${path}.${index}`;
    const known = typeof next === "string" ? undefined : seen.get(next.group);
    const target =
      next === "AWS" ? awsTargetAt(own) : (known ?? domainName(`t-${own.replaceAll(".", "-")}.example.com`));
    const set: RecordSet = {
      name,
      type: "A",
      policy,
      ...(policy.kind === "simple" ? {} : { setIdentifier: own }),
      ...(check === "none" ? {} : { healthCheckId: own }),
      answer:
        next === "value"
          ? { kind: "records", ttlSeconds: 60, values: [valueAt(own)] }
          : { kind: "alias", hostedZoneId: "Z1", target, evaluateTargetHealth: next === "AWS" || next.evaluate },
    };
    return [set, ...(typeof next === "string" || known !== undefined ? [] : setsOf(next.group, target, own, seen))];
  });
}

export function worldOfGroup(group: Group): World {
  const down = waysOf(group).flatMap(({ path, way }) => (way.check === "down" ? [path] : []));
  return { sets: setsOf(group, WWW, "", new Map()), down: new Set(down), collections: COLLECTIONS };
}

/** The same tree with something changed in one way. */
export function changedAt(group: Group, path: string, change: (way: Way) => Way): Group {
  const [head = "", ...rest] = path.split(".");
  return group.map((way, index) => {
    if (String(index) !== head) return way;
    if (rest.length === 0) return change(way);
    if (typeof way.next === "string") throw new Error(`${path} leads nowhere`);
    return { ...way, next: { ...way.next, group: changedAt(way.next.group, rest.join("."), change) } };
  });
}

/** The same tree with every check as it is told. */
export function withChecks(group: Group, check: (way: Way) => Check): Group {
  return group.map((way) => ({
    ...way,
    check: check(way),
    next: typeof way.next === "string" ? way.next : { ...way.next, group: withChecks(way.next.group, check) },
  }));
}
