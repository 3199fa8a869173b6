/** What the local Route 53 keeps, and under which keys. Record sets are kept one by one, in the order they are listed. */

import type { HealthCheckConfig, VPC } from "@aws-sdk/client-route-53";
import type { CidrLocation } from "../../../route53/cidr-collection.ts";
import { type DomainName, listOrderKey } from "../../../route53/names.ts";
import type { RecordSet, RecordType } from "../../../route53/record-set.ts";
import type { Key, Range, Store, Table } from "../../store/store.ts";

/** The AWS service that made a resource for itself, and alone may change it. */
export interface LinkedServiceState {
  /** e.g. `servicediscovery.amazonaws.com` */
  readonly servicePrincipal: string;
  /** The ARN of what it made it for. */
  readonly description: string;
}

export interface HostedZoneState {
  /** Without `/hostedzone/`. */
  readonly id: string;
  readonly name: DomainName;
  readonly callerReference: string;
  readonly comment?: string;
  readonly private: boolean;
  /** Names of the delegation set's servers; for a private zone the ones that all private zones show. */
  readonly nameServers: readonly DomainName[];
  /** The reusable delegation set that the name servers are of. */
  readonly delegationSetId?: string;
  readonly vpcs: readonly VPC[];
  /** The NS and SOA of the apex included. */
  readonly recordSetCount: number;
  readonly linkedService?: LinkedServiceState;
  /** Undefined as long as nobody has asked for it or ended it. */
  readonly acceleratedRecovery?: boolean;
  /** Whether signing was asked for; undefined as long as nobody has. */
  readonly dnssec?: boolean;
  /** When its zone-signing keys began to follow each other, epoch ms; put off by the time in which they could not be rolled. */
  readonly signingSince?: number;
}

export interface ReusableDelegationSetState {
  readonly id: string;
  readonly callerReference: string;
  readonly nameServers: readonly DomainName[];
}

export interface CidrCollectionState {
  readonly id: string;
  readonly name: string;
  readonly callerReference: string;
  readonly version: number;
  /** In the order in which they came to be. */
  readonly locations: readonly CidrLocation[];
}

