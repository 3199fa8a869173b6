import * as route53 from "@aws-sdk/client-route-53";
import * as sdk from "@aws-sdk/client-servicediscovery";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ACCOUNT, type LocalCloudMap, localCloudMap, PROPAGATION_MS, REGION, refused } from "./fixture.ts";

/** Real ms for a test that sends a thousand requests and more. */
const MANY_REQUESTS_MS = 30_000;

let cloudMap: LocalCloudMap;
let client: sdk.ServiceDiscoveryClient;

beforeEach(async () => {
  cloudMap = await localCloudMap();
  client = cloudMap.client;
});
afterEach(async () => {
  expect(cloudMap.defects).toEqual([]);
  await cloudMap.close();
});

const records = (...types: sdk.RecordType[]): sdk.DnsConfig => ({
  DnsRecords: types.map((Type) => ({ Type, TTL: 60 })),
});
const registering = (ServiceId: string, InstanceId: string, Attributes: Record<string, string>, id?: string) =>
  client.send(
    new sdk.RegisterInstanceCommand({
      ServiceId,
      InstanceId,
      Attributes,
      ...(id === undefined ? {} : { CreatorRequestId: id }),
    }),
  );
const deregistering = (ServiceId: string, InstanceId: string) =>
  client.send(new sdk.DeregisterInstanceCommand({ ServiceId, InstanceId }));
const statuses = async (ServiceId: string, more: Partial<sdk.GetInstancesHealthStatusCommandInput> = {}) =>
  (await client.send(new sdk.GetInstancesHealthStatusCommand({ ServiceId, ...more }))).Status;
const tell = (ServiceId: string, InstanceId: string, Status: sdk.CustomHealthStatus) =>
  client.send(new sdk.UpdateInstanceCustomHealthStatusCommand({ ServiceId, InstanceId, Status }));
const found = async (input: Partial<sdk.DiscoverInstancesCommandInput> = {}) =>
  ((await cloudMap.discover(input)).Instances ?? []).map(({ InstanceId }) => InstanceId).sort();

