/** An error as an AWS service reports it: a code, a sentence and an HTTP status; which protocol writes it is not its business. */

import type { NormalizedSchema } from "@smithy/core/schema";

export interface AwsErrorDetails {
  /** e.g. `NoSuchHostedZone` */
  readonly code: string;
  readonly message: string;
  /** 400 when left out. */
  readonly httpStatus?: number;
  /** Further members of the error's shape; they are written beside the message. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** The error's shape in the model, without which XML protocols cannot write the members. */
  readonly schema?: NormalizedSchema;
}

/** Thrown by handlers and by the protocol server; anything else that is thrown becomes a 500 `InternalFailure`. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly code: string;
  readonly httpStatus: number;
  readonly members: Readonly<Record<string, unknown>>;
  readonly schema: NormalizedSchema | undefined;

  constructor(details: AwsErrorDetails) {
    super(details.message);
    this.code = details.code;
    this.httpStatus = details.httpStatus ?? 400;
    this.members = details.members ?? {};
    this.schema = details.schema;
  }

  /** AWS's word for whose fault it is. */
  get faultOf(): "Sender" | "Receiver" {
    return this.httpStatus >= 500 ? "Receiver" : "Sender";
  }
}

/** The request's bytes do not fit the operation's input shape; the protocol turns it into the service's own error. */
export class MalformedRequestError extends Error {
  override readonly name = "MalformedRequestError";
}
