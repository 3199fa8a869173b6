import { describe, expect, it } from "vitest";
import { regionLocation } from "../../../src/routing/region-locations.ts";
import { regionCoordinates } from "../../../src/routing/regions.ts";

describe("a Region as a client's place", () => {
  it("is its country, in the United States its state, and its own coordinates", () => {
    expect(regionLocation("eu-central-1")).toEqual({
      continentCode: "EU",
      countryCode: "DE",
      coordinates: regionCoordinates("eu-central-1"),
    });
    expect(regionLocation("us-west-2")).toMatchObject({
      continentCode: "NA",
      countryCode: "US",
      subdivisionCode: "OR",
    });
    expect(regionLocation("ap-southeast-6")).toMatchObject({ continentCode: "OC", countryCode: "NZ" });
  });

  it("is nowhere for one that AWS has not", () => {
    expect(regionLocation("eu-atlantis-1")).toBeUndefined();
  });
});
