/** What is there, as far as a file and its plan are concerned. */

import type { HealthCheckConfig, ResourceRecordSet } from "@aws-sdk/client-route-53";
import type { JsonValue } from "../../config/config.ts";
import type { CidrLocation } from "../../route53/cidr-collection.ts";
import type { DomainName } from "../../route53/names.ts";
import type { RecordSet } from "../../route53/record-set.ts";
import type { Vpc } from "../scope.ts";

export interface LiveState {
  /** Account id. */
  readonly account: string;
  /** One for each zone of the scope, in its order. */
  readonly zones: readonly LiveZoneSlot[];
  /** Those whose caller reference says that this project made them, and those that the file has by their ids. */
  readonly healthChecks: readonly LiveHealthCheck[];
  /** Who uses those of the checks above that may go: the file does not name them, or there are two of one key. */
  readonly healthCheckUses: ReadonlyMap<string, readonly HealthCheckUse[]>;
  /** Those of the names that the file has, and those that the ledger knows. */
  readonly trafficPolicies: readonly LiveTrafficPolicy[];
  /** Those that the project made, and those that the file names. */
  readonly delegationSets?: readonly LiveDelegationSet[];
  /** Those of the names that the file has, and those that the ledger knows. */
  readonly cidrCollections?: readonly LiveCidrCollection[];
  readonly logGroups: ReadonlyMap<string, LiveLogGroup>;
  /** Read only when the file asks for logging. */
  readonly logResourcePolicies: readonly { readonly name: string; readonly document: string }[];
  /** `address:port` of what the backend keeps; undefined where it keeps none. */
  readonly endpoints: ReadonlySet<string> | undefined;
}

/** An account of which these zones are known, and nothing else. */
export function liveZonesAlone(account: string, zones: readonly LiveZoneSlot[]): LiveState {
  return {
    account,
    zones,
    healthChecks: [],
    healthCheckUses: new Map(),
    trafficPolicies: [],
    logGroups: new Map(),
    logResourcePolicies: [],
    endpoints: undefined,
  };
}

export interface LiveZoneSlot {
  readonly name: DomainName;
  readonly private?: true;
  readonly zone: LiveZone | undefined;
  readonly registrar: LiveRegistrar;
}

export interface LiveZone {
  readonly id: string;
  readonly name: DomainName;
  readonly comment: string;
  readonly callerReference: string;
  /** Of a service that made the zone and keeps its records, such as `servicediscovery.amazonaws.com`. */
  readonly linkedService?: string | undefined;
  readonly nameServers: readonly DomainName[];
  /** Of a reusable delegation set, if its name servers are one's. */
  readonly delegationSetId?: string;
  /** Of a private zone. */
  readonly vpcs?: readonly Vpc[];
  readonly recordSets: readonly LiveRecordSet[];
  readonly trafficPolicyInstances: readonly LiveTrafficPolicyInstance[];
  readonly queryLogging: { readonly id: string; readonly logGroupArn: string } | undefined;
}

export interface LiveRecordSet {
  readonly set: RecordSet;
  /** What a DELETE must echo. */
  readonly asRead: ResourceRecordSet;
}

export interface LiveCidrCollection {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly locations: readonly CidrLocation[];
}

export interface LiveDelegationSet {
  /** Its key in the file, or in the file that made it. */
  readonly key: string;
  readonly id: string;
  /** Whether this project made it. */
  readonly own: boolean;
}

export type LiveRegistrar =
  | { readonly kind: "registered"; readonly nameServers: readonly DomainName[] }
  /** The domain is registered elsewhere, not at all, or the account may not see it. */
  | { readonly kind: "elsewhere"; readonly reason: string };

export interface LiveHealthCheck {
  /** Its key in the file. */
  readonly key: string;
  readonly id: string;
  readonly version: number;
  readonly callerReference: string;
  readonly config: HealthCheckConfig;
  /** Whether this project made it; if not, the file has it by its id, and it is never deleted. */
  readonly own: boolean;
  /** Whether it carries all of our tags. A check without them was made by a run that was killed in between. */
  readonly tagged: boolean;
}

export type HealthCheckUse =
  | { readonly kind: "record-set"; readonly zoneId: string; readonly key: string; readonly text: string }
  | { readonly kind: "health-check"; readonly id: string; readonly text: string }
  | { readonly kind: "traffic-policy"; readonly id: string; readonly text: string };

export interface LiveTrafficPolicy {
  readonly id: string;
  readonly name: string;
  readonly recordType: string;
  readonly version: number;
  readonly document: JsonValue;
}

export interface LiveTrafficPolicyInstance {
  readonly id: string;
  readonly name: DomainName;
  readonly policyId: string;
  readonly version: number;
  readonly ttlSeconds: number;
  readonly type: string;
  /** `Applied`, `Creating`, `Failed`... */
  readonly state: string;
}

export interface LiveLogGroup {
  readonly arn: string;
  readonly retentionDays: number | undefined;
}