describe("RegisterInstance", () => {
  it("makes a record set per type and instance, named for the instance", async () => {
    const ns = await cloudMap.createPrivate();
    const id = await cloudMap.createService({ NamespaceId: ns, DnsConfig: records("A", "AAAA") });
    const done = await cloudMap.register(id, "i-1", {
      AWS_INSTANCE_IPV4: "10.0.1.100",
      AWS_INSTANCE_IPV6: "2001:db8::1",
      AWS_INSTANCE_PORT: "8080",
      version: "1.2.3",
    });
    expect(done).toMatchObject({
      Type: "REGISTER_INSTANCE",
      Status: "SUCCESS",
      Targets: { INSTANCE: "i-1", SERVICE: id },
    });
    await cloudMap.register(id, "i-2", { AWS_INSTANCE_IPV4: "10.0.1.101", AWS_INSTANCE_IPV6: "2001:db8::2" });
    expect(await cloudMap.records(ns)).toEqual([
      "web.my-company.local. A i-1 10.0.1.100",
      "web.my-company.local. A i-2 10.0.1.101",
      "web.my-company.local. AAAA i-1 2001:db8::1",
      "web.my-company.local. AAAA i-2 2001:db8::2",
    ]);
    const [zone] = cloudMap.route53.published.values();
    expect(zone?.recordSets.find(({ type }) => type === "A")?.policy).toEqual({ kind: "multivalue" });
    const { Instance, ResourceOwner } = await client.send(
      new sdk.GetInstanceCommand({ ServiceId: id, InstanceId: "i-1" }),
    );
    expect(ResourceOwner).toBe(ACCOUNT);
    expect(Instance).toMatchObject({ Id: "i-1", Attributes: { version: "1.2.3" }, CreatedByAccount: ACCOUNT });
    const { Instances } = await client.send(new sdk.ListInstancesCommand({ ServiceId: id }));
    expect(Instances).toMatchObject([{ Id: "i-1" }, { Id: "i-2" }]);
  });

  it("gives SRV records the instance's own name, and that name its addresses", async () => {
    const ns = await cloudMap.createPublic();
    const id = await cloudMap.createService({ Name: "_api._tcp", NamespaceId: ns, DnsConfig: records("SRV") });
    await cloudMap.register(id, "i-1", { AWS_INSTANCE_IPV4: "192.0.2.1", AWS_INSTANCE_PORT: "8443" });
    expect(await cloudMap.records(ns)).toEqual([
      "_api._tcp.shop.test. SRV i-1 1 1 8443 i-1._api._tcp.shop.test.",
      "i-1._api._tcp.shop.test. A i-1 192.0.2.1",
    ]);
  });

  it("makes weighted CNAMEs, and aliases to load balancers", async () => {
    const ns = await cloudMap.createPublic();
    const weighted = (type: sdk.RecordType): sdk.DnsConfig => ({ ...records(type), RoutingPolicy: "WEIGHTED" });
    const cname = await cloudMap.createService({ Name: "docs", NamespaceId: ns, DnsConfig: weighted("CNAME") });
    await cloudMap.register(cname, "i-1", { AWS_INSTANCE_CNAME: "www.example.com" });
    const lb = await cloudMap.createService({ Name: "lb", NamespaceId: ns, DnsConfig: weighted("A") });
    await cloudMap.register(lb, "i-1", { AWS_ALIAS_DNS_NAME: "my-lb-1.us-east-1.elb.amazonaws.com" });
    const [zone] = cloudMap.route53.published.values();
    const sets = zone?.recordSets.filter(({ type }) => type === "A" || type === "CNAME");
    expect(sets).toMatchObject([
      { name: "docs.shop.test.", policy: { kind: "weighted", weight: 1 } },
      {
        name: "lb.shop.test.",
        policy: { kind: "weighted", weight: 1 },
        answer: { hostedZoneId: "Z35SXDOTRQ7X7K", evaluateTargetHealth: true },
      },
    ]);
  });

  it("replaces what an instance of the same id had", async () => {
    const ns = await cloudMap.createPrivate();
    const id = await cloudMap.createService({ NamespaceId: ns, DnsConfig: records("A") });
    await cloudMap.register(id, "i-1", { AWS_INSTANCE_IPV4: "10.0.1.100", version: "1" });
    await cloudMap.register(id, "i-1", { AWS_INSTANCE_IPV4: "10.0.1.200" });
    expect(await cloudMap.records(ns)).toEqual(["web.my-company.local. A i-1 10.0.1.200"]);
    expect((await cloudMap.discover({})).Instances).toMatchObject([
      { Attributes: { AWS_INSTANCE_IPV4: "10.0.1.200" } },
    ]);
  });

  it("gives a service called . the namespace's own name", async () => {
    const ns = await cloudMap.createPrivate();
    const id = await cloudMap.createService({ Name: ".", NamespaceId: ns, DnsConfig: records("A") });
    await cloudMap.register(id, "i-1", { AWS_INSTANCE_IPV4: "10.0.1.1" });
    expect(await cloudMap.records(ns)).toEqual(["my-company.local. A i-1 10.0.1.1"]);
  });

  it("fails, and changes nothing, when Route 53 takes no such records", async () => {
    const ns = await cloudMap.createPublic();
    const config: sdk.DnsConfig = { ...records("CNAME"), RoutingPolicy: "WEIGHTED" };
    const id = await cloudMap.createService({ Name: ".", NamespaceId: ns, DnsConfig: config });
    const failed = await cloudMap.register(id, "i-1", { AWS_INSTANCE_CNAME: "www.example.com" });
    expect(failed).toMatchObject({
      Status: "FAIL",
      ErrorCode: "INVALID_CHANGE_BATCH",
      ErrorMessage: expect.stringContaining("is not permitted at apex in zone shop.test."),
    });
    expect((await client.send(new sdk.ListInstancesCommand({ ServiceId: id }))).Instances).toEqual([]);
    expect(await cloudMap.records(ns)).toEqual([]);
  });

  it("leaves no health checker behind when it fails", async () => {
    const ns = await cloudMap.createPublic();
    const id = await cloudMap.createService({
      NamespaceId: ns,
      DnsConfig: records("SRV"),
      HealthCheckConfig: { Type: "TCP" },
    });
    // An instance id may hold what a host name cannot be that long with.
    const failed = await cloudMap.register(id, "i".repeat(64), {
      AWS_INSTANCE_IPV4: "127.0.0.1",
      AWS_INSTANCE_PORT: "80",
    });
    expect(failed).toMatchObject({ Status: "FAIL", ErrorCode: "INVALID_CHANGE_BATCH" });
    expect(cloudMap.route53.checks.size).toBe(0);
    const { HealthChecks } = await cloudMap.route53.client.send(new route53.ListHealthChecksCommand({}));
    expect(HealthChecks).toEqual([]);
  });

  it.each([
    ["A", "no address", { AWS_INSTANCE_PORT: "80" }],
    ["A", "an address that is none", { AWS_INSTANCE_IPV4: "10.0.1.256" }],
    ["AAAA", "an address of the other family", { AWS_INSTANCE_IPV6: "10.0.1.1" }],
    ["SRV", "no port", { AWS_INSTANCE_IPV4: "10.0.1.1" }],
    ["SRV", "no address", { AWS_INSTANCE_PORT: "80" }],
    ["SRV", "a port that is none", { AWS_INSTANCE_IPV4: "10.0.1.1", AWS_INSTANCE_PORT: "70000" }],
    [
      "A",
      "an initial health that the service does not ask for",
      { AWS_INSTANCE_IPV4: "10.0.1.1", AWS_INIT_HEALTH_STATUS: "HEALTHY" },
    ],
    ["A", "an EC2 instance, outside an HTTP namespace", { AWS_EC2_INSTANCE_ID: "i-1" }],
  ] as const)("refuses, for %s records, %s", async (type, _, attributes) => {
    const ns = await cloudMap.createPrivate();
    const id = await cloudMap.createService({ NamespaceId: ns, DnsConfig: records(type) });
    expect(await refused(registering(id, "i-1", attributes))).toMatchObject({ code: "InvalidInput", status: 400 });
  });

  it("takes an alias for weighted address records only, and nothing beside it", async () => {
    const ns = await cloudMap.createPublic();
    const target = { AWS_ALIAS_DNS_NAME: "my-lb-1.us-east-1.elb.amazonaws.com" };
    const multivalue = await cloudMap.createService({ NamespaceId: ns, DnsConfig: records("A") });
    expect(await refused(registering(multivalue, "i-1", target))).toMatchObject({
      code: "InvalidInput",
      message: "ALIAS instance can be registered only in services with WEIGHTED routing policy",
    });
    const weighted = await cloudMap.createService({
      Name: "lb",
      NamespaceId: ns,
      DnsConfig: { ...records("A"), RoutingPolicy: "WEIGHTED" },
    });
    const both = { ...target, AWS_INSTANCE_IPV4: "10.0.1.1" };
    expect(await refused(registering(weighted, "i-1", both))).toMatchObject({ code: "InvalidInput" });
    const elsewhere = { AWS_ALIAS_DNS_NAME: "www.example.com" };
    expect(await refused(registering(weighted, "i-1", elsewhere))).toMatchObject({ code: "InvalidInput" });
  });

  it("looks up the address of an EC2 instance", async () => {
    const ns = await cloudMap.createHttp();
    const id = await cloudMap.createService({ NamespaceId: ns });
    cloudMap.ec2.set("i-0abc", "10.0.7.7");
    await cloudMap.register(id, "one", { AWS_EC2_INSTANCE_ID: "i-0abc" });
    const { Instances } = await cloudMap.discover({ NamespaceName: "internal" });
    expect(Instances).toMatchObject([{ Attributes: { AWS_EC2_INSTANCE_ID: "i-0abc", AWS_INSTANCE_IPV4: "10.0.7.7" } }]);
    expect(await refused(registering(id, "two", { AWS_EC2_INSTANCE_ID: "i-none" }))).toMatchObject({
      code: "InvalidInput",
    });
    const more = { AWS_EC2_INSTANCE_ID: "i-0abc", AWS_INSTANCE_PORT: "80" };
    expect(await refused(registering(id, "two", more))).toMatchObject({ code: "InvalidInput" });
  });

  it("takes 30 attributes of one's own, 5,000 characters in all", async () => {
    const id = await cloudMap.createService({ NamespaceId: await cloudMap.createHttp() });
    const many = (count: number, value = "") =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, value]));
    expect(await refused(registering(id, "i-1", many(31)))).toMatchObject({ code: "InvalidInput" });
    expect(await refused(registering(id, "i-1", many(5, "x".repeat(1000))))).toMatchObject({ code: "InvalidInput" });
    expect(await cloudMap.register(id, "i-1", many(30, "x"))).toMatchObject({ Status: "SUCCESS" });
  });

  it("is one at a time for an instance, and starts nothing new for a repeated request", async () => {
    const id = await cloudMap.createService({ NamespaceId: await cloudMap.createHttp() });
    const { OperationId } = await registering(id, "i-1", { a: "1" }, "once");
    const duplicate = {
      code: "DuplicateRequest",
      status: 400,
      message: `Another operation of type RegisterInstance and id ${OperationId} is in progress`,
      DuplicateOperationId: OperationId,
    };
    expect(await refused(registering(id, "i-1", { a: "2" }))).toMatchObject(duplicate);
    expect(await refused(deregistering(id, "i-1"))).toMatchObject(duplicate);
    expect(await refused(registering(id, "i-2", {}, "once"))).toMatchObject(duplicate);
    await cloudMap.finished(Promise.resolve({ OperationId }));
    expect(await registering(id, "i-1", { a: "1" }, "once")).toMatchObject({ OperationId });
    expect((await registering(id, "i-1", { a: "2" }, "once")).OperationId).not.toBe(OperationId);
  });

  it(
    "ends at 1,000 instances of a service",
    async () => {
      const id = await cloudMap.createService({ NamespaceId: await cloudMap.createHttp() });
      for (let first = 0; first < 1000; first += 50) {
        await Promise.all(Array.from({ length: 50 }, (_, i) => registering(id, `i-${first + i}`, {})));
      }
      expect(await refused(registering(id, "i-1000", {}))).toMatchObject({
        code: "ResourceLimitExceeded",
        status: 400,
      });
      await cloudMap.route53.clock.advance(PROPAGATION_MS * 2);
      expect(await refused(registering(id, "i-1000", {}))).toMatchObject({ code: "ResourceLimitExceeded" });
      expect(await cloudMap.register(id, "i-7", { again: "yes" })).toMatchObject({ Status: "SUCCESS" });
    },
    MANY_REQUESTS_MS,
  );
});

