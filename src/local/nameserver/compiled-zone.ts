/** A zone as it is served: routing trees by name and type with the wire form of every value, made once when the zone is published. */

import type { ResourceRecord } from "../../dns/message.ts";
import { readName } from "../../dns/name-wire.ts";
import { rdataFromText } from "../../dns/rdata.ts";
import { CLASS, TYPE, typeNumber } from "../../dns/types.ts";
import { WireReader } from "../../dns/wire.ts";
import { type DomainName, InvalidNameError, isWildcard, isWithin, parentOf } from "../../route53/names.ts";
import { RecordDataError } from "../../route53/record-data.ts";
import type { RecordType } from "../../route53/record-set.ts";
import { parseTrafficPolicyDocument } from "../../route53/traffic-policy.ts";
import { compileRecordSets } from "../../routing/compile-record-sets.ts";
import { compileTrafficPolicy } from "../../routing/compile-traffic-policy.ts";
import type { RecordsLeaf, RoutingNode } from "../../routing/tree.ts";
import type { PublishedTrafficPolicyInstance, PublishedZone } from "./published.ts";
import type { ZoneSigner } from "./signing/zone-signer.ts";

/** What is at a name; an empty non-terminal has no sets. */
export interface ZoneNode {
  readonly name: DomainName;
  /** By type number. */
  readonly sets: ReadonlyMap<number, RoutingNode>;
  /** NS records below the apex: what is at and under this name is another zone's, but for glue. */
  readonly isCut: boolean;
}

export interface CompiledZone {
  /** Of the hosted zone; empty for the root and the TLDs. */
  readonly id: string;
  readonly name: DomainName;
  readonly isPrivate: boolean;
  readonly nodes: ReadonlyMap<DomainName, ZoneNode>;
  readonly hasCuts: boolean;
  /** The apex NS records, for the authority section of positive answers. */
  readonly nameServerRecords: readonly ZoneRecord[];
  /** The SOA with the TTL that negative answers may be cached for: the least of its TTL and its minimum (RFC 2308). */
  readonly negativeSoa: readonly ZoneRecord[];
  /** Undefined where the zone is not signed. */
  readonly signer: ZoneSigner | undefined;
}

/** A record with the host that its data names, which is asked for next or whose addresses come along. */
export interface ZoneRecord extends ResourceRecord {
  readonly host: DomainName | undefined;
}

interface WireValue {
  readonly rdata: Uint8Array;
  readonly host: DomainName | undefined;
}

/** Where in its data a record of these types names a host. */
const HOST_OFFSET: ReadonlyMap<RecordType, number> = new Map([
  ["CNAME", 0],
  ["NS", 0],
  ["MX", 2],
  ["SRV", 6],
]);

/** As Route 53 has it. */
const DNSKEY_TTL_SECONDS = 3600;

const WIRE = new WeakMap<RecordsLeaf, readonly WireValue[]>();

function hostIn(type: RecordType, rdata: Uint8Array): DomainName | undefined {
  const offset = HOST_OFFSET.get(type);
  return offset === undefined ? undefined : readName(new WireReader(rdata, offset), false).name;
}

/** Values that are not of the type are left out; the API refuses them, but a traffic policy's endpoint may be any text. */
function wireValues(type: RecordType, values: readonly string[]): WireValue[] {
  return values.flatMap((value) => {
    try {
      const rdata = rdataFromText(type, value);
      return [{ rdata, host: hostIn(type, rdata) }];
    } catch (error) {
      if (error instanceof RecordDataError || error instanceof InvalidNameError) return [];
      throw error;
    }
  });
}

function compileLeaves(node: RoutingNode, type: RecordType): void {
  if (node.kind === "alias") return;
  if (node.kind === "records") {
    if (!WIRE.has(node)) WIRE.set(node, wireValues(type, node.values));
    return;
  }
  for (const { next } of node.branches) compileLeaves(next, type);
}

