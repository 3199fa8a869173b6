/**
 * How Route 53 chooses, as the Developer Guide tells it, with the exact probability of each answer. Slow on purpose, and
 * made of record sets and sentences alone: it knows nothing of the routing trees that the name servers walk.
 * Sources: Developer Guide, "How Amazon Route 53 chooses records when health checking is configured", "How health checks
 * work in complex Amazon Route 53 configurations", and the page of each routing policy.
 */

import type { GeoProximityPlace, RecordSet } from "../../../../src/route53/record-set.ts";
import { CERTAIN, type Chances, type Fraction, fraction, mixed } from "./chances.ts";

/** Degrees: latitude, longitude. */
export type Spot = readonly [latitude: number, longitude: number];

export interface Asker {
  /** In CIDR notation; an address is a block of its full length. */
  readonly subnet: string;
  /** Undefined: the address is not mapped to any place. */
  readonly place?: {
    readonly continent: string;
    readonly country: string;
    readonly subdivision?: string;
    readonly spot: Spot;
  };
  /** By Region. */
  readonly latencyMs?: Readonly<Record<string, number>>;
}

export interface World {
  readonly sets: readonly RecordSet[];
  /** The health checks that fail. */
  readonly down: ReadonlySet<string>;
  /** Blocks by location, by collection. */
  readonly collections?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export const NO_ANSWER = "no answer";

/** Two resources this near to each other are a matter of the table of coordinates, not of the policy. */
export class TooCloseToCall extends Error {}

/** Cities that AWS names for Regions and Local Zones. */
const CITIES: Readonly<Record<string, Spot>> = {
  "us-east-1": [39.0, -77.5],
  "us-west-2": [45.8, -119.7],
  "eu-west-1": [53.3, -6.3],
  "eu-central-1": [50.1, 8.7],
  "ap-northeast-1": [35.7, 139.7],
  "ap-southeast-2": [-33.9, 151.2],
  "sa-east-1": [-23.5, -46.6],
  "us-west-2-lax-1": [34.1, -118.2],
};

/** The angle between two spots, from the unit vectors that point to them; distance is in proportion to it. */
export function angle([latitudeA, longitudeA]: Spot, [latitudeB, longitudeB]: Spot): number {
  const vector = (latitude: number, longitude: number) => {
    const [up, around] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
    return [Math.cos(up) * Math.cos(around), Math.cos(up) * Math.sin(around), Math.sin(up)] as const;
  };
  const [ax, ay, az] = vector(latitudeA, longitudeA);
  const [bx, by, bz] = vector(latitudeB, longitudeB);
  const cross = Math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx);
  return Math.atan2(cross, ax * bx + ay * by + az * bz);
}

/** The formula of "How Amazon Route 53 uses bias to route traffic". */
export function biased(distance: number, bias: number): number {
  return bias > 0 ? distance * (1 - bias / 100) : distance / (1 + bias / 100);
}

function spotOf(place: GeoProximityPlace): Spot {
  if (place.coordinates !== undefined) return [place.coordinates.latitude, place.coordinates.longitude];
  const spot = CITIES[place.awsRegion ?? place.localZoneGroup ?? ""];
  if (spot === undefined) throw new Error(`no city for ${JSON.stringify(place)}`);
  return spot;
}

/** The least by some measure; whoever is within a percent of it makes the case undecidable. */
function least(sets: readonly RecordSet[], measure: (set: RecordSet) => number): RecordSet[] {
  const [first, second] = [...sets].sort((one, other) => measure(one) - measure(other));
  if (first === undefined) return [];
  if (second !== undefined && measure(second) <= measure(first) * 1.01) throw new TooCloseToCall();
  return [first];
}

/** The bits of a block's prefix, as zeros and ones behind its family. */
export function prefixBits(block: string): string {
  const [address = "", length] = block.split("/");
  let bits: string;
  if (address.includes(":")) {
    const [head = "", tail] = address.split("::");
    const groups = (text: string | undefined) => (text ? text.split(":") : []);
    const [before, after] = [groups(head), groups(tail)];
    const zeros: string[] = Array(8 - before.length - after.length).fill("0");
    const all = tail === undefined ? before : [...before, ...zeros, ...after];
    bits = `6 ${all.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0")).join("")}`;
  } else {
    bits = `4 ${address
      .split(".")
      .map((octet) => Number(octet).toString(2).padStart(8, "0"))
      .join("")}`;
  }
  return length === undefined ? bits : bits.slice(0, 2 + Number(length));
}

