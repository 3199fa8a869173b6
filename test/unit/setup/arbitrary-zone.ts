/** Random zones that Route 53 would take: every kind of answer, every policy, aliases to what is there, a CNAME by itself. */

import fc from "fast-check";
import { type DomainName, domainName } from "../../../src/route53/names.ts";
import type {
  AliasAnswer,
  RecordSet,
  RecordsAnswer,
  RecordType,
  RoutingPolicy,
} from "../../../src/route53/record-set.ts";

export const ZONE = domainName("example.com");
export const ZONE_ID = "Z0123456789ABCDEFGHIJ";
export const CHECKS = ["0a1b2c3d-0000-4000-8000-000000000001", "0a1b2c3d-0000-4000-8000-000000000002"] as const;

/** Names that are easily mistaken for others among them. */
const LABELS = [
  "@",
  "www",
  "a.b",
  "*",
  "*.w",
  "010",
  "yes",
  "null",
  "x y",
  "a\\056b",
  "\\100",
  "example.com",
  "_sip._tcp",
];

function owner(label: string): DomainName {
  return label === "@" ? ZONE : domainName(`${label.replace(" ", "\\040")}.${ZONE}`);
}

const address = fc.integer({ min: 0, max: 250 }).map((n) => `192.0.2.${n}`);
const text = fc
  .array(
    fc.constantFrom("a", "B", " ", "é", '"', "\\", "#", ": ", "\u0024{", "$", "'", ",", "{", "-", "=", "\u{1f600}"),
    {
      maxLength: 12,
    },
  )
  .map((parts) => {
    const octets = Buffer.from(parts.join(""), "utf8");
    const escaped = [...octets].map((octet) =>
      octet === 0x22 || octet === 0x5c
        ? `\\${String.fromCharCode(octet)}`
        : octet < 0x20 || octet > 0x7e
          ? `\\${octet.toString(8).padStart(3, "0")}`
          : String.fromCharCode(octet),
    );
    return `"${escaped.join("")}"`;
  });
const host = fc.constantFrom("a.example.net.", "b.example.org.", "www.example.com.");

const VALUES: Partial<Record<RecordType, fc.Arbitrary<string>>> = {
  A: address,
  AAAA: fc.integer({ min: 1, max: 0xffff }).map((n) => `2001:db8::${n.toString(16)}`),
  MX: fc.tuple(fc.nat(100), host).map(([preference, name]) => `${preference} ${name}`),
  TXT: text,
  CAA: fc.constantFrom('0 issue "ca.example.net"', '0 iodef "mailto:a@example.net"'),
  SRV: host.map((name) => `1 10 5060 ${name}`),
  HTTPS: host.map((name) => `1 ${name} alpn="h2,h3"`),
};
const TYPES = Object.keys(VALUES) as RecordType[];

const ttl = fc.constantFrom(0, 60, 300, 2_147_483_647);

function records(type: RecordType, ttlSeconds: number): fc.Arbitrary<RecordsAnswer> {
  const value = type === "CNAME" ? host : (VALUES[type] ?? address);
  return fc
    .uniqueArray(value, { minLength: 1, maxLength: type === "CNAME" ? 1 : 3 })
    .map((values) => ({ kind: "records", ttlSeconds, values }));
}

