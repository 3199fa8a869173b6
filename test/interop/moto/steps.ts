/** What both servers are asked, in this order: a session with Route 53 and CloudWatch Logs, right and wrong. */

import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  ChangeResourceRecordSetsCommand,
  ChangeTagsForResourceCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  CreateQueryLoggingConfigCommand,
  CreateReusableDelegationSetCommand,
  DeleteHealthCheckCommand,
  DeleteHostedZoneCommand,
  DeleteReusableDelegationSetCommand,
  GetChangeCommand,
  GetDNSSECCommand,
  GetHealthCheckCommand,
  GetHealthCheckStatusCommand,
  GetHostedZoneCommand,
  GetHostedZoneCountCommand,
  ListHealthChecksCommand,
  ListHostedZonesByNameCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  ListTagsForResourceCommand,
  ListTagsForResourcesCommand,
  type ResourceRecordSet,
  Route53Client,
  UpdateHealthCheckCommand,
  UpdateHostedZoneCommentCommand,
} from "@aws-sdk/client-route-53";

export interface Session {
  readonly route53: Route53Client;
  readonly logs: CloudWatchLogsClient;
  /** Ids that earlier steps were given, by names of this file. */
  readonly ids: Map<string, string>;
}

export interface Step {
  /** A sentence; the list of differences goes by it. */
  readonly name: string;
  run(session: Session): Promise<object>;
}

export function sessionAt(endpoint: string): Session {
  const config = {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  };
  return { route53: new Route53Client(config), logs: new CloudWatchLogsClient(config), ids: new Map() };
}

const ZONE = "myapp.com";
const GROUP = "/aws/route53/myapp.com";

function id(session: Session, name: string): string {
  return session.ids.get(name) ?? "none";
}

function keep(session: Session, name: string, value: string | undefined): void {
  if (value !== undefined) session.ids.set(name, value.replace(/^\/\w+\//, ""));
}

type Change = readonly ["CREATE" | "DELETE" | "UPSERT", ResourceRecordSet];

async function change(session: Session, ...changes: readonly Change[]) {
  const output = await session.route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: id(session, "zone"),
      ChangeBatch: { Changes: changes.map(([Action, ResourceRecordSet]) => ({ Action, ResourceRecordSet })) },
    }),
  );
  keep(session, "change", output.ChangeInfo?.Id);
  return output;
}

const changing = (name: string, ...changes: readonly Change[]): Step => ({
  name,
  run: (session) => change(session, ...changes),
});

const a = (label: string, value: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  Name: `${label}.${ZONE}`,
  Type: "A",
  TTL: 60,
  ResourceRecords: [{ Value: value }],
  ...more,
});

const listing = (name: string, input: object = {}): Step => ({
  name,
  run: (session) =>
    session.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: id(session, "zone"), ...input })),
});

/** On both servers it is a minute ago, the same minute. */
const NOW = Date.now() - 60_000;