/** The value of every record set of a group that answers at once. */
export function valuesText(values: readonly string[]): string {
  return [...values].sort().join(" ");
}

/** Every way to take `count` of some things. */
function combinations<Thing>(things: readonly Thing[], count: number): Thing[][] {
  if (count === 0) return [[]];
  const [first, ...rest] = things;
  if (first === undefined) return [];
  return [...combinations(rest, count - 1).map((more) => [first, ...more]), ...combinations(rest, count)];
}

type Pick = readonly [RecordSet, Fraction];

function equally(sets: readonly RecordSet[]): Pick[] {
  return sets.map((set) => [set, fraction(1, sets.length)]);
}

function weightOf({ policy }: RecordSet): number {
  return policy.kind === "weighted" ? policy.weight : 0;
}

export class DeveloperGuide {
  readonly #world: World;
  readonly #asker: Asker;
  /** The record sets of one name and type. */
  readonly #groups = new Map<string, RecordSet[]>();

  constructor(world: World, asker: Asker) {
    this.#world = world;
    this.#asker = asker;
    for (const set of world.sets) {
      const group = this.#group(set.name, set.type);
      this.#groups.set(`${set.name} ${set.type}`, [...group, set]);
    }
  }

  /** What a question for this name and type is answered with. Aliases that go in a circle are not for this model. */
  answers(name: string, type: string): Chances {
    const group = this.#group(name, type);
    const [first] = group;
    if (first === undefined) throw new Error(`there is no ${name} ${type}`);
    if (first.policy.kind === "multivalue") return this.#multivalue(group);
    return mixed(this.#chosen(group, group).map(([set, chance]) => [this.#answersOf(set), chance] as const));
  }

  #group(name: string, type: string): RecordSet[] {
    return this.#groups.get(`${name} ${type}`) ?? [];
  }

  #answersOf(set: RecordSet | undefined): Chances {
    if (set === undefined) return new Map([[NO_ANSWER, CERTAIN]]);
    const { answer, type } = set;
    if (answer.kind === "records") return new Map([[valuesText(answer.values), CERTAIN]]);
    if (this.#group(answer.target, type).length === 0) return new Map([[`alias ${answer.target}`, CERTAIN]]);
    return this.answers(answer.target, type);
  }

  /** "If you have eight or fewer healthy records, Route 53 responds with all the healthy records"; all unhealthy, with up to eight. */
  #multivalue(group: readonly RecordSet[]): Chances {
    const healthy = group.filter((set) => this.#isHealthy(set));
    const pool = healthy.length > 0 ? healthy : group;
    const ways = combinations(pool, Math.min(8, pool.length));
    return mixed(
      ways.map((sets) => {
        const values = sets.flatMap(({ answer }) => (answer.kind === "records" ? answer.values : []));
        return [new Map([[valuesText(values), CERTAIN]]), fraction(1, ways.length)] as const;
      }),
    );
  }

