import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyChangeBatch, type ChangeBatchResult, type ChangeBatchZone } from "../../../src/route53/change-batch.ts";
import { apexRecordSets } from "../../../src/route53/hosted-zone.ts";
import { domainName } from "../../../src/route53/names.ts";
import { fromApi, type RecordSet, recordSetKey } from "../../../src/route53/record-set.ts";

const NAME = domainName("example.com");
const APEX = apexRecordSets(NAME, [domainName("ns-1.awsdns-00.com"), domainName("ns-2.awsdns-00.net")]);
const KNOWN_CHECK = "7ff0e4b2-0000-4000-8000-000000000001";

function zoneWith(...sets: (RecordSet | ResourceRecordSet)[]): ChangeBatchZone {
  const all = [...APEX, ...sets.map((set) => ("name" in set ? set : fromApi(set)))];
  return {
    id: "ZEXAMPLE",
    name: NAME,
    recordSetsAt: (name) => all.filter((set) => set.name === name),
    recordSetCount: all.length,
    maxRecordSets: 10_000,
    healthCheckExists: (id) => id === KNOWN_CHECK,
    isOtherZone: (id) => id === "ZOTHER",
    cidrLocationExists: (_, location) => location === "office" || location === "lab",
    protectionOf: () => undefined,
  };
}

const a = (Name: string, values = ["192.0.2.1"], more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  Name,
  Type: "A",
  TTL: 60,
  ResourceRecords: values.map((Value) => ({ Value })),
  ...more,
});
const cname = (Name: string): ResourceRecordSet => ({
  Name,
  Type: "CNAME",
  TTL: 60,
  ResourceRecords: [{ Value: "target.example.net" }],
});
const alias = (Name: string, DNSName: string, HostedZoneId = "ZEXAMPLE"): ResourceRecordSet => ({
  Name,
  Type: "A",
  AliasTarget: { DNSName, HostedZoneId, EvaluateTargetHealth: false },
});
const weighted = (identifier: string, weight: number, ttl = 60, value = "192.0.2.1"): ResourceRecordSet =>
  a("api.example.com", [value], { SetIdentifier: identifier, Weight: weight, TTL: ttl });

const near = (GeoProximityLocation: NonNullable<ResourceRecordSet["GeoProximityLocation"]>): ResourceRecordSet =>
  a("x.example.com", ["192.0.2.1"], { SetIdentifier: "s", GeoProximityLocation });
const inCidr = (LocationName: string, CollectionId = "one"): ResourceRecordSet =>
  a("api.example.com", ["192.0.2.1"], {
    SetIdentifier: `${CollectionId}-${LocationName}`,
    CidrRoutingConfig: { CollectionId, LocationName },
  });

const create = (set: ResourceRecordSet): Change => ({ Action: "CREATE", ResourceRecordSet: set });
const upsert = (set: ResourceRecordSet): Change => ({ Action: "UPSERT", ResourceRecordSet: set });
const remove = (set: ResourceRecordSet): Change => ({ Action: "DELETE", ResourceRecordSet: set });

function messages(result: ChangeBatchResult): readonly string[] {
  if (result.ok) throw new Error("the batch was accepted");
  return result.code === "InvalidChangeBatch" ? result.messages : [`${result.code}: ${result.message}`];
}
function accepted(result: ChangeBatchResult): Extract<ChangeBatchResult, { ok: true }> {
  if (!result.ok) throw new Error(`the batch was refused: ${messages(result).join(", ")}`);
  return result;
}

