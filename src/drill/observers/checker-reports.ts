/** Reads what the checkers of a health check report, with GetHealthCheckStatus. */

import type { HealthCheckObservation, Route53Client } from "@aws-sdk/client-route-53";
import type { CheckerReport } from "../health-rule.ts";
import type { ReadCheckers } from "./health-check.ts";

function checkerReport(observation: HealthCheckObservation): CheckerReport {
  return {
    region: observation.Region ?? "",
    checkerAddress: observation.IPAddress ?? "",
    status: observation.StatusReport?.Status ?? "",
    checkedAt: observation.StatusReport?.CheckedTime?.getTime(),
  };
}

export function checkerReportsOf(client: Route53Client, healthCheckId: string): ReadCheckers {
  return async (signal) => {
    const { GetHealthCheckStatusCommand } = await import("@aws-sdk/client-route-53");
    const { HealthCheckObservations = [] } = await client.send(
      new GetHealthCheckStatusCommand({ HealthCheckId: healthCheckId }),
      { abortSignal: signal },
    );
    return HealthCheckObservations.map(checkerReport);
  };
}
