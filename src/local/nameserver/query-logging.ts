/** What a name server says about a query that a public hosted zone answered, to whoever writes query logs. */

import type { Question } from "../../dns/message.ts";
import { rcodeName, typeName } from "../../dns/types.ts";
import type { QueryLogEntry } from "../../logs/query-log.ts";
import { displayName } from "../../route53/names.ts";
import type { ClientLocation } from "../../routing/client.ts";
import type { CompiledZone } from "./compiled-zone.ts";
import { edgeLocation } from "./edge-locations.ts";
import type { Sender } from "./response.ts";

export interface QueryLog {
  /** Whether a zone's queries are logged; asked for each of them, before anything is written down. */
  wants(zoneId: string): boolean;
  /** Wall time, epoch ms. */
  now(): number;
  onQuery(entry: QueryLogEntry): void;
}

export function isLogged(log: QueryLog | undefined, zone: CompiledZone): log is QueryLog {
  return log !== undefined && !zone.isPrivate && log.wants(zone.id);
}

export interface AnsweredQuery {
  readonly zone: CompiledZone;
  readonly question: Question;
  readonly rcode: number;
  readonly sender: Sender;
  /** Of the client that the answer was chosen for. */
  readonly location: ClientLocation | undefined;
  /** e.g. `192.0.2.0/24`; undefined where the resolver named none. */
  readonly clientSubnet: string | undefined;
}

export function logQuery(log: QueryLog, query: AnsweredQuery): void {
  const { zone, question, rcode, sender, location, clientSubnet } = query;
  log.onQuery({
    time: log.now(),
    zoneId: zone.id,
    name: displayName(question.name),
    type: typeName(question.type),
    rcode: rcodeName(rcode),
    protocol: sender.transport,
    edgeLocation: edgeLocation(location),
    resolverAddress: sender.address,
    ...(clientSubnet === undefined ? {} : { clientSubnet }),
  });
}
