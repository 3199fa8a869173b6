/** What an observer sees, in the drill's own terms, and which side an answer is on. */

import type { FailoverAnswer } from "./scenario.ts";

export type ObserverKind = "health" | "authoritative" | "resolver" | "client";

export interface ObserverIdentity {
  /** Unique within a drill, e.g. `health`, `ns-1.awsdns-01.com`, `resolver`, `client`. */
  readonly id: string;
  readonly kind: ObserverKind;
  /** For people. */
  readonly label: string;
}

/**
 * - `primary`, `secondary`: the answer is exactly that side's; for the health check, healthy and unhealthy; for the
 *   client, a successful request to that side
 * - `other`: an answer that belongs to neither
 * - `nothing`: no answer, or for the client a request that failed
 */
export type Sight = "primary" | "secondary" | "other" | "nothing";

export interface Observation {
  /** Clock ms at which the question left. */
  readonly sentMs: number;
  /** Clock ms at which the answer was there. */
  readonly atMs: number;
  readonly sees: Sight;
  /** For people, from outside: addresses, a status line, an error. */
  readonly detail: string;
}

/** Which side a set of addresses is; they compare as sets. */
export function sightOf(
  values: readonly string[],
  sides: { readonly primary: FailoverAnswer; readonly secondary: FailoverAnswer },
): Sight {
  const seen = setKey(values);
  if (seen === "") return "nothing";
  if (seen === setKey(sides.primary.values)) return "primary";
  if (seen === setKey(sides.secondary.values)) return "secondary";
  return "other";
}

export function setKey(values: readonly string[]): string {
  return [...new Set(values)].sort().join(" ");
}