/** The records of a leaf for an owner, which is not always the leaf's own: wildcards and aliases answer for others. */
export function recordsOf(leaf: RecordsLeaf, owner: DomainName, type: number): ZoneRecord[] {
  const { ttlSeconds } = leaf;
  const values = WIRE.get(leaf) ?? [];
  return values.map(({ rdata, host }) => ({ name: owner, type, class: CLASS.IN, ttlSeconds, rdata, host }));
}

/** The records of a set whose answer is the same for everybody, such as an apex's NS and SOA. */
function fixedRecords(node: ZoneNode | undefined, type: number): ZoneRecord[] {
  const tree = node?.sets.get(type);
  if (node === undefined || tree?.kind !== "simple") return [];
  return tree.branches.flatMap(({ next }) => (next.kind === "records" ? recordsOf(next, node.name, type) : []));
}

function negativeSoa(apex: ZoneNode | undefined): ZoneRecord[] {
  return fixedRecords(apex, TYPE.SOA).map((soa) => {
    const minimum = Buffer.from(soa.rdata).readUInt32BE(soa.rdata.length - 4);
    return { ...soa, ttlSeconds: Math.min(soa.ttlSeconds, minimum) };
  });
}

function compileInstance(
  instance: PublishedTrafficPolicyInstance,
): { readonly type: RecordType; readonly tree: RoutingNode } | undefined {
  const parsed = parseTrafficPolicyDocument(instance.document, { jsonTypes: "any" });
  if (!parsed.ok) return undefined;
  const { recordType } = parsed.document;
  return { type: recordType, tree: compileTrafficPolicy(parsed.document, instance.ttlSeconds) };
}

/** The DNSKEY set is no record set of the zone's, but is asked for like one. */
function dnskeyLeaf(signer: ZoneSigner): RecordsLeaf {
  const leaf: RecordsLeaf = { kind: "records", ttlSeconds: DNSKEY_TTL_SECONDS, values: [] };
  WIRE.set(
    leaf,
    signer.dnskeys.map((rdata) => ({ rdata, host: undefined })),
  );
  return leaf;
}

/** Throws when a traffic policy's alias endpoint is no host name; the service validates that when the policy is created. */
export function compileZone(
  zone: Omit<PublishedZone, "nameServers" | "keys">,
  signer?: ZoneSigner | undefined,
): CompiledZone {
  const sets = new Map<DomainName, Map<number, RoutingNode>>();
  const add = (name: DomainName, type: RecordType, tree: RoutingNode) => {
    const number = typeNumber(type);
    if (number === undefined) return;
    compileLeaves(tree, type);
    const atName = sets.get(name) ?? new Map<number, RoutingNode>();
    atName.set(number, tree);
    sets.set(name, atName);
  };
  for (const [name, types] of compileRecordSets(zone.recordSets)) {
    if (!isWithin(name, zone.name)) continue;
    for (const [type, tree] of types) add(name, type, tree);
  }
  for (const instance of zone.trafficPolicyInstances) {
    const compiled = compileInstance(instance);
    if (compiled !== undefined) add(instance.name, compiled.type, compiled.tree);
  }
  if (signer !== undefined) {
    const atApex = sets.get(zone.name) ?? new Map<number, RoutingNode>();
    sets.set(zone.name, atApex.set(TYPE.DNSKEY, dnskeyLeaf(signer)));
  }

  const nodes = new Map<DomainName, ZoneNode>();
  let hasCuts = false;
  for (const [name, types] of sets) {
    const isCut = name !== zone.name && types.has(TYPE.NS) && !isWildcard(name);
    hasCuts ||= isCut;
    nodes.set(name, { name, sets: types, isCut });
  }
  for (const name of [zone.name, ...sets.keys()]) {
    for (let at: DomainName | undefined = name; at !== undefined && isWithin(at, zone.name); at = parentOf(at)) {
      if (!nodes.has(at)) nodes.set(at, { name: at, sets: new Map(), isCut: false });
    }
  }
  const apex = nodes.get(zone.name);
  return {
    id: zone.id,
    name: zone.name,
    isPrivate: zone.private,
    nodes,
    hasCuts,
    nameServerRecords: fixedRecords(apex, TYPE.NS),
    negativeSoa: negativeSoa(apex),
    signer,
  };
}
