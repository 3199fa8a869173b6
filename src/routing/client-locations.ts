/**
 * Where clients are, from a small built-in table of addresses that belong to nobody: documentation prefixes, and loopback
 * and private blocks numbered by telephone country code, so that `dig -b 127.49.0.1` asks from Germany.
 * Sources: RFC 5737 and RFC 3849 for the prefixes, ISO 3166 for the codes, ITU-T E.164 for the numbers.
 */

import { type ClientLocation, type ClientLocator, commonBits, contains, parseSubnet, type Subnet } from "./client.ts";

function place(
  continentCode: string,
  countryCode: string,
  latitude: number,
  longitude: number,
  subdivisionCode?: string,
): ClientLocation {
  return {
    continentCode,
    countryCode,
    ...(subdivisionCode === undefined ? {} : { subdivisionCode }),
    coordinates: { latitude, longitude },
  };
}

const VIRGINIA = place("NA", "US", 38.95, -77.45, "VA");
const TEXAS = place("NA", "US", 32.78, -96.8, "TX");
const CALIFORNIA = place("NA", "US", 37.77, -122.42, "CA");
const WASHINGTON = place("NA", "US", 47.61, -122.33, "WA");
const CANADA = place("NA", "CA", 45.5, -73.57, "QC");
const BRAZIL = place("SA", "BR", -23.55, -46.63, "SP");
const ARGENTINA = place("SA", "AR", -34.6, -58.38);
const GERMANY = place("EU", "DE", 50.11, 8.68);
const FRANCE = place("EU", "FR", 48.86, 2.35);
const BRITAIN = place("EU", "GB", 51.51, -0.13);
const IRELAND = place("EU", "IE", 53.35, -6.26);
const SPAIN = place("EU", "ES", 40.42, -3.7);
const SWEDEN = place("EU", "SE", 59.33, 18.07);
const JAPAN = place("AS", "JP", 35.68, 139.69);
const INDIA = place("AS", "IN", 19.08, 72.88);
const SINGAPORE = place("AS", "SG", 1.35, 103.82);
const AUSTRALIA = place("OC", "AU", -33.87, 151.21);
const NEW_ZEALAND = place("OC", "NZ", -36.85, 174.76);
const SOUTH_AFRICA = place("AF", "ZA", -33.92, 18.42);
const EGYPT = place("AF", "EG", 30.04, 31.24);

const BY_CALLING_CODE: readonly (readonly [number, ClientLocation])[] = [
  [1, VIRGINIA],
  [20, EGYPT],
  [27, SOUTH_AFRICA],
  [33, FRANCE],
  [34, SPAIN],
  [44, BRITAIN],
  [46, SWEDEN],
  [49, GERMANY],
  [54, ARGENTINA],
  [55, BRAZIL],
  [61, AUSTRALIA],
  [64, NEW_ZEALAND],
  [65, SINGAPORE],
  [81, JAPAN],
  [91, INDIA],
];

const DOCUMENTATION: readonly (readonly [string, ClientLocation])[] = [
  ["192.0.2.0/26", VIRGINIA],
  ["192.0.2.64/26", CALIFORNIA],
  ["192.0.2.128/26", CANADA],
  ["192.0.2.192/26", BRAZIL],
  ["198.51.100.0/26", GERMANY],
  ["198.51.100.64/26", FRANCE],
  ["198.51.100.128/26", BRITAIN],
  ["198.51.100.192/26", IRELAND],
  ["203.0.113.0/26", JAPAN],
  ["203.0.113.64/26", SINGAPORE],
  ["203.0.113.128/26", AUSTRALIA],
  ["203.0.113.192/26", INDIA],
];

/** The United States have four: the third octet's upper two bits tell them apart; the first is the whole block's. */
const UNITED_STATES: readonly (readonly [string, ClientLocation])[] = [10, 127].flatMap((net) => [
  [`${net}.1.64.0/18`, TEXAS] as const,
  [`${net}.1.128.0/18`, CALIFORNIA] as const,
  [`${net}.1.192.0/18`, WASHINGTON] as const,
]);

export interface LocatedBlock {
  readonly block: Subnet;
  /** As text, for documentation. */
  readonly prefix: string;
  readonly location: ClientLocation;
}

/** Longest first, so that the first that holds a client is the right one. */
export const LOCATED_BLOCKS: readonly LocatedBlock[] = [
  ...DOCUMENTATION,
  ...UNITED_STATES,
  ...BY_CALLING_CODE.flatMap(([code, location]) => [
    [`10.${code}.0.0/16`, location] as const,
    [`127.${code}.0.0/16`, location] as const,
    [`2001:db8:${code}::/48`, location] as const,
  ]),
]
  .flatMap(([prefix, location]) => {
    const block = parseSubnet(prefix);
    return block === undefined ? [] : [{ block, prefix, location }];
  })
  .sort((a, b) => b.block.prefixLength - a.block.prefixLength);

/** The block that holds all of a subnet. For a subnet wider than the blocks in it: the one at its start, as nothing tells more. */
export function locate(subnet: Subnet): LocatedBlock | undefined {
  const start: Subnet = { octets: subnet.octets, prefixLength: subnet.octets.length * 8 };
  return LOCATED_BLOCKS.find(({ block }) => contains(block, start));
}

/**
 * How many bits of a subnet's address tell its place: everybody with the same ones is in the same place. More than the block
 * that it lies in has, where that block has others inside (RFC 7871 section 7.2.1: answers must not overlap).
 */
export function bitsThatLocate({ octets }: Subnet): number {
  const start: Subnet = { octets, prefixLength: octets.length * 8 };
  let bits = 0;
  for (const { block } of LOCATED_BLOCKS) {
    if (block.octets.length !== octets.length) continue;
    const inside = contains(block, start);
    bits = Math.max(bits, inside ? block.prefixLength : commonBits(block.octets, octets) + 1);
    // Longest first: what is left are shorter ones, which hold this block or are further away than its neighbours.
    if (inside) break;
  }
  return bits;
}

/** The table as a locator. */
export const locateInTable: ClientLocator = (subnet) => ({
  location: locate(subnet)?.location,
  bits: bitsThatLocate(subnet),
});

/** A location of the table that has this country, or this country and subdivision (`DE`, `US-CA`). */
export function locationOfCountry(code: string): ClientLocation | undefined {
  const [country, subdivision] = code.toUpperCase().split("-");
  return LOCATED_BLOCKS.map(({ location }) => location).find(
    (location) =>
      location.countryCode === country && (subdivision === undefined || location.subdivisionCode === subdivision),
  );
}
