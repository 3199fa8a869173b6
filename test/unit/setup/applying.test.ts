import { readFileSync, writeFileSync } from "node:fs";
import { DescribeResourcePoliciesCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  ChangeResourceRecordSetsCommand,
  ChangeTagsForResourceCommand,
  CreateHostedZoneCommand,
  DeleteHealthCheckCommand,
  DeleteHostedZoneCommand,
  DeleteQueryLoggingConfigCommand,
  ListHealthChecksCommand,
  ListHostedZonesCommand,
  ListQueryLoggingConfigsCommand,
  ListResourceRecordSetsCommand,
  ListTrafficPoliciesCommand,
  ListTrafficPolicyInstancesCommand,
  type ResourceRecordSet,
} from "@aws-sdk/client-route-53";
import { UpdateDomainNameserversCommand } from "@aws-sdk/client-route-53-domains";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SetupEvent } from "../../../src/setup/events.ts";
import { selectPhases } from "../../../src/setup/make-plan.ts";
import { checkZones, readPlan, writePlan } from "../../../src/setup/saved-plan.ts";
import { carryOut, unfinished } from "../../../src/setup/setup.ts";
import { changesOf, openWorkbench, readExample, readText, type Workbench } from "./workbench.ts";

let bench: Workbench;
beforeEach(async () => {
  bench = await openWorkbench();
});
afterEach(async () => {
  const { defects } = bench.test;
  await bench.close();
  expect(defects).toEqual([]);
});

const ZONE = "zone: { name: example.com }\n";
const CHECKS = `healthChecks:
  p: { type: TCP, address: 127.53.0.1, port: 9, disabled: true }
`;
const GROUP = (answers: string, more = "ttl: 60, policy: weighted") =>
  `routing: [ { name: api, type: A, ${more}, answers: { ${answers} } } ]\n`;
const DOCUMENT = (weight: string) =>
  `{ AWSPolicyFormatVersion: "2015-10-01", RecordType: A, StartRule: w, Rules: { w: { RuleType: weighted, Items: [ { Weight: "${weight}", EndpointReference: e }, { Weight: "1", EndpointReference: f, HealthCheck: p } ] } }, Endpoints: { e: { Type: value, Value: 192.0.2.1 }, f: { Type: value, Value: 192.0.2.2 } } }`;
const FLOW = (weight: string, ttl = 60, instances = true) =>
  `trafficFlow:\n  policies: { g: { document: ${DOCUMENT(weight)} } }\n${instances ? `  instances: [ { name: g, policy: g, ttl: ${ttl} } ]\n` : ""}`;

