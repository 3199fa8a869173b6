/** Traffic policy documents against the record sets that say the same: one tree, one answer, as often. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GeoProximityPlace, RoutingPolicy } from "../../../../src/route53/record-set.ts";
import { parseTrafficPolicyDocument, type TrafficPolicyFormat } from "../../../../src/route53/traffic-policy.ts";
import { compileTrafficPolicy } from "../../../../src/routing/compile-traffic-policy.ts";
import type { RoutingNode } from "../../../../src/routing/tree.ts";
import { shown } from "./chances.ts";
import { DeveloperGuide } from "./developer-guide.ts";
import {
  ASKERS,
  awsTargetAt,
  type Group,
  groups,
  NESTED_CELLS,
  valueAt,
  type Way,
  worldOfGroup,
} from "./nested-worlds.ts";
import { Engine, WWW } from "./worlds.ts";

const FORMATS = ["2015-10-01", "2023-05-09"] as const;

/** Name and list of each rule that has a list. */
const LISTS = {
  weighted: ["weighted", "Items"],
  multivalue: ["multivalue", "Items"],
  latency: ["latency", "Regions"],
  geolocation: ["geo", "Locations"],
  geoproximity: ["geoproximity", "GeoproximityLocations"],
} as const;

function proximityKeys({ coordinates, bias }: GeoProximityPlace, format: TrafficPolicyFormat): object {
  if (coordinates === undefined) throw new Error("the trees here have coordinates");
  const where = { Latitude: String(coordinates.latitude), Longitude: String(coordinates.longitude) };
  const Bias = String(bias);
  return format === "2015-10-01" ? { ...where, Bias } : { Location: { Type: "Coordinate", ...where }, Bias };
}

function criterion(policy: RoutingPolicy, format: TrafficPolicyFormat): object {
  switch (policy.kind) {
    case "weighted":
      return { Weight: String(policy.weight) };
    case "latency":
      return { Region: policy.region };
    case "geolocation": {
      const { continentCode, countryCode, subdivisionCode } = policy.place;
      if (countryCode === "*") return { IsDefault: "true" };
      return { Continent: continentCode, Country: countryCode, Subdivision: subdivisionCode };
    }
    case "geoproximity":
      return proximityKeys(policy.place, format);
    default:
      return {};
  }
}

/** The document of a tree: its groups are rules, its values and AWS resources endpoints. */
function documentOf(group: Group, format: TrafficPolicyFormat): string {
  const Endpoints: Record<string, object> = {};
  const Rules: Record<string, object> = {};
  const named = new Map<Group, string>();

  const way = ({ policy, check, next }: Way, path: string): object => {
    const HealthCheck = check === "none" ? undefined : path;
    if (typeof next !== "string") {
      const reference = { RuleReference: rule(next.group, path), EvaluateTargetHealth: String(next.evaluate) };
      return { ...criterion(policy, format), ...reference, HealthCheck };
    }
    const endpoint = `endpoint ${path}`;
    Endpoints[endpoint] =
      next === "AWS" ? { Type: "cloudfront", Value: awsTargetAt(path) } : { Type: "value", Value: valueAt(path) };
    return { ...criterion(policy, format), EndpointReference: endpoint, HealthCheck };
  };

  const rule = (ways: Group, path: string): string => {
    const known = named.get(ways);
    if (known !== undefined) return known;
    const name = `rule ${path}`;
    named.set(ways, name);
    const elements = ways.map((one, index) => way(one, path === "" ? String(index) : `${path}.${index}`));
    const kind = ways[0]?.policy.kind;
    if (kind === "failover") {
      const [Primary, Secondary] = elements;
      Rules[name] = { RuleType: "failover", Primary, Secondary };
    } else if (kind === undefined || kind === "simple" || kind === "cidr") {
      throw new Error("a document has no such rule");
    } else {
      const [RuleType, list] = LISTS[kind];
      Rules[name] = { RuleType, [list]: elements };
    }
    return name;
  };

  const StartRule = rule(group, "");
  return JSON.stringify({ AWSPolicyFormatVersion: format, RecordType: "A", StartRule, Endpoints, Rules });
}

function compiled(text: string): RoutingNode {
  const parsed = parseTrafficPolicyDocument(text);
  if (!parsed.ok) throw new Error(`${text}: ${JSON.stringify(parsed.problems)}`);
  return compileTrafficPolicy(parsed.document, 60);
}

const trees = groups({ depth: 4, asRules: true });

describe("a traffic policy document", () => {
  it("answers as the record sets that say the same, and as the Developer Guide says, in either format version", () => {
    fc.assert(
      fc.property(trees, fc.constantFrom(...ASKERS), fc.constantFrom(...FORMATS), (group, asker, format) => {
        const world = worldOfGroup(group);
        const engine = new Engine(world);
        const found = shown(engine.answers(asker, compiled(documentOf(group, format)), NESTED_CELLS));
        expect(found).toEqual(shown(engine.answers(asker, engine.tree(), NESTED_CELLS)));
        expect(found).toEqual(shown(new DeveloperGuide(world, asker).answers(WWW, "A")));
      }),
      { numRuns: 500 },
    );
  });

  it("answers alike when several ways lead to one rule", () => {
    const shared = groups({ depth: 2, asRules: true });
    fc.assert(
      fc.property(trees, shared, fc.constantFrom(...ASKERS), (drawn, below, asker) => {
        const group = drawn.map((way) =>
          typeof way.next === "string" ? way : { ...way, next: { ...way.next, group: below } },
        );
        const world = worldOfGroup(group);
        const engine = new Engine(world);
        const found = shown(engine.answers(asker, compiled(documentOf(group, "2023-05-09")), NESTED_CELLS));
        expect(found).toEqual(shown(new DeveloperGuide(world, asker).answers(WWW, "A")));
      }),
      { numRuns: 300 },
    );
  });
});
