/** What the local Cloud Map keeps, and under which keys. Namespaces, services and operations belong to the Region they were made in. */

import type { OperationStatus, OperationTargetType, OperationType } from "@aws-sdk/client-servicediscovery";
import type { Range, Store, Table } from "../../store/store.ts";

export type Tags = Readonly<Record<string, string>>;
export type Attributes = Readonly<Record<string, string>>;

export interface DnsNamespace {
  /** Without `/hostedzone/`. */
  readonly hostedZoneId: string;
  readonly visibility: "public" | "private";
  /** Undefined where nobody has set it. */
  readonly soaTtlSeconds?: number;
}

export interface NamespaceState {
  readonly id: string;
  readonly region: string;
  readonly name: string;
  /** What DiscoverInstances calls it; unique in its Region. */
  readonly httpName: string;
  readonly description?: string;
  readonly creatorRequestId?: string;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Undefined in an HTTP namespace. */
  readonly dns?: DnsNamespace;
}

export type ServiceRecordType = "A" | "AAAA" | "CNAME" | "SRV";

export interface ServiceRecord {
  readonly type: ServiceRecordType;
  readonly ttlSeconds: number;
}

export interface DnsSettings {
  readonly policy: "MULTIVALUE" | "WEIGHTED";
  readonly records: readonly ServiceRecord[];
}

export type HealthSettings =
  | { readonly kind: "none" }
  /** Health checkers of Route 53 probe each instance. */
  | {
      readonly kind: "route53";
      readonly type: "HTTP" | "HTTPS" | "TCP";
      /** Undefined for TCP. */
      readonly resourcePath?: string;
      readonly failureThreshold: number;
    }
  /** Somebody else tells. */
  | { readonly kind: "custom" };

export interface ServiceSettings {
  readonly description?: string;
  /** Undefined when instances are found through the API alone. */
  readonly dns?: DnsSettings;
  readonly health: HealthSettings;
}

export interface ServiceState extends ServiceSettings {
  readonly id: string;
  readonly region: string;
  readonly namespaceId: string;
  readonly name: string;
  readonly creatorRequestId?: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly attributes: Attributes;
}

export type CustomStatus = "HEALTHY" | "UNHEALTHY";

export interface InstanceState {
  readonly id: string;
  readonly attributes: Attributes;
  readonly creatorRequestId?: string;
  /** Of a service with Route 53 health checks, for an instance that has an address. */
  readonly healthCheckId?: string;
  /** Of a service with custom health. */
  readonly customStatus?: CustomStatus;
}

/** What an operation does when its turn comes. */
export type Work =
  | {
      readonly kind: "create-namespace";
      readonly namespace: Omit<NamespaceState, "dns">;
      readonly dns?: { readonly vpcId?: string; readonly soaTtlSeconds?: number };
      readonly tags: Tags;
    }
  | {
      readonly kind: "update-namespace";
      readonly namespaceId: string;
      readonly description?: string;
      readonly soaTtlSeconds?: number;
    }
  | { readonly kind: "delete-namespace"; readonly namespaceId: string }
  | { readonly kind: "update-service"; readonly serviceId: string; readonly settings: ServiceSettings }
  | {
      readonly kind: "register-instance";
      readonly serviceId: string;
      readonly instanceId: string;
      readonly attributes: Attributes;
      readonly creatorRequestId?: string;
    }
  | { readonly kind: "deregister-instance"; readonly serviceId: string; readonly instanceId: string };

export interface OperationState {
  readonly id: string;
  readonly region: string;
  /** The request that started it, e.g. `CreatePrivateDnsNamespace`. */
  readonly action: string;
  readonly type: OperationType;
  readonly status: OperationStatus;
  readonly targets: { readonly [Kind in OperationTargetType]?: string };
  readonly namespaceId: string;
  readonly serviceId?: string;
  /** What one operation at a time may work on, e.g. `service srv-1`. */
  readonly subject: string;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Epoch ms; of the last change of its status. */
  readonly updatedAt: number;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly work: Work;
}

export interface CloudMapState {
  /** `[region, id]` */
  readonly namespaces: Table<NamespaceState>;
  /** `[region, HTTP name]` to namespace id. */
  readonly namespaceNames: Table<string>;
  /** `[region, id]` */
  readonly services: Table<ServiceState>;
  /** `[namespace id, name]` to service id. */
  readonly serviceNames: Table<string>;
  /** Service id to how often an instance of it was registered or deregistered. */
  readonly revisions: Table<number>;
  /** `[service id, instance id]` */
  readonly instances: Table<InstanceState>;
  /** `[service id, instance id]` to the custom status that is told but not yet believed, with the Region. */
  readonly toldStatuses: Table<{ readonly region: string; readonly status: CustomStatus }>;
  /** `[region, id]` */
  readonly operations: Table<OperationState>;
  /** `[region, scope, CreatorRequestId]` to the operation that a request started. */
  readonly requests: Table<string>;
  /** ARN to tags. */
  readonly tags: Table<Tags>;
}

export function cloudMapState(store: Store): CloudMapState {
  return {
    namespaces: store.table("cloud-map.namespaces"),
    namespaceNames: store.table("cloud-map.namespace-names"),
    services: store.table("cloud-map.services"),
    serviceNames: store.table("cloud-map.service-names"),
    revisions: store.table("cloud-map.revisions"),
    instances: store.table("cloud-map.instances"),
    toldStatuses: store.table("cloud-map.told-statuses"),
    operations: store.table("cloud-map.operations"),
    requests: store.table("cloud-map.requests"),
    tags: store.table("cloud-map.tags"),
  };
}

/** Sorts after every identifier and name. */
const LAST = "\uffff";

/** Everything below a key. */
export function below(prefix: string): Range {
  return { start: [prefix], end: [prefix, LAST] };
}

/** What comes after `last` below a prefix. */
export function belowAfter(prefix: string, last: string): Range {
  return { start: [prefix, `${last}\u0000`], end: [prefix, LAST] };
}

export function valuesOf<Value>(table: Table<Value>, range?: Range): Value[] {
  const values: Value[] = [];
  for (const { value } of table.entries(range)) values.push(value);
  return values;
}
