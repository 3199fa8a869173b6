/** The battery on health checks, Traffic Flow, query logging and several zones. */

import { type CaseRow, checks, group as G, records as R } from "./case.ts";

const check = (settings: string, more = "") => `healthChecks:\n  p: { ${settings} }\n${more}`;
const HTTP = "type: HTTP, address: 192.0.2.1, port: 8080, disabled: true";
const HTTPS = "type: HTTPS, host: www.example.net, disabled: true";
const UPDATE = ["UpdateHealthCheck", "ChangeTagsForResource"];
const CREATE = ["CreateHealthCheck", "ChangeTagsForResource"];
const P = "x: { weight: 1, values: [192.0.2.1], healthCheck: p }";

/** A field that UpdateHealthCheck can change, both ways. */
const FIELDS: readonly (readonly [field: string, without: string, withIt: string])[] = [
  ["address", HTTP, HTTP.replace("192.0.2.1", "192.0.2.2")],
  ["address in IPv6", HTTP.replace("192.0.2.1", '"2001:db8::1"'), HTTP.replace("192.0.2.1", '"2001:db8::2"')],
  ["port", HTTP, HTTP.replace("8080", "8081")],
  ["path", HTTP, `${HTTP}, path: "/health?x=1&y=2"`],
  ["host beside its address", HTTP, `${HTTP}, host: www.example.net`],
  ["host", HTTPS, HTTPS.replace("www.", "api.")],
  ["search string", `${HTTP}, search: up`, `${HTTP}, search: "all \\"systems\\" go"`],
  ["threshold", HTTP, `${HTTP}, failureThreshold: 1`],
  ["inversion", HTTP, `${HTTP}, inverted: true`],
  ["rest", HTTP, HTTP.replace("disabled: true", "disabled: false")],
  ["SNI", HTTPS, `${HTTPS}, sni: false`],
  ["regions", HTTP, `${HTTP}, regions: [us-east-1, us-west-1, eu-west-1]`],
];

