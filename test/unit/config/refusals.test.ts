import { describe, expect, it } from "vitest";
import { readConfig } from "../../../src/config/load.ts";
import { Failure } from "../../../src/errors.ts";
import { EMPTY_LEDGER } from "../../../src/setup/ledger.ts";
import { liveZonesAlone } from "../../../src/setup/live/live-state.ts";
import { makePlan } from "../../../src/setup/make-plan.ts";

/** What Route 53 would say, and the fragment of a file that would provoke it: the mistake is at `¦`. */
interface Provoked {
  readonly refusal: string;
  readonly file: string;
  readonly code: string;
  /** Whether it takes reading the zone to know; still before the first change. */
  readonly whenPlanning?: true;
}

const answer = (more: string, type = "A", policy = "weighted", name = "a") =>
  `routing: [ { name: ${name}, type: ${type}, ttl: 60, policy: ${policy}, answers: { ${more} } } ]\n`;
const record = (more: string) => `records: [ { ${more} } ]\n`;
const HTTP = "type: HTTP, address: 192.0.2.1";
const check = (more: string) => `healthChecks: { p: { ${more} } }\n`;
const V = "values: [192.0.2.1]";
const LONG = (n: number) => "x".repeat(n);

const INVALID_CHANGE_BATCH: readonly Provoked[] = [
  {
    refusal: "Tried to create resource record set [name='a.example.com.', type='A'] but it already exists",
    file: "records: [ { name: a, type: A, ttl: 60, values: [192.0.2.1] }, { name: ¦a, type: A, ttl: 60, values: [192.0.2.2] } ]\n",
    code: "duplicate",
  },
  {
    refusal: "RRSet with DNS name a.other.com. is not permitted in zone example.com.",
    file: record(`name: ¦a.other.com., type: A, ttl: 60, ${V}`),
    code: "outside-zone",
  },
  {
    refusal: "RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com.",
    file: record('name: "@", type: ¦CNAME, ttl: 60, values: [a.b.]'),
    code: "cname-at-apex",
  },
  {
    refusal:
      "RRSet of type CNAME with DNS name a.example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.",
    file: `records: [ { name: a, type: A, ttl: 60, ${V} }, { name: a, type: ¦CNAME, ttl: 60, values: [a.b.] } ]\n`,
    code: "cname-conflict",
  },
  {
    refusal:
      "RRSet of type A with DNS name a.example.com. is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone example.com.",
    file: `records: [ { name: a, type: CNAME, ttl: 60, values: [a.b.] }, { name: a, type: ¦A, ttl: 60, ${V} } ]\n`,
    code: "cname-conflict",
  },
  {
    refusal:
      "RRSet with DNS name a.example.com., type A, SetIdentifier y cannot be created as a non-weighted set exists with the same name and type.",
    file: `routing: [ { name: a, type: A, ttl: 60, policy: latency, answers: { x: { region: eu-west-1, ${V} } } }, { name: ¦a, type: A, ttl: 60, policy: weighted, answers: { y: { weight: 1, ${V} } } } ]\n`,
    code: "duplicate",
  },
  {
    refusal:
      "RRSet with DNS name a.example.com., type A cannot be created as other RRSets exist with the same name and type.",
    file: record(`name: a, type: A, ttl: 60, ${V}`) + answer(`x: { weight: 1, ${V} }`).replace("name: a", "name: ¦a"),
    code: "two-policies",
  },
  {
    refusal:
      "RRSet with DNS name a.example.com. and type A, SetIdentifier y cannot be created as weighted sets must contain the same TTL.",
    file: answer(`x: { weight: 1, ${V} }, y: { weight: 1, ttl: ¦5, ${V} }`),
    code: "two-ttls",
  },
  {
    refusal:
      "Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with '1.2.3''",
    file: record('name: a, type: A, ttl: 60, values: [¦"1.2.3"]'),
    code: "bad-record-data",
  },
  {
    refusal:
      "Invalid Resource Record: 'FATAL problem: AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address) encountered with '::g''",
    file: record('name: a, type: AAAA, ttl: 60, values: [¦"::g"]'),
    code: "bad-record-data",
  },
  {
    refusal:
      "Invalid Resource Record: 'FATAL problem: InvalidCharacterString (Value should be enclosed in quotation marks) encountered with '\"a\" b''",
    file: record("name: a, type: TXT, ttl: 60, values: [¦'\"a\" b']"),
    code: "bad-record-data",
  },
  {
    refusal:
      "Invalid Resource Record: 'FATAL problem: CharacterStringTooLong (Value is too long) encountered with ...'",
    file: record(`name: a, type: TXT, ttl: 60, values: [¦'"${LONG(256)}"']`),
    code: "bad-record-data",
  },
  {
    refusal: "Duplicate Resource Record: '192.0.2.1'",
    file: record("name: a, type: A, ttl: 60, values: [192.0.2.1, ¦192.0.2.1]"),
    code: "duplicate-value",
  },
  {
    refusal: "The request contains an invalid set of changes for a resource record set 'A a.example.com.'",
    file: answer(`x: { weight: 1, ${V} }, ¦x: { weight: 2, ${V} }`),
    code: "duplicate-key",
  },
  {
    refusal:
      "Tried to create an alias that targets a.example.net., type A in zone Z2FDTNDATAQYW2, but the alias target name does not lie within the target zone",
    file: record("name: a, type: A, alias: { target: ¦a.example.net, zone: Z2FDTNDATAQYW2 }"),
    code: "alias-zone",
  },
  {
    refusal: "... in the zone itself, but the alias target name does not lie within the target zone",
    file: record("name: a, type: A, alias: { target: ¦a.example.net }"),
    code: "alias-zone",
  },
  {
    refusal: "Tried to create an alias that targets b.example.com., type A in zone Z, but that target was not found",
    file: "records:\n  - ¦{ name: a, type: A, alias: { record: b } }\n",
    code: "conflict",
    whenPlanning: true,
  },
  {
    refusal: "... of another type, but that target was not found",
    file: `records: [ { name: b, type: AAAA, ttl: 60, values: ["::1"] }, { name: a, type: A, alias: { record: ¦b } } ]\n`,
    code: "alias-type",
  },
  {
    refusal: "A HostedZone must contain at least one NS record for the zone itself.",
    file: record('name: "@", type: ¦NS, ttl: 60, values: [ns.example.net.]'),
    code: "apex-owned-by-route53",
  },
  {
    refusal: "A HostedZone must contain exactly one SOA record.",
    file: record('name: "@", type: ¦SOA, ttl: 60, values: ["a. b. 1 2 3 4 5"]'),
    code: "apex-owned-by-route53",
  },
];

