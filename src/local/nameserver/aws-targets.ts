/**
 * Addresses for AWS resources that aliases point to and that are not here: made up from the name, always the same, on
 * loopback, where nothing listens. They let an alias to CloudFront or a load balancer answer as it would on AWS.
 */

import { createHash } from "node:crypto";
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

/** One address for A and AAAA; nothing for other types and for names that are no AWS resource's. */
export function awsResourceAddress(target: DomainName, type: number): Uint8Array | undefined {
  if (!RESOURCE_DOMAINS.some((domain) => isWithin(target, domain))) return undefined;
  const digest = createHash("sha256").update(target).digest();
  // 127.53.128.0/17, away from every address the backend itself uses.
  if (type === TYPE.A) return Uint8Array.of(127, 53, 128 | digest.readUInt8(0), digest.readUInt8(1));
  if (type !== TYPE.AAAA) return undefined;
  return Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0x53, 0, 0, ...digest.subarray(0, 8));
}
