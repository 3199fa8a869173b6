/** The places of geolocation routing: ListGeoLocations and GetGeoLocation. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { GeoLocationDetails } from "@aws-sdk/client-route-53";
import { findGeoPlace, GEO_PLACES, type GeoPlace } from "../../../route53/geo-locations.ts";
import type { Handlers } from "../../protocol/service.ts";
import { invalidInput, route53Error } from "./errors.ts";
import { pageSize, takePage } from "./paging.ts";

type Names = "ListGeoLocations" | "GetGeoLocation";

interface Codes {
  readonly continentCode?: string;
  readonly countryCode?: string;
  readonly subdivisionCode?: string;
}

function placeToApi(place: GeoPlace): GeoLocationDetails {
  return {
    ...(place.continentCode === undefined ? {} : { ContinentCode: place.continentCode }),
    ...(place.continentName === undefined ? {} : { ContinentName: place.continentName }),
    ...(place.countryCode === undefined ? {} : { CountryCode: place.countryCode }),
    ...(place.countryName === undefined ? {} : { CountryName: place.countryName }),
    ...(place.subdivisionCode === undefined ? {} : { SubdivisionCode: place.subdivisionCode }),
    ...(place.subdivisionName === undefined ? {} : { SubdivisionName: place.subdivisionName }),
  };
}

/** Throws InvalidInput for combinations that name no place. */
function codesOf(continent: string | undefined, country: string | undefined, subdivision: string | undefined): Codes {
  if (continent !== undefined && (country !== undefined || subdivision !== undefined)) {
    throw invalidInput("A continent code cannot be combined with a country code or a subdivision code.");
  }
  if (subdivision !== undefined && country === undefined) {
    throw invalidInput("A subdivision code requires a country code.");
  }
  return {
    ...(continent === undefined ? {} : { continentCode: continent }),
    ...(country === undefined ? {} : { countryCode: country }),
    ...(subdivision === undefined ? {} : { subdivisionCode: subdivision }),
  };
}

export const placeHandlers: Handlers<typeof sdk, Names> = {
  ListGeoLocations(input) {
    const size = pageSize(input.MaxItems);
    const from = codesOf(input.StartContinentCode, input.StartCountryCode, input.StartSubdivisionCode);
    const first = Object.keys(from).length === 0 ? GEO_PLACES[0] : findGeoPlace(from);
    const page = takePage(first === undefined ? [] : GEO_PLACES.slice(GEO_PLACES.indexOf(first)), size);
    const next = page.next;
    return {
      GeoLocationDetailsList: page.items.map(placeToApi),
      IsTruncated: next !== undefined,
      ...(next?.continentCode === undefined ? {} : { NextContinentCode: next.continentCode }),
      ...(next?.countryCode === undefined ? {} : { NextCountryCode: next.countryCode }),
      ...(next?.subdivisionCode === undefined ? {} : { NextSubdivisionCode: next.subdivisionCode }),
      MaxItems: size,
    };
  },

  GetGeoLocation(input) {
    const codes = codesOf(input.ContinentCode, input.CountryCode, input.SubdivisionCode);
    const place = findGeoPlace(Object.keys(codes).length === 0 ? { countryCode: "*" } : codes);
    if (place === undefined) {
      throw route53Error("NoSuchGeoLocation", "Amazon Route 53 doesn't support the specified geographic location.");
    }
    return { GeoLocationDetails: placeToApi(place) };
  },
};
