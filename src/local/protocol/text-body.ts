/** A request's body as text. */

import { MalformedRequestError } from "./aws-error.ts";

/** UTF-8, strictly. Throws {@link MalformedRequestError}. */
export function utf8(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new MalformedRequestError("the body is not UTF-8");
  }
}
