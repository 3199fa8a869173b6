import { describe, expect, it } from "vitest";
import { policiesAllow, statementsOf } from "../../../../../src/local/services/logs/resource-policy.ts";

const request = {
  service: "route53.amazonaws.com",
  action: "logs:PutLogEvents",
  resourceArn: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/route53/example.com:log-stream:Z1/FRA6",
  conditions: { "aws:sourceaccount": "123456789012", "aws:sourcearn": "arn:aws:route53:::hostedzone/Z1" },
};
const base = {
  Effect: "Allow",
  Principal: { Service: "route53.amazonaws.com" },
  Action: "logs:PutLogEvents",
  Resource: "*",
};

const policy = (...statements: object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
const allows = (...statements: object[]) => policiesAllow([policy(...statements)], request);

describe("resource policies", () => {
  it.each([
    ["the service, the action and everything", {}],
    ["a list of principals", { Principal: { Service: ["sns.amazonaws.com", "route53.amazonaws.com"] } }],
    ["everyone", { Principal: "*" }],
    ["everyone, as AWS", { Principal: { AWS: "*" } }],
    ["actions by wildcard, in any case", { Action: ["logs:put*"] }],
    ["all actions", { Action: "*" }],
    ["the groups of a prefix", { Resource: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/route53/*" }],
    [
      "the streams of the group",
      { Resource: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/route53/example.com:*" },
    ],
    ["any region and account", { Resource: "arn:aws:logs:*:*:log-group:/aws/route53/*" }],
    ["one of several resources", { Resource: ["arn:aws:s3:::x", "*"] }],
    ["every action but another", { Action: undefined, NotAction: "logs:DeleteLogGroup" }],
    ["the account", { Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } } }],
    ["the zone", { Condition: { ArnLike: { "aws:SourceArn": "arn:aws:route53:::hostedzone/*" } } }],
  ])("allow by %s", (_what, change) => expect(allows({ ...base, ...change })).toBe(true));

  it.each([
    ["another service", { Principal: { Service: "sns.amazonaws.com" } }],
    ["another action", { Action: "logs:CreateLogStream" }],
    ["another group", { Resource: "arn:aws:logs:us-east-1:123456789012:log-group:/other/*" }],
    [
      "the group without its streams",
      { Resource: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/route53/example.com" },
    ],
    ["another account", { Condition: { StringEquals: { "aws:SourceAccount": "999999999999" } } }],
    ["a condition that cannot be judged", { Condition: { IpAddress: { "aws:SourceIp": "0.0.0.0/0" } } }],
    ["a key that the request does not have", { Condition: { StringLike: { "aws:PrincipalOrgID": "*" } } }],
    ["no resource", { Resource: undefined }],
    ["all services but this", { Principal: undefined, NotPrincipal: { Service: "route53.amazonaws.com" } }],
  ])("do not allow by %s", (_what, change) => expect(allows({ ...base, ...change })).toBe(false));

  it("deny over what they allow, across documents", () => {
    expect(allows(base, { ...base, Effect: "Deny" })).toBe(false);
    expect(policiesAllow([policy(base), policy({ ...base, Effect: "Deny", Action: "logs:*" })], request)).toBe(false);
    expect(
      policiesAllow([policy(base), policy({ ...base, Effect: "Deny", Action: "logs:DeleteLogGroup" })], request),
    ).toBe(true);
  });

  it.each(["", "nonsense", "[]", "{}", '{"Statement":[]}x', '{"Statement":[{"Effect":"Maybe"}]}', '{"Statement":"x"}'])(
    "are no policy: %j",
    (text) => {
      expect(statementsOf(text)).toBeUndefined();
      expect(policiesAllow([text], request)).toBe(false);
    },
  );
});
