/** The part of EC2's SDK that is served: some twenty of its 800 operations, so that a bundle holds no more of it than it must. */

import type * as sdk from "@aws-sdk/client-ec2";
import {
  CreateTags$,
  CreateVpc$,
  DeleteTags$,
  DeleteVpc$,
  DescribeAvailabilityZones$,
  DescribeInstanceStatus$,
  DescribeInstances$,
  DescribeNetworkAcls$,
  DescribeRegions$,
  DescribeRouteTables$,
  DescribeSecurityGroups$,
  DescribeSubnets$,
  DescribeTags$,
  DescribeVpcAttribute$,
  DescribeVpcs$,
  ModifyVpcAttribute$,
  RunInstances$,
  StartInstances$,
  StopInstances$,
  TerminateInstances$,
} from "@aws-sdk/client-ec2";
import type { Handlers } from "../../protocol/service.ts";

const SCHEMAS = {
  CreateTags$,
  CreateVpc$,
  DeleteTags$,
  DeleteVpc$,
  DescribeAvailabilityZones$,
  DescribeInstanceStatus$,
  DescribeInstances$,
  DescribeNetworkAcls$,
  DescribeRegions$,
  DescribeRouteTables$,
  DescribeSecurityGroups$,
  DescribeSubnets$,
  DescribeTags$,
  DescribeVpcAttribute$,
  DescribeVpcs$,
  ModifyVpcAttribute$,
  RunInstances$,
  StartInstances$,
  StopInstances$,
  TerminateInstances$,
} as const;

type SchemaName = keyof typeof SCHEMAS;
export type Ec2OperationName = SchemaName extends `${infer Name}$` ? Name : never;

/** As handlers see the SDK: the commands are there for their types alone. */
export type Ec2Sdk = Pick<typeof sdk, SchemaName | `${Ec2OperationName}Command`>;

export const EC2_SDK = SCHEMAS as unknown as Ec2Sdk;

export type Ec2Handlers<Names extends Ec2OperationName> = Handlers<Ec2Sdk, Names>;
