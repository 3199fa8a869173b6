/** The local STS: tells a client which account it talks to. Nothing is verified, so everyone is one user of one account. */

import * as sdk from "@aws-sdk/client-sts";
import { awsQuery } from "../../protocol/aws-query.ts";
import { stsConstraints } from "../../protocol/constraints/sts.ts";
import { defineService, type Handlers, type ServiceDefinition } from "../../protocol/service.ts";
import { STS_SIMPLIFICATIONS } from "./simplified.ts";

const USER_NAME = "local";
/** Looks like the unique id of an IAM user (IAM User Guide, "Understanding unique ID prefixes"). */
const USER_ID = "AIDALOCALBACKENDUSER1";

export interface StsServiceSettings {
  /** Twelve digits. */
  readonly account: string;
}

export function createStsService({ account }: StsServiceSettings): { readonly service: ServiceDefinition } {
  const handlers: Handlers<typeof sdk, "GetCallerIdentity"> = {
    GetCallerIdentity() {
      return { Account: account, UserId: USER_ID, Arn: `arn:aws:iam::${account}:user/${USER_NAME}` };
    },
  };
  return {
    service: defineService({
      sdk,
      title: "STS",
      signingName: "sts",
      protocols: [awsQuery({ version: "2011-06-15", namespace: "https://sts.amazonaws.com/doc/2011-06-15/" })],
      requestErrors: { malformed: "MalformedInput", invalid: "ValidationError" },
      constraints: stsConstraints,
      simplified: STS_SIMPLIFICATIONS,
      handlers,
    }),
  };
}