/** Policies for a group, all of one kind and no two alike. */
const policies: fc.Arbitrary<RoutingPolicy[]> = fc.oneof(
  fc
    .array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 4 })
    .map((weights) => weights.map((weight) => ({ kind: "weighted", weight }) as const)),
  fc
    .shuffledSubarray(["eu-west-1", "us-east-1", "sa-east-1"], { minLength: 1 })
    .map((regions) => regions.map((region) => ({ kind: "latency", region }) as const)),
  fc
    .boolean()
    .map((both) => [
      { kind: "failover", role: "PRIMARY" } as const,
      ...(both ? [{ kind: "failover", role: "SECONDARY" } as const] : []),
    ]),
  fc
    .shuffledSubarray(
      [
        { continentCode: "EU" },
        { countryCode: "DE" },
        { countryCode: "US", subdivisionCode: "CA" },
        { countryCode: "*" },
      ],
      { minLength: 1 },
    )
    .map((places) => places.map((place) => ({ kind: "geolocation", place }) as const)),
  fc
    .array(
      fc.tuple(
        fc.oneof(
          fc.constantFrom("eu-west-1", "us-east-1").map((awsRegion) => ({ awsRegion })),
          fc
            .tuple(fc.integer({ min: -9000, max: 9000 }), fc.integer({ min: -18000, max: 18000 }))
            .map(([latitude, longitude]) => ({
              coordinates: { latitude: latitude / 100, longitude: longitude / 100 },
            })),
        ),
        fc.integer({ min: -99, max: 99 }),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((places) => places.map(([place, bias]) => ({ kind: "geoproximity", place: { ...place, bias } }) as const)),
  fc.integer({ min: 1, max: 3 }).map((count) => Array.from({ length: count }, () => ({ kind: "multivalue" }) as const)),
);

const IDENTIFIERS = ["blue", "green", "1", "yes", "a: b", "\u0024{x}", "é # [", "Blue"];

function group(name: DomainName, type: RecordType): fc.Arbitrary<RecordSet[]> {
  return fc
    .tuple(policies, fc.shuffledSubarray(IDENTIFIERS, { minLength: 4 }), ttl)
    .chain(([kinds, identifiers, ttlSeconds]) =>
      fc.tuple(
        ...kinds.map((policy, i) =>
          fc
            .tuple(records(type, ttlSeconds), fc.option(fc.constantFrom(...CHECKS), { nil: undefined }))
            .map(([answer, check]): RecordSet => {
              const healthCheckId = policy.kind === "failover" && policy.role === "PRIMARY" ? CHECKS[0] : check;
              return {
                name,
                type,
                policy,
                setIdentifier: identifiers[i] ?? `s${i}`,
                answer,
                ...(healthCheckId === undefined ? {} : { healthCheckId }),
              };
            }),
        ),
      ),
    );
}

function simple(name: DomainName, type: RecordType): fc.Arbitrary<RecordSet[]> {
  return ttl
    .chain((seconds) => records(type, seconds))
    .map((answer) => [{ name, type, policy: { kind: "simple" }, answer }]);
}

const OUTSIDE: readonly AliasAnswer[] = [
  {
    kind: "alias",
    hostedZoneId: "Z2FDTNDATAQYW2",
    target: domainName("d111111abcdef8.cloudfront.net"),
    evaluateTargetHealth: false,
  },
  {
    kind: "alias",
    hostedZoneId: "Z32O12XQLNTSW2",
    target: domainName("my-lb-1.eu-west-1.elb.amazonaws.com"),
    evaluateTargetHealth: true,
  },
  { kind: "alias", hostedZoneId: "Z9999999999999", target: domainName("x.example.net"), evaluateTargetHealth: true },
];

/** An alias to a record set that stands before it, so that there are no circles. */
function alias(name: DomainName, before: readonly RecordSet[]): fc.Arbitrary<RecordSet[]> {
  const inside = before.map(({ name: target, type }) => ({ target, type }));
  return fc.tuple(fc.nat(), fc.boolean(), fc.boolean()).map(([n, outside, evaluateTargetHealth]) => {
    const target = inside[n % Math.max(inside.length, 1)];
    if (outside || target === undefined) {
      return [{ name, type: "A", policy: { kind: "simple" }, answer: OUTSIDE[n % OUTSIDE.length] as AliasAnswer }];
    }
    const answer = { kind: "alias", hostedZoneId: ZONE_ID, target: target.target, evaluateTargetHealth } as const;
    return [{ name, type: target.type, policy: { kind: "simple" }, answer }];
  });
}

/** What one name has: at most one thing of a type, and a CNAME alone. */
function atName(label: string, before: readonly RecordSet[]): fc.Arbitrary<RecordSet[]> {
  const name = owner(label);
  const type = fc.constantFrom(...TYPES);
  return fc.oneof(
    fc.constant<RecordSet[]>([]),
    type.chain((one) => simple(name, one)),
    type.chain((one) => group(name, one)),
    fc.constant(undefined).chain(() =>
      alias(
        name,
        before.filter((set) => set.name !== name && !(label === "@" && set.type === "CNAME")),
      ),
    ),
    ...(label === "@" ? [] : [simple(name, "CNAME")]),
    fc
      .uniqueArray(type, { minLength: 2, maxLength: 3 })
      .chain((types) => fc.tuple(...types.map((one) => simple(name, one))).map((sets) => sets.flat())),
  );
}

export const arbitraryZone: fc.Arbitrary<readonly RecordSet[]> = fc
  .shuffledSubarray(LABELS, { minLength: 1, maxLength: 8 })
  .chain((labels) =>
    labels.reduce<fc.Arbitrary<readonly RecordSet[]>>(
      (zone, label) => zone.chain((before) => atName(label, before).map((sets) => [...before, ...sets])),
      fc.constant([]),
    ),
  );

/** What comes with every zone. */
export const APEX: readonly RecordSet[] = [
  {
    name: ZONE,
    type: "NS",
    policy: { kind: "simple" },
    answer: { kind: "records", ttlSeconds: 172_800, values: ["ns-1.awsdns-01.com."] },
  },
  {
    name: ZONE,
    type: "SOA",
    policy: { kind: "simple" },
    answer: {
      kind: "records",
      ttlSeconds: 900,
      values: ["ns-1.awsdns-01.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"],
    },
  },
];
