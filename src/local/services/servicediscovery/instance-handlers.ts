/** Instances: registering them with a service, taking them out, and looking at them. */

import { isDeepStrictEqual } from "node:util";
import type { RegisterInstanceRequest } from "@aws-sdk/client-servicediscovery";
import { type CloudMapCore, type CloudMapHandlers, instanceOf, namespaceOfService, serviceOf } from "./core.ts";
import { cloudMapError, duplicateRequest, invalidInput } from "./errors.ts";
import { checkAttributes } from "./instance-attributes.ts";
import { MAX_INSTANCES_PER_NAMESPACE, MAX_INSTANCES_PER_SERVICE } from "./limits.ts";
import { takePage } from "./paging.ts";
import { type Attributes, below, belowAfter, type NamespaceState, type ServiceState, valuesOf } from "./state.ts";

type Names =
  | "RegisterInstance"
  | "DeregisterInstance"
  | "GetInstance"
  | "ListInstances"
  | "UpdateInstanceCustomHealthStatus";

/** What one operation at a time may work on. */
function instanceSubject(service: ServiceState, instanceId: string): string {
  return `instance ${service.id} ${instanceId}`;
}

export function instanceHandlers(core: CloudMapCore): CloudMapHandlers<Names> {
  const { state, operations, account } = core;

  function refuseMore(service: ServiceState, namespace: NamespaceState): void {
    const siblings = valuesOf(state.serviceNames, below(namespace.id));
    const there = (id: string) => state.instances.count(below(id));
    const inNamespace = siblings.reduce((sum, id) => sum + there(id), 0);
    // Most requests are far from any limit.
    if (inNamespace + operations.activeCount < MAX_INSTANCES_PER_SERVICE) return;

    // Registrations that are under way will count too.
    const coming = [...operations.active()].filter(
      ({ work }) =>
        work.kind === "register-instance" && state.instances.get([work.serviceId, work.instanceId]) === undefined,
    );
    const comingTo = (ids: readonly string[]) =>
      coming.filter(({ serviceId }) => serviceId !== undefined && ids.includes(serviceId)).length;
    if (there(service.id) + comingTo([service.id]) >= MAX_INSTANCES_PER_SERVICE) {
      throw cloudMapError(
        "ResourceLimitExceeded",
        `The service ${service.id} has ${MAX_INSTANCES_PER_SERVICE} instances, its limit.`,
      );
    }
    if (inNamespace + comingTo(siblings) >= MAX_INSTANCES_PER_NAMESPACE) {
      throw cloudMapError(
        "ResourceLimitExceeded",
        `The namespace ${namespace.id} has ${MAX_INSTANCES_PER_NAMESPACE} instances, its limit.`,
      );
    }
  }

  /** With the address of the EC2 instance, where one is named. */
  function completed(attributes: Attributes, region: string): Attributes {
    const ec2Id = attributes.AWS_EC2_INSTANCE_ID;
    if (ec2Id === undefined) return attributes;
    const address = core.ec2.privateAddressOf(ec2Id, region);
    if (address === undefined) throw invalidInput(`The EC2 instance ${ec2Id} doesn't exist.`);
    return { ...attributes, AWS_INSTANCE_IPV4: address };
  }

  /** The operation that this very request has started already; one for something else is not repeated but mistaken. */
  function repeated(service: ServiceState, input: RegisterInstanceRequest, attributes: Attributes): string | undefined {
    const { CreatorRequestId: requestId, InstanceId: instanceId } = input;
    const started =
      requestId === undefined ? undefined : operations.startedBy(service.region, `register ${service.id}`, requestId);
    if (started?.work.kind !== "register-instance") return undefined;
    if (started.work.instanceId !== instanceId) {
      throw duplicateRequest(started.action, started.id, started.status === "SUCCESS");
    }
    const instance = state.instances.get([service.id, started.work.instanceId]);
    return instance !== undefined && isDeepStrictEqual(instance.attributes, attributes) ? started.id : undefined;
  }

  return {
    RegisterInstance(input, { region }) {
      const service = serviceOf(core, input.ServiceId, region);
      const namespace = namespaceOfService(core, service);
      checkAttributes(input.Attributes, service, namespace);
      const attributes = completed(input.Attributes, region);
      const { CreatorRequestId: requestId, InstanceId: instanceId } = input;
      const subject = instanceSubject(service, instanceId);
      const running = operations.activeOn(subject);
      if (running !== undefined) throw duplicateRequest(running.action, running.id, false);
      const known = repeated(service, input, attributes);
      if (known !== undefined) return { OperationId: known };
      if (state.instances.get([service.id, instanceId]) === undefined) refuseMore(service, namespace);
      const operationId = operations.submit({
        region,
        action: "RegisterInstance",
        type: "REGISTER_INSTANCE",
        targets: { INSTANCE: instanceId, SERVICE: service.id },
        namespaceId: namespace.id,
        serviceId: service.id,
        subject,
        work: {
          kind: "register-instance",
          serviceId: service.id,
          instanceId,
          attributes,
          ...(requestId === undefined ? {} : { creatorRequestId: requestId }),
        },
        ...(requestId === undefined ? {} : { request: { scope: `register ${service.id}`, id: requestId } }),
      });
      return { OperationId: operationId };
    },

    DeregisterInstance(input, { region }) {
      const service = serviceOf(core, input.ServiceId, region);
      const subject = instanceSubject(service, input.InstanceId);
      const running = operations.activeOn(subject);
      if (running !== undefined) throw duplicateRequest(running.action, running.id, false);
      const { id } = instanceOf(core, service, input.InstanceId);
      const operationId = operations.submit({
        region,
        action: "DeregisterInstance",
        type: "DEREGISTER_INSTANCE",
        targets: { INSTANCE: id, SERVICE: service.id },
        namespaceId: service.namespaceId,
        serviceId: service.id,
        subject,
        work: { kind: "deregister-instance", serviceId: service.id, instanceId: id },
      });
      return { OperationId: operationId };
    },

    GetInstance(input, { region }) {
      const { id, attributes, creatorRequestId } = instanceOf(
        core,
        serviceOf(core, input.ServiceId, region),
        input.InstanceId,
      );
      return {
        ResourceOwner: account,
        Instance: {
          Id: id,
          ...(creatorRequestId === undefined ? {} : { CreatorRequestId: creatorRequestId }),
          Attributes: { ...attributes },
          CreatedByAccount: account,
        },
      };
    },

    ListInstances(input, { region }) {
      const service = serviceOf(core, input.ServiceId, region);
      const page = takePage(
        input,
        (last) => valuesOf(state.instances, last === undefined ? below(service.id) : belowAfter(service.id, last)),
        ({ id }) => id,
      );
      return {
        ResourceOwner: account,
        Instances: page.items.map(({ id, attributes }) => ({
          Id: id,
          Attributes: { ...attributes },
          CreatedByAccount: account,
        })),
        ...page.next,
      };
    },

    UpdateInstanceCustomHealthStatus(input, { region }) {
      const service = serviceOf(core, input.ServiceId, region);
      const instance = instanceOf(core, service, input.InstanceId);
      if (service.health.kind !== "custom") {
        throw cloudMapError(
          "CustomHealthNotFound",
          `The health check of the instance ${instance.id} isn't a custom health check.`,
        );
      }
      core.customHealth.tell(service, instance, input.Status);
      return {};
    },
  };
}
