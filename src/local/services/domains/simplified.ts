/** Where an operation of the local registrar does less than Route 53 Domains', or something else; the conformance table shows it. */

import type * as sdk from "@aws-sdk/client-route-53-domains";
import type { Simplifications } from "../../protocol/service.ts";

export const DOMAINS_SIMPLIFICATIONS: Simplifications<typeof sdk> = {
  GetDomainDetail: "Without contacts; domains renew themselves at the next anniversary",
  UpdateDomainNameservers:
    "In effect at once. Glue addresses are kept and shown, the local TLDs hand out those of their own name servers",
  AssociateDelegationSignerToDomain:
    "In effect at once. Four keys at most, whatever the TLD; keys of the algorithms that validators know",
  DisassociateDelegationSignerFromDomain: "In effect at once",
  ListDomains: "The domains are those that public hosted zones were created for",
  GetOperationDetail: "An operation is finished when it is answered",
};
