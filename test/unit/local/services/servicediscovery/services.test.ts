import * as sdk from "@aws-sdk/client-servicediscovery";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ACCOUNT, type LocalCloudMap, localCloudMap, REGION, refused } from "./fixture.ts";

let cloudMap: LocalCloudMap;
let client: sdk.ServiceDiscoveryClient;
let privateId: string;
let publicId: string;
let httpId: string;

beforeEach(async () => {
  cloudMap = await localCloudMap();
  client = cloudMap.client;
  privateId = await cloudMap.createPrivate();
  publicId = await cloudMap.createPublic();
  httpId = await cloudMap.createHttp();
});
afterEach(async () => {
  expect(cloudMap.defects).toEqual([]);
  await cloudMap.close();
});

const A: sdk.DnsConfig = { DnsRecords: [{ Type: "A", TTL: 60 }] };
const create = async (input: Partial<sdk.CreateServiceCommandInput>) =>
  (await client.send(new sdk.CreateServiceCommand({ Name: "web", ...input }))).Service;
const get = async (Id: string) => (await client.send(new sdk.GetServiceCommand({ Id }))).Service;
const update = (Id: string, Service: sdk.ServiceChange) => client.send(new sdk.UpdateServiceCommand({ Id, Service }));
const arnOf = (id: string | undefined) => `arn:aws:servicediscovery:${REGION}:${ACCOUNT}:service/${id}`;

