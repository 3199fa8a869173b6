/** Instances, as far as a drill needs them: made, looked at, stopped, started, terminated. */

import type { Instance, InstanceStateChange, InstanceStatus, SummaryStatus } from "@aws-sdk/client-ec2";
import type { Clock } from "../../../clock.ts";
import { Failure } from "../../../errors.ts";
import { checkEndpoint } from "../../endpoints/endpoint-keeper.ts";
import { hostAddress } from "./cidr-block.ts";
import { checkIds, ec2Error, notFound, refuseDryRun, unsupported } from "./ec2-faults.ts";
import type { Ec2Handlers } from "./ec2-sdk.ts";
import { type InstanceState, newId, type VpcState } from "./ec2-state.ts";
import { type Instances, STATE_CODES, STATUS_CHECKS_MS } from "./instances.ts";
import { byIds, type Kind, pageOf, select } from "./selecting.ts";
import { shownTags, tagsFor } from "./tags.ts";
import type { Vpcs } from "./vpcs.ts";

type Names =
  | "RunInstances"
  | "DescribeInstances"
  | "DescribeInstanceStatus"
  | "StartInstances"
  | "StopInstances"
  | "TerminateInstances";

/** The tag that makes a new instance a local endpoint: its value is the endpoint's `address:port`. */
const ENDPOINT_TAG = "r53kit:endpoint";

const DEFAULT_TYPE = "m1.small";
const MOST_AT_ONCE = 20;

/** What RunInstances can be told besides; an instance that left these out would not be the one asked for. */
const NOT_HERE = ["LaunchTemplate", "InstanceMarketOptions", "NetworkInterfaces", "HibernationOptions"] as const;

const privateName = ({ privateAddress, region }: InstanceState) =>
  `ip-${privateAddress.replaceAll(".", "-")}.${region === "us-east-1" ? "ec2" : `${region}.compute`}.internal`;

export const INSTANCE: Kind<InstanceState> = {
  kind: "instance",
  idOf: (one) => one.id,
  tagsOf: (one) => one.tags,
  filters: {
    "availability-zone": (one) => [one.availabilityZone],
    "client-token": (one) => [one.clientToken],
    "image-id": (one) => [one.imageId],
    "instance-id": (one) => [one.id],
    "instance-state-code": (one) => [String(STATE_CODES[one.state])],
    "instance-state-name": (one) => [one.state],
    "instance-type": (one) => [one.instanceType],
    "ip-address": (one) => [one.endpoint?.address],
    "key-name": (one) => [one.keyName],
    "private-dns-name": (one) => [privateName(one)],
    "private-ip-address": (one) => [one.privateAddress],
    "reservation-id": (one) => [one.reservationId],
    "state-reason-code": (one) => [one.stateReason?.code],
    "subnet-id": (one) => [one.subnetId],
    "vpc-id": (one) => [one.vpcId],
  },
};

interface StatusRow {
  readonly instance: InstanceState;
  readonly system: SummaryStatus;
  readonly own: SummaryStatus;
}

const STATUS: Kind<StatusRow> = {
  kind: "instance",
  idOf: ({ instance }) => instance.id,
  tagsOf: ({ instance }) => instance.tags,
  filters: {
    "availability-zone": ({ instance }) => [instance.availabilityZone],
    "instance-state-code": ({ instance }) => [String(STATE_CODES[instance.state])],
    "instance-state-name": ({ instance }) => [instance.state],
    "instance-status.status": ({ own }) => [own],
    "system-status.status": ({ system }) => [system],
  },
};

interface InstanceHandlersSettings {
  readonly instances: Instances;
  readonly vpcs: Vpcs;
  readonly clock: Clock;
  readonly account: string;
}

