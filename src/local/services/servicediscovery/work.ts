/** What operations do when their turn comes: each kind of work on the state and on Route 53, inside the caller's transaction. */

import type { HealthCheckConfig, VPCRegion } from "@aws-sdk/client-route-53";
import type { Given } from "../../protocol/service.ts";
import { type CloudMapCore, linkOf, namespaceOf, namespaceOfService, serviceOf } from "./core.ts";
import { arnOf } from "./ids.ts";
import { changesBetween, dnsNameOf, recordSetsOf } from "./instance-records.ts";
import {
  below,
  type InstanceState,
  type NamespaceState,
  type OperationState,
  type ServiceState,
  valuesOf,
  type Work,
} from "./state.ts";

type WorkOf<Kind extends Work["kind"]> = Extract<Work, { kind: Kind }>;

/** The hosted zone whose new contents the name servers must get before the operation is done; undefined when there is none. */
export type ChangedZone = string | undefined;

/** Between two probes of one of Route 53's checkers (API Reference, HealthCheckConfig: "every 30 seconds"). */
const REQUEST_INTERVAL_SECONDS = 30;

function createNamespace(core: CloudMapCore, operation: OperationState, work: WorkOf<"create-namespace">): ChangedZone {
  const { state, route53 } = core;
  const { dns } = work;
  let namespace: NamespaceState = work.namespace;
  const { region, id, name } = namespace;
  const arn = arnOf("namespace", id, { region, account: core.account });
  if (dns !== undefined) {
    const { vpcId, soaTtlSeconds } = dns;
    const hostedZoneId = route53.createHostedZone(linkOf(core, "namespace", namespace), {
      name,
      callerReference: operation.id,
      comment: `Created by AWS Cloud Map namespace with ARN ${arn}`,
      // Route 53 says whether it is a Region.
      ...(vpcId === undefined ? {} : { vpc: { VPCId: vpcId, VPCRegion: region as VPCRegion } }),
    });
    if (soaTtlSeconds !== undefined) route53.setSoaTtl(hostedZoneId, soaTtlSeconds);
    namespace = {
      ...namespace,
      dns: {
        hostedZoneId,
        visibility: vpcId === undefined ? "public" : "private",
        ...(soaTtlSeconds === undefined ? {} : { soaTtlSeconds }),
      },
    };
  }
  state.namespaces.put([region, id], namespace);
  state.namespaceNames.put([region, namespace.httpName], id);
  if (Object.keys(work.tags).length > 0) state.tags.put(arn, work.tags);
  return namespace.dns?.hostedZoneId;
}

function updateNamespace(core: CloudMapCore, region: string, work: WorkOf<"update-namespace">): ChangedZone {
  const namespace = namespaceOf(core, work.namespaceId, region);
  const { soaTtlSeconds, description } = work;
  const { dns } = namespace;
  core.state.namespaces.put([region, namespace.id], {
    ...namespace,
    ...(description === undefined ? {} : { description }),
    ...(dns === undefined || soaTtlSeconds === undefined ? {} : { dns: { ...dns, soaTtlSeconds } }),
  });
  if (dns === undefined || soaTtlSeconds === undefined) return undefined;
  core.route53.setSoaTtl(dns.hostedZoneId, soaTtlSeconds);
  return dns.hostedZoneId;
}

function deleteNamespace(core: CloudMapCore, region: string, work: WorkOf<"delete-namespace">): ChangedZone {
  const { id, httpName, dns } = namespaceOf(core, work.namespaceId, region);
  core.state.namespaces.remove([region, id]);
  core.state.namespaceNames.remove([region, httpName]);
  core.state.tags.remove(arnOf("namespace", id, { region, account: core.account }));
  if (dns !== undefined) core.route53.deleteHostedZone(dns.hostedZoneId);
  return dns?.hostedZoneId;
}

/** What Route 53's checkers are to probe; undefined for an instance that gives no address, such as a load balancer's alias. */
function healthCheckOf(
  service: ServiceState,
  namespace: NamespaceState,
  { attributes }: Pick<InstanceState, "attributes">,
): Given<HealthCheckConfig> | undefined {
  const { health } = service;
  const address = attributes.AWS_INSTANCE_IPV4 ?? attributes.AWS_INSTANCE_IPV6;
  if (health.kind !== "route53" || address === undefined) return undefined;
  const port = attributes.AWS_INSTANCE_PORT;
  const named = service.dns !== undefined && health.type !== "TCP";
  return {
    Type: health.type,
    IPAddress: address,
    ...(port === undefined ? {} : { Port: Number(port) }),
    ...(health.resourcePath === undefined ? {} : { ResourcePath: health.resourcePath }),
    ...(named ? { FullyQualifiedDomainName: dnsNameOf(service, namespace.name) } : {}),
    RequestInterval: REQUEST_INTERVAL_SECONDS,
    FailureThreshold: health.failureThreshold,
  };
}

/** An instance as it was and as it is to be; one of them is undefined when it comes or goes. */
interface Turn {
  readonly before: InstanceState | undefined;
  readonly after: InstanceState | undefined;
}

/** Brings the record sets of instances from what `before` wants to what `after` wants. */
function moveRecordSets(
  core: CloudMapCore,
  namespace: NamespaceState,
  services: { readonly before: ServiceState; readonly after: ServiceState },
  turns: readonly Turn[],
): ChangedZone {
  const changes = changesBetween(
    turns.flatMap(({ before }) => recordSetsOf(services.before, namespace.name, before)),
    turns.flatMap(({ after }) => recordSetsOf(services.after, namespace.name, after)),
  );
  if (namespace.dns === undefined || changes.length === 0) return undefined;
  core.route53.changeRecordSets(namespace.dns.hostedZoneId, changes);
  return namespace.dns.hostedZoneId;
}

