import { describe, expect, it } from "vitest";
import { renderExplanation } from "../../../src/render/explain/explanation.ts";
import { explainPlanned, oddsText, percents, plannedScene, questionOf } from "./scenes.ts";

const ZONE = `
zone: { name: example.com }
healthChecks:
  blue:  { type: TCP, address: 192.0.2.1, port: 80 }
  green: { type: TCP, address: 192.0.2.2, port: 80 }
  spare: { type: TCP, address: 192.0.2.3, port: 80 }
  any:   { type: CALCULATED, children: [blue, green], healthThreshold: 1 }
  not:   { type: TCP, address: 192.0.2.4, port: 80, inverted: true }
records:
  - { name: www, type: A, ttl: 300, values: [192.0.2.1, 192.0.2.2] }
  - { name: www, type: TXT, ttl: 300, values: [hello] }
  - { name: docs, type: CNAME, ttl: 60, values: [www.example.com.] }
  - { name: out, type: CNAME, ttl: 60, values: [www.example.net.] }
  - { name: one, type: CNAME, ttl: 60, values: [two.example.com.] }
  - { name: two, type: CNAME, ttl: 60, values: [one.example.com.] }
  - { name: lost, type: CNAME, ttl: 60, values: [nowhere.example.com.] }
  - { name: "*.wild", type: A, ttl: 60, values: [192.0.2.9] }
  - { name: deep.below, type: A, ttl: 60, values: [192.0.2.9] }
  - { name: team, type: NS, ttl: 60, values: [ns1.example.net., ns2.example.net.] }
  - { name: cdn, type: A, alias: { target: d123456789abcd.cloudfront.net } }
  - { name: front, type: A, alias: { target: api, evaluateTargetHealth: true } }
routing:
  - name: api
    type: A
    ttl: 60
    policy: weighted
    answers:
      blue:  { weight: 2, values: [192.0.2.1], healthCheck: blue }
      green: { weight: 1, values: [192.0.2.2], healthCheck: green }
      spare: { weight: 0, values: [192.0.2.3], healthCheck: spare }
  - name: tree
    type: A
    policy: failover
    answers:
      p: { failover: PRIMARY, alias: { target: api, evaluateTargetHealth: true } }
      s: { failover: SECONDARY, alias: { target: www } }
  - name: either
    type: CNAME
    ttl: 60
    policy: weighted
    answers:
      here:  { weight: 3, values: [api.example.com.] }
      there: { weight: 1, values: [www.example.net.] }
  - name: counted
    type: A
    ttl: 60
    policy: failover
    answers:
      p: { failover: PRIMARY, values: [192.0.2.1], healthCheck: any }
      s: { failover: SECONDARY, values: [192.0.2.2] }
  - name: place
    type: A
    ttl: 60
    policy: geolocation
    answers:
      germany: { country: DE, values: [192.0.2.1], healthCheck: blue }
      europe:  { continent: EU, values: [192.0.2.2] }
`;

const ask = (name: string, asking: Parameters<typeof explainPlanned>[2] = {}) =>
  explainPlanned(ZONE, `${name}.example.com`, asking);
const odds = (name: string, asking: Parameters<typeof explainPlanned>[2] = {}) => oddsText(ask(name, asking).answers);