export function instanceHandlers({ instances, vpcs, clock, account }: InstanceHandlersSettings): Ec2Handlers<Names> {
  const stateOf = ({ state }: InstanceState) => ({ Code: STATE_CODES[state], Name: state });

  const shown = (one: InstanceState): Instance => {
    const gone = one.state === "terminated";
    return {
      InstanceId: one.id,
      ImageId: one.imageId,
      InstanceType: one.instanceType as Instance["InstanceType"],
      ...(one.keyName === undefined ? {} : { KeyName: one.keyName }),
      AmiLaunchIndex: one.launchIndex,
      LaunchTime: new Date(one.launchedAt),
      Placement: { AvailabilityZone: one.availabilityZone, Tenancy: "default" },
      Monitoring: { State: "disabled" },
      State: stateOf(one),
      ...(one.stateReason === undefined
        ? {}
        : { StateReason: { Code: one.stateReason.code, Message: one.stateReason.message } }),
      StateTransitionReason:
        one.stateReason === undefined ? "" : `User initiated (${new Date(one.stateSince).toISOString()})`,
      Architecture: "x86_64",
      Hypervisor: "xen",
      VirtualizationType: "hvm",
      RootDeviceType: "ebs",
      EbsOptimized: false,
      ...(one.clientToken === undefined ? {} : { ClientToken: one.clientToken }),
      ...(gone
        ? {}
        : {
            VpcId: one.vpcId,
            SubnetId: one.subnetId,
            PrivateIpAddress: one.privateAddress,
            PrivateDnsName: privateName(one),
            // The address that clients use, while something is there.
            ...(one.endpoint !== undefined && one.state === "running" ? { PublicIpAddress: one.endpoint.address } : {}),
          }),
      Tags: shownTags(one.tags),
    };
  };

  const reservations = (rows: readonly InstanceState[]) => {
    const byReservation = new Map<string, InstanceState[]>();
    for (const one of rows)
      byReservation.set(one.reservationId, [...(byReservation.get(one.reservationId) ?? []), one]);
    return [...byReservation].map(([ReservationId, members]) => ({
      ReservationId,
      OwnerId: account,
      Groups: [],
      Instances: members.map(shown),
    }));
  };

  /** All of them or none. `may` says for each state what becomes of it; undefined refuses the request. */
  function change(
    region: string,
    input: { readonly InstanceIds: readonly string[]; readonly DryRun?: boolean | undefined },
    may: Readonly<Partial<Record<InstanceState["state"], (one: InstanceState) => InstanceState>>>,
    verb: string,
  ): InstanceStateChange[] {
    const rows = byIds(instances.list(region), input.InstanceIds, INSTANCE);
    for (const one of rows) {
      if (may[one.state] === undefined) {
        throw ec2Error(
          "IncorrectInstanceState",
          `The instance '${one.id}' is not in a state from which it can be ${verb}.`,
        );
      }
    }
    refuseDryRun(input);
    return rows.map((one) => ({
      InstanceId: one.id,
      PreviousState: stateOf(one),
      CurrentState: stateOf(may[one.state]?.(one) ?? one),
    }));
  }

  const asItIs = (one: InstanceState) => one;

  /** The default VPC has subnets; a region without one cannot run instances, as on AWS. Throws EC2's errors. */
  function placeFor(region: string, subnetId: string | undefined, zone: string | undefined) {
    const all = vpcs.list(region);
    if (subnetId !== undefined) {
      checkIds("subnet", [subnetId]);
      const place = subnetsOf(all).find(({ subnet }) => subnet.id === subnetId);
      if (place === undefined) throw notFound("subnet", [subnetId]);
      return place;
    }
    const candidates = subnetsOf(all.filter((vpc) => vpc.isDefault));
    if (candidates.length === 0) {
      throw ec2Error(
        "VPCIdNotSpecified",
        "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.",
      );
    }
    const place = candidates.find(({ subnet }) => zone === undefined || subnet.availabilityZone === zone);
    if (place === undefined) {
      throw ec2Error("InvalidParameterValue", `Invalid availability zone: [${zone}]`);
    }
    return place;
  }

  /** The next free address of a subnet. */
  function freeAddress(region: string, subnetId: string, cidrBlock: string, taken: ReadonlySet<string>): string {
    const used = new Set(
      instances.list(region).flatMap((one) => (one.subnetId === subnetId ? one.privateAddress : [])),
    );
    for (let index = 0; index < 4091; index++) {
      const address = hostAddress(cidrBlock, index);
      if (!used.has(address) && !taken.has(address)) return address;
    }
    throw ec2Error("InsufficientFreeAddressesInSubnet", `There are not enough free addresses in subnet '${subnetId}'.`);
  }

  async function statusRow(instance: InstanceState): Promise<StatusRow> {
    if (instance.state !== "running") return { instance, system: "not-applicable", own: "not-applicable" };
    const fresh = (clock.now() - instance.stateSince) * clock.speed < STATUS_CHECKS_MS;
    if (fresh) return { instance, system: "initializing", own: "initializing" };
    return { instance, system: "ok", own: (await instances.answers(instance)) === false ? "impaired" : "ok" };
  }

  return {
    RunInstances(input, { region }) {
      const asked = NOT_HERE.find((member) => input[member] !== undefined);
      if (asked !== undefined) throw unsupported(`RunInstances with ${asked}`);
      const { MinCount, MaxCount, ImageId, ClientToken } = input;
      if (ImageId === undefined) throw ec2Error("MissingParameter", "The request must contain the parameter ImageId");
      if (!/^ami-[0-9a-f]{8}(?:[0-9a-f]{9})?$/.test(ImageId)) {
        throw ec2Error("InvalidAMIID.Malformed", `Invalid id: "${ImageId}" (expecting "ami-...")`);
      }
      if (!Number.isInteger(MinCount) || MinCount < 1 || MaxCount < MinCount) {
        throw ec2Error("InvalidParameterValue", `Value (${MaxCount}) for parameter maxCount is invalid.`);
      }
      if (MinCount > MOST_AT_ONCE) {
        throw ec2Error(
          "InstanceLimitExceeded",
          `You have requested more instances (${MinCount}) than this server makes at once (${MOST_AT_ONCE}).`,
        );
      }
      if (ClientToken !== undefined) {
        const earlier = instances.list(region).filter((one) => one.clientToken === ClientToken);
        const [reservation] = reservations(earlier);
        if (reservation !== undefined) return reservation;
      }
      const count = Math.min(MaxCount, MOST_AT_ONCE);
      const tags = tagsFor("instance", input.TagSpecifications, [
        "volume",
        "network-interface",
        "spot-instances-request",
      ]);
      const endpoint = endpointOf(tags);
      if (endpoint !== undefined && count > 1) {
        throw ec2Error(
          "InvalidParameterCombination",
          `The tag ${ENDPOINT_TAG} makes one instance of one endpoint; MaxCount must be 1.`,
        );
      }
      if (endpoint !== undefined) refuseTakenEndpoint(instances.all(), endpoint);
      const { vpc, subnet } = placeFor(region, input.SubnetId, input.Placement?.AvailabilityZone);
      refuseDryRun(input);

      const now = clock.now();
      const reservationId = newId("r");
      const taken = new Set<string>();
      const launched = Array.from({ length: count }, (_, launchIndex): InstanceState => {
        const id = newId("i");
        const privateAddress = endpoint?.address ?? freeAddress(region, subnet.id, subnet.cidrBlock, taken);
        taken.add(privateAddress);
        return {
          id,
          region,
          reservationId,
          launchIndex,
          ...(ClientToken === undefined ? {} : { clientToken: ClientToken }),
          imageId: ImageId,
          instanceType: input.InstanceType ?? DEFAULT_TYPE,
          ...(input.KeyName === undefined ? {} : { keyName: input.KeyName }),
          vpcId: vpc.id,
          subnetId: subnet.id,
          availabilityZone: subnet.availabilityZone,
          privateAddress,
          ...(endpoint === undefined ? {} : { endpoint: { ...endpoint, name: tags.Name ?? id } }),
          state: "pending",
          launchedAt: now,
          stateSince: now,
          tags,
        };
      });
      for (const { endpoint: specification } of launched) if (specification !== undefined) checked(specification);
      instances.launch(launched);
      return { ReservationId: reservationId, OwnerId: account, Groups: [], Instances: launched.map(shown) };
    },

    DescribeInstances(input, { region }) {
      const kind = { ...INSTANCE, filters: { ...INSTANCE.filters, "owner-id": () => [account] } };
      const found = select(instances.list(region), { ids: input.InstanceIds, filters: input.Filters }, kind);
      refuseDryRun(input);
      const { rows, next } = pageOf(found, input, { idOf: INSTANCE.idOf, ids: input.InstanceIds });
      return { Reservations: reservations(rows), ...next };
    },

    async DescribeInstanceStatus(input, { region }) {
      const all = await Promise.all(instances.list(region).map(statusRow));
      const asked = select(all, { ids: input.InstanceIds, filters: input.Filters }, STATUS);
      refuseDryRun(input);
      const found =
        input.IncludeAllInstances === true ? asked : asked.filter(({ instance }) => instance.state === "running");
      const { rows, next } = pageOf(found, input, { idOf: STATUS.idOf, ids: input.InstanceIds });
      const summary = (Status: SummaryStatus) => ({
        Status,
        ...(Status === "not-applicable"
          ? {}
          : {
              Details: [
                {
                  Name: "reachability" as const,
                  Status:
                    Status === "ok"
                      ? ("passed" as const)
                      : Status === "impaired"
                        ? ("failed" as const)
                        : ("initializing" as const),
                },
              ],
            }),
      });
      return {
        InstanceStatuses: rows.map(
          ({ instance, system, own }): InstanceStatus => ({
            InstanceId: instance.id,
            AvailabilityZone: instance.availabilityZone,
            InstanceState: stateOf(instance),
            SystemStatus: summary(system),
            InstanceStatus: summary(own),
          }),
        ),
        ...next,
      };
    },

    StartInstances(input, { region }) {
      const start = (one: InstanceState) => instances.start(one);
      return {
        StartingInstances: change(region, input, { stopped: start, pending: asItIs, running: asItIs }, "started"),
      };
    },

    StopInstances(input, { region }) {
      if (input.Hibernate === true) {
        throw ec2Error(
          "UnsupportedHibernationConfiguration",
          "The instance is not configured for hibernation: instances of this server never are.",
        );
      }
      const stop = (one: InstanceState) => instances.stop(one, { force: input.Force === true });
      return {
        StoppingInstances: change(region, input, { running: stop, stopping: asItIs, stopped: asItIs }, "stopped"),
      };
    },

    TerminateInstances(input, { region }) {
      const end = (one: InstanceState) => instances.terminate(one);
      const may = {
        pending: end,
        running: end,
        stopping: end,
        stopped: end,
        "shutting-down": asItIs,
        terminated: asItIs,
      };
      return { TerminatingInstances: change(region, input, may, "terminated") };
    },
  };
}

