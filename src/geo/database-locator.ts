/** Where clients are by a MaxMind DB, or by a file of that format with other names for the same: pure, given the file. */

import type { ClientLocation, ClientLocator, Coordinates } from "../routing/client.ts";
import { locationOfCountry } from "../routing/client-locations.ts";
import { countryLocation } from "../routing/countries.ts";
import type { MaxmindFile } from "./maxmind-file.ts";

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

function code(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === "string" && pattern.test(value) ? value : undefined;
}

const COUNTRY = /^[A-Z]{2}$/;
const SUBDIVISION = /^[0-9A-Z]{1,3}$/;

/** MaxMind's `country` is where the network is used, `registered_country` where it was assigned; others have one flat field. */
function countryOf(record: unknown): string | undefined {
  return (
    code(member(member(record, "country"), "iso_code"), COUNTRY) ??
    code(member(member(record, "registered_country"), "iso_code"), COUNTRY) ??
    code(member(record, "country_code"), COUNTRY) ??
    code(member(record, "country"), COUNTRY)
  );
}

function degrees(value: unknown, limit: number): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Math.abs(number) <= limit ? number : undefined;
}

function coordinatesOf(record: unknown): Coordinates | undefined {
  for (const place of [member(record, "location"), record]) {
    const latitude = degrees(member(place, "latitude"), 90);
    const longitude = degrees(member(place, "longitude"), 180);
    if (latitude !== undefined && longitude !== undefined) return { latitude, longitude };
  }
  return undefined;
}

/** All that is looked at in a record. */
export const LOCATING_KEYS: ReadonlySet<string> = new Set([
  "country",
  "registered_country",
  "country_code",
  "subdivisions",
  "iso_code",
  "location",
  "latitude",
  "longitude",
]);

/** Undefined for a record without a country that there is. The continent is Route 53's, whatever the file says. */
export function locationOfRecord(record: unknown): ClientLocation | undefined {
  const country = countryOf(record);
  if (country === undefined) return undefined;
  const [largest] = [member(record, "subdivisions")].flat();
  const subdivision = code(member(largest, "iso_code"), SUBDIVISION);
  const named = locationOfCountry(subdivision === undefined ? country : `${country}-${subdivision}`);
  const location = named ?? countryLocation(country, subdivision);
  const coordinates = coordinatesOf(record);
  return location === undefined || coordinates === undefined ? location : { ...location, coordinates };
}

/** City databases have some 100,000 records; clients come from far fewer of them. */
const MOST_KNOWN = 50_000;

/** `onDefect` is told once of each record that cannot be read; its clients are then in no place. */
export function databaseLocator(file: MaxmindFile, onDefect: (error: unknown) => void): ClientLocator {
  const known = new Map<number, ClientLocation | undefined>();
  const read = (record: number): ClientLocation | undefined => {
    try {
      return locationOfRecord(file.record(record, LOCATING_KEYS));
    } catch (error) {
      onDefect(error);
      return undefined;
    }
  };
  const locationAt = (record: number): ClientLocation | undefined => {
    const location = known.get(record);
    if (location !== undefined || known.has(record)) return location;
    const made = read(record);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(record, made);
    return made;
  };
  return ({ octets }) => {
    const { record, bits } = file.find(octets);
    return { location: record === undefined ? undefined : locationAt(record), bits };
  };
}
