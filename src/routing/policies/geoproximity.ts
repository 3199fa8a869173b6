/**
 * Geoproximity routing: the healthy resource nearest to the client, after its bias has pulled it nearer or pushed it away.
 * Source: Route 53 Developer Guide, "Geoproximity routing", with the formula of "How Amazon Route 53 uses bias to route traffic".
 */

import type { GeoProximityPlace } from "../../route53/record-set.ts";
import type { Client } from "../client.ts";
import { clientCoordinates, distanceKm, placeCoordinates } from "../regions.ts";
import type { GeoproximityNode } from "../tree.ts";
import { type BranchHealth, cheapest, type Selection } from "./selection.ts";

/** Kilometres as they count: a positive bias shrinks them, a negative one stretches them. Infinite for an unknown Region. */
export function biasedDistanceKm(place: GeoProximityPlace, client: Client): number {
  const there = placeCoordinates(place);
  if (there === undefined) return Number.POSITIVE_INFINITY;
  const distance = distanceKm(clientCoordinates(client.location), there);
  return place.bias >= 0 ? distance * (1 - place.bias / 100) : distance / (1 + place.bias / 100);
}

export function selectGeoproximity(node: GeoproximityNode, health: BranchHealth, client: Client): Selection {
  return cheapest(node.branches, health, ({ place }) => biasedDistanceKm(place, client), "nearest");
}
