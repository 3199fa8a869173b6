/** A record set as this project thinks of it: normal form, one answer, one routing policy; and to and from the API's shape. */

import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { type DomainName, domainName, toRoute53 } from "./names.ts";

/** The record types Route 53 hosts (Developer Guide, "Supported DNS record types"). */
export const RECORD_TYPES = [
  "A",
  "AAAA",
  "CAA",
  "CNAME",
  "DS",
  "HTTPS",
  "MX",
  "NAPTR",
  "NS",
  "PTR",
  "SOA",
  "SPF",
  "SRV",
  "SSHFP",
  "SVCB",
  "TLSA",
  "TXT",
] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

export function isRecordType(text: string): text is RecordType {
  return (RECORD_TYPES as readonly string[]).includes(text);
}

export interface RecordsAnswer {
  readonly kind: "records";
  readonly ttlSeconds: number;
  /** Presentation form, as Route 53 keeps it. */
  readonly values: readonly string[];
}

export interface AliasAnswer {
  readonly kind: "alias";
  /** The hosted zone of the *target*, without `/hostedzone/`. */
  readonly hostedZoneId: string;
  readonly target: DomainName;
  readonly evaluateTargetHealth: boolean;
}

export type Answer = RecordsAnswer | AliasAnswer;

export interface GeoLocationPlace {
  readonly continentCode?: string;
  /** ISO 3166-1 alpha-2, or `*` for the default. */
  readonly countryCode?: string;
  readonly subdivisionCode?: string;
}

export interface GeoProximityPlace {
  readonly awsRegion?: string;
  readonly localZoneGroup?: string;
  readonly coordinates?: {
    readonly latitude: number;
    readonly longitude: number;
  };
  /** -99 to 99; 0 when not given. */
  readonly bias: number;
}

export type RoutingPolicy =
  | { readonly kind: "simple" }
  | { readonly kind: "weighted"; readonly weight: number }
  | { readonly kind: "latency"; readonly region: string }
  | { readonly kind: "failover"; readonly role: "PRIMARY" | "SECONDARY" }
  | { readonly kind: "geolocation"; readonly place: GeoLocationPlace }
  | { readonly kind: "geoproximity"; readonly place: GeoProximityPlace }
  | { readonly kind: "multivalue" }
  | {
      readonly kind: "cidr";
      readonly collectionId: string;
      readonly locationName: string;
    };

export interface RecordSet {
  readonly name: DomainName;
  readonly type: RecordType;
  readonly answer: Answer;
  readonly policy: RoutingPolicy;
  /** Present exactly when the policy is not simple. */
  readonly setIdentifier?: string;
  readonly healthCheckId?: string;
  /** Set when a traffic policy instance made it; such a record set is the instance's alone. */
  readonly trafficPolicyInstanceId?: string;
}

/** What makes two record sets the same one: name, type and set identifier. */
export function recordSetKey(set: Pick<RecordSet, "name" | "type" | "setIdentifier">): string {
  return `${set.name} ${set.type} ${set.setIdentifier ?? ""}`;
}