describe("CreateService", () => {
  it("takes the namespace from where it used to be, and a failure threshold that no longer counts", async () => {
    const service = await create({
      DnsConfig: { ...A, NamespaceId: privateId },
      HealthCheckCustomConfig: { FailureThreshold: 3 },
      Description: "Frontend web application service",
      CreatorRequestId: "one",
    });
    expect(service).toEqual({
      Id: expect.stringMatching(/^srv-[a-z2-7]{16}$/),
      Arn: arnOf(service?.Id),
      ResourceOwner: ACCOUNT,
      Name: "web",
      NamespaceId: privateId,
      Description: "Frontend web application service",
      InstanceCount: 0,
      DnsConfig: { NamespaceId: privateId, RoutingPolicy: "MULTIVALUE", DnsRecords: [{ Type: "A", TTL: 60 }] },
      Type: "DNS_HTTP",
      HealthCheckCustomConfig: { FailureThreshold: 1 },
      CreateDate: expect.any(Date),
      CreatorRequestId: "one",
      CreatedByAccount: ACCOUNT,
    });
    expect(await get(arnOf(service?.Id))).toEqual(service);
  });

  it("wants one namespace, and one that is there", async () => {
    expect(await refused(create({ DnsConfig: A }))).toMatchObject({ code: "InvalidInput" });
    expect(await refused(create({ NamespaceId: "ns-none" }))).toMatchObject({ code: "NamespaceNotFound", status: 400 });
    const twice = create({ NamespaceId: privateId, DnsConfig: { ...A, NamespaceId: publicId } });
    expect(await refused(twice)).toMatchObject({ code: "InvalidInput" });
  });

  it.each([
    [["A"], true],
    [["AAAA", "A"], true],
    [["SRV"], true],
    [["A", "SRV"], false],
    [["A", "A"], false],
    [["A", "CNAME"], false],
  ] as const)("takes the record types %j: %s", async (types, taken) => {
    const DnsRecords = types.map((Type) => ({ Type, TTL: 10 }));
    const call = create({ NamespaceId: privateId, DnsConfig: { DnsRecords } });
    if (taken) expect((await call)?.DnsConfig?.DnsRecords).toEqual(DnsRecords);
    else expect(await refused(call)).toMatchObject({ code: "InvalidInput", status: 400 });
  });

  it("gives a CNAME the weighted policy only", async () => {
    const DnsRecords: sdk.DnsRecord[] = [{ Type: "CNAME", TTL: 10 }];
    expect(await refused(create({ NamespaceId: publicId, DnsConfig: { DnsRecords } }))).toMatchObject({
      message: "WEIGHTED routing policy must be used with DNS Record Type CNAME",
    });
    const DnsConfig: sdk.DnsConfig = { DnsRecords, RoutingPolicy: "WEIGHTED" };
    expect(
      await refused(create({ NamespaceId: publicId, DnsConfig, HealthCheckConfig: { Type: "HTTP" } })),
    ).toMatchObject({ code: "InvalidInput" });
    expect(await create({ NamespaceId: publicId, DnsConfig })).toMatchObject({
      DnsConfig: { RoutingPolicy: "WEIGHTED" },
    });
  });

  it("has health checks by Route 53 where its checkers can reach, and one kind of health at a time", async () => {
    const HealthCheckConfig: sdk.HealthCheckConfig = { Type: "HTTP" };
    expect(await refused(create({ NamespaceId: privateId, DnsConfig: A, HealthCheckConfig }))).toMatchObject({
      code: "InvalidInput",
    });
    expect(
      await refused(create({ NamespaceId: httpId, HealthCheckConfig, HealthCheckCustomConfig: {} })),
    ).toMatchObject({ code: "InvalidInput" });
    expect(
      await refused(create({ NamespaceId: httpId, HealthCheckConfig: { Type: "TCP", ResourcePath: "/" } })),
    ).toMatchObject({ code: "InvalidInput" });
    expect(await create({ NamespaceId: httpId, HealthCheckConfig })).toMatchObject({
      Type: "HTTP",
      HealthCheckConfig: { Type: "HTTP", ResourcePath: "/", FailureThreshold: 1 },
    });
    expect(await create({ NamespaceId: publicId, DnsConfig: A, HealthCheckConfig: { Type: "TCP" } })).toMatchObject({
      Type: "DNS_HTTP",
      HealthCheckConfig: { Type: "TCP", FailureThreshold: 1 },
    });
  });

  it("has DNS settings in a DNS namespace, unless its instances are for the API alone", async () => {
    expect(await refused(create({ NamespaceId: httpId, DnsConfig: A }))).toMatchObject({ code: "InvalidInput" });
    expect(await refused(create({ NamespaceId: privateId }))).toMatchObject({ code: "InvalidInput" });
    expect(await refused(create({ NamespaceId: privateId, Type: "HTTP", DnsConfig: A }))).toMatchObject({
      code: "InvalidInput",
    });
    const service = await create({ NamespaceId: privateId, Type: "HTTP" });
    expect(service).toMatchObject({ Type: "HTTP" });
    expect(service).not.toHaveProperty("DnsConfig");
  });

  it("keeps names apart: by case where DNS is not asked", async () => {
    const first = await create({ NamespaceId: privateId, DnsConfig: A, CreatorRequestId: "first" });
    expect(await refused(create({ Name: "WEB", NamespaceId: privateId, DnsConfig: A }))).toMatchObject({
      code: "ServiceAlreadyExists",
      status: 400,
      message: "Service already exists.",
      CreatorRequestId: "first",
      ServiceId: first?.Id,
      ServiceArn: arnOf(first?.Id),
    });
    await create({ NamespaceId: publicId, DnsConfig: A });
    await create({ NamespaceId: httpId });
    await create({ Name: "WEB", NamespaceId: httpId });
    expect(await refused(create({ Name: "WEB", NamespaceId: httpId }))).toMatchObject({ code: "ServiceAlreadyExists" });
  });

  it("answers a repeated request with the service that it made", async () => {
    const request = { NamespaceId: privateId, DnsConfig: A, CreatorRequestId: "once" };
    const service = await create(request);
    expect(await create(request)).toEqual(service);
    expect(await refused(create({ ...request, Description: "other" }))).toMatchObject({ code: "ServiceAlreadyExists" });
  });

  it("refuses names and types that the model does not have", async () => {
    for (const Name of ["-web", "a..b", `${"x".repeat(64)}`, ""]) {
      expect(await refused(create({ Name, NamespaceId: httpId }))).toMatchObject({ code: "InvalidInput" });
    }
    expect(await create({ Name: "_web._tcp", NamespaceId: httpId })).toMatchObject({ Name: "_web._tcp" });
    const Type = "MX" as "A";
    expect(
      await refused(create({ NamespaceId: privateId, DnsConfig: { DnsRecords: [{ Type, TTL: 1 }] } })),
    ).toMatchObject({ code: "InvalidInput" });
  });
});

