/** EC2's errors. Its model has none: codes and sentences are those of the Amazon EC2 API Reference, "Error codes". */

import { AwsError } from "../../protocol/aws-error.ts";

export function ec2Error(code: string, message: string): AwsError {
  return new AwsError({ code, message });
}

export function invalidValue(value: string | number, parameter: string, why: string): AwsError {
  return ec2Error("InvalidParameterValue", `Value (${value}) for parameter ${parameter} is invalid. ${why}`);
}

export function unsupported(what: string): AwsError {
  return ec2Error("UnsupportedOperation", `${what} is not implemented by this server.`);
}

/** The last thing that is checked: everything else about the request is in order. */
export function refuseDryRun(input: { readonly DryRun?: boolean | undefined }): void {
  if (input.DryRun !== true) return;
  throw new AwsError({
    code: "DryRunOperation",
    message: "Request would have succeeded, but DryRun flag is set.",
    httpStatus: 412,
  });
}

/** How each kind of resource is called in errors about its ids. */
const KINDS = {
  instance: { prefix: "i-", code: "InvalidInstanceID", title: "instance ID" },
  vpc: { prefix: "vpc-", code: "InvalidVpcID", title: "vpc ID" },
  subnet: { prefix: "subnet-", code: "InvalidSubnetID", title: "subnet ID" },
  "route-table": { prefix: "rtb-", code: "InvalidRouteTableID", title: "routeTable ID" },
  "network-acl": { prefix: "acl-", code: "InvalidNetworkAclID", title: "networkAcl ID" },
  "security-group": { prefix: "sg-", code: "InvalidGroup", title: "security group" },
} as const;

export type ResourceKind = keyof typeof KINDS;

export function kindOfId(id: string): ResourceKind | undefined {
  return (Object.keys(KINDS) as ResourceKind[]).find((kind) => id.startsWith(KINDS[kind].prefix));
}

function malformedId(kind: ResourceKind, id: string): AwsError {
  const { prefix, code } = KINDS[kind];
  return ec2Error(`${code}.Malformed`, `Invalid id: "${id}" (expecting "${prefix}...")`);
}

export function notFound(kind: ResourceKind, ids: readonly string[]): AwsError {
  const { code, title } = KINDS[kind];
  const [first = "", ...others] = ids;
  return ec2Error(
    `${code}.NotFound`,
    others.length === 0 ? `The ${title} '${first}' does not exist` : `The ${title}s '${ids.join(", ")}' do not exist`,
  );
}

/** Ids are a prefix and 8 or 17 hexadecimal digits ("Resource IDs", EC2 User Guide). Throws the kind's Malformed. */
export function checkIds(kind: ResourceKind, ids: readonly string[]): void {
  const { prefix } = KINDS[kind];
  for (const id of ids) {
    if (!id.startsWith(prefix) || !/^[0-9a-f]{8}(?:[0-9a-f]{9})?$/.test(id.slice(prefix.length))) {
      throw malformedId(kind, id);
    }
  }
}
