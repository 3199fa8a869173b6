/** What an account is billed for, as plain counts: of a file, or of a live state before and after a plan. */

import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import type { DomainName } from "../route53/names.ts";
import type { EndpointPlace, QueryKind } from "./prices.ts";

export const CHECK_FEATURES = ["HTTPS", "string matching", "10 s interval", "latency measurement"] as const;
export type CheckFeature = (typeof CHECK_FEATURES)[number];

export interface ZoneHolding {
  readonly name: DomainName;
  /** Queries for a private zone come from its VPCs and are free. */
  readonly isPrivate: boolean;
  readonly recordSets: number;
}

export interface HealthCheckHolding {
  readonly key: string;
  readonly place: EndpointPlace;
  readonly features: readonly CheckFeature[];
}

/** One name and type that is asked for. */
export interface AskedName {
  /** `orders.example.com. A`. */
  readonly key: string;
  /** `free`: aliases of AWS's own resources, and private zones. */
  readonly kind: QueryKind | "free";
}

export interface Holdings {
  readonly zones: readonly ZoneHolding[];
  readonly healthChecks: readonly HealthCheckHolding[];
  /** Traffic policy instances, `global.example.com. A`. */
  readonly policyRecords: readonly string[];
  readonly names: readonly AskedName[];
}

/** Names of endpoints that AWS runs; an address does not tell. */
const AWS_HOSTS =
  /(^|\.)(amazonaws\.com|amazonaws\.com\.cn|cloudfront\.net|elasticbeanstalk\.com|awsglobalaccelerator\.com|on\.aws|awsapprunner\.com)\.?$/i;

/** What an API configuration is billed as. Checks of checks and of alarms have no endpoint: they count as in AWS. */
export function checkHolding(
  key: string,
  config: Pick<
    HealthCheckConfig,
    "Type" | "FullyQualifiedDomainName" | "IPAddress" | "RequestInterval" | "MeasureLatency"
  >,
  awsEndpoints: ReadonlySet<string>,
): HealthCheckHolding {
  const type = config.Type ?? "";
  if (["CALCULATED", "CLOUDWATCH_METRIC", "RECOVERY_CONTROL"].includes(type)) {
    return { key, place: "aws", features: [] };
  }
  const host = config.IPAddress === undefined ? config.FullyQualifiedDomainName : undefined;
  const inAws = awsEndpoints.has(key) || (host !== undefined && AWS_HOSTS.test(host));
  const has: Readonly<Record<CheckFeature, boolean>> = {
    HTTPS: type.startsWith("HTTPS"),
    "string matching": type.endsWith("_STR_MATCH"),
    "10 s interval": config.RequestInterval === 10,
    "latency measurement": config.MeasureLatency === true,
  };
  return { key, place: inAws ? "aws" : "other", features: CHECK_FEATURES.filter((one) => has[one]) };
}
