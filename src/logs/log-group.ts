/** Finds the log group that holds the query logs someone asks for: named, a zone's, the set-up file's, or the only one there is. */

import type { QueryLoggingConfig, Route53Client } from "@aws-sdk/client-route-53";
import { Failure } from "../errors.ts";
import { displayName, domainName, InvalidNameError } from "../route53/names.ts";
import { bareId } from "../route53/record-set.ts";

export interface LogGroupWish {
  /** `--group` */
  readonly group?: string;
  /** `--zone`: a name or an id. */
  readonly zone?: string;
  /** What the set-up file says, if there is one. */
  readonly declared?: { readonly file: string; readonly groups: readonly string[] };
}

export interface FoundLogGroup {
  readonly name: string;
  /** Only this zone's queries are asked for. */
  readonly zoneId?: string;
}

const SET_UP = "add logging: { logGroup: ... } to the set-up file and run `r53kit setup apply --phase logging`";

function groupNameOf(config: QueryLoggingConfig): string | undefined {
  return /^arn:[^:]+:logs:[^:]+:\d+:log-group:([^:]+)/.exec(config.CloudWatchLogsLogGroupArn ?? "")?.[1];
}

async function queryLoggingConfigs(client: Route53Client, zoneId: string | undefined, signal: AbortSignal) {
  const { ListQueryLoggingConfigsCommand } = await import("@aws-sdk/client-route-53");
  const configs: QueryLoggingConfig[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListQueryLoggingConfigsCommand({
        ...(zoneId === undefined ? {} : { HostedZoneId: zoneId }),
        ...(token === undefined ? {} : { NextToken: token }),
      }),
      { abortSignal: signal },
    );
    configs.push(...(page.QueryLoggingConfigs ?? []));
    token = page.NextToken;
  } while (token !== undefined);
  return configs;
}

/** The public hosted zone of a name. Private zones have no query logs. */
async function publicZoneId(client: Route53Client, text: string, signal: AbortSignal): Promise<string> {
  if (/^(\/hostedzone\/)?Z[A-Z0-9]{6,31}$/.test(text)) return bareId(text);
  let wanted: string;
  try {
    wanted = domainName(text);
  } catch (error) {
    if (!(error instanceof InvalidNameError)) throw error;
    throw new Failure({
      kind: "usage",
      code: "logs.zone",
      message: error.message,
      next: "give --zone a zone's name or id",
    });
  }
  const { ListHostedZonesByNameCommand } = await import("@aws-sdk/client-route-53");
  const page = await client.send(new ListHostedZonesByNameCommand({ DNSName: wanted }), { abortSignal: signal });
  const named = (page.HostedZones ?? []).filter((zone) => domainName(zone.Name ?? "") === wanted);
  const [zone, another] = named.filter((one) => one.Config?.PrivateZone !== true);
  if (zone === undefined) {
    throw new Failure({
      kind: "failed",
      code: "logs.no-zone",
      message:
        named.length === 0
          ? `there is no hosted zone ${displayName(wanted)}`
          : `${displayName(wanted)} is a private hosted zone; Route 53 logs the queries of public ones only`,
      next: "see the zones with `r53kit zones list`",
    });
  }
  if (another !== undefined) {
    throw new Failure({
      kind: "failed",
      code: "logs.ambiguous-zone",
      message: `there are several public hosted zones ${displayName(wanted)}`,
      next: `give --zone the id of the one you mean, e.g. ${bareId(zone.Id ?? "")}`,
    });
  }
  return bareId(zone.Id ?? "");
}

async function groupOfZone(client: Route53Client, zone: string, signal: AbortSignal): Promise<FoundLogGroup> {
  const zoneId = await publicZoneId(client, zone, signal);
  const [config] = await queryLoggingConfigs(client, zoneId, signal);
  const name = config === undefined ? undefined : groupNameOf(config);
  if (name !== undefined) return { name, zoneId };
  throw new Failure({
    kind: "failed",
    code: "logs.not-configured",
    message: `the queries of ${zone} are not logged: the zone has no query logging config`,
    next: SET_UP,
  });
}

function ambiguous(groups: readonly string[], where: string): Failure {
  return new Failure({
    kind: "usage",
    code: "logs.ambiguous-group",
    message: `${where} ${groups.length} log groups: ${groups.join(", ")}`,
    next: "choose one with --group or --zone",
  });
}

/** Throws a Failure when there is none, or more than one and nothing says which. */
export async function findLogGroup(
  wish: LogGroupWish,
  route53: () => Promise<Route53Client>,
  signal: AbortSignal,
): Promise<FoundLogGroup> {
  const ofZone = wish.zone === undefined ? undefined : { zone: wish.zone, client: await route53() };
  if (wish.group !== undefined) {
    // With both, the zone only says whose queries to show.
    return ofZone === undefined
      ? { name: wish.group }
      : { name: wish.group, zoneId: await publicZoneId(ofZone.client, ofZone.zone, signal) };
  }
  if (ofZone !== undefined) return groupOfZone(ofZone.client, ofZone.zone, signal);

  const declared = [...new Set(wish.declared?.groups)];
  const [only, second] = declared;
  if (second !== undefined) throw ambiguous(declared, `${wish.declared?.file} names`);
  if (only !== undefined) return { name: only };

  const configs = await queryLoggingConfigs(await route53(), undefined, signal);
  const groups = [...new Set(configs.flatMap((config) => groupNameOf(config) ?? []))].sort();
  if (groups.length > 1) throw ambiguous(groups, "query logs go to");
  const [name] = groups;
  if (name !== undefined) return { name };
  throw new Failure({
    kind: "failed",
    code: "logs.not-configured",
    message: "no hosted zone logs its queries",
    next: `${SET_UP}, or name a log group with --group`,
  });
}
