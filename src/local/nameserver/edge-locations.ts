/** Which edge location a query would have come to: the nearest of some that Route 53 has, since anycast mostly does that. */

import type { ClientLocation } from "../../routing/client.ts";
import { clientCoordinates, distanceKm } from "../../routing/regions.ts";

/** Airport code and a number, as query logs write them; latitude and longitude in degrees. */
const EDGES = [
  ["ARN1", 59.65, 17.92],
  ["BOM1", 19.09, 72.87],
  ["CAI1", 30.12, 31.41],
  ["CDG3", 49.01, 2.55],
  ["CPT1", -33.97, 18.6],
  ["DFW3", 32.9, -97.04],
  ["DUB2", 53.42, -6.27],
  ["EZE1", -34.82, -58.54],
  ["FRA6", 50.03, 8.57],
  ["GRU1", -23.43, -46.47],
  ["IAD12", 38.95, -77.46],
  ["LHR5", 51.47, -0.45],
  ["MAD1", 40.47, -3.57],
  ["NRT12", 35.77, 140.39],
  ["SEA4", 47.45, -122.31],
  ["SFO5", 37.62, -122.38],
  ["SIN2", 1.36, 103.99],
  ["SYD1", -33.95, 151.18],
  ["YUL2", 45.47, -73.74],
] as const;

const NEAREST = new WeakMap<ClientLocation, string>();

function nearestEdge(location: ClientLocation | undefined): string {
  const here = clientCoordinates(location);
  let best = { code: "IAD12", km: Number.POSITIVE_INFINITY };
  for (const [code, latitude, longitude] of EDGES) {
    const km = distanceKm(here, { latitude, longitude });
    if (km < best.km) best = { code, km };
  }
  return best.code;
}

const UNPLACED = nearestEdge(undefined);

/** e.g. `FRA6` */
export function edgeLocation(location: ClientLocation | undefined): string {
  if (location === undefined) return UNPLACED;
  const known = NEAREST.get(location);
  if (known !== undefined) return known;
  const code = nearestEdge(location);
  NEAREST.set(location, code);
  return code;
}
