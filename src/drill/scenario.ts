/** What a failover drill is about: one failover record set pair, the health check that guards it and the endpoint to stop. */

import type { ProbeType } from "../route53/failover-bounds.ts";
import type { DomainName } from "../route53/names.ts";

export const PROBE_TYPES: readonly ProbeType[] = ["HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP"];

export interface FailoverAnswer {
  readonly setIdentifier: string;
  /** Addresses, canonical. */
  readonly values: readonly string[];
}

export interface WatchedHealthCheck {
  /** Its id at Route 53. */
  readonly id: string;
  /** Its name in the file. */
  readonly key: string;
  readonly type: ProbeType;
  readonly intervalSeconds: number;
  readonly failureThreshold: number;
}

/** Everything needed to find the stopped thing again, so that a later run can restore it; one member a kind of target. */
export interface ProcessTargetDescription {
  readonly type: "process";
  /** Its name in the file. */
  readonly key: string;
  readonly address: string;
  readonly port: number;
}

export type TargetDescription = ProcessTargetDescription;

/** How the drill's own client asks for the service; taken from the health check, so that both test the same thing. */
export interface ClientRequest {
  readonly protocol: "http" | "https" | "tcp";
  readonly port: number;
  /** Unused for `tcp`. */
  readonly path: string;
}

export interface DrillScenario {
  readonly zone: DomainName;
  readonly zoneId: string;
  readonly name: DomainName;
  readonly type: "A" | "AAAA";
  readonly ttlSeconds: number;
  readonly primary: FailoverAnswer;
  readonly secondary: FailoverAnswer;
  readonly healthCheck: WatchedHealthCheck;
  /** The secondary's own check, where it has one whose checkers can be asked: while that is unhealthy nothing fails over. */
  readonly secondaryHealthCheckId?: string;
  readonly target: TargetDescription;
  readonly client: ClientRequest;
}

export interface DrillSettings {
  /** How long all observers may take to reach the secondary, and again to come back; clock ms. */
  readonly timeoutMs: number;
  /** How long the endpoint stays stopped after everyone reached the secondary; clock ms. */
  readonly holdMs: number;
  readonly targets: DrillTargets;
}

/** What the drill is measured against, clock ms; an absent one is not judged. */
export interface DrillTargets {
  readonly detectionMs?: number;
  /** Until everyone uses the secondary. */
  readonly failoverMs?: number;
  readonly downtimeMs?: number;
  readonly failbackMs?: number;
}
