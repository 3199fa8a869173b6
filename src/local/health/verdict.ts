/**
 * When a checker holds an endpoint healthy: the rule alone, without clocks or sockets.
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
