/** `healthChecks`: each entry with its defaults, and the references of calculated checks. */

import type { EndpointCheckType, HealthCheckDefinition, HealthCheckSettings, SourcePath } from "./config.ts";
import type { Problems } from "./problems.ts";
import type { HealthCheckEntry } from "./schema-health-checks.ts";
import { suggest } from "./suggestion.ts";

type OfType<Type extends HealthCheckEntry["type"]> = Extract<HealthCheckEntry, { type: Type }>;
type EndpointEntry = Exclude<
  HealthCheckEntry,
  OfType<"CALCULATED" | "CLOUDWATCH_METRIC" | "RECOVERY_CONTROL" | "EXISTING">
>;

const DEFAULT_PORTS = { HTTP: 80, HTTPS: 443 } as const;

export function readHealthChecks(
  entries: Readonly<Record<string, HealthCheckEntry>>,
  keys: readonly string[],
  problems: Problems,
): HealthCheckDefinition[] {
  const checks: HealthCheckDefinition[] = [];
  for (const [key, entry] of Object.entries(entries)) {
    const path = ["healthChecks", key];
    const settings = readSettings(key, entry, keys, path, problems);
    const id = entry.id?.toLowerCase();
    if (settings !== undefined) checks.push({ path, key, ...(id === undefined ? {} : { id }), settings });
    const earlier = checks.find((one) => one.id !== undefined && one.id === id && one.key !== key);
    if (earlier === undefined) continue;
    problems.at([...path, "id"], {
      code: "duplicate",
      message: `the health check '${earlier.key}' has this id already`,
      next: "leave one of them out, and name the other one where it was used",
    });
  }
  checkCycles(checks, problems);
  return checks;
}

function readSettings(
  key: string,
  entry: HealthCheckEntry,
  keys: readonly string[],
  path: SourcePath,
  problems: Problems,
): HealthCheckSettings | undefined {
  if (entry.type === "EXISTING") return { kind: "existing" };
  const switches = { inverted: entry.inverted ?? false, disabled: entry.disabled ?? false };
  switch (entry.type) {
    case "CALCULATED":
      return readCalculated(key, entry, keys, path, problems);
    case "CLOUDWATCH_METRIC":
      return {
        kind: "alarm",
        alarm: entry.alarm,
        region: entry.region,
        insufficientData: entry.insufficientData ?? "LastKnownStatus",
        ...switches,
      };
    case "RECOVERY_CONTROL":
      return { kind: "recovery-control", routingControlArn: entry.routingControl, ...switches };
    default:
      return readEndpointCheck(entry, path, problems);
  }
}

function readCalculated(
  key: string,
  entry: OfType<"CALCULATED">,
  keys: readonly string[],
  path: SourcePath,
  problems: Problems,
): HealthCheckSettings {
  for (const [i, child] of entry.children.entries()) {
    const at = [...path, "children", i];
    if (child === key) {
      problems.at(at, { code: "circular-check", message: `'${key}' is its own child`, next: "leave it out" });
    } else if (!keys.includes(child)) {
      problems.at(at, {
        code: "unknown-health-check",
        message: `there is no health check '${child}'`,
        next: suggest(child, keys),
      });
    } else if (entry.children.indexOf(child) !== i) {
      problems.at(at, { code: "duplicate-value", message: `'${child}' stands twice`, next: "leave one out" });
    }
  }
  if (entry.healthThreshold > entry.children.length) {
    problems.at([...path, "healthThreshold"], {
      code: "out-of-range",
      message: `healthThreshold ${entry.healthThreshold} is more than the ${entry.children.length} children, so the check could never be healthy`,
      next: `write a number from 0 to ${entry.children.length}`,
    });
  }
  return {
    kind: "calculated",
    children: entry.children,
    healthThreshold: entry.healthThreshold,
    inverted: entry.inverted ?? false,
    disabled: entry.disabled ?? false,
  };
}

function checkType(entry: EndpointEntry): EndpointCheckType {
  if (entry.type === "TCP" || entry.search === undefined) return entry.type;
  return entry.type === "HTTP" || entry.type === "HTTP_STR_MATCH" ? "HTTP_STR_MATCH" : "HTTPS_STR_MATCH";
}

function readEndpointCheck(
  entry: EndpointEntry,
  path: SourcePath,
  problems: Problems,
): HealthCheckSettings | undefined {
  const type = checkType(entry);
  const tcp = entry.type === "TCP";
  if (entry.address === undefined && entry.host === undefined) {
    problems.at(path, {
      code: "missing",
      message: "a health check needs an address or a host to ask",
      next: "add address: 192.0.2.1",
    });
  }
  if (tcp && entry.address !== undefined && entry.host !== undefined) {
    problems.atKey([...path, "host"], {
      code: "two-endpoints",
      message: "a TCP health check with an address cannot have a host too",
      next: "leave host out",
    });
  }
  if (!tcp && type.endsWith("_STR_MATCH") && entry.search === undefined) {
    problems.at(path, {
      code: "missing",
      message: `type ${type} needs 'search'`,
      next: "add search: text to look for",
    });
  }
  const port = entry.port ?? (tcp ? undefined : type.startsWith("HTTPS") ? DEFAULT_PORTS.HTTPS : DEFAULT_PORTS.HTTP);
  if (port === undefined) {
    problems.at(path, { code: "missing", message: "a TCP health check needs a port", next: "add port: ..." });
    return undefined;
  }
  const { address, host, regions } = entry;
  const resourcePath = tcp ? undefined : entry.path;
  const searchString = tcp ? undefined : entry.search;
  return {
    kind: "endpoint",
    type,
    ...(address === undefined ? {} : { address }),
    ...(host === undefined ? {} : { host }),
    port,
    ...(resourcePath === undefined ? {} : { path: resourcePath }),
    ...(searchString === undefined ? {} : { searchString }),
    intervalSeconds: entry.interval ?? 30,
    failureThreshold: entry.failureThreshold ?? 3,
    ...(regions === undefined ? {} : { regions: [...new Set(regions)].sort() }),
    inverted: entry.inverted ?? false,
    disabled: entry.disabled ?? false,
    measureLatency: entry.measureLatency ?? false,
    // Route 53's default: on for HTTPS; it refuses it for everything else.
    enableSni: "sni" in entry ? (entry.sni ?? true) : type.startsWith("HTTPS"),
  };
}

/** A calculated check cannot be, through others, its own child. */
function checkCycles(checks: readonly HealthCheckDefinition[], problems: Problems): void {
  const byKey = new Map(checks.map((check) => [check.key, check]));
  const reaches = (from: string, goal: string, seen: Set<string>): boolean => {
    const settings = byKey.get(from)?.settings;
    if (settings?.kind !== "calculated" || seen.has(from)) return false;
    seen.add(from);
    return settings.children.some((child) => child === goal || reaches(child, goal, seen));
  };
  for (const check of checks) {
    const { settings } = check;
    if (settings.kind !== "calculated" || settings.children.includes(check.key)) continue;
    const i = settings.children.findIndex((child) => reaches(child, check.key, new Set()));
    if (i < 0) continue;
    problems.at([...check.path, "children", i], {
      code: "circular-check",
      message: `'${check.key}' is, through '${settings.children[i]}', its own child`,
      next: "break the circle",
    });
  }
}
