/** Health checks as entries of r53kit.yaml: which of the account's belong to the zones, what they are called, and how they read. Pure. */

import type { HealthCheck, HealthCheckConfig } from "@aws-sdk/client-route-53";
import type { JsonValue } from "../../config/config.ts";
import type { YamlMapping } from "../../config/yaml-text.ts";
import { displayName } from "../../route53/names.ts";
import { parseHealthCheckReference } from "../ownership.ts";
import { type ImportSource, zonesOf } from "./source.ts";

/** One check of the file that an import writes. */
export interface ImportedCheck {
  readonly key: string;
  readonly id: string;
  readonly config: HealthCheckConfig;
  /** Whether setup knows it by its caller reference; every other one is named by its id. */
  readonly own: boolean;
}

/** The text that stands for a check in a traffic policy document. */
export function checksInDocument(document: JsonValue): string[] {
  if (document === null || typeof document !== "object") return [];
  return Object.entries(document).flatMap(([key, value]: [string, JsonValue]) =>
    key === "HealthCheck" && typeof value === "string" ? [value] : checksInDocument(value),
  );
}

/** Ids that the zones' record sets and traffic policies name, in their order, with a word for what first uses each. */
function usesOf(source: ImportSource): Map<string, string> {
  const uses = new Map<string, string>();
  const use = (id: string | undefined, text: string) => {
    if (id !== undefined && !uses.has(id)) uses.set(id, text);
  };
  for (const zone of zonesOf(source)) {
    for (const { set } of zone.recordSets) {
      const owner = set.name === zone.name ? displayName(zone.name) : set.name.slice(0, -zone.name.length - 1);
      use(set.healthCheckId, [owner, set.setIdentifier].filter((part) => part !== undefined).join("-"));
    }
  }
  for (const policy of source.live.trafficPolicies) {
    for (const id of checksInDocument(policy.document)) use(id, policy.name);
  }
  return uses;
}

/** What a file about these zones has to know: what they use, what calculated checks count, and what the project made. */
export function checksOf(source: ImportSource, project: string): { check: HealthCheck; usedBy: string | undefined }[] {
  const uses = usesOf(source);
  const byId = new Map(source.healthChecks.map((check) => [check.Id ?? "", check]));
  const found = new Map<string, string | undefined>();
  const visit = (id: string, usedBy: string | undefined) => {
    const check = byId.get(id);
    if (check === undefined || found.has(id)) return;
    found.set(id, usedBy);
    for (const child of check.HealthCheckConfig?.ChildHealthChecks ?? []) visit(child, usedBy);
  };
  for (const [id, usedBy] of uses) visit(id, usedBy);
  for (const { Id, CallerReference } of source.healthChecks) {
    // Left out of the file it would be taken for one that has left it.
    if (parseHealthCheckReference(project, CallerReference ?? "") !== undefined) visit(Id ?? "", undefined);
  }
  return [...found].flatMap(([id, usedBy]) => {
    const check = byId.get(id);
    return check === undefined ? [] : [{ check, usedBy }];
  });
}

const LONGEST_KEY = 40;

