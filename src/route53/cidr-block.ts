/**
 * CIDR blocks of IP-based routing: IPv4 /1 to /24, IPv6 /1 to /48, in one form of writing.
 * Source: Route 53 Developer Guide, "IP-based routing"; that the bits past the prefix must be zero is our reading.
 */

import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "./record-data/ip-address.ts";

const LONGEST_IPV4_PREFIX = 24;
const LONGEST_IPV6_PREFIX = 48;

function hasBitsPast(octets: Uint8Array, prefixLength: number): boolean {
  return octets.some((octet, index) => (octet & (0xff >> Math.min(8, Math.max(0, prefixLength - index * 8)))) !== 0);
}

/** The block in canonical text, e.g. `2001:db8::/48`, or what is wrong with it as a sentence. */
export function readCidrBlock(text: string): { readonly block: string } | { readonly problem: string } {
  const [, address = "", length = ""] = /^([0-9a-f:.]+)\/([0-9]{1,3})$/i.exec(text) ?? [];
  const ipv4 = parseIpv4(address);
  const octets = ipv4 ?? parseIpv6(address);
  if (octets === undefined) return { problem: `The CIDR block ${text} is not valid.` };
  const prefixLength = Number(length);
  const longest = ipv4 === undefined ? LONGEST_IPV6_PREFIX : LONGEST_IPV4_PREFIX;
  if (prefixLength < 1 || prefixLength > longest) {
    const family = ipv4 === undefined ? "IPv6" : "IPv4";
    return { problem: `The prefix length of the ${family} CIDR block ${text} must be between 1 and ${longest}.` };
  }
  if (hasBitsPast(octets, prefixLength)) {
    return { problem: `The CIDR block ${text} is not valid: it has bits set after its prefix.` };
  }
  return { block: `${ipv4 === undefined ? formatIpv6(octets) : formatIpv4(octets)}/${prefixLength}` };
}
