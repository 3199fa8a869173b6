/** The local Cloud Map: its operations over the store. Its DNS namespaces are hosted zones of the local Route 53. */

import * as sdk from "@aws-sdk/client-servicediscovery";
import type { Clock } from "../../../clock.ts";
import { awsJson } from "../../protocol/aws-json.ts";
import { serviceDiscoveryConstraints } from "../../protocol/constraints/servicediscovery.ts";
import { defineService, type Handlers, type ServiceDefinition } from "../../protocol/service.ts";
import type { Store } from "../../store/store.ts";
import type { LinkedRoute53 } from "../route53/linked-service.ts";
import { attributeHandlers } from "./attribute-handlers.ts";
import type { CloudMapCore, Ec2Instances } from "./core.ts";
import { CustomHealth } from "./custom-health.ts";
import { discoveryHandlers } from "./discovery-handlers.ts";
import { discoveryThrottle } from "./discovery-throttle.ts";
import { instanceHandlers } from "./instance-handlers.ts";
import { namespaceHandlers } from "./namespace-handlers.ts";
import { operationHandlers } from "./operation-handlers.ts";
import { Operations } from "./operations.ts";
import { serviceHandlers } from "./service-handlers.ts";
import { CLOUD_MAP_SIMPLIFICATIONS } from "./simplified.ts";
import { cloudMapState } from "./state.ts";
import { tagHandlers } from "./tag-handlers.ts";
import { perform, setCustomStatus } from "./work.ts";

export interface CloudMapServiceSettings {
  readonly store: Store;
  readonly clock: Clock;
  /** Twelve digits. */
  readonly account: string;
  readonly route53: LinkedRoute53;
  readonly health: CloudMapCore["health"];
  readonly ec2: Ec2Instances;
  /** How long an operation without name servers to wait for is PENDING, in the clock's ms. */
  readonly propagationDelayMs: number;
  /** Refuses requests beyond the quotas on finding instances with RequestLimitExceeded. */
  readonly throttle?: boolean;
  /** Told of what should not happen; the operation that met it fails. */
  readonly onDefect?: (error: unknown) => void;
}

export interface CloudMapService {
  readonly service: ServiceDefinition;
  /** Goes on with the operations and health changes that were under way; after Route 53 has published its zones. */
  restore(): void;
  /** Stops waiting; what is durable stays so. */
  close(): void;
}

export function createCloudMapService(settings: CloudMapServiceSettings): CloudMapService {
  const { store, clock, route53, onDefect = () => {} } = settings;
  const state = cloudMapState(store);
  const operations = new Operations({
    store,
    state,
    clock,
    route53,
    perform: (operation) => perform(core, operation),
    propagationDelayMs: settings.propagationDelayMs,
    onDefect,
  });
  const customHealth = new CustomHealth({
    state,
    clock,
    transaction: (work) => route53.transaction(work),
    apply: (service, instance, status) => setCustomStatus(core, service, instance, status),
    onDefect,
  });
  const core: CloudMapCore = {
    store,
    state,
    clock,
    account: settings.account,
    route53,
    health: settings.health,
    ec2: settings.ec2,
    operations,
    customHealth,
    admit: settings.throttle ? discoveryThrottle(clock) : () => {},
  };
  const handlers: Handlers<typeof sdk> = {
    ...namespaceHandlers(core),
    ...serviceHandlers(core),
    ...instanceHandlers(core),
    ...discoveryHandlers(core),
    ...operationHandlers(core),
    ...tagHandlers(core),
    ...attributeHandlers(core),
  };

  return {
    service: defineService({
      sdk,
      title: "Cloud Map",
      signingName: "servicediscovery",
      protocols: [awsJson({ version: "1.1", target: "Route53AutoNaming_v20170314" })],
      requestErrors: { malformed: "SerializationException", invalid: "InvalidInput" },
      constraints: serviceDiscoveryConstraints,
      simplified: CLOUD_MAP_SIMPLIFICATIONS,
      handlers,
    }),
    restore() {
      operations.restore();
      customHealth.restore();
    },
    close() {
      operations.close();
      customHealth.close();
    },
  };
}
