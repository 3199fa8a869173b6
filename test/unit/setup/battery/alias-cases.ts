/** The battery on aliases: what they may name, and the order in which they and their targets come and go. */

import { type CaseRow, group as G, records as R } from "./case.ts";

const A = (name: string, value = "192.0.2.1") => `name: ${name}, type: A, ttl: 60, values: [${value}]`;
const ALIAS = (name: string, alias: string, type = "A") => `name: ${name}, type: ${type}, alias: { ${alias} }`;
const LB = "my-lb-1.eu-west-1.elb.amazonaws.com";

export const ALIAS_CASES: readonly CaseRow[] = [
  ["an alias and its target", "", R(ALIAS("www", "record: web"), A("web")), "CREATE web A + CREATE www A"],
  ["an alias to what is there", R(A("web")), R(A("web"), ALIAS("www", "record: web")), "CREATE www A"],
  ["an alias that goes before its target", R(A("web"), ALIAS("www", "record: web")), "", "DELETE www A + DELETE web A"],
  [
    "a chain of aliases",
    "",
    R(ALIAS("a", "record: b"), ALIAS("b", "record: c"), ALIAS("c", "record: d"), A("d")),
    "CREATE d A + CREATE c A + CREATE b A + CREATE a A",
  ],
  [
    "a chain of aliases that goes",
    R(ALIAS("a", "record: b"), ALIAS("b", "record: c"), A("c")),
    "",
    "DELETE a A + DELETE b A + DELETE c A",
  ],
  ["an alias of the apex", "", R(ALIAS("'@'", "record: www"), A("www")), "CREATE www A + CREATE @ A"],
  ["an alias to the apex", "", R(A("'@'"), ALIAS("www", "record: '@'")), "CREATE @ A + CREATE www A"],
  [
    "an alias to a name of several labels",
    "",
    R(A("a.b.c"), ALIAS("www", "target: a.b.c.example.com")),
    "CREATE a.b.c A + CREATE www A",
  ],
  [
    "an alias to a wildcard",
    "",
    R(A("'*.w'"), ALIAS("www", "target: '*.w.example.com'")),
    "CREATE *.w A + CREATE www A",
  ],
  [
    "an alias to a name with an escape",
    "",
    R(A("'a\\040b'"), ALIAS("www", "record: 'a\\040b'")),
    "CREATE a\\040b A + CREATE www A",
  ],
  [
    "a simple record that becomes an alias",
    R(A("web"), A("www")),
    R(A("web"), ALIAS("www", "record: web")),
    "UPSERT www A",
  ],
  [
    "an alias that becomes a simple record",
    R(A("web"), ALIAS("www", "record: web")),
    R(A("web"), A("www")),
    "UPSERT www A",
  ],
  [
    "an alias to another target",
    R(A("web"), A("old"), ALIAS("www", "record: old")),
    R(A("web"), A("old"), ALIAS("www", "record: web")),
    "UPSERT www A",
  ],
  [
    "an alias to a new target, with the old one gone",
    R(A("old"), ALIAS("www", "record: old")),
    R(A("web"), ALIAS("www", "record: web")),
    "CREATE web A + UPSERT www A + DELETE old A",
  ],
  [
    "a target that becomes an alias of what was its alias",
    R(A("a"), ALIAS("b", "record: a")),
    R(A("b"), ALIAS("a", "record: b")),
    "UPSERT b A + UPSERT a A",
  ],
  [
    "whether the target's health counts",
    R(A("web"), ALIAS("www", "record: web")),
    R(A("web"), ALIAS("www", "record: web, evaluateTargetHealth: true")),
    "UPSERT www A",
  ],
  [
    "an alias in capitals",
    R(A("web"), ALIAS("www", "target: web.example.com")),
    R(A("web"), ALIAS("www", "record: WEB")),
  ],
  [
    "a value of an alias's target",
    R(A("web"), ALIAS("www", "record: web")),
    R(A("web", "192.0.2.2"), ALIAS("www", "record: web")),
    "UPSERT web A",
  ],
  [
    "an alias to a CloudFront distribution",
    "",
    R(
      ALIAS("cdn", "cloudfront: d111111abcdef8.cloudfront.net"),
      ALIAS("cdn", "cloudfront: d111111abcdef8.cloudfront.net", "AAAA"),
    ),
    "CREATE cdn A + CREATE cdn AAAA",
  ],
  [
    "a distribution by target and by service",
    R(ALIAS("cdn", "target: d111111abcdef8.cloudfront.net")),
    R(ALIAS("cdn", "cloudfront: d111111abcdef8.cloudfront.net")),
  ],
  ["an alias to a load balancer", "", R(ALIAS("lb", `elb: ${LB}, evaluateTargetHealth: true`)), "CREATE lb A"],
  [
    "a load balancer with its zone's id",
    R(ALIAS("lb", `target: ${LB}, zone: Z32O12XQLNTSW2`)),
    R(ALIAS("lb", `elb: ${LB}`)),
  ],
  ["an alias to an S3 website", "", R(ALIAS("s3", "s3Website: eu-west-1")), "CREATE s3 A"],
  [
    "an alias to an accelerator",
    "",
    R(ALIAS("ga", "globalAccelerator: a1234567890abcdef.awsglobalaccelerator.com")),
    "CREATE ga A",
  ],
  [
    "an alias to an API Gateway domain",
    "",
    R(ALIAS("gw", "apiGateway: d-abcde12345.execute-api.eu-west-1.amazonaws.com")),
    "CREATE gw A",
  ],
  [
    "an alias to a VPC endpoint",
    "",
    R(
      ALIAS("ep", "vpcEndpoint: vpce-0123456789abcdef0-abcdefgh.sqs.eu-west-1.vpce.amazonaws.com, zone: Z7K1066E3PUKB"),
    ),
    "CREATE ep A",
  ],
  [
    "an alias to something with a zone's id",
    "",
    R(ALIAS("x", "target: x.example.net, zone: Z0123456789ABCDEFGHIJ")),
    "CREATE x A",
  ],
  [
    "a load balancer that becomes a distribution",
    R(ALIAS("x", `elb: ${LB}`)),
    R(ALIAS("x", "cloudfront: d111111abcdef8.cloudfront.net")),
    "UPSERT x A",
  ],
  [
    "a CNAME that becomes an alias",
    R("name: www, type: CNAME, ttl: 60, values: [web.example.com.]", A("web")),
    R(ALIAS("www", "record: web"), A("web")),
    "DELETE www CNAME + CREATE www A",
  ],
  [
    "an alias that becomes a CNAME",
    R(ALIAS("www", "record: web"), A("web")),
    R("name: www, type: CNAME, ttl: 60, values: [web.example.com.]", A("web")),
    "DELETE www A + CREATE www CNAME",
  ],
  [
    "an alias to a weighted group",
    "",
    R(ALIAS("www", "record: api")) + G("weighted", ["x: { weight: 1, values: [192.0.2.1] }"]),
    "CREATE api A x + CREATE www A",
  ],
  [
    "a weighted group of aliases",
    R(A("a"), A("b")),
    R(A("a"), A("b")) +
      G(
        "weighted",
        [
          "x: { weight: 1, alias: { record: a, evaluateTargetHealth: true } }",
          "y: { weight: 1, alias: { record: b } }",
        ],
        "",
      ),
    "CREATE api A x + CREATE api A y",
  ],
  [
    "a failover group of aliases",
    R(A("a"), A("b")),
    R(A("a"), A("b")) +
      G(
        "failover",
        [
          "x: { failover: PRIMARY, alias: { record: a, evaluateTargetHealth: true } }",
          "y: { failover: SECONDARY, alias: { record: b } }",
        ],
        "",
      ),
    "CREATE api A x + CREATE api A y",
  ],
  [
    "an answer that becomes an alias",
    R(A("a")) + G("weighted", ["x: { weight: 1, values: [192.0.2.1] }", "y: { weight: 1, values: [192.0.2.2] }"]),
    R(A("a")) + G("weighted", ["x: { weight: 1, alias: { record: a } }", "y: { weight: 1, values: [192.0.2.2] }"]),
    "UPSERT api A x",
  ],
  [
    "an alias to a group that switches its policy",
    R(ALIAS("www", "record: api")) + G("weighted", ["x: { weight: 1, values: [192.0.2.1] }"]),
    R(ALIAS("www", "record: api")) + G("latency", ["x: { region: eu-west-1, values: [192.0.2.1] }"]),
    "DELETE api A x + CREATE api A x",
  ],
  [
    "a tree of groups",
    "",
    `${R(A("leaf"))}${G("weighted", ["x: { weight: 1, alias: { record: near } }"], "")}  - { name: near, type: A, policy: latency, answers: { eu: { region: eu-west-1, alias: { record: leaf } } } }\n`,
    "CREATE leaf A",
    "CREATE near A eu + CREATE api A x",
  ],
  [
    "AAAA beside A",
    R(A("web"), ALIAS("www", "record: web")),
    R(
      A("web"),
      ALIAS("www", "record: web"),
      'name: web, type: AAAA, ttl: 60, values: ["2001:db8::1"]',
      ALIAS("www", "record: web", "AAAA"),
    ),
    "CREATE web AAAA + CREATE www AAAA",
  ],
  [
    "aliases of other types",
    "",
    R(
      "name: t, type: TXT, ttl: 60, values: [x]",
      ALIAS("u", "record: t", "TXT"),
      "name: m, type: MX, ttl: 60, values: ['10 mail.example.net.']",
      ALIAS("n", "record: m", "MX"),
    ),
    "CREATE t TXT + CREATE u TXT + CREATE m MX + CREATE n MX",
  ],
];
