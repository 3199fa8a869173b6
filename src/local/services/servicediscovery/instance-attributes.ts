/** What the attributes of an instance must be for the service it registers with (API Reference, RegisterInstance). Pure. */

import { isIPv4, isIPv6 } from "node:net";
import { loadBalancerZoneId } from "../../../route53/alias-targets.ts";
import { invalidInput } from "./errors.ts";
import { MAX_ATTRIBUTE_CHARACTERS, MAX_CUSTOM_ATTRIBUTES } from "./limits.ts";
import type { Attributes, NamespaceState, ServiceState } from "./state.ts";

const RESERVED = [
  "AWS_ALIAS_DNS_NAME",
  "AWS_EC2_INSTANCE_ID",
  "AWS_INIT_HEALTH_STATUS",
  "AWS_INSTANCE_CNAME",
  "AWS_INSTANCE_IPV4",
  "AWS_INSTANCE_IPV6",
  "AWS_INSTANCE_PORT",
] as const;
type Reserved = (typeof RESERVED)[number];

/** Attributes that say where the instance itself is. */
const PLACES: readonly Reserved[] = [
  "AWS_INSTANCE_CNAME",
  "AWS_INSTANCE_IPV4",
  "AWS_INSTANCE_IPV6",
  "AWS_INSTANCE_PORT",
];

const VALID: { readonly [Key in Reserved]?: (value: string) => boolean } = {
  AWS_INIT_HEALTH_STATUS: (value) => value === "HEALTHY" || value === "UNHEALTHY",
  AWS_INSTANCE_IPV4: isIPv4,
  AWS_INSTANCE_IPV6: isIPv6,
  AWS_INSTANCE_PORT: (value) => /^\d{1,5}$/.test(value) && Number(value) <= 65_535,
};

function checkSize(attributes: Attributes): void {
  const custom = Object.keys(attributes).filter((key) => !(RESERVED as readonly string[]).includes(key));
  if (custom.length > MAX_CUSTOM_ATTRIBUTES) {
    throw invalidInput(`An instance can't have more than ${MAX_CUSTOM_ATTRIBUTES} custom attributes.`);
  }
  const characters = Object.entries(attributes).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (characters > MAX_ATTRIBUTE_CHARACTERS) {
    throw invalidInput(`The total size of all attributes can't exceed ${MAX_ATTRIBUTE_CHARACTERS} characters.`);
  }
}

function checkAlias(attributes: Attributes, { dns }: ServiceState): void {
  const target = attributes.AWS_ALIAS_DNS_NAME;
  if (target === undefined) return;
  if (!dns?.records.some(({ type }) => type === "A" || type === "AAAA")) {
    throw invalidInput("ALIAS instance can be registered only in services with A or AAAA records");
  }
  if (dns.policy !== "WEIGHTED") {
    throw invalidInput("ALIAS instance can be registered only in services with WEIGHTED routing policy");
  }
  const place = PLACES.find((key) => attributes[key] !== undefined);
  if (place !== undefined) throw invalidInput(`${place} can't be specified together with AWS_ALIAS_DNS_NAME.`);
  if (loadBalancerZoneId(target) === undefined) {
    throw invalidInput(`The value of AWS_ALIAS_DNS_NAME isn't the DNS name of a load balancer: ${target}`);
  }
}

function checkEc2(attributes: Attributes, namespace: NamespaceState): void {
  if (attributes.AWS_EC2_INSTANCE_ID === undefined) return;
  if (namespace.dns !== undefined) throw invalidInput("AWS_EC2_INSTANCE_ID is supported in HTTP namespaces only.");
  const other = Object.keys(attributes).find(
    (key) => key !== "AWS_EC2_INSTANCE_ID" && key !== "AWS_INIT_HEALTH_STATUS",
  );
  if (other !== undefined) throw invalidInput(`${other} can't be specified together with AWS_EC2_INSTANCE_ID.`);
}

/** The attributes without which the records or the health check could not be made. */
function missingAttribute(attributes: Attributes, { dns, health }: ServiceState): string | undefined {
  const has = (key: Reserved) => attributes[key] !== undefined;
  const hasAddress = has("AWS_INSTANCE_IPV4") || has("AWS_INSTANCE_IPV6");
  if (has("AWS_ALIAS_DNS_NAME")) return undefined;
  for (const { type } of dns?.records ?? []) {
    if (type === "A" && !has("AWS_INSTANCE_IPV4")) return "AWS_INSTANCE_IPV4";
    if (type === "AAAA" && !has("AWS_INSTANCE_IPV6")) return "AWS_INSTANCE_IPV6";
    if (type === "CNAME" && !has("AWS_INSTANCE_CNAME")) return "AWS_INSTANCE_CNAME";
    if (type === "SRV" && !has("AWS_INSTANCE_PORT")) return "AWS_INSTANCE_PORT";
    if (type === "SRV" && !hasAddress) return "AWS_INSTANCE_IPV4 or AWS_INSTANCE_IPV6";
  }
  if (health.kind !== "route53" || has("AWS_EC2_INSTANCE_ID")) return undefined;
  if (!hasAddress) return "AWS_INSTANCE_IPV4 or AWS_INSTANCE_IPV6";
  return has("AWS_INSTANCE_PORT") ? undefined : "AWS_INSTANCE_PORT";
}

/** Throws InvalidInput. */
export function checkAttributes(attributes: Attributes, service: ServiceState, namespace: NamespaceState): void {
  checkSize(attributes);
  for (const key of RESERVED) {
    const value = attributes[key];
    if (value !== undefined && VALID[key]?.(value) === false) {
      throw invalidInput(`The value of ${key} isn't valid: ${value}`);
    }
  }
  if (attributes.AWS_INIT_HEALTH_STATUS !== undefined && service.health.kind !== "custom") {
    throw invalidInput(
      "AWS_INIT_HEALTH_STATUS can be specified only if the service configuration includes HealthCheckCustomConfig.",
    );
  }
  checkAlias(attributes, service);
  checkEc2(attributes, namespace);
  const missing = missingAttribute(attributes, service);
  if (missing !== undefined) throw invalidInput(`The service configuration requires a value for ${missing}.`);
}
