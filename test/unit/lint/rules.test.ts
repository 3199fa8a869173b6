/** Each rule with a file that it speaks of, and one just beside it that it does not. */

import { describe, expect, it } from "vitest";
import { readConfig } from "../../../src/config/load.ts";
import { lint } from "../../../src/lint/lint.ts";
import { LINT_DEFINITIONS } from "../../../src/lint/registry.ts";
import { type DomainName, domainName } from "../../../src/route53/names.ts";

interface Look {
  readonly aws?: boolean;
  readonly live?: readonly string[];
}

function look(text: string, { aws = false, live = [] }: Look = {}) {
  const head = /^zones?:/m.test(text) ? "" : "zone: { name: example.com }\n";
  const names: readonly DomainName[] = live.map(domainName);
  return lint(readConfig("r53kit.yaml", `version: 1\n${head}${text}`), { onAws: aws, liveNames: new Set(names) });
}

function codesOf(text: string, options?: Look): string[] {
  return look(text, options).findings.map(({ code }) => code);
}

const CHECKS = `healthChecks:
  one: { type: HTTP, address: 203.0.113.1, interval: 10 }
  two: { type: HTTP, address: 203.0.113.2, interval: 10 }
endpoints:
  one: { type: process, address: 127.0.0.1, port: 1, healthCheck: one }
  two: { type: process, address: 127.0.0.1, port: 2, healthCheck: two }
`;

/** A failover of `orders A`; what is given replaces the usual. */
function failover({
  ttl = "60",
  primary = "values: [198.51.100.1], healthCheck: one",
  secondary = "values: [198.51.100.2]" as string | undefined,
  more = "",
  rest = "",
} = {}): string {
  return `${CHECKS}${rest}routing:
  - name: orders
    type: A
${ttl === "" ? "" : `    ttl: ${ttl}\n`}    policy: failover
    answers:
      a: { failover: PRIMARY, ${primary} }
${secondary === "" ? "" : `      b: { failover: SECONDARY, ${secondary} }\n`}${more}`;
}

function group(policy: string, answers: readonly string[]): string {
  const entries = answers.map((answer, i) => `a${i}: { ${answer} }`).join(", ");
  return `${CHECKS}routing:\n  - { name: api, type: A, ttl: 60, policy: ${policy}, answers: { ${entries} } }\n`;
}

const records = (...entries: readonly string[]) =>
  `records:\n${entries.map((entry) => `  - { ttl: 300, ${entry} }`).join("\n")}\n`;
const aliases = (...entries: readonly string[]) =>
  `records:\n${entries.map((entry) => `  - { ${entry} }`).join("\n")}\n`;

const WEB = "name: web, type: A, values: [198.51.100.9]";

function policy(document: object, instance = true, ttl = 60): string {
  const instances = instance ? `, instances: [ { name: flow, policy: p, ttl: ${ttl} } ]` : "";
  return `${CHECKS}trafficFlow: { policies: { p: { document: ${JSON.stringify(document)} } }${instances} }\n`;
}

const ENDPOINTS = { x: { Type: "value", Value: "198.51.100.1" }, y: { Type: "value", Value: "198.51.100.2" } };
const document = (rules: object, endpoints: object = ENDPOINTS) => ({
  AWSPolicyFormatVersion: "2015-10-01",
  RecordType: "A",
  StartRule: "start",
  Endpoints: endpoints,
  Rules: rules,
});
const SIDES = (primary: object, secondary: object) => ({
  start: { RuleType: "failover", Primary: primary, Secondary: secondary },
});
const TO_X = { EndpointReference: "x" };
const TO_Y = { EndpointReference: "y" };
const geo = (...locations: readonly object[]) => ({ RuleType: "geo", Locations: locations });
const ELSEWHERE = { ...TO_Y, IsDefault: "true" };

interface Case {
  readonly code: string;
  readonly why: string;
  readonly fires: string;
  /** As near as it gets without being one. */
  readonly misses: string;
  readonly options?: Look;
  /** When what is looked at, and not the file, makes the difference. */
  readonly missOptions?: Look;
}

