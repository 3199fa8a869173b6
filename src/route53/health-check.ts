/** What a health check's configuration may say, what Route 53 fills in, and what an update makes of it. Pure. */

import type { HealthCheckConfig, UpdateHealthCheckRequest } from "@aws-sdk/client-route-53";
import { MAX_CHILD_HEALTH_CHECKS } from "./limits.ts";

/** Regions that checkers are in (API reference, HealthCheckConfig). */
export const CHECKER_REGIONS = [
  "us-east-1",
  "us-west-1",
  "us-west-2",
  "eu-west-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-northeast-1",
  "sa-east-1",
] as const;
export const MIN_CHECKER_REGIONS = 3;
/** Seconds between two probes of one checker. */
const REQUEST_INTERVALS_SECONDS: readonly number[] = [10, 30];
const DEFAULT_REQUEST_INTERVAL_SECONDS = 30;
export const DEFAULT_FAILURE_THRESHOLD = 3;

type Member = keyof HealthCheckConfig;

/** How Route 53 speaks of a member in its messages. */
const WORDS: Partial<Record<Member, string>> = {
  IPAddress: "an IP address",
  Port: "a port",
  ResourcePath: "a resource path",
  FullyQualifiedDomainName: "a fully qualified domain name",
  SearchString: "a search string",
  RequestInterval: "a request interval",
  FailureThreshold: "a failure threshold",
  MeasureLatency: "a measure latency setting",
  EnableSNI: "an enable SNI setting",
  Regions: "regions",
  HealthThreshold: "a health threshold",
  ChildHealthChecks: "child health checks",
  AlarmIdentifier: "an metric region",
  InsufficientDataHealthStatus: "an insufficient data health status",
  RoutingControlArn: "a routing control ARN",
};

const ENDPOINT_MEMBERS: readonly Member[] = [
  "IPAddress",
  "Port",
  "ResourcePath",
  "FullyQualifiedDomainName",
  "SearchString",
  "RequestInterval",
  "FailureThreshold",
  "MeasureLatency",
  "EnableSNI",
  "Regions",
];
const CALCULATED_MEMBERS: readonly Member[] = ["HealthThreshold", "ChildHealthChecks"];
const METRIC_MEMBERS: readonly Member[] = ["AlarmIdentifier", "InsufficientDataHealthStatus"];
const CONTROL_MEMBERS: readonly Member[] = ["RoutingControlArn"];

interface Family {
  readonly name: string;
  readonly needs: readonly Member[];
  readonly excludes: readonly Member[];
}

function familyOf(config: HealthCheckConfig): Family {
  switch (config.Type) {
    case "CALCULATED":
      return {
        name: "Calculated",
        needs: ["HealthThreshold"],
        excludes: [...ENDPOINT_MEMBERS, ...METRIC_MEMBERS, ...CONTROL_MEMBERS],
      };
    case "CLOUDWATCH_METRIC":
      return {
        name: "CloudWatch metric",
        needs: ["AlarmIdentifier"],
        excludes: [...ENDPOINT_MEMBERS, ...CALCULATED_MEMBERS, ...CONTROL_MEMBERS],
      };
    case "RECOVERY_CONTROL":
      return {
        name: "Recovery control",
        needs: ["RoutingControlArn"],
        excludes: [...ENDPOINT_MEMBERS, ...CALCULATED_MEMBERS, ...METRIC_MEMBERS],
      };
    default:
      return {
        name: "Basic",
        needs: [],
        excludes: [...METRIC_MEMBERS, ...CALCULATED_MEMBERS, ...CONTROL_MEMBERS],
      };
  }
}

