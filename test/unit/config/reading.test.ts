import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig, readConfig } from "../../../src/config/load.ts";
import { editDistance, nearest } from "../../../src/config/suggestion.ts";

const read = (body: string) =>
  readConfig("r53kit.yaml", `version: 1\nzone: { name: MyApp.com., comment: x }\n${body}`).config;
const recordSets = (body: string) => read(body).zones[0]?.recordSets ?? [];

describe("names", () => {
  it.each([
    ["@", "myapp.com."],
    ["www", "www.myapp.com."],
    ["a.b", "a.b.myapp.com."],
    ["www.myapp.com", "www.myapp.com."],
    ["WWW.myapp.com.", "www.myapp.com."],
    ["*.shop", "*.shop.myapp.com."],
    ["myapp.com.myapp.com.", "myapp.com.myapp.com."],
    ["notmyapp.com", "notmyapp.com.myapp.com."],
  ])("%s is the record %s", (name, absolute) => {
    const [set] = recordSets(`records: [ { name: "${name}", type: A, ttl: 60, values: [192.0.2.1] } ]`);
    expect(set?.name).toBe(absolute);
  });
});

describe("answers", () => {
  it("keep zero where zero is meant: TTL, weight and bias", () => {
    const sets = recordSets(`routing:
  - { name: a, type: A, ttl: 0, policy: weighted, answers: { x: { weight: 0, values: [192.0.2.1] } } }
  - { name: b, type: A, ttl: 0, policy: geoproximity, answers: { x: { region: eu-west-1, bias: 0, values: [192.0.2.1] } } }`);
    expect(sets).toMatchObject([
      { policy: { kind: "weighted", weight: 0 }, answer: { ttlSeconds: 0 } },
      { policy: { kind: "geoproximity", place: { awsRegion: "eu-west-1", bias: 0 } } },
    ]);
  });

  it("put text of TXT records into quotation marks, unless it is in them", () => {
    const [set] = recordSets(
      `records: [ { name: "@", type: TXT, ttl: 60, values: ["v=spf1 -all", '"in" "two parts"', 'say "hi"'] } ]`,
    );
    expect(set?.answer).toMatchObject({ values: ['"v=spf1 -all"', '"in" "two parts"', '"say \\"hi\\""'] });
  });

  it("lose the line break that a block scalar ends with, and white space around and between fields", () => {
    const sets = recordSets(`records:
  - name: "@"
    type: TXT
    ttl: 60
    values:
      - |
        v=spf1 -all
      - >
        two
        lines
  - { name: "@", type: MX, ttl: 60, values: [" 10\t mail "] }
  - { name: a, type: A, ttl: 60, values: ["192.0.2.1\\n"] }
  - { name: "@", type: CAA, ttl: 60, values: ['0  issue  "ca.example;  policy=1"'] }`);
    expect(sets.map((set) => set.answer)).toMatchObject([
      { values: ['"v=spf1 -all"', '"two lines"'] },
      { values: ["10 mail"] },
      { values: ["192.0.2.1"] },
      { values: ['0 issue "ca.example;  policy=1"'] },
    ]);
  });

  it("carry control characters as octal, which is how Route 53 takes them", () => {
    const sets = recordSets(
      `records: [ { name: a, type: TXT, ttl: 60, values: ["\\e[2J"] }, { name: b, type: TXT, ttl: 60, values: ["\\"\\e[2J\\""] } ]`,
    );
    expect(sets.map((set) => set.answer)).toMatchObject([{ values: ['"\\033[2J"'] }, { values: ['"\\033[2J"'] }]);
  });

  it("have the identifiers that are written, whatever YAML makes of them", () => {
    const sets = recordSets(`routing:
  - name: a
    type: A
    ttl: 60
    policy: multivalue
    answers: { 010: { values: [192.0.2.1] }, 1e3: { values: [192.0.2.2] }, yes: { values: [192.0.2.3] }, true: { values: [192.0.2.4] }, 1.10: { values: [192.0.2.5] } }`);
    expect(sets.map((set) => set.setIdentifier)).toEqual(["010", "1e3", "yes", "true", "1.10"]);
    expect(sets.map((set) => set.path.at(-1))).toEqual(["010", "1e3", "yes", "true", "1.10"]);
  });

  it("find the zone of an alias target: the file's own, CloudFront's, or the one that is given", () => {
    const sets = recordSets(`records:
  - { name: www, type: A, ttl: 60, values: [192.0.2.1] }
  - { name: "@", type: A, alias: { target: www } }
  - { name: cdn, type: A, alias: { target: d1.cloudfront.net } }
  - { name: lb, type: A, alias: { target: lb.elb.amazonaws.com, zone: /hostedzone/Z32O12XQLNTSW2, evaluateTargetHealth: true } }`);
    expect(sets.slice(1).map((set) => set.answer)).toEqual([
      {
        kind: "alias",
        target: "www.myapp.com.",
        zone: { kind: "own" },
        evaluateTargetHealth: false,
      },
      {
        kind: "alias",
        target: "d1.cloudfront.net.",
        zone: { kind: "id", id: "Z2FDTNDATAQYW2" },
        evaluateTargetHealth: false,
      },
      {
        kind: "alias",
        target: "lb.elb.amazonaws.com.",
        zone: { kind: "id", id: "Z32O12XQLNTSW2" },
        evaluateTargetHealth: true,
      },
    ]);
  });

  it("may come from anchors and merges, and their places are found through them", () => {
    const { config, places } = readConfig(
      "r53kit.yaml",
      `version: 1
zone: { name: a.com }
records:
  - &base { name: www, type: A, ttl: 60, values: [192.0.2.1] }
  - { <<: *base, name: api }
`,
    );
    expect(config.zones[0]?.recordSets.map((set) => set.name)).toEqual(["www.a.com.", "api.a.com."]);
    expect(places.of(["records", 1, "ttl"])).toMatchObject({ line: 4, column: 38 });
  });
});

