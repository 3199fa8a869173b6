/**
 * The AWS Regions as places that clients may be at: the country of each, and the state in the United States.
 * Source: AWS Global Infrastructure pages, "Regions and Availability Zones", as of November 2026.
 */

import { CONTINENTS } from "../route53/geo-locations.ts";
import type { ClientLocation } from "./client.ts";
import { regionCoordinates } from "./regions.ts";

const COUNTRIES: Readonly<Record<string, string>> = {
  "af-south-1": "ZA",
  "ap-east-1": "HK",
  "ap-east-2": "TW",
  "ap-northeast-1": "JP",
  "ap-northeast-2": "KR",
  "ap-northeast-3": "JP",
  "ap-south-1": "IN",
  "ap-south-2": "IN",
  "ap-southeast-1": "SG",
  "ap-southeast-2": "AU",
  "ap-southeast-3": "ID",
  "ap-southeast-4": "AU",
  "ap-southeast-5": "MY",
  "ap-southeast-6": "NZ",
  "ap-southeast-7": "TH",
  "ca-central-1": "CA",
  "ca-west-1": "CA",
  "cn-north-1": "CN",
  "cn-northwest-1": "CN",
  "eu-central-1": "DE",
  "eu-central-2": "CH",
  "eu-north-1": "SE",
  "eu-south-1": "IT",
  "eu-south-2": "ES",
  "eu-west-1": "IE",
  "eu-west-2": "GB",
  "eu-west-3": "FR",
  "eusc-de-east-1": "DE",
  "il-central-1": "IL",
  "me-central-1": "AE",
  "me-south-1": "BH",
  "mx-central-1": "MX",
  "sa-east-1": "BR",
  "us-east-1": "US-VA",
  "us-east-2": "US-OH",
  "us-gov-east-1": "US-OH",
  "us-gov-west-1": "US-OR",
  "us-west-1": "US-CA",
  "us-west-2": "US-OR",
};

/** In alphabetical order. */
export const AWS_REGIONS: readonly string[] = Object.keys(COUNTRIES);

/** The continent that Route 53 has a country in. */
export function continentOf(countryCode: string): string | undefined {
  return Object.entries(CONTINENTS).find(([, { countries }]) => countryCode in countries)?.[0];
}

/** A client at a Region; undefined for a Region this table does not know. */
export function regionLocation(region: string): ClientLocation | undefined {
  const [countryCode, subdivisionCode] = COUNTRIES[region]?.split("-") ?? [];
  const coordinates = regionCoordinates(region);
  const continentCode = countryCode && continentOf(countryCode);
  if (countryCode === undefined || continentCode === undefined || coordinates === undefined) return undefined;
  return { continentCode, countryCode, ...(subdivisionCode === undefined ? {} : { subdivisionCode }), coordinates };
}
