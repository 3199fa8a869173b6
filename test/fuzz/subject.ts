/** What is fuzzed: a local backend in this process, and the requests of the SDK's clients that mutations start from. */

import { LocalBackend } from "../../src/local/local-backend.ts";
import type { ServiceDefinition } from "../../src/local/protocol/service.ts";
import { plausibleInput, type RecordedRequest, RequestRecorder } from "../support/sdk-requests.ts";
import { SERVED_SDKS } from "../support/served-sdks.ts";

export { LocalBackend };

const LOG_GROUP = "/aws/route53/myapp.com";
const CALLER = "fuzz";

/** Members that name what {@link setUp} made, wherever they stand; `Id` is a zone's where nothing else says so. */
export type Known = Readonly<Record<string, string>>;

function withKnown(value: unknown, known: Known): unknown {
  if (Array.isArray(value)) return value.map((one) => withKnown(one, known));
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      typeof one === "string" ? (known[key] ?? one) : withKnown(one, known),
    ]),
  );
}

type Recorders = Readonly<Record<string, RequestRecorder>>;

export function recordersOf(services: readonly ServiceDefinition[]): Recorders {
  return Object.fromEntries(
    services.map(({ signingName }) => {
      const sdk = SERVED_SDKS[signingName];
      if (sdk === undefined) throw new Error(`test/support/served-sdks.ts does not know ${signingName}`);
      return [signingName, new RequestRecorder(sdk)];
    }),
  );
}

/** The requests that make a zone with records, a health check and a log group: what mutated requests then run into. */
export async function setUpRequests(recorders: Recorders): Promise<readonly RecordedRequest[]> {
  const record = (service: string, operation: string, input: Record<string, unknown>) => {
    const recorder = recorders[service];
    if (recorder === undefined) throw new Error(`${service} is not served`);
    return recorder.record(operation, input);
  };
  return [
    await record("route53", "CreateHostedZone", { Name: "myapp.com", CallerReference: CALLER }),
    await record("route53", "CreateHealthCheck", {
      CallerReference: CALLER,
      HealthCheckConfig: { Type: "TCP", IPAddress: "127.0.0.1", Port: 9 },
    }),
    await record("logs", "CreateLogGroup", { logGroupName: LOG_GROUP }),
    await record("logs", "CreateLogStream", { logGroupName: LOG_GROUP, logStreamName: "s" }),
  ];
}

/** What the set-up's answers named. */
export function knownOf(answers: readonly string[]): Known {
  const all = answers.join("");
  const zone = /<Id>\/hostedzone\/([A-Z0-9]+)<\/Id>/.exec(all)?.[1] ?? "Z1";
  const healthCheck = /<HealthCheck><Id>([0-9a-f-]+)<\/Id>/.exec(all)?.[1] ?? "h";
  return {
    HostedZoneId: zone,
    Id: zone,
    HealthCheckId: healthCheck,
    Name: "www.myapp.com",
    DNSName: "www.myapp.com",
    Value: "127.0.0.1",
    logGroupName: LOG_GROUP,
    logStreamName: "s",
    DomainName: "myapp.com",
  };
}

/** Two requests for every operation, and a few that do more. */
export async function corpusOf(
  services: readonly ServiceDefinition[],
  recorders: Recorders,
  known: Known,
): Promise<readonly RecordedRequest[]> {
  const corpus: RecordedRequest[] = [...(await setUpRequests(recorders))];
  for (const service of services) {
    const recorder = recorders[service.signingName];
    if (recorder === undefined) continue;
    for (const operation of service.operations.values()) {
      for (const which of ["required members", "all members"] as const) {
        const input = withKnown(plausibleInput(operation, service.constraints, which), known);
        const request = await recorder.record(operation.name, input as Record<string, unknown>);
        corpus.push(request);
        // What has a handler is worth more of the time.
        if (service.handler(operation.name) !== undefined) corpus.push(request, request);
      }
    }
  }
  const route53 = recorders.route53;
  if (route53 === undefined) return corpus;
  const sets = ["A", "AAAA", "TXT", "CNAME", "MX", "SRV", "CAA", "NS"].flatMap((Type) =>
    [
      {},
      { SetIdentifier: "s", Weight: 1 },
      { SetIdentifier: "s", Region: "us-east-1" },
      { SetIdentifier: "s", Failover: "PRIMARY" },
    ].map((policy, i) => ({
      Name: `${Type}${i}.myapp.com`,
      Type,
      TTL: 60,
      ResourceRecords: [{ Value: Type === "A" ? "127.0.0.1" : Type === "AAAA" ? "::1" : '"text"' }],
      ...policy,
    })),
  );
  for (const set of sets) {
    for (const Action of ["CREATE", "UPSERT", "DELETE"]) {
      corpus.push(
        await route53.record("ChangeResourceRecordSets", {
          HostedZoneId: known.HostedZoneId,
          ChangeBatch: { Changes: [{ Action, ResourceRecordSet: set }] },
        }),
      );
    }
  }
  return corpus;
}
