/** Random trees as traffic policy documents. */

import type { GeoProximityPlace, RoutingPolicy } from "../../../../src/route53/record-set.ts";
import type { TrafficPolicyFormat } from "../../../../src/route53/traffic-policy.ts";
import { awsTargetAt, type Check, type Group, valueAt, type Way } from "./nested-worlds.ts";

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

/**
 * The document of a tree: its groups are rules, its values and AWS resources endpoints. A way's health check is named by its
 * path unless told otherwise.
 */
export function documentOf(
  group: Group,
  format: TrafficPolicyFormat,
  checkId: (path: string, check: Check) => string = (path) => path,
): string {
  const Endpoints: Record<string, object> = {};
  const Rules: Record<string, object> = {};
  const named = new Map<Group, string>();

  const way = ({ policy, check, next }: Way, path: string): object => {
    const HealthCheck = check === "none" ? undefined : checkId(path, check);
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