describe("CREATE, UPSERT and DELETE", () => {
  it("creates what is new and counts it", () => {
    const result = accepted(applyChangeBatch(zoneWith(), [create(a("www.example.com"))]));
    expect(result.put.map(recordSetKey)).toEqual(["www.example.com. A "]);
    expect(result.removed).toEqual([]);
    expect(result.recordSetCount).toBe(3);
  });

  it("refuses to create what exists, in Route 53's words", () => {
    const zone = zoneWith(a("www.example.com"), weighted("blue", 1));
    expect(messages(applyChangeBatch(zone, [create(a("WWW.example.com."))]))).toEqual([
      "Tried to create resource record set [name='www.example.com.', type='A'] but it already exists",
    ]);
    expect(messages(applyChangeBatch(zone, [create(weighted("blue", 2))]))).toEqual([
      "Tried to create resource record set [name='api.example.com.', type='A', set-identifier='blue'] but it already exists",
    ]);
  });

  it("replaces with UPSERT, and creates where there is nothing", () => {
    const zone = zoneWith(a("www.example.com"));
    const result = accepted(
      applyChangeBatch(zone, [upsert(a("www.example.com", ["192.0.2.9"])), upsert(a("new.example.com"))]),
    );
    expect(result.recordSetCount).toBe(4);
    expect(result.removed).toHaveLength(1);
  });

  it("deletes only what matches exactly, whatever the order and spelling of the values", () => {
    const zone = zoneWith(a("www.example.com", ["192.0.2.1", "192.0.2.2"]));
    accepted(applyChangeBatch(zone, [remove(a("www.example.com", ["192.0.2.2", "192.0.2.1"]))]));
    const mismatch =
      "Tried to delete resource record set [name='www.example.com.', type='A'] but the values provided do not match the current values";
    for (const wrong of [
      a("www.example.com", ["192.0.2.1"]),
      a("www.example.com", ["192.0.2.1", "192.0.2.2"], { TTL: 61 }),
      a("www.example.com", ["192.0.2.1", "192.0.2.2"], { HealthCheckId: KNOWN_CHECK }),
    ]) {
      expect(messages(applyChangeBatch(zone, [remove(wrong)]))).toEqual([mismatch]);
    }
    expect(messages(applyChangeBatch(zone, [remove(a("other.example.com"))]))).toEqual([
      "Tried to delete resource record set [name='other.example.com.', type='A'] but it was not found",
    ]);
  });

  it("compares names and addresses in canonical form when it deletes", () => {
    const aaaa = (value: string): ResourceRecordSet => ({
      Name: "six.example.com",
      Type: "AAAA",
      TTL: 60,
      ResourceRecords: [{ Value: value }],
    });
    accepted(applyChangeBatch(zoneWith(aaaa("2001:db8::1")), [remove(aaaa("2001:0DB8:0:0:0:0:0:1"))]));
  });

  it("is atomic: one wrong change takes the whole batch down, and every problem is told", () => {
    expect(
      messages(
        applyChangeBatch(zoneWith(a("www.example.com")), [
          create(a("fine.example.com")),
          create(a("www.example.com")),
          remove(a("gone.example.com")),
        ]),
      ),
    ).toHaveLength(2);
  });

  it("takes a DELETE and a CREATE of one record set, and no other repetition", () => {
    const zone = zoneWith(a("www.example.com"));
    const result = accepted(
      applyChangeBatch(zone, [remove(a("www.example.com")), create(a("www.example.com", ["192.0.2.7"]))]),
    );
    expect(result.recordSetCount).toBe(3);
    for (const again of [
      [upsert(a("www.example.com")), upsert(a("www.example.com", ["192.0.2.7"]))],
      [create(a("x.example.com")), remove(a("x.example.com"))],
    ]) {
      expect(messages(applyChangeBatch(zone, again))[0]).toMatch(
        /^The request contains an invalid set of changes for a resource record set 'A (www|x)\.example\.com\.'$/,
      );
    }
  });
});

describe("names", () => {
  it("keeps record sets inside their zone", () => {
    expect(messages(applyChangeBatch(zoneWith(), [create(a("www.example.org"))]))).toEqual([
      "RRSet with DNS name www.example.org. is not permitted in zone example.com.",
    ]);
    expect(messages(applyChangeBatch(zoneWith(), [create(a("notexample.com"))]))).toEqual([
      "RRSet with DNS name notexample.com. is not permitted in zone example.com.",
    ]);
  });

  it("tells a bad name in Route 53's words", () => {
    const long = "x".repeat(64);
    expect(messages(applyChangeBatch(zoneWith(), [create(a("a..example.com"))]))).toEqual([
      "FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'a..example.com'",
    ]);
    expect(messages(applyChangeBatch(zoneWith(), [create(a(`${long}.example.com`))]))).toEqual([
      `FATAL problem: DomainLabelTooLong (Domain label is too long) encountered with '${long}'`,
    ]);
    expect(messages(applyChangeBatch(zoneWith(), [create(a("a b.example.com"))]))[0]).toMatch(/UnsupportedCharacter/);
  });

  it("shows a wildcard as Route 53 does", () => {
    const zone = zoneWith(a("*.example.com"));
    expect(messages(applyChangeBatch(zone, [create(a("\\052.example.com"))]))).toEqual([
      "Tried to create resource record set [name='\\052.example.com.', type='A'] but it already exists",
    ]);
  });
});

