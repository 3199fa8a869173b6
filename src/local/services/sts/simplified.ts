/** Where an operation of the local STS does less than STS's, or something else; the conformance table shows it. */

import type * as sdk from "@aws-sdk/client-sts";
import type { Simplifications } from "../../protocol/service.ts";

export const STS_SIMPLIFICATIONS: Simplifications<typeof sdk> = {
  GetCallerIdentity: "Signatures are not verified: every caller is the user local of one account",
};
