/** Hosted zones of AWS's own that aliases may name everywhere alike (General Reference, service endpoints). */

import { type DomainName, domainName } from "./names.ts";

interface ServiceZone {
  readonly hostedZoneId: string;
  /** What every target in that zone ends in. */
  readonly suffix: DomainName;
}

const SERVICE_ZONES: readonly ServiceZone[] = [
  { hostedZoneId: "Z2FDTNDATAQYW2", suffix: domainName("cloudfront.net") },
  { hostedZoneId: "Z2BJ6XQ5FK7U4H", suffix: domainName("awsglobalaccelerator.com") },
];

/** Where the targets of a well-known zone live; undefined for a zone this project does not know. */
export function serviceZoneSuffix(hostedZoneId: string): DomainName | undefined {
  return SERVICE_ZONES.find((zone) => zone.hostedZoneId === hostedZoneId)?.suffix;
}