/** A key out of a name that people gave; empty when nothing of it can be in one. */
function keyOf(text: string): string {
  return text
    .replace(/\\[0-7]{3}|[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+|[-._]+$/g, "")
    .slice(0, LONGEST_KEY);
}

function nameOf({ HealthCheckConfig: config }: HealthCheck): string {
  const where = config?.FullyQualifiedDomainName ?? config?.IPAddress?.replaceAll(":", "-");
  return [where ?? config?.AlarmIdentifier?.Name ?? config?.Type?.toLowerCase() ?? "check", config?.Port ?? ""]
    .filter((part) => part !== "")
    .join("-");
}

/** Keys from the `Name` tag, else from what uses the check, else from what it asks; numbered where two would be the same. */
export function importedChecks(source: ImportSource, project: string): ImportedCheck[] {
  const checks = checksOf(source, project);
  const taken = new Set<string>();
  const keys = new Map<string, { readonly key: string; readonly own: boolean }>();
  for (const { check } of checks) {
    const reference = parseHealthCheckReference(project, check.CallerReference ?? "");
    // A second one of a key is what an interrupted replacement left: it needs a key of its own, and so its id.
    if (reference === undefined || taken.has(reference.key)) continue;
    taken.add(reference.key);
    keys.set(check.Id ?? "", { key: reference.key, own: true });
  }
  for (const { check, usedBy } of checks) {
    const id = check.Id ?? "";
    if (keys.has(id)) continue;
    const name = source.tags.get(id)?.find(({ Key }) => Key === "Name")?.Value ?? "";
    const wanted = keyOf(name) || keyOf(usedBy ?? "") || keyOf(nameOf(check)) || "check";
    const key = firstFree(wanted, taken);
    taken.add(key);
    keys.set(id, { key, own: false });
  }
  return checks.map(({ check }) => {
    const id = check.Id ?? "";
    return { id, config: check.HealthCheckConfig ?? { Type: "HTTP" }, ...(keys.get(id) ?? { key: id, own: false }) };
  });
}

/** `name`, `name-2`, `name-3`... */
function firstFree(wanted: string, taken: ReadonlySet<string>): string {
  for (let n = 1; ; n++) {
    const end = n === 1 ? "" : `-${n}`;
    const key = `${wanted.slice(0, LONGEST_KEY - end.length)}${end}`;
    if (!taken.has(key)) return key;
  }
}

/** A key as health checks' keys are, for anything that has a name. */
export function keyFor(name: string, taken: ReadonlySet<string>): string {
  return firstFree(keyOf(name) || "policy", taken);
}

/** What is as Route 53 has it by default is left out. */
function unless<T>(value: T | undefined, usual: T, name: string): YamlMapping {
  return value === undefined || value === usual ? {} : { [name]: value as YamlMapping[string] };
}

/** A check that setup only uses. */
export function existingCheckEntry({ id }: ImportedCheck): YamlMapping {
  return { type: "EXISTING", id };
}

/** `keyOfCheck` finds the keys of children; without all of them, and of a kind that the file has not, the check is only used. */
export function healthCheckEntry(
  check: ImportedCheck,
  keyOfCheck: (id: string) => string | undefined,
): YamlMapping | undefined {
  const { config, own, id } = check;
  const type = config.Type ?? "";
  const base = { type: type.replace("_STR_MATCH", ""), ...(own ? {} : { id }) };
  const switches = { ...unless(config.Inverted, false, "inverted"), ...unless(config.Disabled, false, "disabled") };
  switch (type) {
    case "CALCULATED": {
      const ids = config.ChildHealthChecks ?? [];
      const children = ids.flatMap((child) => keyOfCheck(child) ?? []);
      if (children.length < ids.length || ids.length === 0) return undefined;
      return { ...base, children, healthThreshold: config.HealthThreshold ?? 0, ...switches };
    }
    case "CLOUDWATCH_METRIC": {
      const { Name: alarm, Region: region } = config.AlarmIdentifier ?? {};
      if (alarm === undefined || region === undefined) return undefined;
      const insufficientData = unless(config.InsufficientDataHealthStatus, "LastKnownStatus", "insufficientData");
      return { ...base, alarm, region, ...insufficientData, ...switches };
    }
    case "RECOVERY_CONTROL": {
      const { RoutingControlArn: routingControl } = config;
      return routingControl === undefined ? undefined : { ...base, routingControl, ...switches };
    }
    case "HTTP":
    case "HTTP_STR_MATCH":
    case "HTTPS":
    case "HTTPS_STR_MATCH":
    case "TCP": {
      const https = type.startsWith("HTTPS");
      return {
        ...base,
        ...unless(config.IPAddress || undefined, undefined, "address"),
        ...unless(config.FullyQualifiedDomainName || undefined, undefined, "host"),
        ...unless(config.Port, type === "TCP" ? undefined : https ? 443 : 80, "port"),
        ...unless(config.ResourcePath, "/", "path"),
        ...unless(config.SearchString || undefined, undefined, "search"),
        ...unless(config.RequestInterval, 30, "interval"),
        ...unless(config.FailureThreshold, 3, "failureThreshold"),
        ...unless(config.MeasureLatency, false, "measureLatency"),
        ...(https ? unless(config.EnableSNI, true, "sni") : {}),
        ...((config.Regions?.length ?? 0) === 0 ? {} : { regions: config.Regions ?? [] }),
        ...switches,
      };
    }
    default:
      return undefined;
  }
}
