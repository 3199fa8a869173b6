/** Domain names on the wire: labels with length octets, and the pointers of compression (RFC 1035 sections 3.1 and 4.1.4). */

import { type DomainName, labelsOf, nameOf } from "../route53/names.ts";
import { MalformedMessageError, type WireReader, WireWriter } from "./wire.ts";

const MAX_NAME_OCTETS = 255;
const MAX_POINTER_TARGET = 0x3fff;
/** As many as a name can have labels. Pointers to pointers serve nobody but those who want readers to follow them at every record. */
const MAX_POINTERS = 127;

/** Octets that canonical text shows as they are: printable ASCII but capitals, the dot and the backslash. */
const PLAIN: readonly boolean[] = Array.from(
  { length: 256 },
  (_, octet) => octet > 0x20 && octet < 0x7f && octet !== 0x2e && octet !== 0x5c && !(octet >= 0x41 && octet <= 0x5a),
);

export interface ReadName {
  readonly name: DomainName;
  /** Case kept; views of what was read. */
  readonly labels: readonly Uint8Array[];
  /** Whether the labels are what `name` alone would give, i.e. no capitals were lost. */
  readonly canonical: boolean;
}

/** The octets of a name, uncompressed, case as in the labels. */
export function wireOf(labels: readonly Uint8Array[]): Uint8Array {
  const wire = new Uint8Array(labels.reduce((length, label) => length + label.length + 1, 1));
  let at = 0;
  for (const label of labels) {
    wire[at++] = label.length;
    wire.set(label, at);
    at += label.length;
  }
  return wire;
}

function hasCapitals(labels: readonly Uint8Array[]): boolean {
  return labels.some((label) => label.some((octet) => octet >= 0x41 && octet <= 0x5a));
}

/**
 * Reads a name and moves the reader behind it. A pointer must point before the name (or the piece of it) that it ends, so
 * loops cannot be written. With `allowPointers` false a compressed name is refused.
 */
export function readName(reader: WireReader, allowPointers = true): ReadName {
  const { octets } = reader;
  const labels: Uint8Array[] = [];
  let text = "";
  let plain = true;
  let length = 1;
  let at = reader.at;
  let end = reader.end;
  let pieceStart = at;
  let after = -1;
  let pointers = 0;
  for (;;) {
    if (at >= end) throw new MalformedMessageError(`a name runs past the end at offset ${at}`);
    const size = octets[at] as number;
    if (size === 0) {
      if (after < 0) after = at + 1;
      break;
    }
    if (size >= 0xc0) {
      if (!allowPointers)
        throw new MalformedMessageError(`a compressed name at offset ${reader.at}, where none may be`);
      if (at + 2 > end) throw new MalformedMessageError(`a compression pointer is cut off at offset ${at}`);
      const target = ((size & 0x3f) << 8) | (octets[at + 1] as number);
      if (target >= pieceStart) {
        throw new MalformedMessageError(`a compression pointer at offset ${at} does not point back`);
      }
      if (++pointers > MAX_POINTERS) {
        throw new MalformedMessageError(`a name goes through more than ${MAX_POINTERS} compression pointers`);
      }
      if (after < 0) after = at + 2;
      at = target;
      pieceStart = target;
      // Behind a pointer the name may use the message before it, not only the record's own data.
      end = octets.length;
      continue;
    }
    if (size > 63) throw new MalformedMessageError(`an unknown kind of label at offset ${at}`);
    const next = at + 1 + size;
    if (next > end) throw new MalformedMessageError(`a label runs past the end at offset ${at}`);
    length += size + 1;
    if (length > MAX_NAME_OCTETS) throw new MalformedMessageError(`a name is longer than ${MAX_NAME_OCTETS} octets`);
    for (let i = at + 1; plain && i < next; i++) plain = PLAIN[octets[i] as number] as boolean;
    if (plain) text += `${octets.toString("latin1", at + 1, next)}.`;
    labels.push(octets.subarray(at + 1, next));
    at = next;
  }
  reader.at = after;
  if (labels.length === 0) return { name: "." as DomainName, labels, canonical: true };
  if (plain) return { name: text as DomainName, labels, canonical: true };
  return { name: nameOf(labels), labels, canonical: !hasCapitals(labels) };
}

/** Moves the reader behind a name without reading it; says whether it is the root, written out. */
export function skipName(reader: WireReader): boolean {
  for (let labels = 0; ; labels++) {
    const size = reader.uint8();
    if (size === 0) return labels === 0;
    if (size >= 0xc0) {
      reader.skip(1);
      return false;
    }
    if (size > 63) throw new MalformedMessageError(`an unknown kind of label at offset ${reader.at - 1}`);
    reader.skip(size);
  }
}

/** Uncompressed and in lower case: the canonical form of RFC 4034 section 6.2. */
export function nameToWire(name: DomainName): Uint8Array {
  const writer = new WireWriter(name.length + 2);
  new NameWriter(writer).write(name, false);
  return Uint8Array.from(writer.finish());
}

/** Writes names into a message, pointing back to names already there. */
export class NameWriter {
  private readonly writer: WireWriter;
  /** Where a name starts that is written out in full or ends in a pointer; by canonical text. */
  private readonly offsets = new Map<string, number>();

  constructor(writer: WireWriter) {
    this.writer = writer;
  }

  /** Writes a name, compressed or in full. Either way later names may point to it. */
  write(name: DomainName, compress: boolean): void {
    const { writer, offsets } = this;
    let rest: string = name;
    while (rest !== "." && rest !== "") {
      const known = offsets.get(rest);
      if (compress && known !== undefined) {
        writer.uint16(0xc000 | known);
        return;
      }
      if (known === undefined && writer.length <= MAX_POINTER_TARGET) offsets.set(rest, writer.length);
      // Dots inside labels are escaped, so the first dot ends the first label.
      const dot = rest.indexOf(".");
      const label = rest.slice(0, dot);
      if (label.includes("\\")) {
        const octets = labelsOf(label)[0] ?? new Uint8Array();
        writer.uint8(octets.length);
        writer.bytes(octets);
      } else {
        writer.uint8(label.length);
        writer.latin1(label);
      }
      rest = rest.slice(dot + 1);
    }
    writer.uint8(0);
  }

  /** Writes a name's octets as they are, and remembers where its parts start. */
  writeOctets(name: DomainName, octets: Uint8Array): void {
    const { writer, offsets } = this;
    let at = writer.length;
    let rest: string = name;
    for (let i = 0; i < octets.length && octets[i] !== 0; i += (octets[i] as number) + 1) {
      if (!offsets.has(rest) && at <= MAX_POINTER_TARGET) offsets.set(rest, at);
      at += (octets[i] as number) + 1;
      rest = rest.slice(rest.indexOf(".") + 1);
    }
    writer.bytes(octets);
  }

  /** Forgets names at or behind `length`, which were taken back. */
  truncate(length: number): void {
    for (const [name, offset] of this.offsets) if (offset >= length) this.offsets.delete(name);
  }
}
