// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such texts are what is tested

import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { domainName } from "../../../src/route53/names.ts";
import { canonicalValue } from "../../../src/route53/record-data.ts";
import type { RecordSet, RecordType, RoutingPolicy } from "../../../src/route53/record-set.ts";
import { readMasterFile } from "../../../src/zonefile/master-file/read.ts";
import { writeMasterFile } from "../../../src/zonefile/master-file/write.ts";
import { naturalOrder, writeOctodns } from "../../../src/zonefile/octodns/write.ts";
import { recordSetsOf } from "../../../src/zonefile/record-sets.ts";
import { hclValue } from "../../../src/zonefile/terraform/hcl.ts";
import { writeTerraform } from "../../../src/zonefile/terraform/write.ts";

const ZONE = domainName("example.com");
const ID = "Z123";

function simple(name: string, type: RecordType, ...values: string[]): RecordSet {
  return {
    name: domainName(name),
    type,
    policy: { kind: "simple" },
    answer: { kind: "records", ttlSeconds: 300, values },
  };
}

function routed(name: string, setIdentifier: string, policy: RoutingPolicy, value: string, check?: string): RecordSet {
  return {
    ...simple(name, "A", value),
    policy,
    setIdentifier,
    ...(check === undefined ? {} : { healthCheckId: check }),
  };
}

function alias(name: string, target: string, hostedZoneId = ID): RecordSet {
  const answer = { kind: "alias", hostedZoneId, target: domainName(target), evaluateTargetHealth: false } as const;
  return { name: domainName(name), type: "A", policy: { kind: "simple" }, answer };
}

const APEX = [
  simple("example.com", "NS", "ns-1.awsdns-01.com.", "ns-2.awsdns-02.net."),
  simple("example.com", "SOA", "ns-1.awsdns-01.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"),
];

const EVERY_TYPE: readonly RecordSet[] = [
  simple("a.example.com", "A", "192.0.2.1", "192.0.2.2"),
  simple("a.example.com", "AAAA", "2001:db8::1"),
  simple("example.com", "CAA", '0 issue "ca.example.net; policy=\\"x\\""'),
  simple("*.w.example.com", "CNAME", "a.example.com."),
  simple("sub.example.com", "DS", "12345 13 2 aabbccdd"),
  simple("h.example.com", "HTTPS", '1 . alpn="h2,h3" port=8443 ipv6hint=2001:db8::1', "2 other.example.net."),
  simple("example.com", "MX", "10 mail.example.com.", "20 mail.example.net."),
  simple("n.example.com", "NAPTR", '100 50 "s" "SIP+D2U" "!^.*$!sip:\\\\1@example.com!" .'),
  simple("sub.example.com", "NS", "ns.sub.example.com."),
  simple("p.example.com", "PTR", "a.example.com."),
  simple("f.example.com", "SPF", '"v=spf1 -all"'),
  simple("_sip._tcp.example.com", "SRV", "1 2 5060 a.example.com."),
  simple("a.example.com", "SSHFP", "4 2 aabb"),
  simple("s.example.com", "SVCB", "0 a.example.com."),
  simple("_443._tcp.example.com", "TLSA", "3 1 1 aabb"),
  simple("t.example.com", "TXT", '"one; (two)" "\\"three\\" \\\\ \\303\\244\\012"', '""', `"${"x".repeat(255)}" "y"`),
];

const STRANGE_NAMES = [
  "\\100.example.com",
  "a\\050b\\073.example.com",
  "\\044x.example.com",
  "a\\040b\\056c.example.com",
  "\\303\\244\\042.example.com",
];

/** What an import would want, as texts that can be compared. */
function readBack(text: string): string[] {
  const { records, problems } = readMasterFile(text, ZONE);
  expect(problems).toEqual([]);
  const found = recordSetsOf(records, ZONE);
  expect(found.problems).toEqual([]);
  return found.recordSets.map(({ set }) => asText(set)).sort();
}

function asText({ name, type, answer }: RecordSet): string {
  const values = answer.kind === "records" ? answer.values.map((value) => canonicalValue(type, value)).sort() : [];
  return JSON.stringify([name, type, answer.kind === "records" ? answer.ttlSeconds : 0, values]);
}

