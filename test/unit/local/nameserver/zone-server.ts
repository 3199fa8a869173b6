/** A name server of one zone without sockets, everything healthy, for tests of what is around the answer. */

import { AuthoritativeServer } from "../../../../src/local/nameserver/authoritative.ts";
import { compileZone } from "../../../../src/local/nameserver/compiled-zone.ts";
import type { PublishedZone } from "../../../../src/local/nameserver/published.ts";
import { ZonesByName } from "../../../../src/local/nameserver/zone-table.ts";
import { greatCircleLatency } from "../../../../src/routing/latency.ts";

export function zoneServer(published: PublishedZone): AuthoritativeServer {
  const zone = compileZone(published);
  const table = new ZonesByName();
  table.put(zone);
  return new AuthoritativeServer({
    table,
    surroundings: {
      isHealthy: () => true,
      random: () => 0,
      latencyMs: greatCircleLatency,
      aliasTarget: ({ target }) => zone.nodes.get(target)?.sets.get(1),
      cidrLocation: () => undefined,
    },
  });
}
