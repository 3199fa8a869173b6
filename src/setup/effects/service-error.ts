/** The errors of a service: by name, and what they mean for the call. */

import type { Route53ServiceException as ServiceException } from "@aws-sdk/client-route-53";
import { Failure } from "../../errors.ts";

/** How many used-up caller references are passed over before giving up. */
export const MOST_GENERATIONS = 50;

export function named(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/**
 * The service said no, so nothing of the call landed. Any other error leaves open whether it did, and so does a no to a
 * call that was sent again: the first one may have landed, with its answer lost.
 */
export function isRefusal(error: unknown): boolean {
  const cause = error instanceof Failure ? error.cause : error;
  if (!(cause instanceof Error)) return false;
  const { $fault, $metadata } = cause as Partial<Pick<ServiceException, "$fault" | "$metadata">>;
  return $fault === "client" && ($metadata?.attempts ?? 1) === 1;
}