describe("CNAME", () => {
  it("is refused at the apex", () => {
    expect(messages(applyChangeBatch(zoneWith(), [create(cname("example.com"))]))).toEqual([
      "RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com.",
    ]);
  });

  it("stays alone, whichever comes first", () => {
    expect(messages(applyChangeBatch(zoneWith(a("www.example.com")), [create(cname("www.example.com"))]))).toEqual([
      "RRSet of type CNAME with DNS name www.example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.",
    ]);
    expect(messages(applyChangeBatch(zoneWith(cname("www.example.com")), [create(a("www.example.com"))]))).toEqual([
      "RRSet of type A with DNS name www.example.com. is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone example.com.",
    ]);
  });

  it("takes the place of another type that the same batch deletes first", () => {
    const zone = zoneWith(a("www.example.com"));
    accepted(applyChangeBatch(zone, [remove(a("www.example.com")), create(cname("www.example.com"))]));
    expect(applyChangeBatch(zone, [create(cname("www.example.com")), remove(a("www.example.com"))]).ok).toBe(false);
  });
});

describe("routing policies", () => {
  it("do not mix under one name and type", () => {
    const latency = a("api.example.com", ["192.0.2.3"], { SetIdentifier: "eu", Region: "eu-west-1" });
    expect(messages(applyChangeBatch(zoneWith(a("api.example.com")), [create(weighted("blue", 1))]))).toEqual([
      "RRSet with DNS name api.example.com., type A, SetIdentifier blue cannot be created as a non-weighted set exists with the same name and type.",
    ]);
    expect(messages(applyChangeBatch(zoneWith(weighted("blue", 1)), [create(a("api.example.com"))]))).toEqual([
      "RRSet with DNS name api.example.com., type A cannot be created as other RRSets exist with the same name and type.",
    ]);
    expect(messages(applyChangeBatch(zoneWith(weighted("blue", 1)), [create(latency)]))[0]).toMatch(/non-latency set/);
  });

  it("holds weighted sets to one TTL, and lets a batch change all of them", () => {
    const zone = zoneWith(weighted("blue", 1), weighted("green", 1));
    expect(messages(applyChangeBatch(zone, [upsert(weighted("blue", 1, 30))]))).toEqual([
      "RRSet with DNS name api.example.com. and type A, SetIdentifier blue cannot be created as weighted sets must contain the same TTL.",
    ]);
    accepted(applyChangeBatch(zone, [upsert(weighted("blue", 1, 30)), upsert(weighted("green", 1, 30))]));
  });

  it("lets PRIMARY and SECONDARY change places in one batch, and refuses two of a kind", () => {
    const failover = (identifier: string, role: "PRIMARY" | "SECONDARY") =>
      a("orders.example.com", ["192.0.2.5"], {
        SetIdentifier: identifier,
        Failover: role,
        HealthCheckId: KNOWN_CHECK,
      });
    const zone = zoneWith(failover("one", "PRIMARY"), failover("two", "SECONDARY"));
    accepted(applyChangeBatch(zone, [upsert(failover("one", "SECONDARY")), upsert(failover("two", "PRIMARY"))]));
    expect(messages(applyChangeBatch(zone, [create(failover("three", "PRIMARY"))]))[0]).toMatch(
      /^RRSet with DNS name orders\.example\.com\., type A, SetIdentifier three, and Failover=PRIMARY cannot be created/,
    );
  });

  it("refuses two latency sets of one region, in Route 53's words", () => {
    const latency = (identifier: string) =>
      a("api.example.com", ["192.0.2.3"], { SetIdentifier: identifier, Region: "eu-west-1" });
    expect(messages(applyChangeBatch(zoneWith(latency("x")), [create(latency("y"))]))).toEqual([
      "RRSet with DNS name api.example.com., type A, SetIdentifier y, and Region Name=eu-west-1 cannot be created because a latency RRSet with the same name, type and region already exists.",
    ]);
  });

  it("wants a health check for a primary that is no alias", () => {
    const primary = a("orders.example.com", ["192.0.2.5"], { SetIdentifier: "one", Failover: "PRIMARY" });
    expect(messages(applyChangeBatch(zoneWith(), [create(primary)]))).toEqual([
      "A non-alias primary ResourceRecordSet must have an associated health check. No changes made.",
    ]);
    const { TTL: _, ResourceRecords: __, ...rest } = primary;
    accepted(
      applyChangeBatch(zoneWith(a("one.example.com")), [
        create({ ...rest, ...alias("orders.example.com", "one.example.com"), SetIdentifier: "one" }),
      ]),
    );
  });

  it("knows only places that Route 53 knows", () => {
    const geo = (place: ResourceRecordSet["GeoLocation"]) =>
      a("geo.example.com", ["192.0.2.5"], {
        SetIdentifier: "x",
        ...(place === undefined ? {} : { GeoLocation: place }),
      });
    accepted(applyChangeBatch(zoneWith(), [create(geo({ CountryCode: "*" }))]));
    accepted(applyChangeBatch(zoneWith(), [create(geo({ CountryCode: "US", SubdivisionCode: "CA" }))]));
    expect(applyChangeBatch(zoneWith(), [create(geo({ CountryCode: "XX" }))]).ok).toBe(false);
    expect(applyChangeBatch(zoneWith(), [create(geo({ ContinentCode: "EU", CountryCode: "DE" }))]).ok).toBe(false);
  });

  it("counts weight 0 and TTL 0 as given", () => {
    const result = accepted(applyChangeBatch(zoneWith(), [create(weighted("blue", 0, 0))]));
    expect(result.put[0]?.policy).toEqual({ kind: "weighted", weight: 0 });
  });
});