function given(config: HealthCheckConfig, member: Member): boolean {
  const value = config[member];
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

function endpointProblem(config: HealthCheckConfig): string | undefined {
  const type = config.Type ?? "";
  const hasAddress = given(config, "IPAddress");
  const hasName = given(config, "FullyQualifiedDomainName");
  if (!hasAddress && !hasName) {
    return "Invalid parameter : Basic health checks must have an IP address or a fully qualified domain name specified.";
  }
  if (type === "TCP") {
    if (hasAddress && hasName) {
      return "TCP health checks that have IP address must not have a fully qualified domain name specified.";
    }
    if (!given(config, "Port")) return "Invalid parameter : TCP health checks must have a port specified.";
    if (given(config, "ResourcePath")) {
      return "Invalid parameter : TCP health checks must not have a resource path specified.";
    }
  }
  const matches = type.endsWith("_STR_MATCH");
  if (matches !== given(config, "SearchString")) {
    return matches
      ? "Invalid parameter : String match health checks must have a search string specified."
      : `Invalid parameter : ${type} health checks must not have a search string specified.`;
  }
  if (config.RequestInterval !== undefined && !REQUEST_INTERVALS_SECONDS.includes(config.RequestInterval)) {
    return `Invalid parameter : The request interval must be ${REQUEST_INTERVALS_SECONDS.join(" or ")} seconds.`;
  }
  const regions = config.Regions ?? [];
  if (regions.length > 0 && new Set(regions).size < MIN_CHECKER_REGIONS) {
    return `Invalid parameter : At least ${MIN_CHECKER_REGIONS} different health checker regions must be specified.`;
  }
  return undefined;
}

/** What Route 53 has against a configuration, or undefined. Whether child checks exist is the caller's to know. */
export function healthCheckProblem(config: HealthCheckConfig): string | undefined {
  const family = familyOf(config);
  const excluded = family.excludes.find((member) => given(config, member));
  if (excluded !== undefined) {
    return `Invalid parameter : ${family.name} health checks must not have ${WORDS[excluded]} specified.`;
  }
  const missing = family.needs.find((member) => config[member] === undefined);
  if (missing !== undefined) {
    return `Invalid parameter : ${family.name} health checks must have ${WORDS[missing]} specified.`;
  }
  if (config.Type === "CALCULATED") {
    const children = config.ChildHealthChecks ?? [];
    if (children.length > MAX_CHILD_HEALTH_CHECKS) {
      return `Invalid parameter : Calculated health checks must not have more than ${MAX_CHILD_HEALTH_CHECKS} child health checks specified.`;
    }
    if (new Set(children).size < children.length) {
      return "Invalid parameter : Calculated health checks must not have the same child health check specified twice.";
    }
  }
  return family.name === "Basic" ? endpointProblem(config) : undefined;
}

/** What GetHealthCheck shows of a new check: the given configuration with Route 53's defaults. */
export function withHealthCheckDefaults(config: HealthCheckConfig): HealthCheckConfig {
  const common = { ...config, Inverted: config.Inverted ?? false, Disabled: config.Disabled ?? false };
  switch (config.Type) {
    case "CALCULATED":
      return { ...common, ChildHealthChecks: config.ChildHealthChecks ?? [] };
    case "CLOUDWATCH_METRIC":
      return { ...common, InsufficientDataHealthStatus: config.InsufficientDataHealthStatus ?? "LastKnownStatus" };
    case "RECOVERY_CONTROL":
      return common;
    default: {
      const secure = config.Type?.startsWith("HTTPS") ?? false;
      return {
        ...common,
        Port: config.Port ?? (secure ? 443 : 80),
        RequestInterval: config.RequestInterval ?? DEFAULT_REQUEST_INTERVAL_SECONDS,
        FailureThreshold: config.FailureThreshold ?? DEFAULT_FAILURE_THRESHOLD,
        MeasureLatency: config.MeasureLatency ?? false,
        EnableSNI: secure && (config.EnableSNI ?? true),
      };
    }
  }
}

const UPDATABLE = [
  "IPAddress",
  "Port",
  "ResourcePath",
  "FullyQualifiedDomainName",
  "SearchString",
  "FailureThreshold",
  "Inverted",
  "Disabled",
  "HealthThreshold",
  "ChildHealthChecks",
  "EnableSNI",
  "Regions",
  "AlarmIdentifier",
  "InsufficientDataHealthStatus",
] as const satisfies readonly (Member & keyof UpdateHealthCheckRequest)[];

/** The configuration after an update: reset elements go first, then what the request gives takes their place. */
export function updatedHealthCheck(config: HealthCheckConfig, update: UpdateHealthCheckRequest): HealthCheckConfig {
  const next: Record<string, unknown> = { ...config };
  for (const element of update.ResetElements ?? []) delete next[element];
  for (const member of UPDATABLE) if (update[member] !== undefined) next[member] = update[member];
  return next as unknown as HealthCheckConfig;
}

/** What an update may not do, besides leaving an impossible configuration (API reference, UpdateHealthCheck, IPAddress). */
export function healthCheckUpdateProblem(
  config: HealthCheckConfig,
  update: UpdateHealthCheckRequest,
): string | undefined {
  return update.IPAddress !== undefined && config.IPAddress === undefined
    ? "Invalid parameter : An IP address cannot be added to a health check that was created without one."
    : undefined;
}