describe("health checks", () => {
  it("have Route 53's defaults", () => {
    expect(read("healthChecks: { a: { type: HTTPS, host: api.example.org } }").healthChecks[0]?.settings).toEqual({
      kind: "endpoint",
      type: "HTTPS",
      host: "api.example.org",
      port: 443,
      intervalSeconds: 30,
      failureThreshold: 3,
      inverted: false,
      disabled: false,
      measureLatency: false,
      enableSni: true,
    });
  });

  it("with a search string become string matches", () => {
    const { healthChecks } = read("healthChecks: { a: { type: HTTP, address: 192.0.2.1, search: OK } }");
    expect(healthChecks[0]?.settings).toMatchObject({ type: "HTTP_STR_MATCH", searchString: "OK" });
  });
});

describe("several zones", () => {
  it("have records of their own and share health checks; a name belongs to the zone it stands in", () => {
    const { config } = readConfig(
      "r53kit.yaml",
      `version: 1
healthChecks: { p: { type: TCP, address: 192.0.2.1, port: 80 } }
zones:
  - name: a.com
    records: [ { name: www, type: A, ttl: 60, values: [192.0.2.1] } ]
    logging: { logGroup: /a }
  - name: b.com
    routing: [ { name: www, type: A, ttl: 60, policy: multivalue, answers: { x: { values: [192.0.2.1], healthCheck: p } } } ]
`,
    );
    expect(config.project).toBe("a.com");
    expect(config.zones.map((zone) => zone.recordSets.map((set) => set.name))).toEqual([
      ["www.a.com."],
      ["www.b.com."],
    ]);
    expect(config.zones[0]?.logging?.logGroup).toBe("/a");
  });
});

describe("the examples", () => {
  const examples = resolve(import.meta.dirname, "../../../docs/examples");
  it.each(["cafe", "myapp", "walkthrough"])("%s is right", (name) => {
    const { config } = loadConfig(join(examples, name, "r53kit.yaml"));
    expect(config.zones[0]?.recordSets.length).toBeGreaterThan(4);
  });

  it("share no endpoint address", () => {
    const addresses = ["cafe", "myapp", "walkthrough"].flatMap((name) =>
      loadConfig(join(examples, name, "r53kit.yaml")).config.endpoints.map((endpoint) => endpoint.address),
    );
    expect(new Set(addresses).size).toBe(addresses.length);
  });
});

describe("did you mean", () => {
  it("counts a swap of neighbours as one mistake", () => {
    expect(editDistance("comemnt", "comment")).toBe(1);
    expect(editDistance("", "abc")).toBe(3);
  });
  it("offers nothing when nothing is near", () => {
    expect(nearest("zzz", ["records", "routing"])).toBeUndefined();
    expect(nearest("recods", ["records", "routing"])).toBe("records");
  });
});
