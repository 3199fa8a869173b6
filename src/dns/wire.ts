/** Reading and writing octets in network order; the reader checks every bound. */

/** What can still be said of a message that could not be read; enough to answer FORMERR. */
export interface ReadableHeader {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly recursionDesired: boolean;
}

export class MalformedMessageError extends Error {
  override readonly name = "MalformedMessageError";
  /** Set when at least the twelve octets of the header were there. */
  readonly header: ReadableHeader | undefined;

  constructor(message: string, header?: ReadableHeader) {
    super(message);
    this.header = header;
  }
}

export class WireReader {
  readonly octets: Buffer;
  /** Where the next read starts. */
  at: number;
  /** No read passes this. */
  readonly end: number;

  constructor(octets: Uint8Array, at = 0, end = octets.length) {
    this.octets = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
    this.at = at;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** Moves on by `count` octets and returns where they start. */
  private take(count: number): number {
    const start = this.at;
    if (start + count > this.end) {
      throw new MalformedMessageError(`${count} octets expected at offset ${start}, ${this.left} left`);
    }
    this.at = start + count;
    return start;
  }

  uint8(): number {
    return this.octets[this.take(1)] as number;
  }

  uint16(): number {
    return this.octets.readUInt16BE(this.take(2));
  }

  uint32(): number {
    return this.octets.readUInt32BE(this.take(4));
  }

  /** A copy, so that it does not keep (or change with) the datagram. */
  bytes(count: number): Uint8Array {
    const start = this.take(count);
    return new Uint8Array(this.octets.subarray(start, start + count));
  }

  skip(count: number): void {
    this.take(count);
  }
}

/** The largest message: its length travels in two octets over TCP. */
export const MAX_MESSAGE_OCTETS = 0xffff;

export class WireWriter {
  private buffer: Buffer;
  /** How much is written; setting it lower takes back what was written last. */
  length = 0;

  constructor(capacity = 512) {
    this.buffer = Buffer.allocUnsafe(capacity);
  }

  /** Makes room for `count` octets, counts them as written, and returns where they start. */
  private grow(count: number): number {
    const start = this.length;
    const needed = start + count;
    if (needed > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
      this.buffer.copy(larger, 0, 0, start);
      this.buffer = larger;
    }
    this.length = needed;
    return start;
  }

  uint8(value: number): void {
    const at = this.grow(1);
    this.buffer[at] = value;
  }

  uint16(value: number): void {
    const at = this.grow(2);
    this.buffer.writeUInt16BE(value, at);
  }

  uint32(value: number): void {
    const at = this.grow(4);
    this.buffer.writeUInt32BE(value, at);
  }

  bytes(octets: Uint8Array): void {
    const at = this.grow(octets.length);
    this.buffer.set(octets, at);
  }

  /** Text of one octet a character. */
  latin1(text: string): void {
    const at = this.grow(text.length);
    this.buffer.write(text, at, "latin1");
  }

  /** Overwrites two octets written earlier. */
  patchUint16(at: number, value: number): void {
    this.buffer.writeUInt16BE(value, at);
  }

  /** What was written; valid until the writer is used again. */
  finish(): Buffer {
    return this.buffer.subarray(0, this.length);
  }
}
