/** Which failover of the file to rehearse, and which endpoint to stop for it. Pure. */

import type {
  Config,
  DeclaredRecordSet,
  EndpointDefinition,
  HealthCheckDefinition,
  SourcePath,
  ZoneConfig,
} from "../config/config.ts";
import { Failure, type SourcePlace } from "../errors.ts";
import { type DomainName, displayName, domainName, InvalidNameError } from "../route53/names.ts";
import type { RecordsAnswer } from "../route53/record-set.ts";
import type { TargetDescription } from "./scenario.ts";

export interface FailoverSet {
  readonly setIdentifier: string;
  readonly answer: RecordsAnswer;
}

export interface FailoverChoice {
  readonly zone: Pick<ZoneConfig, "name" | "id">;
  readonly name: DomainName;
  readonly type: "A" | "AAAA";
  readonly primary: FailoverSet;
  readonly secondary: FailoverSet;
  readonly endpoint: EndpointDefinition;
  /** The check that watches the endpoint; the primary's own, or a child of it. */
  readonly endpointCheck: HealthCheckDefinition;
}

/** What of the choice is to be stopped. */
export function chosenTarget({ endpoint: { type, key, address, port } }: FailoverChoice): TargetDescription {
  return { type, key, address, port };
}

export interface Wanted {
  /** As on the command line: absolute, or relative to a zone of the file. */
  readonly name: string | undefined;
  /** Key of an endpoint. */
  readonly endpoint: string | undefined;
}

/** Where an element of the file stands. */
export type PlaceOf = (path: SourcePath) => SourcePlace;

interface Pair {
  readonly zone: ZoneConfig;
  readonly primary: DeclaredRecordSet;
  readonly secondary: DeclaredRecordSet | undefined;
}

function usage(code: string, message: string, next: string, where?: SourcePlace): Failure {
  return new Failure({ kind: "usage", code: `drill.${code}`, message, next, where });
}

function failoverPairs(config: Config): Pair[] {
  // A drill asks as the public does; a private zone answers inside its VPCs only.
  const zones = config.zones.filter((zone) => !zone.private);
  return zones.flatMap((zone) =>
    zone.recordSets
      .filter((set) => set.policy.kind === "failover" && set.policy.role === "PRIMARY")
      .map((primary) => ({
        zone,
        primary,
        secondary: zone.recordSets.find(
          (set) =>
            set.name === primary.name &&
            set.type === primary.type &&
            set.policy.kind === "failover" &&
            set.policy.role === "SECONDARY",
        ),
      })),
  );
}

function namesOf(pairs: readonly Pair[]): string {
  return [...new Set(pairs.map((pair) => displayName(pair.primary.name)))].join(", ");
}

function choosePair(config: Config, wanted: string | undefined): Pair {
  const pairs = failoverPairs(config);
  if (pairs.length === 0) {
    throw usage(
      "no-failover",
      `${config.file} has no record with the failover policy`,
      "add one under 'routing', or name another file with --config",
      { file: config.file },
    );
  }
  const matching = wanted === undefined ? pairs : pairs.filter((pair) => meant(wanted, pair));
  const [first, ...others] = matching;
  if (first === undefined) {
    throw usage("unknown-name", `${wanted} has no failover in ${config.file}`, `take one of: ${namesOf(pairs)}`, {
      file: config.file,
    });
  }
  const elsewhere = others.find((pair) => pair.primary.name !== first.primary.name);
  if (elsewhere !== undefined) {
    throw usage(
      "which-name",
      wanted === undefined ? "there are several failovers in the file" : `'${wanted}' can mean several names`,
      `name one: ${namesOf(matching)}`,
      { file: config.file },
    );
  }
  // Of an A and an AAAA set of one name, the first in the file.
  return first;
}

function meant(wanted: string, { zone, primary }: Pair): boolean {
  try {
    if (domainName(wanted) === primary.name) return true;
    return !wanted.endsWith(".") && domainName(`${wanted}.${zone.name}`) === primary.name;
  } catch (error) {
    if (error instanceof InvalidNameError) return false;
    throw error;
  }
}

/** The check itself and, when it is calculated, all below it. */
function checksUnder(config: Config, key: string, seen: Set<string> = new Set()): HealthCheckDefinition[] {
  const check = config.healthChecks.find((one) => one.key === key);
  if (check === undefined || seen.has(key)) return [];
  seen.add(key);
  const children = check.settings.kind === "calculated" ? check.settings.children : [];
  return [check, ...children.flatMap((child) => checksUnder(config, child, seen))];
}