describe("an explanation", () => {
  it("has the exact probability of every answer", () => {
    expect(odds("api")).toEqual({ "192.0.2.1": "2/3", "192.0.2.2": "1/3" });
    expect(odds("api", { down: ["blue"] })).toEqual({ "192.0.2.2": "1" });
    expect(odds("api", { down: ["blue", "green"] })).toEqual({ "192.0.2.3": "1" });
    expect(odds("api", { down: ["blue", "green", "spare"] })).toEqual({ "192.0.2.1": "2/3", "192.0.2.2": "1/3" });
  });

  it("says when nothing is healthy, so that everything counts as healthy", () => {
    const { lookup, sentences } = ask("api", { down: ["blue", "green", "spare"] });
    expect(lookup).toMatchObject({ state: "hit", tree: { policy: "weighted", noneHealthy: true } });
    expect(sentences[0]).toContain("none is healthy, so all count as healthy");
  });

  it("goes through aliases that evaluate their target's health, and backs out of what is unhealthy", () => {
    expect(odds("tree")).toEqual({ "192.0.2.1": "2/3", "192.0.2.2": "1/3" });
    const { answers, lookup } = ask("tree", { down: ["blue", "green", "spare"] });
    expect(oddsText(answers)).toEqual({ "192.0.2.1, 192.0.2.2": "1" });
    expect(lookup).toMatchObject({
      tree: {
        branches: [
          { chosen: false, healthCauses: [{ kind: "target", healthy: false }], next: { kind: "alias", found: true } },
          { chosen: true, share: { fraction: "1", value: 1 }, next: { next: { kind: "policy" } } },
        ],
      },
    });
    expect(odds("front")).toEqual(odds("api"));
  });

  it("counts calculated checks from their children, and lets --down name any check", () => {
    expect(odds("counted", { down: ["blue"] })).toEqual({ "192.0.2.1": "1" });
    expect(odds("counted", { down: ["blue", "green"] })).toEqual({ "192.0.2.2": "1" });
    expect(odds("counted", { down: ["any"] })).toEqual({ "192.0.2.2": "1" });
    expect(ask("counted", { down: ["blue"] }).healthChecks).toMatchObject([
      { name: "any", healthy: true, says: "1 of 2 children healthy, 1 needed" },
      { name: "blue", healthy: false, says: "taken as down" },
      { name: "green", healthy: true },
    ]);
  });

  it("refuses a check that is not there, and names those that are", () => {
    expect(() => ask("api", { down: ["purple"] })).toThrowError(
      expect.objectContaining({ code: "explain.unknown-check", kind: "usage", next: expect.stringContaining("blue") }),
    );
  });

  it("says NXDOMAIN, NODATA and an empty non-terminal as the name server would", () => {
    expect(ask("nowhere").answers).toMatchObject([{ rcode: "NXDOMAIN", content: { why: "name-error" } }]);
    expect(ask("www", { type: "AAAA" })).toMatchObject({
      lookup: { state: "no-data", types: ["A", "TXT"] },
      answers: [{ rcode: "NOERROR", content: { kind: "nothing", why: "no-data" } }],
    });
    expect(ask("below")).toMatchObject({ lookup: { state: "no-data", types: [] }, answers: [{ rcode: "NOERROR" }] });
  });

  it("says which wildcard covers a name that it has no data for", () => {
    expect(ask("a.b.wild", { type: "AAAA" }).sentences[0]).toBe(
      "a.b.wild.example.com is not there itself: the wildcard *.wild.example.com answers for it. " +
        "*.wild.example.com has A, but not what is asked for: NOERROR without data.",
    );
  });

  it("says which wildcard answers", () => {
    expect(ask("a.b.wild")).toMatchObject({
      lookup: { state: "hit", name: "a.b.wild.example.com", owner: "*.wild.example.com" },
      answers: [{ content: { name: "a.b.wild.example.com", values: ["192.0.2.9"] } }],
      sentences: [expect.stringContaining("wildcard"), expect.anything(), expect.anything()],
    });
  });

  it("follows CNAMEs within the zone, with their odds", () => {
    expect(odds("docs")).toEqual({ "www.example.com: 192.0.2.1, 192.0.2.2": "1" });
    expect(odds("out")).toEqual({ "the CNAME www.example.net alone": "1" });
    expect(ask("lost").answers).toMatchObject([{ rcode: "NXDOMAIN", chain: [{ target: "nowhere.example.com" }] }]);
    expect(odds("either")).toEqual({
      "api.example.com: 192.0.2.1": "1/2",
      "api.example.com: 192.0.2.2": "1/4",
      "the CNAME www.example.net alone": "1/4",
    });
  });

  it("ends where CNAMEs lead in a circle", () => {
    expect(ask("one").sentences.join(" ")).toContain("The CNAMEs lead back to one.example.com");
  });

  it("answers for a delegated name with a referral, but not for its DS", () => {
    expect(ask("a.team")).toMatchObject({
      lookup: { state: "delegation", cut: "team.example.com" },
      answers: [{ content: { kind: "referral", nameServers: ["ns1.example.net", "ns2.example.net"] } }],
    });
    expect(ask("team", { type: "DS" }).lookup.state).toBe("no-data");
  });

  it("says so where the tree cannot tell", () => {
    expect(ask("cdn")).toMatchObject({
      answers: [{ content: { kind: "elsewhere", target: "d123456789abcd.cloudfront.net" } }],
      sentences: [expect.anything(), expect.stringContaining("which no zone here has"), expect.anything()],
    });
  });

  it("is about the client that is named", () => {
    expect(odds("place", { from: "de" })).toEqual({ "192.0.2.1": "1" });
    expect(odds("place", { from: "de", down: ["blue"] })).toEqual({ "192.0.2.2": "1" });
    expect(odds("place", { region: "eu-west-3" })).toEqual({ "192.0.2.2": "1" });
    expect(odds("place", { subnet: "198.51.100.0/24" })).toEqual({ "192.0.2.1": "1" });
    expect(odds("place", { from: "US-CA" })).toEqual({ "no data (no place matches)": "1" });
    const nobody = ask("place");
    expect(nobody.dependsOnClient).toBe(true);
    expect(nobody.notes.join(" ")).toContain("--from");
  });

  it.each([
    [{ from: "XX" }, "explain.country"],
    [{ region: "eu-west-99" }, "explain.region"],
    [{ subnet: "198.51.100" }, "explain.subnet"],
    [{ from: "DE", region: "eu-west-1" }, "explain.two-clients"],
  ])("refuses %o as a client", (asking, code) => {
    expect(() => ask("place", asking)).toThrowError(expect.objectContaining({ code, kind: "usage" }));
  });

  it("refuses a name in none of the file's zones", () => {
    expect(() => plannedScene(ZONE, questionOf("example.net"))).toThrowError(
      expect.objectContaining({ code: "explain.no-zone" }),
    );
  });

  it("names a sample of more than eight answers with each one's chance", () => {
    const answers = Array.from({ length: 12 }, (_, index) => `      a${index}: { values: [192.0.2.${index + 1}] }`);
    const text = `zone: { name: example.com }\nrouting:\n  - name: pool\n    type: A\n    ttl: 60\n    policy: multivalue\n    answers:\n${answers.join("\n")}`;
    const explained = explainPlanned(text, "pool.example.com");
    expect(explained.answers).toMatchObject([{ probability: { fraction: "1" }, content: { kind: "sample", size: 8 } }]);
    expect(renderExplanation(explained, { color: false })).toContain("192.0.2.12  in 66.7 % of the answers");
  });

  it("walks Traffic Flow documents", () => {
    const document = {
      AWSPolicyFormatVersion: "2015-10-01",
      RecordType: "A",
      StartRule: "split",
      Endpoints: { a: { Type: "value", Value: "192.0.2.1" }, b: { Type: "value", Value: "192.0.2.2" } },
      Rules: {
        split: {
          RuleType: "weighted",
          Items: [
            { Weight: "1", RuleReference: "safe" },
            { Weight: "3", EndpointReference: "b", HealthCheck: "other" },
          ],
        },
        safe: {
          RuleType: "failover",
          Primary: { EndpointReference: "a", HealthCheck: "main" },
          Secondary: { EndpointReference: "b" },
        },
      },
    };
    const text = `
zone: { name: example.com }
healthChecks:
  main:  { type: TCP, address: 192.0.2.1, port: 80 }
  other: { type: TCP, address: 192.0.2.2, port: 80 }
trafficFlow:
  policies: { flow: { document: ${JSON.stringify(document)} } }
  instances: [ { name: flow, policy: flow, ttl: 30 } ]`;
    expect(oddsText(explainPlanned(text, "flow.example.com").answers)).toEqual({
      "192.0.2.2": "3/4",
      "192.0.2.1": "1/4",
    });
    expect(oddsText(explainPlanned(text, "flow.example.com", { down: ["main"] }).answers)).toEqual({
      "192.0.2.2": "1",
    });
    expect(percents(explainPlanned(text, "flow.example.com", { down: ["other"] }).answers)).toEqual({
      "192.0.2.1": "100 %",
    });
  });

  it("says what has the endpoint that a traffic policy starts with", () => {
    const policyOf = (RecordType: string, endpoint: object) =>
      JSON.stringify({
        AWSPolicyFormatVersion: "2015-10-01",
        RecordType,
        StartEndpoint: "only",
        Endpoints: { only: endpoint },
      });
    const text = `
zone: { name: example.com }
trafficFlow:
  policies:
    value: { document: ${policyOf("A", { Type: "value", Value: "192.0.2.1" })} }
    name: { document: ${policyOf("CNAME", { Type: "value", Value: "www.example.org" })} }
    distribution: { document: ${policyOf("A", { Type: "cloudfront", Value: "d111111abcdef8.cloudfront.net" })} }
  instances:
    - { name: value, policy: value, ttl: 30 }
    - { name: name, policy: name, ttl: 30 }
    - { name: cdn, policy: distribution, ttl: 30 }`;
    const shown = (name: string) =>
      renderExplanation(explainPlanned(text, `${name}.example.com`), { color: false }).split("\n");
    expect(shown("value")).toContain("value.example.com A  →  192.0.2.1  TTL 30");
    expect(shown("value").join("\n")).toContain(
      "value.example.com A has one answer for everybody: the endpoint that its traffic policy starts with.",
    );
    expect(shown("name")).toContain("name.example.com CNAME  →  www.example.org  TTL 30");
    expect(shown("cdn")).toContain("cdn.example.com A  →  alias of d111111abcdef8.cloudfront.net A, in no zone here");
  });

  it("tells who asks about a private zone that the VPC's Region counts", () => {
    const text = `
zone: { name: example.com, private: true, vpcs: [{ id: vpc-0a1, region: eu-central-1 }] }
routing:
  - name: near
    type: A
    ttl: 60
    policy: latency
    answers:
      eu: { region: eu-central-1, values: [192.0.2.1] }
      us: { region: us-east-1, values: [192.0.2.2] }`;
    const [note, ...others] = explainPlanned(text, "near.example.com").notes;
    expect(note).toContain("say which with --region");
    expect(others.join(" ")).not.toContain("--from");
    const fromRegion = explainPlanned(text, "near.example.com", { region: "eu-west-1" });
    expect(oddsText(fromRegion.answers)).toEqual({ "192.0.2.1": "1" });
    expect(fromRegion.notes).not.toContain(note);
    // A network in Germany: neither the address counts, nor where it is.
    const fromNetwork = explainPlanned(text, "near.example.com", { subnet: "198.51.100.0/24" });
    expect(oddsText(fromNetwork.answers)).toEqual({ "192.0.2.2": "1" });
    expect(fromNetwork.notes).toContain(note);
  });

  it("looks clients up in the file's CIDR collections", () => {
    const text = `
zone: { name: example.com }
cidrCollections:
  offices: { berlin: [198.51.100.0/24], tokyo: ["203.0.113.0/24"] }
routing:
  - name: vpn
    type: A
    ttl: 60
    policy: cidr
    answers:
      berlin: { collection: offices, location: berlin, values: [192.0.2.1] }
      others: { collection: offices, location: "*", values: [192.0.2.2] }`;
    expect(oddsText(explainPlanned(text, "vpn.example.com", { subnet: "198.51.100.0/25" }).answers)).toEqual({
      "192.0.2.1": "1",
    });
    const anywhere = explainPlanned(text, "vpn.example.com", { from: "DE" });
    expect(oddsText(anywhere.answers)).toEqual({ "192.0.2.2": "1" });
    expect(anywhere.notes.join(" ")).toContain("--subnet");
    expect(anywhere.sentences[0]).toContain(
      "berlin (location berlin, which the client is not in; no health check), others (the default location; no health check), " +
        "it answers others: the client is in none of the others.",
    );
  });
});

