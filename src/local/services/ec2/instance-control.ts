/** Instances as the control endpoint sees them: a local endpoint becomes one under an id of one's own choice, running at once. */

import type { EndpointSpecification } from "../../../backend/backend.ts";
import type { Clock } from "../../../clock.ts";
import { Failure } from "../../../errors.ts";
import { checkEndpoint } from "../../endpoints/endpoint-keeper.ts";
import { type InstanceState, type InstanceStateName, newId } from "./ec2-state.ts";
import type { Instances } from "./instances.ts";
import type { Vpcs } from "./vpcs.ts";

const DEFAULT_REGION = "us-east-1";
/** Of a shape that no image of Amazon's has. */
const IMAGE_ID = "ami-00000000000000000";

/** An instance for people. */
export interface InstanceSummary {
  readonly instanceId: string;
  readonly region: string;
  readonly name: string;
  readonly state: InstanceStateName;
  /** `address:port` of the endpoint that it is, or null. */
  readonly endpoint: string | null;
}

export interface InstanceSpecification extends EndpointSpecification {
  /** `i-` and 17 hexadecimal digits; a new one unless given. */
  readonly instanceId?: string;
  /** us-east-1 unless given. */
  readonly region?: string;
}

export interface InstanceControl {
  list(): InstanceSummary[];
  /**
   * The instance of this endpoint, made and started if need be. One that is there is started only if it was made anew: a
   * stopped one stays stopped. Throws a Failure `instance.invalid`, or the endpoint keeper's.
   */
  ensure(specification: InstanceSpecification): Promise<InstanceSummary>;
  /** Throws a Failure `instance.unknown`. */
  remove(instanceId: string): Promise<void>;
}

interface InstanceControlSettings {
  readonly instances: Instances;
  readonly vpcs: Vpcs;
  readonly clock: Pick<Clock, "now">;
}

function summary({ id, region, tags, state, endpoint }: InstanceState): InstanceSummary {
  return {
    instanceId: id,
    region,
    name: tags.Name ?? endpoint?.name ?? "",
    state,
    endpoint: endpoint === undefined ? null : `${endpoint.address}:${endpoint.port}`,
  };
}

function invalid(message: string, next: string): Failure {
  return new Failure({ kind: "usage", code: "instance.invalid", message, next });
}

export function createInstanceControl({ instances, vpcs, clock }: InstanceControlSettings): InstanceControl {
  const living = () => instances.all().filter(({ state }) => state !== "terminated" && state !== "shutting-down");

  function check({ instanceId, region = DEFAULT_REGION, ...endpoint }: InstanceSpecification): void {
    checkEndpoint(endpoint);
    if (instanceId !== undefined && !/^i-[0-9a-f]{8}(?:[0-9a-f]{9})?$/.test(String(instanceId))) {
      throw invalid(`'${instanceId}' is not an instance id`, "Use i- and 17 hexadecimal digits, or leave it out");
    }
    if (typeof region !== "string" || !/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(region)) {
      throw invalid(`'${String(region)}' is not a region`, "Use a region such as us-east-1, or leave it out");
    }
  }

  /** One after the other, so that two who ask for the same instance get the same one, running. */
  let turn: Promise<unknown> = Promise.resolve();

  async function ensure(specification: InstanceSpecification): Promise<InstanceSummary> {
    const { name, address, port, region = DEFAULT_REGION } = specification;
    const present = living().find(({ endpoint }) => endpoint?.address === address && endpoint.port === port);
    if (present !== undefined) {
      const asked = specification.instanceId ?? present.id;
      if (asked !== present.id || region !== present.region) {
        throw invalid(
          `The endpoint ${address}:${port} is the instance ${present.id} in ${present.region} already`,
          "Remove that instance first",
        );
      }
      return summary(present);
    }
    const id = specification.instanceId ?? newId("i");
    if (living().some((one) => one.id === id)) {
      throw invalid(`The instance ${id} is there already, as another endpoint`, "Choose another id");
    }
    const vpc = vpcs.list(region).find((one) => one.isDefault);
    const subnet = vpc?.subnets[0];
    if (vpc === undefined || subnet === undefined) {
      throw invalid(`${region} has no default VPC for an instance`, "Use another region, or reset the backend");
    }
    const now = clock.now();
    const instance = {
      id,
      region,
      reservationId: newId("r"),
      launchIndex: 0,
      imageId: IMAGE_ID,
      instanceType: "t3.micro",
      vpcId: vpc.id,
      subnetId: subnet.id,
      availabilityZone: subnet.availabilityZone,
      privateAddress: address,
      endpoint: { name, address, port },
      state: "running" as const,
      launchedAt: now,
      stateSince: now,
      tags: { Name: name },
    };
    return summary(await instances.adopt(instance));
  }

  return {
    list: () => instances.all().map(summary),

    async ensure(specification) {
      check(specification);
      const result = turn.then(() => ensure(specification));
      turn = result.catch(() => {});
      return result;
    },

    async remove(instanceId) {
      const present = instances.all().find(({ id }) => id === instanceId);
      if (present === undefined) {
        throw new Failure({
          kind: "failed",
          code: "instance.unknown",
          message: `The local backend has no instance ${instanceId}`,
          next: "`r53kit local status` lists the ones it has",
        });
      }
      await instances.remove(present);
    },
  };
}