const INVALID_INPUT: readonly Provoked[] = [
  {
    refusal:
      "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found none",
    file: "records: [ ¦{ name: a, type: A, ttl: 60 } ]\n",
    code: "missing",
  },
  {
    refusal: "... but found none: values without a TTL",
    file: `records: [ ¦{ name: a, type: A, ${V} } ]\n`,
    code: "missing",
  },
  {
    refusal: "... but found more than one: an alias with a TTL",
    file: record("name: a, type: A, ¦ttl: 60, alias: { cloudfront: d1.cloudfront.net }"),
    code: "alias-ttl",
  },
  {
    refusal: "... but found more than one: an alias with values",
    file: record(`name: a, type: A, ${V}, ¦alias: { cloudfront: d1.cloudfront.net }`),
    code: "two-answers",
  },
  {
    refusal: "Missing field 'SetIdentifier' in Change with [...]",
    file: answer(`¦"": { weight: 1, ${V} }`),
    code: "bad-key",
  },
  {
    refusal:
      "Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation, or CidrRoutingConfig], but found none",
    file: answer(`x: ¦{ ${V} }`),
    code: "missing",
  },
  {
    refusal: "... but found more than one",
    file: answer(`x: { weight: 1, ¦region: eu-west-1, ${V} }`),
    code: "unknown-key",
  },
  {
    refusal:
      "When you're creating a private hosted zone (when you specify true for PrivateZone), you must also specify values for VPCId and VPCRegion.",
    file: "zone: ¦{ name: example.com, private: true }\n",
    code: "missing",
  },
  {
    refusal: "Invalid parameter : Basic health checks must not have an metric region specified.",
    file: check(`${HTTP}, ¦region: eu-west-1`),
    code: "unknown-key",
  },
  {
    refusal: "TCP health checks that have IP address must not have a fully qualified domain name specified.",
    file: check("type: TCP, address: 192.0.2.1, port: 25, ¦host: example.net"),
    code: "two-endpoints",
  },
  {
    refusal: "Expected exactly one of [AWSRegion, LocalZoneGroup, or Coordinates], but found none",
    file: answer(`x: ¦{ ${V} }`, "A", "geoproximity"),
    code: "bad-place",
  },
  {
    refusal: "... more than one",
    file: answer(`x: ¦{ region: eu-west-1, localZoneGroup: us-east-1-bue-1, ${V} }`, "A", "geoproximity"),
    code: "bad-place",
  },
  {
    refusal: "Latitude must match [-+]?[0-9]{1,2}(\\.[0-9]{0,2})?: two decimals",
    file: answer(`x: { coordinates: { latitude: ¦52.523, longitude: 13.4 }, ${V} }`, "A", "geoproximity"),
    code: "bad-value",
  },
  {
    refusal:
      "1 validation error detected: Value '...' at 'resourceId' failed to satisfy constraint: Member must have length less than or equal to 32",
    file: `zone: { name: example.com, id: ¦${"Z".repeat(33)} }\n`,
    code: "bad-value",
  },
];

