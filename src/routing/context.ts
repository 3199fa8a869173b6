/** Everything a decision depends on besides the tree itself; passed in, so that the same inputs give the same answer. */

import type { Client, ClientLocation } from "./client.ts";
import type { AliasLeaf, RoutingNode } from "./tree.ts";

/** How far away, in milliseconds there and back, a Region is from a client. `undefined` is a client nobody can place. */
export type LatencyModel = (location: ClientLocation | undefined, region: string) => number;

export interface RoutingContext {
  readonly client: Client;
  /** Health checks as they stand: inverted, disabled and calculated are already applied. */
  isHealthy(healthCheckId: string): boolean;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
  readonly latencyMs: LatencyModel;
  /** The tree of the name an alias points to, or undefined when no zone here has it (an AWS resource, or nothing). */
  aliasTarget(alias: AliasLeaf): RoutingNode | undefined;
  /** The location of a CIDR collection that the client belongs to, by the longest block that holds it. */
  cidrLocation(collectionId: string, client: Client): string | undefined;
}
