/** What another tool's format cannot say of a record set, so that whoever reads the export knows what is not in it. */

import { displayName } from "../route53/names.ts";
import type { RecordSet, RoutingPolicy } from "../route53/record-set.ts";

export interface Unsaid {
  /** `api.example.com A blue` */
  readonly subject: string;
  readonly why: string;
}

export interface ExportedZone {
  readonly text: string;
  /** Record sets that the text has as comments only, and what it leaves out of others. */
  readonly unsaid: readonly Unsaid[];
  /** Record sets that it says. */
  readonly said: number;
}

/** An identifier may hold anything: quoted, and on one line, it ends no comment. */
export function subjectOf(set: RecordSet): string {
  const id = set.setIdentifier === undefined ? "" : ` ${onOneLine(set.setIdentifier)}`;
  return `${displayName(set.name)} ${set.type}${id}`;
}

/** Text from outside for a comment: printable, on one line. */
function onOneLine(text: string): string {
  const quoted = JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return /^[\w.:/*-]+$/.test(text) ? text : quoted;
}

function place(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(" ");
}

function policyInWords(policy: RoutingPolicy): string {
  switch (policy.kind) {
    case "simple":
    case "multivalue":
      return policy.kind;
    case "weighted":
      return `weighted ${policy.weight}`;
    case "latency":
      return `latency ${policy.region}`;
    case "failover":
      return `failover ${policy.role}`;
    case "geolocation": {
      const { continentCode, countryCode, subdivisionCode } = policy.place;
      return `geolocation ${place([continentCode, countryCode, subdivisionCode])}`;
    }
    case "geoproximity": {
      const { awsRegion, localZoneGroup, coordinates, bias } = policy.place;
      const point = coordinates === undefined ? undefined : `${coordinates.latitude},${coordinates.longitude}`;
      return `geoproximity ${place([awsRegion, localZoneGroup, point])} bias ${bias}`;
    }
    case "cidr":
      return `IP-based, location ${onOneLine(policy.locationName)} of ${onOneLine(policy.collectionId)}`;
  }
}

/** One line that says all of a record set, for a comment. */
export function recordSetInWords(set: RecordSet): string {
  const { answer } = set;
  // What such a set lists as its value is a sentence of the API's, not an answer.
  if (set.trafficPolicyInstanceId !== undefined) {
    return `${subjectOf(set)}: traffic policy instance ${onOneLine(set.trafficPolicyInstanceId)}`;
  }
  const says =
    answer.kind === "alias"
      ? `alias of ${displayName(answer.target)} in zone ${answer.hostedZoneId}${answer.evaluateTargetHealth ? ", evaluates its health" : ""}`
      : `TTL ${answer.ttlSeconds}, ${answer.values.map(onOneLine).join(" ")}`;
  return [
    `${subjectOf(set)}:`,
    [
      ...(set.policy.kind === "simple" ? [] : [policyInWords(set.policy)]),
      says,
      ...(set.healthCheckId === undefined ? [] : [`health check ${set.healthCheckId}`]),
    ].join("; "),
  ].join(" ");
}

/** Route 53's own: nobody else's file can make it. */
export const OF_AN_INSTANCE = "belongs to a traffic policy instance";
