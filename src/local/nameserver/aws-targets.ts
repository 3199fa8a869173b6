/**
 * Answers for AWS resources that aliases point to and that are not here. Addresses are made up from the name, always the same,
 * on loopback, where nothing listens. They let an alias to CloudFront or a load balancer answer as it would on AWS.
 */

import { createHash } from "node:crypto";
import { rdataFromText } from "../../dns/rdata.ts";
import { TYPE } from "../../dns/types.ts";
import { type DomainName, domainName, isWithin } from "../../route53/names.ts";

/** Domains of the services that aliases may name (Developer Guide, "Choosing between alias and non-alias records"). */
const RESOURCE_DOMAINS = [
  "amazonaws.com",
  "awsapprunner.com",
  "awsglobalaccelerator.com",
  "cloudfront.net",
  "elasticbeanstalk.com",
  "on.aws",
].map(domainName);

/** The TTL that Route 53 gives an alias to another service's resource. */
export const AWS_RESOURCE_TTL_SECONDS = 60;

const CLOUDFRONT = domainName("cloudfront.net");

/** What a distribution with HTTP/2 and HTTP/3 is described by (What's New, July 2025: "Amazon CloudFront announces support for HTTPS DNS records"). */
const DISTRIBUTION_HTTPS = rdataFromText("HTTPS", '1 . alpn="h2,h3"');

/** One record's data: an address for A and AAAA, for distributions HTTPS too; nothing for names that are no AWS resource's. */
export function awsResourceData(target: DomainName, type: number): Uint8Array | undefined {
  if (!RESOURCE_DOMAINS.some((domain) => isWithin(target, domain))) return undefined;
  const digest = createHash("sha256").update(target).digest();
  // 127.53.128.0/17, away from every address the backend itself uses.
  if (type === TYPE.A) return Uint8Array.of(127, 53, 128 | digest.readUInt8(0), digest.readUInt8(1));
  if (type === TYPE.HTTPS && isWithin(target, CLOUDFRONT)) return DISTRIBUTION_HTTPS;
  if (type !== TYPE.AAAA) return undefined;
  return Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0x53, 0, 0, ...digest.subarray(0, 8));
}
