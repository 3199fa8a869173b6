/** Where an operation of the local Route 53 does less than Route 53's, or something else; the conformance table shows it. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { Simplifications } from "../../protocol/service.ts";

const PROBES = "Loopback and private addresses may be probed. Alarms and routing controls are stored, nothing evaluates them";
const VPCS = "A VPC is an id: no network stands behind it";
const PLACES = "The subdivisions are those of the United States";

export const ROUTE53_SIMPLIFICATIONS: Simplifications<typeof sdk> = {
  CreateHostedZone:
    "Names that AWS keeps for itself, such as example.com, can be used. Name servers come from a pool of 64, so at most 16 zones of one name",
  ChangeResourceRecordSets:
    "Alias targets outside the zone are not looked up. A record set of a traffic policy instance cannot be changed",
  AssociateVPCWithHostedZone: VPCS,
  CreateHealthCheck: PROBES,
  UpdateHealthCheck: PROBES,
  GetCheckerIpRanges: "AWS's ranges; the local checkers probe from this machine",
  CreateTrafficPolicyInstance: "A conflict is refused at once; on AWS the instance ends in the state Failed",
  ListGeoLocations: PLACES,
  GetGeoLocation: PLACES,
};