describe("DeregisterInstance", () => {
  it("takes the record sets and the health check away", async () => {
    const ns = await cloudMap.createPublic();
    const id = await cloudMap.createService({
      NamespaceId: ns,
      DnsConfig: records("A"),
      HealthCheckConfig: { Type: "HTTP", ResourcePath: "/health" },
    });
    await cloudMap.register(id, "i-1", { AWS_INSTANCE_IPV4: "127.0.0.1", AWS_INSTANCE_PORT: "80" });
    expect(cloudMap.route53.checks.size).toBe(1);
    const done = await cloudMap.finished(deregistering(id, "i-1"));
    expect(done).toMatchObject({
      Type: "DEREGISTER_INSTANCE",
      Status: "SUCCESS",
      Targets: { INSTANCE: "i-1", SERVICE: id },
    });
    expect(cloudMap.route53.checks.size).toBe(0);
    expect(await cloudMap.records(ns)).toEqual([]);
    expect(await refused(deregistering(id, "i-1"))).toMatchObject({ code: "InstanceNotFound", status: 400 });
    expect(await refused(deregistering("srv-none", "i-1"))).toMatchObject({ code: "ServiceNotFound" });
  });
});

describe("a Route 53 health check", () => {
  it("belongs to Cloud Map, and tells how an instance is once a checker has looked", async () => {
    const ns = await cloudMap.createPublic();
    const id = await cloudMap.createService({
      NamespaceId: ns,
      DnsConfig: records("A"),
      HealthCheckConfig: { Type: "HTTP" },
    });
    await cloudMap.register(id, "i-1", { AWS_INSTANCE_IPV4: "127.0.0.1", AWS_INSTANCE_PORT: "8080" });
    const [checkId = ""] = cloudMap.route53.checks.keys();
    const arn = `arn:aws:servicediscovery:${REGION}:${ACCOUNT}:service/${id}`;
    const { HealthCheck } = await cloudMap.route53.client.send(
      new route53.GetHealthCheckCommand({ HealthCheckId: checkId }),
    );
    expect(HealthCheck).toMatchObject({
      HealthCheckConfig: { Type: "HTTP", IPAddress: "127.0.0.1", Port: 8080, ResourcePath: "/", FailureThreshold: 1 },
      LinkedService: { ServicePrincipal: "servicediscovery.amazonaws.com", Description: arn },
    });
    const attempts = [
      new route53.DeleteHealthCheckCommand({ HealthCheckId: checkId }),
      new route53.UpdateHealthCheckCommand({ HealthCheckId: checkId, Disabled: true }),
    ];
    for (const attempt of attempts) {
      const error = await cloudMap.route53.client.send(attempt as route53.DeleteHealthCheckCommand).catch((e) => e);
      expect(error).toMatchObject({
        name: "AccessDenied",
        message: `The resource healthcheck/${checkId} can only be managed through AWS Cloud Map (${arn})`,
      });
    }

    const discover = (HealthStatus: sdk.HealthStatusFilter) => found({ NamespaceName: "shop.test", HealthStatus });
    expect(await statuses(id)).toEqual({ "i-1": "UNKNOWN" });
    expect(await discover("HEALTHY")).toEqual(["i-1"]);
    cloudMap.route53.observations.set(checkId, [
      { region: REGION, checkerAddress: "54.183.255.140", checkedAt: 0, healthy: false, status: "Failure" },
    ]);
    expect(await statuses(id)).toEqual({ "i-1": "HEALTHY" });
    cloudMap.unhealthy.add(checkId);
    expect(await statuses(id)).toEqual({ "i-1": "UNHEALTHY" });
    expect(await discover("HEALTHY")).toEqual([]);
    expect(await discover("HEALTHY_OR_ELSE_ALL")).toEqual(["i-1"]);
  });

  it("is replaced, not changed, when its instance registers again", async () => {
    const ns = await cloudMap.createHttp();
    const id = await cloudMap.createService({ NamespaceId: ns, HealthCheckConfig: { Type: "TCP" } });
    const attributes = { AWS_INSTANCE_IPV4: "127.0.0.1", AWS_INSTANCE_PORT: "8080" };
    expect(await refused(registering(id, "i-1", {}))).toMatchObject({ code: "InvalidInput" });
    await cloudMap.register(id, "i-1", attributes);
    const [first] = cloudMap.route53.checks.keys();
    await cloudMap.register(id, "i-1", { ...attributes, AWS_INSTANCE_PORT: "8081" });
    expect([...cloudMap.route53.checks]).toMatchObject([[expect.not.stringContaining(first ?? "?"), { Port: 8081 }]]);
  });
});

