/** The AWS CLI against a local backend: what people type, and what the CLI tells them when it is wrong. */

import { afterAll, beforeAll, expect, it } from "vitest";
import { exchange } from "../../src/dns/client.ts";
import { makeQuery } from "../../src/dns/message.ts";
import { rdataToText } from "../../src/dns/rdata.ts";
import { TYPE } from "../../src/dns/types.ts";
import { LocalBackend } from "../../src/local/local-backend.ts";
import { addressOfNameServer } from "../../src/local/nameserver/pool.ts";
import { domainName } from "../../src/route53/names.ts";
import { AWS_CLI, awsEnvironment, describeWith, type ProcessResult, runProcess } from "./peers.ts";

describeWith(AWS_CLI, () => {
  let backend: LocalBackend;
  let zoneId: string;
  let nameServer: string;

  function run(command: string, ...args: string[]): Promise<ProcessResult> {
    const [service = "", ...rest] = command.split(" ");
    return runProcess("aws", [service, ...rest, "--output", "json", ...args], { env: awsEnvironment(backend) });
  }
  // biome-ignore lint/suspicious/noExplicitAny: the CLI prints whatever the operation answers.
  async function aws(command: string, ...args: string[]): Promise<any> {
    const { code, stdout, stderr } = await run(command, ...args);
    if (code !== 0) throw new Error(`aws ${command} ${args.join(" ")}: ${stderr}`);
    return stdout === "" ? undefined : JSON.parse(stdout);
  }
  async function refusal(command: string, ...args: string[]): Promise<string> {
    const { code, stderr } = await run(command, ...args);
    if (code === 0) throw new Error(`aws ${command} was not refused`);
    return stderr.trim().replace(/^aws: \[ERROR\]: /, "");
  }
  const batch = (...changes: object[]) => JSON.stringify({ Changes: changes });
  const a = (Name: string, Value: string, more: object = {}) => ({
    Name,
    Type: "A",
    TTL: 60,
    ResourceRecords: [{ Value }],
    ...more,
  });
  const change = (changes: string) =>
    ["route53 change-resource-record-sets", "--hosted-zone-id", zoneId, "--change-batch", changes] as const;

  /** What the zone's first name server answers for an A query. */
  async function answersOf(name: string): Promise<string[]> {
    const { response } = await exchange({
      server: { address: nameServer, port: backend.dnsPort },
      query: makeQuery({ name: domainName(name), type: TYPE.A }),
      transport: "auto",
      timeoutMs: 2_000,
      tries: 3,
    });
    return response.answers.map((record) => rdataToText(record.type, record.rdata));
  }

  beforeAll(async () => {
    backend = await LocalBackend.start({ inMemory: true, apiPort: 0, dnsPort: 0 });
    const made = await aws("route53 create-hosted-zone", "--name", "myapp.com", "--caller-reference", "cli-1");
    zoneId = made.HostedZone.Id;
    expect(made.HostedZone.Name).toBe("myapp.com.");
    expect(made.DelegationSet.NameServers).toHaveLength(4);
    nameServer = addressOfNameServer(domainName(made.DelegationSet.NameServers[0])) ?? "";
    expect(made.Location).toContain("/2013-04-01/hostedzone/Z");
  });
  afterAll(() => backend?.stop());

  it("waits until a change is INSYNC", async () => {
    const { ChangeInfo } = await aws(
      ...change(batch({ Action: "CREATE", ResourceRecordSet: a("*.wild.myapp.com", "192.0.2.1") })),
    );
    expect(ChangeInfo.Status).toBe("PENDING");
    await aws("route53 wait resource-record-sets-changed", "--id", ChangeInfo.Id);
    expect((await aws("route53 get-change", "--id", ChangeInfo.Id)).ChangeInfo.Status).toBe("INSYNC");
    expect(await answersOf("anything.wild.myapp.com")).toEqual(["192.0.2.1"]);
  });

  it("lists zones and record sets, page by page by itself", async () => {
    const sets = Array.from({ length: 25 }, (_, i) => ({
      Action: "CREATE",
      ResourceRecordSet: a(`h${i}.pages.myapp.com`, "192.0.2.1"),
    }));
    await aws(...change(batch(...sets)));
    const { ResourceRecordSets } = await aws(
      "route53 list-resource-record-sets",
      "--hosted-zone-id",
      zoneId,
      "--page-size",
      "7",
      "--query",
      "{ResourceRecordSets: ResourceRecordSets[?contains(Name, `pages`)]}",
    );
    expect(ResourceRecordSets).toHaveLength(25);
    const { HostedZones } = await aws("route53 list-hosted-zones-by-name", "--dns-name", "myapp.com");
    expect(HostedZones[0].Id).toBe(zoneId);
    expect((await aws("route53 list-hosted-zones")).HostedZones.map((zone: { Id: string }) => zone.Id)).toEqual([
      zoneId,
    ]);
  });

  it("tells why a batch is refused, in Route 53's words", async () => {
    await aws(...change(batch({ Action: "UPSERT", ResourceRecordSet: a("www.myapp.com", "192.0.2.1") })));
    const said = async (...changes: object[]) => refusal(...change(batch(...changes)));
    const prefix = "An error occurred (InvalidChangeBatch) when calling the ChangeResourceRecordSets operation: ";
    expect(await said({ Action: "CREATE", ResourceRecordSet: a("www.myapp.com", "192.0.2.1") })).toBe(
      `${prefix}[Tried to create resource record set [name='www.myapp.com.', type='A'] but it already exists]`,
    );
    expect(await said({ Action: "DELETE", ResourceRecordSet: a("www.myapp.com", "192.0.2.9") })).toBe(
      `${prefix}[Tried to delete resource record set [name='www.myapp.com.', type='A'] but the values provided do not match the current values]`,
    );
    expect(
      await said({
        Action: "CREATE",
        ResourceRecordSet: { Name: "myapp.com", Type: "CNAME", TTL: 60, ResourceRecords: [{ Value: "x.example.net" }] },
      }),
    ).toBe(`${prefix}[RRSet of type CNAME with DNS name myapp.com. is not permitted at apex in zone myapp.com.]`);
    expect(await said({ Action: "CREATE", ResourceRecordSet: a("x.myapp.com", "192.0.2") })).toBe(
      `${prefix}[Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with '192.0.2'']`,
    );
    expect(await said({ Action: "CREATE", ResourceRecordSet: { Name: "x.myapp.com", Type: "A", TTL: 60 } })).toBe(
      "An error occurred (InvalidInput) when calling the ChangeResourceRecordSets operation: Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found none in Change with [Action=CREATE, Name=x.myapp.com, Type=A, SetIdentifier=null]",
    );
    expect(await refusal("route53 get-hosted-zone", "--id", "ZNONE")).toBe(
      "An error occurred (NoSuchHostedZone) when calling the GetHostedZone operation: No hosted zone found with ID: ZNONE",
    );
  });

  it("sets up weighted routing with health checks and sees what the checkers saw", async () => {
    const { HealthCheck } = await aws(
      "route53 create-health-check",
      "--caller-reference",
      "cli-check",
      "--health-check-config",
      JSON.stringify({ Type: "TCP", IPAddress: "127.0.0.1", Port: backend.apiPort, RequestInterval: 10 }),
    );
    await aws(
      ...change(
        batch(
          ...["blue", "green"].map((SetIdentifier, Weight) => ({
            Action: "CREATE",
            ResourceRecordSet: a("api.myapp.com", "192.0.2.1", {
              SetIdentifier,
              Weight,
              HealthCheckId: HealthCheck.Id,
            }),
          })),
        ),
      ),
    );
    const status = await aws("route53 get-health-check-status", "--health-check-id", HealthCheck.Id);
    expect(Array.isArray(status.HealthCheckObservations)).toBe(true);
    await aws(
      "route53 change-tags-for-resource",
      "--resource-type",
      "healthcheck",
      "--resource-id",
      HealthCheck.Id,
      "--add-tags",
      "Key=Name,Value=api",
    );
    const tags = await aws(
      "route53 list-tags-for-resource",
      "--resource-type",
      "healthcheck",
      "--resource-id",
      HealthCheck.Id,
    );
    expect(tags.ResourceTagSet.Tags).toEqual([{ Key: "Name", Value: "api" }]);
    const update = ["route53 update-health-check", "--health-check-id", HealthCheck.Id, "--disabled"] as const;
    expect((await aws(...update, "--health-check-version", "1")).HealthCheck.HealthCheckVersion).toBe(2);
    expect(await refusal(...update, "--health-check-version", "1")).toContain("(HealthCheckVersionMismatch)");
    await aws("route53 delete-health-check", "--health-check-id", HealthCheck.Id);
  });

  it("runs a traffic policy through an instance", async () => {
    const document = JSON.stringify({
      AWSPolicyFormatVersion: "2015-10-01",
      RecordType: "A",
      StartEndpoint: "only",
      Endpoints: { only: { Type: "value", Value: "192.0.2.77" } },
    });
    const { TrafficPolicy } = await aws("route53 create-traffic-policy", "--name", "global", "--document", document);
    const { TrafficPolicyInstance } = await aws(
      "route53 create-traffic-policy-instance",
      "--hosted-zone-id",
      zoneId,
      "--name",
      "global.myapp.com",
      "--ttl",
      "60",
      "--traffic-policy-id",
      TrafficPolicy.Id,
      "--traffic-policy-version",
      "1",
    );
    expect(TrafficPolicyInstance.Name).toBe("global.myapp.com.");
    const id = TrafficPolicyInstance.Id;
    const state = async () =>
      (await aws("route53 get-traffic-policy-instance", "--id", id)).TrafficPolicyInstance.State;
    await expect.poll(state, { timeout: 60_000 }).toBe("Applied");
    expect(await answersOf("global.myapp.com")).toEqual(["192.0.2.77"]);
    const listed = await aws("route53 list-traffic-policy-instances");
    expect(listed.TrafficPolicyInstances).toHaveLength(1);
    await aws("route53 delete-traffic-policy-instance", "--id", TrafficPolicyInstance.Id);
    expect(
      await refusal("route53 create-traffic-policy", "--name", "bad", "--document", '{"RecordType": "A"}'),
    ).toContain("(InvalidTrafficPolicyDocument)");
  });

  it("turns query logging on once the log group lets Route 53 write", async () => {
    const arn = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/route53/myapp.com";
    const create = [
      "route53 create-query-logging-config",
      "--hosted-zone-id",
      zoneId,
      "--cloud-watch-logs-log-group-arn",
      arn,
    ] as const;
    expect(await refusal(...create)).toContain("(NoSuchCloudWatchLogsLogGroup)");
    await aws("logs create-log-group", "--log-group-name", "/aws/route53/myapp.com");
    expect(await refusal(...create)).toContain("(InsufficientCloudWatchLogsResourcePolicy)");
    await aws(
      "logs put-resource-policy",
      "--policy-name",
      "route53",
      "--policy-document",
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "route53.amazonaws.com" },
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/route53/*",
          },
        ],
      }),
    );
    const { QueryLoggingConfig } = await aws(...create);
    const listed = await aws("route53 list-query-logging-configs");
    expect(listed.QueryLoggingConfigs).toEqual([QueryLoggingConfig]);
    await aws("route53 delete-query-logging-config", "--id", QueryLoggingConfig.Id);
  });

  it("refuses what is not implemented by its name", async () => {
    expect(await refusal("route53domains view-billing")).toMatch(/Route 53 Domains operation ViewBilling/);
  });
});
