/**
 * EC2's Regions and their Availability Zones. Source: EC2 User Guide, "Regions and Zones". Which letter stands for which zone id
 * differs from account to account on AWS; here it is always the order of the letters.
 */

/** The Regions that every account has without opting in. */
export const DEFAULT_REGIONS: readonly string[] = [
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
];

/** Those that do not have the zones a, b and c. */
const ZONE_LETTERS: Readonly<Record<string, string>> = {
  "ap-northeast-1": "acd",
  "ap-northeast-2": "abcd",
  "ca-central-1": "abd",
  "us-east-1": "abcdef",
  "us-west-1": "ac",
  "us-west-2": "abcd",
};

export interface AvailabilityZone {
  /** e.g. `us-east-1a` */
  readonly name: string;
  /** e.g. `use1-az1` */
  readonly id: string;
}

/** `us-east-1` is `use1`, `ap-southeast-2` is `apse2`. */
function shortName(region: string): string {
  const [area = "", direction = "", number = ""] = region.split("-");
  return area + direction.replace(/(north|south|east|west|central)/g, (word) => word.charAt(0)) + number;
}

export function availabilityZonesOf(region: string): AvailabilityZone[] {
  const letters = ZONE_LETTERS[region] ?? "abc";
  return [...letters].map((letter, index) => ({
    name: `${region}${letter}`,
    id: `${shortName(region)}-az${index + 1}`,
  }));
}