export const STEPS: readonly Step[] = [
  {
    name: "create a hosted zone",
    async run(session) {
      const output = await session.route53.send(
        new CreateHostedZoneCommand({ Name: ZONE, CallerReference: "1", HostedZoneConfig: { Comment: "a comment" } }),
      );
      keep(session, "zone", output.HostedZone?.Id);
      return output;
    },
  },
  {
    name: "create another with the same caller reference",
    run: ({ route53 }) => route53.send(new CreateHostedZoneCommand({ Name: "other.org", CallerReference: "1" })),
  },
  {
    name: "create one with a caller reference that is too long",
    run: ({ route53 }) =>
      route53.send(new CreateHostedZoneCommand({ Name: "long.org", CallerReference: "r".repeat(129) })),
  },
  {
    name: "create one whose name is none",
    run: ({ route53 }) => route53.send(new CreateHostedZoneCommand({ Name: "a..b", CallerReference: "2" })),
  },
  {
    name: "get the hosted zone",
    run: (session) => session.route53.send(new GetHostedZoneCommand({ Id: id(session, "zone") })),
  },
  {
    name: "get one that is not there",
    run: ({ route53 }) => route53.send(new GetHostedZoneCommand({ Id: "Z404" })),
  },
  { name: "list hosted zones", run: ({ route53 }) => route53.send(new ListHostedZonesCommand({ MaxItems: 1 })) },
  {
    name: "list hosted zones by name",
    run: ({ route53 }) => route53.send(new ListHostedZonesByNameCommand({ DNSName: ZONE })),
  },
  { name: "count hosted zones", run: ({ route53 }) => route53.send(new GetHostedZoneCountCommand({})) },
  {
    name: "change the comment",
    run: (session) =>
      session.route53.send(new UpdateHostedZoneCommentCommand({ Id: id(session, "zone"), Comment: "another" })),
  },
  listing("list the record sets of a new zone"),
  changing("create record sets", ["CREATE", a("www", "192.0.2.1")], ["CREATE", a("*", "192.0.2.2")]),
  {
    name: "ask for the change",
    run: (session) => session.route53.send(new GetChangeCommand({ Id: id(session, "change") })),
  },
  {
    name: "ask for a change that is not there",
    run: ({ route53 }) => route53.send(new GetChangeCommand({ Id: "C404" })),
  },
  changing("create a record set that is there", ["CREATE", a("www", "192.0.2.9")]),
  changing("delete a record set by other values", ["DELETE", a("www", "192.0.2.9")]),
  changing("delete a record set that is not there", ["DELETE", a("nothing", "192.0.2.1")]),
  changing(
    "create one record set that may be and one that may not",
    ["CREATE", a("half", "192.0.2.1")],
    ["CREATE", a("www", "192.0.2.9")],
  ),
  listing("list what is there after that", { MaxItems: 10 }),
  changing("create an address that is none", ["CREATE", a("bad", "192.0.2.300")]),
  changing("create a record set outside the zone", ["CREATE", { ...a("x", "192.0.2.1"), Name: "www.example.org" }]),
  changing("create a CNAME at the apex", [
    "CREATE",
    { Name: ZONE, Type: "CNAME", TTL: 1, ResourceRecords: [{ Value: "x.org" }] },
  ]),
  changing("create a CNAME beside an A", ["CREATE", { ...a("www", "x.org"), Type: "CNAME" }]),
  changing("create a text without quotation marks", ["CREATE", { ...a("txt", "text"), Type: "TXT" }]),
  changing("create a record set with a negative TTL", ["CREATE", a("ttl", "192.0.2.1", { TTL: -1 })]),
  changing("create a record set without TTL", [
    "CREATE",
    { Name: `nottl.${ZONE}`, Type: "A", ResourceRecords: [{ Value: "192.0.2.1" }] },
  ]),
  changing("create a weighted record set without identifier", ["CREATE", a("w", "192.0.2.1", { Weight: 1 })]),
  changing("create an identifier without policy", ["CREATE", a("w", "192.0.2.1", { SetIdentifier: "blue" })]),
  changing(
    "create a weighted group",
    ["CREATE", a("w", "192.0.2.1", { SetIdentifier: "blue", Weight: 0 })],
    ["CREATE", a("w", "192.0.2.2", { SetIdentifier: "green", Weight: 255 })],
  ),
  changing("create a simple record set onto a weighted group", ["CREATE", a("w", "192.0.2.3")]),
  changing("give one of the group another TTL", [
    "UPSERT",
    a("w", "192.0.2.1", { SetIdentifier: "blue", Weight: 0, TTL: 5 }),
  ]),
  changing("upsert a record set", ["UPSERT", a("www", "192.0.2.7")]),
  changing("name one record set twice", ["UPSERT", a("www", "192.0.2.7")], ["UPSERT", a("www", "192.0.2.8")]),
  changing("alias a target that is not there", [
    "CREATE",
    {
      Name: `alias.${ZONE}`,
      Type: "A",
      AliasTarget: {
        HostedZoneId: "Z2FDTNDATAQYW2",
        DNSName: "d111111abcdef8.cloudfront.net",
        EvaluateTargetHealth: false,
      },
    },
  ]),
  changing("delete the name servers of the zone", [
    "DELETE",
    { Name: ZONE, Type: "NS", TTL: 172800, ResourceRecords: [{ Value: "ns.org" }] },
  ]),
  listing("list the first two", { MaxItems: 2 }),
  listing("list from a name and type on", {
    StartRecordName: `w.${ZONE}`,
    StartRecordType: "A",
    StartRecordIdentifier: "green",
  }),
  listing("list with a type and no name", { StartRecordType: "A" }),
  {
    name: "list the record sets of a zone that is not there",
    run: ({ route53 }) => route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: "Z404" })),
  },
  {
    name: "delete a zone that is not empty",
    run: (session) => session.route53.send(new DeleteHostedZoneCommand({ Id: id(session, "zone") })),
  },
  {
    name: "tag the zone",
    run: (session) =>
      session.route53.send(
        new ChangeTagsForResourceCommand({
          ResourceType: "hostedzone",
          ResourceId: id(session, "zone"),
          AddTags: [{ Key: "team", Value: "dns" }],
        }),
      ),
  },
  {
    name: "list the tags of the zone",
    run: (session) =>
      session.route53.send(
        new ListTagsForResourceCommand({ ResourceType: "hostedzone", ResourceId: id(session, "zone") }),
      ),
  },
  {
    name: "list the tags of several zones",
    run: (session) =>
      session.route53.send(
        new ListTagsForResourcesCommand({ ResourceType: "hostedzone", ResourceIds: [id(session, "zone")] }),
      ),
  },
  {
    name: "tag a zone by an id that is too long",
    run: ({ route53 }) =>
      route53.send(
        new ListTagsForResourceCommand({ ResourceType: "hostedzone", ResourceId: "/hostedzone/Z00000000000000000000" }),
      ),
  },
  {
    name: "create a health check",
    async run(session) {
      const output = await session.route53.send(
        new CreateHealthCheckCommand({
          CallerReference: "1",
          HealthCheckConfig: { Type: "TCP", IPAddress: "127.0.0.1", Port: 9, FailureThreshold: 2 },
        }),
      );
      keep(session, "health check", output.HealthCheck?.Id);
      return output;
    },
  },
  {
    name: "create it again with other settings",
    run: ({ route53 }) =>
      route53.send(
        new CreateHealthCheckCommand({
          CallerReference: "1",
          HealthCheckConfig: { Type: "TCP", IPAddress: "127.0.0.1", Port: 10 },
        }),
      ),
  },
  {
    name: "create a health check with a port that is none",
    run: ({ route53 }) =>
      route53.send(
        new CreateHealthCheckCommand({
          CallerReference: "3",
          HealthCheckConfig: { Type: "TCP", IPAddress: "127.0.0.1", Port: 70_000 },
        }),
      ),
  },
  {
    name: "update a health check by a version that is not its own",
    run: (session) =>
      session.route53.send(
        new UpdateHealthCheckCommand({ HealthCheckId: id(session, "health check"), HealthCheckVersion: 7, Port: 10 }),
      ),
  },
  {
    name: "update the health check",
    run: (session) =>
      session.route53.send(
        new UpdateHealthCheckCommand({ HealthCheckId: id(session, "health check"), FailureThreshold: 5 }),
      ),
  },
  {
    name: "get the health check",
    run: (session) => session.route53.send(new GetHealthCheckCommand({ HealthCheckId: id(session, "health check") })),
  },
  {
    name: "get a health check that is not there",
    run: ({ route53 }) => route53.send(new GetHealthCheckCommand({ HealthCheckId: "404" })),
  },
  {
    name: "get the status of one that is not there",
    run: ({ route53 }) => route53.send(new GetHealthCheckStatusCommand({ HealthCheckId: "404" })),
  },
  { name: "list health checks", run: ({ route53 }) => route53.send(new ListHealthChecksCommand({})) },
  {
    name: "delete the health check",
    run: (session) =>
      session.route53.send(new DeleteHealthCheckCommand({ HealthCheckId: id(session, "health check") })),
  },
  {
    name: "create a reusable delegation set",
    async run(session) {
      const output = await session.route53.send(new CreateReusableDelegationSetCommand({ CallerReference: "1" }));
      keep(session, "delegation set", output.DelegationSet?.Id);
      return output;
    },
  },
  {
    name: "delete the reusable delegation set",
    run: (session) =>
      session.route53.send(new DeleteReusableDelegationSetCommand({ Id: id(session, "delegation set") })),
  },
  {
    name: "ask for DNSSEC of a zone without",
    run: (session) => session.route53.send(new GetDNSSECCommand({ HostedZoneId: id(session, "zone") })),
  },
  {
    name: "log queries into a group that is not there",
    run: (session) =>
      session.route53.send(
        new CreateQueryLoggingConfigCommand({
          HostedZoneId: id(session, "zone"),
          CloudWatchLogsLogGroupArn: `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}`,
        }),
      ),
  },
  { name: "create a log group", run: ({ logs }) => logs.send(new CreateLogGroupCommand({ logGroupName: GROUP })) },
  { name: "create it again", run: ({ logs }) => logs.send(new CreateLogGroupCommand({ logGroupName: GROUP })) },
  {
    name: "create one by a name that is none",
    run: ({ logs }) => logs.send(new CreateLogGroupCommand({ logGroupName: "a b" })),
  },
  {
    name: "log queries without a resource policy",
    run: (session) =>
      session.route53.send(
        new CreateQueryLoggingConfigCommand({
          HostedZoneId: id(session, "zone"),
          CloudWatchLogsLogGroupArn: `arn:aws:logs:us-east-1:123456789012:log-group:${GROUP}`,
        }),
      ),
  },
  {
    name: "keep events for a number of days that AWS does not offer",
    run: ({ logs }) => logs.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 31 })),
  },
  {
    name: "create a log stream",
    run: ({ logs }) => logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: "s" })),
  },
  {
    name: "put log events",
    run: ({ logs }) =>
      logs.send(
        new PutLogEventsCommand({
          logGroupName: GROUP,
          logStreamName: "s",
          logEvents: [
            { timestamp: NOW, message: "one NXDOMAIN" },
            { timestamp: NOW + 1, message: "two NOERROR" },
          ],
        }),
      ),
  },
  {
    name: "put none",
    run: ({ logs }) => logs.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: "s", logEvents: [] })),
  },
  {
    name: "put them out of order",
    run: ({ logs }) =>
      logs.send(
        new PutLogEventsCommand({
          logGroupName: GROUP,
          logStreamName: "s",
          logEvents: [
            { timestamp: NOW + 1, message: "b" },
            { timestamp: NOW, message: "a" },
          ],
        }),
      ),
  },
  {
    name: "get log events",
    run: ({ logs }) =>
      logs.send(new GetLogEventsCommand({ logGroupName: GROUP, logStreamName: "s", startFromHead: true })),
  },
  {
    name: "filter log events",
    run: ({ logs }) => logs.send(new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern: "NXDOMAIN" })),
  },
  {
    name: "filter log events by a pattern that is none",
    run: ({ logs }) => logs.send(new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern: '"open' })),
  },
  {
    name: "describe log groups",
    run: ({ logs }) => logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/aws" })),
  },
  {
    name: "describe log streams",
    run: ({ logs }) => logs.send(new DescribeLogStreamsCommand({ logGroupName: GROUP })),
  },
  {
    name: "describe the streams of a group that is not there",
    run: ({ logs }) => logs.send(new DescribeLogStreamsCommand({ logGroupName: "/none" })),
  },
  { name: "delete the log group", run: ({ logs }) => logs.send(new DeleteLogGroupCommand({ logGroupName: GROUP })) },
];
