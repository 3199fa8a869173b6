/**
 * When a health check counts as healthy, worked out from what its checkers report. Pure.
 *
 * GetHealthCheckStatus gives each checker's latest *probe*. A checker turns only after `failureThreshold` probes in a row
 * said the opposite, and the check with them when 18 % or fewer checkers hold the endpoint healthy. So whoever reads the
 * probes one by one, told apart by their time, arrives where Route 53 does, instead of at the first failed probe.
 * Source: Developer Guide, "How Route 53 determines whether a health check is healthy".
 */

import { endpointIsHealthy } from "../route53/health-rule.ts";

/** One checker's line of GetHealthCheckStatus. */
export interface CheckerReport {
  readonly region: string;
  readonly checkerAddress: string;
  /** Route 53's text, e.g. `Success: HTTP Status Code 200, OK`. */
  readonly status: string;
  /** When it probed, epoch ms; undefined before the first probe. */
  readonly checkedAt: number | undefined;
}

interface CheckerVerdict {
  readonly healthy: boolean;
  /** Probes in a row that said the opposite. */
  readonly against: number;
  readonly checkedAt: number;
}

/** What is held of each checker, by region and address. */
export type CheckerVerdicts = ReadonlyMap<string, CheckerVerdict>;

export interface HealthVerdict {
  readonly healthy: boolean;
  readonly healthyCheckers: number;
  readonly checkers: number;
  /** Checkers whose latest probe failed, whatever they hold yet. */
  readonly failingProbes: number;
}

function reportsSuccess(status: string): boolean {
  return status.startsWith("Success");
}

function afterReport(before: CheckerVerdict | undefined, report: CheckerReport, threshold: number): CheckerVerdict {
  const checkedAt = report.checkedAt ?? 0;
  const passed = reportsSuccess(report.status);
  // What a checker found before anyone looked counts as its verdict.
  if (before === undefined) return { healthy: passed, against: 0, checkedAt };
  if (checkedAt <= before.checkedAt) return before;
  if (passed === before.healthy) return { healthy: passed, against: 0, checkedAt };
  const against = before.against + 1;
  return against >= threshold
    ? { healthy: passed, against: 0, checkedAt }
    : { healthy: before.healthy, against, checkedAt };
}

/** Takes in one answer of GetHealthCheckStatus. A checker that is no longer reported no longer counts. */
export function afterReports(
  verdicts: CheckerVerdicts,
  reports: readonly CheckerReport[],
  failureThreshold: number,
): CheckerVerdicts {
  return new Map(
    reports.map((report) => {
      const key = `${report.region} ${report.checkerAddress}`;
      return [key, afterReport(verdicts.get(key), report, failureThreshold)];
    }),
  );
}

/** Undefined while no checker has reported: nothing is known then. */
export function healthVerdict(verdicts: CheckerVerdicts, reports: readonly CheckerReport[]): HealthVerdict | undefined {
  const checkers = verdicts.size;
  if (checkers === 0) return undefined;
  const healthyCheckers = [...verdicts.values()].filter((verdict) => verdict.healthy).length;
  return {
    healthy: endpointIsHealthy([...verdicts.values()]),
    healthyCheckers,
    checkers,
    failingProbes: reports.filter((report) => !reportsSuccess(report.status)).length,
  };
}
