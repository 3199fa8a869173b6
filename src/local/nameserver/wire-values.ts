/** The wire form of a routing tree's answers, made when they are first asked for and kept as long as the answer is. */

import type { ResourceRecord } from "../../dns/message.ts";
import { readName } from "../../dns/name-wire.ts";
import { rdataFromText } from "../../dns/rdata.ts";
import { CLASS, TYPE, typeName } from "../../dns/types.ts";
import { WireReader } from "../../dns/wire.ts";
import { type DomainName, InvalidNameError } from "../../route53/names.ts";
import { RecordDataError } from "../../route53/record-data.ts";
import { isRecordType } from "../../route53/record-set.ts";
import type { RecordsLeaf } from "../../routing/tree.ts";

/** A record with the host that its data names, which is asked for next or whose addresses come along. */
export interface ZoneRecord extends ResourceRecord {
  readonly host: DomainName | undefined;
}

interface WireValue {
  readonly rdata: Uint8Array;
  readonly host: DomainName | undefined;
}

/** Where in its data a record of these types names a host. */
const HOST_OFFSET: ReadonlyMap<number, number> = new Map([
  [TYPE.CNAME, 0],
  [TYPE.NS, 0],
  [TYPE.MX, 2],
  [TYPE.SRV, 6],
]);

/** A leaf is of one type: its record sets', its document's or its alias's. */
const WIRE_VALUES = new WeakMap<RecordsLeaf, readonly WireValue[]>();

function hostIn(type: number, rdata: Uint8Array): DomainName | undefined {
  const offset = HOST_OFFSET.get(type);
  return offset === undefined ? undefined : readName(new WireReader(rdata, offset), false).name;
}

/** Values that are not of the type are left out; the API refuses them, but a traffic policy's endpoint may be any text. */
function makeWireValues(type: number, values: readonly string[]): WireValue[] {
  const name = typeName(type);
  if (!isRecordType(name)) return [];
  return values.flatMap((value) => {
    try {
      const rdata = rdataFromText(name, value);
      return [{ rdata, host: hostIn(type, rdata) }];
    } catch (error) {
      if (error instanceof RecordDataError || error instanceof InvalidNameError) return [];
      throw error;
    }
  });
}

function wireValues(leaf: RecordsLeaf, type: number): readonly WireValue[] {
  const known = WIRE_VALUES.get(leaf);
  if (known !== undefined) return known;
  const made = makeWireValues(type, leaf.values);
  WIRE_VALUES.set(leaf, made);
  return made;
}

/** Gives a leaf data that has no presentation form in Route 53. */
export function presetWireValues(leaf: RecordsLeaf, data: readonly Uint8Array[]): void {
  WIRE_VALUES.set(
    leaf,
    data.map((rdata) => ({ rdata, host: undefined })),
  );
}

/** The records of a leaf for an owner, which is not always the leaf's own: wildcards and aliases answer for others. */
export function recordsOf(leaf: RecordsLeaf, owner: DomainName, type: number): ZoneRecord[] {
  const { ttlSeconds } = leaf;
  return wireValues(leaf, type).map(({ rdata, host }) => ({
    name: owner,
    type,
    class: CLASS.IN,
    ttlSeconds,
    rdata,
    host,
  }));
}
