/** A health check as an `aws_route53_health_check` block (Terraform's AWS provider, "Resource: aws_route53_health_check"). */

import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import type { Block, Expression, HclValue } from "./hcl.ts";

export interface ExportedHealthCheck {
  readonly id: string;
  readonly config: HealthCheckConfig;
  readonly tags: Readonly<Record<string, string>>;
}

/** Sets are written only where there is something in them. */
function list(values: readonly string[] | undefined): readonly HclValue[] | undefined {
  return values === undefined || values.length === 0 ? undefined : [...values].sort();
}

export function healthCheckBlock(
  check: ExportedHealthCheck,
  label: string,
  referenceOf: (id: string) => Expression | string,
): Block {
  const { config } = check;
  const isHttp = config.Type?.startsWith("HTTP") ?? false;
  const isEndpoint = isHttp || config.Type === "TCP";
  const tags = Object.entries(check.tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    type: "resource",
    labels: ["aws_route53_health_check", label],
    attributes: {
      type: config.Type ?? "",
      ip_address: config.IPAddress,
      fqdn: config.FullyQualifiedDomainName,
      port: isEndpoint ? config.Port : undefined,
      resource_path: isHttp ? config.ResourcePath : undefined,
      search_string: config.SearchString,
      request_interval: config.RequestInterval,
      failure_threshold: config.FailureThreshold,
      measure_latency: config.MeasureLatency || undefined,
      enable_sni: config.Type?.startsWith("HTTPS") ? config.EnableSNI : undefined,
      regions: list(config.Regions),
      invert_healthcheck: config.Inverted || undefined,
      disabled: config.Disabled || undefined,
      child_healthchecks: config.ChildHealthChecks?.length
        ? [...config.ChildHealthChecks].sort().map(referenceOf)
        : undefined,
      child_health_threshold: config.Type === "CALCULATED" ? config.HealthThreshold : undefined,
      cloudwatch_alarm_name: config.AlarmIdentifier?.Name,
      cloudwatch_alarm_region: config.AlarmIdentifier?.Region,
      insufficient_data_health_status: config.InsufficientDataHealthStatus,
      routing_control_arn: config.RoutingControlArn,
    },
    blocks: tags.length === 0 ? [] : [{ type: "tags =", attributes: attributesOf(tags) }],
  };
}

/** A map's keys are quoted: they may hold what no attribute's name may. */
export function attributesOf(entries: readonly (readonly [string, string])[]): Readonly<Record<string, HclValue>> {
  return Object.fromEntries(entries.map(([key, value]) => [JSON.stringify(key), value]));
}
