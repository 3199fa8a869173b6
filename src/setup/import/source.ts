/** What an import starts from: everything live that has to do with the zones that were asked for. */

import type { HealthCheck, Tag } from "@aws-sdk/client-route-53";
import type { DomainName } from "../../route53/names.ts";
import type { LiveState, LiveZone } from "../live/live-state.ts";

export interface ImportSource {
  /** The zones as asked for; its health checks are left empty, since which of them a file is about is still to be said. */
  readonly live: LiveState;
  /** Names that several public or several private zones of the account have: only an id says which one is meant. */
  readonly sharedNames: ReadonlySet<DomainName>;
  /** Every one of the account. */
  readonly healthChecks: readonly HealthCheck[];
  /** By health check id; of those that the zones use, at least. */
  readonly tags: ReadonlyMap<string, readonly Tag[]>;
}

/** Zones that are there; an import names no others. */
export function zonesOf({ live }: Pick<ImportSource, "live">): LiveZone[] {
  return live.zones.flatMap(({ zone }) => zone ?? []);
}
