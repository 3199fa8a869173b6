import { describe, expect, it } from "vitest";
import { domainName } from "../../../src/route53/names.ts";
import type { RecordSet } from "../../../src/route53/record-set.ts";
import { permitsQueryLogs, queryLogPolicy } from "../../../src/setup/log-permissions.ts";
import {
  healthCheckNormalForm,
  immutablePart,
  recordSetNormalForm,
  sameRecordSet,
} from "../../../src/setup/normal-form.ts";
import {
  healthCheckReference,
  nextGeneration,
  parseHealthCheckReference,
  zoneReference,
} from "../../../src/setup/ownership.ts";
import {
  answersEverywhere,
  endpointValues,
  sameDocument,
  withHealthChecks,
} from "../../../src/setup/policy-documents.ts";
import { KnownIds, referencesIn } from "../../../src/setup/references.ts";

it("two record sets are the same exactly if their normal forms are, read or not", () => {
  const name = domainName("www.example.com");
  const of = (over: Partial<RecordSet>, ttlSeconds = 60, values = ["192.0.2.1"]): RecordSet => ({
    ...{ name, type: "A", policy: { kind: "simple" }, answer: { kind: "records", ttlSeconds, values } },
    ...over,
  });
  const alias = { kind: "alias", hostedZoneId: "Z1", target: name, evaluateTargetHealth: false } as const;
  const sets = [
    of({}),
    of({}, 61),
    of({}, 60, ["192.0.2.1", "192.0.2.2"]),
    of({}, 60, ["192.0.2.2", "192.0.2.1"]),
    of({ type: "AAAA" }, 60, ["2001:db8::1"]),
    of({ type: "AAAA" }, 60, ["2001:DB8:0::1"]),
    of({ healthCheckId: "a" }),
    of({ healthCheckId: "b" }),
    of({ answer: alias }),
    of({ answer: { ...alias, evaluateTargetHealth: true } }),
    of({ setIdentifier: "a", policy: { kind: "weighted", weight: 1 } }),
    of({ setIdentifier: "a", policy: { kind: "weighted", weight: 2 } }),
    of({ setIdentifier: "a", policy: { kind: "multivalue" } }),
  ];
  const pairs = sets.flatMap((a) => sets.map((b) => [a, structuredClone(b)] as const));
  for (const [a, b] of pairs) expect(sameRecordSet(a, b)).toBe(recordSetNormalForm(a) === recordSetNormalForm(b));
  expect(pairs.filter(([a, b]) => sameRecordSet(a, b))).toHaveLength(sets.length + 4);
});

describe("the normal form of a health check", () => {
  it("fills in Route 53's defaults, so that leaving them out is no change", () => {
    expect(healthCheckNormalForm({ Type: "HTTP", IPAddress: "192.0.2.1" })).toBe(
      healthCheckNormalForm({
        Type: "HTTP",
        IPAddress: "192.0.2.1",
        Port: 80,
        ResourcePath: "/",
        RequestInterval: 30,
        FailureThreshold: 3,
        MeasureLatency: false,
        Inverted: false,
        Disabled: false,
        EnableSNI: false,
        FullyQualifiedDomainName: "",
      }),
    );
  });

  it("takes regions and children as sets, all regions as none, and addresses by what they mean", () => {
    const base = { Type: "HTTPS", IPAddress: "2001:db8::1" } as const;
    const some = healthCheckNormalForm({ ...base, Regions: ["us-east-1", "eu-west-1", "us-west-2"] });
    expect(
      healthCheckNormalForm({ ...base, IPAddress: "2001:DB8:0::1", Regions: ["eu-west-1", "us-west-2", "us-east-1"] }),
    ).toBe(some);
    expect(healthCheckNormalForm(base)).not.toBe(some);
    const all = [
      "us-east-1",
      "us-west-1",
      "us-west-2",
      "eu-west-1",
      "ap-southeast-1",
      "ap-southeast-2",
      "ap-northeast-1",
      "sa-east-1",
    ] as const;
    expect(healthCheckNormalForm({ ...base, Regions: [...all] })).toBe(healthCheckNormalForm(base));
    expect(healthCheckNormalForm({ Type: "CALCULATED", HealthThreshold: 1, ChildHealthChecks: ["a", "b"] })).toBe(
      healthCheckNormalForm({ Type: "CALCULATED", HealthThreshold: 1, ChildHealthChecks: ["b", "a"] }),
    );
  });

  it("tells apart what is only changed from what takes a new check", () => {
    const base = { Type: "HTTP", IPAddress: "192.0.2.1" } as const;
    expect(immutablePart({ ...base, Port: 81, Inverted: true, IPAddress: "192.0.2.2" })).toBe(immutablePart(base));
    for (const other of [
      { ...base, RequestInterval: 10 },
      { ...base, MeasureLatency: true },
      { ...base, Type: "TCP" },
      { Type: "HTTP", FullyQualifiedDomainName: "a.b" },
    ] as const) {
      expect(immutablePart(other)).not.toBe(immutablePart(base));
    }
  });
});