export const HEALTH_CASES: readonly CaseRow[] = [
  ...FIELDS.flatMap(([field, a, b]): CaseRow[] => [
    [`another ${field} of a check`, check(a), check(b), ...UPDATE],
    [`the ${field} of a check as it was`, check(b), check(a), ...UPDATE],
  ]),
  ["a check", "", check(HTTP), ...CREATE],
  [
    "a check for each protocol",
    "",
    "healthChecks:\n  a: { type: HTTP, address: 192.0.2.1, disabled: true }\n  b: { type: HTTPS, address: 192.0.2.1, disabled: true }\n  c: { type: TCP, address: 192.0.2.1, port: 25, disabled: true }\n  d: { type: HTTP, host: www.example.net, search: up, disabled: true }\n  e: { type: HTTPS, host: www.example.net, search: up, disabled: true }\n",
    ...CREATE,
    ...CREATE,
    ...CREATE,
    ...CREATE,
    ...CREATE,
  ],
  [
    "defaults that are written out",
    check("type: HTTP, address: 192.0.2.1, disabled: true"),
    check(
      "type: HTTP, address: 192.0.2.1, port: 80, path: /, interval: 30, failureThreshold: 3, inverted: false, measureLatency: false, disabled: true",
    ),
  ],
  [
    "all regions, which is none",
    check(HTTP),
    check(
      `${HTTP}, regions: [us-east-1, us-west-1, us-west-2, eu-west-1, ap-southeast-1, ap-southeast-2, ap-northeast-1, sa-east-1]`,
    ),
  ],
  ["a host in capitals", check(HTTPS), check(HTTPS.replace("www.example", "WWW.Example"))],
  ["a check that goes", check(HTTP), "", "DeleteHealthCheck"],
  [
    "a check that goes with what used it",
    check(HTTP) + G("weighted", [P]),
    G("weighted", [P.replace(", healthCheck: p", "")]),
    "UPSERT api A x",
    "DeleteHealthCheck",
  ],
  [
    "another interval, which takes a new check",
    check(HTTP) + G("weighted", [P]),
    check(`${HTTP}, interval: 10`) + G("weighted", [P]),
    ...CREATE,
    "UPSERT api A x",
    "DeleteHealthCheck",
  ],
  [
    "latency measured, which takes a new check",
    check(HTTP),
    check(`${HTTP}, measureLatency: true`),
    ...CREATE,
    "DeleteHealthCheck",
  ],
  [
    "another type, which takes a new check",
    check(HTTP) + G("weighted", [P]),
    check("type: TCP, address: 192.0.2.1, port: 8080, disabled: true") + G("weighted", [P]),
    ...CREATE,
    "UPSERT api A x",
    "DeleteHealthCheck",
  ],
  [
    "a search string, which takes a new check",
    check(HTTP),
    check(`${HTTP}, search: up`),
    ...CREATE,
    "DeleteHealthCheck",
  ],
  [
    "an address that becomes a host, which takes a new check",
    check(HTTP),
    check("type: HTTP, host: www.example.net, port: 8080, disabled: true"),
    ...CREATE,
    "DeleteHealthCheck",
  ],
  ["a replaced check that goes back", check(`${HTTP}, interval: 10`), check(HTTP), ...CREATE, "DeleteHealthCheck"],
  [
    "a check under another key",
    check(HTTP) + G("weighted", [P]),
    (check(HTTP) + G("weighted", [P])).replaceAll("p: {", "q: {").replace("healthCheck: p", "healthCheck: q"),
    ...CREATE,
    "UPSERT api A x",
    "DeleteHealthCheck",
  ],
  [
    "checks in another order",
    checks("p", "q"),
    "healthChecks:\n  q: { type: TCP, address: 127.53.0.2, port: 9, disabled: true }\n  p: { type: TCP, address: 127.53.0.1, port: 9, disabled: true }\n",
  ],
  [
    "a calculated check",
    checks("p", "q"),
    `${checks("p", "q")}  all: { type: CALCULATED, children: [p, q], healthThreshold: 2 }\n`,
    ...CREATE,
  ],
  [
    "a calculated check with its children",
    "",
    `${checks("p", "q")}  all: { type: CALCULATED, children: [p, q], healthThreshold: 2 }\n`,
    ...CREATE,
    ...CREATE,
    ...CREATE,
  ],
  [
    "a calculated check before its children in the file",
    "",
    `healthChecks:\n  all: { type: CALCULATED, children: [p], healthThreshold: 1 }\n  p: { ${HTTP} }\n`,
    ...CREATE,
    ...CREATE,
  ],
  [
    "children in another order",
    `${checks("p", "q")}  all: { type: CALCULATED, children: [p, q], healthThreshold: 2 }\n`,
    `${checks("p", "q")}  all: { type: CALCULATED, children: [q, p], healthThreshold: 2 }\n`,
  ],
  [
    "a child less",
    `${checks("p", "q")}  all: { type: CALCULATED, children: [p, q], healthThreshold: 1 }\n`,
    `${checks("p", "q")}  all: { type: CALCULATED, children: [q], healthThreshold: 1 }\n`,
    ...UPDATE,
  ],
  [
    "a threshold of children",
    `${checks("p", "q")}  all: { type: CALCULATED, children: [p, q], healthThreshold: 1 }\n`,
    `${checks("p", "q")}  all: { type: CALCULATED, children: [p, q], healthThreshold: 2, inverted: true }\n`,
    ...UPDATE,
  ],
  [
    "a child that is replaced",
    `${checks("p")}  all: { type: CALCULATED, children: [p], healthThreshold: 1 }\n`,
    `${checks("p").replace("disabled", "interval: 10, disabled")}  all: { type: CALCULATED, children: [p], healthThreshold: 1 }\n`,
    ...CREATE,
    ...UPDATE,
    "DeleteHealthCheck",
  ],
  [
    "a calculated check that goes with its child",
    `${checks("p", "q")}  all: { type: CALCULATED, children: [p, q], healthThreshold: 1 }\n`,
    checks("q").replace("0.1", "0.2"),
    "DeleteHealthCheck",
    "DeleteHealthCheck",
  ],
  [
    "a calculated check at work",
    `${checks("p", "q")}${G("weighted", [P])}`,
    `${checks("p", "q")}  all: { type: CALCULATED, children: [p, q], healthThreshold: 1 }\n${G("weighted", [P.replace("healthCheck: p", "healthCheck: all")])}`,
    ...CREATE,
    "UPSERT api A x",
  ],
  ["a CloudWatch alarm", "", check("type: CLOUDWATCH_METRIC, alarm: errors, region: eu-west-1"), ...CREATE],
  [
    "what an alarm without data means",
    check("type: CLOUDWATCH_METRIC, alarm: errors, region: eu-west-1"),
    check("type: CLOUDWATCH_METRIC, alarm: errors, region: eu-west-1, insufficientData: Unhealthy"),
    ...UPDATE,
  ],
  [
    "another alarm",
    check("type: CLOUDWATCH_METRIC, alarm: errors, region: eu-west-1"),
    check("type: CLOUDWATCH_METRIC, alarm: latency, region: us-east-1, inverted: true"),
    ...UPDATE,
  ],
];

const DOCUMENT = (weight: string, item = "", type = "A", value = "192.0.2.1") =>
  `{ AWSPolicyFormatVersion: "2015-10-01", RecordType: ${type}, StartRule: w, Rules: { w: { RuleType: weighted, Items: [ { Weight: "${weight}", EndpointReference: e${item} } ] } }, Endpoints: { e: { Type: value, Value: "${value}" } } }`;
const FLOW = (document: string, instances: string, more = "") =>
  `trafficFlow:\n  policies:\n    g: { document: ${document} }\n${more}  instances: [ ${instances} ]\n`;
const ONE = "{ name: flow, policy: g, ttl: 60 }";