const CASES: readonly Case[] = [
  { code: "failover.ttl-too-long", why: "61 s", fires: failover({ ttl: "61" }), misses: failover({ ttl: "60" }) },
  {
    code: "failover.ttl-too-long",
    why: "an instance of a policy with checks",
    fires: policy(document(SIDES({ ...TO_X, HealthCheck: "one" }, TO_Y)), true, 300),
    misses: policy(
      document({
        start: {
          RuleType: "latency",
          Regions: [
            { Region: "eu-west-1", ...TO_X },
            { Region: "us-east-1", ...TO_Y },
          ],
        },
      }),
      true,
      300,
    ),
  },
  {
    code: "failover.misses-target",
    why: "96 s of 95",
    fires: failover({ more: "drill: { targets: { downtime: 95 } }\n" }),
    misses: failover({ more: "drill: { targets: { downtime: 96, failover: 1 } }\n" }),
  },
  {
    code: "failover.misses-target",
    why: "through a calculated check",
    fires: failover({
      primary: "values: [198.51.100.1], healthCheck: all",
      more: "drill: { targets: { failover: 95 } }\n",
    }).replace("endpoints:", "  all: { type: CALCULATED, children: [one, two], healthThreshold: 1 }\nendpoints:"),
    misses: failover({ primary: "values: [198.51.100.1], healthCheck: all" }).replace(
      "endpoints:",
      "  all: { type: CALCULATED, children: [one, two], healthThreshold: 1 }\nendpoints:",
    ),
  },
  {
    code: "failover.primary-never-fails",
    why: "an alias that looks at nothing",
    fires: failover({ primary: "alias: { target: web }", rest: records(WEB) }),
    misses: failover({ primary: "alias: { target: web, evaluateTargetHealth: true }", rest: records(WEB) }),
  },
  {
    code: "failover.shared-check",
    why: "one check on both sides",
    fires: failover({ secondary: "values: [198.51.100.2], healthCheck: one" }),
    misses: failover({ secondary: "values: [198.51.100.2], healthCheck: two" }),
  },
  { code: "failover.no-secondary", why: "one side", fires: failover({ secondary: "" }), misses: failover() },
  {
    code: "failover.one-region",
    why: "two load balancers in Ireland",
    fires: failover({
      ttl: "",
      primary: "alias: { target: a-1.eu-west-1.elb.amazonaws.com, zone: Z32O12XQLNTSW2, evaluateTargetHealth: true }",
      secondary: "alias: { target: b-2.eu-west-1.elb.amazonaws.com, zone: Z32O12XQLNTSW2 }",
    }),
    misses: failover({
      ttl: "",
      primary: "alias: { target: a-1.eu-west-1.elb.amazonaws.com, zone: Z32O12XQLNTSW2, evaluateTargetHealth: true }",
      secondary: "alias: { target: b-2.us-east-1.elb.amazonaws.com, zone: Z35SXDOTRQ7X7K }",
    }),
  },
  {
    code: "health.circular",
    why: "by the very name",
    fires: failover({ rest: "" }).replace("address: 203.0.113.1,", "host: orders.example.com,"),
    misses: failover({ rest: records(WEB) }).replace("address: 203.0.113.1,", "host: web.example.com,"),
  },
  {
    code: "health.circular",
    why: "through a CNAME and an alias",
    fires: failover({
      rest: `records:\n  - { name: www, type: CNAME, ttl: 60, values: [shop.example.com.] }\n  - { name: shop, type: A, alias: { target: orders } }\n`,
    }).replace("address: 203.0.113.1,", "host: www.example.com,"),
    misses: failover({
      rest: `records:\n  - { name: www, type: CNAME, ttl: 60, values: [shop.example.com.] }\n  - { name: shop, type: A, ttl: 60, values: [198.51.100.3] }\n`,
    }).replace("address: 203.0.113.1,", "host: www.example.com,"),
  },
  {
    code: "health.circular",
    why: "through a calculated check",
    fires: failover({ primary: "values: [198.51.100.1], healthCheck: all" })
      .replace("endpoints:", "  all: { type: CALCULATED, children: [one, two], healthThreshold: 1 }\nendpoints:")
      .replace("address: 203.0.113.2,", "host: orders.example.com,"),
    misses: failover({ primary: "values: [198.51.100.1], healthCheck: one" }).replace(
      "address: 203.0.113.2,",
      "host: orders.example.com,",
    ),
  },
  {
    code: "health.circular",
    why: "through a traffic policy",
    fires: policy(document(SIDES({ ...TO_X, HealthCheck: "one" }, TO_Y))).replace(
      "address: 203.0.113.1,",
      "host: flow.example.com,",
    ),
    misses: policy(document(SIDES({ ...TO_X, HealthCheck: "one" }, TO_Y))).replace(
      "address: 203.0.113.1,",
      "address: 203.0.113.1, host: flow.example.com,",
    ),
  },
  {
    code: "health.unused",
    why: "no record, no parent",
    fires: "healthChecks: { one: { type: HTTP, address: 203.0.113.1 } }\n",
    misses: CHECKS,
  },
  {
    code: "health.always-healthy",
    why: "of 0 children",
    fires: CHECKS.replace("endpoints:", "  all: { type: CALCULATED, children: [one], healthThreshold: 0 }\nendpoints:"),
    misses: CHECKS.replace(
      "endpoints:",
      "  all: { type: CALCULATED, children: [one], healthThreshold: 1 }\nendpoints:",
    ),
  },
  {
    code: "health.always-healthy",
    why: "disabled",
    fires: CHECKS.replace("interval: 10", "disabled: true"),
    misses: CHECKS.replace("interval: 10", "disabled: false"),
  },
  {
    code: "health.no-effect",
    why: "a simple record",
    fires: `${CHECKS}${records(`${WEB}, healthCheck: one`)}`,
    misses: `${CHECKS}records:
  - { name: web, type: A, ttl: 60, values: [198.51.100.9], healthCheck: one }
  - { name: www, type: A, alias: { target: web, evaluateTargetHealth: true } }
`,
  },
  {
    code: "health.unreachable-address",
    why: "private, on AWS",
    fires: CHECKS.replace("203.0.113.1", "10.1.2.3"),
    misses: CHECKS.replace("203.0.113.1", "11.1.2.3").replace("203.0.113.2", "11.1.2.4"),
    options: { aws: true },
  },
  {
    code: "health.unreachable-address",
    why: "loopback, which is right locally",
    fires: CHECKS.replace("203.0.113.1", "127.0.10.1"),
    misses: CHECKS.replace("203.0.113.1", "127.0.10.1"),
    options: { aws: true },
    missOptions: {},
  },
  {
    code: "health.watches-neighbour",
    why: "swapped",
    fires: group("weighted", [
      "weight: 1, values: [203.0.113.1], healthCheck: two",
      "weight: 1, values: [203.0.113.2], healthCheck: one",
    ]),
    misses: group("weighted", [
      "weight: 1, values: [203.0.113.1], healthCheck: one",
      "weight: 1, values: [203.0.113.2], healthCheck: two",
    ]),
  },
  {
    code: "health.host-missing",
    why: "no such name",
    fires: CHECKS.replace("address: 203.0.113.1,", "host: gone.example.com,"),
    misses: `${CHECKS.replace("address: 203.0.113.1,", "host: gone.example.com,")}${records("name: '*', type: A, values: [198.51.100.1]")}`,
  },
  {
    code: "weighted.all-zero",
    why: "0 and 0",
    fires: group("weighted", ["weight: 0, values: [198.51.100.1]", "weight: 0, values: [198.51.100.2]"]),
    misses: group("weighted", ["weight: 0, values: [198.51.100.1]", "weight: 1, values: [198.51.100.2]"]),
  },
  {
    code: "weighted.partly-checked",
    why: "one of two",
    fires: group("weighted", [
      "weight: 1, values: [198.51.100.1], healthCheck: one",
      "weight: 1, values: [198.51.100.2]",
    ]),
    misses: group("weighted", ["weight: 1, values: [198.51.100.1]", "weight: 1, values: [198.51.100.2]"]),
  },
  {
    code: "multivalue.without-check",
    why: "one without",
    fires: group("multivalue", ["values: [198.51.100.1], healthCheck: one", "values: [198.51.100.2]"]),
    misses: group("multivalue", [
      "values: [198.51.100.1], healthCheck: one",
      "values: [198.51.100.2], healthCheck: two",
    ]),
  },
  {
    code: "latency.without-check",
    why: "none with",
    fires: group("latency", ["region: eu-west-1, values: [198.51.100.1]", "region: us-east-1, values: [198.51.100.2]"]),
    misses: group("latency", [
      "region: eu-west-1, values: [198.51.100.1], healthCheck: one",
      "region: us-east-1, values: [198.51.100.2]",
    ]),
  },
  {
    code: "geolocation.no-default",
    why: "Europe only",
    fires: group("geolocation", ["continent: EU, values: [198.51.100.1]"]),
    misses: group("geolocation", ["continent: EU, values: [198.51.100.1]", "country: '*', values: [198.51.100.2]"]),
  },
  {
    code: "cidr.no-default",
    why: "one location",
    fires: group("cidr", [
      "collection: c8c02a84-aaaa-bbbb-e0d2-d833a2f80106, location: office, values: [198.51.100.1]",
    ]),
    misses: group("cidr", [
      "collection: c8c02a84-aaaa-bbbb-e0d2-d833a2f80106, location: office, values: [198.51.100.1]",
      "collection: c8c02a84-aaaa-bbbb-e0d2-d833a2f80106, location: '*', values: [198.51.100.2]",
    ]),
  },
  {
    code: "routing.same-answer",
    why: "in another order",
    fires: group("weighted", [
      "weight: 1, values: [198.51.100.1, 198.51.100.2]",
      "weight: 1, values: [198.51.100.2, 198.51.100.1]",
    ]),
    misses: group("weighted", ["weight: 1, values: [198.51.100.1, 198.51.100.2]", "weight: 1, values: [198.51.100.2]"]),
  },
  {
    code: "routing.one-check",
    why: "for all",
    fires: group("multivalue", [
      "values: [198.51.100.1], healthCheck: one",
      "values: [198.51.100.2], healthCheck: one",
    ]),
    misses: group("multivalue", [
      "values: [198.51.100.1], healthCheck: one",
      "values: [198.51.100.2], healthCheck: two",
    ]),
  },
  {
    code: "routing.single-answer",
    why: "nothing to choose",
    fires: group("weighted", ["weight: 1, values: [198.51.100.1]"]),
    misses: group("geolocation", ["country: '*', values: [198.51.100.1]"]),
  },
  {
    code: "alias.ignores-health",
    why: "of a group with checks",
    fires: group("weighted", ["weight: 1, alias: { target: orders }", "weight: 1, values: [198.51.100.5]"]).replace(
      "routing:\n",
      failover().slice(failover().indexOf("routing:")),
    ),
    misses: group("weighted", [
      "weight: 1, alias: { target: orders, evaluateTargetHealth: true }",
      "weight: 1, values: [198.51.100.5]",
    ]).replace("routing:\n", failover().slice(failover().indexOf("routing:"))),
  },
  {
    code: "ttl.differs",
    why: "60 and 30",
    fires: group("latency", [
      "region: eu-west-1, values: [198.51.100.1]",
      "region: us-east-1, ttl: 30, values: [198.51.100.2]",
    ]),
    misses: group("latency", [
      "region: eu-west-1, values: [198.51.100.1]",
      "region: us-east-1, ttl: 60, values: [198.51.100.2]",
    ]),
  },
  {
    code: "traffic-policy.never-reached",
    why: "a SECONDARY behind a PRIMARY that cannot fail",
    fires: policy(document(SIDES(TO_X, TO_Y))),
    misses: policy(document(SIDES({ ...TO_X, HealthCheck: "one" }, TO_Y))),
  },
  {
    code: "traffic-policy.never-reached",
    why: "Japan within Europe",
    fires: policy(
      document({
        start: geo({ Continent: "EU", RuleReference: "eu" }, ELSEWHERE),
        eu: geo({ Country: "JP", ...TO_X }, ELSEWHERE),
      }),
    ),
    misses: policy(
      document({
        start: geo({ Continent: "EU", RuleReference: "eu" }, ELSEWHERE),
        eu: geo({ Country: "DE", ...TO_X }, ELSEWHERE),
      }),
    ),
  },
  {
    code: "traffic-policy.never-reached",
    why: "but for another way to the rule",
    fires: policy(
      document({
        start: geo({ Continent: "EU", RuleReference: "eu" }, ELSEWHERE),
        eu: geo({ Country: "JP", ...TO_X }, ELSEWHERE),
      }),
    ),
    misses: policy(
      document({
        start: geo({ Continent: "EU", RuleReference: "eu" }, { RuleReference: "eu", IsDefault: "true" }),
        eu: geo({ Country: "JP", ...TO_X }, ELSEWHERE),
      }),
    ),
  },
  {
    code: "traffic-policy.unused-endpoint",
    why: "one too many",
    fires: policy(document({ start: geo({ Continent: "EU", ...TO_X }, { ...TO_X, IsDefault: "true" }) })),
    misses: policy(document({ start: geo({ Continent: "EU", ...TO_X }, ELSEWHERE) })),
  },
  {
    code: "traffic-policy.no-default",
    why: "Europe and Asia",
    fires: policy(document({ start: geo({ Continent: "EU", ...TO_X }, { Continent: "AS", ...TO_Y }) })),
    misses: policy(document({ start: geo({ Continent: "EU", ...TO_X }, ELSEWHERE) })),
  },
  {
    code: "traffic-policy.all-zero",
    why: "0 and 0",
    fires: policy(
      document({
        start: {
          RuleType: "weighted",
          Items: [
            { ...TO_X, Weight: "0" },
            { ...TO_Y, Weight: "0" },
          ],
        },
      }),
    ),
    misses: policy(
      document({
        start: {
          RuleType: "weighted",
          Items: [
            { ...TO_X, Weight: "0" },
            { ...TO_Y, Weight: "2" },
          ],
        },
      }),
    ),
  },
  {
    code: "traffic-policy.shared-check",
    why: "one on both sides",
    fires: policy(document(SIDES({ ...TO_X, HealthCheck: "one" }, { ...TO_Y, HealthCheck: "one" }))),
    misses: policy(document(SIDES({ ...TO_X, HealthCheck: "one" }, { ...TO_Y, HealthCheck: "two" }))),
  },
  {
    code: "traffic-policy.unused",
    why: "no instance",
    fires: policy(document(SIDES({ ...TO_X, HealthCheck: "one" }, TO_Y)), false),
    misses: policy(document(SIDES({ ...TO_X, HealthCheck: "one" }, TO_Y))),
  },
  {
    code: "mx.points-to-cname",
    why: "a CNAME of the zone",
    fires: records(
      "name: '@', type: MX, values: ['10 mail.example.com.']",
      "name: mail, type: CNAME, values: [web.example.com.]",
      WEB,
    ),
    misses: records("name: '@', type: MX, values: ['10 web.example.com.']", WEB),
  },
  {
    code: "ns.points-to-cname",
    why: "a CNAME of the zone",
    fires: records(
      "name: sub, type: NS, values: [ns.example.com.]",
      "name: ns, type: CNAME, values: [web.example.com.]",
      WEB,
    ),
    misses: records("name: sub, type: NS, values: [ns.example.com.]", "name: ns, type: A, values: [198.51.100.1]"),
  },
  {
    code: "srv.points-to-cname",
    why: "a CNAME by a wildcard",
    fires: records(
      "name: _sip._tcp, type: SRV, values: ['1 1 5060 sip.hosts.example.com.']",
      "name: '*.hosts', type: CNAME, values: [web.example.com.]",
      WEB,
    ),
    misses: records("name: _sip._tcp, type: SRV, values: ['0 0 0 .']"),
  },
  {
    code: "target.is-address",
    why: "an MX of an address",
    fires: records("name: '@', type: MX, values: ['10 198.51.100.1']"),
    misses: records("name: '@', type: MX, values: ['10 web.example.com']", WEB),
  },
  {
    code: "target.is-address",
    why: "a CNAME of one",
    fires: records("name: www, type: CNAME, values: [198.51.100.1]"),
    misses: records("name: www, type: CNAME, values: [1.100.51.198.in-addr.arpa]"),
  },
  {
    code: "target.relative",
    why: "a single label",
    fires: records("name: www, type: CNAME, values: [web]", WEB),
    misses: records("name: www, type: CNAME, values: [web.]", WEB),
  },
  {
    code: "target.relative",
    why: "a name of the zone without the zone",
    fires: records("name: sub, type: NS, values: [ns1.sub]", "name: ns1.sub, type: A, values: [198.51.100.1]"),
    misses: records("name: sub, type: NS, values: [ns1.sub]", "name: '*.sub', type: A, values: [198.51.100.1]"),
  },
  {
    code: "target.dangling",
    why: "a CNAME to nothing",
    fires: records("name: www, type: CNAME, values: [gone.example.com.]"),
    misses: records(
      "name: www, type: CNAME, values: [gone.sub.example.com.]",
      "name: sub, type: NS, values: [ns.example.net.]",
    ),
  },
  {
    code: "target.dangling",
    why: "unless it is live",
    fires: records("name: '@', type: MX, values: ['10 gone.example.com.']"),
    misses: records("name: '@', type: MX, values: ['10 gone.example.com.']"),
    missOptions: { live: ["gone.example.com"] },
  },
  {
    code: "target.loop",
    why: "of CNAMEs",
    fires: records("name: a, type: CNAME, values: [b.example.com.]", "name: b, type: CNAME, values: [a.example.com.]"),
    misses: records(
      "name: a, type: CNAME, values: [b.example.com.]",
      "name: b, type: CNAME, values: [web.example.com.]",
      WEB,
    ),
  },
  {
    code: "target.loop",
    why: "of aliases",
    fires: aliases("name: a, type: A, alias: { target: b }", "name: b, type: A, alias: { target: a }"),
    misses: aliases("name: a, type: A, alias: { target: b }", "name: b, type: A, ttl: 60, values: [198.51.100.1]"),
  },
  {
    code: "cname.alias-is-free",
    why: "of a distribution",
    fires: records("name: cdn, type: CNAME, values: [d111111abcdef8.cloudfront.net.]"),
    misses: records("name: db, type: CNAME, values: [x.abc.eu-west-1.rds.amazonaws.com.]"),
  },
  {
    code: "wildcard.hidden",
    why: "by a record of another type",
    fires: records("name: '*.shop', type: A, values: [198.51.100.1]", "name: de.shop, type: TXT, values: [hello]"),
    misses: records("name: '*.shop', type: A, values: [198.51.100.1]", "name: _dmarc.shop, type: TXT, values: [hello]"),
  },
  {
    code: "wildcard.hidden",
    why: "that is a CNAME, where there are no addresses",
    fires: records("name: '*', type: CNAME, values: [web.example.net]", "name: m, type: MX, values: ['10 a.net']"),
    misses: records("name: '*', type: CNAME, values: [web.example.net]", "name: m, type: A, values: [198.51.100.1]"),
  },
  {
    code: "wildcard.hidden",
    why: "by an empty non-terminal",
    fires: records(
      "name: '*.shop', type: A, values: [198.51.100.1]",
      "name: _acme-challenge.de.shop, type: TXT, values: [hello]",
    ),
    misses: records(
      "name: '*.shop', type: A, values: [198.51.100.1]",
      "name: de.shop, type: A, values: [198.51.100.2]",
    ),
  },
  {
    code: "zone.below-delegation",
    why: "below the cut",
    fires: records("name: sub, type: NS, values: [ns.example.net.]", "name: www.sub, type: TXT, values: [hello]"),
    misses: records(
      "name: sub, type: NS, values: [ns.sub.example.com.]",
      "name: ns.sub, type: A, values: [198.51.100.1]",
    ),
  },
  {
    code: "zone.child-not-delegated",
    why: "two zones of one file",
    fires: "zones: [ { name: example.com }, { name: sub.example.com } ]\n",
    misses:
      "zones: [ { name: example.com, records: [ { name: sub, type: NS, ttl: 300, values: [ns.example.net.] } ] }, { name: sub.example.com } ]\n",
  },
  {
    code: "address.not-public",
    why: "private, on AWS",
    fires: records("name: a, type: A, values: [192.168.1.1]"),
    misses: records("name: a, type: A, values: [192.169.1.1]"),
    options: { aws: true },
  },
  {
    code: "address.not-public",
    why: "a unique local address",
    fires: records("name: a, type: AAAA, values: ['fd00::1']"),
    misses: records("name: a, type: AAAA, values: ['2600::1']"),
    options: { aws: true },
  },
  {
    code: "address.documentation",
    why: "on AWS",
    fires: records("name: a, type: A, values: [203.0.113.7]"),
    misses: records("name: a, type: A, values: [203.0.114.7]"),
    options: { aws: true },
  },
  {
    code: "ttl.zero",
    why: "of a record",
    fires: records(WEB).replace("ttl: 300", "ttl: 0"),
    misses: records(WEB).replace("ttl: 300", "ttl: 1"),
  },
  {
    code: "ttl.zero",
    why: "of an instance",
    fires: policy(document(SIDES({ ...TO_X, HealthCheck: "one" }, TO_Y)), true, 0),
    misses: policy(document(SIDES({ ...TO_X, HealthCheck: "one" }, TO_Y)), true, 1),
  },
  {
    code: "spf.own-type",
    why: "instead of TXT",
    fires: records("name: '@', type: SPF, values: ['v=spf1 -all']"),
    misses: records("name: '@', type: TXT, values: ['v=spf1 -all']"),
  },
  {
    code: "spf.several",
    why: "two values",
    fires: records("name: '@', type: TXT, values: ['v=spf1 -all', 'v=spf1 mx -all']"),
    misses: records("name: '@', type: TXT, values: ['v=spf1 -all', 'v=spf10 is something else']"),
  },
  {
    code: "spf.too-many-lookups",
    why: "6 here and 5 in what it includes",
    fires: records(
      "name: '@', type: TXT, values: ['v=spf1 a mx ptr exists:%{i}.x.example.net include:other.net include:more.example.com -all']",
      "name: more, type: TXT, values: ['v=spf1 a:a.net a:b.net a:c.net a:d.net a:e.net/24 ip4:198.51.100.0/24 ~all']",
    ),
    misses: records(
      "name: '@', type: TXT, values: ['v=spf1 a mx ptr exists:%{i}.x.example.net include:other.net include:more.example.com -all']",
      "name: more, type: TXT, values: ['v=spf1 a:a.net a:b.net a:c.net a:d.net ip4:198.51.100.0/24 ~all']",
    ),
  },
  {
    code: "mx.null-with-others",
    why: "no mail, and mail",
    fires: records("name: '@', type: MX, values: ['0 .', '10 mx.example.net.']"),
    misses: records("name: '@', type: MX, values: ['0 .']"),
  },
  {
    code: "caa.without-issue",
    why: "only iodef",
    fires: records("name: '@', type: CAA, values: ['0 iodef \"mailto:a@example.com\"']"),
    misses: records("name: '@', type: CAA, values: ['0 iodef \"mailto:a@example.com\"', '0 issue \";\"']"),
  },
  {
    code: "ignore.unknown-code",
    why: "a slip",
    fires: `${records(WEB).replace("300", "0")}lint: { ignore: [ { code: ttl.zer, at: web A, reason: test } ] }\n`,
    misses: `${records(WEB).replace("300", "0")}lint: { ignore: [ { code: ttl.zero, at: web A, reason: test } ] }\n`,
  },
  {
    code: "ignore.matches-nothing",
    why: "of what has been put right",
    fires: `${records(WEB)}lint: { ignore: [ { code: ttl.zero, at: web A, reason: test } ] }\n`,
    misses: `${records(WEB).replace("300", "0")}lint: { ignore: [ { code: ttl.zero, at: web A, reason: test } ] }\n`,
  },
];

