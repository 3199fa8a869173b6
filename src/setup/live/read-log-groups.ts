/** Log groups and the resource policies of CloudWatch Logs. */

import {
  type CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeResourcePoliciesCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { LiveLogGroup } from "./live-state.ts";

export async function readLogGroup(
  client: CloudWatchLogsClient,
  name: string,
  signal: AbortSignal | undefined,
): Promise<LiveLogGroup | undefined> {
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: name, ...(nextToken && { nextToken }) }),
      { ...(signal && { abortSignal: signal }) },
    );
    const group = page.logGroups?.find((one) => one.logGroupName === name);
    if (group !== undefined) {
      // `arn` ends in `:*`; Route 53 wants it without.
      return { arn: (group.logGroupArn ?? group.arn ?? "").replace(/:\*$/, ""), retentionDays: group.retentionInDays };
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return undefined;
}

export async function readLogResourcePolicies(
  client: CloudWatchLogsClient,
  signal: AbortSignal | undefined,
): Promise<{ name: string; document: string }[]> {
  const policies: { name: string; document: string }[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(new DescribeResourcePoliciesCommand({ ...(nextToken && { nextToken }) }), {
      ...(signal && { abortSignal: signal }),
    });
    for (const policy of page.resourcePolicies ?? []) {
      policies.push({ name: policy.policyName ?? "", document: policy.policyDocument ?? "" });
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return policies;
}
