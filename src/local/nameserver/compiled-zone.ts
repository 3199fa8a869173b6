/** A zone as it is served: routing trees by name and type, changed name by name as the zone changes. */

import { TYPE, typeNumber } from "../../dns/types.ts";
import { type NodeOf, ZoneNodes } from "../../dns/zone-lookup.ts";
import { type DomainName, isWithin } from "../../route53/names.ts";
import type { RecordSet } from "../../route53/record-set.ts";
import { compileRecordSets } from "../../routing/compile-record-sets.ts";
import { compileInstance } from "../../routing/compile-zone.ts";
import type { RecordsLeaf, RoutingNode } from "../../routing/tree.ts";
import type { PublishedZone } from "./published.ts";
import type { ZoneSigner } from "./signing/zone-signer.ts";
import { presetWireValues, recordsOf, type ZoneRecord } from "./wire-values.ts";

/** What is at a name; an empty non-terminal has no sets. */
export type ZoneNode = NodeOf<RoutingNode>;

/** As Route 53 has it. */
const DNSKEY_TTL_SECONDS = 3600;

/** Trees at one name, by type number. */
type Sets = Map<number, RoutingNode>;

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

/** The DNSKEY set is no record set of the zone's, but is asked for like one. */
function dnskeyLeaf(signer: ZoneSigner): RecordsLeaf {
  const leaf: RecordsLeaf = { kind: "records", ttlSeconds: DNSKEY_TTL_SECONDS, values: [] };
  presetWireValues(leaf, signer.dnskeys);
  return leaf;
}

export class CompiledZone {
  /** Of the hosted zone; empty for the root and the TLDs. */
  readonly id: string;
  readonly name: DomainName;
  readonly isPrivate: boolean;
  /** Undefined where the zone is not signed. */
  readonly signer: ZoneSigner | undefined;
  /** Another one whenever something has changed: what was derived from the zone before is out of date. */
  version = 0;
  /** The apex NS records, for the authority section of positive answers. */
  nameServerRecords: readonly ZoneRecord[] = [];
  /** The SOA with the TTL that negative answers may be cached for: the least of its TTL and its minimum (RFC 2308). */
  negativeSoa: readonly ZoneRecord[] = [];
  readonly #names: ZoneNodes<RoutingNode>;
  /** What is at a name besides record sets: traffic policy instances, and the keys. */
  readonly #besides = new Map<DomainName, Sets>();

  constructor(zone: Omit<PublishedZone, "nameServers" | "keys">, signer: ZoneSigner | undefined) {
    this.id = zone.id;
    this.name = zone.name;
    this.isPrivate = zone.private;
    this.signer = signer;
    this.#names = new ZoneNodes(zone.name);
    for (const instance of zone.trafficPolicyInstances) {
      const [type, tree] = compileInstance(instance) ?? [];
      const number = type && typeNumber(type);
      if (number !== undefined && tree !== undefined) this.#putBesides(instance.name, number, tree);
    }
    if (signer !== undefined) this.#putBesides(zone.name, TYPE.DNSKEY, dnskeyLeaf(signer));
    for (const [name, sets] of this.#compile(zone.recordSets, this.#besides.keys())) this.#names.put(name, sets);
    this.#readApex();
  }

  get nodes(): ReadonlyMap<DomainName, ZoneNode> {
    return this.#names.nodes;
  }

  get hasCuts(): boolean {
    return this.#names.hasCuts;
  }

  /** Replaces the record sets of some names by those given. Nothing has changed when it throws. */
  replace(names: ReadonlyMap<DomainName, readonly RecordSet[]>): void {
    const compiled = this.#compile([...names.values()].flat(), names.keys());
    for (const [name, sets] of compiled) this.#names.put(name, sets);
    if (compiled.has(this.name)) this.#readApex();
    this.version += 1;
  }

  #putBesides(name: DomainName, type: number, tree: RoutingNode): void {
    if (!isWithin(name, this.name)) return;
    const sets = this.#besides.get(name) ?? new Map<number, RoutingNode>();
    this.#besides.set(name, sets.set(type, tree));
  }

  /** All that is to be at the names of these record sets, and at `names`. */
  #compile(recordSets: readonly RecordSet[], names: Iterable<DomainName>): Map<DomainName, Sets> {
    const compiled = new Map<DomainName, Sets>();
    for (const name of names) compiled.set(name, new Map());
    for (const [name, types] of compileRecordSets(recordSets)) {
      if (!isWithin(name, this.name)) continue;
      const sets: Sets = new Map();
      for (const [type, tree] of types) {
        const number = typeNumber(type);
        if (number !== undefined) sets.set(number, tree);
      }
      compiled.set(name, sets);
    }
    for (const [name, sets] of compiled) {
      for (const [type, tree] of this.#besides.get(name) ?? []) sets.set(type, tree);
    }
    return compiled;
  }

  #readApex(): void {
    const apex = this.nodes.get(this.name);
    this.nameServerRecords = fixedRecords(apex, TYPE.NS);
    this.negativeSoa = negativeSoa(apex);
  }
}

export function compileZone(zone: Omit<PublishedZone, "nameServers" | "keys">, signer?: ZoneSigner): CompiledZone {
  return new CompiledZone(zone, signer);
}
