/** The reason for an answer in plain sentences, one a step; only words, no layout. */

import { displayName } from "../route53/names.ts";
import type { GeoLocationPlace } from "../route53/record-set.ts";
import type { SelectionReason } from "./policies/selection.ts";
import type { ConsideredBranch, Criterion, DecisionStep } from "./reason.ts";
import type { Origin } from "./tree.ts";

export function originText(origin: Origin): string {
  return origin.kind === "rule" ? `rule ${origin.id}` : `${displayName(origin.name)} ${origin.type}`;
}

export function placeText(place: GeoLocationPlace): string {
  if (place.countryCode === "*") return "the default location";
  if (place.continentCode !== undefined) return `continent ${place.continentCode}`;
  return place.subdivisionCode === undefined
    ? `country ${place.countryCode}`
    : `subdivision ${place.countryCode}-${place.subdivisionCode}`;
}

export function criterionText(criterion: Criterion): string | undefined {
  switch (criterion.kind) {
    case "none":
      return undefined;
    case "weight":
      return `weight ${criterion.weight} of ${criterion.totalWeight}`;
    case "role":
      return criterion.role.toLowerCase();
    case "latency":
      return Number.isFinite(criterion.latencyMs)
        ? `${criterion.region}, about ${Math.round(criterion.latencyMs)} ms away`
        : `${criterion.region}, which is no Region known here`;
    case "place":
      return `${placeText(criterion.place)}${criterion.matches ? "" : ", which the client is not in"}`;
    case "proximity": {
      const { bias } = criterion.place;
      if (!Number.isFinite(criterion.biasedKm)) return "at a place that is not known here";
      return `${Math.round(criterion.biasedKm)} km away${bias === 0 ? "" : ` after bias ${bias}`}`;
    }
    case "cidr":
      if (criterion.locationName === "*") return "the default location";
      return `location ${criterion.locationName}${criterion.matches ? "" : ", which the client is not in"}`;
  }
}

function healthText(branch: ConsideredBranch): string {
  if (branch.healthCauses.length === 0) return "no health check";
  if (branch.healthy) return "healthy";
  const cause = branch.healthCauses.find(({ healthy }) => !healthy);
  return cause?.kind === "check" ? `unhealthy (check ${cause.healthCheckId})` : "unhealthy (nothing healthy behind it)";
}

function branchText(branch: ConsideredBranch): string {
  const criterion = criterionText(branch.criterion);
  return `${branch.label} (${criterion === undefined ? "" : `${criterion}; `}${healthText(branch)})`;
}

const WHY: Readonly<Record<SelectionReason, string>> = {
  only: "it is the only record set",
  "drawn-by-weight": "drawn by weight",
  "zero-weights-stand-in": "every record set with a weight is unhealthy, so those with weight 0 stand in",
  "equal-shares": "all weights are 0, so all have equal shares",
  "primary-healthy": "the primary is healthy",
  "primary-unhealthy": "the primary is unhealthy",
  "no-primary": "there is no primary",
  "all-eligible": "all that can answer do",
  sample: "eight are drawn at random",
  "lowest-latency": "it has the lowest latency",
  nearest: "it is the nearest",
  "most-specific": "it is the smallest place that holds the client",
  "next-larger": "the smaller places are unhealthy",
  "no-match": "the client is in no listed place and there is no default",
};

/** Locations of a CIDR collection are not larger or smaller than one another. */
function cidrWhy(why: SelectionReason, chosen: ConsideredBranch | undefined): string | undefined {
  if (why === "next-larger") return "what the client's own location has is unhealthy";
  if (why !== "most-specific" || chosen?.criterion.kind !== "cidr") return undefined;
  return chosen.criterion.locationName === "*"
    ? "the client is in none of the others"
    : "the client is in its location";
}

function whyText({ why, policy, noneHealthy, considered }: Extract<DecisionStep, { kind: "policy" }>): string {
  const chosen = considered.find((branch) => branch.chosen);
  const text = (policy === "cidr" ? cidrWhy(why, chosen) : undefined) ?? WHY[why];
  if (!noneHealthy) return text;
  return `none is healthy, so all count as healthy${why === "primary-unhealthy" ? ", the primary first" : `; ${text}`}`;
}

/**
 * Values come as the record sets have them: strip them before a terminal. `shareOf` says how likely a chosen branch is, where
 * it is not certain.
 */
export function stepSentence(step: DecisionStep, shareOf?: (branch: ConsideredBranch) => string | undefined): string {
  if (step.kind === "alias") {
    const target = `${displayName(step.alias.target)} ${step.alias.type}`;
    return step.found ? `It is an alias for ${target}.` : `It is an alias for ${target}, which no zone here has.`;
  }
  const chosen = step.considered
    .filter((branch) => branch.chosen)
    .map((branch) => {
      const share = shareOf?.(branch);
      return share === undefined ? branch.label : `${branch.label} (${share})`;
    });
  const [only] = step.considered;
  if (step.policy === "simple" && only !== undefined) {
    const although = step.noneHealthy ? ", although it is unhealthy" : "";
    return `${originText(step.origin)} has one answer for everybody${although}.`;
  }
  const considered = step.considered.map(branchText).join(", ");
  const result = chosen.length === 0 ? "no answer" : chosen.join(", ");
  return `${originText(step.origin)} is ${step.policy}: of ${considered}, it answers ${result}: ${whyText(step)}.`;
}
