/** Addresses that nobody on the internet reaches, and why. Sources: RFC 6890 and the registries it names, RFC 5737, RFC 3849, RFC 9637. */

import { parseIpv4, parseIpv6 } from "../route53/record-data/ip-address.ts";

export interface AddressKind {
  readonly kind: "private" | "documentation" | "reserved";
  /** As the end of a sentence: `an address of documentation (RFC 5737)`. */
  readonly text: string;
}

interface Block extends AddressKind {
  readonly octets: readonly number[];
  readonly bits: number;
}

function block(octets: readonly number[], bits: number, kind: AddressKind["kind"], text: string): Block {
  return { octets, bits, kind, text };
}

const DOCUMENTATION = "an address of documentation";

const IPV4: readonly Block[] = [
  block([0], 8, "reserved", "an address of this network (RFC 791)"),
  block([10], 8, "private", "a private address (RFC 1918)"),
  block([100, 64], 10, "private", "an address shared behind carriers (RFC 6598)"),
  block([127], 8, "reserved", "a loopback address (RFC 1122)"),
  block([169, 254], 16, "reserved", "a link-local address (RFC 3927)"),
  block([172, 16], 12, "private", "a private address (RFC 1918)"),
  block([192, 0, 2], 24, "documentation", `${DOCUMENTATION} (RFC 5737)`),
  block([192, 168], 16, "private", "a private address (RFC 1918)"),
  block([198, 18], 15, "reserved", "an address of benchmarks (RFC 2544)"),
  block([198, 51, 100], 24, "documentation", `${DOCUMENTATION} (RFC 5737)`),
  block([203, 0, 113], 24, "documentation", `${DOCUMENTATION} (RFC 5737)`),
  block([224], 4, "reserved", "a multicast address (RFC 5771)"),
  block([240], 4, "reserved", "a reserved address (RFC 1112)"),
];

const LOOPBACK_IPV6 = [...new Array<number>(15).fill(0), 1];

const IPV6: readonly Block[] = [
  block(LOOPBACK_IPV6, 128, "reserved", "a loopback address (RFC 4291)"),
  block([0x20, 0x01, 0x0d, 0xb8], 32, "documentation", `${DOCUMENTATION} (RFC 3849)`),
  block([0x3f, 0xff, 0x00], 20, "documentation", `${DOCUMENTATION} (RFC 9637)`),
  block([0xfc], 7, "private", "a unique local address (RFC 4193)"),
  block([0xfe, 0x80], 10, "reserved", "a link-local address (RFC 4291)"),
  block([0xff], 8, "reserved", "a multicast address (RFC 4291)"),
];

function isIn(octets: Uint8Array, { octets: prefix, bits }: Block): boolean {
  for (let i = 0; i * 8 < bits; i++) {
    const mask = (0xff << Math.max(0, 8 - (bits - i * 8))) & 0xff;
    if (((octets[i] ?? 0) & mask) !== ((prefix[i] ?? 0) & mask)) return false;
  }
  return true;
}

/** Undefined for an address that may be reached, and for what is none. */
export function addressKind(text: string): AddressKind | undefined {
  const ipv4 = parseIpv4(text);
  const octets = ipv4 ?? parseIpv6(text);
  if (octets === undefined) return undefined;
  const found = (ipv4 === undefined ? IPV6 : IPV4).find((one) => isIn(octets, one));
  return found && { kind: found.kind, text: found.text };
}
