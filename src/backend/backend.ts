/** What a command needs of a backend. Nothing here says which backend it is: what one can do and the other cannot is an optional capability. */

import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { Route53Client } from "@aws-sdk/client-route-53";
import type { Route53DomainsClient } from "@aws-sdk/client-route-53-domains";
import type { STSClient } from "@aws-sdk/client-sts";
import type { Clock } from "../clock.ts";
import type { DomainName } from "../route53/names.ts";

export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** A root server as a hints file gives it. */
export interface RootHint {
  readonly name: DomainName;
  readonly addresses: readonly string[];
}

/** SDK clients, each loaded and made at first use. Retries and rate limits are set. Global services are in us-east-1. */
export interface AwsClients {
  route53(): Promise<Route53Client>;
  logs(): Promise<CloudWatchLogsClient>;
  domains(): Promise<Route53DomainsClient>;
  sts(): Promise<STSClient>;
}

/** An HTTP server that the local backend keeps as a child process, for drills and demonstrations. */
export interface LocalEndpoint {
  /** `address:port` */
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** `null` while it is stopped. */
  readonly pid: number | null;
  readonly state: "running" | "stopped";
  /** Epoch ms at which a stopped endpoint comes back by itself, or null. */
  readonly leaseUntil: number | null;
}

export interface EndpointSpecification {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** How `process` endpoints are kept; only the local backend has them. */
export interface EndpointControl {
  list(): Promise<LocalEndpoint[]>;
  /** Makes sure it exists and, unless a drill holds it stopped, runs. Idempotent. */
  ensure(endpoint: EndpointSpecification): Promise<LocalEndpoint>;
  remove(id: string): Promise<void>;
  /** Kills the process. It comes back by itself after `leaseMs` real milliseconds unless stopped again (which renews the lease). */
  stop(id: string, leaseMs: number): Promise<LocalEndpoint>;
  start(id: string): Promise<LocalEndpoint>;
}

export interface BackendDns {
  readonly rootHints: readonly RootHint[];
  /** Port of every name server there is: 53, or the local backend's. */
  readonly port: number;
  /** A caching resolver that real clients would ask; undefined where the machine has none. */
  readonly resolver: SocketAddress | undefined;
  /** The address of a VPC's resolver, where it can be reached from here; undefined for a VPC that has none. */
  readonly vpcResolver?: (vpcId: string) => Promise<string | undefined>;
}

export interface Backend {
  /** For people, e.g. `local backend at http://127.0.0.1:5350` or `AWS account 123456789012 (profile prod)`. */
  readonly label: string;
  /** Whether changes go to real AWS and so want a confirmation. */
  readonly confirmsChanges: boolean;
  readonly clients: AwsClients;
  readonly dns: BackendDns;
  /** Runs at the backend's speed; 1 on AWS. */
  readonly clock: Clock;
  /** How long to wait between polls of GetChange, real ms. */
  readonly pollIntervalMs: number;
  readonly endpoints: EndpointControl | undefined;
  close(): void;
}