/** The instance with a custom status, and its record sets accordingly. */
export function setCustomStatus(
  core: CloudMapCore,
  service: ServiceState,
  before: InstanceState,
  customStatus: InstanceState["customStatus"] & string,
): void {
  const after: InstanceState = { ...before, customStatus };
  core.state.instances.put([service.id, before.id], after);
  moveRecordSets(core, namespaceOfService(core, service), { before: service, after: service }, [{ before, after }]);
}

function countChange(core: CloudMapCore, service: ServiceState): void {
  core.state.revisions.put(service.id, (core.state.revisions.get(service.id) ?? 0) + 1);
}

function registerInstance(
  core: CloudMapCore,
  operation: OperationState,
  work: WorkOf<"register-instance">,
): ChangedZone {
  const { state, route53 } = core;
  const service = serviceOf(core, work.serviceId, operation.region);
  const namespace = namespaceOfService(core, service);
  const before = state.instances.get([service.id, work.instanceId]);
  const told = work.attributes.AWS_INIT_HEALTH_STATUS === "UNHEALTHY" ? "UNHEALTHY" : "HEALTHY";
  const keeps = work.attributes.AWS_INIT_HEALTH_STATUS === undefined;
  // A check is not changed but replaced (API Reference, RegisterInstance, InstanceId).
  const config = healthCheckOf(service, namespace, work);
  const healthCheckId = config && route53.createHealthCheck(linkOf(core, "service", service), operation.id, config);
  const after: InstanceState = {
    id: work.instanceId,
    attributes: work.attributes,
    ...(work.creatorRequestId === undefined ? {} : { creatorRequestId: work.creatorRequestId }),
    ...(healthCheckId === undefined ? {} : { healthCheckId }),
    ...(service.health.kind === "custom" ? { customStatus: (keeps ? before?.customStatus : undefined) ?? told } : {}),
  };
  state.instances.put([service.id, after.id], after);
  if (!keeps) core.customHealth.forget(service, after.id);
  countChange(core, service);
  const zoneId = moveRecordSets(core, namespace, { before: service, after: service }, [{ before, after }]);
  if (before?.healthCheckId !== undefined) route53.deleteHealthCheck(before.healthCheckId);
  return zoneId;
}

function deregisterInstance(core: CloudMapCore, region: string, work: WorkOf<"deregister-instance">): ChangedZone {
  const { state, route53 } = core;
  const service = serviceOf(core, work.serviceId, region);
  const before = state.instances.get([service.id, work.instanceId]);
  state.instances.remove([service.id, work.instanceId]);
  core.customHealth.forget(service, work.instanceId);
  countChange(core, service);
  const zoneId = moveRecordSets(core, namespaceOfService(core, service), { before: service, after: service }, [
    { before, after: undefined },
  ]);
  if (before?.healthCheckId !== undefined) route53.deleteHealthCheck(before.healthCheckId);
  return zoneId;
}

function updateService(core: CloudMapCore, operation: OperationState, work: WorkOf<"update-service">): ChangedZone {
  const { state, route53 } = core;
  const before = serviceOf(core, work.serviceId, operation.region);
  const { description: _, dns: __, ...kept } = before;
  const after: ServiceState = { ...kept, ...work.settings };
  const namespace = namespaceOfService(core, before);
  state.services.put([after.region, after.id], after);

  const unused: string[] = [];
  const turns = valuesOf(state.instances, below(after.id)).map((instance, index): Turn => {
    const { healthCheckId, ...bare } = instance;
    const config = healthCheckOf(after, namespace, instance);
    if (config === undefined) {
      if (healthCheckId !== undefined) unused.push(healthCheckId);
      return { before: instance, after: bare };
    }
    if (healthCheckId === undefined) {
      // One operation makes many, and a caller reference serves once.
      const reference = `${operation.id}-${index}`;
      return {
        before: instance,
        after: {
          ...bare,
          healthCheckId: route53.createHealthCheck(linkOf(core, "service", after), reference, config),
        },
      };
    }
    route53.updateHealthCheck({
      HealthCheckId: healthCheckId,
      ...(config.ResourcePath === undefined ? {} : { ResourcePath: config.ResourcePath }),
      FailureThreshold: config.FailureThreshold,
    });
    return { before: instance, after: instance };
  });
  for (const { after: instance } of turns) {
    if (instance !== undefined) state.instances.put([after.id, instance.id], instance);
  }
  const zoneId = moveRecordSets(core, namespace, { before, after }, turns);
  for (const id of unused) route53.deleteHealthCheck(id);
  return zoneId;
}

/** Throws what Route 53 says against it, or what is no longer there; the transaction is then to be undone. */
export function perform(core: CloudMapCore, operation: OperationState): ChangedZone {
  const { work, region } = operation;
  switch (work.kind) {
    case "create-namespace":
      return createNamespace(core, operation, work);
    case "update-namespace":
      return updateNamespace(core, region, work);
    case "delete-namespace":
      return deleteNamespace(core, region, work);
    case "update-service":
      return updateService(core, operation, work);
    case "register-instance":
      return registerInstance(core, operation, work);
    case "deregister-instance":
      return deregisterInstance(core, region, work);
  }
}