const LIMITS: readonly Provoked[] = [
  {
    refusal: "more than 400 records in a record set",
    file: record(
      `name: a, type: A, ttl: 60, values: ¦[${Array.from({ length: 401 }, (_, i) => `192.0.${i >> 8}.${i & 255}`).join(", ")}]`,
    ),
    code: "out-of-range",
  },
  {
    refusal: "more than 100 record sets of one name and type",
    file: `routing: [ { name: a, type: A, ttl: 60, policy: weighted, answers: ¦{ ${Array.from({ length: 101 }, (_, i) => `w${i}: { weight: 1, ${V} }`).join(", ")} } } ]\n`,
    code: "out-of-range",
  },
  {
    refusal: "a group that no request can hold, at most 1,000 records",
    file: `routing:\n  - name: a\n    type: A\n    ttl: 60\n    policy: weighted\n    answers:\n      w0: ¦{ weight: 1, values: [${Array.from({ length: 300 }, (_, i) => `192.0.${i >> 8}.${i & 255}`).join(", ")}] }\n${Array.from({ length: 3 }, (_, n) => `      w${n + 1}: { weight: 1, values: [${Array.from({ length: 300 }, (_, i) => `192.0.${i >> 8}.${i & 255}`).join(", ")}] }\n`).join("")}`,
    code: "batch-too-large",
    whenPlanning: true,
  },
  {
    refusal: "TTL of more than 2147483647",
    file: record(`name: a, type: A, ttl: ¦2147483648, ${V}`),
    code: "out-of-range",
  },
  { refusal: "Weight of more than 255", file: answer(`x: { weight: ¦256, ${V} }`), code: "out-of-range" },
  {
    refusal: "Bias beyond 99",
    file: answer(`x: { region: eu-west-1, bias: ¦100, ${V} }`, "A", "geoproximity"),
    code: "out-of-range",
  },
  {
    refusal: "SetIdentifier of more than 128 characters",
    file: answer(`¦${LONG(129)}: { weight: 1, ${V} }`),
    code: "bad-key",
  },
  {
    refusal: "DomainLabelTooLong: 63 octets",
    file: record(`name: ¦${LONG(64)}, type: A, ttl: 60, ${V}`),
    code: "bad-name",
  },
  {
    refusal: "DomainNameTooLong: 255 octets",
    file: record(`name: ¦${Array.from({ length: 5 }, () => LONG(60)).join(".")}, type: A, ttl: 60, ${V}`),
    code: "bad-name",
  },
  {
    refusal: "a name with letters beyond ASCII",
    file: record(`name: ¦bücher, type: A, ttl: 60, ${V}`),
    code: "bad-name",
  },
  { refusal: "DomainLabelEmpty", file: record(`name: ¦a..b, type: A, ttl: 60, ${V}`), code: "bad-name" },
  {
    refusal: "a wildcard that is not the whole leftmost label",
    file: record(`name: ¦"a.*", type: A, ttl: 60, ${V}`),
    code: "bad-name",
  },
  {
    refusal: "RRSet of type NS is not permitted: a wildcard cannot be delegated",
    file: record('name: "*.a", type: ¦NS, ttl: 60, values: [ns.example.net.]'),
    code: "bad-value",
  },
  {
    refusal: "RRSet of type DS is not permitted at apex",
    file: record(`name: "@", type: ¦DS, ttl: 60, values: ["1 13 2 ${"AB".repeat(32)}"]`),
    code: "bad-value",
  },
  {
    refusal: "RRSet of type SOA is not permitted below the apex",
    file: record('name: a, type: ¦SOA, ttl: 60, values: ["a. b. 1 2 3 4 5"]'),
    code: "bad-value",
  },
  {
    refusal: "RRSets of type NS must use simple routing",
    file: answer("x: { weight: 1, values: [ns.example.net.] }", "¦NS"),
    code: "bad-value",
  },
  {
    refusal: "RRSet of type CNAME must contain exactly one resource record",
    file: record("name: a, type: CNAME, ttl: 60, values: [a.b., ¦c.d.]"),
    code: "bad-record-data",
  },
  {
    refusal: "RRSet of type NS cannot be an alias",
    file: record("name: a, type: NS, alias: ¦{ record: b }"),
    code: "bad-alias",
  },
  {
    refusal: "RRSet cannot be an alias with a multivalue answer",
    file: `routing: [ { name: a, type: A, policy: multivalue, answers: { x: { ¦alias: { cloudfront: d1.cloudfront.net } } } } ]\n`,
    code: "bad-alias",
  },
  {
    refusal: "EvaluateTargetHealth is not supported for CloudFront",
    file: record("name: a, type: A, alias: { cloudfront: d1.cloudfront.net, evaluateTargetHealth: ¦true }"),
    code: "bad-alias",
  },
  {
    refusal: "A non-alias primary ResourceRecordSet must have an associated health check. No changes made.",
    file: answer(`x: ¦{ failover: PRIMARY, ${V} }`, "A", "failover"),
    code: "primary-without-check",
  },
  {
    refusal: "a second PRIMARY",
    file: `${check(HTTP)}${answer(`x: { failover: PRIMARY, healthCheck: p, ${V} }, y: { failover: ¦PRIMARY, healthCheck: p, ${V} }`, "A", "failover")}`,
    code: "two-primaries",
  },
  {
    refusal: "a Region twice in a latency group",
    file: answer(`x: { region: eu-west-1, ${V} }, y: { region: ¦eu-west-1, ${V} }`, "A", "latency"),
    code: "duplicate-answer",
  },
  {
    refusal: "a Region that is none",
    file: answer(`x: { region: ¦eu-west-99, ${V} }`, "A", "latency"),
    code: "bad-value",
  },
  {
    refusal: "a location twice in a geolocation group",
    file: answer(`x: { country: DE, ${V} }, y: ¦{ country: DE, ${V} }`, "A", "geolocation"),
    code: "duplicate-answer",
  },
  {
    refusal: "GeoLocation [CountryCode=XX] is not supported",
    file: answer(`x: { country: ¦XX, ${V} }`, "A", "geolocation"),
    code: "bad-place",
  },
  {
    refusal: "GeoLocation [CountryCode=US, SubdivisionCode=ZZ] is not supported",
    file: answer(`x: { country: US, subdivision: ¦ZZ, ${V} }`, "A", "geolocation"),
    code: "bad-place",
  },
  {
    refusal: "RRSets with the same name and type must use the same CIDR collection",
    file: `cidrCollections: { c: { l: [192.0.2.0/24] }, d: { l: [192.0.2.0/24] } }\n${answer(`x: { collection: c, location: l, ${V} }, y: { collection: ¦d, location: l, ${V} }`, "A", "cidr")}`,
    code: "two-collections",
  },
  {
    refusal: "location l of CIDR collection c does not exist",
    file: `cidrCollections: { c: { l: [192.0.2.0/24] } }\n${answer(`x: { collection: c, location: ¦m, ${V} }`, "A", "cidr")}`,
    code: "unknown-cidr-location",
  },
  {
    refusal: "NoSuchHealthCheck: a record set that names no check",
    file: answer(`x: { weight: 1, healthCheck: ¦p, ${V} }`),
    code: "unknown-health-check",
  },
  { refusal: "FailureThreshold beyond 10", file: check(`${HTTP}, failureThreshold: ¦11`), code: "out-of-range" },
  { refusal: "RequestInterval other than 10 and 30", file: check(`${HTTP}, interval: ¦20`), code: "bad-value" },
  { refusal: "fewer than 3 Regions", file: check(`${HTTP}, regions: ¦[us-east-1, us-west-1]`), code: "out-of-range" },
  {
    refusal: "a Region without checkers",
    file: check(`${HTTP}, regions: [us-east-1, us-west-1, ¦eu-central-1]`),
    code: "bad-value",
  },
  { refusal: "EnableSNI of an HTTP check", file: check(`${HTTP}, ¦sni: true`), code: "unknown-key" },
  {
    refusal: "SearchString of more than 255 characters",
    file: check(`${HTTP}, search: ¦${LONG(256)}`),
    code: "out-of-range",
  },
  {
    refusal: "HTTP_STR_MATCH without a SearchString",
    file: "healthChecks: { p: ¦{ type: HTTP_STR_MATCH, address: 192.0.2.1 } }\n",
    code: "missing",
  },
  {
    refusal: "neither IPAddress nor FullyQualifiedDomainName",
    file: "healthChecks: { p: ¦{ type: HTTP } }\n",
    code: "missing",
  },
  { refusal: "TCP without a Port", file: "healthChecks: { p: ¦{ type: TCP, address: 192.0.2.1 } }\n", code: "missing" },
  {
    refusal: "more than 255 children",
    file: `healthChecks: { p: { type: CALCULATED, healthThreshold: 1, children: ¦[${Array.from({ length: 257 }, (_, i) => `c${i}`).join(", ")}] } }\n`,
    code: "out-of-range",
  },
  {
    refusal: "HealthThreshold beyond the children",
    file: `healthChecks: { c: { ${HTTP} }, p: { type: CALCULATED, children: [c], healthThreshold: ¦2 } }\n`,
    code: "out-of-range",
  },
  {
    refusal: "query logging of a private zone",
    file: "zone: { name: example.com, private: true, vpcs: [ { id: vpc-0a1b2c3d, region: eu-west-1 } ] }\n¦logging: { logGroup: a }\n",
    code: "private-zone",
  },
  {
    refusal: "IP-based routing in a private zone",
    file: `zone: { name: example.com, private: true, vpcs: [ { id: vpc-0a1b2c3d, region: eu-west-1 } ] }\ncidrCollections: { c: { l: [192.0.2.0/24] } }\n${answer(`x: { collection: c, location: l, ${V} }`, "A", "¦cidr")}`,
    code: "private-zone",
  },
  {
    refusal: "a zone's Comment of more than 256 characters",
    file: `zone: { name: example.com, comment: ¦${LONG(257)} }\n`,
    code: "out-of-range",
  },
  {
    refusal: "a retention that CloudWatch Logs does not have",
    file: "logging: { logGroup: a, retentionDays: ¦2 }\n",
    code: "bad-value",
  },
  {
    refusal: "InvalidTrafficPolicyDocument",
    file: "trafficFlow: { policies: { g: { document: { AWSPolicyFormatVersion: ¦'2000-01-01', RecordType: A, StartEndpoint: e, Endpoints: { e: { Type: value, Value: 192.0.2.1 } } } } } }\n",
    code: "bad-traffic-policy",
  },
  {
    refusal: "NoSuchTrafficPolicy",
    file: "trafficFlow: { instances: [ { name: a, policy: ¦g, ttl: 60 } ] }\n",
    code: "unknown-traffic-policy",
  },
];

