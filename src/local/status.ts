/** What the local backend says of itself; the same for `local status`, its JSON and the control endpoint. */

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LocalEndpoint } from "../backend/backend.ts";
import type { ServiceSettings } from "./daemon-run-file.ts";
import type { CheckSummary } from "./health/health-monitor.ts";
import type { VpcResolver } from "./nameserver/vpc-resolvers.ts";
import type { InstanceSummary } from "./services/ec2/instance-control.ts";
import type { ZoneSummary } from "./services/route53/service.ts";

export interface LocalStatus {
  readonly pid: number;
  /** Undefined when it keeps everything in memory and has no directory. */
  readonly home?: string;
  readonly inMemory: boolean;
  /** What its state takes on the disk; undefined when it is in memory. */
  readonly diskBytes?: number;
  readonly settings: ServiceSettings;
  readonly apiPort: number;
  readonly dnsPort: number;
  readonly speed: number;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly uptimeMs: number;
  readonly zones: readonly ZoneSummary[];
  readonly vpcs: readonly VpcResolver[];
  readonly healthChecks: readonly CheckSummary[];
  readonly endpoints: readonly LocalEndpoint[];
  readonly instances: readonly InstanceSummary[];
}

/** The files of a state directory, together; a file that goes while one looks counts as none. */
export function diskBytesOf(directory: string): number {
  return readdirSync(directory).reduce((sum, name) => {
    const file = statSync(join(directory, name), { throwIfNoEntry: false });
    return sum + (file?.isFile() ? file.size : 0);
  }, 0);
}
