import { describe, expect, it } from "vitest";
import { findGeoPlace, GEO_PLACES } from "../../../src/route53/geo-locations.ts";

describe("the places of geolocation routing", () => {
  it("list countries first, each with its subdivisions, and continents last", () => {
    expect(GEO_PLACES[0]).toEqual({ countryCode: "*", countryName: "Default" });
    const us = GEO_PLACES.findIndex((place) => place.countryCode === "US");
    expect(GEO_PLACES[us + 1]).toMatchObject({ countryCode: "US", subdivisionCode: "AK", subdivisionName: "Alaska" });
    expect(GEO_PLACES.slice(-7).map((place) => place.continentCode)).toEqual([
      "AF",
      "AN",
      "AS",
      "EU",
      "NA",
      "OC",
      "SA",
    ]);
  });

  it("have no code twice", () => {
    const keys = GEO_PLACES.map((place) => `${place.continentCode} ${place.countryCode} ${place.subdivisionCode}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("are found by exactly their codes", () => {
    expect(findGeoPlace({ countryCode: "DE" })).toEqual({ countryCode: "DE", countryName: "Germany" });
    expect(findGeoPlace({ continentCode: "EU" })?.continentName).toBe("Europe");
    expect(findGeoPlace({ subdivisionCode: "CA" })).toBeUndefined();
  });
});
