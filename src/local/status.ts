/** What the local backend says of itself; the same for `local status`, its JSON and the control endpoint. */

import type { LocalEndpoint } from "../backend/backend.ts";
import type { CheckSummary } from "./health/health-monitor.ts";
import type { ZoneSummary } from "./services/route53/service.ts";

export interface LocalStatus {
  readonly pid: number;
  /** Undefined when it keeps everything in memory and has no directory. */
  readonly home?: string;
  readonly inMemory: boolean;
  readonly apiPort: number;
  readonly dnsPort: number;
  readonly speed: number;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly uptimeMs: number;
  readonly zones: readonly ZoneSummary[];
  readonly healthChecks: readonly CheckSummary[];
  readonly endpoints: readonly LocalEndpoint[];
}
