/** Every operation of the served SDKs, through the real client and a real socket: what is sent arrives, what is answered comes back. */

import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as route53 from "@aws-sdk/client-route-53";
import * as domains from "@aws-sdk/client-route-53-domains";
import * as cloudMap from "@aws-sdk/client-servicediscovery";
import * as sts from "@aws-sdk/client-sts";
import type { NormalizedSchema } from "@smithy/core/schema";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awsJson } from "../../../../src/local/protocol/aws-json.ts";
import { awsQuery } from "../../../../src/local/protocol/aws-query.ts";
import { type Operation, operationsOf } from "../../../../src/local/protocol/operation.ts";
import type { Protocol } from "../../../../src/local/protocol/protocol.ts";
import { restXml } from "../../../../src/local/protocol/rest-xml.ts";
import { defineService, type ServiceDefinition } from "../../../../src/local/protocol/service.ts";
import { type RunningServer, serve } from "../../../support/http-server.ts";

interface Subject {
  readonly title: string;
  readonly sdk: object;
  readonly signingName: string;
  readonly protocol: Protocol;
  readonly client: (config: object) => { send(command: never): Promise<object>; destroy(): void };
}

const SUBJECTS: readonly Subject[] = [
  {
    title: "Route 53",
    sdk: route53,
    signingName: "route53",
    protocol: restXml({ namespace: "https://route53.amazonaws.com/doc/2013-04-01/", pathPrefix: "/2013-04-01/" }),
    client: (config) => new route53.Route53Client(config),
  },
  {
    title: "CloudWatch Logs",
    sdk: logs,
    signingName: "logs",
    protocol: awsJson({ version: "1.1", target: "Logs_20140328" }),
    client: (config) => new logs.CloudWatchLogsClient(config),
  },
  {
    title: "Route 53 Domains",
    sdk: domains,
    signingName: "route53domains",
    protocol: awsJson({ version: "1.1", target: "Route53Domains_v20140515" }),
    client: (config) => new domains.Route53DomainsClient(config),
  },
  {
    title: "Cloud Map",
    sdk: cloudMap,
    signingName: "servicediscovery",
    protocol: awsJson({ version: "1.1", target: "Route53AutoNaming_v20170314" }),
    client: (config) => new cloudMap.ServiceDiscoveryClient(config),
  },
  {
    title: "STS",
    sdk: sts,
    signingName: "sts",
    protocol: awsQuery({ version: "2011-06-15", namespace: "https://sts.amazonaws.com/doc/2011-06-15/" }),
    client: (config) => new sts.STSClient(config),
  },
];

/** What escaping gets wrong when it gets something wrong. */
const AWKWARD = `<a & "b" 'c'> ]]> é €  \\052 100% +`;

/** A value with every member there is, to a depth. */
function sampleOf(schema: NormalizedSchema, depth = 0): unknown {
  const traits = schema.getMergedTraits() as Record<string, unknown>;
  const inHeader = traits.httpHeader !== undefined;
  if (schema.isStructSchema()) {
    const members: Record<string, unknown> = {};
    for (const [name, member] of schema.structIterator()) {
      const nested = member.isStructSchema() || member.isListSchema() || member.isMapSchema();
      if (nested && depth > 4) continue;
      members[name] = sampleOf(member, depth + 1);
      // One member of a union is all it can have.
      if (schema.isUnionSchema()) break;
    }
    return members;
  }
  if (schema.isListSchema())
    return [sampleOf(schema.getValueSchema(), depth + 1), sampleOf(schema.getValueSchema(), depth + 1)];
  if (schema.isMapSchema())
    return { k1: sampleOf(schema.getValueSchema(), depth + 1), "k 2": sampleOf(schema.getValueSchema(), depth + 1) };
  if (schema.isStringSchema())
    return inHeader ? "https://example.com/x?y=1" : traits.httpLabel === undefined ? AWKWARD : "a/b c%é";
  if (schema.isBooleanSchema()) return false;
  if (schema.isNumericSchema()) return 0;
  if (schema.isTimestampSchema()) return new Date("2026-11-20T08:16:02.130Z");
  if (schema.isBlobSchema()) return new Uint8Array([0, 127, 255]);
  throw new Error(`no sample for ${schema.getName(true)}`);
}

function streams(schema: NormalizedSchema): boolean {
  return schema.isStructSchema() && [...schema.structIterator()].some(([, member]) => member.isStreaming());
}

describe.each(SUBJECTS)("$title", (subject) => {
  const operations = [...operationsOf(subject.sdk).values()].filter(
    ({ input, output }) => !streams(input) && !streams(output),
  );
  const received = new Map<string, unknown>();
  let server: RunningServer;
  let client: ReturnType<Subject["client"]>;

  beforeAll(async () => {
    const handler = (operation: Operation) => (input: unknown) => {
      received.set(operation.name, input);
      return operation.output.isStructSchema() ? sampleOf(operation.output) : {};
    };
    const service: ServiceDefinition = defineService({
      sdk: subject.sdk,
      title: subject.title,
      signingName: subject.signingName,
      protocols: [subject.protocol],
      requestErrors: { malformed: "Malformed", invalid: "Invalid" },
      handlers: Object.fromEntries(operations.map((operation) => [operation.name, handler(operation)])) as never,
    });
    server = await serve({
      services: [service],
      onDefect: (error) => {
        throw error;
      },
    });
    client = subject.client({
      endpoint: server.url,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
      disableHostPrefix: true,
    });
  });

  afterAll(async () => {
    client.destroy();
    await server.close();
  });

  it("has operations to serve", () => expect(operations.length).toBeGreaterThan(5));

  it.each(operations.map((operation) => [operation.name, operation] as const))(
    "%s arrives and comes back whole",
    async (name, operation) => {
      const Command = (subject.sdk as Record<string, new (input: unknown) => never>)[`${name}Command`]!;
      const input = operation.input.isStructSchema() ? sampleOf(operation.input) : {};
      const { $metadata, ...output } = (await client.send(new Command(input))) as Record<string, unknown>;
      expect(received.get(name)).toEqual(input);
      expect(output).toEqual(operation.output.isStructSchema() ? sampleOf(operation.output) : {});
      expect(($metadata as { httpStatusCode: number }).httpStatusCode).toBe(operation.http?.status ?? 200);
    },
  );
});
