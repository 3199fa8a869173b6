/** The constraints of the API models: in AWS's words, and on members that the SDK has, too. */

import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as route53 from "@aws-sdk/client-route-53";
import * as domains from "@aws-sdk/client-route-53-domains";
import * as cloudMap from "@aws-sdk/client-servicediscovery";
import * as sts from "@aws-sdk/client-sts";
import type { NormalizedSchema } from "@smithy/core/schema";
import { describe, expect, it } from "vitest";
import { domainsConstraints } from "../../../../src/local/protocol/constraints/domains.ts";
import { javaPattern } from "../../../../src/local/protocol/constraints/java-pattern.ts";
import { logsConstraints } from "../../../../src/local/protocol/constraints/logs.ts";
import type { ModelConstraints } from "../../../../src/local/protocol/constraints/model.ts";
import { route53Constraints } from "../../../../src/local/protocol/constraints/route53.ts";
import { serviceDiscoveryConstraints } from "../../../../src/local/protocol/constraints/servicediscovery.ts";
import { stsConstraints } from "../../../../src/local/protocol/constraints/sts.ts";
import { operationsOf } from "../../../../src/local/protocol/operation.ts";
import { inputChecksOf, validationMessage } from "../../../../src/local/protocol/validation.ts";

const SERVICES: readonly (readonly [title: string, sdk: object, model: ModelConstraints])[] = [
  ["Route 53", route53, route53Constraints],
  ["CloudWatch Logs", logs, logsConstraints],
  ["Route 53 Domains", domains, domainsConstraints],
  ["Cloud Map", cloudMap, serviceDiscoveryConstraints],
  ["STS", sts, stsConstraints],
];

function check(sdk: object, model: ModelConstraints | undefined, operation: string, input: object): readonly string[] {
  const found = operationsOf(sdk).get(operation);
  if (found === undefined) throw new Error(`no operation ${operation}`);
  return inputChecksOf(model)(found)(input as Record<string, unknown>);
}

const route53Check = (operation: string, input: object) =>
  check(route53, { ...route53Constraints, reportedByShape: ["ResourceId"] }, operation, input);
const logsCheck = (operation: string, input: object) => check(logs, logsConstraints, operation, input);

const failed = (value: string, at: string, rule: string) =>
  `Value '${value}' at '${at}' failed to satisfy constraint: ${rule}`;

