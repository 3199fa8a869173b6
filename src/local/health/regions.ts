/**
 * The regions that health checkers probe from, each with the address its checker shows. Route 53 has several checkers in a
 * region; here each region has one, so a region is one vote of the 18 % rule. The addresses lie in the ranges that AWS
 * publishes for ROUTE53_HEALTHCHECKS (ip-ranges.json, GetCheckerIpRanges); probes really leave from the loopback interface.
 */

export interface CheckerRegion {
  readonly region: string;
  readonly checkerAddress: string;
}

export const CHECKER_REGIONS: readonly CheckerRegion[] = [
  { region: "us-east-1", checkerAddress: "54.243.31.205" },
  { region: "us-west-1", checkerAddress: "54.183.255.140" },
  { region: "us-west-2", checkerAddress: "54.244.52.216" },
  { region: "eu-west-1", checkerAddress: "54.228.16.30" },
  { region: "ap-southeast-1", checkerAddress: "54.251.31.152" },
  { region: "ap-southeast-2", checkerAddress: "54.252.79.150" },
  { region: "ap-northeast-1", checkerAddress: "54.248.220.22" },
  { region: "sa-east-1", checkerAddress: "54.232.40.88" },
];

/** Those that a check asks for, in the order above; all of them when it names none. */
export function checkersFor(regions: readonly string[] | undefined): readonly CheckerRegion[] {
  if (regions === undefined || regions.length === 0) return CHECKER_REGIONS;
  return CHECKER_REGIONS.filter(({ region }) => regions.includes(region));
}
