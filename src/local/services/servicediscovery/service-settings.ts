/** What a service may be set to, and how the API shows it (API Reference, DnsConfig, HealthCheckConfig). Pure. */

import type {
  DnsConfig,
  DnsConfigChange,
  HealthCheckConfig,
  HealthCheckCustomConfig,
  Service,
} from "@aws-sdk/client-servicediscovery";
import { invalidInput } from "./errors.ts";
import type {
  DnsSettings,
  HealthSettings,
  NamespaceState,
  ServiceRecord,
  ServiceRecordType,
  ServiceState,
} from "./state.ts";

/** In any order. */
const RECORD_COMBINATIONS: readonly (readonly ServiceRecordType[])[] = [
  ["A"],
  ["AAAA"],
  ["A", "AAAA"],
  ["SRV"],
  ["CNAME"],
];

const DEFAULT_RESOURCE_PATH = "/";
/** AWS CloudFormation User Guide, AWS::ServiceDiscovery::Service HealthCheckConfig. */
const DEFAULT_FAILURE_THRESHOLD = 1;
/** "This parameter is no longer supported and is always set to 1" (API Reference, HealthCheckCustomConfig). */
const CUSTOM_FAILURE_THRESHOLD = 1;

function readRecords(records: DnsConfig["DnsRecords"]): ServiceRecord[] {
  const read = (records ?? []).map(({ Type: type, TTL: ttlSeconds }): ServiceRecord => {
    if (type === undefined || ttlSeconds === undefined) throw invalidInput("Type and TTL of a record must be given.");
    return { type, ttlSeconds };
  });
  const types = read.map(({ type }) => type).sort();
  if (!RECORD_COMBINATIONS.some((combination) => combination.join() === types.join())) {
    throw invalidInput(
      `The combination of record types isn't supported: [${types.join(", ")}]. Specify A, AAAA, A and AAAA, SRV, or CNAME.`,
    );
  }
  return read;
}

/** The settings for new record sets. Throws InvalidInput. */
export function readDnsConfig(config: Pick<DnsConfig, "DnsRecords" | "RoutingPolicy">): DnsSettings {
  const records = readRecords(config.DnsRecords);
  const policy = config.RoutingPolicy ?? "MULTIVALUE";
  if (policy !== "WEIGHTED" && records.some(({ type }) => type === "CNAME")) {
    throw invalidInput("WEIGHTED routing policy must be used with DNS Record Type CNAME");
  }
  return { policy, records };
}

/** What an update leaves of the record sets: other TTLs, or fewer types. Throws InvalidInput. */
export function changedDns(dns: DnsSettings | undefined, change: DnsConfigChange | undefined): DnsSettings | undefined {
  if (change === undefined) return dns;
  const records = readRecords(change.DnsRecords);
  const added = records.find(({ type }) => !dns?.records.some((record) => record.type === type));
  if (dns === undefined || added !== undefined) {
    throw invalidInput(`The record type ${added?.type} can't be added to an existing service.`);
  }
  return { ...dns, records };
}

function readHealthCheck(config: HealthCheckConfig): HealthSettings {
  const { Type: type = "HTTP", ResourcePath: path, FailureThreshold: failureThreshold } = config;
  if (type === "TCP" && path !== undefined) {
    throw invalidInput("ResourcePath can't be specified for a health check of type TCP.");
  }
  return {
    kind: "route53",
    type,
    ...(type === "TCP" ? {} : { resourcePath: path === undefined || path === "" ? DEFAULT_RESOURCE_PATH : path }),
    failureThreshold: failureThreshold ?? DEFAULT_FAILURE_THRESHOLD,
  };
}

/** Throws InvalidInput. */
export function readHealth(
  config: HealthCheckConfig | undefined,
  custom: HealthCheckCustomConfig | undefined,
  { dns: records, namespace }: { readonly dns: DnsSettings | undefined; readonly namespace: NamespaceState },
): HealthSettings {
  if (config !== undefined && custom !== undefined) {
    throw invalidInput("You can specify either HealthCheckCustomConfig or HealthCheckConfig but not both.");
  }
  if (custom !== undefined) return { kind: "custom" };
  if (config === undefined) return { kind: "none" };
  if (namespace.dns?.visibility === "private") {
    throw invalidInput("HealthCheckConfig is supported in public DNS and HTTP namespaces only.");
  }
  if (records?.records.some(({ type }) => type === "CNAME")) {
    throw invalidInput("HealthCheckConfig can't be specified for a service with DNS Record Type CNAME.");
  }
  return readHealthCheck(config);
}

/** The parts of a service that its description and its summary have in common. */
export function settingsToApi(
  service: ServiceState,
): Pick<Service, "Description" | "DnsConfig" | "Type" | "HealthCheckConfig" | "HealthCheckCustomConfig"> {
  const { dns, health, description } = service;
  return {
    ...(description === undefined ? {} : { Description: description }),
    Type: dns === undefined ? "HTTP" : "DNS_HTTP",
    ...(dns === undefined
      ? {}
      : {
          DnsConfig: {
            NamespaceId: service.namespaceId,
            RoutingPolicy: dns.policy,
            DnsRecords: dns.records.map(({ type, ttlSeconds }) => ({ Type: type, TTL: ttlSeconds })),
          },
        }),
    ...(health.kind === "route53"
      ? {
          HealthCheckConfig: {
            Type: health.type,
            ...(health.resourcePath === undefined ? {} : { ResourcePath: health.resourcePath }),
            FailureThreshold: health.failureThreshold,
          },
        }
      : {}),
    ...(health.kind === "custom" ? { HealthCheckCustomConfig: { FailureThreshold: CUSTOM_FAILURE_THRESHOLD } } : {}),
  };
}
