/**
 * Reads the queries that come all the time, without making anything but one string: one question of class IN for data, and at
 * most an OPT record with at most a client subnet and a cookie. Whatever is different in any way is left to `query.ts`.
 */

import { CLASS, EDNS_OPTION, TYPE } from "../../dns/types.ts";

const HEADER_OCTETS = 12;
const MAX_NAME_OCTETS = 255;
/** Type and class of the question. */
const QUESTION_TAIL_OCTETS = 4;
/** Of an OPT record without options: root, type, size, extended code and version, flags, length. */
const OPT_OCTETS = 11;
/** Code and length, before the data. */
const OPTION_HEAD_OCTETS = 4;
/** A client's cookie alone, and with that of a server that is like this one. */
const CLIENT_COOKIE_OCTETS = 8;
const WHOLE_COOKIE_OCTETS = 24;
/** Family and two prefix lengths, before the address. */
const SUBNET_HEAD_OCTETS = 4;

/** The first of the types that are questions about something else than data (RFC 6895 section 3.1). */
const FIRST_META_TYPE = 128;
/** Types below that which are answered differently: by the parent, about the message, or made when somebody asks. */
const SPECIAL: ReadonlySet<number> = new Set([0, TYPE.OPT, TYPE.DS, TYPE.RRSIG, TYPE.NSEC]);

/** One for all queries: {@link read} overwrites what it says. */
export class PlainQuery {
  /** Where the question ends. */
  end = 0;
  type = 0;
  /** Of the question's name in lower case and its type, an octet a character. */
  key = "";
  hasEdns = false;
  udpSize = 0;
  dnssecOk = false;
  /** Where the client subnet option's data starts; 0 without one. */
  subnetAt = 0;
  subnetOctets = 0;
  /** The same for the cookie option: eight octets of the client's, and the server's behind them where there is one. */
  cookieAt = 0;
  cookieOctets = 0;
  readonly #lowerCase = Buffer.alloc(MAX_NAME_OCTETS + QUESTION_TAIL_OCTETS);

  /** False when the query is not of the plain kind; nothing that this says is then good. */
  read(octets: Buffer): boolean {
    const { length } = octets;
    if (length < HEADER_OCTETS + 1 + QUESTION_TAIL_OCTETS) return false;
    // QR and the opcode are zero, one question, no answers, no authorities, and at most one additional record.
    if (((octets[2] as number) & 0xf8) !== 0 || octets[4] !== 0 || octets[5] !== 1) return false;
    if (((octets[6] as number) | (octets[7] as number) | (octets[8] as number) | (octets[9] as number)) !== 0)
      return false;
    if (octets[10] !== 0 || (octets[11] as number) > 1) return false;

    let at = HEADER_OCTETS;
    let capitals = false;
    for (;;) {
      const size = octets[at] as number;
      if (size === 0) break;
      const next = at + 1 + size;
      if (size > 63 || next >= length) return false;
      for (let i = at + 1; i < next; i++) {
        const octet = octets[i] as number;
        capitals ||= octet >= 0x41 && octet <= 0x5a;
      }
      at = next;
    }
    at += 1;
    if (at - HEADER_OCTETS > MAX_NAME_OCTETS || at + QUESTION_TAIL_OCTETS > length) return false;
    const type = ((octets[at] as number) << 8) | (octets[at + 1] as number);
    if (type >= FIRST_META_TYPE || SPECIAL.has(type)) return false;
    if (octets[at + 2] !== 0 || octets[at + 3] !== CLASS.IN) return false;
    this.type = type;
    this.key = capitals ? this.#inLowerCase(octets, at) : octets.toString("latin1", HEADER_OCTETS, at + 2);
    this.end = at + QUESTION_TAIL_OCTETS;
    this.hasEdns = octets[11] === 1;
    this.subnetAt = 0;
    this.cookieAt = 0;
    if (this.hasEdns) return this.#readOpt(octets);
    this.dnssecOk = false;
    return this.end === length;
  }

  #inLowerCase(octets: Buffer, nameEnd: number): string {
    const copy = this.#lowerCase;
    for (let i = HEADER_OCTETS; i < nameEnd; i++) {
      const octet = octets[i] as number;
      copy[i - HEADER_OCTETS] = octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
    }
    const length = nameEnd - HEADER_OCTETS;
    copy[length] = octets[nameEnd] as number;
    copy[length + 1] = octets[nameEnd + 1] as number;
    return copy.toString("latin1", 0, length + 2);
  }

  /** The OPT record, if it is the rest of the message and has nothing that must be looked at more closely. */
  #readOpt(octets: Buffer): boolean {
    const { length } = octets;
    const at = this.end;
    if (at + OPT_OCTETS > length) return false;
    if (octets[at] !== 0 || octets[at + 1] !== 0 || octets[at + 2] !== TYPE.OPT) return false;
    // Version 0.
    if (octets[at + 6] !== 0) return false;
    this.udpSize = ((octets[at + 3] as number) << 8) | (octets[at + 4] as number);
    this.dnssecOk = ((octets[at + 7] as number) & 0x80) !== 0;
    const rdataOctets = ((octets[at + 9] as number) << 8) | (octets[at + 10] as number);
    if (at + OPT_OCTETS + rdataOctets !== length) return false;
    return this.#readOptions(octets, at + OPT_OCTETS);
  }

  /** At most one of each, up to the end. */
  #readOptions(octets: Buffer, from: number): boolean {
    const { length } = octets;
    let at = from;
    while (at < length) {
      const start = at + OPTION_HEAD_OCTETS;
      if (start > length || octets[at] !== 0 || octets[at + 2] !== 0) return false;
      const size = octets[at + 3] as number;
      at = start + size;
      if (at > length) return false;
      const code = octets[start - 3];
      const known =
        code === EDNS_OPTION.CLIENT_SUBNET
          ? this.subnetAt === 0 && this.#readSubnet(octets, start, size)
          : code === EDNS_OPTION.COOKIE && this.cookieAt === 0 && this.#readCookie(start, size);
      if (!known) return false;
    }
    return true;
  }

  #readCookie(start: number, size: number): boolean {
    if (size !== CLIENT_COOKIE_OCTETS && size !== WHOLE_COOKIE_OCTETS) return false;
    this.cookieAt = start;
    this.cookieOctets = size;
    return true;
  }

  /** As RFC 7871 section 6 wants it in a query. */
  #readSubnet(octets: Buffer, start: number, size: number): boolean {
    if (size < SUBNET_HEAD_OCTETS) return false;
    const family = ((octets[start] as number) << 8) | (octets[start + 1] as number);
    const bits = octets[start + 2] as number;
    const mostBits = family === 1 ? 32 : family === 2 ? 128 : 0;
    const scope = octets[start + 3];
    if (bits > mostBits || mostBits === 0 || scope !== 0 || size !== SUBNET_HEAD_OCTETS + ((bits + 7) >> 3))
      return false;
    // No bit past the prefix.
    const spare = -bits & 7;
    if (((octets[start + size - 1] as number) & ((1 << spare) - 1)) !== 0) return false;
    this.subnetAt = start;
    this.subnetOctets = size;
    return true;
  }
}
