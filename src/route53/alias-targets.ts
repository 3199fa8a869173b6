/** What aliases to AWS's own services point at: the names of their resources, and the hosted zones that those lie in. */

import {
  API_GATEWAY_ZONE_IDS,
  APP_RUNNER_ZONE_IDS,
  APPLICATION_LOAD_BALANCER_ZONE_IDS,
  CLOUDFRONT_ZONE_ID,
  ELASTIC_BEANSTALK_ZONE_IDS,
  GLOBAL_ACCELERATOR_ZONE_ID,
  NETWORK_LOAD_BALANCER_ZONE_IDS,
  S3_WEBSITE_ZONE_IDS,
  type ZoneIdsByRegion,
} from "./alias-zone-ids.ts";
import { type DomainName, domainName } from "./names.ts";
import type { RecordType } from "./record-set.ts";

interface ServiceZone {
  readonly hostedZoneId: string;
  /** What every target in that zone ends in. */
  readonly suffix: DomainName;
}

/** General Reference, service endpoints. */
const SERVICE_ZONES: readonly ServiceZone[] = [
  { hostedZoneId: CLOUDFRONT_ZONE_ID, suffix: domainName("cloudfront.net") },
  { hostedZoneId: GLOBAL_ACCELERATOR_ZONE_ID, suffix: domainName("awsglobalaccelerator.com") },
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

/** Those whose websites have a known zone. */
export const S3_WEBSITE_REGIONS: readonly string[] = Object.keys(S3_WEBSITE_ZONE_IDS);

/** The services whose resources an alias may name (API reference, AliasTarget), as a set-up file calls them. */
export const ALIAS_SERVICES = [
  "cloudfront",
  "s3Website",
  "elb",
  "apiGateway",
  "globalAccelerator",
  "vpcEndpoint",
  "appRunner",
  "elasticBeanstalk",
] as const;
export type AliasService = (typeof ALIAS_SERVICES)[number];

/** A name of a service's resources: group 1 is the Region where the zone depends on it. */
interface NameForm {
  readonly pattern: RegExp;
  /** None: AWS publishes no table, and DescribeVpcEndpoints tells it. */
  readonly zone: string | ZoneIdsByRegion | undefined;
}

interface Service {
  readonly forms: readonly NameForm[];
  readonly example: string;
}

const CLOUDFRONT_NAME: NameForm = { pattern: /^[a-z0-9-]+\.cloudfront\.net$/, zone: CLOUDFRONT_ZONE_ID };

/** Names in lower case and without the trailing dot. */
const SERVICES: Readonly<Record<AliasService, Service>> = {
  cloudfront: { forms: [CLOUDFRONT_NAME], example: "d111111abcdef8.cloudfront.net" },
  s3Website: {
    forms: [{ pattern: /^s3-website[-.]([a-z0-9-]+)\.amazonaws\.com$/, zone: S3_WEBSITE_ZONE_IDS }],
    example: "eu-west-1",
  },
  elb: {
    forms: [
      {
        pattern: /^.+\.([a-z0-9-]+)\.elb\.amazonaws\.com(?:\.cn)?$/,
        zone: APPLICATION_LOAD_BALANCER_ZONE_IDS,
      },
      { pattern: /^.+\.elb\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/, zone: NETWORK_LOAD_BALANCER_ZONE_IDS },
    ],
    example: "my-lb-1234567890.eu-west-1.elb.amazonaws.com",
  },
  apiGateway: {
    forms: [
      { pattern: /^[a-z0-9-]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com$/, zone: API_GATEWAY_ZONE_IDS },
      // Edge-optimized custom domain names are distributions.
      CLOUDFRONT_NAME,
    ],
    example: "d-abcde12345.execute-api.eu-west-1.amazonaws.com",
  },
  globalAccelerator: {
    forms: [{ pattern: /^.+\.awsglobalaccelerator\.com$/, zone: GLOBAL_ACCELERATOR_ZONE_ID }],
    example: "a1234567890abcdef.awsglobalaccelerator.com",
  },
  vpcEndpoint: {
    forms: [{ pattern: /^.+\.([a-z0-9-]+)\.vpce\.amazonaws\.com$/, zone: undefined }],
    example: "vpce-0123456789abcdef0-abcdefgh.sqs.eu-west-1.vpce.amazonaws.com",
  },
  appRunner: {
    forms: [{ pattern: /^.+\.([a-z0-9-]+)\.awsapprunner\.com$/, zone: APP_RUNNER_ZONE_IDS }],
    example: "abcde12345.eu-west-1.awsapprunner.com",
  },
  elasticBeanstalk: {
    // An environment without its Region in the name cannot be an alias's target.
    forms: [{ pattern: /^.+\.([a-z0-9-]+)\.elasticbeanstalk\.com$/, zone: ELASTIC_BEANSTALK_ZONE_IDS }],
    example: "my-env.eu-west-1.elasticbeanstalk.com",
  },
};

/** For people. */
export const SERVICE_NAMES: Readonly<Record<AliasService, string>> = {
  cloudfront: "a CloudFront distribution",
  s3Website: "an S3 website",
  elb: "a load balancer",
  apiGateway: "an API Gateway domain",
  globalAccelerator: "an accelerator",
  vpcEndpoint: "a VPC endpoint",
  appRunner: "an App Runner service",
  elasticBeanstalk: "an Elastic Beanstalk environment",
};

/** A name of the kind that a service gives, for messages; of S3 websites the Region alone. */
export function serviceExample(service: AliasService): string {
  return SERVICES[service].example;
}

export interface ServiceTarget {
  readonly service: AliasService;
  /** Undefined where no table has it. */
  readonly hostedZoneId: string | undefined;
}

/** What a name is a resource of; undefined for a name that is no service's. */
export function serviceOf(
  target: DomainName,
  services: readonly AliasService[] = ALIAS_SERVICES,
): ServiceTarget | undefined {
  const name = target.slice(0, -1);
  for (const service of services) {
    for (const { pattern, zone } of SERVICES[service].forms) {
      const match = pattern.exec(name);
      if (match === null) continue;
      const hostedZoneId = typeof zone === "object" ? zone[match[1] ?? ""] : zone;
      return { service, hostedZoneId };
    }
  }
  return undefined;
}

/** Whether Route 53 can judge the health of what a target is: of everything but distributions (API reference, AliasTarget). */
export function evaluatesTargetHealth(target: DomainName): boolean {
  return !target.endsWith(".cloudfront.net.");
}

/** Types that an alias to a service's resource may have; distributions answer HTTPS too. */
export function serviceAliasTypes(service: AliasService): readonly RecordType[] {
  return service === "cloudfront" ? ["A", "AAAA", "HTTPS"] : ["A", "AAAA"];
}

/** Undefined for a name that is no load balancer's in a Region known here. */
export function loadBalancerZoneId(dnsName: string): string | undefined {
  const name = dnsName.toLowerCase();
  return serviceOf((name.endsWith(".") ? name : `${name}.`) as DomainName, ["elb"])?.hostedZoneId;
}
