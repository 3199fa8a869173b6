/** Who asks: a country, a network, a Region, or nobody in particular. */

import { Failure } from "../errors.ts";
import { CONTINENTS, findGeoPlace } from "../route53/geo-locations.ts";
import { type Client, type ClientLocation, type ClientLocator, parseSubnet, type Subnet } from "../routing/client.ts";
import { locationOfCountry } from "../routing/client-locations.ts";
import { AWS_REGIONS, continentOf, regionLocation } from "../routing/region-places.ts";
import type { ShownClient } from "./explanation.ts";

export interface AskingClient {
  readonly client: Client;
  readonly shown: ShownClient;
}

/** At most one of the three. */
export interface ClientChoice {
  readonly from?: string | undefined;
  readonly subnet?: string | undefined;
  readonly region?: string | undefined;
}

/** An address that lies in no block: a client of which only the place is known. */
const NO_ADDRESS: Subnet = { octets: new Uint8Array(4), prefixLength: 0 };

export const NOBODY: AskingClient = {
  client: { subnet: NO_ADDRESS, location: undefined },
  shown: { text: "nobody in particular" },
};

export function clientAt(location: ClientLocation, text: string): AskingClient {
  return { client: { subnet: NO_ADDRESS, location }, shown: { text, location } };
}

export function clientIn(subnet: Subnet, text: string, locate: ClientLocator): AskingClient {
  const { location } = locate(subnet);
  return {
    client: { subnet, location },
    shown: { text: `clients in ${text}`, subnet: text, ...(location === undefined ? {} : { location }) },
  };
}

/** `Germany`, `California, United States`; the code where Route 53 has no name. */
export function countryName(code: string): string {
  const [countryCode = "", subdivisionCode] = code.split("-");
  const continentCode = continentOf(countryCode);
  const country = (continentCode && CONTINENTS[continentCode]?.countries[countryCode]) ?? countryCode;
  if (subdivisionCode === undefined) return country;
  return `${findGeoPlace({ countryCode, subdivisionCode })?.subdivisionName ?? subdivisionCode}, ${country}`;
}

function usage(code: string, message: string, next: string): Failure {
  return new Failure({ kind: "usage", code, message, next });
}

/** Throws a usage Failure for what is no place or network. */
export function readClient({ from, subnet, region }: ClientChoice, locate: ClientLocator): AskingClient {
  if ([from, subnet, region].filter((one) => one !== undefined).length > 1) {
    throw usage("explain.two-clients", "--from, --subnet and --region each say who asks", "give one of them");
  }
  if (from !== undefined) {
    const location = locationOfCountry(from);
    if (location !== undefined) return clientAt(location, `clients in ${countryName(from.toUpperCase())}`);
    throw usage(
      "explain.country",
      `'${from}' is no country known here`,
      "give a code such as DE, or US-CA for a state",
    );
  }
  if (region !== undefined) {
    const location = regionLocation(region);
    if (location !== undefined) return clientAt(location, `clients at ${region}`);
    throw usage(
      "explain.region",
      `'${region}' is no AWS Region`,
      `give one such as ${AWS_REGIONS.slice(0, 3).join(", ")}`,
    );
  }
  if (subnet === undefined) return NOBODY;
  const read = parseSubnet(subnet);
  if (read !== undefined) return clientIn(read, subnet, locate);
  throw usage("explain.subnet", `'${subnet}' is no network`, "give a network such as 198.51.100.0/24 or 2001:db8::/48");
}
