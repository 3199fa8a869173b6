/** Messages in a TCP stream: each behind its length in two octets (RFC 1035 section 4.2.2, RFC 7766 section 8). */

const LENGTH_OCTETS = 2;

/** A message as it goes into the stream, in one piece: length and message in two segments confuse some readers. */
export function framed(message: Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.of(message.length >> 8, message.length & 0xff), message]);
}

/** Finds the messages in a stream, however it is cut. A stream that comes octet by octet costs no more than its length. */
export class TcpFrames {
  #octets: Buffer = Buffer.alloc(0);
  /** What of `#octets` waits to be read. */
  #start = 0;
  #end = 0;

  push(chunk: Buffer): void {
    const waiting = this.#end - this.#start;
    if (waiting === 0) {
      this.#octets = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      return;
    }
    if (this.#octets.length - this.#end < chunk.length) {
      const larger = Buffer.allocUnsafe(Math.max(waiting * 2, waiting + chunk.length));
      this.#octets.copy(larger, 0, this.#start, this.#end);
      this.#octets = larger;
      this.#start = 0;
      this.#end = waiting;
    }
    chunk.copy(this.#octets, this.#end);
    this.#end += chunk.length;
  }

  /** The next whole message, as a view; undefined until more has come. */
  next(): Buffer | undefined {
    const from = this.#start + LENGTH_OCTETS;
    if (from > this.#end) return undefined;
    const to = from + this.#octets.readUInt16BE(this.#start);
    if (to > this.#end) return undefined;
    this.#start = to;
    return this.#octets.subarray(from, to);
  }
}