describe("UpdateService", () => {
  it("changes TTLs of all record sets at once, weighted ones too", async () => {
    const DnsRecords: sdk.DnsRecord[] = [{ Type: "A", TTL: 60 }];
    const service = await create({ NamespaceId: privateId, DnsConfig: { DnsRecords, RoutingPolicy: "WEIGHTED" } });
    const id = service?.Id ?? "";
    await cloudMap.register(id, "i-1", { AWS_INSTANCE_IPV4: "10.0.1.1" });
    await cloudMap.register(id, "i-2", { AWS_INSTANCE_IPV4: "10.0.1.2" });
    const done = await cloudMap.finished(
      update(id, { Description: "slower", DnsConfig: { DnsRecords: [{ Type: "A", TTL: 300 }] } }),
    );
    expect(done).toMatchObject({ Type: "UPDATE_SERVICE", Status: "SUCCESS", Targets: { SERVICE: id } });
    const zones = [...cloudMap.route53.published.values()];
    const sets = zones.flatMap(({ recordSets }) => recordSets.filter(({ type }) => type === "A"));
    expect(sets.map(({ answer }) => answer.kind === "records" && answer.ttlSeconds)).toEqual([300, 300]);
    expect(await get(id)).toMatchObject({
      Description: "slower",
      DnsConfig: { RoutingPolicy: "WEIGHTED", DnsRecords: [{ Type: "A", TTL: 300 }] },
    });
  });

  it("takes away the record type that is left out, and adds none", async () => {
    const DnsRecords: sdk.DnsRecord[] = [
      { Type: "A", TTL: 60 },
      { Type: "AAAA", TTL: 60 },
    ];
    const id = (await create({ NamespaceId: privateId, DnsConfig: { DnsRecords } }))?.Id ?? "";
    await cloudMap.register(id, "i-1", { AWS_INSTANCE_IPV4: "10.0.1.1", AWS_INSTANCE_IPV6: "2001:db8::1" });
    expect(await cloudMap.records(privateId)).toHaveLength(2);
    await cloudMap.finished(update(id, { DnsConfig: A }));
    expect(await cloudMap.records(privateId)).toEqual(["web.my-company.local. A i-1 10.0.1.1"]);
    expect(await refused(update(id, { DnsConfig: { DnsRecords } }))).toMatchObject({ code: "InvalidInput" });
    const text = await cloudMap.finished(update(id, { Description: "as it was" }));
    expect(text).toMatchObject({ Status: "SUCCESS" });
    expect(await cloudMap.records(privateId)).toEqual(["web.my-company.local. A i-1 10.0.1.1"]);
  });

  it("adds, changes and ends health checks of the instances that there are", async () => {
    const id = (await create({ NamespaceId: publicId, DnsConfig: A }))?.Id ?? "";
    await cloudMap.register(id, "i-1", { AWS_INSTANCE_IPV4: "127.0.0.1", AWS_INSTANCE_PORT: "8080" });
    await cloudMap.register(id, "i-2", { AWS_INSTANCE_IPV4: "127.0.0.2", AWS_INSTANCE_PORT: "8080" });
    const { checks } = cloudMap.route53;
    const recordChecks = () =>
      [...cloudMap.route53.published.values()]
        .flatMap(({ recordSets }) => recordSets)
        .flatMap(({ healthCheckId }) => healthCheckId ?? []);
    expect(checks.size).toBe(0);

    const config: sdk.HealthCheckConfig = { Type: "HTTP", ResourcePath: "/up", FailureThreshold: 2 };
    await cloudMap.finished(update(id, { DnsConfig: A, HealthCheckConfig: config }));
    expect([...checks.values()]).toMatchObject([
      { IPAddress: "127.0.0.1", Port: 8080, ResourcePath: "/up", FullyQualifiedDomainName: "web.shop.test" },
      { IPAddress: "127.0.0.2", RequestInterval: 30, FailureThreshold: 2 },
    ]);
    const ids = [...checks.keys()];
    expect(recordChecks().sort()).toEqual([...ids].sort());

    await cloudMap.finished(update(id, { DnsConfig: A, HealthCheckConfig: { ...config, ResourcePath: "/live" } }));
    expect([...checks.keys()]).toEqual(ids);
    expect([...checks.values()].map(({ ResourcePath }) => ResourcePath)).toEqual(["/live", "/live"]);
    expect(await refused(update(id, { DnsConfig: A, HealthCheckConfig: { Type: "TCP" } }))).toMatchObject({
      code: "InvalidInput",
    });

    await cloudMap.finished(update(id, { DnsConfig: A }));
    expect(checks.size).toBe(0);
    expect(recordChecks()).toEqual([]);
  });

  it("moves the record sets of many instances in batches that Route 53 takes", async () => {
    const id = (await create({ NamespaceId: privateId, DnsConfig: A }))?.Id ?? "";
    for (let i = 0; i < 250; i++) {
      const attributes = { AWS_INSTANCE_IPV4: `10.0.0.${i}` };
      await client.send(
        new sdk.RegisterInstanceCommand({ ServiceId: id, InstanceId: `i-${i}`, Attributes: attributes }),
      );
    }
    await cloudMap.route53.clock.advance(5000);
    expect(await cloudMap.records(privateId)).toHaveLength(250);
    const done = await cloudMap.finished(update(id, { DnsConfig: { DnsRecords: [{ Type: "A", TTL: 5 }] } }));
    expect(done).toMatchObject({ Status: "SUCCESS" });
    expect(await cloudMap.records(privateId)).toHaveLength(250);
  });

  it("is not for services in HTTP namespaces, nor for custom health, nor twice at once", async () => {
    const inHttp = await create({ NamespaceId: httpId });
    expect(await refused(update(inHttp?.Id ?? "", { Description: "x" }))).toMatchObject({ code: "InvalidInput" });
    const custom = await create({ NamespaceId: publicId, DnsConfig: A, HealthCheckCustomConfig: {} });
    const id = custom?.Id ?? "";
    expect(await refused(update(id, { HealthCheckConfig: { Type: "HTTP" } }))).toMatchObject({ code: "InvalidInput" });
    const { OperationId } = await update(id, { Description: "x" });
    expect(await refused(update(id, { Description: "y" }))).toMatchObject({
      code: "DuplicateRequest",
      message: `Another operation of type UpdateService and id ${OperationId} is in progress`,
    });
    await cloudMap.finished(Promise.resolve({ OperationId }));
    expect(await get(id)).toMatchObject({ Description: "x", HealthCheckCustomConfig: { FailureThreshold: 1 } });
    expect(await refused(update("srv-none", {}))).toMatchObject({ code: "ServiceNotFound", status: 400 });
  });
});

