/**
 * The local EC2, as an AWS service to its clients: the part that Terraform and drills ask for. Imported when the first request
 * for it comes, since its schemas are larger than all the others' together.
 */

import type { Clock } from "../../../clock.ts";
import { ec2Query } from "../../protocol/ec2-query.ts";
import { defineService, type ServiceDefinition, type Simplifications } from "../../protocol/service.ts";
import { EC2_SDK, type Ec2Sdk } from "./ec2-sdk.ts";
import { instanceHandlers } from "./instance-handlers.ts";
import type { Instances } from "./instances.ts";
import { placeHandlers } from "./place-handlers.ts";
import { tagHandlers } from "./tag-handlers.ts";
import { vpcHandlers } from "./vpc-handlers.ts";
import type { Vpcs } from "./vpcs.ts";

export interface Ec2ServiceSettings {
  readonly instances: Instances;
  readonly vpcs: Vpcs;
  readonly clock: Clock;
  /** Twelve digits. */
  readonly account: string;
}

const SIMPLIFIED: Simplifications<Ec2Sdk> = {
  CreateVpc: "IPv4 blocks only; of the network behind a VPC there is only its resolver, and there is no quota",
  DescribeAvailabilityZones: "Zone ids follow the order of the zones' letters",
  DescribeInstanceStatus: "Checks pass 15 s after the start; an instance whose local endpoint is down is `impaired`",
  DescribeNetworkAcls: "The default one of each VPC",
  DescribeRegions: "The Regions that need no opt-in",
  DescribeRouteTables: "The main one of each VPC",
  DescribeSecurityGroups: "The default one of each VPC",
  DescribeSubnets: "Those of the default VPC",
  RunInstances:
    "In subnets of the default VPC; images are not looked at; with the tag `r53kit:endpoint` a local endpoint",
  StartInstances: "`pending` takes 5 s of the backend's clock",
  StopInstances: "`stopping` takes 10 s of the backend's clock; no hibernation",
  TerminateInstances: "`shutting-down` takes 5 s of the backend's clock; no termination protection",
};

export function createEc2Service({ instances, vpcs, clock, account }: Ec2ServiceSettings): ServiceDefinition {
  return defineService<Ec2Sdk>({
    sdk: EC2_SDK,
    title: "EC2",
    signingName: "ec2",
    protocols: [ec2Query({ version: "2016-11-15", namespace: "http://ec2.amazonaws.com/doc/2016-11-15/" })],
    requestErrors: { malformed: "InvalidParameterValue", invalid: "MissingParameter" },
    handlers: {
      ...vpcHandlers(vpcs, instances, account),
      ...instanceHandlers({ instances, vpcs, clock, account }),
      ...placeHandlers,
      ...tagHandlers(vpcs, instances),
    },
    simplified: SIMPLIFIED,
  });
}
