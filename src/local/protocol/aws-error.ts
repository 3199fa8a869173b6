/** An error as an AWS service reports it: a code, a sentence and an HTTP status; which protocol writes it is not its business. */

export interface AwsErrorDetails {
  /** e.g. `NoSuchHostedZone` */
  readonly code: string;
  readonly message: string;
  /** 400 when left out. */
  readonly httpStatus?: number;
  /** Further members of the error's shape; JSON protocols write them beside the message. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Thrown by handlers and by the protocol server; anything else that is thrown becomes a 500 `InternalFailure`. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly code: string;
  readonly httpStatus: number;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(details: AwsErrorDetails) {
    super(details.message);
    this.code = details.code;
    this.httpStatus = details.httpStatus ?? 400;
    this.members = details.members ?? {};
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