/** What no file can provoke, and why. */
const CANNOT: readonly (readonly [refusal: string, because: string])[] = [
  [
    "Tried to delete resource record set [...] but it was not found",
    "a DELETE echoes what was read, and a plan that is out of date is refused",
  ],
  ["... but the values provided do not match the current values", "the same"],
  [
    "Tried to create resource record set [...] but it already exists, of one that is in the zone",
    "what is there is known to the plan, which changes it",
  ],
  [
    "Number of records limit of 1000 exceeded; RDATA character limit of 32000 exceeded",
    "changes are packed into as many requests as it takes; only a group that must land together can be too large",
  ],
  [
    "NoSuchHostedZone, NoSuchChange",
    "ids are those that a call before gave; an id that the file pins is looked for when it is planned, and refused there",
  ],
  ["HostedZoneNotEmpty", "a zone is removed by setup destroy alone, after what is in it"],
  ["HostedZoneAlreadyExists, HealthCheckAlreadyExists", "caller references are setup's own, and the next one is tried"],
  [
    "HealthCheckVersionMismatch",
    "the version is the one that was read; a conflict is told as a plan that is out of date",
  ],
  ["InsufficientCloudWatchLogsResourcePolicy", "the resource policy is written before, and waited for"],
  ["Throttling, PriorRequestNotComplete", "they are the account's affair, and are tried again"],
  [
    "a health check's address that is local, private or multicast",
    "the local backend checks just those; what AWS says of it is shown with the check's place",
  ],
];

