import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTrafficPolicyDocument } from "../../../src/route53/traffic-policy.ts";

const ENDPOINTS = {
  one: { Type: "value", Value: "192.0.2.1" },
  two: { Type: "value", Value: "192.0.2.2" },
};

function policy(parts: object): string {
  return JSON.stringify({ AWSPolicyFormatVersion: "2015-10-01", RecordType: "A", Endpoints: ENDPOINTS, ...parts });
}

function problemsOf(text: string): Record<string, string> {
  const parsed = parseTrafficPolicyDocument(text);
  if (parsed.ok) return {};
  return Object.fromEntries(parsed.problems.map(({ path, message }) => [path, message]));
}

/** The walkthrough's geolocation policy, with every mistake that is in circulation. */
const WALKTHROUGH = JSON.stringify({
  AWSPolicyFormatVersion: "2015-10-01",
  RecordType: "A",
  StartRule: "geolocation_rule",
  Rules: {
    geolocation_rule: {
      RuleType: "geolocation",
      Locations: [
        { CountryCode: "US", EndpointReference: "us_weighted_rule" },
        { CountryCode: "GB", EndpointReference: "eu_endpoint" },
        { IsDefault: true, EndpointReference: "default_weighted_rule" },
      ],
    },
    us_weighted_rule: {
      RuleType: "weighted",
      Items: [
        { Weight: 80, EndpointReference: "us_east_endpoint" },
        { Weight: 20, EndpointReference: "us_west_endpoint" },
      ],
    },
  },
  Endpoints: {
    us_east_endpoint: { Type: "value", Value: "192.0.2.1" },
    us_west_endpoint: { Type: "value", Value: "192.0.2.2" },
    eu_endpoint: { Type: "value", Value: "192.0.2.3" },
  },
});

