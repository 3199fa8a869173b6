/** Health checks with what their checkers saw, and the verdict that follows from it, children of calculated checks included. */

import type { HealthCheck, HealthCheckConfig, Route53Client } from "@aws-sdk/client-route-53";
import { endpointIsHealthy } from "../route53/health-rule.ts";
import { checkerObservations, listHealthChecks, listHealthCheckTags } from "./health-checks.ts";

export interface ListedHealthCheck {
  readonly id: string;
  /** The `Name` tag. */
  readonly name: string | undefined;
  readonly config: HealthCheckConfig;
  readonly tags: Readonly<Record<string, string>>;
}

/** - `unknown`: nobody has reported, or it follows an alarm or a routing control, whose state Route 53 does not tell. */
export type HealthState = "healthy" | "unhealthy" | "unknown";

export interface CheckerSight {
  readonly region: string;
  readonly address: string;
  readonly healthy: boolean;
  /** Route 53's own text. */
  readonly status: string;
  /** ISO 8601; null before the first probe. */
  readonly checkedAt: string | null;
}

export interface HealthStatus {
  readonly id: string;
  readonly name: string | undefined;
  readonly type: string;
  readonly state: HealthState;
  /** Why it is so, where no checkers say. */
  readonly because: string | undefined;
  readonly checkers: readonly CheckerSight[];
  /** Of a calculated check. */
  readonly children: readonly { readonly id: string; readonly name: string | undefined; readonly state: HealthState }[];
}

/** Sorted by name, those without one last. */
export async function listNamedHealthChecks(
  client: Route53Client,
  signal: AbortSignal | undefined,
): Promise<ListedHealthCheck[]> {
  const checks = (await listHealthChecks(client, signal)).filter(
    (check): check is HealthCheck & { readonly Id: string; readonly HealthCheckConfig: HealthCheckConfig } =>
      check.Id !== undefined && check.HealthCheckConfig !== undefined,
  );
  const tags = await listHealthCheckTags(
    client,
    checks.map(({ Id }) => Id),
    signal,
  );
  return checks
    .map(({ Id, HealthCheckConfig }) => {
      const own = Object.fromEntries((tags.get(Id) ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
      return { id: Id, name: own.Name, config: HealthCheckConfig, tags: own };
    })
    .sort((a, b) => compare(a.name ?? "\uffff", b.name ?? "\uffff") || compare(a.id, b.id));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Reads each check once, however many calculated ones name it. GetHealthCheckStatus is slow: AWS allows one a second. */
export class HealthStatuses {
  readonly #client: Route53Client;
  readonly #checks: ReadonlyMap<string, ListedHealthCheck>;
  readonly #signal: AbortSignal | undefined;
  readonly #read = new Map<string, Promise<HealthStatus>>();

  constructor(client: Route53Client, checks: readonly ListedHealthCheck[], signal: AbortSignal | undefined) {
    this.#client = client;
    this.#checks = new Map(checks.map((check) => [check.id, check]));
    this.#signal = signal;
  }

  of(check: ListedHealthCheck): Promise<HealthStatus> {
    const known = this.#read.get(check.id) ?? this.#readOne(check);
    this.#read.set(check.id, known);
    return known;
  }

  async #readOne(check: ListedHealthCheck): Promise<HealthStatus> {
    const { id, name, config } = check;
    const type = config.Type ?? "";
    const base = { id, name, type, because: undefined, checkers: [], children: [] };
    // Developer Guide, "Values that you specify when you create or update health checks", Disabled and Invert.
    if (config.Disabled) {
      return { ...base, state: config.Inverted ? "unhealthy" : "healthy", because: "disabled: nothing is probed" };
    }
    const inverted = (state: HealthState): HealthState =>
      !config.Inverted || state === "unknown" ? state : state === "healthy" ? "unhealthy" : "healthy";
    if (type === "CALCULATED") return this.#calculated(check, inverted);
    if (type === "CLOUDWATCH_METRIC" || type === "RECOVERY_CONTROL") {
      const because = type === "CLOUDWATCH_METRIC" ? "it follows a CloudWatch alarm" : "it follows a routing control";
      return { ...base, state: "unknown", because: `${because}, whose state is told there` };
    }
    const observations = await checkerObservations(this.#client, id, this.#signal);
    const checkers = observations
      .map((one) => ({
        region: one.Region ?? "",
        address: one.IPAddress ?? "",
        healthy: one.StatusReport?.Status?.startsWith("Success") ?? false,
        status: one.StatusReport?.Status ?? "",
        checkedAt: one.StatusReport?.CheckedTime?.toISOString() ?? null,
      }))
      .sort((a, b) => compare(a.region, b.region) || compare(a.address, b.address));
    if (checkers.length === 0) return { ...base, state: "unknown", because: "its checkers have not reported yet" };
    return { ...base, state: inverted(endpointIsHealthy(checkers) ? "healthy" : "unhealthy"), checkers };
  }

  async #calculated(check: ListedHealthCheck, inverted: (state: HealthState) => HealthState): Promise<HealthStatus> {
    const { id, name, config } = check;
    const children = await Promise.all(
      (config.ChildHealthChecks ?? []).map(async (childId) => {
        const child = this.#checks.get(childId);
        // A calculated check cannot watch another calculated one, so this ends.
        const state =
          child === undefined || child.config.Type === "CALCULATED" ? "unknown" : (await this.of(child)).state;
        return { id: childId, name: child?.name, state };
      }),
    );
    const healthy = children.filter(({ state }) => state === "healthy").length;
    const unknown = children.filter(({ state }) => state === "unknown").length;
    const needed = config.HealthThreshold ?? 0;
    const state = healthy >= needed ? "healthy" : healthy + unknown >= needed ? "unknown" : "unhealthy";
    const because = `${healthy} of ${children.length} children are healthy; ${needed} must be`;
    return { id, name, type: "CALCULATED", state: inverted(state), because, checkers: [], children };
  }
}