describe("a zone file that was exported", () => {
  it("reads back as the same record sets, of every type", () => {
    const { text, unsaid, said } = writeMasterFile({ id: ID, name: ZONE, recordSets: [...APEX, ...EVERY_TYPE] });
    expect(unsaid).toEqual([]);
    expect(said).toBe(APEX.length + EVERY_TYPE.length);
    expect(readBack(text)).toEqual(EVERY_TYPE.map(asText).sort());
  });

  it("reads back names with any octet in them, as owners and as data", () => {
    const sets = STRANGE_NAMES.flatMap((name) => [
      simple(name, "A", "192.0.2.1"),
      simple(`x.${name}`, "CNAME", `${name}.`),
    ]);
    expect(readBack(writeMasterFile({ id: ID, name: ZONE, recordSets: sets }).text)).toEqual(sets.map(asText).sort());
  });

  it("reads back texts of any octets", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return seed / 2 ** 31;
    };
    for (let round = 0; round < 200; round++) {
      const octets = Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * 256));
      const value = canonicalValue("TXT", `"${octets.map((o) => `\\${o.toString(8).padStart(3, "0")}`).join("")}"`);
      const sets = [simple("t.example.com", "TXT", value)];
      expect(readBack(writeMasterFile({ id: ID, name: ZONE, recordSets: sets }).text)).toEqual(sets.map(asText));
    }
  });

  it("starts with the SOA, and has the names below the zone relative", () => {
    const { text } = writeMasterFile({
      id: ID,
      name: ZONE,
      recordSets: [...APEX, simple("www.example.com", "A", "192.0.2.1")],
    });
    const lines = text.split("\n").filter((line) => !line.startsWith(";"));
    expect(lines[0]).toBe("$ORIGIN example.com.");
    expect(lines[1]).toMatch(/^@ +300 IN SOA ns-1/);
    expect(lines.at(-2)).toBe("www 300 IN A 192.0.2.1");
  });

  it("has aliases, policies and Traffic Flow's record sets as comments of one line each", () => {
    const recordSets = [
      ...APEX,
      alias("example.com", "www.example.com"),
      routed(
        "api.example.com",
        "blue\nINJECTED 5 IN A 6.6.6.6",
        { kind: "weighted", weight: 0 },
        "192.0.2.1",
        "check-1",
      ),
      { ...simple("tf.example.com", "A", "a sentence of the API"), trafficPolicyInstanceId: "instance-1" },
    ];
    const { text, unsaid, said } = writeMasterFile({ id: ID, name: ZONE, recordSets });
    expect(unsaid.map(({ why }) => why)).toEqual([
      "a zone file has no aliases",
      "a zone file has no routing policies",
      "belongs to a traffic policy instance",
    ]);
    expect(said).toBe(APEX.length);
    expect(text).toMatch(
      /^; not in this file .*api\.example\.com A "blue\\nINJECTED 5 IN A 6\.6\.6\.6": weighted 0; TTL 300, 192\.0\.2\.1; health check check-1$/m,
    );
    expect(text).not.toMatch(/a sentence of the API/);
    expect(readBack(text)).toEqual([]);
  });

  it("has a record with a health check, and says that the check is not in it", () => {
    const recordSets = [{ ...simple("www.example.com", "A", "192.0.2.1"), healthCheckId: "check-1" }];
    const { text, unsaid, said } = writeMasterFile({ id: ID, name: ZONE, recordSets });
    expect(text).toMatch(/^www 300 IN A 192\.0\.2\.1$/m);
    expect(unsaid).toHaveLength(1);
    expect(said).toBe(1);
  });
});

const HTTP = { Type: "HTTP", Port: 80, ResourcePath: "/up", RequestInterval: 10, FailureThreshold: 2 } as const;

