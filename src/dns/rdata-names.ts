/**
 * Where names stand inside the data of the types that may carry compressed ones. Only the types of RFC 1035 are compressed
 * when sent; the others of the list are understood when received (RFC 3597 section 4, RFC 2782, RFC 2915).
 */

import { type NameWriter, readName, wireOf } from "./name-wire.ts";
import { TYPE } from "./types.ts";
import { MalformedMessageError, WireReader, type WireWriter } from "./wire.ts";

/** A number of octets, a character-string, or a name; what follows is taken as it is. */
type Part = number | "string" | "name";

interface Layout {
  readonly parts: readonly Part[];
  readonly compressedWhenSent: boolean;
}

const sent = (...parts: Part[]): Layout => ({ parts, compressedWhenSent: true });
const received = (...parts: Part[]): Layout => ({ parts, compressedWhenSent: false });

const LAYOUTS: ReadonlyMap<number, Layout> = new Map([
  [TYPE.NS, sent("name")],
  [TYPE.MD, sent("name")],
  [TYPE.MF, sent("name")],
  [TYPE.CNAME, sent("name")],
  [TYPE.SOA, sent("name", "name", 20)],
  [TYPE.MB, sent("name")],
  [TYPE.MG, sent("name")],
  [TYPE.MR, sent("name")],
  [TYPE.PTR, sent("name")],
  [TYPE.MINFO, sent("name", "name")],
  [TYPE.MX, sent(2, "name")],
  [TYPE.RP, received("name", "name")],
  [TYPE.AFSDB, received(2, "name")],
  [TYPE.RT, received(2, "name")],
  [TYPE.PX, received(2, "name", "name")],
  [TYPE.SRV, received(6, "name")],
  [TYPE.NAPTR, received(4, "string", "string", "string", "name")],
  [TYPE.KX, received(2, "name")],
  [TYPE.DNAME, received("name")],
]);

/** Reads `length` octets of a record's data, names written out. The data of a type listed above must end where RDLENGTH says. */
export function readRdata(reader: WireReader, type: number, length: number): Uint8Array {
  const layout = LAYOUTS.get(type);
  const start = reader.at;
  const end = start + length;
  if (end > reader.end)
    throw new MalformedMessageError(`record data of ${length} octets runs past the end at offset ${start}`);
  if (layout === undefined || length === 0) return reader.bytes(length);
  const data = new WireReader(reader.octets, start, end);
  const pieces: Uint8Array[] = [];
  for (const part of layout.parts) {
    if (part === "name") pieces.push(wireOf(readName(data).labels));
    else if (part === "string") {
      const size = data.uint8();
      pieces.push(Uint8Array.of(size), data.bytes(size));
    } else pieces.push(data.bytes(part));
  }
  if (data.left > 0) throw new MalformedMessageError(`record data at offset ${start} is ${data.left} octets too long`);
  reader.at = end;
  return pieces.length === 1 ? (pieces[0] as Uint8Array) : Uint8Array.from(Buffer.concat(pieces));
}

/** Writes a record's data, its names compressed where that is allowed. Data that does not fit its type goes out as it is. */
export function writeRdata(writer: WireWriter, names: NameWriter, type: number, rdata: Uint8Array): void {
  const layout = LAYOUTS.get(type);
  if (layout === undefined || !layout.compressedWhenSent) {
    writer.bytes(rdata);
    return;
  }
  const start = writer.length;
  const data = new WireReader(rdata);
  try {
    for (const part of layout.parts) {
      if (part === "name") names.write(readName(data, false).name, true);
      else if (typeof part === "number") writer.bytes(data.bytes(part));
    }
    if (data.left === 0) return;
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
  }
  writer.length = start;
  names.truncate(start);
  writer.bytes(rdata);
}
