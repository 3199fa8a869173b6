/** The logging phase: log group and retention, the resource policy that lets Route 53 write, then query logging. All in us-east-1. */

import { displayName } from "../../route53/names.ts";
import type { Expectation } from "../expectations.ts";
import { permitsQueryLogs, queryLogPolicy } from "../log-permissions.ts";
import type { Change } from "../plan.ts";
import { liveZone, type PhaseDraft, type Planning } from "../planning.ts";
import { zoneKey } from "../zone-key.ts";

/** Query logs go to this region only (Developer Guide, "Public DNS query logging"). */
export const QUERY_LOG_REGION = "us-east-1";

function logGroupArn(account: string, logGroup: string): string {
  return `arn:aws:logs:${QUERY_LOG_REGION}:${account}:log-group:${logGroup}`;
}

export function planLogging({ config, places, live, ledger }: Planning): PhaseDraft {
  const groups: Change[] = [];
  const configs: Change[] = [];
  const expectations: Expectation[] = [];
  const arns = new Map<string, string>();
  for (const zone of config.zones) {
    const { logging } = zone;
    const there = liveZone(live, zoneKey(zone));
    const subject = `query logging of ${displayName(zone.name)}`;
    const current = there?.queryLogging;
    if (logging === undefined) {
      if (there !== undefined && current !== undefined && ledger.queryLogging.includes(there.id)) {
        const why = "made from this file, which no longer asks for it; the log group stays";
        configs.push({
          kind: "query-logging",
          action: "remove",
          zone: zoneKey(zone),
          subject,
          why,
          before: current,
          after: null,
        });
      }
      continue;
    }
    const { logGroup } = logging;
    const place = places.of(logging.path);
    const group = live.logGroups.get(logGroup);
    const arn = group?.arn ?? logGroupArn(live.account, logGroup);
    if (!arns.has(logGroup)) {
      const retentionDays = logging.retentionDays ?? null;
      const base = {
        kind: "log-group",
        subject: `log group ${logGroup}`,
        place,
        logGroup,
        after: { retentionDays },
      } as const;
      const kept = retentionDays === null ? "for ever" : `${retentionDays} days`;
      if (group === undefined) {
        groups.push({
          ...base,
          action: "add",
          why: `there is no such log group yet; events are kept ${kept}`,
          before: null,
        });
      } else if (retentionDays !== null && group.retentionDays !== retentionDays) {
        const why = `events are kept ${group.retentionDays === undefined ? "for ever" : `${group.retentionDays} days`} -> ${kept}`;
        groups.push({ ...base, action: "change", why, before: { retentionDays: group.retentionDays ?? null } });
      }
    }
    arns.set(logGroup, arn);
    if (current?.logGroupArn === arn) continue;
    const action = current === undefined ? "add" : "change";
    const why =
      current === undefined
        ? `queries go to ${logGroup}`
        : `queries went to ${current.logGroupArn.split(":log-group:")[1] ?? current.logGroupArn}; a zone has one log group`;
    configs.push({
      kind: "query-logging",
      action,
      zone: zoneKey(zone),
      subject,
      why,
      place,
      before: current ?? null,
      after: { logGroupArn: arn },
    });
    expectations.push({ check: "query-log", zone: zoneKey(zone), logGroup });
  }
  return {
    changes: [...groups, ...planPermission(config.project, [...arns.values()], live.logResourcePolicies), ...configs],
    expectations,
  };
}

/** Names it in the account. */
export function resourcePolicyName(project: string): string {
  return `r53kit-query-logs-${project}`;
}

function planPermission(
  project: string,
  arns: readonly string[],
  policies: readonly { readonly name: string; readonly document: string }[],
): Change[] {
  const lacking = arns.filter((arn) => !policies.some(({ document }) => permitsQueryLogs(document, arn)));
  if (lacking.length === 0) return [];
  const name = resourcePolicyName(project);
  const before = policies.find((policy) => policy.name === name);
  return [
    {
      kind: "log-resource-policy",
      action: before === undefined ? "add" : "change",
      name,
      subject: `resource policy ${name}`,
      why: "without it Route 53 may not write to the log group",
      before: before === undefined ? null : { document: before.document },
      after: { document: queryLogPolicy(arns) },
    },
  ];
}
