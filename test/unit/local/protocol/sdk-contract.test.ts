/** What the protocol server takes for granted of the SDK's exports. When an upgrade breaks it, this says where. */

import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as route53 from "@aws-sdk/client-route-53";
import * as domains from "@aws-sdk/client-route-53-domains";
import * as sts from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import {
  errorShapesOf,
  operationsOf,
  requiredMembersOf,
  SdkSchemaError,
} from "../../../../src/local/protocol/operation.ts";

/** The settings that a client gives its protocol: what our services repeat. */
function protocolSettingsOf(client: { config: object }): Record<string, unknown> {
  const { protocol } = client.config as { protocol: { options?: Record<string, unknown>; serviceTarget?: string } };
  return {
    ...protocol.options,
    ...(protocol.serviceTarget === undefined ? {} : { serviceTarget: protocol.serviceTarget }),
  };
}

const config = { region: "us-east-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } };

describe("the SDK's runtime schemas", () => {
  it.each([
    ["Route 53", route53, 70],
    ["CloudWatch Logs", logs, 80],
    ["Route 53 Domains", domains, 30],
    ["STS", sts, 8],
  ] as const)("of %s describe every command that the module exports", (_title, sdk, atLeast) => {
    const commands = Object.keys(sdk)
      .filter((name) => /^[A-Z].*Command$/.test(name))
      .map((name) => name.slice(0, -"Command".length));
    expect(commands.length).toBeGreaterThanOrEqual(atLeast);
    expect([...operationsOf(sdk).keys()].sort()).toEqual(commands.sort());
  });

  it("bind every Route 53 operation to a method, a path and a status", () => {
    for (const { name, http } of operationsOf(route53).values()) {
      expect(http, name).toMatchObject({
        method: expect.stringMatching(/^(GET|POST|PUT|DELETE)$/),
        uri: expect.stringMatching(/^\/2013-04-01\//),
        status: expect.any(Number),
      });
    }
    expect(operationsOf(route53).get("CreateHostedZone")?.http).toEqual({
      method: "POST",
      uri: "/2013-04-01/hostedzone",
      status: 201,
    });
  });

  it("count the required members, which come first", () => {
    const required = (sdk: object, name: string) => [...requiredMembersOf(operationsOf(sdk).get(name)!.input)];
    expect(required(route53, "CreateHostedZone")).toEqual(["Name", "CallerReference"]);
    expect(required(route53, "ListHostedZones")).toEqual([]);
    expect(required(logs, "PutLogEvents")).toEqual(["logGroupName", "logStreamName", "logEvents"]);
  });

  it("give errors their HTTP status", () => {
    const errors = errorShapesOf(route53);
    expect(errors.get("NoSuchHostedZone")?.httpStatus).toBe(404);
    expect(errors.get("HostedZoneAlreadyExists")?.httpStatus).toBe(409);
    expect(errors.get("InvalidChangeBatch")?.httpStatus).toBe(400);
    expect(errorShapesOf(sts).get("IDPCommunicationErrorException")?.code).toBe("IDPCommunicationError");
  });

  it("belong to the namespaces and targets that our services name", () => {
    expect(protocolSettingsOf(new route53.Route53Client(config))).toMatchObject({
      xmlNamespace: "https://route53.amazonaws.com/doc/2013-04-01/",
    });
    expect(protocolSettingsOf(new logs.CloudWatchLogsClient(config))).toMatchObject({ serviceTarget: "Logs_20140328" });
    expect(protocolSettingsOf(new domains.Route53DomainsClient(config))).toMatchObject({
      serviceTarget: "Route53Domains_v20140515",
    });
    expect(protocolSettingsOf(new sts.STSClient(config))).toMatchObject({
      xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
      version: "2011-06-15",
    });
  });

  it("are missed loudly when they are not there", () => {
    expect(() => operationsOf({})).toThrow(SdkSchemaError);
    expect(() => operationsOf({ A$: [9, "ns", "B", 0, "unit", "unit"] })).toThrow("has moved");
    expect(() => operationsOf({ A$: [9, "ns", "A", { http: "GET /" }, "unit", "unit"] })).toThrow(
      "[method, uri, status]",
    );
  });
});
