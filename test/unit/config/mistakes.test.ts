import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig, readConfig } from "../../../src/config/load.ts";
import { Failure } from "../../../src/errors.ts";

/** The place of `¦` in the text, which is taken out. */
function marked(text: string): { text: string; line: number; column: number } {
  const at = text.indexOf("¦");
  const before = text.slice(0, at).split("\n");
  return { text: text.replace("¦", ""), line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

function mistakesOf(text: string, file = "r53kit.yaml"): Failure[] {
  try {
    readConfig(file, text);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [error, ...error.others];
  }
  return [];
}

const HEAD = "version: 1\nzone: { name: myapp.com }\n";
const CHECK = "healthChecks: { primary: { type: HTTP, address: 192.0.2.1 } }\n";

/** One mistake each, at the mark: what is wrong, the text, the code, and what the next step must contain. */
const CASES: readonly (readonly [what: string, text: string, code: string, next: RegExp])[] = [
  ["an unknown key", "version: 1\n¦backnd: local\nzone: { name: a.com }\n", "unknown-key", /'backend'/],
  ["an unknown key in a mapping", "version: 1\nzone: { name: a.com, ¦coment: x }\n", "unknown-key", /'comment'/],
  ["another version", "version: ¦2\nzone: { name: a.com }\n", "bad-value", /write 1/],
  ["no version", "¦zone: { name: a.com }\n", "missing", /^add version: 1$/],
  ["no zone", "¦version: 1\n", "missing", /zone/],
  ["a top-level domain", "version: 1\nzone: { name: ¦com }\n", "bad-name", /registered/],
  ["a syntax error", "version: 1\nzone: { name: a.com\n¦", "syntax", /correct/],
  ["a key twice", "version: 1\nzone: { name: a.com }\n¦zone: { name: b.com }\n", "duplicate-key", /one of the two/],
  ["a number for text", `${HEAD}records: [ { name: www, type: A, ttl: 60, values: [¦1.5] } ]\n`, "wrong-type", /"1.5"/],
  [
    "text for a number",
    `${HEAD}records: [ { name: www, type: A, ttl: ¦60s, values: [192.0.2.1] } ]\n`,
    "wrong-type",
    /number/,
  ],
  [
    "text for a list",
    `${HEAD}records: [ { name: www, type: A, ttl: 60, values: ¦192.0.2.1 } ]\n`,
    "wrong-type",
    /\[192\.0\.2\.1\]/,
  ],
  [
    "an empty list",
    `${HEAD}records: [ { name: www, type: A, ttl: 60, values: ¦[] } ]\n`,
    "out-of-range",
    /at least 1 entry/,
  ],
  [
    "an unknown record type",
    `${HEAD}records: [ { name: www, type: ¦AAA, ttl: 60, values: [x] } ]\n`,
    "bad-value",
    /'AAAA'/,
  ],
  [
    "an unknown check type",
    `${HEAD}healthChecks: { a: { type: ¦HTPS, address: 192.0.2.1 } }\n`,
    "bad-value",
    /'HTTPS'/,
  ],
  [
    "an unknown policy",
    `${HEAD}routing: [ { name: a, type: A, policy: ¦weightd, answers: {} } ]\n`,
    "bad-value",
    /'weighted'/,
  ],
  [
    "an interval that is not 10 or 30",
    `${HEAD}healthChecks: { a: { type: TCP, address: 192.0.2.1, port: 1, interval: ¦20 } }\n`,
    "bad-value",
    /10 or 30/,
  ],
  ["a retention that Logs does not have", `${HEAD}logging: { logGroup: a, retentionDays: ¦31 }\n`, "bad-value", /30/],
  [
    "a key that cannot be one",
    `${HEAD}healthChecks:\n  ¦"a b": { type: TCP, address: 192.0.2.1, port: 1 }\n`,
    "bad-key",
    /letters/,
  ],
  [
    "a weight over 255",
    `${HEAD}routing: [ { name: a, type: A, ttl: 1, policy: weighted, answers: { x: { weight: ¦256, values: [192.0.2.1] } } } ]\n`,
    "out-of-range",
    /at most 255/,
  ],
  [
    "the key of another policy",
    `${HEAD}${CHECK}routing: [ { name: a, type: A, ttl: 1, policy: failover, answers: { x: { ¦weight: 1, failover: PRIMARY, values: [192.0.2.1], healthCheck: primary } } } ]\n`,
    "unknown-key",
    /failover/,
  ],
  [
    "an address that is none",
    `${HEAD}records: [ { name: www, type: A, ttl: 60, values: [192.0.2.1, ¦192.0.2.400] } ]\n`,
    "bad-record-data",
    /192\.0\.2\.1/,
  ],
  [
    "an MX without a preference",
    `${HEAD}records: [ { name: "@", type: MX, ttl: 60, values: [¦mail.myapp.com.] } ]\n`,
    "bad-record-data",
    /10 mail/,
  ],
  [
    "a value twice",
    `${HEAD}records: [ { name: www, type: AAAA, ttl: 60, values: ["2001:db8::1", ¦"2001:DB8:0::1"] } ]\n`,
    "duplicate-value",
    /leave one out/,
  ],
  [
    "two CNAME values",
    `${HEAD}records: [ { name: www, type: CNAME, ttl: 60, values: [a.b., ¦c.d.] } ]\n`,
    "bad-record-data",
    /leave one/,
  ],
  ["no TTL", `${HEAD}records: [ ¦{ name: www, type: A, values: [192.0.2.1] } ]\n`, "missing", /ttl/],
  ["neither values nor alias", `${HEAD}records: [ ¦{ name: www, type: A, ttl: 60 } ]\n`, "missing", /values/],
  [
    "values and an alias",
    `${HEAD}records: [ { name: www, type: A, values: [192.0.2.1], ¦alias: { target: api }} , { name: api, type: A, ttl: 1, values: [192.0.2.1] } ]\n`,
    "two-answers",
    /one of them/,
  ],
  [
    "an alias with a TTL",
    `${HEAD}records: [ { name: www, type: A, ¦ttl: 60, alias: { target: d1.cloudfront.net } } ]\n`,
    "alias-ttl",
    /leave ttl out/,
  ],
  [
    "a group of aliases with a TTL",
    `${HEAD}routing: [ { name: a, type: A, ¦ttl: 60, policy: weighted, answers: { x: { weight: 1, alias: { target: d1.cloudfront.net } } } } ]\n`,
    "alias-ttl",
    /leave ttl out/,
  ],
  [
    "an alias without its zone",
    `${HEAD}records: [ { name: www, type: A, alias: { target: ¦lb.eu-west-9.elb.amazonaws.com } } ]\n`,
    "alias-zone",
    /zone:/,
  ],
  [
    "a CloudFront alias that evaluates health",
    `${HEAD}records: [ { name: www, type: A, alias: { target: d1.cloudfront.net, evaluateTargetHealth: ¦true } } ]\n`,
    "bad-alias",
    /leave/,
  ],
  [
    "an alias into another zone of the file",
    "version: 1\nzones:\n  - { name: b.com }\n  - name: a.com\n    records: [ { name: www, type: A, alias: { target: ¦www.b.com } } ]\n",
    "alias-zone",
    /CNAME/,
  ],
  [
    "an alias of itself",
    `${HEAD}records: [ { name: www, type: A, alias: { target: ¦www } } ]\n`,
    "bad-alias",
    /another record/,
  ],
  [
    "an alias of another type",
    `${HEAD}records: [ { name: www, type: A, alias: { target: ¦api } }, { name: api, type: AAAA, ttl: 1, values: ["::1"] } ]\n`,
    "alias-type",
    /AAAA/,
  ],
  [
    "a name outside of the zone",
    `${HEAD}records: [ { name: ¦www.other.com., type: A, ttl: 60, values: [192.0.2.1] } ]\n`,
    "outside-zone",
    /trailing dot/,
  ],
  [
    "a name with an empty label",
    `${HEAD}records: [ { name: ¦a..b, type: A, ttl: 60, values: [192.0.2.1] } ]\n`,
    "bad-name",
    /labels/,
  ],
  [
    "a wildcard that is none",
    `${HEAD}records: [ { name: ¦"a.*.b", type: A, ttl: 60, values: [192.0.2.1] } ]\n`,
    "bad-name",
    /leftmost/,
  ],
  [
    "a CNAME at the apex",
    `${HEAD}records: [ { name: "@", type: ¦CNAME, ttl: 60, values: [a.b.] } ]\n`,
    "cname-at-apex",
    /alias/,
  ],
  [
    "the apex NS",
    `${HEAD}records: [ { name: "@", type: ¦NS, ttl: 60, values: [a.b.] } ]\n`,
    "apex-owned-by-route53",
    /leave/,
  ],
  [
    "a CNAME beside an A",
    `${HEAD}records: [ { name: www, type: A, ttl: 60, values: [192.0.2.1] }, { name: www, type: ¦CNAME, ttl: 60, values: [a.b.] } ]\n`,
    "cname-conflict",
    /alias/,
  ],
  [
    "a record twice",
    `${HEAD}records: [ { name: www, type: A, ttl: 60, values: [192.0.2.1] }, { name: ¦WWW.myapp.com., type: A, ttl: 60, values: [192.0.2.2] } ]\n`,
    "duplicate",
    /one entry/,
  ],
  [
    "a simple record and a group",
    `${HEAD}records: [ { name: a, type: A, ttl: 60, values: [192.0.2.1] } ]\nrouting: [ { name: ¦a, type: A, ttl: 60, policy: weighted, answers: { x: { weight: 1, values: [192.0.2.1] } } } ]\n`,
    "two-policies",
    /one of them/,
  ],
  [
    "a health check that does not exist",
    `${HEAD}${CHECK}routing: [ { name: a, type: A, ttl: 60, policy: weighted, answers: { x: { weight: 1, values: [192.0.2.1], healthCheck: ¦primery } } } ]\n`,
    "unknown-health-check",
    /'primary'/,
  ],
  [
    "a weighted group with two TTLs",
    `${HEAD}routing: [ { name: a, type: A, policy: weighted, answers: { x: { weight: 1, ttl: 60, values: [192.0.2.1] }, y: { weight: 1, ttl: ¦30, values: [192.0.2.2] } } } ]\n`,
    "two-ttls",
    /one ttl/,
  ],
  [
    "a PRIMARY without a check",
    `${HEAD}${CHECK}routing: [ { name: a, type: A, ttl: 60, policy: failover, answers: { x: ¦{ failover: PRIMARY, values: [192.0.2.1] }, y: { failover: SECONDARY, values: [192.0.2.2] } } } ]\n`,
    "primary-without-check",
    /primary/,
  ],
  [
    "two primaries",
    `${HEAD}${CHECK}routing: [ { name: a, type: A, ttl: 60, policy: failover, answers: { x: { failover: PRIMARY, values: [192.0.2.1], healthCheck: primary }, y: { failover: ¦PRIMARY, values: [192.0.2.2], healthCheck: primary } } } ]\n`,
    "two-primaries",
    /SECONDARY/,
  ],
  [
    "no primary",
    `${HEAD}routing: [ { name: a, type: A, ttl: 60, policy: failover, answers: ¦{ y: { failover: SECONDARY, values: [192.0.2.2] } } } ]\n`,
    "no-primary",
    /PRIMARY/,
  ],
  [
    "a region twice",
    `${HEAD}routing: [ { name: a, type: A, ttl: 60, policy: latency, answers: { x: { region: eu-west-1, values: [192.0.2.1] }, y: { region: ¦eu-west-1, values: [192.0.2.2] } } } ]\n`,
    "duplicate-answer",
    /one of them/,
  ],
  [
    "a place that is none",
    `${HEAD}routing: [ { name: a, type: A, ttl: 60, policy: geolocation, answers: { x: ¦{ values: [192.0.2.1] } } } ]\n`,
    "bad-place",
    /country/,
  ],
  [
    "a multivalue alias",
    `${HEAD}routing: [ { name: a, type: A, policy: multivalue, answers: { x: { ¦alias: { target: d1.cloudfront.net } } } } ]\n`,
    "bad-alias",
    /values/,
  ],
  ["a check of nothing", `${HEAD}healthChecks: { a: ¦{ type: HTTP } }\n`, "missing", /address/],
  ["a TCP check without a port", `${HEAD}healthChecks: { a: ¦{ type: TCP, address: 192.0.2.1 } }\n`, "missing", /port/],
  [
    "a calculated check of a child that does not exist",
    `${HEAD}healthChecks: { primary: { type: HTTP, address: 192.0.2.1 }, all: { type: CALCULATED, children: [¦primry], healthThreshold: 1 } }\n`,
    "unknown-health-check",
    /'primary'/,
  ],
  [
    "a threshold nobody reaches",
    `${HEAD}healthChecks: { primary: { type: HTTP, address: 192.0.2.1 }, all: { type: CALCULATED, children: [primary], healthThreshold: ¦2 } }\n`,
    "out-of-range",
    /0 to 1/,
  ],
  [
    "an instance of no policy",
    `${HEAD}trafficFlow: { instances: [ { name: g, policy: ¦global, ttl: 60 } ] }\n`,
    "unknown-traffic-policy",
    /there are none/,
  ],
  [
    "a document that is not there",
    `${HEAD}trafficFlow: { policies: { g: { document: ¦nowhere.json } } }\n`,
    "missing-file",
    /file/,
  ],
  [
    "an endpoint with an unknown check",
    `${HEAD}${CHECK}endpoints: { e: { type: process, address: 127.0.0.1, port: 80, healthCheck: ¦secondary } }\n`,
    "unknown-health-check",
    /primary/,
  ],
  [
    "two endpoints on one port",
    `${HEAD}endpoints:\n  e: { type: process, address: 127.0.0.1, port: 80 }\n  f: { type: process, address: 127.0.0.1, port: ¦80 }\n`,
    "duplicate",
    /own/,
  ],
  ["zone and zones", `${HEAD}¦zones: [ { name: b.com } ]\n`, "two-zones", /one of them/],
  [
    "records beside zones",
    "version: 1\nzones: [ { name: b.com } ]\n¦records: [ { name: a, type: A, ttl: 1, values: [192.0.2.1] } ]\n",
    "no-zone",
    /into its zone/,
  ],
  ["a zone twice", "version: 1\nzones:\n  - { name: b.com }\n  - { name: ¦B.com. }\n", "duplicate", /one entry/],
  [
    "a mistake in the second of several zones",
    "version: 1\nzones:\n  - { name: a.com }\n  - name: b.com\n    records:\n      - { name: www, type: A, ttl: 60, values: [¦nonsense] }\n",
    "bad-record-data",
    /192/,
  ],
  [
    "more answers than a group may have",
    `${HEAD}routing: [ { name: a, type: A, ttl: 1, policy: multivalue, answers: ¦{ ${Array.from({ length: 101 }, (_, i) => `s${i}: { values: [192.0.2.1] }`).join(", ")} } } ]\n`,
    "out-of-range",
    /leave some out/,
  ],
  [
    "a number for text, which would have lost its last digit",
    `${HEAD}records: [ { name: v, type: TXT, ttl: 60, values: [¦1.10] } ]\n`,
    "wrong-type",
    /"1\.10"/,
  ],
  [
    "a number for a name, which would have lost its zero",
    `${HEAD}records: [ { name: ¦012, type: A, ttl: 60, values: [192.0.2.1] } ]\n`,
    "wrong-type",
    /"012"/,
  ],
  [
    "a number without end",
    `${HEAD}records: [ { name: a, type: A, ttl: ¦.inf, values: [192.0.2.1] } ]\n`,
    "wrong-type",
    /number/,
  ],
  [
    "a number that is too large in two ways",
    `${HEAD}records: [ { name: a, type: A, ttl: ¦99999999999999999999, values: [192.0.2.1] } ]\n`,
    "out-of-range",
    /2147483647/,
  ],
  [
    "two spellings of one key",
    `${HEAD}routing:\n  - { name: a, type: A, ttl: 1, policy: multivalue, answers: { 1: { values: [192.0.2.1] }, ¦"1": { values: [192.0.2.2] } } }\n`,
    "duplicate-key",
    /one of the two/,
  ],
  [
    "a key that JavaScript would lose",
    `${HEAD}healthChecks: { ¦__proto__: { type: TCP, address: 192.0.2.1, port: 1 } }\n`,
    "bad-key",
    /another/,
  ],
  [
    "an empty key",
    `${HEAD}routing:\n  - { name: a, type: A, ttl: 1, policy: multivalue, answers: { ¦"": { values: [192.0.2.1] } } }\n`,
    "bad-key",
    /1 to 128 characters/,
  ],
  ["a key that is a list", `${HEAD}? ¦[a, b]\n: 1\n`, "bad-key", /write the key out/],
  [
    "a control character in a comment",
    `version: 1\nzone: { name: a.com, comment: ¦"\\e[31m" }\n`,
    "bad-value",
    /control characters/,
  ],
  [
    "a control character in an identifier",
    `${HEAD}routing:\n  - { name: a, type: A, ttl: 1, policy: multivalue, answers: { ¦"\\a": { values: [192.0.2.1] } } }\n`,
    "bad-key",
    /control characters/,
  ],
  ["an alias of nothing", `${HEAD}records: ¦*nothing\n`, "syntax", /anchor/],
  ["an alias of what it stands in", `${HEAD}records: &all [ ¦*all ]\n`, "syntax", /write out/],
  [
    "an alias that merges its own mapping",
    `${HEAD}trafficFlow: { policies: { g: { document: &d { Rules: ¦*d } } } }\n`,
    "syntax",
    /write out/,
  ],
  ["a tag that nobody knows", `${HEAD}records: ¦!Ref others\n`, "syntax", /correct/],
  ["a second document", `${HEAD}¦---\n${HEAD}`, "syntax", /one document/],
];

describe("a mistake in r53kit.yaml", () => {
  it.each(CASES)("is found at its place: %s", (_, source, code, next) => {
    const { text, line, column } = marked(source);
    const [first, ...others] = mistakesOf(text);
    expect(first).toMatchObject({
      kind: "usage",
      code: `config.${code}`,
      where: { file: "r53kit.yaml", line, column },
    });
    expect(first?.next).toMatch(next);
    expect(others).toEqual([]);
  });

  it("is found in circles of calculated checks, directly and through others", () => {
    const text = `${HEAD}healthChecks:
  p: { type: HTTP, address: 192.0.2.1 }
  a: { type: CALCULATED, children: [p, b], healthThreshold: 1 }
  b: { type: CALCULATED, children: [a], healthThreshold: 1 }
  c: { type: CALCULATED, children: [c], healthThreshold: 1 }
`;
    expect(mistakesOf(text).map((one) => [one.code, one.where?.line, one.where?.column])).toEqual([
      ["config.circular-check", 5, 40],
      ["config.circular-check", 6, 37],
      ["config.circular-check", 7, 37],
    ]);
  });
});

describe("several mistakes", () => {
  it("are all reported at once, in the order of the lines, those of shape and those of meaning together", () => {
    const text = `version: 1
zone: { name: myapp.com, coment: x }
healthChecks:
  primary: { type: HTTP, address: 192.0.2.1, port: "80" }
records:
  - { name: www, type: A, ttl: one, values: [192.0.2.1] }
  - { name: api, type: A, ttl: 60, values: [192.0.2.400] }
routing:
  - name: orders
    type: A
    policy: weighted
    answers:
      a: { weight: 1, ttl: 60, values: [192.0.2.1], healthCheck: primary }
      b: { weight: 1, ttl: 30, values: [192.0.2.2], healthCheck: nope }
`;
    expect(mistakesOf(text).map((one) => [one.code, one.where?.line, one.where?.column])).toEqual([
      ["config.unknown-key", 2, 26],
      ["config.wrong-type", 4, 52],
      ["config.wrong-type", 6, 32],
      ["config.bad-record-data", 7, 45],
      ["config.two-ttls", 14, 28],
      ["config.unknown-health-check", 14, 66],
    ]);
  });

  it("of shape do not make those that refer to them look wrong", () => {
    const text = `${HEAD}healthChecks: { primary: { type: HTTP, adress: 192.0.2.1 } }
routing: [ { name: a, type: A, ttl: 1, policy: weighted, answers: { x: { weight: 1, values: [192.0.2.1], healthCheck: primary } } } ]
`;
    expect(mistakesOf(text).map((one) => one.code)).toEqual(["config.unknown-key"]);
  });
});

describe("a traffic policy document", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "r53kit-config-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const withDocument = (json: string): Failure[] => {
    writeFileSync(join(folder, "global.json"), json);
    return mistakesOf(
      `${HEAD}${CHECK}trafficFlow: { policies: { g: { document: global.json } } }\n`,
      join(folder, "r53kit.yaml"),
    );
  };

  it("in a file of its own has its mistakes pointed at there: a rule that nobody defined", () => {
    const { text, line, column } = marked(`{
  "AWSPolicyFormatVersion": "2015-10-01",
  "RecordType": "A",
  "StartRule": "geo",
  "Rules": {
    "geo": {
      "RuleType": "geo",
      "Locations": [
        { "Country": "US", "EndpointReference": "us" },
        { "IsDefault": "true", "RuleReference": ¦"default_weighted_rule" }
      ]
    }
  },
  "Endpoints": { "us": { "Type": "value", "Value": "192.0.2.1" } }
}`);
    const [first, ...others] = withDocument(text);
    expect(first).toMatchObject({
      code: "config.bad-traffic-policy",
      where: { file: join(folder, "global.json"), line, column },
    });
    expect(first?.message).toContain("default_weighted_rule");
    expect(others).toEqual([]);
  });

  it("names health checks by their keys, and a key that is not there is a mistake", () => {
    const { text, line, column } =
      marked(`{ "AWSPolicyFormatVersion": "2015-10-01", "RecordType": "A", "StartRule": "w",
  "Rules": { "w": { "RuleType": "weighted", "Items": [
    { "Weight": "1", "EndpointReference": "e", "HealthCheck": "primary" },
    { "Weight": "1", "EndpointReference": "e", "HealthCheck": ¦"primry" } ] } },
  "Endpoints": { "e": { "Type": "value", "Value": "192.0.2.1" } } }`);
    expect(withDocument(text)).toMatchObject([{ code: "config.unknown-health-check", where: { line, column } }]);
  });

  it("that is no JSON is a syntax error in its own file", () => {
    const [first] = withDocument("{ ");
    expect(first).toMatchObject({ code: "config.syntax", where: { file: join(folder, "global.json") } });
  });

  it.each([
    [
      "a comma that is missing",
      `{\n  "AWSPolicyFormatVersion": "2015-10-01"\n  ¦"RecordType": "A"\n}`,
      /^no valid JSON: Expected ','/,
    ],
    ["a brace too many", `{\n  "Rules": {}\n}\n¦}`, /^no valid JSON: Unexpected non-whitespace character/],
    ["an end too early", `{\n  "Rules": {\n¦`, /^no valid JSON: (it ends too early|Expected)/],
  ])("that is no JSON is told once, where it stops being JSON: %s", (_, source, message) => {
    const { text, line, column } = marked(source);
    const [first, ...others] = withDocument(text);
    expect(first).toMatchObject({ code: "config.syntax", where: { line, column } });
    expect(first?.message).toMatch(message);
    expect(others).toEqual([]);
  });

  it("as such texts have it, with the names and types of another format, is pointed at throughout", () => {
    const mistakes = withDocument(`{
"AWSPolicyFormatVersion": "2015-10-01",
"RecordType": "A",
"StartRule": "geolocation_rule",
"Rules": {
"geolocation_rule": {
"RuleType": "geo",
"Locations": [
{ "CountryCode": "US", "EndpointReference": "us_weighted_rule" },
{ "CountryCode": "GB", "EndpointReference": "eu_endpoint" },
{ "IsDefault": true, "EndpointReference": "default_weighted_rule" }
]
},
"us_weighted_rule": { "RuleType": "weighted", "Items": [ { "Weight": 80, "EndpointReference": "eu_endpoint" } ] }
},
"Endpoints": { "eu_endpoint": { "Type": "value", "Value": "192.0.2.3" } }
}`);
    const told = (line: number) =>
      mistakes
        .filter((one) => one.where?.line === line)
        .map((one) => one.message)
        .join("; ");
    expect(told(9)).toMatch(/CountryCode/);
    expect(told(9)).toMatch(/us_weighted_rule/);
    expect(told(10)).toMatch(/CountryCode/);
    expect(told(11)).toMatch(/IsDefault/);
    expect(told(11)).toMatch(/default_weighted_rule/);
    expect(told(14)).toMatch(/Weight/);
  });

  it("may stand inline, and is then pointed at in r53kit.yaml", () => {
    const { text, line, column } = marked(`${HEAD}trafficFlow:
  policies:
    g:
      document:
        AWSPolicyFormatVersion: "2015-10-01"
        RecordType: A
        StartRule: w
        Rules: { w: { RuleType: weighted, Items: [ { Weight: "1", EndpointReference: ¦nope } ] } }
        Endpoints: { e: { Type: value, Value: 192.0.2.1 } }
`);
    expect(mistakesOf(text)[0]).toMatchObject({
      code: "config.bad-traffic-policy",
      where: { file: "r53kit.yaml", line, column },
    });
  });
});

