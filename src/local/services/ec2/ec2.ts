/** The local EC2: its instances from the start, its API when it is first asked for. */

import type { EndpointControl } from "../../../backend/backend.ts";
import type { Clock } from "../../../clock.ts";
import type { VpcPublisher } from "../../nameserver/published.ts";
import type { ServiceDefinition } from "../../protocol/service.ts";
import type { Store } from "../../store/store.ts";
import { ec2State } from "./ec2-state.ts";
import { createInstanceControl, type InstanceControl } from "./instance-control.ts";
import { Instances } from "./instances.ts";
import { Vpcs } from "./vpcs.ts";

export interface Ec2Settings {
  readonly store: Store;
  readonly clock: Clock;
  readonly endpoints: EndpointControl;
  /** Told of every VPC. */
  readonly publisher: VpcPublisher;
  /** Twelve digits. */
  readonly account: string;
  readonly onDefect: (error: unknown) => void;
}

export interface Ec2 {
  /** As in a signature's credential scope. */
  readonly signingName: "ec2";
  service(): Promise<ServiceDefinition>;
  readonly control: InstanceControl;
  /** The private IPv4 address of an instance; undefined for one that is not there, or no longer. */
  privateAddressOf(instanceId: string, region: string): string | undefined;
  /** Brings every VPC to the name servers. */
  restoreVpcs(): void;
  /** After the endpoints are back: what was under way arrives. */
  restoreInstances(): Promise<void>;
  close(): Promise<void>;
}

export function createEc2({ store, clock, endpoints, publisher, account, onDefect }: Ec2Settings): Ec2 {
  const state = ec2State(store);
  const vpcs = new Vpcs(store, state, publisher);
  const instances = new Instances({ store, state, clock, endpoints, onDefect });
  let service: Promise<ServiceDefinition> | undefined;
  return {
    signingName: "ec2",
    service() {
      service ??= import("./ec2-service.ts").then(({ createEc2Service }) =>
        createEc2Service({ instances, vpcs, clock, account }),
      );
      return service;
    },
    control: createInstanceControl({ instances, vpcs, clock }),
    privateAddressOf(instanceId, region) {
      const instance = state.instances.get([region, instanceId]);
      return instance?.state === "terminated" ? undefined : instance?.privateAddress;
    },
    restoreVpcs: () => vpcs.restore(),
    restoreInstances: () => instances.restore(),
    close: () => instances.close(),
  };
}
