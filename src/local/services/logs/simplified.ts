/** Where an operation of the local CloudWatch Logs does less than AWS's, or something else; the conformance table shows it. */

import type * as sdk from "@aws-sdk/client-cloudwatch-logs";
import type { Simplifications } from "../../protocol/service.ts";

const ACCOUNT_POLICIES = "Policies of the account; those of one log group (resourceArn) are refused";
const KEPT_ONLY = "Kept and described; nothing is published";

export const LOGS_SIMPLIFICATIONS: Simplifications<typeof sdk> = {
  CreateLogGroup: "The KMS key and the log class are kept; nothing is encrypted, and every class can do everything",
  DeleteResourcePolicy: ACCOUNT_POLICIES,
  DescribeLogGroups: "One account: includeLinkedAccounts and accountIdentifiers change nothing",
  DescribeResourcePolicies: ACCOUNT_POLICIES,
  FilterLogEvents: "Tokens do not expire; data protection does not exist, so unmask changes nothing",
  GetLogEvents: "Tokens do not expire; data protection does not exist, so unmask changes nothing",
  GetLogGroupFields: "Of the latest 1,000 events",
  GetQueryResults: "Results come when the query is complete, not before; they are in memory and end with the process",
  PutLogEvents: "Entities are taken and forgotten",
  PutMetricFilter: KEPT_ONLY,
  PutResourcePolicy: ACCOUNT_POLICIES,
  PutSubscriptionFilter: "Kept and described; nothing is delivered, and the destination need not exist",
  StartLiveTail: "Log groups of this account",
  StartQuery: "Logs Insights QL, the part that [the reference](local-logs.md) names; not SQL and PPL, not SOURCE",
};
