/** Reads a request's body whole, within a size and a time. */

import type { IncomingMessage } from "node:http";
import { AwsError } from "./aws-error.ts";

export interface BodyLimits {
  readonly maxBytes: number;
  /** How long the client may take, real ms. */
  readonly timeoutMs: number;
}

/** The client went away before its request was complete: there is nobody to answer. */
export class ClientGoneError extends Error {
  override readonly name = "ClientGoneError";
}

/**
 * Throws an {@link AwsError} with status 413 or 408, or a {@link ClientGoneError}. What is too much is read to its end and
 * thrown away, so that the client gets to read the answer instead of a reset connection.
 */
export function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const tooLarge = () =>
      new AwsError({
        code: "RequestEntityTooLarge",
        message: `The request body is larger than ${limits.maxBytes} bytes.`,
        httpStatus: 413,
      });
    const finish = (settle: () => void) => {
      clearTimeout(deadline);
      request.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
      settle();
    };
    const deadline = setTimeout(() => {
      const late = new AwsError({
        code: "RequestTimeout",
        message: `The request body did not arrive within ${limits.timeoutMs} ms.`,
        httpStatus: 408,
      });
      finish(() => reject(size > limits.maxBytes ? tooLarge() : late));
    }, limits.timeoutMs);
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limits.maxBytes) chunks.push(chunk);
      else chunks.length = 0;
    };
    const onEnd = () =>
      finish(() => (size > limits.maxBytes ? reject(tooLarge()) : resolve(Buffer.concat(chunks, size))));
    const onClose = () => finish(() => reject(new ClientGoneError("the client closed the connection")));
    request.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
  });
}