describe("a traffic policy document", () => {
  it("reports every mistake of the walkthrough's policy at once, each with its path", () => {
    expect(problemsOf(WALKTHROUGH)).toEqual({
      "Rules.geolocation_rule.RuleType": '"geolocation" is no rule type: did you mean "geo"?',
      "Rules.geolocation_rule.Locations[0].CountryCode":
        'There is no key "CountryCode" in a traffic policy document; it is "Country".',
      "Rules.geolocation_rule.Locations[0].EndpointReference":
        '"us_weighted_rule" is a rule, so EndpointReference cannot name it: did you mean RuleReference?',
      "Rules.geolocation_rule.Locations[1].CountryCode":
        'There is no key "CountryCode" in a traffic policy document; it is "Country".',
      "Rules.geolocation_rule.Locations[2].IsDefault":
        'IsDefault is the JSON boolean true; the document format writes it as the string "true".',
      "Rules.geolocation_rule.Locations[2].EndpointReference":
        '"default_weighted_rule" is not defined: the document has no endpoint and no rule of that name.',
      "Rules.us_weighted_rule.Items[0].Weight":
        'Weight is the JSON number 80; the document format writes it as the string "80".',
      "Rules.us_weighted_rule.Items[1].Weight":
        'Weight is the JSON number 20; the document format writes it as the string "20".',
    });
  });

  it("gives the keys and indexes of a problem beside its path, for whoever maps them to a place in a file", () => {
    const parsed = parseTrafficPolicyDocument(WALKTHROUGH);
    expect(parsed.ok ? [] : parsed.problems.map(({ at }) => at)).toContainEqual([
      "Rules",
      "geolocation_rule",
      "Locations",
      2,
      "EndpointReference",
    ]);
  });

  it("becomes a typed model when it is right", () => {
    const parsed = parseTrafficPolicyDocument(
      policy({
        StartRule: "geo",
        Endpoints: { ...ENDPOINTS, cdn: { Type: "cloudfront", Value: "d1.cloudfront.net" } },
        Rules: {
          geo: {
            RuleType: "geo",
            Locations: [
              { Country: "US", Subdivision: "CA", RuleReference: "share", EvaluateTargetHealth: "false" },
              { Continent: "EU", EndpointReference: "two", HealthCheck: "check-2" },
              { IsDefault: "true", EndpointReference: "cdn" },
            ],
          },
          share: {
            RuleType: "weighted",
            Items: [
              { Weight: "0", EndpointReference: "one" },
              { Weight: "255", EndpointReference: "two" },
            ],
          },
        },
      }),
    );
    expect(parsed).toMatchObject({ ok: true });
    if (!parsed.ok) return;
    expect(parsed.document.start).toEqual({ kind: "rule", id: "geo" });
    expect(parsed.document.rules.get("geo")).toEqual({
      kind: "geolocation",
      locations: [
        {
          target: { kind: "rule", id: "share" },
          evaluateTargetHealth: false,
          place: { countryCode: "US", subdivisionCode: "CA" },
        },
        {
          target: { kind: "endpoint", id: "two" },
          evaluateTargetHealth: true,
          healthCheckId: "check-2",
          place: { continentCode: "EU" },
        },
        { target: { kind: "endpoint", id: "cdn" }, evaluateTargetHealth: true, place: { countryCode: "*" } },
      ],
    });
    expect(parsed.document.rules.get("share")).toMatchObject({ items: [{ weight: 0 }, { weight: 255 }] });
    expect(parsed.document.endpoints.get("cdn")).toEqual({ type: "cloudfront", value: "d1.cloudfront.net" });
  });

  it("reads the geoproximity syntax of either format version", () => {
    const older = parseTrafficPolicyDocument(
      policy({
        StartRule: "near",
        Rules: {
          near: {
            RuleType: "geoproximity",
            GeoproximityLocations: [
              { EndpointReference: "one", Region: "aws:route53:us-west-1", Bias: "10" },
              { EndpointReference: "two", Latitude: "51.50", Longitude: "-0.16" },
            ],
          },
        },
      }),
    );
    const newer = parseTrafficPolicyDocument(
      policy({
        AWSPolicyFormatVersion: "2023-05-09",
        StartRule: "near",
        Rules: {
          near: {
            RuleType: "geoproximity",
            GeoproximityLocations: [
              { EndpointReference: "one", Location: { Type: "Region", LocationName: "aws:route53:us-west-1" } },
              {
                EndpointReference: "two",
                Location: { Type: "LocalZone", LocationName: "aws:route53:us-east-1-atl-1a" },
              },
            ],
          },
        },
      }),
    );
    expect(older.ok && older.document.rules.get("near")).toMatchObject({
      locations: [
        { place: { awsRegion: "us-west-1", bias: 10 } },
        { place: { coordinates: { latitude: 51.5, longitude: -0.16 }, bias: 0 } },
      ],
    });
    expect(newer.ok && newer.document.rules.get("near")).toMatchObject({
      locations: [{ place: { awsRegion: "us-west-1" } }, { place: { localZoneGroup: "us-east-1-atl-1a" } }],
    });
  });

  it("reads a default location by its country *, and locations that say that they are not the default", () => {
    const parsed = parseTrafficPolicyDocument(
      policy({
        StartRule: "geo",
        Rules: {
          geo: {
            RuleType: "geo",
            Locations: [
              { Country: "*", EndpointReference: "one", HealthCheck: "check-1" },
              { Country: "FR", IsDefault: false, EndpointReference: "two" },
              { Country: "BE", IsDefault: "False", EndpointReference: "two" },
            ],
          },
        },
      }),
      { jsonTypes: "any" },
    );
    expect(parsed.ok && parsed.document.rules.get("geo")).toMatchObject({
      locations: [{ place: { countryCode: "*" } }, { place: { countryCode: "FR" } }, { place: { countryCode: "BE" } }],
    });
  });

  it("takes bare booleans and numbers when asked to, as AWS does", () => {
    const text = policy({
      StartRule: "share",
      Rules: {
        share: { RuleType: "weighted", Items: [{ Weight: 3, EndpointReference: "one", EvaluateTargetHealth: true }] },
      },
    });
    expect(parseTrafficPolicyDocument(text).ok).toBe(false);
    expect(parseTrafficPolicyDocument(text, { jsonTypes: "any" }).ok).toBe(true);
  });

  it.each<[string, string, string, object]>([
    ["a missing start", "", "Neither StartEndpoint nor StartRule", {}],
    ["two starts", "StartRule", "Both StartEndpoint and StartRule", { StartRule: "r", StartEndpoint: "one" }],
    ["an undefined start", "StartRule", '"r" is not defined', { StartRule: "r" }],
    ["a start rule that is an endpoint", "StartRule", "did you mean StartEndpoint?", { StartRule: "one" }],
    ["a bad record type", "RecordType", '"ALIAS" is no record type', { StartEndpoint: "one", RecordType: "ALIAS" }],
    [
      "an unknown format version",
      "AWSPolicyFormatVersion",
      '"1.0" is no format version',
      { StartEndpoint: "one", AWSPolicyFormatVersion: "1.0" },
    ],
    [
      "an unknown rule type",
      "Rules.r.RuleType",
      '"random" is no rule type: they are',
      { StartRule: "r", Rules: { r: { RuleType: "random", Items: [] } } },
    ],
    [
      "an unknown endpoint type",
      "Endpoints.e.Type",
      '"alb" is no endpoint type',
      { StartEndpoint: "e", Endpoints: { e: { Type: "alb", Value: "x" } } },
    ],
    [
      "a value that is not of the record type",
      "Endpoints.e.Value",
      '"www.example.com" is no value of type A: Value is not a valid IPv4 address',
      { StartEndpoint: "e", Endpoints: { e: { Type: "value", Value: "www.example.com" } } },
    ],
    [
      "an alias endpoint that is no host name",
      "Endpoints.e.Value",
      '"a..b" is no host name',
      { StartEndpoint: "e", Endpoints: { e: { Type: "cloudfront", Value: "a..b" } } },
    ],
    [
      "an alias endpoint in a policy for TXT",
      "Endpoints.e.Type",
      "needs RecordType A or AAAA, not TXT",
      { RecordType: "TXT", StartEndpoint: "e", Endpoints: { e: { Type: "cloudfront", Value: "d.cloudfront.net" } } },
    ],
    [
      "an S3 website without its Region",
      "Endpoints.e.Region",
      "needs the Region of its bucket",
      { StartEndpoint: "e", Endpoints: { e: { Type: "s3-website", Value: "www.example.com" } } },
    ],
    [
      "a failover rule without a secondary",
      "Rules.r.Secondary",
      "needs a Secondary",
      { StartRule: "r", Rules: { r: { RuleType: "failover", Primary: { EndpointReference: "one" } } } },
    ],
    [
      "a weight beyond 255",
      "Rules.r.Items[0].Weight",
      '"256" is not a whole number from 0 to 255',
      { StartRule: "r", Rules: { r: { RuleType: "weighted", Items: [{ Weight: "256", EndpointReference: "one" }] } } },
    ],
    [
      "an empty list of ways",
      "Rules.r.Items",
      "leads nowhere",
      { StartRule: "r", Rules: { r: { RuleType: "multivalue", Items: [] } } },
    ],
    [
      "a multivalue rule that leads to a rule",
      "Rules.r.Items",
      "leads to endpoints only",
      {
        StartRule: "r",
        Rules: {
          r: { RuleType: "multivalue", Items: [{ RuleReference: "s" }] },
          s: { RuleType: "weighted", Items: [{ Weight: "1", EndpointReference: "one" }] },
        },
      },
    ],
    [
      "a multivalue rule that leads to an alias",
      "Rules.r.Items[1].EndpointReference",
      "a multivalue answer cannot be an alias",
      {
        StartRule: "r",
        Endpoints: { ...ENDPOINTS, lb: { Type: "network-load-balancer", Value: "lb.elb.us-east-1.amazonaws.com" } },
        Rules: { r: { RuleType: "multivalue", Items: [{ EndpointReference: "one" }, { EndpointReference: "lb" }] } },
      },
    ],
    [
      "a country that is none",
      "Rules.r.Locations[0].Country",
      '"XX" is no country code',
      { StartRule: "r", Rules: { r: { RuleType: "geo", Locations: [{ Country: "XX", EndpointReference: "one" }] } } },
    ],
    [
      "a subdivision that its country does not have",
      "Rules.r.Locations[0].Subdivision",
      'no subdivision "ZZ" of US',
      {
        StartRule: "r",
        Rules: { r: { RuleType: "geo", Locations: [{ Country: "US", Subdivision: "ZZ", EndpointReference: "one" }] } },
      },
    ],
    [
      "a subdivision of a continent",
      "Rules.r.Locations[0]",
      "one of a Country, not of a Continent",
      {
        StartRule: "r",
        Rules: {
          r: { RuleType: "geo", Locations: [{ Continent: "NA", Subdivision: "CA", EndpointReference: "one" }] },
        },
      },
    ],
    [
      "a Region that is none in a latency rule",
      "Rules.r.Regions[0].Region",
      '"aws:route53:us-east-1" is no Region\'s code',
      {
        StartRule: "r",
        Rules: { r: { RuleType: "latency", Regions: [{ Region: "aws:route53:us-east-1", EndpointReference: "one" }] } },
      },
    ],
    [
      "a place with a Region and coordinates",
      "Rules.r.GeoproximityLocations[0]",
      "a Region, or a Latitude and Longitude, not both",
      {
        StartRule: "r",
        Rules: {
          r: {
            RuleType: "geoproximity",
            GeoproximityLocations: [
              { Region: "aws:route53:us-east-1", Latitude: "1", Longitude: "1", EndpointReference: "one" },
            ],
          },
        },
      },
    ],
    [
      "the older geoproximity syntax in the newer version",
      "Rules.r.GeoproximityLocations[0].Region",
      'There is no key "Region" here',
      {
        AWSPolicyFormatVersion: "2023-05-09",
        StartRule: "r",
        Rules: {
          r: {
            RuleType: "geoproximity",
            GeoproximityLocations: [{ Region: "aws:route53:us-east-1", EndpointReference: "one" }],
          },
        },
      },
    ],
    [
      "an S3 website in a Region that is none",
      "Endpoints.e.Region",
      '"Ohio" is no Region\'s code',
      { StartEndpoint: "e", Endpoints: { e: { Type: "s3-website", Region: "Ohio", Value: "www.example.com" } } },
    ],
    [
      "two default locations",
      "Rules.r.Locations",
      "The default location is there twice",
      {
        StartRule: "r",
        Rules: {
          r: {
            RuleType: "geo",
            Locations: [
              { IsDefault: "true", EndpointReference: "one" },
              { Country: "*", EndpointReference: "two" },
            ],
          },
        },
      },
    ],
    [
      "a key of another rule type",
      "Rules.r.Regions",
      'There is no key "Regions" here',
      {
        StartRule: "r",
        Rules: { r: { RuleType: "weighted", Regions: [], Items: [{ Weight: "1", EndpointReference: "one" }] } },
      },
    ],
    [
      "a rule that nothing leads to",
      "Rules.lost",
      'No path from the start leads to the rule "lost"',
      {
        StartEndpoint: "one",
        Rules: { lost: { RuleType: "multivalue", Items: [{ EndpointReference: "one" }] } },
      },
    ],
    [
      "a cycle",
      "Rules.b",
      "a -> b -> a",
      {
        StartRule: "a",
        Rules: {
          a: { RuleType: "failover", Primary: { RuleReference: "b" }, Secondary: { EndpointReference: "one" } },
          b: { RuleType: "failover", Primary: { RuleReference: "a" }, Secondary: { EndpointReference: "two" } },
        },
      },
    ],
    [
      "a geoproximity location without a place",
      "Rules.r.GeoproximityLocations[0].Location",
      "This object is missing.",
      {
        AWSPolicyFormatVersion: "2023-05-09",
        StartRule: "r",
        Rules: { r: { RuleType: "geoproximity", GeoproximityLocations: [{ EndpointReference: "one" }] } },
      },
    ],
    ["a start rule when there are no rules", "Rules", "must be an object", { StartEndpoint: "one", Rules: [] }],
  ])("is refused for %s", (_, path, message, parts) => {
    const problems = problemsOf(policy(parts));
    expect(problems[path]).toContain(message);
  });

  it("is refused when it is not JSON, or JSON of another shape, without throwing", () => {
    expect(problemsOf("{")[""]).toContain("not JSON");
    expect(problemsOf("[]")[""]).toContain("must be an object, not a list");
    expect(problemsOf("null")[""]).toContain("not null");
  });

  it("never throws, whatever JSON stands where", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom("Rules", "Endpoints", "StartRule", "RecordType"), (value, key) => {
        const parsed = parseTrafficPolicyDocument(policy({ StartRule: "r", [key]: value }));
        expect(parsed.ok).toBe(false);
      }),
    );
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom("failover", "geo", "geoproximity", "latency", "multivalue", "weighted"),
        fc.constantFrom("Primary", "Locations", "GeoproximityLocations", "Regions", "Items"),
        (value, type, key) => {
          parseTrafficPolicyDocument(
            policy({
              StartRule: "r",
              Rules: { r: { RuleType: type, [key]: [value, { Location: value, Weight: value }] } },
            }),
          );
        },
      ),
    );
  });
});