/** One file, then another: what the second plan changes. A third plan is empty. */
const STEPS: readonly (readonly [what: string, before: string, after: string, changes: string[]])[] = [
  ["nothing", ZONE, ZONE, []],
  ["the zone's comment", ZONE, "zone: { name: example.com, comment: new }\n", ["zone change example.com"]],
  [
    "a record's values and TTL",
    `${ZONE}records: [ { name: www, type: A, ttl: 60, values: [192.0.2.1] } ]\n`,
    `${ZONE}records: [ { name: www, type: A, ttl: 30, values: [192.0.2.2] } ]\n`,
    ["records change www.example.com A"],
  ],
  [
    "a record that left the file",
    `${ZONE}records: [ { name: www, type: A, ttl: 60, values: [192.0.2.1] }, { name: a, type: A, ttl: 60, values: [192.0.2.1] } ]\n`,
    `${ZONE}records: [ { name: a, type: A, ttl: 60, values: [192.0.2.1] } ]\n`,
    ["records remove www.example.com A"],
  ],
  [
    "an answer that vanished from its group",
    ZONE + GROUP("x: { weight: 1, values: [192.0.2.1] }, y: { weight: 1, values: [192.0.2.2] }"),
    ZONE + GROUP("x: { weight: 1, values: [192.0.2.1] }"),
    ["routing remove api.example.com A y"],
  ],
  [
    "a group's TTL",
    ZONE + GROUP("x: { weight: 1, values: [192.0.2.1] }, y: { weight: 1, values: [192.0.2.2] }"),
    ZONE +
      GROUP(
        "x: { weight: 1, values: [192.0.2.1] }, y: { weight: 1, values: [192.0.2.2] }",
        "ttl: 30, policy: weighted",
      ),
    ["routing change api.example.com A x", "routing change api.example.com A y"],
  ],
  [
    "a policy switch, in one batch",
    ZONE + GROUP("x: { weight: 1, values: [192.0.2.1] }, y: { weight: 1, values: [192.0.2.2] }"),
    ZONE +
      GROUP(
        "x: { region: eu-west-1, values: [192.0.2.1] }, y: { region: us-east-1, values: [192.0.2.2] }",
        "ttl: 60, policy: latency",
      ),
    ["routing change api.example.com A x", "routing change api.example.com A y"],
  ],
  [
    "a group that becomes simple",
    ZONE + GROUP("x: { weight: 1, values: [192.0.2.1] }"),
    `${ZONE}records: [ { name: api, type: A, ttl: 60, values: [192.0.2.1] } ]\n`,
    ["records remove api.example.com A x", "records add api.example.com A"],
  ],
  [
    "failover answers that trade places",
    ZONE +
      CHECKS +
      GROUP(
        "x: { failover: PRIMARY, values: [192.0.2.1], healthCheck: p }, y: { failover: SECONDARY, values: [192.0.2.2] }",
        "ttl: 60, policy: failover",
      ),
    ZONE +
      CHECKS +
      GROUP(
        "x: { failover: SECONDARY, values: [192.0.2.1] }, y: { failover: PRIMARY, values: [192.0.2.2], healthCheck: p }",
        "ttl: 60, policy: failover",
      ),
    ["routing change api.example.com A x", "routing change api.example.com A y"],
  ],
  [
    "an address that becomes a CNAME",
    `${ZONE}records: [ { name: www, type: A, ttl: 60, values: [192.0.2.1] } ]\n`,
    `${ZONE}records: [ { name: www, type: CNAME, ttl: 60, values: [other.example.net.] } ]\n`,
    ["records add www.example.com CNAME", "records remove www.example.com A"],
  ],
  [
    "what can be updated of a health check",
    ZONE + CHECKS,
    ZONE + CHECKS.replace("disabled: true", "disabled: true, failureThreshold: 5"),
    ["health-checks change p"],
  ],
  [
    "what cannot be updated: the check is replaced, what uses it repointed, the old one deleted",
    ZONE + CHECKS + GROUP("x: { weight: 1, values: [192.0.2.1], healthCheck: p }"),
    ZONE +
      CHECKS.replace("disabled: true", "disabled: true, interval: 10") +
      GROUP("x: { weight: 1, values: [192.0.2.1], healthCheck: p }"),
    ["health-checks change p", "health-checks remove p (ID)", "routing change api.example.com A x"],
  ],
  [
    "a health check that left the file, with what used it",
    ZONE + CHECKS + GROUP("x: { weight: 1, values: [192.0.2.1], healthCheck: p }"),
    ZONE + GROUP("x: { weight: 1, values: [192.0.2.1] }"),
    ["health-checks remove p (ID)", "routing change api.example.com A x"],
  ],
  [
    "a health check that left the file, with the traffic policy and the calculated check that used it",
    `${ZONE}${CHECKS}  q: { type: TCP, address: 127.53.0.1, port: 10, disabled: true }\n  all: { type: CALCULATED, children: [p, q], healthThreshold: 1 }\n${FLOW("1")}`,
    `${ZONE}${CHECKS.replace("p:", "q:").replace("port: 9", "port: 10")}  all: { type: CALCULATED, children: [q], healthThreshold: 1 }\n${FLOW("1").replace("HealthCheck: p", "HealthCheck: q")}`,
    [
      "health-checks change all",
      "health-checks remove p (ID)",
      "traffic-flow change policy example.com-g",
      "traffic-flow change g.example.com A",
    ],
  ],
  [
    "a calculated check that left the file with its children",
    `${ZONE}${CHECKS}  all: { type: CALCULATED, children: [p], healthThreshold: 1 }\n`,
    ZONE,
    ["health-checks remove all (ID)", "health-checks remove p (ID)"],
  ],
  [
    "a calculated check's children",
    `${ZONE}${CHECKS}  q: { type: TCP, address: 127.53.0.1, port: 10, disabled: true }\n  all: { type: CALCULATED, children: [p], healthThreshold: 1 }\n`,
    `${ZONE}${CHECKS}  q: { type: TCP, address: 127.53.0.1, port: 10, disabled: true }\n  all: { type: CALCULATED, children: [p, q], healthThreshold: 1 }\n`,
    ["health-checks change all"],
  ],
  [
    "a traffic policy's document",
    ZONE + CHECKS + FLOW("1"),
    ZONE + CHECKS + FLOW("2"),
    ["traffic-flow change policy example.com-g", "traffic-flow change g.example.com A"],
  ],
  [
    "an instance's TTL",
    ZONE + CHECKS + FLOW("1"),
    ZONE + CHECKS + FLOW("1", 30),
    ["traffic-flow change g.example.com A"],
  ],
  [
    "an instance that left the file",
    ZONE + CHECKS + FLOW("1"),
    ZONE + CHECKS + FLOW("1", 60, false),
    ["traffic-flow remove g.example.com A"],
  ],
  [
    "Traffic Flow that left the file",
    ZONE + CHECKS + FLOW("1"),
    ZONE + CHECKS,
    ["traffic-flow remove g.example.com A", "traffic-flow remove policy example.com-g"],
  ],
  [
    "a record that becomes an instance",
    `${ZONE}records: [ { name: g, type: A, ttl: 60, values: [192.0.2.9] } ]\n`,
    ZONE + CHECKS + FLOW("1"),
    [
      "health-checks add p",
      "traffic-flow add policy example.com-g",
      "traffic-flow add g.example.com A",
      "traffic-flow remove g.example.com A",
    ],
  ],
  [
    "an instance that becomes a record, with an alias of it",
    ZONE + CHECKS + FLOW("1"),
    `${ZONE}records: [ { name: g, type: A, ttl: 60, values: [192.0.2.9] }, { name: al, type: A, alias: { target: g } } ]\n`,
    [
      "health-checks remove p (ID)",
      "traffic-flow remove g.example.com A",
      "traffic-flow remove policy example.com-g",
      "traffic-flow add g.example.com A",
      "traffic-flow add al.example.com A",
    ],
  ],
  [
    "CNAMEs with weights that become one address, and an alias of it",
    `${ZONE}routing: [ { name: x, type: CNAME, ttl: 60, policy: weighted, answers: { a: { weight: 1, values: [t.example.net.] } } } ]\n`,
    `${ZONE}records: [ { name: y, type: A, alias: { target: x } }, { name: x, type: A, ttl: 60, values: [192.0.2.9] } ]\n`,
    ["routing add x.example.com A", "routing remove x.example.com CNAME a", "routing add y.example.com A"],
  ],
  [
    "a delegation with glue, and what it hides",
    ZONE,
    `${ZONE}records:
  - { name: sub, type: NS, ttl: 60, values: [ns1.sub.example.com.] }
  - { name: ns1.sub, type: A, ttl: 60, values: [192.0.2.9] }
  - { name: sub, type: TXT, ttl: 60, values: [hidden] }
`,
    ["records add sub.example.com NS", "records add ns1.sub.example.com A", "records add sub.example.com TXT"],
  ],
  [
    "a weighted group whose answer is by place, and may be none",
    ZONE,
    `${ZONE}routing:
  - { name: geo, type: A, ttl: 60, policy: geolocation, answers: { de: { country: DE, values: [192.0.2.1] } } }
  - { name: w, type: A, policy: weighted, answers: { a: { weight: 1, alias: { target: geo } } } }
`,
    ["routing add geo.example.com A de", "routing add w.example.com A a"],
  ],
  [
    "how long logs are kept",
    `${ZONE}logging: { logGroup: /a, retentionDays: 7 }\n`,
    `${ZONE}logging: { logGroup: /a, retentionDays: 30 }\n`,
    ["logging change log group /a"],
  ],
  [
    "another log group",
    `${ZONE}logging: { logGroup: /a }\n`,
    `${ZONE}logging: { logGroup: /b }\n`,
    [
      "logging add log group /b",
      "logging change resource policy r53kit-query-logs-example.com",
      "logging change query logging of example.com",
    ],
  ],
  ["no more logging", `${ZONE}logging: { logGroup: /a }\n`, ZONE, ["logging remove query logging of example.com"]],
  [
    "a second zone",
    "zones: [ { name: example.com } ]\n",
    "zones: [ { name: example.com }, { name: example.net, records: [ { name: www, type: A, ttl: 60, values: [192.0.2.1] } ] } ]\n",
    ["zone add example.net", "zone change example.net at the registrar", "records add www.example.net A"],
  ],
];

