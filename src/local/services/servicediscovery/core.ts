/** What all Cloud Map handlers share: the state, the neighbours, and the way from an id or ARN to what it names. */

import type * as sdk from "@aws-sdk/client-servicediscovery";
import type { Clock } from "../../../clock.ts";
import type { HealthMonitor } from "../../health/monitor.ts";
import type { Handlers, OperationName } from "../../protocol/service.ts";
import type { Store } from "../../store/store.ts";
import type { LinkedRoute53, LinkedService } from "../route53/linked-service.ts";
import type { CustomHealth } from "./custom-health.ts";
import type { Admit } from "./discovery-throttle.ts";
import { instanceNotFound, namespaceNotFound, serviceNotFound } from "./errors.ts";
import { type ArnKind, arnOf, type Place, resourceOfArn } from "./ids.ts";
import type { Operations } from "./operations.ts";
import type { CloudMapState, InstanceState, NamespaceState, ServiceState } from "./state.ts";

export type CloudMapHandlers<Names extends OperationName<typeof sdk>> = Handlers<typeof sdk, Names>;

export interface CloudMapCore {
  readonly store: Pick<Store, "write">;
  readonly state: CloudMapState;
  readonly clock: Clock;
  /** Twelve digits. */
  readonly account: string;
  readonly route53: LinkedRoute53;
  readonly health: Pick<HealthMonitor, "isHealthy" | "observations">;
  readonly ec2: Ec2Instances;
  readonly operations: Operations;
  readonly customHealth: CustomHealth;
  readonly admit: Admit;
}

export interface Ec2Instances {
  /** The primary private IPv4 address; undefined for an instance that is not there. */
  privateAddressOf(instanceId: string, region: string): string | undefined;
}

const SERVICE_PRINCIPAL = "servicediscovery.amazonaws.com";

/** As Route 53 shows the owner of what is made for a resource of Cloud Map's. */
export function linkOf(core: CloudMapCore, kind: ArnKind, resource: { id: string; region: string }): LinkedService {
  return {
    servicePrincipal: SERVICE_PRINCIPAL,
    description: arnOf(kind, resource.id, { region: resource.region, account: core.account }),
  };
}

/** The id behind an id or an ARN; an ARN of another kind or place is nobody's id. */
function idOf(kind: ArnKind, idOrArn: string, place: Place): string {
  if (!idOrArn.startsWith("arn:")) return idOrArn;
  const resource = resourceOfArn(idOrArn, place);
  return resource?.kind === kind ? resource.id : idOrArn;
}

/** Throws NamespaceNotFound. */
export function namespaceOf(core: CloudMapCore, idOrArn: string, region: string): NamespaceState {
  const id = idOf("namespace", idOrArn, { region, account: core.account });
  const namespace = core.state.namespaces.get([region, id]);
  if (namespace === undefined) throw namespaceNotFound(id);
  return namespace;
}

/** Throws ServiceNotFound. */
export function serviceOf(core: CloudMapCore, idOrArn: string, region: string): ServiceState {
  const id = idOf("service", idOrArn, { region, account: core.account });
  const service = core.state.services.get([region, id]);
  if (service === undefined) throw serviceNotFound(id);
  return service;
}

/** Throws InstanceNotFound. */
export function instanceOf(core: CloudMapCore, service: ServiceState, instanceId: string): InstanceState {
  const instance = core.state.instances.get([service.id, instanceId]);
  if (instance === undefined) throw instanceNotFound(instanceId);
  return instance;
}

/** The namespace that a service is in; a namespace with services cannot be deleted, so it is there. */
export function namespaceOfService(core: CloudMapCore, service: ServiceState): NamespaceState {
  return namespaceOf(core, service.namespaceId, service.region);
}
