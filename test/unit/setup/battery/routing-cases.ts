/** The battery on routing policies, one name and type with several answers. */

import { type CaseRow, checks, group as G, records as R } from "./case.ts";

const W = (id: string, weight: number, value = "192.0.2.1", more = "") =>
  `${id}: { weight: ${weight}, values: [${value}]${more} }`;
const L = (id: string, region: string, value = "192.0.2.1", more = "") =>
  `${id}: { region: ${region}, values: [${value}]${more} }`;
const F = (id: string, role: string, value = "192.0.2.1", more = "") =>
  `${id}: { failover: ${role}, values: [${value}]${more} }`;
const V = (id: string, selector: string, value = "192.0.2.1", more = "") =>
  `${id}: { ${selector === "" ? "" : `${selector}, `}values: [${value}]${more} }`;
const P = ", healthCheck: p";
const SIMPLE = R("name: api, type: A, ttl: 60, values: [192.0.2.1]");

/** For each policy: two answers, and what tells a third one from them. */
const POLICIES: readonly (readonly [policy: string, a: string, b: string, c: string, d: string])[] = [
  ["weighted", "weight: 1", "weight: 2", "weight: 3", "weight: 0"],
  ["latency", "region: eu-west-1", "region: us-east-1", "region: ap-southeast-1", "region: sa-east-1"],
  ["geolocation", "continent: EU", "country: US", "country: US, subdivision: CA", "country: '*'"],
  [
    "geoproximity",
    "region: eu-west-1",
    "region: us-east-1",
    "coordinates: { latitude: 52.5, longitude: -13.41 }, bias: 5",
    "region: sa-east-1, bias: -20",
  ],
  ["multivalue", "", "", "", ""],
];

function perPolicy([policy, a, b, c, d]: (typeof POLICIES)[number]): CaseRow[] {
  const two = G(policy, [V("x", a), V("y", b, "192.0.2.2")]);
  const rows: CaseRow[] = [
    [`a ${policy} group`, "", two, "CREATE api A x + CREATE api A y"],
    [
      `a third ${policy} answer`,
      two,
      G(policy, [V("x", a), V("y", b, "192.0.2.2"), V("z", c, "192.0.2.3")]),
      "CREATE api A z",
    ],
    [`a ${policy} answer less`, two, G(policy, [V("x", a)]), "DELETE api A y"],
    [
      `another value of a ${policy} answer`,
      two,
      G(policy, [V("x", a, "192.0.2.9"), V("y", b, "192.0.2.2")]),
      "UPSERT api A x",
    ],
    [
      `another identifier of a ${policy} answer`,
      two,
      G(policy, [V("x", a), V("z", b, "192.0.2.2")]),
      "DELETE api A y + CREATE api A z",
    ],
    [
      `a check for a ${policy} answer`,
      checks("p") + two,
      checks("p") + G(policy, [V("x", a, "192.0.2.1", P), V("y", b, "192.0.2.2")]),
      "UPSERT api A x",
    ],
    [
      `the TTL of a ${policy} group`,
      two,
      G(policy, [V("x", a), V("y", b, "192.0.2.2")], "ttl: 30"),
      "UPSERT api A x + UPSERT api A y",
    ],
    [`a simple record that becomes ${policy}`, SIMPLE, two, "DELETE api A + CREATE api A x + CREATE api A y"],
    [`a ${policy} group that becomes simple`, two, SIMPLE, "DELETE api A x + DELETE api A y + CREATE api A"],
    [`a ${policy} group that goes`, two, "", "DELETE api A x + DELETE api A y"],
    [`the answers of a ${policy} group in another order`, two, G(policy, [V("y", b, "192.0.2.2"), V("x", a)])],
  ];
  if (policy !== "multivalue") {
    rows.push([
      `another place or share of a ${policy} answer`,
      two,
      G(policy, [V("x", d), V("y", b, "192.0.2.2")]),
      "UPSERT api A x",
    ]);
  }
  return rows;
}

