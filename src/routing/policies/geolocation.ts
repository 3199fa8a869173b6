/**
 * Geolocation routing: the smallest place that holds the client and is healthy: subdivision, country, continent, default.
 * Source: Route 53 Developer Guide, "Geolocation routing".
 */

import type { GeoLocationPlace } from "../../route53/record-set.ts";
import type { Client } from "../client.ts";
import type { GeolocationNode } from "../tree.ts";
import { type BranchHealth, mostSpecific, type Selection } from "./selection.ts";

/** 0 for a subdivision, 1 for a country, 2 for a continent, 3 for the default; undefined when the place does not hold the client. */
export function specificity(place: GeoLocationPlace, { location }: Client): 0 | 1 | 2 | 3 | undefined {
  if (place.countryCode === "*") return 3;
  if (location === undefined) return undefined;
  if (place.countryCode === undefined) return place.continentCode === location.continentCode ? 2 : undefined;
  if (place.countryCode !== location.countryCode) return undefined;
  if (place.subdivisionCode === undefined) return 1;
  return place.subdivisionCode === location.subdivisionCode ? 0 : undefined;
}

/** The branches whose place holds the client, the smallest first. */
export function geolocationMatches(node: GeolocationNode, client: Client): GeolocationNode["branches"] {
  // A handful at most out of many: put in order as they are found.
  const matches: GeolocationNode["branches"][number][] = [];
  const levels: number[] = [];
  for (const branch of node.branches) {
    const level = specificity(branch.place, client);
    if (level === undefined) continue;
    let at = levels.length;
    while (at > 0 && (levels[at - 1] ?? 0) > level) at--;
    levels.splice(at, 0, level);
    matches.splice(at, 0, branch);
  }
  return matches;
}

export function selectGeolocation(node: GeolocationNode, health: BranchHealth, client: Client): Selection {
  return mostSpecific(geolocationMatches(node, client), health);
}