describe("DeleteService", () => {
  const remove = (Id: string) => client.send(new sdk.DeleteServiceCommand({ Id }));

  it("waits for the last instance to be gone, and for those that are coming", async () => {
    const id = (await create({ NamespaceId: httpId }))?.Id ?? "";
    const inUse = {
      code: "ResourceInUse",
      status: 400,
      message: "Service contains registered instances; delete the instances before deleting the service",
    };
    await client.send(new sdk.RegisterInstanceCommand({ ServiceId: id, InstanceId: "i-1", Attributes: {} }));
    expect(await refused(remove(id))).toMatchObject(inUse);
    await cloudMap.route53.clock.advance(5000);
    expect(await refused(remove(id))).toMatchObject(inUse);
    const gone = client.send(new sdk.DeregisterInstanceCommand({ ServiceId: id, InstanceId: "i-1" }));
    await cloudMap.finished(gone);
    await remove(arnOf(id));
    expect(await refused(remove(id))).toMatchObject({ code: "ServiceNotFound", status: 400 });
    await create({ NamespaceId: httpId });
  });
});

describe("ListServices", () => {
  it("filters by namespace, by its id or ARN, and counts instances", async () => {
    const id = (await create({ NamespaceId: httpId }))?.Id ?? "";
    await create({ NamespaceId: privateId, DnsConfig: A });
    await cloudMap.register(id, "i-1", {});
    const list = async (Values: string[], Condition?: sdk.FilterCondition) =>
      (
        await client.send(
          new sdk.ListServicesCommand({
            Filters: [{ Name: "NAMESPACE_ID", Values, ...(Condition === undefined ? {} : { Condition }) }],
          }),
        )
      ).Services;
    expect(await list([httpId])).toMatchObject([{ Id: id, Name: "web", InstanceCount: 1, Type: "HTTP" }]);
    expect(await list([`arn:aws:servicediscovery:${REGION}:${ACCOUNT}:namespace/${httpId}`])).toHaveLength(1);
    expect(await list([httpId, privateId], "IN")).toHaveLength(2);
    const { Namespace } = await client.send(new sdk.GetNamespaceCommand({ Id: httpId }));
    expect(Namespace?.ServiceCount).toBe(1);
  });
});

describe("service attributes", () => {
  it("are set, changed and taken away, and 30 at most", async () => {
    const ServiceId = (await create({ NamespaceId: httpId }))?.Id ?? "";
    const read = async () => (await client.send(new sdk.GetServiceAttributesCommand({ ServiceId }))).ServiceAttributes;
    const set = (Attributes: Record<string, string>) =>
      client.send(new sdk.UpdateServiceAttributesCommand({ ServiceId, Attributes }));
    await set({ weight: "1", timeout: "2s" });
    await set({ weight: "5" });
    expect(await read()).toEqual({
      ServiceArn: arnOf(ServiceId),
      ResourceOwner: ACCOUNT,
      Attributes: { weight: "5", timeout: "2s" },
    });
    const many = Object.fromEntries(Array.from({ length: 29 }, (_, i) => [`k${i}`, ""]));
    expect(await refused(set(many))).toMatchObject({ code: "ServiceAttributesLimitExceededException", status: 400 });
    await client.send(new sdk.DeleteServiceAttributesCommand({ ServiceId, Attributes: ["weight", "none"] }));
    expect((await read())?.Attributes).toEqual({ timeout: "2s" });
    await set(many);
  });
});
