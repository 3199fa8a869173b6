/** Compiles a traffic policy document into the same tree that record sets compile into. */

import { s3WebsiteName } from "../route53/alias-targets.ts";
import { interned } from "../route53/interned.ts";
import { type DomainName, domainName } from "../route53/names.ts";
import type {
  TrafficPolicyBranch,
  TrafficPolicyDocument,
  TrafficPolicyEndpoint,
  TrafficPolicyTarget,
} from "../route53/traffic-policy.ts";
import type { Branch, Origin, RoutingNode } from "./tree.ts";

/** What an endpoint's record set is an alias for; an S3 website is named by its bucket, and answers on its Region's name. */
function aliasTarget({ type, value, region }: TrafficPolicyEndpoint): DomainName {
  return type === "s3-website" && region !== undefined ? s3WebsiteName(region) : domainName(value);
}

/**
 * The document must have come out of `parseTrafficPolicyDocument`, which vouches for its references and that it has no cycles.
 * `ttlSeconds` is the instance's. Throws InvalidNameError when an endpoint's value is no host name where it must be one.
 */
export function compileTrafficPolicy(document: TrafficPolicyDocument, ttlSeconds: number): RoutingNode {
  const compiled = new Map<string, RoutingNode>();

  const branch = (label: string, { target, evaluateTargetHealth, healthCheckId }: TrafficPolicyBranch): Branch => {
    const next = node(target);
    return {
      label,
      healthCheckId: healthCheckId === undefined ? undefined : interned(healthCheckId),
      evaluateTargetHealth: evaluateTargetHealth && next.kind !== "records",
      next,
    };
  };

  const endpointNode = (id: string): RoutingNode => {
    const endpoint = document.endpoints.get(id);
    if (endpoint === undefined) throw new Error(`the traffic policy has no endpoint ${id}`);
    if (endpoint.type === "value") return { kind: "records", ttlSeconds, values: [endpoint.value] };
    return {
      kind: "alias",
      target: aliasTarget(endpoint),
      type: document.recordType,
      hostedZoneId: undefined,
    };
  };

  const ruleNode = (id: string): RoutingNode => {
    const rule = document.rules.get(id);
    if (rule === undefined) throw new Error(`the traffic policy has no rule ${id}`);
    const origin: Origin = { kind: "rule", id };
    switch (rule.kind) {
      case "failover":
        return {
          kind: rule.kind,
          origin,
          branches: [
            Object.assign(branch("Primary", rule.primary), { role: "PRIMARY" as const }),
            Object.assign(branch("Secondary", rule.secondary), { role: "SECONDARY" as const }),
          ],
        };
      case "geolocation": {
        const branches = rule.locations.map((way, index) =>
          Object.assign(branch(`Locations[${index}]`, way), { place: way.place }),
        );
        return { kind: rule.kind, origin, branches };
      }
      case "geoproximity": {
        const branches = rule.locations.map((way, index) =>
          Object.assign(branch(`GeoproximityLocations[${index}]`, way), { place: way.place }),
        );
        return { kind: rule.kind, origin, branches };
      }
      case "latency": {
        const branches = rule.regions.map((way, index) =>
          Object.assign(branch(`Regions[${index}]`, way), { region: way.region }),
        );
        return { kind: rule.kind, origin, branches };
      }
      case "multivalue":
        return { kind: rule.kind, origin, branches: rule.items.map((way, index) => branch(`Items[${index}]`, way)) };
      case "weighted": {
        const branches = rule.items.map((way, index) =>
          Object.assign(branch(`Items[${index}]`, way), { weight: way.weight }),
        );
        return { kind: rule.kind, origin, branches };
      }
    }
  };

  /** Rules may share what they lead to; each is compiled once. */
  const node = ({ kind, id }: TrafficPolicyTarget): RoutingNode => {
    const key = `${kind} ${id}`;
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const made = kind === "endpoint" ? endpointNode(id) : ruleNode(id);
    compiled.set(key, made);
    return made;
  };

  return node(document.start);
}
