/** Finding instances by the names of their namespace and service, and how they are. */

import { randomInt } from "node:crypto";
import type { HealthStatus, HttpInstanceSummary } from "@aws-sdk/client-servicediscovery";
import { type CloudMapCore, type CloudMapHandlers, instanceOf, serviceOf } from "./core.ts";
import { cloudMapError } from "./errors.ts";
import { DISCOVERED_INSTANCES } from "./limits.ts";
import { takePage } from "./paging.ts";
import {
  type Attributes,
  below,
  belowAfter,
  type InstanceState,
  type NamespaceState,
  type ServiceState,
  valuesOf,
} from "./state.ts";

type Names = "DiscoverInstances" | "DiscoverInstancesRevision" | "GetInstancesHealthStatus";

type StatusFilter = "HEALTHY" | "UNHEALTHY" | "ALL" | "HEALTHY_OR_ELSE_ALL";

/** The API Reference does not say what counts when a request gives none; the filter began as "healthy ones unless told otherwise". */
const DEFAULT_STATUS_FILTER: StatusFilter = "HEALTHY";

interface Found {
  readonly instance: InstanceState;
  readonly status: HealthStatus;
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const left = [...items];
  for (let end = left.length - 1; end > 0; end--) {
    const other = randomInt(end + 1);
    [left[end], left[other]] = [left[other] as Item, left[end] as Item];
  }
  return left;
}

function matches(attributes: Attributes, wanted: Attributes | undefined): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => attributes[key] === value);
}

/** An instance that no checker has looked at yet passes as healthy, as its record sets do. */
function withStatus(found: readonly Found[], filter: StatusFilter): readonly Found[] {
  const unhealthy = ({ status }: Found) => status === "UNHEALTHY";
  switch (filter) {
    case "ALL":
      return found;
    case "UNHEALTHY":
      return found.filter(unhealthy);
    case "HEALTHY":
      return found.filter((one) => !unhealthy(one));
    case "HEALTHY_OR_ELSE_ALL":
      return found.every(unhealthy) ? found : found.filter((one) => !unhealthy(one));
  }
}

export function discoveryHandlers(core: CloudMapCore): CloudMapHandlers<Names> {
  const { state, health } = core;

  function statusOf(service: ServiceState, { customStatus, healthCheckId }: InstanceState): HealthStatus {
    if (service.health.kind === "custom") return customStatus ?? "HEALTHY";
    if (healthCheckId === undefined || health.observations(healthCheckId).length === 0) return "UNKNOWN";
    return health.isHealthy(healthCheckId) ? "HEALTHY" : "UNHEALTHY";
  }

  /** Throws NamespaceNotFound or ServiceNotFound. */
  function find(
    input: { readonly NamespaceName: string; readonly ServiceName: string; readonly OwnerAccount?: string | undefined },
    region: string,
  ): { readonly namespace: NamespaceState; readonly service: ServiceState } {
    const owned = (input.OwnerAccount ?? core.account) === core.account;
    const namespaceId = owned ? state.namespaceNames.get([region, input.NamespaceName]) : undefined;
    const namespace = namespaceId === undefined ? undefined : state.namespaces.get([region, namespaceId]);
    if (namespace === undefined) throw cloudMapError("NamespaceNotFound", "Namespace not found");
    const serviceId = state.serviceNames.get([namespace.id, input.ServiceName]);
    const service = serviceId === undefined ? undefined : state.services.get([region, serviceId]);
    if (service === undefined) throw cloudMapError("ServiceNotFound", "Service not found");
    return { namespace, service };
  }

  return {
    DiscoverInstances(input, { region }) {
      core.admit("DiscoverInstances", region);
      const { namespace, service } = find(input, region);
      const matching = valuesOf(state.instances, below(service.id))
        .filter(({ attributes }) => matches(attributes, input.QueryParameters))
        .map((instance): Found => ({ instance, status: statusOf(service, instance) }));
      const inHealth =
        service.health.kind === "none" ? matching : withStatus(matching, input.HealthStatus ?? DEFAULT_STATUS_FILTER);
      const preferred = inHealth.filter(({ instance }) => matches(instance.attributes, input.OptionalParameters));
      const found = shuffled(preferred.length > 0 ? preferred : inHealth);
      return {
        Instances: found.slice(0, input.MaxResults ?? DISCOVERED_INSTANCES).map(
          ({ instance, status }): HttpInstanceSummary => ({
            InstanceId: instance.id,
            NamespaceName: namespace.httpName,
            ServiceName: service.name,
            HealthStatus: status,
            Attributes: { ...instance.attributes },
          }),
        ),
        InstancesRevision: state.revisions.get(service.id) ?? 0,
      };
    },

    DiscoverInstancesRevision(input, { region }) {
      core.admit("DiscoverInstancesRevision", region);
      return { InstancesRevision: state.revisions.get(find(input, region).service.id) ?? 0 };
    },

    GetInstancesHealthStatus(input, { region }) {
      const service = serviceOf(core, input.ServiceId, region);
      const asked = input.Instances && [...new Set(input.Instances)].sort();
      const page = takePage(
        input,
        (last) =>
          asked === undefined
            ? valuesOf(state.instances, last === undefined ? below(service.id) : belowAfter(service.id, last))
            : asked.filter((id) => last === undefined || id > last).map((id) => instanceOf(core, service, id)),
        ({ id }) => id,
      );
      return {
        Status: Object.fromEntries(page.items.map((instance) => [instance.id, statusOf(service, instance)])),
        ...page.next,
      };
    },
  };
}
