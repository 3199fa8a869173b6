/**
 * A client that is in an AWS Region rather than at an address: for private zones AWS counts where the VPC is that asks (Developer
 * Guide, "Geolocation routing in private hosted zones", "Latency-based routing in private hosted zones"). Countries and states as
 * AWS names the Regions ("AWS Regions", AWS Regions and Availability Zones User Guide), as of November 2026.
 */

import type { ClientLocation } from "./client.ts";
import { countryLocation } from "./countries.ts";
import { regionCoordinates } from "./regions.ts";

/** Country and, in the United States, the state. */
const COUNTRIES: ReadonlyMap<string, readonly [country: string, state?: string]> = new Map([
  ["af-south-1", ["ZA"]],
  ["ap-east-1", ["HK"]],
  ["ap-east-2", ["TW"]],
  ["ap-northeast-1", ["JP"]],
  ["ap-northeast-2", ["KR"]],
  ["ap-northeast-3", ["JP"]],
  ["ap-south-1", ["IN"]],
  ["ap-south-2", ["IN"]],
  ["ap-southeast-1", ["SG"]],
  ["ap-southeast-2", ["AU"]],
  ["ap-southeast-3", ["ID"]],
  ["ap-southeast-4", ["AU"]],
  ["ap-southeast-5", ["MY"]],
  ["ap-southeast-6", ["NZ"]],
  ["ap-southeast-7", ["TH"]],
  ["ca-central-1", ["CA"]],
  ["ca-west-1", ["CA"]],
  ["cn-north-1", ["CN"]],
  ["cn-northwest-1", ["CN"]],
  ["eu-central-1", ["DE"]],
  ["eu-central-2", ["CH"]],
  ["eu-north-1", ["SE"]],
  ["eu-south-1", ["IT"]],
  ["eu-south-2", ["ES"]],
  ["eu-west-1", ["IE"]],
  ["eu-west-2", ["GB"]],
  ["eu-west-3", ["FR"]],
  ["eusc-de-east-1", ["DE"]],
  ["il-central-1", ["IL"]],
  ["me-central-1", ["AE"]],
  ["me-south-1", ["BH"]],
  ["mx-central-1", ["MX"]],
  ["sa-east-1", ["BR"]],
  ["us-east-1", ["US", "VA"]],
  ["us-east-2", ["US", "OH"]],
  ["us-gov-east-1", ["US", "OH"]],
  ["us-gov-west-1", ["US", "OR"]],
  ["us-west-1", ["US", "CA"]],
  ["us-west-2", ["US", "OR"]],
]);

/** Undefined for a Region that is in no table here; only default locations match there. */
export function regionLocation(region: string): ClientLocation | undefined {
  const [country, state] = COUNTRIES.get(region) ?? [];
  const location = country === undefined ? undefined : countryLocation(country, state);
  const coordinates = regionCoordinates(region);
  return location && coordinates && { ...location, coordinates };
}