describe("applying", () => {
  it.each(STEPS)("changes %s, and nothing a second time", async (_, before, after, changes) => {
    expect((await bench.apply(readText(before))).error).toBeUndefined();
    const second = await bench.apply(readText(after));
    expect(second.error).toBeUndefined();
    expect(changesOf(second.plan).map((change) => change.replace(/\([0-9a-f-]{36}\)/, "(ID)"))).toEqual(changes);
    const verifications = second.result.phases.flatMap((phase) => phase.verifications);
    expect(verifications.filter((one) => one.status === "failed")).toEqual([]);
    expect(changesOf((await bench.plan(readText(after))).plan)).toEqual([]);
  });

  it("makes a check again whose caller reference is used up", async () => {
    await bench.apply(readText(ZONE + CHECKS));
    await bench.apply(readText(ZONE));
    const again = await bench.apply(readText(ZONE + CHECKS));
    expect(again.error).toBeUndefined();
    const checks = await listHealthChecks();
    expect(checks.map((check) => check.CallerReference)).toEqual([expect.stringMatching(/^r53kit-.*-p-g2$/)]);
  });

  it("gives a check its tags that a killed run did not come to", async () => {
    await bench.apply(readText(ZONE + CHECKS));
    const [check] = await listHealthChecks();
    const client = await bench.test.backend.clients.route53();
    await client.send(
      new ChangeTagsForResourceCommand({
        ResourceType: "healthcheck",
        ResourceId: check?.Id,
        RemoveTagKeys: ["r53kit:key"],
      }),
    );
    const again = await bench.apply(readText(ZONE + CHECKS));
    expect(changesOf(again.plan)).toEqual(["health-checks change p"]);
    expect(changesOf((await bench.plan(readText(ZONE + CHECKS))).plan)).toEqual([]);
  });

  it("keeps a check that left the file while another zone's record uses it, and says so", async () => {
    await bench.apply(readText(ZONE + CHECKS));
    const [check] = await listHealthChecks();
    const client = await bench.test.backend.clients.route53();
    const other = await client.send(new CreateHostedZoneCommand({ Name: "other.org", CallerReference: "x" }));
    await client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: other.HostedZone?.Id,
        ChangeBatch: {
          Changes: [
            {
              Action: "CREATE",
              ResourceRecordSet: {
                Name: "a.other.org",
                Type: "A",
                TTL: 60,
                SetIdentifier: "s",
                Weight: 1,
                HealthCheckId: check?.Id,
                ResourceRecords: [{ Value: "192.0.2.1" }],
              },
            },
          ],
        },
      }),
    );
    const { plan } = await bench.plan(readText(ZONE));
    expect(changesOf(plan)).toEqual([]);
    expect(plan.notes).toEqual([expect.stringContaining("a.other.org A s")]);
  });

  it("keeps the children of a calculated check that stays, and the check that a document names by its id", async () => {
    const checks = `${CHECKS}  q: { type: TCP, address: 127.53.0.1, port: 10, disabled: true }\n  all: { type: CALCULATED, children: [p], healthThreshold: 1 }\n`;
    const first = await bench.apply(readText(ZONE + checks));
    const flow = FLOW("1").replace("HealthCheck: p", `HealthCheck: ${first.result.healthChecks.q}`);
    await bench.apply(readText(ZONE + checks + flow));
    await createByHand({
      Name: "hand.example.com",
      SetIdentifier: "s",
      Weight: 1,
      HealthCheckId: first.result.healthChecks.all,
    });
    const { plan } = await bench.plan(readText(ZONE + flow));
    expect(changesOf(plan)).toEqual([]);
    expect([...plan.notes].sort()).toEqual([
      expect.stringMatching(/^the health check all .* hand\.example\.com A s/),
      expect.stringMatching(/^the health check p .* the calculated check/),
      expect.stringMatching(/^the health check q .* the traffic policy example\.com-g/),
    ]);
  });

  it("puts right what someone changed behind its back, and nothing else", async () => {
    const file = readText(
      `${ZONE}${CHECKS}records: [ { name: www, type: A, ttl: 60, values: [192.0.2.1] } ]\n${GROUP("x: { weight: 1, values: [192.0.2.1], healthCheck: p }, y: { weight: 0, values: [192.0.2.2] }")}logging: { logGroup: /a }\n`,
    );
    await bench.apply(file);
    const client = await bench.test.backend.clients.route53();
    const sets = await recordSets();
    const www = sets.find((set) => set.Name === "www.example.com.");
    const x = sets.find((set) => set.SetIdentifier === "x");
    const { HealthCheckId: _, ...unchecked } = x as ResourceRecordSet;
    await client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: (await client.send(new ListHostedZonesCommand({}))).HostedZones?.[0]?.Id,
        ChangeBatch: {
          Changes: [
            { Action: "UPSERT", ResourceRecordSet: { ...(www as ResourceRecordSet), TTL: 0 } },
            { Action: "UPSERT", ResourceRecordSet: unchecked },
          ],
        },
      }),
    );
    await createByHand({ Name: "hand.example.com" });
    const { QueryLoggingConfigs } = await client.send(new ListQueryLoggingConfigsCommand({}));
    await client.send(new DeleteQueryLoggingConfigCommand({ Id: QueryLoggingConfigs?.[0]?.Id }));
    const domains = await bench.test.backend.clients.domains();
    await domains.send(
      new UpdateDomainNameserversCommand({
        DomainName: "example.com",
        Nameservers: [{ Name: "ns-1.awsdns-01.com" }, { Name: "ns-2.awsdns-01.net" }],
      }),
    );
    const again = await bench.apply(file);
    expect(again.error).toBeUndefined();
    expect(changesOf(again.plan)).toEqual([
      "zone change example.com at the registrar",
      "records change www.example.com A",
      "routing change api.example.com A x",
      "logging add query logging of example.com",
    ]);
    expect(again.plan.phases.flatMap(({ changes }) => changes.map(({ why }) => why))).toEqual([
      expect.stringContaining("ns-1.awsdns-01.com"),
      "TTL 0 -> 60",
      expect.stringMatching(/^health check none -> /),
      expect.any(String),
    ]);
    expect(changesOf((await bench.plan(file)).plan)).toEqual([]);
    expect((await recordSets()).map((set) => set.Name)).toContain("hand.example.com.");
  });

  it("of two files for one zone, each its own project, leaves the other's records and checks alone", async () => {
    const one = readText(
      `project: one\n${ZONE}${CHECKS}${GROUP("x: { weight: 1, values: [192.0.2.1], healthCheck: p }")}`,
    );
    const two = readText(
      `project: two\nzone: { name: example.com, comment: shared }\n${CHECKS}records: [ { name: www, type: A, ttl: 60, values: [192.0.2.1], healthCheck: p } ]\n`,
    );
    await bench.apply(one);
    const second = await bench.apply(two);
    expect(changesOf(second.plan)).toEqual([
      "zone change example.com",
      "health-checks add p",
      "records add www.example.com A",
    ]);
    expect(changesOf((await bench.plan(one)).plan)).toEqual([]);
    await bench.apply(readText(`project: two\n${ZONE}`));
    expect(changesOf((await bench.plan(one)).plan)).toEqual([]);
    expect(await listHealthChecks()).toHaveLength(1);
  });

  it("makes a check anew that someone deleted under a record, and repoints the record", async () => {
    const file = readText(ZONE + CHECKS + GROUP("x: { weight: 1, values: [192.0.2.1], healthCheck: p }"));
    const { result } = await bench.apply(file);
    const client = await bench.test.backend.clients.route53();
    await client.send(new DeleteHealthCheckCommand({ HealthCheckId: result.healthChecks.p }));
    const again = await bench.apply(file);
    expect(again.error).toBeUndefined();
    expect(changesOf(again.plan)).toEqual(["health-checks add p", "routing change api.example.com A x"]);
    expect((await recordSets()).find((set) => set.SetIdentifier === "x")?.HealthCheckId).toBe(
      again.result.healthChecks.p,
    );
    expect((await listHealthChecks()).map((check) => check.CallerReference)).toEqual([expect.stringMatching(/-p-g2$/)]);
    expect(changesOf((await bench.plan(file)).plan)).toEqual([]);
  });

  it("leaves the comment of a zone alone that the file says nothing of", async () => {
    const client = await bench.test.backend.clients.route53();
    const HostedZoneConfig = { Comment: "theirs" };
    await client.send(new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "x", HostedZoneConfig }));
    expect(changesOf((await bench.plan(readText(ZONE))).plan)).toEqual(["zone change example.com at the registrar"]);
  });

  it("refuses an instance on a name that has a record made by hand, before any call", async () => {
    await bench.apply(readText(ZONE));
    await createByHand({ Name: "g.example.com" });
    await expect(bench.plan(readText(ZONE + CHECKS + FLOW("1")))).rejects.toMatchObject({
      code: "setup.conflict",
      where: { file: "r53kit.yaml" },
      message: expect.stringContaining("g.example.com A is there"),
    });
  });

  it("takes over a zone that is there and leaves its other records alone", async () => {
    const client = await bench.test.backend.clients.route53();
    const zone = await client.send(new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "theirs" }));
    await client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zone.HostedZone?.Id,
        ChangeBatch: {
          Changes: [
            {
              Action: "CREATE",
              ResourceRecordSet: {
                Name: "theirs.example.com",
                Type: "A",
                TTL: 60,
                ResourceRecords: [{ Value: "192.0.2.1" }],
              },
            },
          ],
        },
      }),
    );
    await bench.apply(readText(`${ZONE}records: [ { name: ours, type: A, ttl: 60, values: [192.0.2.1] } ]\n`));
    await bench.apply(readText(ZONE));
    const { ResourceRecordSets } = await client.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: zone.HostedZone?.Id }),
    );
    expect(ResourceRecordSets?.map((set) => `${set.Name} ${set.Type}`)).toEqual([
      "example.com. NS",
      "example.com. SOA",
      "theirs.example.com. A",
    ]);
  });

  it("refuses to choose between two zones of one name, unless one is pinned by its id", async () => {
    const client = await bench.test.backend.clients.route53();
    const ids: (string | undefined)[] = [];
    for (const reference of ["one", "two"]) {
      const made = await client.send(new CreateHostedZoneCommand({ Name: "example.com", CallerReference: reference }));
      ids.push(made.HostedZone?.Id?.replace("/hostedzone/", ""));
    }
    await expect(bench.plan(readText(ZONE))).rejects.toMatchObject({ code: "setup.ambiguous-zone" });
    const { plan } = await bench.plan(readText(`zone: { name: example.com, id: ${ids[1]} }\n`));
    expect(plan.zones).toEqual([{ name: "example.com.", id: ids[1], thresholds: null }]);
    await expect(bench.plan(readText("zone: { name: example.com, id: ZNOWHERE }\n"))).rejects.toMatchObject({
      code: "setup.wrong-zone",
    });
  });

  it("warns of an endpoint that nobody serves, and says what the checkers saw", async () => {
    const file = readText(
      `${ZONE}healthChecks: { down: { type: TCP, address: 127.53.0.1, port: 9, failureThreshold: 1, interval: 10 } }\n`,
    );
    const { result, error } = await bench.apply(file);
    expect(error).toBeUndefined();
    const verified = await bench.verify(file);
    expect(verified).toMatchObject({ warnings: 1, failed: 0 });
    const health = verified.phases.find((phase) => phase.phase === "health-checks")?.verifications[0];
    expect(health).toMatchObject({ subject: "down", status: "warning" });
    expect(health?.says).toMatch(/^unhealthy: 0 of \d checkers succeed; Failure: /);
    expect(result.outcome).toBe("applied");
  });

  it("waits for no checkers of a check that has none", async () => {
    const file = readText(
      `${ZONE}healthChecks: { alarm: { type: CLOUDWATCH_METRIC, alarm: errors, region: eu-west-1 } }\n`,
    );
    const { result, error } = await bench.apply(file);
    expect(error).toBeUndefined();
    const [health] = result.phases.find(({ phase }) => phase === "health-checks")?.verifications ?? [];
    expect(health).toMatchObject({ status: "ok", says: "it follows a CloudWatch alarm, whose state is told there" });
  });

  it("does single phases, and says which other one they need", async () => {
    const file = readText(ZONE + CHECKS + GROUP("x: { weight: 1, values: [192.0.2.1], healthCheck: p }"));
    await expect(bench.plan(file, ["routing"])).rejects.toMatchObject({
      code: "setup.phase-needed",
      next: "add --phase zone",
    });
    await expect(bench.plan(file, ["zone", "routing"])).rejects.toMatchObject({ next: "add --phase health-checks" });
    const { plan } = await bench.plan(file, ["zone", "health-checks"]);
    expect(changesOf(plan)).toEqual([
      "zone add example.com",
      "zone change example.com at the registrar",
      "health-checks add p",
    ]);
  });

  it("does not begin a phase whose alias targets another one is to make, and frees an instance's name right before it is made", async () => {
    await bench.apply(readText(`${ZONE}records: [ { name: g, type: A, ttl: 60, values: [192.0.2.9] } ]\n`));
    const file = readText(
      `${ZONE}${CHECKS}records: [ { name: t, type: A, ttl: 60, values: [192.0.2.1] } ]\n${GROUP("x: { weight: 1, alias: { target: t } }", "policy: weighted")}${FLOW("1")}`,
    );
    await expect(bench.plan(file, ["routing"])).rejects.toMatchObject({
      code: "setup.phase-needed",
      message: "the phase routing needs t.example.com A, which does not exist yet",
      next: "add --phase records",
    });
    const { plan, live } = await bench.plan(file);
    expect(plan.notes).toContainEqual(
      expect.stringMatching(/^g\.example\.com A answers nothing from when its records go/),
    );
    expect(() => selectPhases(plan, live, ["routing"])).toThrowError(/needs t\.example\.com A/);
    expect(changesOf((await bench.plan(file, ["records", "routing"])).plan)).toHaveLength(2);
    const { events } = await bench.apply(file);
    const flow = events.flatMap((one) => ("phase" in one && one.phase === "traffic-flow" ? one : []));
    const started = flow.flatMap((one) => (one.event === "change-started" ? `${one.action} ${one.subject}` : []));
    expect(started).toEqual(["add policy example.com-g", "remove g.example.com A", "add g.example.com A"]);
  });

  it("leaves the old check of a replaced one for later when what uses it is not repointed yet", async () => {
    const file = (more: string) =>
      readText(
        ZONE +
          CHECKS.replace("disabled: true", `disabled: true${more}`) +
          GROUP("x: { weight: 1, values: [192.0.2.1], healthCheck: p }"),
      );
    await bench.apply(file(""));
    const { plan, live } = await bench.plan(file(", interval: 10"), ["health-checks"]);
    expect(changesOf(plan)).toEqual(["health-checks change p"]);
    expect(plan.notes).toEqual([expect.stringMatching(/^the health check p .* stays .* api\.example\.com A x/)]);
    expect((await carryOut({ plan, live }, { ...bench.options(), emit: () => {} })).error).toBeUndefined();
    const rest = await bench.apply(file(", interval: 10"));
    expect(changesOf(rest.plan).map((one) => one.replace(/\(.*\)/, "(ID)"))).toEqual([
      "health-checks remove p (ID)",
      "routing change api.example.com A x",
    ]);
    expect((await recordSets()).find((set) => set.SetIdentifier === "x")?.HealthCheckId).toBe(
      (await listHealthChecks())[0]?.Id,
    );
    expect(await listHealthChecks()).toHaveLength(1);
  });
});

