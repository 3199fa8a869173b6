/** What a wire protocol (restXml, awsJson, awsQuery, ...) does for a service: finds the operation, reads the input, writes the answer. */

import type { AwsError } from "./aws-error.ts";
import type { Operation } from "./operation.ts";
import type { WireRequest, WireResponse } from "./request.ts";

/** What a protocol finds in a request that is its own. */
export type Match =
  | {
      readonly kind: "operation";
      readonly operation: Operation;
      /** Path labels by member name, decoded; empty outside the REST protocols. */
      readonly labels: Readonly<Record<string, string>>;
    }
  /** The request speaks this protocol, but names nothing that the service has. */
  | { readonly kind: "unknown"; readonly what: string };

/** A protocol bound to one service's operations. */
export interface BoundProtocol {
  /** Undefined when the request is not in this protocol, or not for this service. */
  match(request: WireRequest): Match | undefined;
  /** The input as the SDK's types have it. Throws {@link import("./aws-error.ts").MalformedRequestError}. */
  read(request: WireRequest, match: Match & { kind: "operation" }): Record<string, unknown>;
  write(operation: Operation, output: Record<string, unknown>, requestId: string): WireResponse;
  writeError(error: AwsError, requestId: string): WireResponse;
}

export type Protocol = (operations: ReadonlyMap<string, Operation>) => BoundProtocol;
