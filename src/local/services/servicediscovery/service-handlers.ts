/** Services: what instances register with, and how they are found and checked. */

import { isDeepStrictEqual } from "node:util";
import type { Service, ServiceSummary } from "@aws-sdk/client-servicediscovery";
import { type CloudMapCore, type CloudMapHandlers, namespaceOf, namespaceOfService, serviceOf } from "./core.ts";
import { cloudMapError, invalidInput, namespaceNotFound } from "./errors.ts";
import { type FilterRule, filterBy } from "./filters.ts";
import { arnOf, newServiceId } from "./ids.ts";
import { namespaceSubject, OWNER_FILTER } from "./namespace-handlers.ts";
import { takePage } from "./paging.ts";
import { changedDns, readDnsConfig, readHealth, settingsToApi } from "./service-settings.ts";
import { below, belowAfter, type DnsSettings, type NamespaceState, type ServiceState, valuesOf } from "./state.ts";
import { newTags } from "./tag-handlers.ts";

type Names = "CreateService" | "UpdateService" | "DeleteService" | "GetService" | "ListServices";

/** What one operation at a time may work on. */
function serviceSubject(id: string): string {
  return `service ${id}`;
}

export function serviceHandlers(core: CloudMapCore): CloudMapHandlers<Names> {
  const { state, store, operations, account } = core;

  function summaryOf(service: ServiceState): ServiceSummary {
    return {
      Id: service.id,
      Arn: arnOf("service", service.id, { region: service.region, account }),
      ResourceOwner: account,
      Name: service.name,
      InstanceCount: state.instances.count(below(service.id)),
      ...settingsToApi(service),
      CreateDate: new Date(service.createdAt),
      CreatedByAccount: account,
    };
  }

  function serviceToApi(service: ServiceState): Service {
    const { creatorRequestId } = service;
    return {
      ...summaryOf(service),
      NamespaceId: service.namespaceId,
      ...(creatorRequestId === undefined ? {} : { CreatorRequestId: creatorRequestId }),
    };
  }

  /** Names that DNS is asked for cannot differ by case alone. */
  function namesake(namespace: NamespaceState, name: string, dns: DnsSettings | undefined): ServiceState | undefined {
    for (const id of valuesOf(state.serviceNames, below(namespace.id))) {
      const other = state.services.get([namespace.region, id]);
      if (other === undefined) continue;
      if (other.name === name) return other;
      if (dns !== undefined && other.dns !== undefined && other.name.toLowerCase() === name.toLowerCase()) return other;
    }
    return undefined;
  }

  /** From the request's member, or from the one that it had before. Throws InvalidInput or NamespaceNotFound. */
  function namespaceFor(
    input: {
      readonly NamespaceId?: string | undefined;
      readonly DnsConfig?: { readonly NamespaceId?: string | undefined } | undefined;
    },
    region: string,
  ): NamespaceState {
    const id = input.NamespaceId ?? input.DnsConfig?.NamespaceId;
    if (id === undefined) throw invalidInput("NamespaceId must be specified.");
    const namespace = namespaceOf(core, id, region);
    const deprecated = input.DnsConfig?.NamespaceId;
    if (deprecated !== undefined && namespaceOf(core, deprecated, region).id !== namespace.id) {
      throw invalidInput("NamespaceId and DnsConfig.NamespaceId must be the same namespace.");
    }
    // What is about to go takes nothing new.
    const running = operations.activeOn(namespaceSubject(namespace.id));
    if (running?.type === "DELETE_NAMESPACE") throw namespaceNotFound(namespace.id);
    return namespace;
  }

  return {
    CreateService(input, { region }) {
      const namespace = namespaceFor(input, region);
      const { DnsConfig: dnsConfig, Type: type } = input;
      if (dnsConfig !== undefined && namespace.dns === undefined) {
        throw invalidInput("DnsConfig can't be specified for a service in an HTTP namespace.");
      }
      if (dnsConfig !== undefined && type === "HTTP") {
        throw invalidInput("DnsConfig can't be specified for a service of Type HTTP.");
      }
      if (dnsConfig === undefined && namespace.dns !== undefined && type !== "HTTP") {
        throw invalidInput("A service in a DNS namespace must have DnsConfig or the Type HTTP.");
      }
      const dns = dnsConfig === undefined ? undefined : readDnsConfig(dnsConfig);
      const { CreatorRequestId: requestId, Description: description } = input;
      const settings = {
        name: input.Name,
        ...(description === undefined ? {} : { description }),
        ...(dns === undefined ? {} : { dns }),
        health: readHealth(input.HealthCheckConfig, input.HealthCheckCustomConfig, { dns, namespace }),
      };
      const tags = newTags(input.Tags, input.Name);
      const other = namesake(namespace, input.Name, dns);
      if (other !== undefined) {
        const { name, description: text, dns: records, health } = other;
        const same = {
          name,
          ...(text === undefined ? {} : { description: text }),
          ...(records === undefined ? {} : { dns: records }),
          health,
        };
        // A request that is repeated because its answer was lost.
        if (requestId !== undefined && other.creatorRequestId === requestId && isDeepStrictEqual(same, settings)) {
          return { Service: serviceToApi(other) };
        }
        throw cloudMapError("ServiceAlreadyExists", "Service already exists.", {
          ServiceId: other.id,
          ServiceArn: arnOf("service", other.id, { region, account }),
          ...(other.creatorRequestId === undefined ? {} : { CreatorRequestId: other.creatorRequestId }),
        });
      }
      const service: ServiceState = {
        ...settings,
        id: newServiceId(),
        region,
        namespaceId: namespace.id,
        ...(requestId === undefined ? {} : { creatorRequestId: requestId }),
        createdAt: core.clock.now(),
        attributes: {},
      };
      store.write(() => {
        state.services.put([region, service.id], service);
        state.serviceNames.put([namespace.id, service.name], service.id);
        if (Object.keys(tags).length > 0) state.tags.put(arnOf("service", service.id, { region, account }), tags);
      });
      return { Service: serviceToApi(service) };
    },

    UpdateService(input, { region }) {
      const service = serviceOf(core, input.Id, region);
      const namespace = namespaceOfService(core, service);
      if (namespace.dns === undefined) {
        throw invalidInput("You can't update the settings of a service that is associated with an HTTP namespace.");
      }
      const { Description: description = service.description, DnsConfig: dnsConfig } = input.Service;
      const { HealthCheckConfig: healthConfig } = input.Service;
      const dns = changedDns(service.dns, dnsConfig);
      if (healthConfig !== undefined && service.health.kind === "custom") {
        throw invalidInput("HealthCheckConfig can't be added to a service that has HealthCheckCustomConfig.");
      }
      if (
        service.health.kind === "route53" &&
        healthConfig !== undefined &&
        healthConfig.Type !== service.health.type
      ) {
        throw invalidInput("You can't change the Type of an existing health check.");
      }
      const health =
        service.health.kind === "custom" ? service.health : readHealth(healthConfig, undefined, { dns, namespace });
      const operationId = operations.submit({
        region,
        action: "UpdateService",
        type: "UPDATE_SERVICE",
        targets: { SERVICE: service.id },
        namespaceId: namespace.id,
        serviceId: service.id,
        subject: serviceSubject(service.id),
        work: {
          kind: "update-service",
          serviceId: service.id,
          settings: {
            ...(description === undefined ? {} : { description }),
            ...(dns === undefined ? {} : { dns }),
            health,
          },
        },
      });
      return { OperationId: operationId };
    },

    DeleteService(input, { region }) {
      const service = serviceOf(core, input.Id, region);
      const underWay = [...operations.active()].some(({ serviceId }) => serviceId === service.id);
      if (underWay || state.instances.count(below(service.id)) > 0) {
        throw cloudMapError(
          "ResourceInUse",
          "Service contains registered instances; delete the instances before deleting the service",
        );
      }
      store.write(() => {
        state.services.remove([region, service.id]);
        state.serviceNames.remove([service.namespaceId, service.name]);
        state.revisions.remove(service.id);
        state.tags.remove(arnOf("service", service.id, { region, account }));
      });
      return {};
    },

    GetService(input, { region }) {
      return { Service: serviceToApi(serviceOf(core, input.Id, region)) };
    },

    ListServices(input, { region }) {
      const filters: Readonly<Record<string, FilterRule<ServiceState>>> = {
        NAMESPACE_ID: {
          conditions: ["EQ", "IN"],
          valueOf: ({ namespaceId }) => namespaceId,
          read: (value) => value.replace(/^arn:.*:namespace\//, ""),
        },
        RESOURCE_OWNER: OWNER_FILTER,
      };
      const meets = filterBy(input.Filters, filters);
      const page = takePage(
        input,
        (last) => valuesOf(state.services, last === undefined ? below(region) : belowAfter(region, last)),
        ({ id }) => id,
      );
      // A page is taken first and then filtered, so it may hold fewer than there are (API Reference, NextToken).
      return { Services: page.items.filter(meets).map(summaryOf), ...page.next };
    },
  };
}
