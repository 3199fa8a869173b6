/**
 * A plan: what is to change, why, and in which calls, as plain JSON. It can be saved, reviewed, and carried out later;
 * nothing in it is code. Things that do not exist yet are named by references.
 */

import type { HealthCheckConfig, ResourceRecordSet } from "@aws-sdk/client-route-53";
import type { JsonValue } from "../config/config.ts";
import type { ChangeThresholds } from "../config/ownership.ts";
import type { SourcePlace } from "../errors.ts";
import type { CidrLocation } from "../route53/cidr-collection.ts";
import type { DomainName } from "../route53/names.ts";
import type { Assessment } from "./assessment.ts";
import type { Expectation } from "./expectations.ts";
import type { IdOrReference, Reference } from "./references.ts";
import type { Scope, Vpc } from "./scope.ts";
import type { ZoneKey } from "./zone-key.ts";

/** Changes with every incompatible change of the shape. */
export const PLAN_FORMAT = "r53kit.plan/1";

/** In the order they are carried out: each needs only what stands before it. */
export const PHASES = ["zone", "health-checks", "records", "routing", "traffic-flow", "logging"] as const;
export type PhaseName = (typeof PHASES)[number];

export type ChangeAction = "add" | "change" | "remove";

interface ChangeOf<Kind extends string, Before, After> {
  readonly kind: Kind;
  readonly action: ChangeAction;
  /** What changes, as people call it, e.g. `api.myapp.com A blue`. */
  readonly subject: string;
  readonly why: string;
  /** Where the file asks for it. */
  readonly place?: SourcePlace;
  /** As read. */
  readonly before: Before | null;
  /** As wanted. */
  readonly after: After | null;
}

/** A record set in the API's shape, but for ids that are not known yet. */
export type PlannedRecordSet = Omit<ResourceRecordSet, "HealthCheckId" | "AliasTarget" | "CidrRoutingConfig"> & {
  readonly CidrRoutingConfig?:
    | { readonly CollectionId: IdOrReference | undefined; readonly LocationName: string | undefined }
    | undefined;
  readonly HealthCheckId?: IdOrReference | undefined;
  readonly AliasTarget?:
    | {
        readonly HostedZoneId: IdOrReference | undefined;
        readonly DNSName: string | undefined;
        readonly EvaluateTargetHealth: boolean | undefined;
      }
    | undefined;
};

export type PlannedHealthCheckConfig = Omit<HealthCheckConfig, "ChildHealthChecks"> & {
  readonly ChildHealthChecks?: readonly IdOrReference[];
};

export type HostedZoneChange = ChangeOf<
  "hosted-zone",
  { readonly id: string; readonly comment: string },
  {
    readonly comment: string;
    readonly callerReference: string;
    /** Of a private zone that is made: the first one that sees it. */
    readonly vpc?: Vpc;
    /** Of a zone that is made with name servers of a reusable set. */
    readonly delegationSet?: IdOrReference;
  }
> & { readonly zone: ZoneKey };

/** A VPC begins to see a private zone, or no longer does. */
export type VpcAssociationChange = ChangeOf<"vpc-association", Vpc, Vpc> & { readonly zone: ZoneKey };

/** A reusable set of name servers. */
export type DelegationSetChange = ChangeOf<
  "delegation-set",
  { readonly id: string },
  { readonly callerReference: string }
> & { readonly key: string };

/** Makes the registrar delegate the domain to the zone's name servers. */
export type RegistrarChange = ChangeOf<
  "registrar",
  { readonly nameServers: readonly string[] },
  { readonly nameServersOf: Reference }
> & {
  readonly zone: DomainName;
  /** The zone is new, so whether its domain is registered in this account shows only when it is there. */
  readonly onlyIfRegistered: boolean;
};

