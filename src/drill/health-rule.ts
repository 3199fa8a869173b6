/** When a health check counts as healthy, from what its checkers report. Pure. */

/** One checker's line of GetHealthCheckStatus. */
export interface CheckerReport {
  readonly region: string;
  readonly checkerAddress: string;
  /** Route 53's text, e.g. `Success: HTTP Status Code 200, OK`. */
  readonly status: string;
  /** Epoch ms, or undefined before the first probe. */
  readonly checkedAt: number | undefined;
}

export interface HealthVerdict {
  readonly healthy: boolean;
  readonly healthyCheckers: number;
  readonly checkers: number;
}

/** The share of checkers that must be exceeded (Developer Guide, "How Route 53 determines whether a health check is healthy"). */
export const HEALTHY_SHARE_PERCENT = 18;

export function reportsSuccess(status: string): boolean {
  return status.startsWith("Success");
}

/** Undefined while no checker has reported: nothing is known then. */
export function healthVerdict(reports: readonly CheckerReport[]): HealthVerdict | undefined {
  const checkers = reports.length;
  if (checkers === 0) return undefined;
  const healthyCheckers = reports.filter((report) => reportsSuccess(report.status)).length;
  return { healthy: healthyCheckers * 100 > checkers * HEALTHY_SHARE_PERCENT, healthyCheckers, checkers };
}