export interface KeySigningKeyState {
  readonly zoneId: string;
  readonly name: string;
  readonly kmsArn: string;
  readonly status: "ACTIVE" | "INACTIVE" | "ACTION_NEEDED";
  /** When its KMS key got out of reach, epoch ms; with ACTION_NEEDED alone. */
  readonly lostAt?: number;
  /** Epoch ms, like the next. */
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** Record sets of a name and type that nobody may change. */
export interface ProtectionState {
  readonly name: DomainName;
  readonly type: RecordType;
  readonly comment?: string;
}

export interface ChangeState {
  readonly id: string;
  /** Epoch ms. */
  readonly submittedAt: number;
  readonly comment?: string;
}

export interface HealthCheckState {
  readonly id: string;
  readonly callerReference: string;
  readonly config: HealthCheckConfig;
  readonly version: number;
  readonly linkedService?: LinkedServiceState;
}

export interface TrafficPolicyState {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly type: RecordType;
  readonly document: string;
  readonly comment?: string;
}

export interface TrafficPolicyInstanceState {
  readonly id: string;
  readonly hostedZoneId: string;
  readonly name: DomainName;
  readonly ttlSeconds: number;
  readonly policyId: string;
  readonly policyVersion: number;
  readonly type: RecordType;
}

export interface QueryLoggingState {
  readonly id: string;
  readonly hostedZoneId: string;
  readonly logGroupArn: string;
}

export interface Route53State {
  readonly zones: Table<HostedZoneState>;
  /** `[listOrderKey(name), zone id]` to the zone's id: the order of ListHostedZonesByName. */
  readonly zoneNames: Table<string>;
  /** Caller reference to zone id, of deleted zones too. */
  readonly zoneReferences: Table<string>;
  /** See {@link recordSetStoreKey}. */
  readonly recordSets: Table<RecordSet>;
  readonly changes: Table<ChangeState>;
  readonly healthChecks: Table<HealthCheckState>;
  /** Caller reference to health check id; outlives the check, whose reference cannot be used again. */
  readonly healthCheckReferences: Table<string>;
  /** `[policy id, version]` */
  readonly trafficPolicies: Table<TrafficPolicyState>;
  /** Policy name to id. */
  readonly trafficPolicyNames: Table<string>;
  /** Policy id to the highest version there ever was, so that no version number is used twice. */
  readonly trafficPolicyVersions: Table<number>;
  readonly trafficPolicyInstances: Table<TrafficPolicyInstanceState>;
  /** `[zone id, listOrderKey(name), type]` to instance id: the order in which instances are listed. */
  readonly trafficPolicyInstanceNames: Table<string>;
  readonly queryLogging: Table<QueryLoggingState>;
  /** `[kind, id]` to tags by key. */
  readonly tags: Table<Readonly<Record<string, string>>>;
  readonly reusableDelegationSets: Table<ReusableDelegationSetState>;
  /** Caller reference to delegation set id, of deleted sets too. */
  readonly delegationSetReferences: Table<string>;
  /** `[zone id, VPC id, VPC region]` */
  readonly vpcAuthorizations: Table<VPC>;
  readonly cidrCollections: Table<CidrCollectionState>;
  /** Collection name to id. */
  readonly cidrCollectionNames: Table<string>;
  /** `[collection id, location name, ...record set key]`: which record sets use a location. */
  readonly cidrUses: Table<true>;
  /** `[zone id, key name]` */
  readonly keySigningKeys: Table<KeySigningKeyState>;
  /** KMS key ARN to the private key (PKCS #8, base64) that stands for it. Outlives the key-signing keys made from it. */
  readonly kmsKeys: Table<string>;
  /** KMS key ARN to the moment, epoch ms, since which Route 53 cannot use the key. */
  readonly kmsKeysOutOfReach: Table<number>;
  /** Zone id to the first of the private keys (PKCS #8, base64) that sign its record sets in turn. Outlives signing: resolvers keep its public key for a while. */
  readonly zoneSigningKeys: Table<string>;
  /** `[zone id, listOrderKey(name), type]` */
  readonly protections: Table<ProtectionState>;
  /** `delegation-sets` to the number of delegation sets handed out so far. */
  readonly counters: Table<number>;
}

export function route53State(store: Store): Route53State {
  return {
    zones: store.table("route53.zones"),
    zoneNames: store.table("route53.zone-names"),
    zoneReferences: store.table("route53.zone-references"),
    recordSets: store.table("route53.record-sets"),
    changes: store.table("route53.changes"),
    healthChecks: store.table("route53.health-checks"),
    healthCheckReferences: store.table("route53.health-check-references"),
    trafficPolicies: store.table("route53.traffic-policies"),
    trafficPolicyNames: store.table("route53.traffic-policy-names"),
    trafficPolicyVersions: store.table("route53.traffic-policy-versions"),
    trafficPolicyInstances: store.table("route53.traffic-policy-instances"),
    trafficPolicyInstanceNames: store.table("route53.traffic-policy-instance-names"),
    queryLogging: store.table("route53.query-logging"),
    tags: store.table("route53.tags"),
    reusableDelegationSets: store.table("route53.reusable-delegation-sets"),
    delegationSetReferences: store.table("route53.delegation-set-references"),
    vpcAuthorizations: store.table("route53.vpc-authorizations"),
    cidrCollections: store.table("route53.cidr-collections"),
    cidrCollectionNames: store.table("route53.cidr-collection-names"),
    cidrUses: store.table("route53.cidr-uses"),
    keySigningKeys: store.table("route53.key-signing-keys"),
    kmsKeys: store.table("route53.kms-keys"),
    kmsKeysOutOfReach: store.table("route53.kms-keys-out-of-reach"),
    zoneSigningKeys: store.table("route53.zone-signing-keys"),
    protections: store.table("route53.protections"),
    counters: store.table("route53.counters"),
  };
}

/** Sorts after every name, type and identifier. */
export const LAST = "\uffff";

export function recordSetStoreKey(zoneId: string, set: Pick<RecordSet, "name" | "type" | "setIdentifier">): Key {
  return [zoneId, listOrderKey(set.name), set.type, set.setIdentifier ?? ""];
}

/** Everything below a key. */
export function below(...prefix: readonly [string, ...string[]]): Range {
  return { start: prefix, end: [...prefix, LAST] };
}

/** From a place in the middle on, to the end of what is below `prefix`. */
export function belowFrom(prefix: string, ...rest: readonly string[]): Range {
  return { start: [prefix, ...rest], end: [prefix, LAST] };
}

export function valuesOf<Value>(table: Table<Value>, range?: Range): Value[] {
  const values: Value[] = [];
  for (const { value } of table.entries(range)) values.push(value);
  return values;
}