  /**
   * "Route 53 initially chooses a record based on the routing policy ... If the record is unhealthy, Route 53 chooses another
   * record using the same criteria and repeats the process until it finds a healthy record." "If no record is healthy, all
   * records are healthy." Undefined stands for "no answer".
   */
  #chosen(
    group: readonly RecordSet[],
    remaining: readonly RecordSet[],
  ): (readonly [RecordSet | undefined, Fraction])[] {
    const picks = this.#pick(remaining);
    if (picks.length === 0) {
      const regardless = this.#pick(group);
      return regardless.length === 0 ? [[undefined, CERTAIN]] : regardless;
    }
    return picks.flatMap(([set, chance]) => {
      if (this.#isHealthy(set)) return [[set, chance] as const];
      const others = remaining.filter((other) => other !== set);
      return this.#chosen(group, others).map(
        ([next, share]) => [next, fraction(share.over * chance.over, share.under * chance.under)] as const,
      );
    });
  }

  #isHealthy({ healthCheckId, answer, type }: RecordSet): boolean {
    if (healthCheckId !== undefined && this.#world.down.has(healthCheckId)) return false;
    if (answer.kind === "records" || !answer.evaluateTargetHealth) return true;
    const targets = this.#group(answer.target, type);
    // What is outside of the hosted zones here cannot be judged.
    if (targets.length === 0) return true;
    // "As long as at least one of the records is healthy, Route 53 considers the alias record to be healthy."
    return targets.some((target) => this.#couldAnswer(target, targets) && this.#isHealthy(target));
  }

  /** Whether the policy, health aside, could ever come to this record set for this asker. */
  #couldAnswer(set: RecordSet, group: readonly RecordSet[]): boolean {
    const { kind } = set.policy;
    if (kind !== "geolocation" && kind !== "cidr") return true;
    for (let remaining = [...group]; ; ) {
      const [pick] = this.#pick(remaining);
      if (pick === undefined) return false;
      if (pick[0] === set) return true;
      remaining = remaining.filter((other) => other !== pick[0]);
    }
  }

  /** What the policy chooses from these, health aside; empty when there is nothing to choose. */
  #pick(sets: readonly RecordSet[]): Pick[] {
    const kind = sets[0]?.policy.kind;
    switch (kind) {
      case undefined:
        return [];
      case "simple":
        return equally(sets);
      case "weighted": {
        // "Route 53 initially considers only the nonzero weighted records, if any"; all zero: "with equal probability".
        const weighty = sets.filter((set) => weightOf(set) > 0);
        const total = weighty.reduce((sum, set) => sum + weightOf(set), 0);
        return weighty.length === 0 ? equally(sets) : weighty.map((set) => [set, fraction(weightOf(set), total)]);
      }
      case "failover": {
        const primary = sets.find(({ policy }) => policy.kind === "failover" && policy.role === "PRIMARY");
        return equally(primary === undefined ? sets : [primary]);
      }
      case "latency": {
        const { latencyMs = {} } = this.#asker;
        return equally(
          least(sets, ({ policy }) => (policy.kind === "latency" ? (latencyMs[policy.region] ?? NaN) : NaN)),
        );
      }
      case "geoproximity": {
        const spot = this.#asker.place?.spot;
        if (spot === undefined) throw new Error("geoproximity is asked about somebody who is nowhere");
        return equally(
          least(sets, ({ policy }) =>
            policy.kind === "geoproximity" ? biased(angle(spot, spotOf(policy.place)), policy.place.bias) : NaN,
          ),
        );
      }
      case "geolocation":
        return equally(this.#smallestPlace(sets));
      case "cidr":
        return equally(this.#cidrLocation(sets));
      case "multivalue":
        throw new Error("multivalue answers do not choose one record");
    }
  }

  /** "Priority goes to the smallest geographic region"; the default is for everybody else. */
  #smallestPlace(sets: readonly RecordSet[]): RecordSet[] {
    const { place } = this.#asker;
    const asked: { continentCode?: string; countryCode?: string; subdivisionCode?: string }[] =
      place === undefined
        ? []
        : [
            ...(place.subdivision === undefined
              ? []
              : [{ countryCode: place.country, subdivisionCode: place.subdivision }]),
            { countryCode: place.country },
            { continentCode: place.continent },
          ];
    for (const wanted of [...asked, { countryCode: "*" }]) {
      const found = sets.filter(
        ({ policy }) =>
          policy.kind === "geolocation" &&
          policy.place.continentCode === wanted.continentCode &&
          policy.place.countryCode === wanted.countryCode &&
          policy.place.subdivisionCode === wanted.subdivisionCode,
      );
      if (found.length > 0) return found;
    }
    return [];
  }

  /** "For DNS queries with a CIDR longer than the one specified in the CIDR collection, Route 53 will match it to the shorter CIDR." */
  #cidrLocation(sets: readonly RecordSet[]): RecordSet[] {
    const named = (location: string) =>
      sets.filter(({ policy }) => policy.kind === "cidr" && policy.locationName === location);
    const policy = sets[0]?.policy;
    const collection = (policy?.kind === "cidr" && this.#world.collections?.[policy.collectionId]) || {};
    const asked = prefixBits(this.#asker.subnet);
    const [longest] = Object.entries(collection)
      .flatMap(([location, blocks]) => blocks.map((block) => ({ location, bits: prefixBits(block) })))
      .filter(({ bits }) => asked.startsWith(bits))
      .sort((one, other) => other.bits.length - one.bits.length);
    const found = longest === undefined ? [] : named(longest.location);
    return found.length > 0 ? found : named("*");
  }
}
