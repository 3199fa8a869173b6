/** The chosen failover as Route 53 has it now: what is drilled is what is live, and the file must agree with it. */

import type {
  GetHealthCheckCommandOutput,
  HealthCheckConfig,
  ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { listHostedZones } from "../backend/hosted-zones.ts";
import { Failure } from "../errors.ts";
import type { ProbeType } from "../route53/failover-bounds.ts";
import { displayName, toRoute53 } from "../route53/names.ts";
import { canonicalValue } from "../route53/record-data.ts";
import { fromApi, type RecordSet } from "../route53/record-set.ts";
import { chosenTarget, type FailoverChoice, type FailoverSet } from "./choose.ts";
import { setKey } from "./observation.ts";
import {
  type ClientRequest,
  type DrillScenario,
  type FailoverAnswer,
  PROBE_TYPES,
  type WatchedHealthCheck,
} from "./scenario.ts";

/** Route 53's own, where a check says nothing. */
const DEFAULT_INTERVAL_SECONDS = 30;
const DEFAULT_FAILURE_THRESHOLD = 3;

function refuse(code: string, message: string, next: string): Failure {
  return new Failure({ kind: "failed", code: `drill.${code}`, message, next });
}

function notApplied(choice: FailoverChoice, difference: string): Failure {
  return refuse(
    "not-applied",
    `${displayName(choice.name)} ${choice.type} is not live as the file has it: ${difference}`,
    "see the difference with 'r53kit setup plan' and bring it in with 'r53kit setup apply'",
  );
}

async function findZoneId(client: Route53Client, choice: FailoverChoice, signal: AbortSignal): Promise<string> {
  if (choice.zone.id !== undefined) return choice.zone.id;
  const name = displayName(choice.zone.name);
  const zones = (await listHostedZones(client, signal)).filter(
    (zone) => zone.name === choice.zone.name && !zone.private,
  );
  const [first, ...others] = zones;
  if (first === undefined) {
    throw refuse("no-zone", `there is no public hosted zone ${name}`, "create it with 'r53kit setup apply'");
  }
  if (others.length > 0) {
    throw refuse(
      "which-zone",
      `there are ${zones.length} public hosted zones ${name}`,
      "pin one in the file with 'zone: { id: ... }'",
    );
  }
  return first.id;
}

async function failoverSets(
  client: Route53Client,
  zoneId: string,
  choice: FailoverChoice,
  signal: AbortSignal,
): Promise<RecordSet[]> {
  const { ListResourceRecordSetsCommand } = await import("@aws-sdk/client-route-53");
  const page = await client.send(
    new ListResourceRecordSetsCommand({
      HostedZoneId: zoneId,
      StartRecordName: toRoute53(choice.name),
      StartRecordType: choice.type,
      // A failover group has two sets, and what comes after it in the zone is of no interest.
      MaxItems: 10,
    }),
    { abortSignal: signal },
  );
  return (page.ResourceRecordSets ?? [])
    .map((set: ResourceRecordSet) => fromApi(set))
    .filter((set) => set.name === choice.name && set.type === choice.type && set.policy.kind === "failover");
}

function liveSet(sets: readonly RecordSet[], declared: FailoverSet, choice: FailoverChoice): RecordSet {
  const found = sets.find((set) => set.setIdentifier === declared.setIdentifier);
  if (found === undefined) throw notApplied(choice, `there is no set '${declared.setIdentifier}'`);
  const { answer } = found;
  if (
    answer.kind !== "records" ||
    setKey(side({ ...declared, answer }, choice.type).values) !== setKey(side(declared, choice.type).values)
  ) {
    throw notApplied(choice, `'${declared.setIdentifier}' has other values`);
  }
  if (answer.ttlSeconds !== declared.answer.ttlSeconds) {
    throw notApplied(
      choice,
      `'${declared.setIdentifier}' has a TTL of ${answer.ttlSeconds} s, not ${declared.answer.ttlSeconds} s`,
    );
  }
  return found;
}

interface LiveCheck {
  readonly id: string;
  readonly config: HealthCheckConfig;
}

async function readCheck(client: Route53Client, id: string, signal: AbortSignal): Promise<LiveCheck> {
  const { GetHealthCheckCommand } = await import("@aws-sdk/client-route-53");
  const output: GetHealthCheckCommandOutput = await client.send(new GetHealthCheckCommand({ HealthCheckId: id }), {
    abortSignal: signal,
  });
  return { id, config: output.HealthCheck?.HealthCheckConfig ?? { Type: undefined } };
}

function isProbeType(type: string | undefined): type is ProbeType {
  return PROBE_TYPES.some((one) => one === type);
}

/** The live check that watches the endpoint: the record's own, or below it when that is calculated. */
async function findEndpointCheck(
  client: Route53Client,
  id: string,
  choice: FailoverChoice,
  signal: AbortSignal,
  seen: Set<string> = new Set(),
): Promise<LiveCheck | undefined> {
  if (seen.has(id)) return undefined;
  seen.add(id);
  const check = await readCheck(client, id, signal);
  if (check.config.Type === "CALCULATED") {
    for (const child of check.config.ChildHealthChecks ?? []) {
      const found = await findEndpointCheck(client, child, choice, signal, seen);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const { settings } = choice.endpointCheck;
  if (settings.kind !== "endpoint") return undefined;
  const same =
    check.config.Type === settings.type &&
    check.config.IPAddress === settings.address &&
    check.config.FullyQualifiedDomainName === settings.host &&
    portOf(check.config) === settings.port;
  return same ? check : undefined;
}

function portOf(config: HealthCheckConfig): number {
  return config.Port ?? (config.Type === "HTTPS" || config.Type === "HTTPS_STR_MATCH" ? 443 : 80);
}

function clientRequest(type: ProbeType, config: HealthCheckConfig): ClientRequest {
  const port = portOf(config);
  const path = config.ResourcePath ?? "/";
  switch (type) {
    case "HTTP":
    case "HTTP_STR_MATCH":
      return { protocol: "http", port, path };
    case "HTTPS":
    case "HTTPS_STR_MATCH":
      return { protocol: "https", port, path };
    case "TCP":
      return { protocol: "tcp", port, path };
  }
}

function side(set: FailoverSet, type: "A" | "AAAA"): FailoverAnswer {
  return {
    setIdentifier: set.setIdentifier,
    values: set.answer.values.map((value) => canonicalValue(type, value)),
  };
}

/** Reads zone, record sets and health check. Throws a Failure where the live state is not what the file says. */
export async function readScenario(
  client: Route53Client,
  choice: FailoverChoice,
  signal: AbortSignal,
): Promise<DrillScenario> {
  const zoneId = await findZoneId(client, choice, signal);
  const sets = await failoverSets(client, zoneId, choice, signal);
  if (sets.length === 0) throw notApplied(choice, "it does not exist");
  const primary = liveSet(sets, choice.primary, choice);
  const secondary = liveSet(sets, choice.secondary, choice);
  if (primary.healthCheckId === undefined) throw notApplied(choice, "its primary has no health check");
  const check = await findEndpointCheck(client, primary.healthCheckId, choice, signal);
  if (check === undefined || !isProbeType(check.config.Type)) {
    throw notApplied(choice, `its health check is not '${choice.endpointCheck.key}'`);
  }
  const healthCheck: WatchedHealthCheck = {
    id: check.id,
    key: choice.endpointCheck.key,
    type: check.config.Type,
    intervalSeconds: check.config.RequestInterval ?? DEFAULT_INTERVAL_SECONDS,
    failureThreshold: check.config.FailureThreshold ?? DEFAULT_FAILURE_THRESHOLD,
  };
  const secondaryCheck =
    secondary.healthCheckId === undefined ? undefined : await readCheck(client, secondary.healthCheckId, signal);
  return {
    zone: choice.zone.name,
    zoneId,
    name: choice.name,
    type: choice.type,
    ttlSeconds: choice.primary.answer.ttlSeconds,
    primary: side(choice.primary, choice.type),
    secondary: side(choice.secondary, choice.type),
    healthCheck,
    ...(isProbeType(secondaryCheck?.config.Type) ? { secondaryHealthCheckId: secondaryCheck.id } : {}),
    target: chosenTarget(choice),
    client: clientRequest(check.config.Type, check.config),
  };
}
