/** What aliases to AWS's own services point at: hosted zones that are the same everywhere, and names of S3 websites. */

import { type DomainName, domainName } from "./names.ts";

interface ServiceZone {
  readonly hostedZoneId: string;
  /** What every target in that zone ends in. */
  readonly suffix: DomainName;
}

/** General Reference, service endpoints. */
const SERVICE_ZONES: readonly ServiceZone[] = [
  { hostedZoneId: "Z2FDTNDATAQYW2", suffix: domainName("cloudfront.net") },
  { hostedZoneId: "Z2BJ6XQ5FK7U4H", suffix: domainName("awsglobalaccelerator.com") },
];

/** Where the targets of a well-known zone live; undefined for a zone this project does not know. */
export function serviceZoneSuffix(hostedZoneId: string): DomainName | undefined {
  return SERVICE_ZONES.find((zone) => zone.hostedZoneId === hostedZoneId)?.suffix;
}

/** The Regions whose website endpoints have a hyphen before the Region; all later ones have a dot. */
const HYPHENATED_WEBSITE_REGIONS: ReadonlySet<string> = new Set([
  "ap-northeast-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "eu-west-1",
  "sa-east-1",
  "us-east-1",
  "us-gov-west-1",
  "us-west-1",
  "us-west-2",
]);

/** The name that an alias to a bucket's website points at (General Reference, "Amazon S3 website endpoints"). */
export function s3WebsiteName(region: string): DomainName {
  return domainName(`s3-website${HYPHENATED_WEBSITE_REGIONS.has(region) ? "-" : "."}${region}.amazonaws.com`);
}
