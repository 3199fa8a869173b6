/**
 * When a checker, an endpoint and a calculated check are healthy: the rules alone, without clocks or sockets.
 * Source: Route 53 Developer Guide, "How Amazon Route 53 determines whether a health check is healthy".
 */

/** What one checker holds of an endpoint. */
export interface CheckerVerdict {
  readonly healthy: boolean;
  /** Probes in a row that said the opposite of `healthy`. */
  readonly against: number;
}

/** A new check counts as healthy until there is enough data. */
export const UNDECIDED: CheckerVerdict = { healthy: true, against: 0 };

/** `threshold` results in a row (FailureThreshold) turn the verdict, in either direction. */
export function afterProbe(verdict: CheckerVerdict, passed: boolean, threshold: number): CheckerVerdict {
  if (passed === verdict.healthy) return { healthy: verdict.healthy, against: 0 };
  const against = verdict.against + 1;
  return against >= threshold ? { healthy: passed, against: 0 } : { healthy: verdict.healthy, against };
}

/** AWS chose 18 % so that one region's trouble, or its partition from the others, does not decide. */
const HEALTHY_SHARE_PERCENT = 18;

/** More than 18 % of the checkers must find the endpoint healthy. */
export function endpointIsHealthy(checkers: readonly Pick<CheckerVerdict, "healthy">[]): boolean {
  if (checkers.length === 0) return true;
  const healthy = checkers.filter((checker) => checker.healthy).length;
  return healthy * 100 > checkers.length * HEALTHY_SHARE_PERCENT;
}

/** A threshold of 0 is always met; one above the number of children never is. */
export function calculatedIsHealthy(children: readonly boolean[], healthThreshold: number): boolean {
  return children.filter(Boolean).length >= healthThreshold;
}
