/**
 * Where clients are whose addresses belong to nobody: documentation prefixes, and loopback and private blocks numbered by
 * telephone country code, so that `dig -b 127.49.0.1` asks from Germany. Everybody else's place comes from a database.
 * Sources: RFC 5737 and RFC 3849 for the prefixes, ISO 3166 for the codes, ITU-T E.164 for the numbers, and IANA's
 * special-purpose address registries (RFC 6890) for what is nobody's.
 */

import { type ClientLocation, type ClientLocator, parseSubnet, type Subnet } from "./client.ts";
import { countryLocation, isKnownState } from "./countries.ts";
import { PrefixTrie } from "./prefix-trie.ts";

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

/** In no order; the longest that holds a client is the right one. */
export const LOCATED_BLOCKS: readonly LocatedBlock[] = [
  ...DOCUMENTATION,
  ...UNITED_STATES,
  ...BY_CALLING_CODE.flatMap(([code, location]) => [
    [`10.${code}.0.0/16`, location] as const,
    [`127.${code}.0.0/16`, location] as const,
    [`2001:db8:${code}::/48`, location] as const,
  ]),
].flatMap(([prefix, location]) => {
  const block = parseSubnet(prefix);
  return block === undefined ? [] : [{ block, prefix, location }];
});

/** Blocks with no place beyond the table's: no database is asked for them. */
const NOBODYS: readonly string[] = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
  "::/127",
  "2001:db8::/32",
  "3fff::/20",
  "fc00::/7",
  "fe80::/10",
  "ff00::/8",
];

/** Of every address that is nobody's: its place, or that it has none. */
const TABLE = new PrefixTrie<{ readonly location: ClientLocation | undefined }>();
for (const prefix of NOBODYS) {
  const block = parseSubnet(prefix);
  if (block !== undefined) TABLE.set(block, { location: undefined });
}
for (const { block, location } of LOCATED_BLOCKS) TABLE.set(block, { location });

/** The table as a locator. For a subnet wider than the blocks in it: the one at its start, as nothing tells more. */
export const locateInTable: ClientLocator = ({ octets }) => {
  const { value, bits } = TABLE.find(octets);
  return { location: value?.location, bits };
};

/** The table for what is nobody's, a database for every public address. */
export function locateWith(database: ClientLocator): ClientLocator {
  return (subnet) => {
    const { value, bits } = TABLE.find(subnet.octets);
    if (value !== undefined) return { location: value.location, bits };
    const found = database(subnet);
    return found.bits >= bits ? found : { location: found.location, bits };
  };
}

/**
 * A place for a country, or a country and its subdivision (`DE`, `US-CA`): the table's where it has that very one, so that
 * `--from DE` and 127.49.0.1 are in one place. Undefined for a code that is none.
 */
export function locationOfCountry(code: string): ClientLocation | undefined {
  const [country = "", subdivision] = code.toUpperCase().split("-");
  const tabled = LOCATED_BLOCKS.find(
    ({ location }) => location.countryCode === country && location.subdivisionCode === subdivision,
  );
  if (tabled !== undefined) return tabled.location;
  if (subdivision !== undefined && !isKnownState(country, subdivision)) return undefined;
  return countryLocation(country, subdivision);
}