export const TRAFFIC_CASES: readonly CaseRow[] = [
  [
    "a traffic policy and its instance",
    "",
    FLOW(DOCUMENT("1"), ONE),
    "CreateTrafficPolicy",
    "CreateTrafficPolicyInstance",
  ],
  [
    "a new version",
    FLOW(DOCUMENT("1"), ONE),
    FLOW(DOCUMENT("2"), ONE),
    "CreateTrafficPolicyVersion",
    "UpdateTrafficPolicyInstance",
  ],
  [
    "a document with its keys in another order",
    FLOW(DOCUMENT("1"), ONE),
    FLOW(DOCUMENT("1").replace(", RecordType: A", "").replace("StartRule: w", "StartRule: w, RecordType: A"), ONE),
  ],
  [
    "another TTL of an instance",
    FLOW(DOCUMENT("1"), ONE),
    FLOW(DOCUMENT("1"), ONE.replace("60", "30")),
    "UpdateTrafficPolicyInstance",
  ],
  [
    "an instance at another name",
    FLOW(DOCUMENT("1"), ONE),
    FLOW(DOCUMENT("1"), ONE.replace("flow", "moved")),
    "CreateTrafficPolicyInstance",
    "DeleteTrafficPolicyInstance",
  ],
  [
    "a second instance",
    FLOW(DOCUMENT("1"), ONE),
    FLOW(DOCUMENT("1"), `${ONE}, { name: more, policy: g, ttl: 60 }`),
    "CreateTrafficPolicyInstance",
  ],
  [
    "an instance of another policy",
    FLOW(DOCUMENT("1"), ONE, `    h: { document: ${DOCUMENT("3")} }\n`),
    FLOW(DOCUMENT("1"), ONE.replace("policy: g", "policy: h"), `    h: { document: ${DOCUMENT("3")} }\n`),
    "UpdateTrafficPolicyInstance",
  ],
  ["a policy without an instance", "", FLOW(DOCUMENT("1"), ""), "CreateTrafficPolicy"],
  ["an instance that goes", FLOW(DOCUMENT("1"), ONE), FLOW(DOCUMENT("1"), ""), "DeleteTrafficPolicyInstance"],
  ["Traffic Flow that goes", FLOW(DOCUMENT("1"), ONE), "", "DeleteTrafficPolicyInstance", "DeleteTrafficPolicy"],
  ["two versions that go", FLOW(DOCUMENT("1"), ""), "", "DeleteTrafficPolicy"],
  [
    "a check in a document",
    checks("p") + FLOW(DOCUMENT("1"), ONE),
    checks("p") + FLOW(DOCUMENT("1", ", HealthCheck: p"), ONE),
    "CreateTrafficPolicyVersion",
    "UpdateTrafficPolicyInstance",
  ],
  [
    "a check in a document that is replaced",
    checks("p") + FLOW(DOCUMENT("1", ", HealthCheck: p"), ONE),
    checks("p").replace("disabled", "interval: 10, disabled") + FLOW(DOCUMENT("1", ", HealthCheck: p"), ONE),
    ...CREATE,
    "CreateTrafficPolicyVersion",
    "UpdateTrafficPolicyInstance",
    "DeleteHealthCheck",
  ],
  [
    "a record that becomes an instance",
    R("name: flow, type: A, ttl: 60, values: [192.0.2.1]"),
    FLOW(DOCUMENT("1"), ONE),
    "CreateTrafficPolicy",
    "DELETE flow A",
    "CreateTrafficPolicyInstance",
  ],
  [
    "an instance that becomes a record",
    FLOW(DOCUMENT("1"), ONE),
    R("name: flow, type: A, ttl: 60, values: [192.0.2.1]"),
    "DeleteTrafficPolicyInstance",
    "DeleteTrafficPolicy",
    "CREATE flow A",
  ],
  [
    "an alias to an instance",
    FLOW(DOCUMENT("1"), ONE),
    R("name: www, type: A, alias: { record: flow }") + FLOW(DOCUMENT("1"), ONE),
    "CREATE www A",
  ],
  [
    "a policy of another type",
    "",
    FLOW(DOCUMENT("1", "", "AAAA", "2001:db8::1"), ONE),
    "CreateTrafficPolicy",
    "CreateTrafficPolicyInstance",
  ],
];

const LOG = (more = "") => `logging: { logGroup: /aws/route53/example.com${more} }\n`;
export const LOGGING_CASES: readonly CaseRow[] = [
  ["logging", "", LOG(), "CreateLogGroup", "PutResourcePolicy", "CreateQueryLoggingConfig"],
  [
    "logging with a retention",
    "",
    LOG(", retentionDays: 7"),
    "CreateLogGroup",
    "PutRetentionPolicy",
    "PutResourcePolicy",
    "CreateQueryLoggingConfig",
  ],
  ["a retention", LOG(), LOG(", retentionDays: 7"), "PutRetentionPolicy"],
  ["another retention", LOG(", retentionDays: 7"), LOG(", retentionDays: 30"), "PutRetentionPolicy"],
  ["a retention that the file no longer says", LOG(", retentionDays: 7"), LOG()],
  ["no logging any more", LOG(), "", "DeleteQueryLoggingConfig"],
  [
    "another log group",
    LOG(),
    "logging: { logGroup: /aws/route53/other-example.com }\n",
    "CreateLogGroup",
    "PutResourcePolicy",
    "DeleteQueryLoggingConfig",
    "CreateQueryLoggingConfig",
  ],
];
