/** Several mistakes as one failure. */

import { Failure } from "../errors.ts";

/** The first failure of a kind carries the rest. */
export function withOthers(first: Failure, others: readonly Failure[]): Failure {
  return new Failure({
    kind: first.kind,
    code: first.code,
    message: first.message,
    where: first.where,
    next: first.next,
    others,
  });
}
