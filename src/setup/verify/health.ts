/** What the checkers of each region saw of health checks, and what that makes of the calculated ones. */

import { GetHealthCheckCommand, GetHealthCheckStatusCommand, type HealthCheckType } from "@aws-sdk/client-route-53";
import { endpointIsHealthy } from "../../route53/health-rule.ts";
import type { Expectation } from "../expectations.ts";
import type { Verification } from "../verification.ts";
import type { Looking } from "./looking.ts";

export type HealthExpectation = Extract<Expectation, { check: "health" }>;

/** How often GetHealthCheckStatus may be asked, of the backend's clock. */
const HEALTH_POLL_MS = 1000;
/** A minute: Route 53's checkers start within that. */
export const PATIENCE_WITH_NEW_CHECKS_MS = 60_000;

/** One call a second in all. A check is done when it is healthy, or when its time is up. */
export async function verifyHealth(
  expectations: readonly HealthExpectation[],
  context: Looking,
  keep: (expectation: HealthExpectation, verification: Verification) => void,
): Promise<void> {
  const { clock } = context.backend;
  const deadline = clock.elapsedMs() + context.healthPatienceMs;
  const judged: Judged = { healthy: new Map(), keyOf: new Map() };
  for (const { key } of expectations) {
    const id = context.known.get({ ref: "health-check", key });
    if (id !== undefined) judged.keyOf.set(id, key);
  }
  const calculated: HealthExpectation[] = [];
  let waiting = [...expectations];
  let asked = false;
  while (waiting.length > 0) {
    const still: HealthExpectation[] = [];
    for (const expectation of waiting) {
      if (asked) await clock.sleep(HEALTH_POLL_MS, context.signal);
      asked = true;
      const verification = await healthOf(expectation.key, context, judged);
      if (verification === "calculated") calculated.push(expectation);
      else if (verification.status === "warning" && clock.elapsedMs() < deadline) still.push(expectation);
      else keep(expectation, verification);
    }
    waiting = still;
  }
  for (const expectation of calculated) keep(expectation, await calculatedHealth(expectation.key, context, judged));
}

/** What has been found out of checks, for the calculated ones that count them. */
interface Judged {
  /** By id. */
  readonly healthy: Map<string, boolean>;
  readonly keyOf: Map<string, string>;
}

/** Route 53 gives no status of these: it is what their children's come to (Developer Guide, "Calculated health checks"). */
async function calculatedHealth(key: string, context: Looking, judged: Judged): Promise<Verification> {
  const client = await context.backend.clients.route53();
  const id = context.known.get({ ref: "health-check", key }) ?? "";
  const { HealthCheck } = await client.send(new GetHealthCheckCommand({ HealthCheckId: id }));
  const {
    ChildHealthChecks = [],
    HealthThreshold = 0,
    Inverted,
  } = HealthCheck?.HealthCheckConfig ?? { Type: undefined };
  const evidence = ChildHealthChecks.map((child) => {
    const healthy = judged.healthy.get(child);
    const says =
      healthy === undefined
        ? "not looked at: it is not the file's, calculated too, or follows something else"
        : healthy
          ? "healthy"
          : "unhealthy";
    return { source: judged.keyOf.get(child) ?? child, says, ok: healthy ?? false };
  });
  const base = { check: "health", subject: key, evidence } as const;
  const rule = `healthy when ${HealthThreshold} of ${ChildHealthChecks.length} children are`;
  const count = evidence.filter(({ ok }) => ok).length;
  const known = ChildHealthChecks.every((child) => judged.healthy.has(child));
  if (!known && count < HealthThreshold) return { ...base, status: "ok", says: rule };
  const healthy = count >= HealthThreshold !== (Inverted === true);
  judged.healthy.set(id, healthy);
  return {
    ...base,
    status: healthy ? "ok" : "warning",
    says: `${healthy ? "healthy" : "unhealthy"}: ${rule}, and ${count} are`,
  };
}

/** Nobody probes for these, and GetHealthCheckStatus tells nothing of them. */
const FOLLOWED: Partial<Record<HealthCheckType, string>> = {
  CLOUDWATCH_METRIC: "a CloudWatch alarm",
  RECOVERY_CONTROL: "a routing control",
};

async function healthOf(
  key: string,
  { backend, known }: Looking,
  judged: Judged,
): Promise<Verification | "calculated"> {
  const client = await backend.clients.route53();
  const id = known.get({ ref: "health-check", key });
  const base = { check: "health", subject: key } as const;
  if (id === undefined) return { ...base, status: "failed", says: "there is no such health check", evidence: [] };
  const { HealthCheck } = await client.send(new GetHealthCheckCommand({ HealthCheckId: id }));
  const config = HealthCheck?.HealthCheckConfig;
  if (config?.Type === "CALCULATED" && !config.Disabled) return "calculated";
  if (config?.Disabled) {
    judged.healthy.set(id, config.Inverted !== true);
    // Nobody asks; it counts as healthy, or the other way round when it is inverted (API reference, HealthCheckConfig).
    return {
      ...base,
      status: "ok",
      says: `disabled: counts as ${config.Inverted ? "unhealthy" : "healthy"}`,
      evidence: [],
    };
  }
  const followed = config?.Type === undefined ? undefined : FOLLOWED[config.Type];
  if (followed !== undefined) {
    return { ...base, status: "ok", says: `it follows ${followed}, whose state is told there`, evidence: [] };
  }
  const { HealthCheckObservations = [] } = await client.send(new GetHealthCheckStatusCommand({ HealthCheckId: id }));
  const evidence = HealthCheckObservations.map((one) => ({
    source: `${one.Region} (${one.IPAddress})`,
    says: one.StatusReport?.Status ?? "nothing yet",
    ok: one.StatusReport?.Status?.startsWith("Success") ?? false,
  }));
  const succeeding = evidence.filter((one) => one.ok).length;
  const up = endpointIsHealthy(evidence.map((one) => ({ healthy: one.ok })));
  const healthy = up !== (config?.Inverted === true);
  if (evidence.length === 0) {
    return { ...base, status: "warning", says: "its checkers have not reported yet", evidence };
  }
  judged.healthy.set(id, healthy);
  const seen = `${succeeding} of ${evidence.length} checkers succeed`;
  const first = evidence.find((one) => !one.ok)?.says ?? "nothing yet";
  return {
    ...base,
    status: healthy ? "ok" : "warning",
    says: healthy ? `healthy: ${seen}` : `unhealthy: ${seen}; ${first}`,
    evidence,
  };
}
