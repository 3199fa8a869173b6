/** What the rest of the local backend sees of the health checkers. */

import type { HealthCheckConfig } from "@aws-sdk/client-route-53";

/** One checker region's latest probe. */
export interface CheckerObservation {
  /** e.g. `us-east-1` */
  readonly region: string;
  /** The checker's own address, one of the published checker ranges, e.g. `54.183.255.140`. */
  readonly checkerAddress: string;
  /** Wall time of the probe, epoch ms. */
  readonly checkedAt: number;
  /** This checker's verdict after the failure threshold, not the single probe. */
  readonly healthy: boolean;
  /** Route 53's text, e.g. `Success: HTTP Status Code 200, OK`. */
  readonly status: string;
}

export interface HealthTransition {
  readonly healthCheckId: string;
  readonly healthy: boolean;
  /** Wall time, epoch ms. */
  readonly at: number;
}

export interface HealthMonitor {
  /** Starts or reconfigures a check. A new one counts as healthy until its checkers have decided otherwise. */
  put(healthCheckId: string, config: HealthCheckConfig): void;
  remove(healthCheckId: string): void;
  /** As the name servers must see it: inverted, disabled and calculated are already applied. Unknown ids count as healthy. */
  isHealthy(healthCheckId: string): boolean;
  /** Latest observation of each checker region; for GetHealthCheckStatus. Empty for calculated checks. */
  observations(healthCheckId: string): readonly CheckerObservation[];
  /** Latest failing observation of each region that saw one; for GetHealthCheckLastFailureReason. */
  lastFailures(healthCheckId: string): readonly CheckerObservation[];
  /** Called at every change of {@link isHealthy}; returns the way to stop. */
  onTransition(listener: (transition: HealthTransition) => void): () => void;
  close(): Promise<void>;
}
