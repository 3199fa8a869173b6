/** Makes log groups, lets Route 53 write to them, and switches query logging on, over and off. */

import {
  CreateLogGroupCommand,
  DeleteResourcePolicyCommand,
  PutResourcePolicyCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateQueryLoggingConfigCommand,
  DeleteQueryLoggingConfigCommand,
  ListQueryLoggingConfigsCommand,
} from "@aws-sdk/client-route-53";
import { pause } from "../in-sync.ts";
import { nameGonePatch, namePatch } from "../ledger.ts";
import type { LogGroupChange, LogResourcePolicyChange, QueryLoggingChange } from "../plan.ts";
import { DONE, type Outcome, type Run } from "../run.ts";
import { named } from "./service-error.ts";

export async function carryOutLogGroup(change: LogGroupChange, run: Run): Promise<Outcome> {
  const client = await run.backend.clients.logs();
  const { logGroup: logGroupName, before, after } = change;
  if (before === null) {
    try {
      await client.send(new CreateLogGroupCommand({ logGroupName }));
    } catch (error) {
      if (!named(error, "ResourceAlreadyExistsException")) throw error;
    }
  }
  const retentionInDays = after?.retentionDays ?? undefined;
  if (retentionInDays !== undefined)
    await client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
  return DONE;
}

export async function carryOutLogResourcePolicy(change: LogResourcePolicyChange, run: Run): Promise<Outcome> {
  const client = await run.backend.clients.logs();
  if (change.after === null) {
    try {
      await client.send(new DeleteResourcePolicyCommand({ policyName: change.name }));
    } catch (error) {
      if (!named(error, "ResourceNotFoundException")) throw error;
    }
    return DONE;
  }
  const policyDocument = change.after.document;
  await client.send(new PutResourcePolicyCommand({ policyName: change.name, policyDocument }));
  return DONE;
}

/** A new resource policy takes a moment until Route 53 sees it. */
const POLICY_TRIES = 6;

export async function carryOutQueryLogging(change: QueryLoggingChange, run: Run): Promise<Outcome> {
  const client = await run.backend.clients.route53();
  const zoneId = run.known.need({ ref: "hosted-zone", zone: change.zone });
  if (change.before !== null) {
    try {
      await client.send(new DeleteQueryLoggingConfigCommand({ Id: change.before.id }));
    } catch (error) {
      if (!named(error, "NoSuchQueryLoggingConfig")) throw error;
    }
  }
  if (change.after === null) {
    run.ledger.update(nameGonePatch("queryLogging", zoneId));
    return DONE;
  }
  run.ledger.update(namePatch("queryLogging", zoneId));
  for (let tried = 1; ; tried++) {
    try {
      const { QueryLoggingConfig } = await client.send(
        new CreateQueryLoggingConfigCommand({
          HostedZoneId: zoneId,
          CloudWatchLogsLogGroupArn: change.after.logGroupArn,
        }),
      );
      return { kind: "done", detail: QueryLoggingConfig?.Id ?? "" };
    } catch (error) {
      // The answer to a first try was lost.
      if (named(error, "QueryLoggingConfigAlreadyExists") && (await logsTo(zoneId, change.after.logGroupArn, run)))
        return DONE;
      if (!named(error, "InsufficientCloudWatchLogsResourcePolicy") || tried === POLICY_TRIES) throw error;
      run.emit({ event: "waiting", phase: "logging", what: "the resource policy to take effect" });
      await pause(run.backend.pollIntervalMs * 2 ** tried, run.signal);
    }
  }
}

async function logsTo(zoneId: string, logGroupArn: string, run: Run): Promise<boolean> {
  const client = await run.backend.clients.route53();
  const { QueryLoggingConfigs = [] } = await client.send(new ListQueryLoggingConfigsCommand({ HostedZoneId: zoneId }));
  return QueryLoggingConfigs[0]?.CloudWatchLogsLogGroupArn?.replace(/:\*$/, "") === logGroupArn;
}