describe("a saved plan", () => {
  const file = readText(`${ZONE}records: [ { name: www, type: A, ttl: 60, values: [192.0.2.1] } ]\n`);

  it("is carried out later as it was", async () => {
    const { plan } = await bench.plan(file);
    const path = `${bench.home}/plan.json`;
    await writePlan(path, plan);
    const { result, error } = await bench.carryOutSaved(readPlan(path));
    expect(error).toBeUndefined();
    expect(result.summary).toEqual(plan.summary);
    expect(changesOf((await bench.plan(file)).plan)).toEqual([]);
  });

  it("is refused when what it saw has changed, naming it", async () => {
    const { plan } = await bench.plan(file);
    await bench.apply(file);
    await expect(bench.carryOutSaved(plan)).rejects.toMatchObject({
      code: "plan.stale",
      message: expect.stringContaining("record www.example.com A"),
    });
  });

  it("is refused on another backend, and beside a file about another zone", async () => {
    const { plan } = await bench.plan(file);
    const other = { ...plan, backend: { ...plan.backend, account: "999999999999" } };
    await expect(bench.carryOutSaved(other)).rejects.toMatchObject({ kind: "usage", code: "plan.other-backend" });
    expect(() => checkZones(plan, readText("zone: { name: other.org }\n").config)).toThrowError(/other.org/);
  });

  it.each([
    ["no JSON", "{"],
    ["something else", "{}"],
    ["of another format", '{ "format": "r53kit.plan/9" }'],
    ["cut", '{ "format": "r53kit.plan/1", "phases": [] }'],
  ])("that is %s is refused", async (_, text) => {
    const { writeFileSync } = await import("node:fs");
    const path = `${bench.home}/bad.json`;
    writeFileSync(path, text);
    expect(() => readPlan(path)).toThrowError(
      expect.objectContaining({ code: "plan.unreadable", where: { file: path } }),
    );
  });
});