describe("octoDNS's YAML", () => {
  const write = (recordSets: readonly RecordSet[], checks: Record<string, object> = {}) => {
    const healthChecks = new Map(Object.entries(checks)) as Parameters<typeof writeOctodns>[0]["healthChecks"];
    const exported = writeOctodns({ id: ID, name: ZONE, recordSets, healthChecks });
    return { ...exported, data: parse(exported.text) };
  };

  it("has every type with octoDNS's own members", () => {
    const { data, unsaid } = write([...APEX, ...EVERY_TYPE]);
    expect(data[""]).toContainEqual({
      ttl: 300,
      type: "MX",
      values: [
        { exchange: "mail.example.com.", preference: 10 },
        { exchange: "mail.example.net.", preference: 20 },
      ],
    });
    expect(data["_443._tcp"].values).toEqual([
      { certificate_association_data: "aabb", certificate_usage: 3, matching_type: 1, selector: 1 },
    ]);
    expect(data.h.values[0]).toEqual({
      svcparams: { alpn: ["h2", "h3"], ipv6hint: ["2001:db8::1"], port: 8443 },
      svcpriority: 1,
      targetname: ".",
    });
    expect(data["*.w"]).toEqual({ ttl: 300, type: "CNAME", value: "a.example.com." });
    expect(data[""].some(({ type }: { type: string }) => type === "SOA")).toBe(false);
    expect(unsaid.map(({ subject }) => subject)).toEqual([
      "h.example.com HTTPS",
      "a.example.com SSHFP",
      "s.example.com SVCB",
      "_443._tcp.example.com TLSA",
      "t.example.com TXT",
    ]);
  });

  it("joins the strings of a text, and escapes its semicolons", () => {
    const { data } = write([simple("t.example.com", "TXT", '"v=DKIM1; k=\\"rsa\\"" " x"')]);
    expect(data.t.values).toEqual(['v=DKIM1\\; k="rsa" x']);
  });

  it("has aliases into the zone by relative name, and services with their zone's id", () => {
    const { data, unsaid } = write([
      alias("example.com", "www.example.com"),
      alias("cdn.example.com", "d1.cloudfront.net", "Z2FDTNDATAQYW2"),
      alias("other.example.com", "www.example.net", "Z999"),
    ]);
    expect(data[""]).toEqual({ type: "Route53Provider/ALIAS", values: [{ name: "www", type: "A" }] });
    expect(data.cdn.values).toEqual([{ "hosted-zone-id": "Z2FDTNDATAQYW2", name: "d1.cloudfront.net.", type: "A" }]);
    expect(unsaid.map(({ subject }) => subject)).toEqual(["other.example.com A"]);
  });

  it("has weighted answers as one pool, in the smallest numbers of the same proportion", () => {
    const { data } = write(
      [
        routed("api.example.com", "blue", { kind: "weighted", weight: 200 }, "192.0.2.1", "c"),
        routed("api.example.com", "green", { kind: "weighted", weight: 50 }, "192.0.2.2"),
      ],
      { c: { ...HTTP, IPAddress: "192.0.2.1" } },
    );
    expect(data.api.dynamic).toEqual({
      pools: {
        weighted: {
          values: [
            { value: "192.0.2.1", weight: 4 },
            { status: "up", value: "192.0.2.2", weight: 1 },
          ],
        },
      },
      rules: [{ pool: "weighted" }],
    });
    expect(data.api.octodns).toEqual({
      healthcheck: { path: "/up", port: 80, protocol: "HTTP" },
      route53: { healthcheck: { failure_threshold: 2, request_interval: 10 } },
    });
  });

  it("has a failover as a pool with a fallback", () => {
    const { data } = write([
      routed("o.example.com", "first", { kind: "failover", role: "PRIMARY" }, "192.0.2.1"),
      routed("o.example.com", "second", { kind: "failover", role: "SECONDARY" }, "192.0.2.2"),
    ]);
    expect(data.o.dynamic.pools.first.fallback).toBe("second");
    expect(data.o.dynamic.rules).toEqual([{ pool: "first" }]);
  });

  it("has places as rules, the most specific first and the default last", () => {
    const at = (id: string, place: object) => routed("g.example.com", id, { kind: "geolocation", place }, "192.0.2.1");
    const { data } = write([
      at("any", { countryCode: "*" }),
      at("eu", { continentCode: "EU" }),
      at("texas", { countryCode: "US", subdivisionCode: "TX" }),
      at("de", { countryCode: "DE" }),
    ]);
    expect(data.g.dynamic.rules).toEqual([
      { geos: ["NA-US-TX"], pool: "texas" },
      { geos: ["EU-DE"], pool: "de" },
      { geos: ["EU"], pool: "eu" },
      { pool: "any" },
    ]);
  });

  it.each<[string, RecordSet[], RegExp]>([
    ["latency", [routed("l.example.com", "a", { kind: "latency", region: "us-east-1" }, "192.0.2.1")], /no latency/],
    ["a weight of 0", [routed("l.example.com", "a", { kind: "weighted", weight: 0 }, "192.0.2.1")], /weight of 0/],
    [
      "one side of a failover",
      [routed("l.example.com", "a", { kind: "failover", role: "PRIMARY" }, "192.0.2.1")],
      /one side/,
    ],
    [
      "places without a default",
      [routed("l.example.com", "a", { kind: "geolocation", place: { continentCode: "EU" } }, "192.0.2.1")],
      /default/,
    ],
    [
      "a check of another address",
      [routed("l.example.com", "a", { kind: "weighted", weight: 1 }, "192.0.2.1", "c")],
      /another address/,
    ],
    [
      "an inverted check",
      [routed("l.example.com", "a", { kind: "weighted", weight: 1 }, "192.0.2.1", "i")],
      /inverted/,
    ],
    [
      "a calculated check",
      [routed("l.example.com", "a", { kind: "weighted", weight: 1 }, "192.0.2.1", "both")],
      /CALCULATED/,
    ],
  ])("leaves out, as a comment with the reason, %s", (_, sets, why) => {
    const { data, unsaid, text } = write(sets, {
      c: { ...HTTP, IPAddress: "192.0.2.9" },
      i: { ...HTTP, IPAddress: "192.0.2.1", Inverted: true },
      both: { Type: "CALCULATED" },
    });
    // Ignored, or octoDNS would delete it.
    expect(data).toEqual({ l: { octodns: { ignored: true }, ttl: 300, type: "A", values: ["192.0.2.1"] } });
    expect(unsaid[0]?.why).toMatch(why);
    expect(text).toMatch(/^# not in this file .*l\.example\.com A a/m);
  });

  it("orders keys as octoDNS asks: digits as numbers", () => {
    expect(["b", "a10", "a9", "", "10", "9", "*", "_x"].sort(naturalOrder)).toEqual([
      "",
      "9",
      "10",
      "*",
      "_x",
      "a9",
      "a10",
      "b",
    ]);
  });
});

describe("Terraform's file", () => {
  const write = (recordSets: readonly RecordSet[]) =>
    writeTerraform({
      id: ID,
      name: ZONE,
      comment: undefined,
      tags: {},
      vpcs: [],
      delegationSetId: undefined,
      recordSets,
      healthChecks: [],
    });

  it("has an import block for each resource, and no record for what comes with the zone", () => {
    const { text, said, unsaid } = write([...APEX, simple("*.w.example.com", "TXT", '"a" "b"')]);
    expect({ said, unsaid }).toEqual({ said: 1, unsaid: [] });
    expect(text.match(/^import \{$/gm)).toHaveLength(2);
    expect(text).toContain('id = "Z123_*.w.example.com_TXT"');
    expect(text).toContain(String.raw`records = ["a\" \"b"]`);
    expect(text).toContain('name    = "*.w.example.com"');
  });

  it("names resources apart, whatever their identifiers", () => {
    const { text } = write([
      routed("a.example.com", "x y", { kind: "multivalue" }, "192.0.2.1"),
      routed("a.example.com", "x.y", { kind: "multivalue" }, "192.0.2.2"),
      simple("1.example.com", "A", "192.0.2.1"),
    ]);
    expect([...text.matchAll(/^resource "aws_route53_record" "(.*)"/gm)].map((match) => match[1])).toEqual([
      "a_a_x_y",
      "a_a_x_y_2",
      "_1_a",
    ]);
  });

  it("makes an alias wait for its target in the zone", () => {
    const { text } = write([alias("example.com", "www.example.com"), simple("www.example.com", "A", "192.0.2.1")]);
    expect(text).toContain("depends_on = [aws_route53_record.www_a]");
    expect(text).toMatch(/zone_id += aws_route53_zone\.example_com\.zone_id/);
  });

  it("takes no text for a template", () => {
    expect(hclValue('a${b}%{c}"\\\n\b')).toBe(String.raw`"a$${"$"}{b}%%{c}\"\\\n\u0008"`);
    expect(hclValue("\\b")).toBe(String.raw`"\\b"`);
  });
});