/** From each policy to the next. */
const SWITCHES: CaseRow[] = POLICIES.map(([policy, a, b], i) => {
  const [other = "", c = "", d = ""] = POLICIES[(i + 1) % POLICIES.length] ?? [];
  return [
    `${policy} that becomes ${other}`,
    G(policy, [V("x", a), V("y", b, "192.0.2.2")]),
    G(other, [V("x", c), V("y", d, "192.0.2.2")]),
    "DELETE api A x + DELETE api A y + CREATE api A x + CREATE api A y",
  ];
});

const FAILOVER =
  checks("p", "q") + G("failover", [F("x", "PRIMARY", "192.0.2.1", P), F("y", "SECONDARY", "192.0.2.2")]);

const OTHERS: readonly CaseRow[] = [
  ["a failover group", checks("p", "q"), FAILOVER, "CREATE api A x + CREATE api A y"],
  [
    "a primary by itself",
    checks("p", "q"),
    checks("p", "q") + G("failover", [F("x", "PRIMARY", "192.0.2.1", P)]),
    "CREATE api A x",
  ],
  [
    "a secondary that goes",
    FAILOVER,
    checks("p", "q") + G("failover", [F("x", "PRIMARY", "192.0.2.1", P)]),
    "DELETE api A y",
  ],
  ["another check of the primary", FAILOVER, FAILOVER.replace("healthCheck: p", "healthCheck: q"), "UPSERT api A x"],
  [
    "a check for the secondary",
    FAILOVER,
    FAILOVER.replace("[192.0.2.2]", "[192.0.2.2], healthCheck: q"),
    "UPSERT api A y",
  ],
  [
    "primary and secondary that trade places",
    FAILOVER,
    checks("p", "q") + G("failover", [F("x", "SECONDARY", "192.0.2.1"), F("y", "PRIMARY", "192.0.2.2", P)]),
    "DELETE api A x + DELETE api A y + CREATE api A x + CREATE api A y",
  ],
  [
    "failover that becomes weighted",
    FAILOVER,
    checks("p", "q") + G("weighted", [W("x", 1), W("y", 1, "192.0.2.2")]),
    "DELETE api A x + DELETE api A y + CREATE api A x + CREATE api A y",
  ],
  [
    "regions that trade places",
    G("latency", [L("x", "eu-west-1"), L("y", "us-east-1", "192.0.2.2")]),
    G("latency", [L("x", "us-east-1"), L("y", "eu-west-1", "192.0.2.2")]),
    "DELETE api A x + DELETE api A y + CREATE api A x + CREATE api A y",
  ],
  [
    "a region under another identifier",
    G("latency", [L("x", "eu-west-1")]),
    G("latency", [L("y", "eu-west-1")]),
    "DELETE api A x + CREATE api A y",
  ],
  ["a weight of 0", G("weighted", [W("x", 1)]), G("weighted", [W("x", 0)]), "UPSERT api A x"],
  [
    "a bias of 0 that is left out",
    G("geoproximity", [V("x", "region: eu-west-1, bias: 0")]),
    G("geoproximity", [V("x", "region: eu-west-1")]),
  ],
  [
    "a bias",
    G("geoproximity", [V("x", "region: eu-west-1")]),
    G("geoproximity", [V("x", "region: eu-west-1, bias: 99")]),
    "UPSERT api A x",
  ],
  [
    "a region that becomes coordinates",
    G("geoproximity", [V("x", "region: eu-west-1")]),
    G("geoproximity", [V("x", "coordinates: { latitude: 0, longitude: -0.5 }")]),
    "UPSERT api A x",
  ],
  [
    "a country that becomes its continent",
    G("geolocation", [V("x", "country: DE")]),
    G("geolocation", [V("x", "continent: EU")]),
    "UPSERT api A x",
  ],
  [
    "a state that becomes its country",
    G("geolocation", [V("x", "country: US, subdivision: NY")]),
    G("geolocation", [V("x", "country: US")]),
    "UPSERT api A x",
  ],
  [
    "identifiers with spaces, colons and numbers",
    "",
    G("weighted", [
      `"1": { weight: 1, values: [192.0.2.1] }`,
      `"a: b, {c}": { weight: 1, values: [192.0.2.2] }`,
      `"${"$"}{x} #1": { weight: 1, values: [192.0.2.3] }`,
      `"yes": { weight: 1, values: [192.0.2.4] }`,
    ]),
    `CREATE api A 1 + CREATE api A a: b, {c} + CREATE api A ${"$"}{x} #1 + CREATE api A yes`,
  ],
  [
    "identifiers that differ by case",
    G("weighted", [W("blue", 1)]),
    G("weighted", [W("blue", 1), W("Blue", 1, "192.0.2.2")]),
    "CREATE api A Blue",
  ],
  [
    "answers with TTLs of their own",
    G("latency", [L("x", "eu-west-1"), L("y", "us-east-1", "192.0.2.2")]),
    G("latency", [L("x", "eu-west-1"), L("y", "us-east-1", "192.0.2.2", ", ttl: 5")]),
    "UPSERT api A y",
  ],
  [
    "two types at one name",
    G("weighted", [W("x", 1)]),
    `${G("weighted", [W("x", 1)])}  - { name: api, type: AAAA, ttl: 60, policy: latency, answers: { x: { region: eu-west-1, values: ["2001:db8::1"] } } }\n`,
    "CREATE api AAAA x",
  ],
  [
    "CNAMEs by weight",
    "",
    "routing: [ { name: api, type: CNAME, ttl: 60, policy: weighted, answers: { x: { weight: 1, values: [a.example.net.] }, y: { weight: 1, values: [b.example.net.] } } } ]\n",
    "CREATE api CNAME x + CREATE api CNAME y",
  ],
  [
    "CNAMEs by weight that become an address",
    "routing: [ { name: api, type: CNAME, ttl: 60, policy: weighted, answers: { x: { weight: 1, values: [a.example.net.] } } } ]\n",
    SIMPLE,
    "DELETE api CNAME x + CREATE api A",
  ],
  [
    "a group with 100 answers",
    "",
    G(
      "weighted",
      Array.from({ length: 100 }, (_, i) => W(`w${String(i).padStart(2, "0")}`, i, `192.0.2.${i}`)),
    ),
    Array.from({ length: 100 }, (_, i) => `CREATE api A w${String(i).padStart(2, "0")}`).join(" + "),
  ],
  [
    "a simple record with a health check",
    checks("p") + SIMPLE,
    checks("p") + R("name: api, type: A, ttl: 60, values: [192.0.2.1], healthCheck: p"),
    "UPSERT api A",
  ],
  [
    "a wildcard by weight",
    "",
    "routing: [ { name: '*.api', type: A, ttl: 60, policy: weighted, answers: { x: { weight: 1, values: [192.0.2.1] } } } ]\n",
    "CREATE *.api A x",
  ],
  [
    "the apex by place",
    "",
    "routing: [ { name: '@', type: A, ttl: 60, policy: geolocation, answers: { x: { country: '*', values: [192.0.2.1] } } } ]\n",
    "CREATE @ A x",
  ],
];

const COLLECTION = "cidrCollections: { c: { office: [192.0.2.0/24], home: [198.51.100.0/24] } }\n";
const C = (id: string, location: string, value = "192.0.2.1") =>
  `${id}: { collection: c, location: ${location}, values: [${value}] }`;

/** IP-based routing, with the collection that it goes by. */
export const CIDR_CASES: readonly CaseRow[] = [
  [
    "an IP-based group with its collection",
    "",
    COLLECTION + G("cidr", [C("x", "office"), C("rest", "'*'", "192.0.2.2")]),
    "CreateCidrCollection",
    "ChangeCidrCollection",
    "CREATE api A x + CREATE api A rest",
  ],
  [
    "another location of an answer",
    COLLECTION + G("cidr", [C("x", "office")]),
    COLLECTION + G("cidr", [C("x", "home")]),
    "UPSERT api A x",
  ],
  [
    "IP-based that becomes latency",
    COLLECTION + G("cidr", [C("x", "office")]),
    COLLECTION + G("latency", [L("x", "eu-west-1")]),
    "DELETE api A x + CREATE api A x",
  ],
];

export const ROUTING_CASES: readonly CaseRow[] = [...POLICIES.flatMap(perPolicy), ...SWITCHES, ...OTHERS];