describe("caller references", () => {
  it("say whose they are, and count generations", () => {
    const reference = healthCheckReference("myapp.com", { key: "primary-g1", generation: 9 });
    expect(parseHealthCheckReference("myapp.com", reference)).toEqual({ key: "primary-g1", generation: 9 });
    expect(parseHealthCheckReference("other", reference)).toBeUndefined();
    expect(parseHealthCheckReference("myapp.com", "theirs")).toBeUndefined();
    expect(parseHealthCheckReference("myapp.com", nextGeneration(reference))?.generation).toBe(10);
  });

  it("fit into what Route 53 allows, whatever the names", () => {
    expect(healthCheckReference("p".repeat(64), { key: "k".repeat(40), generation: 9999 }).length).toBeLessThanOrEqual(
      64,
    );
    expect(
      zoneReference("p", domainName(`${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.com`)).length,
    ).toBeLessThanOrEqual(128);
  });
});

describe("the resource policy of query logs", () => {
  const arn = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/route53/a.com";
  const policy = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const allow = {
    Effect: "Allow",
    Principal: { Service: "route53.amazonaws.com" },
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: `${arn}:*`,
  };

  it.each<[string, string, boolean]>([
    ["ours", queryLogPolicy([arn]), true],
    [
      "one with wildcards",
      policy({ ...allow, Action: "logs:*", Resource: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/route53/*" }),
      true,
    ],
    [
      "one of several services",
      policy({ ...allow, Principal: { Service: ["es.amazonaws.com", "route53.amazonaws.com"] } }),
      true,
    ],
    ["another group's", queryLogPolicy([`${arn}.au`]), false],
    ["another service's", policy({ ...allow, Principal: { Service: "es.amazonaws.com" } }), false],
    ["one that lacks an action", policy({ ...allow, Action: "logs:PutLogEvents" }), false],
    ["one that denies", policy({ ...allow, Effect: "Deny" }), false],
    [
      "one with a condition, which may not hold",
      policy({ ...allow, Condition: { StringEquals: { "aws:SourceAccount": "1" } } }),
      false,
    ],
    ["no JSON", "{", false],
  ])("%s", (_, document, permits) => {
    expect(permitsQueryLogs(document, arn)).toBe(permits);
  });
});

describe("traffic policy documents", () => {
  const known = new KnownIds();
  known.set({ ref: "health-check", key: "there" }, "id-1");

  it("have ids in place of keys, or references where there is no id yet", () => {
    const document = {
      Rules: { r: { Items: [{ HealthCheck: "there" }, { HealthCheck: "new" }, { HealthCheck: "0-0" }] } },
    };
    const planned = withHealthChecks(document, new Set(["there", "new"]), known);
    expect(planned).toEqual({
      Rules: {
        r: {
          Items: [
            { HealthCheck: "id-1" },
            { HealthCheck: { ref: "health-check", key: "new" } },
            { HealthCheck: "0-0" },
          ],
        },
      },
    });
    expect(referencesIn(planned)).toEqual([{ ref: "health-check", key: "new" }]);
  });

  it("compare by what they say: the order of keys means nothing, that of lists does", () => {
    expect(sameDocument({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
    expect(sameDocument({ b: [1, 2] }, { b: [2, 1] })).toBe(false);
  });

  it("say what they may answer", () => {
    const document = {
      Endpoints: { a: { Type: "value", Value: "192.0.2.1" }, b: { Type: "cloudfront", Value: "d1.cloudfront.net" } },
      Rules: { g: { RuleType: "geo", Locations: [{ Country: "DE" }] } },
    };
    expect(endpointValues(document)).toEqual({ values: ["192.0.2.1"], others: true });
    expect(answersEverywhere(document)).toBe(false);
    expect(answersEverywhere({ Rules: { g: { RuleType: "geo", Locations: [{ IsDefault: "true" }] } } })).toBe(true);
  });
});

describe("references", () => {
  it("are replaced wherever they stand, and one that is not known is an error that names it", () => {
    const known = new KnownIds();
    known.set({ ref: "hosted-zone", zone: domainName("a.com") }, "Z1");
    const value = { HostedZoneId: { ref: "hosted-zone", zone: domainName("a.com") } as const, list: [1, "x", null] };
    expect(known.resolve(value)).toEqual({ HostedZoneId: "Z1", list: [1, "x", null] });
    expect(() => known.resolve({ id: { ref: "health-check", key: "p" } })).toThrowError(/health check 'p'/);
  });
});
