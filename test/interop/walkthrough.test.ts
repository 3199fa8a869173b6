/** The eight set-up steps of the AWS DNS Services walkthrough, as commands of the AWS CLI in a shell; corrected only where they cannot work. */

import { afterAll, beforeAll, expect, it } from "vitest";
import { exchange } from "../../src/dns/client.ts";
import { makeQuery } from "../../src/dns/message.ts";
import { TYPE } from "../../src/dns/types.ts";
import { domainName } from "../../src/route53/names.ts";
import { startTestBackend, type TestBackend } from "../support/backend.ts";
import { eventually } from "../support/cli.ts";
import { awsShell } from "./aws-shell.ts";
import { AWS_CLI, describeWith } from "./peers.ts";

describeWith(AWS_CLI, () => {
  let backend: TestBackend;
  /** What earlier steps made, for the shell: ZONE, PRIMARY, SECONDARY, EUROPE, POLICY. */
  const { made, json, refusal } = awsShell(() => backend);

  beforeAll(async () => {
    backend = await startTestBackend({ inMemory: true });
  });
  afterAll(() => backend.stop());

  it("step 1: creates the hosted zone, and gives one name server of each suffix", async () => {
    const answer = await json(`aws route53 create-hosted-zone \\
      --name example.com \\
      --caller-reference "hz-$(date +%s)" \\
      --hosted-zone-config Comment="Production zone for example.com",PrivateZone=false`);
    expect(answer.HostedZone.Name).toBe("example.com.");
    expect(
      answer.DelegationSet.NameServers.map((name: string) => name.replace(/^ns-\d+\.awsdns-\d\d\./, "")).sort(),
    ).toEqual(["co.uk", "com", "net", "org"]);
    made.ZONE = answer.HostedZone.Id.replace("/hostedzone/", "");
  });

  it("step 2: creates the health checks", async () => {
    const create = (name: string) => `aws route53 create-health-check \\
      --caller-reference "hc-${name}-$(date +%s)" \\
      --health-check-config '{
        "Type": "HTTP",
        "ResourcePath": "/health",
        "FullyQualifiedDomainName": "api.example.com",
        "Port": 80,
        "RequestInterval": 30,
        "FailureThreshold": 3,
        "MeasureLatency": true,
        "Regions": ["us-east-1", "us-west-2", "eu-west-1"]
      }'`;
    for (const name of ["primary", "secondary", "europe"]) {
      const { HealthCheck } = await json(create(name));
      expect(HealthCheck).toMatchObject({ HealthCheckVersion: 1, HealthCheckConfig: { MeasureLatency: true } });
      made[name.toUpperCase()] = HealthCheck.Id;
    }
  });

  it("step 3: creates a simple record, and then waits until it is in sync", async () => {
    const { ChangeInfo } = await json(`aws route53 change-resource-record-sets \\
      --hosted-zone-id $ZONE \\
      --change-batch '{
        "Changes": [{
          "Action": "CREATE",
          "ResourceRecordSet": {
            "Name": "www.example.com", "Type": "A", "TTL": 300, "ResourceRecords": [{"Value": "192.0.2.1"}]
          }
        }]
      }'`);
    expect(ChangeInfo.Id).toMatch(/^\/change\/C/);
    await json(`aws route53 wait resource-record-sets-changed --id ${ChangeInfo.Id}`);
  });

  it("steps 4 to 6: create weighted, latency and failover records", async () => {
    const set = (more: string, value: string, check?: string) => `{
      "Action": "CREATE",
      "ResourceRecordSet": { ${more}, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "${value}"}]
        ${check === undefined ? "" : `, "HealthCheckId": "${made[check]}"`} }
    }`;
    const change = (...sets: string[]) =>
      json(
        `aws route53 change-resource-record-sets --hosted-zone-id $ZONE --change-batch '{ "Changes": [${sets.join(",")}] }'`,
      );
    await change(
      set('"Name": "api.example.com", "SetIdentifier": "primary-us-east-1", "Weight": 80', "192.0.2.1", "PRIMARY"),
      set('"Name": "api.example.com", "SetIdentifier": "secondary-us-west-2", "Weight": 20', "192.0.2.2", "SECONDARY"),
    );
    await change(
      set(
        '"Name": "global.example.com", "SetIdentifier": "us-east-1-latency", "Region": "us-east-1"',
        "192.0.2.1",
        "PRIMARY",
      ),
      set(
        '"Name": "global.example.com", "SetIdentifier": "eu-west-1-latency", "Region": "eu-west-1"',
        "192.0.2.3",
        "EUROPE",
      ),
    );
    await change(
      set(
        '"Name": "app.example.com", "SetIdentifier": "primary-failover", "Failover": "PRIMARY"',
        "192.0.2.1",
        "PRIMARY",
      ),
      set('"Name": "app.example.com", "SetIdentifier": "secondary-failover", "Failover": "SECONDARY"', "192.0.2.2"),
    );
    const { ResourceRecordSets } = await json("aws route53 list-resource-record-sets --hosted-zone-id $ZONE");
    expect(ResourceRecordSets).toHaveLength(2 + 1 + 6);
  });

  it("an alias to CloudFront: creates what the walkthrough calls cdn.example.com", async () => {
    await json(`aws route53 change-resource-record-sets \\
      --hosted-zone-id $ZONE \\
      --change-batch '{
        "Changes": [{
          "Action": "CREATE",
          "ResourceRecordSet": {
            "Name": "cdn.example.com",
            "Type": "A",
            "AliasTarget": {
              "DNSName": "d123456789abcd.cloudfront.net",
              "EvaluateTargetHealth": false,
              "HostedZoneId": "Z2FDTNDATAQYW2"
            }
          }
        }]
      }'`);
  });

  const policy = (locations: string, weighted: string) => `{
    "AWSPolicyFormatVersion": "2015-10-01",
    "RecordType": "A",
    "StartRule": "geolocation_rule",
    "Rules": {
      "geolocation_rule": { ${locations} },
      "us_weighted_rule": { "RuleType": "weighted", "Items": [${weighted}] }
    },
    "Endpoints": {
      "us_east_endpoint": {"Type": "value", "Value": "192.0.2.1"},
      "us_west_endpoint": {"Type": "value", "Value": "192.0.2.2"},
      "eu_endpoint": {"Type": "value", "Value": "192.0.2.3"}
    }
  }`;

  it("step 7: refuses the traffic policy as it is written, for it names a rule that it does not define", async () => {
    const written = policy(
      `"RuleType": "geolocation", "Locations": [
        {"CountryCode": "US", "EndpointReference": "us_weighted_rule"},
        {"CountryCode": "GB", "EndpointReference": "eu_endpoint"},
        {"IsDefault": true, "EndpointReference": "default_weighted_rule"}
      ]`,
      '{"Weight": 80, "EndpointReference": "us_east_endpoint"}, {"Weight": 20, "EndpointReference": "us_west_endpoint"}',
    );
    expect(
      await refusal(`aws route53 create-traffic-policy --name "global-app-routing" --document '${written}'`),
    ).toMatch(/InvalidTrafficPolicyDocument.*default_weighted_rule/s);
  });

  it("step 7: runs the corrected policy through an instance", async () => {
    const corrected = policy(
      `"RuleType": "geo", "Locations": [
        {"Country": "US", "RuleReference": "us_weighted_rule"},
        {"Country": "GB", "EndpointReference": "eu_endpoint"},
        {"IsDefault": "true", "RuleReference": "us_weighted_rule"}
      ]`,
      '{"Weight": "80", "EndpointReference": "us_east_endpoint"}, {"Weight": "20", "EndpointReference": "us_west_endpoint"}',
    );
    const { TrafficPolicy } = await json(`aws route53 create-traffic-policy \\
      --name "global-app-routing" \\
      --document '${corrected}' \\
      --comment "Geolocation with weighted routing for global app"`);
    made.POLICY = TrafficPolicy.Id;
    // global.example.com has the latency records of step 5.
    const instance = (name: string) => `aws route53 create-traffic-policy-instance \\
      --hosted-zone-id $ZONE \\
      --name "${name}" \\
      --ttl 300 \\
      --traffic-policy-id "$POLICY" \\
      --traffic-policy-version 1`;
    expect(await refusal(instance("global.example.com"))).toMatch(
      /\((TrafficPolicyInstanceAlreadyExists|InvalidInput|InvalidChangeBatch)\)|exist/,
    );
    const { TrafficPolicyInstance } = await json(instance("geo.example.com"));
    await eventually("the instance", async () => {
      const { TrafficPolicyInstance: now } = await json(
        `aws route53 get-traffic-policy-instance --id ${TrafficPolicyInstance.Id}`,
      );
      return now.State === "Applied" ? true : undefined;
    });
  });

  it("step 8: turns query logging on, once the log group lets Route 53 write", async () => {
    await json('aws logs create-log-group --log-group-name "/aws/route53/example.com" --region us-east-1');
    const enable = `aws route53 create-query-logging-config \\
      --hosted-zone-id $ZONE \\
      --cloud-watch-logs-log-group-arn "arn:aws:logs:us-east-1:123456789012:log-group:/aws/route53/example.com"`;
    expect(await refusal(enable)).toContain("InsufficientCloudWatchLogsResourcePolicy");
    await json(`aws logs put-resource-policy --region us-east-1 --policy-name route53 --policy-document '{
      "Version": "2012-10-17",
      "Statement": [{
        "Effect": "Allow",
        "Principal": { "Service": "route53.amazonaws.com" },
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/route53/*"
      }]
    }'`);
    const { QueryLoggingConfig } = await json(enable);
    expect(QueryLoggingConfig.HostedZoneId).toBe(made.ZONE);

    await exchange({
      server: { address: "127.53.1.1", port: backend.dnsPort },
      query: makeQuery({ name: domainName("nope.example.com"), type: TYPE.A }),
      transport: "udp",
      timeoutMs: 5000,
      tries: 3,
    });
    const filter = (pattern: string) => `aws logs filter-log-events \\
      --log-group-name "/aws/route53/example.com" \\
      --start-time $(date -d '1 hour ago' +%s)000 \\
      --filter-pattern "${pattern}"`;
    const logged = await eventually("the query's log line", async () => {
      const { events } = await json(filter("NXDOMAIN"));
      return events.length > 0 ? events : undefined;
    });
    expect(logged[0].message).toContain(` ${made.ZONE} nope.example.com A NXDOMAIN UDP `);
    // "ERROR" is no response code, so as it is written the filter finds nothing.
    expect((await json(filter("ERROR"))).events).toEqual([]);
  });

  it("creates the cafe's health check, which asks a name on the port of its protocol", async () => {
    const { HealthCheck } = await json(`aws route53 create-health-check \\
      --caller-reference CafeHealthCheck \\
      --health-check-config '{
        "Type": "HTTP",
        "ResourcePath": "/health.php",
        "FullyQualifiedDomainName": "orders.cafe.com",
        "RequestInterval": 30,
        "FailureThreshold": 3
      }'`);
    expect(HealthCheck.HealthCheckConfig).toMatchObject({ Port: 80, MeasureLatency: false, Inverted: false });
    // There is no such command, whatever notes say: an alert is a CloudWatch alarm on HealthCheckStatus.
    expect(
      await refusal(
        `aws route53 associate-health-check --health-check-id ${HealthCheck.Id} --sns-topic-arn arn:aws:sns:x`,
      ),
    ).toMatch(/invalid choice/i);
  });

  it("looks at the health checks", async () => {
    expect((await json("aws route53 get-health-check --health-check-id $PRIMARY")).HealthCheck.Id).toBe(made.PRIMARY);
    const { HealthCheckObservations } = await eventually("a probe", async () => {
      const status = await json("aws route53 get-health-check-status --health-check-id $PRIMARY");
      return status.HealthCheckObservations.length === 3 ? status : undefined;
    });
    for (const { Region } of HealthCheckObservations) expect(["us-east-1", "us-west-2", "eu-west-1"]).toContain(Region);
  });
});