describe("custom health", () => {
  const WAIT_MS = 30_000;
  let id: string;
  let ns: string;

  beforeEach(async () => {
    ns = await cloudMap.createPrivate();
    id = await cloudMap.createService({ NamespaceId: ns, DnsConfig: records("A"), HealthCheckCustomConfig: {} });
    await cloudMap.register(id, "i-1", { AWS_INSTANCE_IPV4: "10.0.1.1" });
    await cloudMap.register(id, "i-2", { AWS_INSTANCE_IPV4: "10.0.1.2" });
  });

  it("is believed half a minute after it was told; the record sets go, and come back", async () => {
    expect(await statuses(id)).toEqual({ "i-1": "HEALTHY", "i-2": "HEALTHY" });
    await tell(id, "i-1", "UNHEALTHY");
    await cloudMap.route53.clock.advance(WAIT_MS / 2);
    // Telling it again does not make it come sooner, nor later.
    await tell(id, "i-1", "UNHEALTHY");
    await cloudMap.route53.clock.advance(WAIT_MS / 2 - 1);
    expect(await statuses(id)).toEqual({ "i-1": "HEALTHY", "i-2": "HEALTHY" });
    await cloudMap.route53.clock.advance(1 + PROPAGATION_MS);
    expect(await statuses(id)).toEqual({ "i-1": "UNHEALTHY", "i-2": "HEALTHY" });
    expect(await cloudMap.records(ns)).toEqual(["web.my-company.local. A i-2 10.0.1.2"]);

    await tell(id, "i-1", "HEALTHY");
    await cloudMap.route53.clock.advance(WAIT_MS + PROPAGATION_MS);
    expect(await statuses(id)).toEqual({ "i-1": "HEALTHY", "i-2": "HEALTHY" });
    expect(await cloudMap.records(ns)).toHaveLength(2);
  });

  it("can be taken back meanwhile", async () => {
    await tell(id, "i-1", "UNHEALTHY");
    await cloudMap.route53.clock.advance(WAIT_MS - 1);
    await tell(id, "i-1", "HEALTHY");
    await cloudMap.route53.clock.advance(WAIT_MS);
    expect(await statuses(id)).toEqual({ "i-1": "HEALTHY", "i-2": "HEALTHY" });
  });

  it("can begin as unhealthy, and stays when the instance registers again without saying", async () => {
    await cloudMap.register(id, "i-3", { AWS_INSTANCE_IPV4: "10.0.1.3", AWS_INIT_HEALTH_STATUS: "UNHEALTHY" });
    expect(await cloudMap.records(ns)).toHaveLength(2);
    await cloudMap.register(id, "i-3", { AWS_INSTANCE_IPV4: "10.0.1.4" });
    expect(await statuses(id, { Instances: ["i-3"] })).toEqual({ "i-3": "UNHEALTHY" });
    await cloudMap.register(id, "i-3", { AWS_INSTANCE_IPV4: "10.0.1.4", AWS_INIT_HEALTH_STATUS: "HEALTHY" });
    expect(await cloudMap.records(ns)).toHaveLength(3);
  });

  it("that was told but not yet believed outlives a restart", async () => {
    await tell(id, "i-1", "UNHEALTHY");
    const { store } = cloudMap.route53;
    await cloudMap.close();
    cloudMap = await localCloudMap({ store });
    client = cloudMap.client;
    await cloudMap.route53.clock.advance(WAIT_MS + PROPAGATION_MS);
    expect(await statuses(id)).toEqual({ "i-1": "UNHEALTHY", "i-2": "HEALTHY" });
  });

  it("is forgotten with its instance", async () => {
    await tell(id, "i-1", "UNHEALTHY");
    await cloudMap.finished(deregistering(id, "i-1"));
    await cloudMap.register(id, "i-1", { AWS_INSTANCE_IPV4: "10.0.1.1" });
    await cloudMap.route53.clock.advance(WAIT_MS + PROPAGATION_MS);
    expect(await statuses(id)).toEqual({ "i-1": "HEALTHY", "i-2": "HEALTHY" });
  });

  it("is told of instances that are there, in services that have it", async () => {
    expect(await refused(tell(id, "i-9", "UNHEALTHY"))).toMatchObject({ code: "InstanceNotFound", status: 400 });
    expect(await refused(tell("srv-none", "i-1", "UNHEALTHY"))).toMatchObject({ code: "ServiceNotFound" });
    const other = await cloudMap.createService({ Name: "plain", NamespaceId: ns, DnsConfig: records("A") });
    await cloudMap.register(other, "i-1", { AWS_INSTANCE_IPV4: "10.0.1.1" });
    expect(await refused(tell(other, "i-1", "UNHEALTHY"))).toMatchObject({ code: "CustomHealthNotFound", status: 400 });
  });

  it("decides what DiscoverInstances finds", async () => {
    await cloudMap.register(id, "i-3", { AWS_INSTANCE_IPV4: "10.0.1.3", AWS_INIT_HEALTH_STATUS: "UNHEALTHY" });
    expect(await found()).toEqual(["i-1", "i-2"]);
    expect(await found({ HealthStatus: "UNHEALTHY" })).toEqual(["i-3"]);
    expect(await found({ HealthStatus: "ALL" })).toEqual(["i-1", "i-2", "i-3"]);
    const only = { QueryParameters: { AWS_INSTANCE_IPV4: "10.0.1.3" } };
    expect(await found({ ...only, HealthStatus: "HEALTHY" })).toEqual([]);
    expect(await found({ ...only, HealthStatus: "HEALTHY_OR_ELSE_ALL" })).toEqual(["i-3"]);
  });
});

