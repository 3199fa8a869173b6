/**
 * Values of a MaxMind DB data section: maps, strings, numbers, and pointers between them.
 * Source: MaxMind DB File Format Specification 2.0, "Output Data Section".
 */

/** What is wrong with a file that should be a MaxMind DB, as a sentence without its subject's name. */
export class MaxmindFormatError extends Error {
  override readonly name = "MaxmindFormatError";
}

const TYPE = {
  extended: 0,
  pointer: 1,
  text: 2,
  double: 3,
  bytes: 4,
  uint16: 5,
  uint32: 6,
  map: 7,
  int32: 8,
  uint64: 9,
  uint128: 10,
  array: 11,
  boolean: 14,
  float: 15,
} as const;

/** Added to a pointer of each size. */
const POINTER_BASE = [0, 2048, 526_336] as const;

/** A record of the largest databases nests four deep and has about 200 values. */
const DEEPEST = 32;
const MOST_VALUES = 10_000;

/** Added to what follows a size of 29, 30 and 31. */
const SIZE_BASE = [29, 285, 65_821] as const;

function outOfData(): MaxmindFormatError {
  return new MaxmindFormatError("a record leads out of the data");
}

interface Head {
  readonly type: number;
  readonly size: number;
  /** Where the value's own octets begin. */
  readonly at: number;
}

interface Decoded {
  readonly value: unknown;
  /** Where the next value begins. */
  readonly next: number;
}

export class DataSection {
  readonly #octets: Buffer;
  #values = 0;
  #keys: ReadonlySet<string> | undefined;

  /** From the first octet of the section to its last. */
  constructor(octets: Uint8Array) {
    this.#octets = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  }

  /**
   * Maps become objects without a prototype; integers of more than 53 bits lose their lowest ones. Throws a
   * {@link MaxmindFormatError} for what is none of the format's values, ends too early, or goes in a circle. With `keys`,
   * other members of maps are passed over, which is much faster: cities have names in eight languages.
   */
  decode(offset: number, keys?: ReadonlySet<string>): unknown {
    this.#values = 0;
    this.#keys = keys;
    return this.#decode(offset, 0).value;
  }

  #decode(offset: number, depth: number): Decoded {
    const { type, size, at } = this.#head(offset, depth);
    return type === TYPE.pointer ? this.#pointed(offset, size, depth) : this.#valueOf(type, size, at, depth);
  }

  /** Of a pointer, the size is that in its control octet: 0 to 3. */
  #head(offset: number, depth: number): Head {
    this.#values += 1;
    if (depth > DEEPEST || this.#values > MOST_VALUES) throw new MaxmindFormatError("a record has no end");
    const control = this.#unsigned(offset, 1);
    const short = control >> 5;
    if (short === TYPE.pointer) return { type: short, size: (control >> 3) & 3, at: offset + 1 };
    const extended = short === TYPE.extended;
    const type = extended ? 7 + this.#unsigned(offset + 1, 1) : short;
    const at = offset + (extended ? 2 : 1);
    const size = control & 31;
    if (size < 29) return { type, size, at };
    const extra = size - 28;
    return { type, size: (SIZE_BASE[extra - 1] ?? 0) + this.#unsigned(at, extra), at: at + extra };
  }

  #pointed(offset: number, length: number, depth: number): Decoded {
    const low = this.#unsigned(offset + 1, length + 1);
    const base = POINTER_BASE[length];
    // The longest form leaves the control octet's own three bits out.
    const target = base === undefined ? low : (this.#unsigned(offset, 1) & 7) * 256 ** (length + 1) + low + base;
    return { value: this.#decode(target, depth + 1).value, next: offset + 2 + length };
  }

  #valueOf(type: number, size: number, at: number, depth: number): Decoded {
    const next = at + size;
    switch (type) {
      case TYPE.text:
        return { value: this.#slice(at, next).toString("utf8"), next };
      case TYPE.bytes:
        return { value: this.#slice(at, next), next };
      case TYPE.uint16:
      case TYPE.uint32:
      case TYPE.uint64:
      case TYPE.uint128:
        return { value: this.#unsigned(at, size), next };
      case TYPE.int32:
        // Shorter ones are positive: leading zero octets are left out.
        return { value: size === 4 ? this.#unsigned(at, 4) | 0 : this.#unsigned(at, size), next };
      case TYPE.double:
        return { value: this.#slice(at, at + 8).readDoubleBE(), next };
      case TYPE.float:
        return { value: this.#slice(at, at + 4).readFloatBE(), next };
      case TYPE.boolean:
        return { value: size !== 0, next: at };
      case TYPE.map:
        return this.#map(size, at, depth);
      case TYPE.array:
        return this.#array(size, at, depth);
      default:
        throw new MaxmindFormatError(`a record has a value of an unknown type (${type})`);
    }
  }

  #map(size: number, start: number, depth: number): Decoded {
    const value: Record<string, unknown> = Object.create(null);
    let at = start;
    for (let index = 0; index < size; index++) {
      const key = this.#decode(at, depth + 1);
      if (typeof key.value !== "string") throw new MaxmindFormatError("a record has a key that is no text");
      if (this.#keys?.has(key.value) === false) {
        at = this.#after(key.next, depth + 1);
        continue;
      }
      const member = this.#decode(key.next, depth + 1);
      value[key.value] = member.value;
      at = member.next;
    }
    return { value, next: at };
  }

  /** Where the value behind this one begins. */
  #after(offset: number, depth: number): number {
    const { type, size, at } = this.#head(offset, depth);
    switch (type) {
      case TYPE.pointer:
        return at + 1 + size;
      case TYPE.boolean:
        return at;
      case TYPE.map:
      case TYPE.array: {
        let next = at;
        const values = type === TYPE.map ? 2 * size : size;
        for (let index = 0; index < values; index++) next = this.#after(next, depth + 1);
        return next;
      }
      default:
        return at + size;
    }
  }

  #array(size: number, start: number, depth: number): Decoded {
    const value: unknown[] = [];
    let at = start;
    for (let index = 0; index < size; index++) {
      const item = this.#decode(at, depth + 1);
      value.push(item.value);
      at = item.next;
    }
    return { value, next: at };
  }

  #slice(from: number, to: number): Buffer {
    if (from < 0 || to > this.#octets.length) throw outOfData();
    return this.#octets.subarray(from, to);
  }

  #unsigned(at: number, length: number): number {
    if (at < 0 || at + length > this.#octets.length) throw outOfData();
    let value = 0;
    for (let index = at; index < at + length; index++) value = value * 256 + (this.#octets[index] ?? 0);
    return value;
  }
}