describe("IP-based routing", () => {
  const sentence = (location: string, collection = "one") =>
    `RRSet with DNS name api.example.com., type A, SetIdentifier ${collection}-${location}`;

  it("has one record set a location, of one collection", () => {
    const zone = zoneWith(inCidr("office"));
    accepted(applyChangeBatch(zone, [create(inCidr("lab"))]));
    expect(messages(applyChangeBatch(zone, [create({ ...inCidr("office"), SetIdentifier: "again" })]))).toEqual([
      "RRSet with DNS name api.example.com., type A, SetIdentifier again, and CidrRoutingConfig [CollectionId=one, LocationName=office] cannot be created because a cidr RRSet with the same name, type and location already exists.",
    ]);
    expect(messages(applyChangeBatch(zone, [create(inCidr("lab", "two"))]))).toEqual([
      `${sentence("lab", "two")} cannot be created as RRSets with the same name and type must use the same CIDR collection, one.`,
    ]);
  });

  it("needs a location that exists", () => {
    expect(messages(applyChangeBatch(zoneWith(), [create(inCidr("moon"))]))).toEqual([
      `${sentence("moon")} cannot be created as location moon of CIDR collection one does not exist.`,
    ]);
  });
});

describe("protected record sets", () => {
  it("refuse every action, once for each name and type, whatever else the batch has", () => {
    const zone: ChangeBatchZone = {
      ...zoneWith(weighted("blue", 1), weighted("green", 1)),
      protectionOf: (name, type) =>
        name === "api.example.com." && type === "A" ? { comment: "hands off" } : undefined,
    };
    const refusal = [
      "RRSet with DNS name api.example.com., type A is protected from changes by a resource record set protection (hands off)",
    ];
    const batch = [remove(weighted("blue", 1)), upsert(weighted("green", 2)), create(a("www.example.com"))];
    expect(messages(applyChangeBatch(zone, batch))).toEqual(refusal);
    accepted(
      applyChangeBatch(zone, [
        create(a("www.example.com")),
        create({ ...a("api.example.com"), Type: "TXT", ResourceRecords: [{ Value: '"x"' }] }),
      ]),
    );
  });
});

