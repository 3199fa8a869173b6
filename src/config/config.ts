/** r53kit.yaml as the rest of the program sees it: checked, names absolute, references by key. */

import type { CidrLocation } from "../route53/cidr-collection.ts";
import type { DomainName } from "../route53/names.ts";
import type { RecordsAnswer, RecordType, RoutingPolicy } from "../route53/record-set.ts";
import type { Ownership } from "./ownership.ts";

/** Where an element stands in the file, e.g. `["records", 0, "values", 1]`; `Places` turns it into line and column. */
export type SourcePath = readonly (string | number)[];

export interface Config {
  /** As given on the command line. */
  readonly file: string;
  /** Names this set-up among others of the account: it goes into tags and caller references. */
  readonly project: string;
  readonly backend: "local" | "aws" | undefined;
  readonly zones: readonly ZoneConfig[];
  readonly healthChecks: readonly HealthCheckDefinition[];
  readonly delegationSets: readonly DelegationSetDefinition[];
  readonly cidrCollections: readonly CidrCollectionDefinition[];
  readonly trafficPolicies: readonly TrafficPolicyDefinition[];
  readonly endpoints: readonly EndpointDefinition[];
  readonly drillTargets: DrillTargets;
  /** Findings of lint that are as they are meant to be. */
  readonly lintIgnores: readonly LintIgnore[];
  readonly cost: CostSettings;
}

export interface ZoneConfig {
  readonly path: SourcePath;
  readonly name: DomainName;
  /** A zone is known by its name and by this: a public and a private zone of one name are two. */
  readonly private: boolean;
  /** Of a private zone, at least one. */
  readonly vpcs: readonly VpcDefinition[];
  /** Key of a delegation set of the file. Undefined: whichever it has. */
  readonly delegationSet: string | undefined;
  /** Pins one of several zones of the same name. */
  readonly id: string | undefined;
  /** Undefined: what is set stays. */
  readonly comment: string | undefined;
  /** Whether a domain registered in the account is made to be delegated to the zone; else the registrar is left alone. */
  readonly managesRegistrar: boolean;
  readonly ownership: Ownership;
  /** Simple records and the answers of every routing group, in the order of the file. */
  readonly recordSets: readonly DeclaredRecordSet[];
  readonly trafficPolicyInstances: readonly TrafficPolicyInstanceDefinition[];
  readonly logging: LoggingDefinition | undefined;
}

export interface VpcDefinition {
  readonly path: SourcePath;
  readonly id: string;
  readonly region: string;
}

export interface DelegationSetDefinition {
  readonly path: SourcePath;
  readonly key: string;
  /** Of one that exists and is not the file's; undefined for one that setup makes. */
  readonly id: string | undefined;
}

export interface CidrCollectionDefinition {
  readonly path: SourcePath;
  readonly key: string;
  /** Its name in the account, unique there. */
  readonly name: string;
  readonly locations: readonly CidrLocation[];
}

/** Which hosted zone an alias target lies in: that of the alias itself, or another one by its id. */
export type AliasZone = { readonly kind: "own" } | { readonly kind: "id"; readonly id: string };

export interface DeclaredAlias {
  readonly kind: "alias";
  readonly target: DomainName;
  readonly zone: AliasZone;
  readonly evaluateTargetHealth: boolean;
}

/** One record set as the file asks for it. The same as a RecordSet but for references, which are by key. */
export interface DeclaredRecordSet {
  readonly path: SourcePath;
  readonly name: DomainName;
  readonly type: RecordType;
  readonly answer: RecordsAnswer | DeclaredAlias;
  /** The `collectionId` of a cidr policy is an id, or the key of a collection of the file. */
  readonly policy: RoutingPolicy;
  readonly setIdentifier?: string;
  /** Key of a health check of the file. */
  readonly healthCheck?: string;
}

export type EndpointCheckType = "HTTP" | "HTTPS" | "HTTP_STR_MATCH" | "HTTPS_STR_MATCH" | "TCP";

export type HealthCheckSettings =
  | {
      readonly kind: "endpoint";
      readonly type: EndpointCheckType;
      readonly address?: string;
      readonly host?: string;
      readonly port: number;
      readonly path?: string;
      readonly searchString?: string;
      readonly intervalSeconds: 10 | 30;
      readonly failureThreshold: number;
      readonly regions?: readonly string[];
      readonly inverted: boolean;
      readonly disabled: boolean;
      readonly measureLatency: boolean;
      readonly enableSni: boolean;
    }
  | {
      readonly kind: "calculated";
      /** Keys of other checks of the file. */
      readonly children: readonly string[];
      readonly healthThreshold: number;
      readonly inverted: boolean;
      readonly disabled: boolean;
    }
  | {
      readonly kind: "alarm";
      readonly alarm: string;
      readonly region: string;
      readonly insufficientData: "Healthy" | "Unhealthy" | "LastKnownStatus";
      readonly inverted: boolean;
      readonly disabled: boolean;
    }
  | {
      readonly kind: "recovery-control";
      readonly routingControlArn: string;
      readonly inverted: boolean;
      readonly disabled: boolean;
    }
  /** Somebody else keeps it: it is used as it is, and neither made, changed nor removed. */
  | { readonly kind: "existing" };

export interface HealthCheckDefinition {
  readonly path: SourcePath;
  readonly key: string;
  /** The check that is taken over where it is there, whoever made it; always given for one that is `existing`. */
  readonly id?: string;
  readonly settings: HealthCheckSettings;
}

/** A value of a JSON document. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export interface TrafficPolicyDefinition {
  readonly path: SourcePath;
  readonly key: string;
  /** Its name in the account, unique there. */
  readonly name: string;
  readonly comment: string | undefined;
  readonly recordType: RecordType;
  /** The document. A `HealthCheck` in it is an id, or the key of a check of the file. */
  readonly document: JsonValue;
}

export interface TrafficPolicyInstanceDefinition {
  readonly path: SourcePath;
  readonly name: DomainName;
  /** Key of a traffic policy of the file. */
  readonly policy: string;
  readonly type: RecordType;
  readonly ttlSeconds: number;
}

export interface LoggingDefinition {
  readonly path: SourcePath;
  readonly logGroup: string;
  /** Undefined: what is set stays. */
  readonly retentionDays: number | undefined;
}

/** Something a drill may stop; a `process` is a local HTTP server kept by the backend. */
export interface EndpointDefinition {
  readonly path: SourcePath;
  readonly key: string;
  readonly type: "process";
  readonly address: string;
  readonly port: number;
  /** Key of the health check that watches it. */
  readonly healthCheck: string | undefined;
}

/** What a drill is measured against. */
export interface DrillTargets {
  readonly detectionSeconds?: number;
  readonly failoverSeconds?: number;
  readonly downtimeSeconds?: number;
  readonly failbackSeconds?: number;
}

export interface LintIgnore {
  readonly path: SourcePath;
  readonly code: string;
  /** What it is about, as the finding says it; the zone's name may be left out. */
  readonly at: string;
  readonly reason: string;
}

/** What a bill is made with. */
export interface CostSettings {
  /** Of all names of the file together; undefined when the file does not say. */
  readonly queriesPerMonth: number | undefined;
  /** By name and type, e.g. `orders.example.com. A`. */
  readonly queriesByName: ReadonlyMap<string, number>;
  /** Keys of health checks whose endpoints are in AWS. */
  readonly awsEndpoints: ReadonlySet<string>;
}