describe("a set-up file", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "r53kit-config-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const failureOf = (file: string, content?: string | Buffer): Failure => {
    if (content !== undefined) writeFileSync(file, content);
    try {
      loadConfig(file);
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
    throw new Error(`${file} was read`);
  };

  it("that is not there, or is a folder, says so, with the way on", () => {
    const nowhere = join(folder, "nowhere.yaml");
    expect(failureOf(nowhere)).toMatchObject({ code: "config.no-file", message: `there is no ${nowhere}` });
    expect(failureOf(folder).message).toBe(`${folder} could not be read: it is a folder`);
    expect(failureOf(folder).next).toContain("--config FILE");
  });

  it("that is empty says what to start with", () => {
    expect(failureOf(join(folder, "empty.yaml"), "# nothing\n")).toMatchObject({
      code: "config.missing",
      next: expect.stringContaining("version: 1"),
    });
  });

  it("in another encoding is refused at the first octet, not published with replacement characters", () => {
    const file = join(folder, "latin1.yaml");
    const head = `${HEAD}records: [ { name: "@", type: TXT, ttl: 60, values: [ü caf`;
    const failure = failureOf(file, Buffer.concat([Buffer.from(head), Buffer.from([0xe9]), Buffer.from("] } ]\n")]));
    expect(failure).toMatchObject({
      code: "config.encoding",
      where: { file, line: 3, column: head.length - HEAD.length + 1 },
    });
    expect(failure.message).toContain("0xe9");
    expect(failureOf(file, Buffer.from(`\ufeff${HEAD}`, "utf16le"))).toMatchObject({
      code: "config.encoding",
      where: { line: 1, column: 1 },
      next: "save it as UTF-8 (iconv -f UTF-16 -t UTF-8)",
    });
  });

  it("with a traffic policy in another encoding is told where that stands", () => {
    const document = join(folder, "policy.json");
    writeFileSync(document, Buffer.from([0x7b, 0x0a, 0x22, 0xfc, 0x22]));
    const failure = failureOf(
      join(folder, "r53kit.yaml"),
      `${HEAD}trafficFlow: { policies: { g: { document: policy.json } } }\n`,
    );
    expect(failure).toMatchObject({ code: "config.encoding", where: { file: document, line: 2, column: 2 } });
  });

  it("with a bomb of aliases is refused before it goes off", () => {
    const levels = Array.from({ length: 9 }, (_, i) => {
      const items = Array.from({ length: 9 }, () => (i === 0 ? "x" : `*a${i - 1}`)).join(", ");
      return `      l${i}: &a${i} [${items}]\n`;
    });
    const [failure] = mistakesOf(`${HEAD}trafficFlow:\n  policies:\n    g:\n     document:\n${levels.join("")}`);
    expect(failure).toMatchObject({ code: "config.syntax" });
    expect(failure?.message).toContain("aliases");
    expect(failure?.where?.line).toBeGreaterThan(6);
  });

  it.each([150, 500, 20_000])("nested %s levels deep is told so", (levels) => {
    const [failure] = mistakesOf(
      `${HEAD}trafficFlow: { policies: { g: { document: { a: ${"[".repeat(levels)}${"]".repeat(levels)} } } } }\n`,
    );
    expect(failure).toMatchObject({ code: "config.syntax", message: "the file is nested too deeply" });
  });

  it("with a byte order mark is read, and its columns are those that editors count", () => {
    expect(mistakesOf(`\ufeff${HEAD}`)).toEqual([]);
    const [failure] = mistakesOf("\ufeffversion: 2\nzone: { name: a.com }\n");
    expect(failure).toMatchObject({ code: "config.bad-value", where: { line: 1, column: 10 } });
  });

  it("may share one anchor among thousands of records", () => {
    const records = Array.from(
      { length: 2000 },
      (_, i) => `  - { name: n${i}, type: A, ttl: *ttl, values: [192.0.2.1] }\n`,
    );
    const first = "  - { name: first, type: A, ttl: &ttl 60, values: [192.0.2.1] }\n";
    expect(mistakesOf(`${HEAD}records:\n${first}${records.join("")}`)).toEqual([]);
  });
});