describe("the text of an explanation", () => {
  it("shows the tree, the answers, the words and the health", () => {
    expect(renderExplanation(ask("tree", { down: ["spare"] }), { color: false })).toBe(
      [
        "tree.example.com A, with spare down",
        "from r53kit.yaml, before it is applied, zone example.com",
        "",
        "tree.example.com A  failover",
        "├─ ●  p  100 %  primary    healthy: its target  → alias of api.example.com A",
        "│  └─ api.example.com A  weighted",
        "│     ├─ ●  blue   66.7 %  weight 2 of 3  healthy: blue     → 192.0.2.1  TTL 60",
        "│     ├─ ●  green  33.3 %  weight 1 of 3  healthy: green    → 192.0.2.2  TTL 60",
        "│     └─ ✗  spare          weight 0 of 3  unhealthy: spare  → 192.0.2.3  TTL 60",
        "└─ ○  s         secondary  no health check      → alias of www.example.com A",
        "",
        "Answers  NOERROR",
        "  66.7 %  192.0.2.1  TTL 60  (2/3)",
        "  33.3 %  192.0.2.2  TTL 60  (1/3)",
        "",
        "In words",
        "  tree.example.com A is failover: of p (primary; healthy), s (secondary; no health check), it answers p: the primary is healthy.",
        "  It is an alias for api.example.com A.",
        "  api.example.com A is weighted: of blue (weight 2 of 3; healthy), green (weight 1 of 3; healthy), spare (weight 0 of 3; unhealthy (check spare)), it answers blue (66.7 %), green (33.3 %): drawn by weight.",
        "  The answer is 192.0.2.1 (66.7 %) or 192.0.2.2 (33.3 %).",
        "",
        "Health checks",
        "  ✓ blue   not asked: taken as healthy",
        "  ✓ green  not asked: taken as healthy",
        "  ✗ spare  taken as down",
      ].join("\n"),
    );
  });

  it("lets nothing in a value reach the terminal", () => {
    const text = `zone: { name: example.com }\nrecords:\n  - { name: t, type: TXT, ttl: 60, values: ["\\e[31mred"] }`;
    const shown = renderExplanation(explainPlanned(text, "t.example.com", { type: "TXT" }), { color: false });
    expect(shown).not.toContain("\u001b");
  });
});