describe("an apply that ends early", () => {
  class Killed extends Error {}

  it("goes on from where it was, wherever that was, and makes nothing twice", { timeout: 120_000 }, async () => {
    const config = readExample("myapp");
    // Each run gets a little further than the last; together they are killed in every phase.
    for (const point of [0, 2, 5, 9, 14, 17, 30, 34, 52, 60, 66, 70]) {
      let seen = 0;
      await bench.apply(config, {
        // What a kill leaves behind: the step that was told of last may have been taken or not, nothing after it was.
        emit: () => {
          seen += 1;
          if (seen > point) throw new Killed();
        },
      });
    }
    const last = await bench.apply(config);
    expect(last.error).toBeUndefined();
    expect(changesOf((await bench.plan(config)).plan)).toEqual([]);
    expect(await inventory()).toEqual({ zones: 1, checks: 4, policies: 1, instances: 1, logPolicies: 1 });
  });

  it("says what landed and what did not when it is interrupted, and the next one finishes", async () => {
    const config = readExample("cafe");
    const abort = new AbortController();
    const stopAt = (event: SetupEvent) => {
      if (event.event === "change-done" && event.subject === "primary")
        abort.abort(new DOMException("stopped", "AbortError"));
    };
    const { result } = await bench.apply(config, { emit: stopAt, signal: abort.signal });
    expect(result.outcome).toBe("interrupted");
    const health = result.phases.find((phase) => phase.phase === "health-checks");
    expect(health?.changes.map((change) => [change.subject.split(" ")[0], change.status])).toEqual([
      ["endpoint", "done"],
      ["endpoint", "done"],
      ["primary", "done"],
      ["secondary", "not-started"],
    ]);
    expect(result.summary).toEqual({ add: 4, change: 1, remove: 0 });
    expect((await bench.apply(config)).error).toBeUndefined();
    expect(await inventory()).toMatchObject({ zones: 1, checks: 2 });
  });

  it("while it waits for the name servers has landed what it sent, and says so", async () => {
    const file = readText(`${ZONE}records: [ { name: www, type: A, ttl: 60, values: [192.0.2.1] } ]\n`);
    await bench.apply(readText(ZONE));
    const abort = new AbortController();
    const { result, error } = await bench.apply(file, {
      signal: abort.signal,
      emit: (event) => {
        if (event.event === "waiting" && event.phase === "records")
          abort.abort(new DOMException("stopped", "AbortError"));
      },
    });
    expect(error).toMatchObject({ name: "AbortError" });
    expect(result).toMatchObject({ outcome: "interrupted", summary: { add: 1, change: 0, remove: 0 } });
    expect((await recordSets()).map((set) => set.Name)).toContain("www.example.com.");
    expect(changesOf((await bench.plan(file)).plan)).toEqual([]);
  });

  it("leaves word of what it had begun", async () => {
    await bench.apply(readText(ZONE), {
      emit: (event) => {
        if (event.event === "change-started") throw new Killed();
      },
    });
    // The engine was stopped and said so; a process that is killed says nothing, and may leave a cut line.
    expect(unfinished(bench.home, "example.com")).toMatchObject([{ command: "setup apply", begun: ["example.com"] }]);
    const [{ file } = { file: "" }] = unfinished(bench.home, "example.com");
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    writeFileSync(file, `${lines.slice(0, -1).join("\n")}\n{"at":"2026-`);
    expect(unfinished(bench.home, "example.com")).toMatchObject([{ begun: ["example.com"] }]);
    await bench.apply(readText(ZONE));
    expect(unfinished(bench.home, "example.com")).toEqual([]);
  });

  it("by a batch that Route 53 refuses names the line of the file, and none of the batch landed", async () => {
    const file = readText(`${ZONE}records:\n  - { name: www, type: A, ttl: 60, values: [192.0.2.1] }\n`);
    await bench.apply(readText(ZONE));
    const { plan, live } = await bench.plan(file);
    const client = await bench.test.backend.clients.route53();
    const id = plan.zones[0]?.id ?? "";
    // Someone is faster.
    await client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: id,
        ChangeBatch: {
          Changes: [
            {
              Action: "CREATE",
              ResourceRecordSet: {
                Name: "www.example.com",
                Type: "A",
                TTL: 1,
                ResourceRecords: [{ Value: "192.0.2.9" }],
              },
            },
          ],
        },
      }),
    );
    const { error, result } = await carryOut({ plan, live }, { ...bench.options(), emit: () => {} });
    expect(error).toMatchObject({ code: "aws.InvalidChangeBatch", where: { file: "r53kit.yaml", line: 4 } });
    expect(result).toMatchObject({ outcome: "failed", summary: { add: 0, change: 0, remove: 0 } });
    expect(result.phases.find((phase) => phase.phase === "records")?.changes).toMatchObject([{ status: "refused" }]);
  });

  it("by a batch that Route 53 refuses keeps what was its own, and does not take what was not", async () => {
    const www = (address: string) => `  - { name: www, type: A, ttl: 60, values: [${address}] }\n`;
    await bench.apply(readText(`${ZONE}records:\n${www("192.0.2.1")}`));
    const planned = await bench.plan(
      readText(
        `${ZONE}records:\n${www("192.0.2.2")}  - { name: "@", type: A, ttl: 60, values: [192.0.2.5] }\n  - { name: b, type: A, ttl: 60, values: [192.0.2.77] }\n`,
      ),
    );
    // Someone else makes the very record that the plan is about to make.
    await createByHand({ Name: "b.example.com" });
    const { error } = await carryOut(planned, { ...bench.options(), emit: () => {} });
    // Not the apex, whose name is part of every other one.
    expect(error).toMatchObject({ code: "aws.InvalidChangeBatch", where: { file: "r53kit.yaml", line: 6 } });
    const last = await bench.apply(readText(ZONE));
    expect(changesOf(last.plan)).toEqual(["records remove www.example.com A"]);
    expect((await recordSets()).map((set) => `${set.Name} ${set.Type}`)).toEqual([
      "example.com. NS",
      "example.com. SOA",
      "b.example.com. A",
    ]);
  });

  it("by a zone that someone deleted says so, and the next one makes it anew", async () => {
    const file = readText(`${ZONE}records:\n  - { name: www, type: A, ttl: 60, values: [192.0.2.1] }\n`);
    await bench.apply(readText(ZONE));
    const planned = await bench.plan(file);
    const client = await bench.test.backend.clients.route53();
    await client.send(new DeleteHostedZoneCommand({ Id: planned.plan.zones[0]?.id ?? "" }));
    const { error } = await carryOut(planned, { ...bench.options(), emit: () => {} });
    expect(error).toMatchObject({ code: "aws.NoSuchHostedZone", next: expect.stringContaining("plan again") });
    await expect(bench.carryOutSaved(planned.plan)).rejects.toMatchObject({
      code: "plan.stale",
      message: expect.stringContaining("zone example.com"),
    });
    expect((await bench.apply(file)).error).toBeUndefined();
    expect(changesOf((await bench.plan(file)).plan)).toEqual([]);
  });
});

