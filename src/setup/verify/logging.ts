/** Whether the queries of a zone are logged: the configuration, the log group, and Route 53's leave to write to it. */

import { DescribeLogStreamsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ListQueryLoggingConfigsCommand } from "@aws-sdk/client-route-53";
import type { Expectation } from "../expectations.ts";
import { readLogGroup, readLogResourcePolicies } from "../live/read-log-groups.ts";
import { permitsQueryLogs } from "../log-permissions.ts";
import type { Evidence, Verification } from "../verification.ts";
import { zoneText } from "../zone-key.ts";
import type { Looking } from "./looking.ts";

export async function verifyQueryLog(
  { zone, logGroup }: Extract<Expectation, { check: "query-log" }>,
  { backend, known, signal }: Looking,
): Promise<Verification> {
  const client = await backend.clients.route53();
  const zoneId = known.get({ ref: "hosted-zone", zone });
  const { QueryLoggingConfigs = [] } =
    zoneId === undefined ? {} : await client.send(new ListQueryLoggingConfigsCommand({ HostedZoneId: zoneId }));
  const arn = (QueryLoggingConfigs[0]?.CloudWatchLogsLogGroupArn ?? "").replace(/:\*$/, "");
  const there = arn.endsWith(`:log-group:${logGroup}`);
  const evidence: Evidence[] = [{ source: "Route 53", says: arn === "" ? "no query logging config" : arn, ok: there }];
  if (there) evidence.push(...(await writable(logGroup, arn, zoneId ?? "", { backend, signal })));
  const wrong = evidence.find(({ ok }) => !ok);
  return {
    check: "query-log",
    subject: zoneText(zone),
    status: wrong === undefined ? "ok" : "failed",
    says: there
      ? wrong === undefined
        ? `queries go to ${logGroup}`
        : `queries should go to ${logGroup}, but ${wrong.source} says ${wrong.says}`
      : arn === ""
        ? "queries are not logged"
        : `queries go to ${arn}`,
    evidence,
  };
}

/** As CloudWatch Logs has it. A stream is there once the zone has been asked for something. */
async function writable(
  logGroup: string,
  arn: string,
  zoneId: string,
  { backend, signal }: Pick<Looking, "backend" | "signal">,
): Promise<Evidence[]> {
  const client = await backend.clients.logs();
  const source = "CloudWatch Logs";
  const group = await readLogGroup(client, logGroup, signal);
  if (group === undefined) return [{ source, says: `no log group ${logGroup}`, ok: false }];
  const policies = await readLogResourcePolicies(client, signal);
  const permitting = policies.find(({ document }) => permitsQueryLogs(document, arn));
  const { logStreams = [] } = await client.send(
    new DescribeLogStreamsCommand({ logGroupName: logGroup, logStreamNamePrefix: zoneId, limit: 50 }),
    { abortSignal: signal },
  );
  const latest = Math.max(...logStreams.map(({ lastEventTimestamp }) => lastEventTimestamp ?? 0));
  return [
    {
      source,
      says: `log group, events kept ${group.retentionDays ? `${group.retentionDays} days` : "for ever"}`,
      ok: true,
    },
    {
      source,
      says: permitting === undefined ? "no resource policy lets Route 53 write" : `resource policy ${permitting.name}`,
      ok: permitting !== undefined,
    },
    {
      source,
      says:
        logStreams.length === 0
          ? "no log stream of the zone yet"
          : `${logStreams.length} log streams of the zone${latest > 0 ? `, the last query at ${new Date(latest).toISOString()}` : ""}`,
      ok: true,
    },
  ];
}
