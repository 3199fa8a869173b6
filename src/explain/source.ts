/** What explanations are made from, wherever it was read: zones, health checks and CIDR collections, as plain data. */

import type { DomainName } from "../route53/names.ts";
import type { RecordSet } from "../route53/record-set.ts";
import type { CollectedLocations } from "../routing/cidr-collections.ts";
import type { InstanceWithDocument } from "../routing/compile-zone.ts";

export interface SourceZone {
  /** Of the hosted zone; in a file, the zone's name. */
  readonly id: string;
  readonly name: DomainName;
  readonly isPrivate: boolean;
  readonly recordSets: readonly RecordSet[];
  readonly instances: readonly InstanceWithDocument[];
}

/** What decides a check's health when nobody says that it is down. */
export type CheckBasis =
  /** Seen by checkers; `healthy` is before it is inverted. */
  | { readonly kind: "observed"; readonly healthy: boolean; readonly says: string }
  /** Taken as healthy: a file knows no health, and some of it cannot be read. */
  | { readonly kind: "assumed"; readonly says: string }
  /** Counted from other checks. */
  | { readonly kind: "calculated"; readonly children: readonly string[]; readonly healthThreshold: number };

export interface SourceCheck {
  /** In a file, its key. */
  readonly id: string;
  /** What people call it: its key in the file that made it, else its Name tag. */
  readonly name: string | undefined;
  /** Every other text that names it. */
  readonly aliases: readonly string[];
  readonly inverted: boolean;
  readonly disabled: boolean;
  readonly basis: CheckBasis;
}

export interface Source {
  readonly kind: "live" | "planned";
  /** For people: the backend, or the file. */
  readonly label: string;
  /** The zone that answers comes first; others are there when aliases lead to them. */
  readonly zones: readonly SourceZone[];
  readonly healthChecks: readonly SourceCheck[];
  readonly cidrCollections: readonly CollectedLocations[];
  /** What could not be read, in sentences. */
  readonly notes: readonly string[];
}
