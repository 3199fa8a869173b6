/** The one tree that record sets and traffic policy documents compile into: policies with branches, and records or aliases at the ends. */

import type { DomainName } from "../route53/names.ts";
import type { GeoLocationPlace, GeoProximityPlace, RecordType } from "../route53/record-set.ts";

/** An answer. Leaves are told apart by identity, so that a name server can keep its wire form beside them. */
export interface RecordsLeaf {
  readonly kind: "records";
  readonly ttlSeconds: number;
  /** Presentation form. */
  readonly values: readonly string[];
}

/** The answer is whatever another name has; found when it is needed, since the other zone may have changed. */
export interface AliasLeaf {
  readonly kind: "alias";
  readonly target: DomainName;
  readonly type: RecordType;
  /** The target's hosted zone; undefined for an endpoint of a traffic policy, whose zone follows from its name. */
  readonly hostedZoneId: string | undefined;
}

/** One way out of a policy: a record set of the group, or an element of a rule. */
export interface Branch {
  /** The set identifier, or the element's place in its rule, e.g. `Items[0]`. */
  readonly label: string;
  readonly healthCheckId: string | undefined;
  /** Unhealthy when nothing healthy is behind it. */
  readonly evaluateTargetHealth: boolean;
  readonly next: RoutingNode;
}

/** What a policy belongs to, for explanations. */
export type Origin =
  | { readonly kind: "record-sets"; readonly name: DomainName; readonly type: RecordType }
  | { readonly kind: "rule"; readonly id: string };

interface Policy<Kind extends string, Criterion extends object> {
  readonly kind: Kind;
  readonly origin: Origin;
  readonly branches: readonly (Branch & Criterion)[];
}

export type SimpleNode = Policy<"simple", object>;
export type WeightedNode = Policy<"weighted", { readonly weight: number }>;
export type FailoverNode = Policy<"failover", { readonly role: "PRIMARY" | "SECONDARY" }>;
export type MultivalueNode = Policy<"multivalue", object>;
export type LatencyNode = Policy<"latency", { readonly region: string }>;
export type GeolocationNode = Policy<"geolocation", { readonly place: GeoLocationPlace }>;
export type GeoproximityNode = Policy<"geoproximity", { readonly place: GeoProximityPlace }>;
export type CidrNode = Policy<"cidr", { readonly collectionId: string; readonly locationName: string }>;

export type PolicyNode =
  | SimpleNode
  | WeightedNode
  | FailoverNode
  | MultivalueNode
  | LatencyNode
  | GeolocationNode
  | GeoproximityNode
  | CidrNode;

export type RoutingNode = RecordsLeaf | AliasLeaf | PolicyNode;
