/**
 * The latency model used when nothing better is at hand: there and back along the great circle. AWS measures; we cannot,
 * and say so. Replace it by passing another {@link LatencyModel}.
 */

import type { LatencyModel } from "./context.ts";
import { clientCoordinates, distanceKm, regionCoordinates } from "./regions.ts";

/** Light in fibre does about 200 km a millisecond; cables are about half as long again as the great circle. */
const ROUND_TRIP_KM_PER_MS = 200 / 2 / 1.5;

export const greatCircleLatency: LatencyModel = (location, region) => {
  const place = regionCoordinates(region);
  if (place === undefined) return Number.POSITIVE_INFINITY;
  return distanceKm(clientCoordinates(location), place) / ROUND_TRIP_KM_PER_MS;
};