describe("the shape of a change (InvalidInput)", () => {
  const cases: [string, ResourceRecordSet, string][] = [
    [
      "no answer",
      { Name: "x.example.com", Type: "A" },
      "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found none in Change with [Action=CREATE, Name=x.example.com, Type=A, SetIdentifier=null]",
    ],
    [
      "values without a TTL",
      { Name: "x.example.com", Type: "A", ResourceRecords: [{ Value: "192.0.2.1" }] },
      "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found none in Change with [Action=CREATE, Name=x.example.com, Type=A, SetIdentifier=null]",
    ],
    [
      "an alias with a TTL",
      { ...alias("x.example.com", "y.example.com"), TTL: 60 },
      "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found more than one in Change with [Action=CREATE, Name=x.example.com, Type=A, SetIdentifier=null]",
    ],
    [
      "a policy without an identifier",
      a("x.example.com", ["192.0.2.1"], { Weight: 1 }),
      "Missing field 'SetIdentifier' in Change with [Action=CREATE, Name=x.example.com, Type=A, SetIdentifier=null]",
    ],
    [
      "an identifier without a policy",
      a("x.example.com", ["192.0.2.1"], { SetIdentifier: "s" }),
      "Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation, or CidrRoutingConfig], but found none in Change with [Action=CREATE, Name=x.example.com, Type=A, SetIdentifier=s]",
    ],
    [
      "two policies",
      a("x.example.com", ["192.0.2.1"], { SetIdentifier: "s", Weight: 1, Region: "eu-west-1" }),
      "Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation, or CidrRoutingConfig], but found more than one in Change with [Action=CREATE, Name=x.example.com, Type=A, SetIdentifier=s]",
    ],
    [
      "geoproximity without a place",
      near({ Bias: 10 }),
      "Expected exactly one of [AWSRegion, LocalZoneGroup, or Coordinates], but found none in Change with [Action=CREATE, Name=x.example.com, Type=A, SetIdentifier=s]",
    ],
    [
      "geoproximity with two places",
      near({ AWSRegion: "eu-west-1", Coordinates: { Latitude: "1", Longitude: "1" } }),
      "Expected exactly one of [AWSRegion, LocalZoneGroup, or Coordinates], but found more than one in Change with [Action=CREATE, Name=x.example.com, Type=A, SetIdentifier=s]",
    ],
    [
      "a latitude beyond the poles",
      near({ Coordinates: { Latitude: "90.01", Longitude: "1" } }),
      "Latitude must be a number between -90 and 90 in Change with [Action=CREATE, Name=x.example.com, Type=A, SetIdentifier=s]",
    ],
    [
      "a longitude that is no number",
      near({ Coordinates: { Latitude: "-90", Longitude: "1e2" } }),
      "Longitude must be a number between -180 and 180 in Change with [Action=CREATE, Name=x.example.com, Type=A, SetIdentifier=s]",
    ],
  ];
  it.each(cases)("refuses %s", (_, set, message) => {
    expect(messages(applyChangeBatch(zoneWith(), [create(set)]))).toEqual([
      `InvalidInput: Invalid request: ${message}`,
    ]);
  });
});

describe("values", () => {
  const invalid: [ResourceRecordSet["Type"], string, string][] = [
    ["A", "192.0.2.300", "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"],
    ["AAAA", "192.0.2.1", "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"],
    ["TXT", "unquoted", "InvalidCharacterString (Value should be enclosed in quotation marks)"],
  ];
  it.each(invalid)("refuses %s '%s'", (Type, Value, problem) => {
    const set = { Name: "x.example.com", Type, TTL: 60, ResourceRecords: [{ Value }] };
    expect(messages(applyChangeBatch(zoneWith(), [create(set)]))).toEqual([
      `Invalid Resource Record: 'FATAL problem: ${problem} encountered with '${Value}''`,
    ]);
  });

  it("refuses the same value twice, however it is written", () => {
    expect(
      messages(
        applyChangeBatch(zoneWith(), [
          create({
            Name: "x.example.com",
            Type: "MX",
            TTL: 60,
            ResourceRecords: [{ Value: "10 mail.example.com" }, { Value: "10 MAIL.example.com." }],
          }),
        ]),
      ),
    ).toEqual(["Duplicate Resource Record: '10 MAIL.example.com.'"]);
  });

  it("refuses a CNAME with two targets", () => {
    const two = {
      ...cname("x.example.com"),
      ResourceRecords: [{ Value: "a.example.net" }, { Value: "b.example.net" }],
    };
    expect(applyChangeBatch(zoneWith(), [create(two)]).ok).toBe(false);
  });
});

