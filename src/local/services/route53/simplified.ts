/** Where an operation of the local Route 53 does less than Route 53's, or something else; the conformance table shows it. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { Simplifications } from "../../protocol/service.ts";

const PROBES =
  "Loopback addresses are taken, and are the only ones probed: any other endpoint counts as failing. Alarms and routing controls are stored, nothing evaluates them";
const VPCS = "A VPC is an id with a resolver: no network stands behind it";
const ONE_ACCOUNT = "Every caller is one account, so an authorization is kept and never needed";
const KEYS_LOST = "A KMS key is out of reach when the control endpoint says so";
const PLACES = "The subdivisions are those of the United States";

export const ROUTE53_SIMPLIFICATIONS: Simplifications<typeof sdk> = {
  CreateHostedZone:
    "Names that AWS keeps for itself, such as example.com, can be used. Name servers come from a pool of 64, so at most 16 zones of one name",
  ChangeResourceRecordSets:
    "Alias targets outside the zone are not looked up. A record set of a traffic policy instance cannot be changed",
  AssociateVPCWithHostedZone: `${VPCS}. Authorizations are not asked for`,
  CreateVPCAssociationAuthorization: ONE_ACCOUNT,
  DeleteVPCAssociationAuthorization: ONE_ACCOUNT,
  CreateReusableDelegationSet: "From a pool of 64 name servers: the 17th set has those of another",
  UpdateHostedZoneFeatures: "Kept and shown; there is no second Region to recover in",
  CreateResourceRecordSetProtections: "No quota on the protections of a zone",
  CreateKeySigningKey:
    "There is no KMS: a key pair is made for each key ARN and kept. Neither the key policy nor the account is looked at",
  ActivateKeySigningKey: KEYS_LOST,
  EnableHostedZoneDNSSEC:
    "The keys of the record sets follow from the first one, every 14 days. The delegation is looked for in the hosted zones above and at the registrar here",
  DisableHostedZoneDNSSEC: "DS records are looked for in the hosted zones above and at the registrar here",
  DeactivateKeySigningKey: "DS records are looked for in the hosted zones above and at the registrar here",
  GetDNSSEC: `${KEYS_LOST}. Never DELETING or INTERNAL_FAILURE`,
  TestDNSAnswer: "Without ResolverIP the resolver is 192.0.2.1, which is in Virginia here",
  CreateHealthCheck: PROBES,
  UpdateHealthCheck: PROBES,
  GetCheckerIpRanges: "AWS's ranges; the local checkers probe from this machine",
  CreateTrafficPolicyInstance: "A conflict is refused at once; on AWS the instance ends in the state Failed",
  ListGeoLocations: PLACES,
  GetGeoLocation: PLACES,
};
