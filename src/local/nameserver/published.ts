/** What the Route 53 service tells the name servers: zones as they are to be served, and who is delegated at the TLDs. */

import type { DomainName } from "../../route53/names.ts";
import type { RecordSet } from "../../route53/record-set.ts";

/** One of the authoritative name servers; see {@link import("./pool.ts")} for the names and addresses there are. */
export interface NameServerIdentity {
  /** e.g. `ns-0.awsdns-00.com.` */
  readonly name: DomainName;
  /** e.g. `127.53.1.1` */
  readonly address: string;
}

/** A zone version, whole. Publishing swaps it in atomically. */
export interface PublishedZone {
  /** Without `/hostedzone/`. */
  readonly id: string;
  readonly name: DomainName;
  readonly private: boolean;
  /** Names of the delegation set's servers; only these answer for the zone. Empty for a private zone. */
  readonly nameServers: readonly DomainName[];
  /** Includes the apex NS and SOA, and what traffic policy instances own (those carry trafficPolicyInstanceId). */
  readonly recordSets: readonly RecordSet[];
  /** Traffic policy instances: name and type are answered by evaluating the document. */
  readonly trafficPolicyInstances: readonly PublishedTrafficPolicyInstance[];
}

export interface PublishedTrafficPolicyInstance {
  readonly id: string;
  readonly name: DomainName;
  readonly ttlSeconds: number;
  /** The policy version's document, JSON text, validated when it was created. */
  readonly document: string;
}

/** The publishing side of the name servers; everything takes effect at once, for every socket. */
export interface ZonePublisher {
  publishZone(zone: PublishedZone): void;
  withdrawZone(zoneId: string): void;
  /** What the TLD (or public suffix) hands out for a registered domain; undefined or empty removes the delegation. */
  setDelegation(domain: DomainName, nameServers: readonly DomainName[] | undefined): void;
}