describe("aliases", () => {
  it("point at a record set of their type in the same zone", () => {
    accepted(applyChangeBatch(zoneWith(a("real.example.com")), [create(alias("x.example.com", "real.example.com"))]));
    expect(messages(applyChangeBatch(zoneWith(), [create(alias("x.example.com", "real.example.com"))]))).toEqual([
      "Tried to create an alias that targets real.example.com., type A in zone ZEXAMPLE, but that target was not found",
    ]);
    expect(
      messages(
        applyChangeBatch(zoneWith(cname("real.example.com")), [create(alias("x.example.com", "real.example.com"))]),
      ),
    ).toHaveLength(1);
    expect(messages(applyChangeBatch(zoneWith(), [create(alias("x.example.com", "www.example.org"))]))).toEqual([
      "Tried to create an alias that targets www.example.org., type A in zone ZEXAMPLE, but the alias target name does not lie within the target zone",
    ]);
  });

  it("may come after their target in the same batch, not before it", () => {
    const target = create(a("real.example.com"));
    const pointer = create(alias("x.example.com", "real.example.com"));
    accepted(applyChangeBatch(zoneWith(), [target, pointer]));
    expect(applyChangeBatch(zoneWith(), [pointer, target]).ok).toBe(false);
  });

  it("do not reach into another zone of the account, and know where CloudFront's names lie", () => {
    expect(
      messages(applyChangeBatch(zoneWith(), [create(alias("x.example.com", "y.example.org", "ZOTHER"))]))[0],
    ).toMatch(/that target was not found$/);
    accepted(applyChangeBatch(zoneWith(), [create(alias("x.example.com", "d1.cloudfront.net", "Z2FDTNDATAQYW2"))]));
    expect(
      messages(applyChangeBatch(zoneWith(), [create(alias("x.example.com", "d1.example.net", "Z2FDTNDATAQYW2"))]))[0],
    ).toMatch(/does not lie within the target zone$/);
  });
});

describe("what a zone must keep", () => {
  const [ns, soa] = APEX.map(
    (set): ResourceRecordSet => ({
      Name: set.name,
      Type: set.type,
      TTL: set.answer.kind === "records" ? set.answer.ttlSeconds : 0,
      ResourceRecords: set.answer.kind === "records" ? set.answer.values.map((Value) => ({ Value })) : [],
    }),
  ) as [ResourceRecordSet, ResourceRecordSet];

  it("keeps the NS and the SOA of its apex", () => {
    expect(messages(applyChangeBatch(zoneWith(), [remove(ns)]))).toEqual([
      "A HostedZone must contain at least one NS record for the zone itself.",
    ]);
    expect(messages(applyChangeBatch(zoneWith(), [remove(soa)]))).toEqual([
      "A HostedZone must contain exactly one SOA record.",
    ]);
  });

  it("lets their values change", () => {
    accepted(applyChangeBatch(zoneWith(), [upsert({ ...ns, ResourceRecords: [{ Value: "ns.example.net." }] })]));
  });

  it("keeps what traffic policy instances own", () => {
    const owned: RecordSet = {
      name: domainName("flow.example.com"),
      type: "A",
      policy: { kind: "simple" },
      answer: { kind: "records", ttlSeconds: 60, values: [] },
      trafficPolicyInstanceId: "inst-1",
    };
    for (const change of [
      upsert(a("flow.example.com")),
      remove({ Name: "flow.example.com", Type: "A", TrafficPolicyInstanceId: "inst-1" }),
    ]) {
      expect(messages(applyChangeBatch(zoneWith(owned), [change]))[0]).toMatch(/traffic policy instance inst-1/);
    }
  });

  it("holds a zone to its limit", () => {
    const full = { ...zoneWith(), maxRecordSets: 2 };
    expect(messages(applyChangeBatch(full, [create(a("www.example.com"))]))).toEqual([
      "Exceeded limit MAX_RRSETS_BY_ZONE for zone: ZEXAMPLE",
    ]);
  });
});