function located({ file }: Provoked): { readonly text: string; readonly line: number; readonly column: number } {
  const whole = `version: 1\n${/^zones?:/m.test(file) ? "" : "zone: { name: example.com }\n"}${file}`;
  const before = whole.slice(0, whole.indexOf("¦")).split("\n");
  return { text: whole.replace("¦", ""), line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

function mistakeOf(one: Provoked): Failure | undefined {
  const { text } = located(one);
  try {
    const { config, places } = readConfig("r53kit.yaml", text, {});
    if (one.whenPlanning) {
      const zones = config.zones.map(({ name }) => ({
        name,
        zone: undefined,
        registrar: { kind: "elsewhere", reason: "" } as const,
      }));
      const live = liveZonesAlone("1", zones);
      makePlan({ config, places, live, ledger: EMPTY_LEDGER, backend: { label: "", confirmsChanges: false }, now: 0 });
    }
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  return undefined;
}

describe.each([
  ["InvalidChangeBatch", INVALID_CHANGE_BATCH],
  ["InvalidInput", INVALID_INPUT],
  ["limits and rules", LIMITS],
] as const)("what Route 53 would refuse as %s is said at its place", (_, refusals) => {
  it.each(refusals)("$refusal", (one) => {
    const { line, column } = located(one);
    const found = mistakeOf(one);
    expect(
      found && {
        code: found.code,
        line: found.where?.line,
        column: found.where?.column,
        others: found.others.map(({ message }) => message),
      },
    ).toEqual({
      code: `${one.whenPlanning ? "setup" : "config"}.${one.code}`,
      line,
      column,
      others: [],
    });
    expect(found?.next).toBeTruthy();
  });
});

describe("what no file can provoke", () => {
  it.each(CANNOT)("%s", (_, because) => {
    expect(because).toMatch(/^.{8,}$/);
  });
});