interface PlannedEndpoint {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

export type EndpointChange = ChangeOf<"endpoint", PlannedEndpoint, PlannedEndpoint>;

export type HealthCheckChange = ChangeOf<
  "health-check",
  {
    readonly id: string;
    readonly version: number;
    readonly callerReference: string;
    readonly config: HealthCheckConfig;
  },
  { readonly callerReference: string; readonly config: PlannedHealthCheckConfig }
> & {
  readonly key: string;
  /** `replace` makes a new one; the old one is its own `delete`, after everything has been repointed. */
  readonly how: "create" | "update" | "replace" | "tag" | "delete";
};

export type RecordSetChange = ChangeOf<"record-set", ResourceRecordSet, PlannedRecordSet> & {
  readonly zone: ZoneKey;
};

export type CidrCollectionChange = ChangeOf<
  "cidr-collection",
  { readonly id: string; readonly version: number; readonly locations: readonly CidrLocation[] },
  { readonly name: string; readonly callerReference: string; readonly locations: readonly CidrLocation[] }
> & {
  /** Its name in the account when it goes. */
  readonly key: string;
  /** `trim` takes away what no record set uses any more; that and `delete` come after the record sets. */
  readonly how: "create" | "change" | "trim" | "delete";
};

export type TrafficPolicyChange = ChangeOf<
  "traffic-policy",
  { readonly id: string; readonly version: number; readonly document: JsonValue },
  { readonly name: string; readonly document: JsonValue; readonly comment: string }
> & { readonly key: string };

export type TrafficPolicyInstanceChange = ChangeOf<
  "traffic-policy-instance",
  { readonly id: string; readonly policyId: string; readonly version: number; readonly ttlSeconds: number },
  { readonly policy: IdOrReference; readonly version: string | Reference; readonly ttlSeconds: number }
> & { readonly zone: ZoneKey; readonly name: DomainName; readonly type: string };

export type LogGroupChange = ChangeOf<
  "log-group",
  { readonly retentionDays: number | null },
  { readonly retentionDays: number | null }
> & { readonly logGroup: string };

export type LogResourcePolicyChange = ChangeOf<
  "log-resource-policy",
  { readonly document: string },
  { readonly document: string }
> & { readonly name: string };

export type QueryLoggingChange = ChangeOf<
  "query-logging",
  { readonly id: string; readonly logGroupArn: string },
  { readonly logGroupArn: string }
> & { readonly zone: ZoneKey };

export type Change =
  | DelegationSetChange
  | HostedZoneChange
  | VpcAssociationChange
  | RegistrarChange
  | EndpointChange
  | HealthCheckChange
  | CidrCollectionChange
  | RecordSetChange
  | TrafficPolicyChange
  | TrafficPolicyInstanceChange
  | LogGroupChange
  | LogResourcePolicyChange
  | QueryLoggingChange;

/** One ChangeResourceRecordSets request. */
export interface Batch {
  readonly zone: ZoneKey;
  readonly calls: readonly BatchCall[];
  /** Sent right before the phase's new traffic policy instances, whose names it frees; without it, after them. */
  readonly makesRoom?: true;
}

/** DELETE echoes `before` of the phase's change at `change`; CREATE and UPSERT write its `after`. */
export interface BatchCall {
  readonly action: "CREATE" | "UPSERT" | "DELETE";
  readonly change: number;
}

export interface PlanPhase {
  readonly phase: PhaseName;
  readonly changes: readonly Change[];
  /** Of the phase's record-set changes. */
  readonly batches: readonly Batch[];
  /** What must be seen afterwards. */
  readonly expectations: readonly Expectation[];
}

export interface PlanSummary {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
}

export interface PlannedZone {
  readonly name: DomainName;
  readonly private?: true;
  /** Null when the plan creates it. */
  readonly id: string | null;
  /** Null when only what the file names, or made, is touched. */
  readonly thresholds: ChangeThresholds | null;
}

export interface Plan {
  readonly format: typeof PLAN_FORMAT;
  /** `destroy` takes away what the project made, in the reverse order of the phases. */
  readonly purpose: "apply" | "destroy";
  /** ISO 8601. */
  readonly createdAt: string;
  readonly project: string;
  /** The file it was made from. */
  readonly file: string;
  readonly backend: PlannedBackend;
  /** What was read for it, and is read again before it is carried out. */
  readonly scope: Scope;
  readonly zones: readonly PlannedZone[];
  /** All six, in order; those that were left out have no changes. */
  readonly phases: readonly PlanPhase[];
  readonly summary: PlanSummary;
  /** What the plan did not do and a person should know. */
  readonly notes: readonly string[];
  readonly observed: Observation;
  /** What lint and the price list say of it; not of plans that are made without a set-up file. */
  readonly assessment?: Assessment;
  /** Of a plan that leaves the program: over all the rest of it. It tells edits and cuts, and proves nothing. */
  readonly checksum?: string;
}

export interface PlannedBackend {
  readonly label: string;
  /** Account id. */
  readonly account: string;
  /** Whether it is the real thing. */
  readonly confirmsChanges: boolean;
}

/** The live state that the plan was made from. */
export interface Observation {
  /** A hash over all of `subjects`. */
  readonly fingerprint: string;
  /** A short hash of each thing that the file names, so that a stale plan can say which one changed. */
  readonly subjects: Readonly<Record<string, string>>;
}

export function summaryOf(phases: readonly PlanPhase[]): PlanSummary {
  const count = (action: ChangeAction) =>
    phases.reduce((sum, phase) => sum + phase.changes.filter((one) => one.action === action).length, 0);
  return { add: count("add"), change: count("change"), remove: count("remove") };
}

export function isEmptyPlan(plan: Pick<Plan, "phases">): boolean {
  return plan.phases.every((phase) => phase.changes.length === 0);
}