describe("DiscoverInstances", () => {
  let id: string;

  beforeEach(async () => {
    id = await cloudMap.createService({ NamespaceId: await cloudMap.createHttp("my-company.local") });
    await cloudMap.register(id, "i-1", { version: "1", zone: "a" });
    await cloudMap.register(id, "i-2", { version: "2", zone: "a" });
    await cloudMap.register(id, "i-3", { version: "2", zone: "b" });
  });

  it("shows an instance whose health nobody checks as UNKNOWN, whatever health is asked for", async () => {
    const { Instances, InstancesRevision } = await cloudMap.discover({
      QueryParameters: { version: "1" },
      HealthStatus: "UNHEALTHY",
    });
    expect(Instances).toEqual([
      {
        InstanceId: "i-1",
        NamespaceName: "my-company.local",
        ServiceName: "web",
        HealthStatus: "UNKNOWN",
        Attributes: { version: "1", zone: "a" },
      },
    ]);
    expect(InstancesRevision).toBe(3);
    expect(await statuses(id, { MaxResults: 1 })).toEqual({ "i-1": "UNKNOWN" });
  });

  it("insists on query parameters, and follows optional ones where it can", async () => {
    expect(await found({ QueryParameters: { version: "2" } })).toEqual(["i-2", "i-3"]);
    expect(await found({ QueryParameters: { version: "2" }, OptionalParameters: { zone: "b" } })).toEqual(["i-3"]);
    expect(await found({ QueryParameters: { version: "1" }, OptionalParameters: { zone: "b" } })).toEqual(["i-1"]);
    expect(await found({ QueryParameters: { version: "3" } })).toEqual([]);
  });

  it("gives as many as are wanted, in any order", async () => {
    expect(await found({ MaxResults: 2 })).toHaveLength(2);
    const firsts = new Set<string | undefined>();
    for (let i = 0; i < 100; i++) firsts.add((await cloudMap.discover({})).Instances?.[0]?.InstanceId);
    expect([...firsts].sort()).toEqual(["i-1", "i-2", "i-3"]);
  });

  it("has a revision that grows with every registration and deregistration, and not with health", async () => {
    const revision = async () =>
      (
        await client.send(
          new sdk.DiscoverInstancesRevisionCommand({ NamespaceName: "my-company.local", ServiceName: "web" }),
        )
      ).InstancesRevision;
    expect(await revision()).toBe(3);
    await cloudMap.register(id, "i-1", { version: "3" });
    expect(await revision()).toBe(4);
    await cloudMap.finished(deregistering(id, "i-1"));
    expect(await revision()).toBe(5);
    expect((await cloudMap.discover({})).InstancesRevision).toBe(5);
  });

  it("says which of the names is not there", async () => {
    const missing = { NamespaceName: "none" };
    expect(await refused(cloudMap.discover(missing))).toMatchObject({
      code: "NamespaceNotFound",
      status: 400,
      message: "Namespace not found",
    });
    expect(await refused(cloudMap.discover({ ServiceName: "none" }))).toMatchObject({ code: "ServiceNotFound" });
    expect(await refused(cloudMap.discover({ OwnerAccount: "210987654321" }))).toMatchObject({
      code: "NamespaceNotFound",
    });
    const unknown = statuses(id, { Instances: ["i-1", "i-9"] });
    expect(await refused(unknown)).toMatchObject({ code: "InstanceNotFound", status: 400 });
  });

  it(
    "is held to its quota where that is wanted: 2,000 at once, 1,000 a second, in each Region",
    async () => {
      await cloudMap.close();
      cloudMap = await localCloudMap({ throttle: true });
      await cloudMap.createService({ NamespaceId: await cloudMap.createHttp("my-company.local") });
      const many = Array.from({ length: 40 }, () => 50);
      for (const count of many) await Promise.all(Array.from({ length: count }, () => cloudMap.discover({})));
      expect(await refused(cloudMap.discover({}))).toMatchObject({ code: "RequestLimitExceeded", status: 400 });
      const elsewhere = new sdk.DiscoverInstancesCommand({ NamespaceName: "none", ServiceName: "web" });
      expect(await refused(cloudMap.clientIn("eu-west-1").send(elsewhere))).toMatchObject({
        code: "NamespaceNotFound",
      });
      await cloudMap.route53.clock.advance(1);
      await cloudMap.discover({});
      expect(await refused(cloudMap.discover({}))).toMatchObject({ code: "RequestLimitExceeded" });
    },
    MANY_REQUESTS_MS,
  );

  it("pages the statuses of all instances", async () => {
    const pages: string[][] = [];
    for await (const { Status } of sdk.paginateGetInstancesHealthStatus({ client, pageSize: 2 }, { ServiceId: id })) {
      pages.push(Object.keys(Status ?? {}));
    }
    expect(pages).toEqual([["i-1", "i-2"], ["i-3"]]);
    const listed: (string | undefined)[] = [];
    for await (const { Instances } of sdk.paginateListInstances({ client, pageSize: 2 }, { ServiceId: id })) {
      for (const { Id } of Instances ?? []) listed.push(Id);
    }
    expect(listed).toEqual(["i-1", "i-2", "i-3"]);
  });
});
