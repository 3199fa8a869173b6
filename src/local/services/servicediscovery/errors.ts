/** Cloud Map's errors: the codes of its model, always with status 400, and the message under both of its names. */

import type * as sdk from "@aws-sdk/client-servicediscovery";
import { AwsError } from "../../protocol/aws-error.ts";
import type { ErrorName } from "../../protocol/service.ts";

/**
 * The model gives statuses such as 404 and 409, but the service answers 400 (API Reference, the operations' "Errors"; error
 * texts of clients show it). It writes `Message`, and clients that go by the model look for that alone.
 */
export function cloudMapError(
  code: ErrorName<typeof sdk>,
  message: string,
  members: Readonly<Record<string, string>> = {},
): AwsError {
  return new AwsError({ code, message, httpStatus: 400, members: { Message: message, ...members } });
}

export function invalidInput(message: string): AwsError {
  return cloudMapError("InvalidInput", message);
}

export function namespaceNotFound(id: string): AwsError {
  return cloudMapError("NamespaceNotFound", `Namespace with ID ${id} not found.`);
}

export function serviceNotFound(id: string): AwsError {
  return cloudMapError("ServiceNotFound", `Service with ID ${id} not found.`);
}

export function instanceNotFound(id: string): AwsError {
  return cloudMapError("InstanceNotFound", `Instance with ID ${id} not found.`);
}

export function duplicateRequest(action: string, operationId: string, finished: boolean): AwsError {
  return cloudMapError(
    "DuplicateRequest",
    `Another operation of type ${action} and id ${operationId} ${finished ? "has completed" : "is in progress"}`,
    { DuplicateOperationId: operationId },
  );
}