function subnetsOf(vpcs: readonly VpcState[]) {
  return vpcs.flatMap((vpc) => vpc.subnets.map((subnet) => ({ vpc, subnet })));
}

/** Throws InvalidParameterValue. */
function endpointOf(tags: Readonly<Record<string, string>>): { address: string; port: number } | undefined {
  const value = tags[ENDPOINT_TAG];
  if (value === undefined) return undefined;
  const [, address = "", port = ""] = /^([\d.]+):(\d{1,5})$/.exec(value) ?? [];
  return checked({ name: "endpoint", address, port: Number(port) });
}

/** What the endpoint keeper would refuse is the request's fault, in EC2's words. */
function checked<Endpoint extends { name: string; address: string; port: number }>(endpoint: Endpoint): Endpoint {
  try {
    checkEndpoint(endpoint);
    return endpoint;
  } catch (error) {
    if (error instanceof Failure) throw ec2Error("InvalidParameterValue", `${error.message}.`);
    throw error;
  }
}

/** One process cannot be two instances. Throws InvalidParameterValue. */
function refuseTakenEndpoint(
  all: readonly InstanceState[],
  { address, port }: { readonly address: string; readonly port: number },
): void {
  const holder = all.find(
    ({ endpoint, state }) => endpoint?.address === address && endpoint.port === port && state !== "terminated",
  );
  if (holder !== undefined) {
    throw ec2Error("InvalidParameterValue", `The endpoint ${address}:${port} is the instance ${holder.id} already.`);
  }
}
