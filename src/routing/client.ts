/** Who asks, as far as routing cares: an address or subnet, and where on Earth that is. */

import { parseIpv4, parseIpv6 } from "../route53/record-data/ip-address.ts";

export interface Coordinates {
  /** Degrees, -90 to 90; north is positive. */
  readonly latitude: number;
  /** Degrees, -180 to 180; east is positive. */
  readonly longitude: number;
}

export interface ClientLocation {
  /** `AF`, `AN`, `AS`, `EU`, `NA`, `OC` or `SA`. */
  readonly continentCode: string;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode: string;
  /** Second part of the ISO 3166-2 code, e.g. `CA` of `US-CA`. */
  readonly subdivisionCode?: string;
  readonly coordinates: Coordinates;
}

/** An address block: the client subnet of the query, or the resolver's address with its full length. */
export interface Subnet {
  /** Four or sixteen octets, in network order; bits past the prefix are zero. */
  readonly octets: Uint8Array;
  readonly prefixLength: number;
}

export interface Client {
  readonly subnet: Subnet;
  /** Undefined when no table maps the address; only default locations then match. */
  readonly location: ClientLocation | undefined;
}

export interface LocatedSubnet {
  /** Undefined when nothing maps the address. */
  readonly location: ClientLocation | undefined;
  /** How many leading bits of the address tell that: everybody who shares them is there too (RFC 7871 section 7.2.1). */
  readonly bits: number;
}

/** Where a subnet is: the place of its first address when it reaches over several. */
export type ClientLocator = (subnet: Subnet) => LocatedSubnet;

/** Reads `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/48`; undefined when it is neither address nor prefix. */
export function parseSubnet(text: string): Subnet | undefined {
  const slash = text.indexOf("/");
  const address = slash < 0 ? text : text.slice(0, slash);
  const octets = parseIpv4(address) ?? parseIpv6(address);
  if (octets === undefined) return undefined;
  const bits = octets.length * 8;
  if (slash < 0) return { octets, prefixLength: bits };
  const length = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits) return undefined;
  return masked(octets, Number(length));
}

/** The block of that length around an address. */
export function masked(octets: Uint8Array, prefixLength: number): Subnet {
  const copy = Uint8Array.from(octets);
  for (let index = 0; index < copy.length; index++) {
    const kept = Math.min(8, Math.max(0, prefixLength - index * 8));
    copy[index] = (copy[index] ?? 0) & (0xff00 >> kept) & 0xff;
  }
  return { octets: copy, prefixLength };
}

/** Whether all of `inner` lies in `outer`. */
export function contains(outer: Subnet, inner: Subnet): boolean {
  if (outer.octets.length !== inner.octets.length || outer.prefixLength > inner.prefixLength) return false;
  const whole = outer.prefixLength >> 3;
  for (let index = 0; index < whole; index++) if (outer.octets[index] !== inner.octets[index]) return false;
  const rest = outer.prefixLength & 7;
  return rest === 0 || (((outer.octets[whole] ?? 0) ^ (inner.octets[whole] ?? 0)) & (0xff00 >> rest) & 0xff) === 0;
}