describe("a broken constraint is said as AWS says it", () => {
  const zone = (members: object) => ({ Name: "myapp.com", CallerReference: "r", ...members });
  const change = (set: object) => ({
    HostedZoneId: "Z1",
    ChangeBatch: { Changes: [{ Action: "CREATE", ResourceRecordSet: { Name: "a.myapp.com", Type: "A", ...set } }] },
  });
  const SET = "changeBatch.changes.1.member.resourceRecordSet";

  it.each([
    [
      "a text that is too long",
      "CreateHostedZone",
      zone({ CallerReference: "r".repeat(129) }),
      [failed("r".repeat(129), "callerReference", "Member must have length less than or equal to 128")],
    ],
    [
      "a text that is too short",
      "CreateHostedZone",
      zone({ CallerReference: "" }),
      [failed("", "callerReference", "Member must have length greater than or equal to 1")],
    ],
    [
      "a word that is none of an enumeration",
      "ChangeResourceRecordSets",
      change({ Failover: "TERTIARY" }),
      [failed("TERTIARY", `${SET}.failover`, "Member must satisfy enum value set: [PRIMARY, SECONDARY]")],
    ],
    [
      "numbers outside their range",
      "ChangeResourceRecordSets",
      change({ Weight: 256, TTL: -1 }),
      [
        failed("256", `${SET}.weight`, "Member must have value less than or equal to 255"),
        failed("-1", `${SET}.tTL`, "Member must have value greater than or equal to 0"),
      ],
    ],
    [
      "a required member that is missing, deep inside",
      "ChangeResourceRecordSets",
      change({ AliasTarget: { HostedZoneId: "Z2", DNSName: "x" } }),
      [`Value null at '${SET}.aliasTarget.evaluateTargetHealth' failed to satisfy constraint: Member must not be null`],
    ],
    [
      "an empty list",
      "ChangeResourceRecordSets",
      change({ ResourceRecords: [] }),
      [failed("[]", `${SET}.resourceRecords`, "Member must have length greater than or equal to 1")],
    ],
    [
      "items of a list, which are named together",
      "ListTagsForResources",
      { ResourceType: "hostedzone", ResourceIds: ["Z1", "x".repeat(65)] },
      [
        failed(
          `[Z1, ${"x".repeat(65)}]`,
          "resourceIds",
          "Member must satisfy constraint: [Member must have length less than or equal to 64]",
        ),
      ],
    ],
    [
      "an id of a hosted zone, which goes by the name of its type",
      "ListResourceRecordSets",
      { HostedZoneId: "Z".repeat(33) },
      [failed("Z".repeat(33), "resourceId", "Member must have length less than or equal to 32")],
    ],
    [
      "a pattern",
      "CreateCidrCollection",
      { Name: "not a name", CallerReference: "r" },
      [failed("not a name", "name", "Member must satisfy regular expression pattern: [0-9A-Za-z_\\-]+")],
    ],
  ])("%s", (_what, operation, input, sentences) => {
    expect(route53Check(operation, input)).toEqual(sentences);
  });

  it("pattern first, then length, as CloudWatch Logs answers for an empty name", () => {
    expect(validationMessage(logsCheck("DescribeLogGroups", { logGroupNamePrefix: "" }))).toBe(
      "2 validation errors detected: " +
        "Value '' at 'logGroupNamePrefix' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+; " +
        "Value '' at 'logGroupNamePrefix' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  });

  it("keys of a map, and its values, with the rules of each", () => {
    expect(logsCheck("TagLogGroup", { logGroupName: "g", tags: { "a?": "v" } })).toEqual([
      failed(
        "{a?=v}",
        "tags",
        "Map keys must satisfy constraint: [Member must have length less than or equal to 128, " +
          "Member must have length greater than or equal to 1, " +
          "Member must satisfy regular expression pattern: ^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)$]",
      ),
    ]);
    expect(logsCheck("TagLogGroup", { logGroupName: "g", tags: { a: "?" } })).toEqual([
      expect.stringMatching(
        /^Value '\{a=\?\}' at 'tags' failed to satisfy constraint: Map value must satisfy constraint: \[/,
      ),
    ]);
  });

  it("without the value where the model calls it sensitive", () => {
    const authCode = check(domains, domainsConstraints, "TransferDomain", {
      DomainName: "myapp.com",
      DurationInYears: 1,
      AuthCode: "x".repeat(1025),
      AdminContact: {},
      RegistrantContact: {},
      TechContact: {},
    });
    expect(authCode).toEqual([
      "Value at 'authCode' failed to satisfy constraint: Member must have length less than or equal to 1024",
    ]);
  });

  it("a number that is no integer cannot be read at all", () => {
    expect(() => route53Check("ChangeResourceRecordSets", change({ TTL: 1.5 }))).toThrow(
      `'1.5' at '${SET}.tTL' is not an integer of 64 bits`,
    );
    expect(() =>
      route53Check("CreateHealthCheck", { CallerReference: "r", HealthCheckConfig: { Type: "TCP", Port: 2 ** 31 } }),
    ).toThrow("is not an integer of 32 bits");
  });

  it("up to a hundred of them, each of some length", () => {
    const changes = Array.from({ length: 500 }, () => ({ Action: "x".repeat(10_000) }));
    const found = route53Check("ChangeResourceRecordSets", { HostedZoneId: "Z1", ChangeBatch: { Changes: changes } });
    expect(found).toHaveLength(100);
    expect(Math.max(...found.map((sentence) => sentence.length))).toBeLessThan(4_500);
  });
});

it("without a model, required members are still checked", () => {
  expect(check(route53, undefined, "CreateHostedZone", { Name: "x".repeat(5000) })).toEqual([
    "Value null at 'callerReference' failed to satisfy constraint: Member must not be null",
  ]);
});

describe("Java's patterns", () => {
  it.each([
    ["[\\.\\-_/#A-Za-z0-9]+", "/aws/route53", "a b"],
    ["\\p{ASCII}+", "abc~", "é"],
    ["^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)$", "Straße 1", "a?"],
    ["[\\w-_]*", "a-b_c", "a.b"],
    ["\\S{2,3}", "a\u00a0b", "a b"],
    [".*\\S.*", "\u00a0", " \t"],
    ["a|b", "b", "ab"],
    ["^[a-z]+$", "abc", "abc\n"],
  ])("%s matches the whole of %j, not %j", (pattern, yes, no) => {
    expect(javaPattern(pattern).test(yes)).toBe(true);
    expect(javaPattern(pattern).test(no)).toBe(false);
  });
});

describe.each(SERVICES)("the table of %s", (_title, sdk, model) => {
  const patterns = Object.entries(model.shapes).flatMap(([name, shape]) =>
    shape.is === "text" && shape.pattern !== undefined ? [{ name, pattern: shape.pattern, max: shape.max }] : [],
  );

  it("says where it is from", () => {
    expect(model.source).toMatch(/^botocore \d+\.\d+\.\d+, .+ \d{4}-\d\d-\d\d$/);
  });

  it("names members that the SDK's schemas have, of the kind that they have", () => {
    const seen = new Set<string>();
    const strangers: string[] = [];
    const visit = (schema: NormalizedSchema, name: string): void => {
      const shape = model.shapes[name];
      if (shape === undefined || seen.has(name)) return;
      seen.add(name);
      const kind = schema.isStructSchema()
        ? "structure"
        : schema.isListSchema()
          ? "list"
          : schema.isMapSchema()
            ? "map"
            : schema.isNumericSchema()
              ? "number"
              : "text";
      const expected = shape.is === "integer" ? "number" : shape.is === "enum" ? "text" : shape.is;
      if (kind !== expected) strangers.push(`${name} is a ${kind}, not a ${shape.is}`);
      if (shape.is === "list" && shape.item !== undefined) visit(schema.getValueSchema(), shape.item);
      if (shape.is === "map" && shape.value !== undefined) visit(schema.getValueSchema(), shape.value);
      if (shape.is !== "structure") return;
      const members = new Map(schema.structIterator());
      for (const [member, target] of Object.entries(shape.members)) {
        const found = members.get(member);
        if (found === undefined) strangers.push(`${name}.${member}`);
        else visit(found, target);
      }
    };
    for (const [name, operation] of operationsOf(sdk)) {
      const input = model.operations[name];
      if (input !== undefined) visit(operation.input, input);
    }
    expect(strangers).toEqual([]);
    expect(seen.size).toBeGreaterThan(20);
  });

  it("has patterns that no text keeps busy", () => {
    for (const { name, pattern, max = 1_000_000 } of patterns) {
      const regex = javaPattern(pattern);
      for (const unit of ["a", "a.", "0:", "-", " ", "a-", "/a|", "\u00e9", "::"]) {
        const text = `${unit.repeat(Math.ceil(max / unit.length)).slice(0, Math.max(0, max - 1))}\u0000`;
        // What it keeps busy is a processor; how long others kept it waiting for one is not its doing.
        const before = process.cpuUsage();
        regex.test(text);
        const { user, system } = process.cpuUsage(before);
        expect((user + system) / 1000, `${name} on ${unit}...`).toBeLessThan(250);
      }
    }
  });
});