describe("health checks", () => {
  it("must exist", () => {
    const set = a("x.example.com", ["192.0.2.1"], { HealthCheckId: "none", SetIdentifier: "s", Weight: 1 });
    expect(messages(applyChangeBatch(zoneWith(), [create(set)]))).toEqual([
      "NoSuchHealthCheck: A health check with id none does not exist.",
    ]);
  });

  it("do not matter any more for what is deleted", () => {
    const set = a("x.example.com", ["192.0.2.1"], { HealthCheckId: "none", SetIdentifier: "s", Weight: 1 });
    accepted(applyChangeBatch(zoneWith(set), [remove(set)]));
  });
});

describe("the limits of a batch", () => {
  const sets = (count: number) => Array.from({ length: count }, (_, i) => a(`h${i}.example.com`));

  it("takes 1,000 records to create and 500 to upsert", () => {
    accepted(applyChangeBatch(zoneWith(), sets(1000).map(create)));
    accepted(applyChangeBatch(zoneWith(), sets(500).map(upsert)));
    const tooMany = ["Number of records limit of 1000 exceeded."];
    expect(messages(applyChangeBatch(zoneWith(), sets(1001).map(create)))).toEqual(tooMany);
    expect(messages(applyChangeBatch(zoneWith(), sets(501).map(upsert)))).toEqual(tooMany);
  });

  it("takes 32,000 characters of values, an UPSERT counting twice", () => {
    const text = (length: number): ResourceRecordSet => ({
      Name: `t${length}.example.com`,
      Type: "TXT",
      TTL: 60,
      ResourceRecords: [{ Value: `"${"x".repeat(198)}"` }],
    });
    const changes = (count: number, change: (set: ResourceRecordSet) => Change) =>
      Array.from({ length: count }, (_, i) => change({ ...text(200), Name: `t${i}.example.com` }));
    accepted(applyChangeBatch(zoneWith(), changes(160, create)));
    const tooLong = ["RDATA character limit of 32000 exceeded."];
    expect(messages(applyChangeBatch(zoneWith(), changes(161, create)))).toEqual(tooLong);
    expect(messages(applyChangeBatch(zoneWith(), changes(81, upsert)))).toEqual(tooLong);
  });
});

describe("a zone after any accepted batches", () => {
  const names = fc.constantFrom("a.example.com", "b.example.com", "example.com");
  const set = fc.oneof(
    names.map((name) => a(name)),
    names.map((name) => a(name, ["192.0.2.9"])),
    names.map(cname),
    fc
      .tuple(names, fc.constantFrom("x", "y"), fc.constantFrom(30, 60))
      .map(([name, id, ttl]) => a(name, ["192.0.2.1"], { SetIdentifier: id, Weight: 1, TTL: ttl })),
  );
  const change = fc.tuple(fc.constantFrom(create, upsert, remove), set).map(([make, one]) => make(one));

  it("keeps its rules, and its count is the number of its record sets", () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), (batches) => {
        let sets: RecordSet[] = [...APEX];
        for (const batch of batches) {
          const result = applyChangeBatch(
            {
              ...zoneWith(),
              recordSetsAt: (name) => sets.filter((one) => one.name === name),
              recordSetCount: sets.length,
            },
            batch,
          );
          if (!result.ok) continue;
          const gone = new Set(result.removed.map(recordSetKey));
          sets = [...sets.filter((one) => !gone.has(recordSetKey(one))), ...result.put];
          expect(result.recordSetCount).toBe(sets.length);
        }
        expect(new Set(sets.map(recordSetKey)).size).toBe(sets.length);
        for (const one of sets) {
          const others = sets.filter((other) => other !== one && other.name === one.name);
          if (one.type === "CNAME") {
            expect(one.name).not.toBe(NAME);
            expect(others.every((other) => other.type === "CNAME")).toBe(true);
          }
          const group = others.filter((other) => other.type === one.type);
          expect(group.every((other) => other.policy.kind === one.policy.kind)).toBe(true);
          if (one.policy.kind === "simple") expect(group).toEqual([]);
        }
        expect(sets.some((one) => one.name === NAME && one.type === "SOA")).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
