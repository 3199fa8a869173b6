/**
 * Where the AWS Regions and Local Zones are, near enough for distances: the metropolitan area that AWS names for each.
 * Source: AWS Global Infrastructure pages ("Regions and Availability Zones", "Local Zones locations"), as of November 2026.
 */

import type { GeoProximityPlace } from "../route53/record-set.ts";
import type { ClientLocation, Coordinates } from "./client.ts";

/** Latitude and longitude in degrees. */
const REGIONS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ["af-south-1", [-33.92, 18.42]],
  ["ap-east-1", [22.32, 114.17]],
  ["ap-east-2", [25.03, 121.57]],
  ["ap-northeast-1", [35.68, 139.69]],
  ["ap-northeast-2", [37.57, 126.98]],
  ["ap-northeast-3", [34.69, 135.5]],
  ["ap-south-1", [19.08, 72.88]],
  ["ap-south-2", [17.39, 78.49]],
  ["ap-southeast-1", [1.35, 103.82]],
  ["ap-southeast-2", [-33.87, 151.21]],
  ["ap-southeast-3", [-6.21, 106.85]],
  ["ap-southeast-4", [-37.81, 144.96]],
  ["ap-southeast-5", [3.14, 101.69]],
  ["ap-southeast-6", [-36.85, 174.76]],
  ["ap-southeast-7", [13.76, 100.5]],
  ["ca-central-1", [45.5, -73.57]],
  ["ca-west-1", [51.05, -114.07]],
  ["cn-north-1", [39.9, 116.41]],
  ["cn-northwest-1", [37.51, 105.2]],
  ["eu-central-1", [50.11, 8.68]],
  ["eu-central-2", [47.38, 8.54]],
  ["eu-north-1", [59.33, 18.07]],
  ["eu-south-1", [45.46, 9.19]],
  ["eu-south-2", [41.65, -0.89]],
  ["eu-west-1", [53.35, -6.26]],
  ["eu-west-2", [51.51, -0.13]],
  ["eu-west-3", [48.86, 2.35]],
  ["eusc-de-east-1", [52.41, 12.55]],
  ["il-central-1", [32.09, 34.78]],
  ["me-central-1", [25.2, 55.27]],
  ["me-south-1", [26.07, 50.55]],
  ["mx-central-1", [20.59, -100.39]],
  ["sa-east-1", [-23.55, -46.63]],
  ["us-east-1", [38.95, -77.45]],
  ["us-east-2", [39.96, -83.0]],
  ["us-gov-east-1", [39.96, -83.0]],
  ["us-gov-west-1", [45.84, -119.7]],
  ["us-west-1", [37.77, -122.42]],
  ["us-west-2", [45.84, -119.7]],
]);

/** By the three letters that a Local Zone group carries after its parent Region, e.g. `us-east-1-atl-1`. */
const LOCAL_ZONE_CITIES: ReadonlyMap<string, readonly [number, number]> = new Map([
  ["abe", [40.6, -75.47]],
  ["akl", [-36.85, 174.76]],
  ["ath", [37.98, 23.73]],
  ["atl", [33.75, -84.39]],
  ["bkk", [13.76, 100.5]],
  ["bna", [36.16, -86.78]],
  ["bos", [42.36, -71.06]],
  ["bue", [-34.6, -58.38]],
  ["ccu", [22.57, 88.36]],
  ["chi", [41.88, -87.63]],
  ["cph", [55.68, 12.57]],
  ["del", [28.61, 77.21]],
  ["den", [39.74, -104.99]],
  ["dfw", [32.78, -96.8]],
  ["ham", [53.55, 9.99]],
  ["han", [21.03, 105.85]],
  ["hel", [60.17, 24.94]],
  ["hnl", [21.31, -157.86]],
  ["iah", [29.76, -95.37]],
  ["ist", [41.01, 28.98]],
  ["jan", [32.3, -90.18]],
  ["las", [36.17, -115.14]],
  ["lax", [34.05, -118.24]],
  ["lim", [-12.05, -77.04]],
  ["los", [6.52, 3.38]],
  ["mci", [39.1, -94.58]],
  ["mct", [23.59, 58.41]],
  ["mia", [25.76, -80.19]],
  ["mnl", [14.6, 120.98]],
  ["msp", [44.98, -93.27]],
  ["nyc", [40.71, -74.01]],
  ["pdx", [45.52, -122.68]],
  ["per", [-31.95, 115.86]],
  ["phl", [39.95, -75.17]],
  ["phx", [33.45, -112.07]],
  ["qro", [20.59, -100.39]],
  ["sbn", [41.68, -86.25]],
  ["scl", [-33.45, -70.67]],
  ["sea", [47.61, -122.33]],
  ["tpe", [25.03, 121.57]],
  ["waw", [52.23, 21.01]],
]);

/** Where a client that no table knows is taken to be. Our choice; AWS has data for every address. */
const FALLBACK_REGION = "us-east-1";

function coordinates([latitude, longitude]: readonly [number, number]): Coordinates {
  return { latitude, longitude };
}

/** Undefined for a Region this table does not know. */
export function regionCoordinates(region: string): Coordinates | undefined {
  const place = REGIONS.get(region);
  return place && coordinates(place);
}

export function clientCoordinates(location: ClientLocation | undefined): Coordinates {
  if (location !== undefined) return location.coordinates;
  return regionCoordinates(FALLBACK_REGION) ?? { latitude: 0, longitude: 0 };
}

/** Where a geoproximity record's resource is; a Local Zone this table does not know counts as its parent Region. */
export function placeCoordinates(place: GeoProximityPlace): Coordinates | undefined {
  if (place.coordinates !== undefined) return place.coordinates;
  if (place.awsRegion !== undefined) return regionCoordinates(place.awsRegion);
  const [, region, city] =
    /^([a-z]+(?:-[a-z]+)+-\d+)(?:-([a-z]{3})-\d+[a-z]?)?$/.exec(place.localZoneGroup ?? "") ?? [];
  const inCity = city === undefined ? undefined : LOCAL_ZONE_CITIES.get(city);
  if (inCity !== undefined) return coordinates(inCity);
  return region === undefined ? undefined : regionCoordinates(region);
}

const EARTH_RADIUS_KM = 6371;

/** Great-circle distance by the haversine formula. */
export function distanceKm(a: Coordinates, b: Coordinates): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const [latitudeA, latitudeB] = [radians(a.latitude), radians(b.latitude)];
  const h =
    Math.sin((latitudeB - latitudeA) / 2) ** 2 +
    Math.cos(latitudeA) * Math.cos(latitudeB) * Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}
