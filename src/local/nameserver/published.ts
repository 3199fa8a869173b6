/** What the Route 53 service tells the name servers: zones as they are to be served, and who is delegated at the TLDs. */

import type { DomainName } from "../../route53/names.ts";
import type { RecordSet } from "../../route53/record-set.ts";
import type { Sender } from "./response.ts";

/** One of the authoritative name servers; see {@link import("./pool.ts")} for the names and addresses there are. */
export interface NameServerIdentity {
  /** e.g. `ns-0.awsdns-00.com.` */
  readonly name: DomainName;
  /** e.g. `127.53.1.1` */
  readonly address: string;
}

/** Names a VPC; its id alone would do on AWS, where associations name both. */
export interface VpcName {
  /** e.g. `vpc-0123456789abcdef0` */
  readonly id: string;
  readonly region: string;
}

/** The same text for the same VPC. */
export function vpcKey({ id, region }: VpcName): string {
  return `${region}/${id}`;
}

/** A VPC of the local EC2, with its DNS attributes. Any other id that a zone is associated with counts as having both. */
export interface PublishedVpc extends VpcName {
  /** enableDnsSupport: without it the VPC's resolver does not answer. */
  readonly dnsSupport: boolean;
  /** enableDnsHostnames: private zones need it too. */
  readonly dnsHostnames: boolean;
}

/** A zone version, whole. Publishing swaps it in atomically. */
export interface PublishedZone {
  /** Without `/hostedzone/`. */
  readonly id: string;
  readonly name: DomainName;
  readonly private: boolean;
  /** Names of the delegation set's servers; only these answer for the zone. Empty for a private zone. */
  readonly nameServers: readonly DomainName[];
  /** The VPCs that a private zone is associated with. */
  readonly vpcs?: readonly VpcName[];
  /** Includes the apex NS and SOA, and what traffic policy instances own (those carry trafficPolicyInstanceId). */
  readonly recordSets: readonly RecordSet[];
  /** Traffic policy instances: name and type are answered by evaluating the document. */
  readonly trafficPolicyInstances: readonly PublishedTrafficPolicyInstance[];
  /** What the zone is signed with; undefined where it is not. */
  readonly keys?: ZoneKeys;
}

/** Private P-256 keys, PKCS #8 in base64. */
export interface ZoneKeys {
  /** These sign the zone's keys; the parent vouches for one of them. At least one. */
  readonly keySigningKeys: readonly string[];
  /** Signs everything else. */
  readonly zoneSigningKey: string;
  /** Shown besides, while zone-signing keys are rolled: about to sign, or having signed until lately. */
  readonly otherZoneSigningKeys?: readonly string[];
  /** Those of the key-signing keys that are out of reach, with the moment (epoch ms) since when: what they signed then is all there is. */
  readonly outOfReach?: ReadonlyMap<string, number>;
}

export interface PublishedTrafficPolicyInstance {
  readonly id: string;
  readonly name: DomainName;
  readonly ttlSeconds: number;
  /** The policy version's document, JSON text, validated when it was created. */
  readonly document: string;
}

/** A CIDR collection as IP-based routing looks clients up in it. */
export interface PublishedCidrCollection {
  readonly id: string;
  readonly locations: readonly {
    readonly name: string;
    /** e.g. `192.0.2.0/24`; a block is in one location only. */
    readonly blocks: readonly string[];
  }[];
}

/** The publishing side of the name servers; everything takes effect at once, for every socket. */
export interface ZonePublisher {
  publishZone(zone: PublishedZone): void;
  /** Replaces the record sets of some names of a zone that is published: all that each of them has now, none where all are gone. */
  publishNames(zoneId: string, names: ReadonlyMap<DomainName, readonly RecordSet[]>): void;
  withdrawZone(zoneId: string): void;
  publishCidrCollection(collection: PublishedCidrCollection): void;
  withdrawCidrCollection(collectionId: string): void;
  /**
   * What the TLD (or public suffix) hands out for a registered domain, with the data of its DS records in presentation form;
   * undefined or empty name servers remove the delegation.
   */
  setDelegation(
    domain: DomainName,
    nameServers: readonly DomainName[] | undefined,
    delegationSigners?: readonly string[],
  ): void;
}

/** Which VPCs there are in the local EC2; each has a resolver of its own. */
export interface VpcPublisher {
  publishVpc(vpc: PublishedVpc): void;
  /** Its resolver stays as long as a private zone is associated with it. */
  withdrawVpc(vpc: VpcName): void;
}

/** The name servers asked from within, as if a resolver had. */
export interface DnsAnswers {
  /**
   * What a zone's name servers answer to a query (octets of a DNS message) of that sender; it is not logged. Undefined when
   * they do not have the zone.
   */
  answerFromZone(zoneId: string, query: Uint8Array, sender: Sender): Buffer | undefined;
}
