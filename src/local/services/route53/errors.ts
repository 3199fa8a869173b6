/** Route 53's errors, with the codes and statuses of its model and the sentences that AWS writes. */

import * as sdk from "@aws-sdk/client-route-53";
import type { AwsError } from "../../protocol/aws-error.ts";
import { errorsOf } from "../../protocol/service.ts";

export const route53Error = errorsOf(sdk);

export function invalidInput(message: string): AwsError {
  return route53Error("InvalidInput", message);
}

export function noSuchHostedZone(id: string): AwsError {
  return route53Error("NoSuchHostedZone", `No hosted zone found with ID: ${id}`);
}

export function noSuchDelegationSet(id: string): AwsError {
  return route53Error("NoSuchDelegationSet", `No delegation set found with ID: ${id}`);
}

export function noSuchHealthCheck(id: string): AwsError {
  return route53Error("NoSuchHealthCheck", `A health check with id ${id} does not exist.`);
}

export function noSuchTrafficPolicy(id: string, version?: number): AwsError {
  const which = version === undefined ? "" : ` and version ${version}`;
  return route53Error("NoSuchTrafficPolicy", `No traffic policy exists with ID ${id}${which}.`);
}

export function noSuchTrafficPolicyInstance(id: string): AwsError {
  return route53Error("NoSuchTrafficPolicyInstance", `No traffic policy instance exists with ID ${id}.`);
}