describe.each(CASES)("$code: $why", ({ code, fires, misses, options, missOptions }) => {
  it("is found", () => {
    expect(codesOf(fires, options)).toContain(code);
  });

  it("is not found where it is not", () => {
    expect(codesOf(misses, missOptions ?? options)).not.toContain(code);
  });
});

describe("the catalogue", () => {
  it("has a case for every code", () => {
    const tried = new Set(CASES.map(({ code }) => code));
    expect([...LINT_DEFINITIONS.keys()].filter((code) => !tried.has(code))).toEqual([]);
  });

  it.each([...LINT_DEFINITIONS])("%s is written as sentences with a source and a next step", (code, definition) => {
    expect(code).toMatch(/^[a-z-]+\.[a-z-]+$/);
    expect(definition.about).toMatch(/\.\)?$/);
    expect(definition.message).toMatch(/\.$/);
    expect(definition.next).toBeDefined();
    expect(definition.reference.url).toMatch(
      /^(https:\/\/(www\.rfc-editor\.org|docs\.aws\.amazon\.com)\/|docs\/reference\/lint\.md)/,
    );
  });

  it("leaves no parameter of a sentence open", () => {
    for (const { fires, options } of CASES) {
      for (const finding of look(fires, options).findings) {
        expect(`${finding.message} ${finding.next}`).not.toMatch(/\{|\}| {2}|undefined/);
      }
    }
  });
});
