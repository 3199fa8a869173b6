/** What all Route 53 handlers share: the state, the way to the name servers, and the neighbours that they ask. */

import type { Clock } from "../../../clock.ts";
import type { DomainName } from "../../../route53/names.ts";
import type { HealthMonitor } from "../../health/monitor.ts";
import type { DnsAnswers } from "../../nameserver/published.ts";
import type { Store } from "../../store/store.ts";
import { noSuchHostedZone } from "./errors.ts";
import type { Propagation } from "./propagation.ts";
import type { HostedZoneState, Route53State } from "./state.ts";

export interface Route53Core {
  readonly store: Pick<Store, "write">;
  readonly state: Route53State;
  readonly clock: Pick<Clock, "now">;
  /** Twelve digits. */
  readonly account: string;
  readonly propagation: Propagation;
  readonly health: Pick<HealthMonitor, "put" | "remove" | "observations" | "lastFailures">;
  readonly logs: LogGroups;
  readonly registrar: Registrar;
  readonly answers: DnsAnswers;
  /** Whether what must be set up outside Route 53 first is not insisted on: a log group's policy, a KMS key's Region. */
  readonly lenient: boolean;
  /** Ids of zones whose features are on their way; not kept, since a restart finishes them. */
  readonly zonesChangingFeatures: Set<string>;
  /** Record sets that a zone may hold besides its apex NS and SOA. */
  readonly maxRecordSetsPerZone: number;
  /** The account's quota, which a lenient backend raises as AWS would on request. */
  readonly maxHealthChecks: number;
}

export interface LogGroups {
  /** Whether Route 53 may create log streams in a log group and write to them, on behalf of a hosted zone. */
  route53MayWrite(logGroupArn: string, hostedZoneId: string): "ok" | "no-such-group" | "not-permitted";
}

export interface Registrar {
  /** Registers a domain for the account if it is not yet. */
  registerDomain(name: DomainName): void;
  /** Data, in presentation form, of the DS records that the registry has for a domain. */
  delegationSigners(name: DomainName): readonly string[];
  /** Name servers that the registry has for a domain; none where it does not know it. */
  nameServers(name: DomainName): readonly DomainName[];
}

/** Throws NoSuchHostedZone. */
export function zoneOf(core: Route53Core, id: string): HostedZoneState {
  const zone = core.state.zones.get(id);
  if (zone === undefined) throw noSuchHostedZone(id);
  return zone;
}

/** The URL that a 201 answer gives for what it created. */
export function locationOf(...path: readonly (string | number)[]): string {
  return `https://route53.amazonaws.com/2013-04-01/${path.join("/")}`;
}
