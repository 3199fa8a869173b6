/** `cost`: what a bill is made with that no other key of the file tells, with every name and key held to the rest of it. */

import { domainName, InvalidNameError } from "../route53/names.ts";
import type { CostSettings, ZoneConfig } from "./config.ts";
import type { Problems } from "./problems.ts";
import type { CostEntry, QueryCountEntry } from "./schema.ts";
import { suggest } from "./suggestion.ts";

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9 };

/** `2500000`, `2.5M`, `500k` or `1G`; undefined for anything else, and for what is no whole number. */
export function parseQueryCount(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,15}(?:\.\d{1,9})?)([kMG]?)$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  // In decimal, for 2.3 x 10^6 is no whole number in binary.
  const [whole = "", fraction = ""] = digits.split(".");
  const zeros = String(UNITS[unit]).length - 1;
  if (fraction.replace(/0+$/, "").length > zeros) return undefined;
  const count = Number(`${whole}${fraction.slice(0, zeros).padEnd(zeros, "0")}`);
  return Number.isSafeInteger(count) ? count : undefined;
}

function countOf(entry: QueryCountEntry): number {
  return typeof entry === "number" ? entry : (parseQueryCount(entry) ?? 0);
}

interface CostScope {
  readonly zones: readonly ZoneConfig[];
  readonly healthCheckKeys: readonly string[];
  readonly problems: Problems;
}

export function readCostSettings(
  entry: CostEntry | undefined,
  { zones, healthCheckKeys, problems }: CostScope,
): CostSettings {
  const queriesByName = new Map<string, number>();
  for (const [written, count] of Object.entries(entry?.queries ?? {})) {
    const found = billedName(written, zones);
    if (found === undefined) {
      problems.atKey(["cost", "queries", written], {
        code: "unknown-record",
        message: `the file has no record '${written}'`,
        next: "write the name and the type of a record of the file, as in: orders A",
      });
    } else if (queriesByName.has(found)) {
      problems.atKey(["cost", "queries", written], {
        code: "duplicate",
        message: `'${written}' stands twice`,
        next: "leave one of them out",
      });
    } else queriesByName.set(found, countOf(count));
  }
  for (const [i, key] of (entry?.awsEndpoints ?? []).entries()) {
    if (healthCheckKeys.includes(key)) continue;
    problems.at(["cost", "awsEndpoints", i], {
      code: "unknown-health-check",
      message: `there is no health check '${key}'`,
      next: suggest(key, healthCheckKeys),
    });
  }
  return {
    queriesPerMonth: entry?.queriesPerMonth === undefined ? undefined : countOf(entry.queriesPerMonth),
    queriesByName,
    awsEndpoints: new Set(entry?.awsEndpoints ?? []),
  };
}

/** `orders.example.com. A` of `orders A`, when the file has it. */
function billedName(written: string, zones: readonly ZoneConfig[]): string | undefined {
  const [name = "", type = "", ...rest] = written.trim().split(/\s+/);
  if (rest.length > 0) return undefined;
  for (const zone of zones) {
    const owners = [...zone.recordSets, ...zone.trafficPolicyInstances];
    for (const absolute of [name === "@" ? zone.name : `${name}.${zone.name}`, name]) {
      try {
        const owner = domainName(absolute);
        if (owners.some((one) => one.name === owner && one.type === type.toUpperCase()))
          return `${owner} ${type.toUpperCase()}`;
      } catch (error) {
        if (!(error instanceof InvalidNameError)) throw error;
      }
    }
  }
  return undefined;
}