/** In example.com; an address of TTL 60 unless it says otherwise. */
async function createByHand(set: Partial<ResourceRecordSet>) {
  const client = await bench.test.backend.clients.route53();
  const zones = await client.send(new ListHostedZonesCommand({}));
  const ResourceRecordSet = {
    Name: "",
    Type: "A" as const,
    TTL: 60,
    ResourceRecords: [{ Value: "192.0.2.77" }],
    ...set,
  };
  await client.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: zones.HostedZones?.[0]?.Id,
      ChangeBatch: { Changes: [{ Action: "CREATE", ResourceRecordSet }] },
    }),
  );
}

async function recordSets() {
  const client = await bench.test.backend.clients.route53();
  const zones = await client.send(new ListHostedZonesCommand({}));
  const HostedZoneId = zones.HostedZones?.[0]?.Id;
  return (await client.send(new ListResourceRecordSetsCommand({ HostedZoneId }))).ResourceRecordSets ?? [];
}

async function listHealthChecks() {
  const client = await bench.test.backend.clients.route53();
  return (await client.send(new ListHealthChecksCommand({}))).HealthChecks ?? [];
}

async function inventory() {
  const client = await bench.test.backend.clients.route53();
  const logs = await bench.test.backend.clients.logs();
  const [zones, checks, policies, instances, logPolicies] = await Promise.all([
    client.send(new ListHostedZonesCommand({})),
    listHealthChecks(),
    client.send(new ListTrafficPoliciesCommand({})),
    client.send(new ListTrafficPolicyInstancesCommand({})),
    logs.send(new DescribeResourcePoliciesCommand({})),
  ]);
  return {
    zones: zones.HostedZones?.length,
    checks: checks.length,
    policies: policies.TrafficPolicySummaries?.length,
    instances: instances.TrafficPolicyInstances?.length,
    logPolicies: logPolicies.resourcePolicies?.length,
  };
}
