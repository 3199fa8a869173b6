/** A zone as a batch of changes would leave it, laid over the zone as it is; only the names that are touched are read. */

import type { DomainName } from "./names.ts";
import { type RecordSet, type RecordType, recordSetKey } from "./record-set.ts";

export interface ChangeBatchZone {
  /** Without `/hostedzone/`. */
  readonly id: string;
  readonly name: DomainName;
  /** All record sets of one name, of every type. */
  recordSetsAt(name: DomainName): readonly RecordSet[];
  /** How many record sets there are, NS and SOA of the apex included. */
  readonly recordSetCount: number;
  /** How many there may be. */
  readonly maxRecordSets: number;
  /** How many of them may have one name and type; Route 53's quota when left out. */
  readonly maxRecordSetsPerGroup?: number;
  healthCheckExists(id: string): boolean;
  /** Whether an id is that of another zone of this account: no alias reaches into those. */
  isOtherZone(id: string): boolean;
  /** Whether a location of a CIDR collection exists; `*` is the default location of any collection. */
  cidrLocationExists(collectionId: string, locationName: string): boolean;
  /** The protection that keeps record sets of this name and type from being changed, if any. */
  protectionOf(name: DomainName, type: RecordType): { readonly comment?: string } | undefined;
}

/** The record sets of the touched names as the batch leaves them, over the zone as it is. */
export class ZoneDraft {
  readonly #zone: ChangeBatchZone;
  readonly #names = new Map<DomainName, Map<string, RecordSet>>();

  constructor(zone: ChangeBatchZone) {
    this.#zone = zone;
  }

  #at(name: DomainName): Map<string, RecordSet> {
    let sets = this.#names.get(name);
    if (sets === undefined) {
      sets = new Map(this.#zone.recordSetsAt(name).map((set) => [recordSetKey(set), set]));
      this.#names.set(name, sets);
    }
    return sets;
  }

  at(name: DomainName): RecordSet[] {
    return [...this.#at(name).values()];
  }

  /** The record sets with this name and type: one, or a group with a routing policy. */
  group(set: Pick<RecordSet, "name" | "type">): RecordSet[] {
    return this.at(set.name).filter((other) => other.type === set.type);
  }

  find(set: RecordSet): RecordSet | undefined {
    return this.#at(set.name).get(recordSetKey(set));
  }

  add(set: RecordSet): void {
    this.#at(set.name).set(recordSetKey(set), set);
  }

  delete(set: RecordSet): void {
    this.#at(set.name).delete(recordSetKey(set));
  }
}
