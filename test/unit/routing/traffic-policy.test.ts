import { describe, expect, it } from "vitest";
import { parseTrafficPolicyDocument } from "../../../src/route53/traffic-policy.ts";
import { compileTrafficPolicy } from "../../../src/routing/compile-traffic-policy.ts";
import { route } from "../../../src/routing/route.ts";
import { contextFor } from "./fixtures.ts";

const DOCUMENT = JSON.stringify({
  AWSPolicyFormatVersion: "2015-10-01",
  RecordType: "A",
  StartRule: "geo",
  Endpoints: {
    east: { Type: "value", Value: "192.0.2.1" },
    west: { Type: "value", Value: "192.0.2.2" },
    europe: { Type: "value", Value: "192.0.2.3" },
    banner: { Type: "s3-website", Region: "us-east-1", Value: "www.example.com" },
  },
  Rules: {
    geo: {
      RuleType: "geo",
      Locations: [
        { Country: "US", RuleReference: "share" },
        { Continent: "EU", EndpointReference: "europe", HealthCheck: "europe" },
        { IsDefault: "true", RuleReference: "fallback" },
      ],
    },
    share: {
      RuleType: "weighted",
      Items: [
        { Weight: "3", EndpointReference: "east", HealthCheck: "east" },
        { Weight: "1", EndpointReference: "west", HealthCheck: "west" },
      ],
    },
    fallback: {
      RuleType: "failover",
      Primary: { RuleReference: "share" },
      Secondary: { EndpointReference: "banner" },
    },
  },
});

function answer(client: string, down: readonly string[] = [], draw = 0): readonly string[] {
  const parsed = parseTrafficPolicyDocument(DOCUMENT);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { outcome } = route(
    compileTrafficPolicy(parsed.document, 30),
    contextFor([], { client, down, random: () => draw }),
  );
  if (outcome.kind === "records") return outcome.leaves.flatMap(({ values }) => values);
  return outcome.kind === "elsewhere" ? [outcome.alias.target] : [];
}

/** What the alias of a document's only endpoint points at. */
function targetOf(endpoint: object): string | undefined {
  const parsed = parseTrafficPolicyDocument(
    JSON.stringify({
      AWSPolicyFormatVersion: "2023-05-09",
      RecordType: "A",
      StartEndpoint: "only",
      Endpoints: { only: endpoint },
    }),
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { outcome } = route(compileTrafficPolicy(parsed.document, 30), contextFor([]));
  return outcome.kind === "elsewhere" ? outcome.alias.target : undefined;
}

describe("a compiled traffic policy", () => {
  it("goes through its rules to an endpoint's value", () => {
    expect(answer("192.0.2.1")).toEqual(["192.0.2.1"]);
    expect(answer("192.0.2.1", [], 0.8)).toEqual(["192.0.2.2"]);
    expect(answer("198.51.100.1")).toEqual(["192.0.2.3"]);
  });

  it("backs out of a rule with nothing healthy behind it, through every rule above", () => {
    expect(answer("198.51.100.1", ["europe"])).toEqual(["192.0.2.1"]);
    expect(answer("203.0.113.1", ["east"])).toEqual(["192.0.2.2"]);
    expect(answer("203.0.113.1", ["east", "west"])).toEqual(["s3-website-us-east-1.amazonaws.com."]);
  });

  it("gives its endpoints the TTL of the instance", () => {
    const parsed = parseTrafficPolicyDocument(DOCUMENT);
    const tree = parsed.ok ? compileTrafficPolicy(parsed.document, 30) : undefined;
    expect(tree && route(tree, contextFor([], { client: "198.51.100.1" })).outcome).toMatchObject({
      leaves: [{ ttlSeconds: 30 }],
    });
  });

  it.each([
    ["cloudfront", "d111111abcdef8.cloudfront.net"],
    ["application-load-balancer", "alb-1.us-east-1.elb.amazonaws.com"],
    ["elastic-load-balancer", "dualstack.classic-1.us-west-2.elb.amazonaws.com"],
    ["network-load-balancer", "nlb-1.elb.us-east-1.amazonaws.com"],
    ["elastic-beanstalk", "shop.us-east-1.elasticbeanstalk.com"],
  ])("makes an endpoint of type %s an alias for its name", (Type, Value) => {
    expect(targetOf({ Type, Value })).toBe(`${Value}.`);
  });

  it.each([
    ["us-east-1", "www.example.com", "s3-website-us-east-1.amazonaws.com."],
    ["eu-central-1", "www.example.com", "s3-website.eu-central-1.amazonaws.com."],
    ["us-east-2", "www.example.com.s3-website.us-east-2.amazonaws.com", "s3-website.us-east-2.amazonaws.com."],
  ])("makes a bucket's website in %s an alias for the Region's website name", (Region, Value, target) => {
    expect(targetOf({ Type: "s3-website", Region, Value })).toBe(target);
  });

  it("counts distances from Regions and from Local Zones", () => {
    const near = (client: string) => {
      const location = (EndpointReference: string, Type: string, name: string) => ({
        EndpointReference,
        Location: { Type, LocationName: `aws:route53:${name}` },
      });
      const parsed = parseTrafficPolicyDocument(
        JSON.stringify({
          AWSPolicyFormatVersion: "2023-05-09",
          RecordType: "A",
          StartRule: "near",
          Endpoints: { one: { Type: "value", Value: "192.0.2.1" }, two: { Type: "value", Value: "192.0.2.2" } },
          Rules: {
            near: {
              RuleType: "geoproximity",
              GeoproximityLocations: [
                location("one", "Region", "eu-central-1"),
                location("two", "LocalZone", "us-west-2-lax-1a"),
              ],
            },
          },
        }),
      );
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
      const { outcome } = route(compileTrafficPolicy(parsed.document, 30), contextFor([], { client }));
      return outcome.kind === "records" ? outcome.leaves[0]?.values : [];
    };
    expect(near("198.51.100.1")).toEqual(["192.0.2.1"]);
    expect(near("192.0.2.65")).toEqual(["192.0.2.2"]);
  });
});