function watches(check: HealthCheckDefinition, endpoint: EndpointDefinition): boolean {
  if (check.settings.kind !== "endpoint") return false;
  return (
    endpoint.healthCheck === check.key ||
    (check.settings.address === endpoint.address && check.settings.port === endpoint.port)
  );
}

interface WatchedEndpoint {
  readonly endpoint: EndpointDefinition;
  readonly check: HealthCheckDefinition;
}

function chooseEndpoint(config: Config, pair: Pair, wanted: string | undefined, placeOf: PlaceOf): WatchedEndpoint {
  const name = displayName(pair.primary.name);
  const where = placeOf(pair.primary.path);
  if (pair.primary.healthCheck === undefined) {
    throw usage(
      "no-health-check",
      `the primary of ${name} has no health check, so it never fails over`,
      "give it one with 'healthCheck'",
      where,
    );
  }
  const checks = checksUnder(config, pair.primary.healthCheck);
  const watched = config.endpoints.flatMap((endpoint) =>
    checks.filter((check) => watches(check, endpoint)).map((check) => ({ endpoint, check })),
  );
  const keys = watched.map(({ endpoint }) => endpoint.key).join(", ");
  if (wanted !== undefined) {
    const found = watched.find(({ endpoint }) => endpoint.key === wanted);
    if (found !== undefined) return found;
    const known = config.endpoints.some((endpoint) => endpoint.key === wanted);
    throw usage(
      "wrong-target",
      known
        ? `stopping endpoint '${wanted}' does not concern ${name}: the primary's health check '${pair.primary.healthCheck}' does not watch it`
        : `there is no endpoint '${wanted}' in ${config.file}`,
      keys === "" ? "add the endpoint under 'endpoints', with its 'healthCheck'" : `take one of: ${keys}`,
      known ? where : { file: config.file },
    );
  }
  const [first, ...others] = watched;
  if (first === undefined) {
    throw usage(
      "no-target",
      `no endpoint of ${config.file} is watched by '${pair.primary.healthCheck}', so there is nothing to stop`,
      "describe the primary's endpoint under 'endpoints', with its 'healthCheck'",
      where,
    );
  }
  if (others.length > 0) {
    throw usage(
      "which-target",
      `several endpoints stand behind the primary of ${name}`,
      `name one with --target: ${keys}`,
    );
  }
  return first;
}

function addressSet(set: DeclaredRecordSet, placeOf: PlaceOf): FailoverSet {
  if (set.answer.kind === "alias") {
    throw usage(
      "alias",
      `${displayName(set.name)} (${set.setIdentifier ?? ""}) is an alias, and a drill watches for addresses that the file gives`,
      "drill the name that the alias leads to",
      placeOf(set.path),
    );
  }
  return { setIdentifier: set.setIdentifier ?? "", answer: set.answer };
}

/** Throws a usage Failure that says what is missing or ambiguous, and where. */
export function chooseFailover(config: Config, wanted: Wanted, placeOf: PlaceOf): FailoverChoice {
  const pair = choosePair(config, wanted.name);
  const { zone, primary, secondary } = pair;
  const name = displayName(primary.name);
  const where = placeOf(primary.path);
  if (secondary === undefined) {
    throw usage(
      "no-secondary",
      `${name} has no secondary to fail over to`,
      "add an answer with 'failover: SECONDARY'",
      where,
    );
  }
  if (primary.type !== "A" && primary.type !== "AAAA") {
    throw usage(
      "no-addresses",
      `${name} is a ${primary.type} record; a drill watches A and AAAA`,
      "drill another name",
      where,
    );
  }
  const { endpoint, check } = chooseEndpoint(config, pair, wanted.endpoint, placeOf);
  if (check.settings.kind !== "existing" && (check.settings.inverted || check.settings.disabled)) {
    throw usage(
      "blind-check",
      `health check '${check.key}' is ${check.settings.inverted ? "inverted" : "disabled"}: stopping the endpoint cannot make it unhealthy`,
      "drill with a check that follows the endpoint",
      placeOf(check.path),
    );
  }
  return {
    zone,
    name: primary.name,
    type: primary.type,
    primary: addressSet(primary, placeOf),
    secondary: addressSet(secondary, placeOf),
    endpoint,
    endpointCheck: check,
  };
}