/** Strips `/hostedzone/`, `/change/`, `/delegationset/` from an id as the API returns it. */
export function bareId(id: string): string {
  return id.replace(/^\/(hostedzone|change|delegationset)\//, "");
}

function policyOf(set: ResourceRecordSet): RoutingPolicy {
  if (set.Weight !== undefined) return { kind: "weighted", weight: set.Weight };
  if (set.Region !== undefined) return { kind: "latency", region: set.Region };
  if (set.Failover !== undefined) return { kind: "failover", role: set.Failover };
  if (set.GeoLocation !== undefined) {
    const { ContinentCode, CountryCode, SubdivisionCode } = set.GeoLocation;
    return {
      kind: "geolocation",
      place: {
        ...(ContinentCode === undefined ? {} : { continentCode: ContinentCode }),
        ...(CountryCode === undefined ? {} : { countryCode: CountryCode }),
        ...(SubdivisionCode === undefined ? {} : { subdivisionCode: SubdivisionCode }),
      },
    };
  }
  if (set.GeoProximityLocation !== undefined) {
    const { AWSRegion, LocalZoneGroup, Coordinates, Bias } = set.GeoProximityLocation;
    return {
      kind: "geoproximity",
      place: {
        ...(AWSRegion === undefined ? {} : { awsRegion: AWSRegion }),
        ...(LocalZoneGroup === undefined ? {} : { localZoneGroup: LocalZoneGroup }),
        ...(Coordinates === undefined
          ? {}
          : {
              coordinates: {
                latitude: Number(Coordinates.Latitude),
                longitude: Number(Coordinates.Longitude),
              },
            }),
        bias: Bias ?? 0,
      },
    };
  }
  if (set.MultiValueAnswer) return { kind: "multivalue" };
  if (set.CidrRoutingConfig !== undefined) {
    return {
      kind: "cidr",
      collectionId: set.CidrRoutingConfig.CollectionId ?? "",
      locationName: set.CidrRoutingConfig.LocationName ?? "",
    };
  }
  return { kind: "simple" };
}

/** Reads the API's shape. The caller has validated it; a type this project does not know is kept as it is. */
export function fromApi(set: ResourceRecordSet): RecordSet {
  const alias = set.AliasTarget;
  const answer: Answer =
    alias === undefined
      ? {
          kind: "records",
          ttlSeconds: Number(set.TTL ?? 0),
          values: (set.ResourceRecords ?? []).map((record) => record.Value ?? ""),
        }
      : {
          kind: "alias",
          hostedZoneId: bareId(alias.HostedZoneId ?? ""),
          target: domainName(alias.DNSName ?? ""),
          evaluateTargetHealth: alias.EvaluateTargetHealth ?? false,
        };
  return {
    name: domainName(set.Name ?? ""),
    type: set.Type as RecordType,
    answer,
    policy: policyOf(set),
    ...(set.SetIdentifier === undefined ? {} : { setIdentifier: set.SetIdentifier }),
    ...(set.HealthCheckId === undefined ? {} : { healthCheckId: set.HealthCheckId }),
    ...(set.TrafficPolicyInstanceId === undefined ? {} : { trafficPolicyInstanceId: set.TrafficPolicyInstanceId }),
  };
}

function policyToApi(policy: RoutingPolicy): Partial<ResourceRecordSet> {
  switch (policy.kind) {
    case "simple":
      return {};
    case "weighted":
      return { Weight: policy.weight };
    case "latency":
      return {
        Region: policy.region as NonNullable<ResourceRecordSet["Region"]>,
      };
    case "failover":
      return { Failover: policy.role };
    case "multivalue":
      return { MultiValueAnswer: true };
    case "cidr":
      return {
        CidrRoutingConfig: {
          CollectionId: policy.collectionId,
          LocationName: policy.locationName,
        },
      };
    case "geolocation": {
      const { continentCode, countryCode, subdivisionCode } = policy.place;
      return {
        GeoLocation: {
          ...(continentCode === undefined ? {} : { ContinentCode: continentCode }),
          ...(countryCode === undefined ? {} : { CountryCode: countryCode }),
          ...(subdivisionCode === undefined ? {} : { SubdivisionCode: subdivisionCode }),
        },
      };
    }
    case "geoproximity": {
      const { awsRegion, localZoneGroup, coordinates, bias } = policy.place;
      return {
        GeoProximityLocation: {
          ...(awsRegion === undefined ? {} : { AWSRegion: awsRegion }),
          ...(localZoneGroup === undefined ? {} : { LocalZoneGroup: localZoneGroup }),
          ...(coordinates === undefined
            ? {}
            : {
                Coordinates: {
                  Latitude: String(coordinates.latitude),
                  Longitude: String(coordinates.longitude),
                },
              }),
          Bias: bias,
        },
      };
    }
  }
}

/** Writes the API's shape, names as Route 53 prints them. */
export function toApi(set: RecordSet): ResourceRecordSet {
  const { answer } = set;
  return {
    Name: toRoute53(set.name),
    Type: set.type,
    ...(set.setIdentifier === undefined ? {} : { SetIdentifier: set.setIdentifier }),
    ...policyToApi(set.policy),
    ...(answer.kind === "records"
      ? {
          TTL: answer.ttlSeconds,
          ResourceRecords: answer.values.map((Value) => ({ Value })),
        }
      : {
          AliasTarget: {
            HostedZoneId: answer.hostedZoneId,
            DNSName: toRoute53(answer.target),
            EvaluateTargetHealth: answer.evaluateTargetHealth,
          },
        }),
    ...(set.healthCheckId === undefined ? {} : { HealthCheckId: set.healthCheckId }),
    ...(set.trafficPolicyInstanceId === undefined ? {} : { TrafficPolicyInstanceId: set.trafficPolicyInstanceId }),
  };
}
