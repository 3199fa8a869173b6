import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as route53 from "@aws-sdk/client-route-53";
import { ListHostedZonesCommand, Route53ServiceException } from "@aws-sdk/client-route-53";
import * as sdk from "@aws-sdk/client-servicediscovery";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore } from "../../../../../src/local/store/lmdb-store.ts";
import type { Store } from "../../../../../src/local/store/store.ts";
import { ACCOUNT, type LocalCloudMap, localCloudMap, PROPAGATION_MS, REGION, refused, VPC } from "./fixture.ts";

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

const privateNamespace = (Name: string, more: Partial<sdk.CreatePrivateDnsNamespaceCommandInput> = {}) =>
  client.send(new sdk.CreatePrivateDnsNamespaceCommand({ Name, Vpc: VPC, ...more }));
const httpNamespace = (Name: string, more: Partial<sdk.CreateHttpNamespaceCommandInput> = {}) =>
  client.send(new sdk.CreateHttpNamespaceCommand({ Name, ...more }));
const operation = async (OperationId: string | undefined) =>
  (await client.send(new sdk.GetOperationCommand({ OperationId }))).Operation;
const namespace = async (Id: string) => (await client.send(new sdk.GetNamespaceCommand({ Id }))).Namespace;
const remove = (Id: string) => client.send(new sdk.DeleteNamespaceCommand({ Id }));

describe("a namespace", () => {
  it("comes to be on the clock: SUBMITTED, PENDING with the zone made, SUCCESS with the zone served", async () => {
    const { OperationId } = await privateNamespace("my-company.local", { Description: "for microservices" });
    const submitted = await operation(OperationId);
    expect(submitted).toMatchObject({
      Id: expect.stringMatching(/^[a-z2-7]{32}-[a-z0-9]{8}$/),
      OwnerAccount: ACCOUNT,
      Type: "CREATE_NAMESPACE",
      Status: "SUBMITTED",
      Targets: { NAMESPACE: expect.stringMatching(/^ns-[a-z2-7]{16}$/) },
    });
    const id = submitted?.Targets?.NAMESPACE ?? "";
    expect(await refused(namespace(id))).toMatchObject({ code: "NamespaceNotFound", status: 400 });

    await cloudMap.route53.clock.advance(PROPAGATION_MS / 2);
    expect(await operation(OperationId)).toMatchObject({ Status: "PENDING" });
    expect(cloudMap.route53.published.size).toBe(0);

    await cloudMap.route53.clock.advance(PROPAGATION_MS);
    expect(await operation(OperationId)).toMatchObject({ Status: "SUCCESS" });
    const [zone] = cloudMap.route53.published.values();
    expect(zone).toMatchObject({ name: "my-company.local.", private: true });
    expect(await namespace(id)).toEqual({
      Id: id,
      Arn: `arn:aws:servicediscovery:${REGION}:${ACCOUNT}:namespace/${id}`,
      ResourceOwner: ACCOUNT,
      Name: "my-company.local",
      Type: "DNS_PRIVATE",
      Description: "for microservices",
      ServiceCount: 0,
      Properties: {
        DnsProperties: { HostedZoneId: zone?.id, SOA: {} },
        HttpProperties: { HttpName: "my-company.local" },
      },
      CreateDate: expect.any(Date),
      // The SDK fills one in.
      CreatorRequestId: expect.any(String),
    });
  });

  it("owns its hosted zone: Route 53 shows whose it is and lets nobody else change it", async () => {
    const id = await cloudMap.createPrivate();
    const arn = `arn:aws:servicediscovery:${REGION}:${ACCOUNT}:namespace/${id}`;
    const { HostedZones: [zone] = [] } = await cloudMap.route53.client.send(new ListHostedZonesCommand({}));
    expect(zone).toMatchObject({
      Name: "my-company.local.",
      CallerReference: expect.stringMatching(/^[a-z2-7]{32}-[a-z0-9]{8}$/),
      Config: { Comment: `Created by AWS Cloud Map namespace with ARN ${arn}`, PrivateZone: true },
      LinkedService: { ServicePrincipal: "servicediscovery.amazonaws.com", Description: arn },
    });
    const bare = zone?.Id?.replace("/hostedzone/", "");
    const message = `The resource hostedzone/${bare} can only be managed through AWS Cloud Map (${arn})`;
    const record: route53.ResourceRecordSet = {
      Name: "x.my-company.local",
      Type: "A",
      TTL: 1,
      ResourceRecords: [{ Value: "192.0.2.1" }],
    };
    const attempts = [
      new route53.DeleteHostedZoneCommand({ Id: zone?.Id }),
      new route53.ChangeResourceRecordSetsCommand({
        HostedZoneId: zone?.Id,
        ChangeBatch: { Changes: [{ Action: "CREATE", ResourceRecordSet: record }] },
      }),
    ];
    for (const attempt of attempts) {
      const error = await cloudMap.route53.client.send(attempt as route53.DeleteHostedZoneCommand).catch((e) => e);
      expect(error).toBeInstanceOf(Route53ServiceException);
      expect(error).toMatchObject({ name: "AccessDenied", message, $metadata: { httpStatusCode: 403 } });
    }
  });

  it("can be public, and sets how long resolvers remember what is not there", async () => {
    const { Targets } = await cloudMap.finished(
      client.send(
        new sdk.CreatePublicDnsNamespaceCommand({
          Name: "shop.test",
          Properties: { DnsProperties: { SOA: { TTL: 100 } } },
        }),
      ),
    );
    const id = Targets?.NAMESPACE ?? "";
    expect(await namespace(id)).toMatchObject({
      Type: "DNS_PUBLIC",
      Properties: { DnsProperties: { SOA: { TTL: 100 } } },
    });
    const soa = () => {
      const [zone] = cloudMap.route53.published.values();
      const answer = zone?.recordSets.find(({ type }) => type === "SOA")?.answer;
      return answer?.kind === "records" ? answer.ttlSeconds : undefined;
    };
    expect(soa()).toBe(100);

    const update = await cloudMap.finished(
      client.send(
        new sdk.UpdatePublicDnsNamespaceCommand({
          Id: id,
          Namespace: { Description: "the shop", Properties: { DnsProperties: { SOA: { TTL: 15 } } } },
        }),
      ),
    );
    expect(update).toMatchObject({ Type: "UPDATE_NAMESPACE", Status: "SUCCESS", Targets: { NAMESPACE: id } });
    expect(soa()).toBe(15);
    expect(await namespace(id)).toMatchObject({
      Description: "the shop",
      Properties: { DnsProperties: { SOA: { TTL: 15 } } },
    });
  });

  it("of type HTTP has no hosted zone, and is updated and deleted by the clock too", async () => {
    const id = await cloudMap.createHttp();
    expect((await namespace(id))?.Properties).toEqual({ HttpProperties: { HttpName: "internal" } });
    const update = new sdk.UpdateHttpNamespaceCommand({ Id: id, Namespace: { Description: "new" } });
    expect(await cloudMap.finished(client.send(update))).toMatchObject({ Status: "SUCCESS" });
    expect(await namespace(id)).toMatchObject({ Type: "HTTP", Description: "new" });
    expect(await cloudMap.finished(remove(id))).toMatchObject({ Type: "DELETE_NAMESPACE", Status: "SUCCESS" });
    expect(await refused(namespace(id))).toMatchObject({ code: "NamespaceNotFound" });
    expect(await refused(client.send(update))).toMatchObject({ code: "NamespaceNotFound" });
  });

  it("is updated by the operation of its own type only", async () => {
    const id = await cloudMap.createPrivate();
    const update = new sdk.UpdateHttpNamespaceCommand({ Id: id, Namespace: { Description: "new" } });
    expect(await refused(client.send(update))).toMatchObject({ code: "InvalidInput", status: 400 });
    const nothing = new sdk.UpdatePrivateDnsNamespaceCommand({ Id: id, Namespace: {} });
    expect(await refused(client.send(nothing))).toMatchObject({ code: "InvalidInput" });
  });

  it("takes its zone and its operations with it when it is deleted, but the deletion can still be asked for", async () => {
    const id = await cloudMap.createPrivate();
    const deletion = await cloudMap.finished(remove(`arn:aws:servicediscovery:${REGION}:${ACCOUNT}:namespace/${id}`));
    expect(deletion).toMatchObject({ Status: "SUCCESS", Targets: { NAMESPACE: id } });
    expect(cloudMap.route53.published.size).toBe(0);
    expect((await client.send(new sdk.ListNamespacesCommand({}))).Namespaces).toEqual([]);
    expect((await client.send(new sdk.ListOperationsCommand({}))).Operations).toEqual([]);
    expect(await operation(deletion.Id)).toMatchObject({ Status: "SUCCESS" });
    await cloudMap.createPrivate();
  });

  it("is not deleted while it has services, nor twice at once", async () => {
    const id = await cloudMap.createHttp();
    const serviceId = await cloudMap.createService({ NamespaceId: id });
    expect(await refused(remove(id))).toMatchObject({
      code: "ResourceInUse",
      status: 400,
      message: "Namespace has associated services; delete the services before deleting the namespace",
    });
    await client.send(new sdk.DeleteServiceCommand({ Id: serviceId }));
    const { OperationId } = await remove(id);
    expect(await refused(remove(id))).toMatchObject({
      code: "DuplicateRequest",
      message: `Another operation of type DeleteNamespace and id ${OperationId} is in progress`,
      DuplicateOperationId: OperationId,
    });
    expect(await refused(cloudMap.createService({ NamespaceId: id }))).toMatchObject({ code: "NamespaceNotFound" });
  });

  it("exists in the Region it was made in", async () => {
    const id = await cloudMap.createHttp();
    const elsewhere = cloudMap.clientIn("eu-west-1");
    expect((await elsewhere.send(new sdk.ListNamespacesCommand({}))).Namespaces).toEqual([]);
    expect(await refused(elsewhere.send(new sdk.GetNamespaceCommand({ Id: id })))).toMatchObject({
      code: "NamespaceNotFound",
    });
  });
});

describe("creating a namespace", () => {
  it("fails, with what Route 53 says, when there can be no such zone", async () => {
    await cloudMap.createPrivate();
    const failed = await cloudMap.finished(privateNamespace("my-company.local"));
    expect(failed).toMatchObject({ Status: "FAIL", ErrorCode: "CANNOT_CREATE_HOSTED_ZONE" });
    expect(failed.ErrorMessage).not.toBe("");
    const noVpc = await cloudMap.finished(privateNamespace("other.local", { Vpc: "no-vpc" }));
    expect(noVpc).toMatchObject({
      Status: "FAIL",
      ErrorCode: "CANNOT_CREATE_HOSTED_ZONE",
      ErrorMessage: "The VPC ID is invalid.",
    });
    expect((await client.send(new sdk.ListNamespacesCommand({}))).Namespaces).toHaveLength(1);
    expect(cloudMap.route53.published.size).toBe(1);
  });

  it("is one at a time for a name, whatever the type", async () => {
    const { OperationId } = await privateNamespace("my-company.local");
    expect(await refused(httpNamespace("my-company.local"))).toMatchObject({
      code: "DuplicateRequest",
      message: `Another operation of type CreatePrivateDnsNamespace and id ${OperationId} is in progress`,
      DuplicateOperationId: OperationId,
    });
  });

  it("does not run twice for one CreatorRequestId, unless it failed", async () => {
    const { OperationId } = await httpNamespace("a", { CreatorRequestId: "once" });
    expect(await refused(httpNamespace("b", { CreatorRequestId: "once" }))).toMatchObject({
      code: "DuplicateRequest",
      DuplicateOperationId: OperationId,
    });
    await cloudMap.route53.clock.advance(PROPAGATION_MS * 2);
    expect(await refused(httpNamespace("a", { CreatorRequestId: "once" }))).toMatchObject({
      message: `Another operation of type CreateHttpNamespace and id ${OperationId} has completed`,
    });
    const request = { CreatorRequestId: "again" };
    expect(await cloudMap.finished(privateNamespace("c.local", { ...request, Vpc: "none" }))).toMatchObject({
      Status: "FAIL",
    });
    expect(await cloudMap.finished(privateNamespace("c.local", request))).toMatchObject({ Status: "SUCCESS" });
  });

  it("gives an HTTP name to one namespace only", async () => {
    const id = await cloudMap.createHttp("shop.test");
    expect(await refused(httpNamespace("shop.test"))).toMatchObject({
      code: "NamespaceAlreadyExists",
      status: 400,
      message: "Namespace already exists.",
      NamespaceId: id,
    });
    const other = await namespace(await cloudMap.createPublic("shop.test"));
    expect(other?.Properties?.HttpProperties?.HttpName).toMatch(/^shop\.test-[a-z0-9]{8}$/);
  });

  it("ends at 50 in a Region", async () => {
    for (let i = 0; i < 50; i++) await httpNamespace(`n${i}`);
    await cloudMap.route53.clock.advance(PROPAGATION_MS * 2);
    expect(await refused(httpNamespace("n50"))).toMatchObject({ code: "ResourceLimitExceeded", status: 400 });
  });

  it("holds its input to the model", async () => {
    expect(await refused(client.send(new sdk.CreatePublicDnsNamespaceCommand({ Name: "-.test" })))).toMatchObject({
      code: "InvalidInput",
      message: expect.stringMatching(
        /^1 validation error detected: Value '-\.test' at 'name' failed to satisfy constraint/,
      ),
    });
  });
});

describe("on a disk", () => {
  let folder: string;
  let store: Store;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "r53kit-cloud-map-"));
    store = openStore({ directory: folder });
    await cloudMap.close();
    cloudMap = await localCloudMap({ store });
    client = cloudMap.client;
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  it("an operation leaves all of its work or nothing: not the health check, when the record is refused", async () => {
    const id = await cloudMap.createPublic();
    const HealthCheckConfig: sdk.HealthCheckConfig = { Type: "TCP" };
    const DnsConfig: sdk.DnsConfig = { DnsRecords: [{ Type: "SRV", TTL: 10 }] };
    const service = await cloudMap.createService({ NamespaceId: id, DnsConfig, HealthCheckConfig });
    const attributes = { AWS_INSTANCE_IPV4: "127.0.0.1", AWS_INSTANCE_PORT: "80" };
    expect(await cloudMap.register(service, "i".repeat(64), attributes)).toMatchObject({ Status: "FAIL" });
    expect(await cloudMap.register(service, "i-1", attributes)).toMatchObject({ Status: "SUCCESS" });
    const { HealthChecks } = await cloudMap.route53.client.send(new route53.ListHealthChecksCommand({}));
    expect(HealthChecks).toHaveLength(1);
    expect((await client.send(new sdk.ListInstancesCommand({ ServiceId: service }))).Instances).toHaveLength(1);
  });
});

describe("an operation whose end cannot be written", () => {
  it("is tried again, and stays under way meanwhile", async () => {
    const id = await cloudMap.createHttp();
    const { OperationId } = await remove(id);
    await cloudMap.route53.clock.advance(PROPAGATION_MS / 2);
    const { store } = cloudMap.route53;
    const write = store.write.bind(store);
    store.write = () => {
      throw new Error("no space left on device");
    };
    await cloudMap.route53.clock.advance(PROPAGATION_MS * 2);
    expect(await operation(OperationId)).toMatchObject({ Status: "PENDING" });
    expect(cloudMap.defects.splice(0)).toEqual([new Error("no space left on device")]);
    store.write = write;
    await cloudMap.route53.clock.advance(1000);
    expect(await operation(OperationId)).toMatchObject({ Status: "SUCCESS" });
  });
});

describe("ListNamespaces", () => {
  const list = (input: sdk.ListNamespacesCommandInput) => client.send(new sdk.ListNamespacesCommand(input));
  const names = async (Filters: sdk.NamespaceFilter[]) =>
    ((await list({ Filters })).Namespaces ?? []).map(({ Name }) => Name).sort();

  it("filters by type, name, HTTP name and owner", async () => {
    await cloudMap.createHttp("internal");
    await cloudMap.createPrivate("a.local");
    await cloudMap.createPublic("a.test");
    expect(await names([{ Name: "TYPE", Values: ["HTTP"] }])).toEqual(["internal"]);
    expect(await names([{ Name: "TYPE", Values: ["DNS_"], Condition: "BEGINS_WITH" }])).toEqual(["a.local", "a.test"]);
    expect(await names([{ Name: "NAME", Values: ["a."], Condition: "BEGINS_WITH" }])).toEqual(["a.local", "a.test"]);
    expect(await names([{ Name: "HTTP_NAME", Values: ["a.test"], Condition: "EQ" }])).toEqual(["a.test"]);
    expect(await names([{ Name: "RESOURCE_OWNER", Values: ["OTHER_ACCOUNTS"] }])).toEqual([]);
    expect(
      await names([
        { Name: "RESOURCE_OWNER", Values: ["SELF"] },
        { Name: "NAME", Values: ["a.local"] },
      ]),
    ).toEqual(["a.local"]);
  });

  it("refuses conditions and numbers of values that a filter does not take", async () => {
    const between: sdk.NamespaceFilter = { Name: "NAME", Values: ["a", "b"], Condition: "BETWEEN" };
    expect(await refused(list({ Filters: [between] }))).toMatchObject({ code: "InvalidInput" });
    expect(await refused(list({ Filters: [{ Name: "NAME", Values: ["a", "b"] }] }))).toMatchObject({
      code: "InvalidInput",
    });
    expect(await refused(list({ NextToken: "mine" }))).toMatchObject({ code: "InvalidInput" });
  });

  it("takes its pages before it filters", async () => {
    for (const name of ["a", "b", "c"]) await cloudMap.createHttp(name);
    const pages: (string | undefined)[][] = [];
    for await (const { Namespaces } of sdk.paginateListNamespaces(
      { client, pageSize: 2 },
      { Filters: [{ Name: "NAME", Values: ["b"] }] },
    )) {
      pages.push((Namespaces ?? []).map(({ Name }) => Name));
    }
    expect(pages).toHaveLength(2);
    expect(pages.flat()).toEqual(["b"]);
  });
});

describe("operations", () => {
  const list = async (Filters: sdk.OperationFilter[]) =>
    ((await client.send(new sdk.ListOperationsCommand({ Filters }))).Operations ?? []).length;

  it("are listed by namespace, service, status, type and date", async () => {
    const id = await cloudMap.createHttp();
    const before = cloudMap.route53.clock.now() / 1000;
    const serviceId = await cloudMap.createService({ NamespaceId: id });
    await cloudMap.register(serviceId, "i-1", {});
    expect(await list([])).toBe(2);
    expect(await list([{ Name: "NAMESPACE_ID", Values: [id] }])).toBe(2);
    expect(await list([{ Name: "SERVICE_ID", Values: [serviceId] }])).toBe(1);
    expect(await list([{ Name: "STATUS", Values: ["PENDING", "SUCCESS"], Condition: "IN" }])).toBe(2);
    expect(await list([{ Name: "STATUS", Values: ["FAIL"] }])).toBe(0);
    expect(await list([{ Name: "TYPE", Values: ["REGISTER_INSTANCE"] }])).toBe(1);
    const dates = [String(before), String(before + 3600)];
    expect(await list([{ Name: "UPDATE_DATE", Values: dates, Condition: "BETWEEN" }])).toBe(1);
  });

  it("that are nobody's are not found", async () => {
    expect(await refused(operation("none"))).toMatchObject({ code: "OperationNotFound", status: 400 });
    const { OperationId } = await httpNamespace("a");
    const foreign = new sdk.GetOperationCommand({ OperationId, OwnerAccount: "210987654321" });
    expect(await refused(client.send(foreign))).toMatchObject({ code: "OperationNotFound" });
  });

  it("go on after a restart, whether they were SUBMITTED or PENDING", async () => {
    const pending = await privateNamespace("a.local");
    await cloudMap.route53.clock.advance(PROPAGATION_MS / 2);
    const submitted = await privateNamespace("b.local");
    const { store } = cloudMap.route53;
    await cloudMap.close();

    cloudMap = await localCloudMap({ store });
    client = cloudMap.client;
    expect(await operation(pending.OperationId)).toMatchObject({ Status: "SUCCESS" });
    expect(await operation(submitted.OperationId)).toMatchObject({ Status: "SUBMITTED" });
    await cloudMap.route53.clock.advance(PROPAGATION_MS * 2);
    expect(await operation(submitted.OperationId)).toMatchObject({ Status: "SUCCESS" });
    expect([...cloudMap.route53.published.values()].map(({ name }) => name).sort()).toEqual(["a.local.", "b.local."]);
  });
});

describe("tags", () => {
  const tagsOf = async (ResourceARN: string) =>
    (await client.send(new sdk.ListTagsForResourceCommand({ ResourceARN }))).Tags;

  it("come with a namespace or service, are added to, taken away, and gone with it", async () => {
    const { Targets } = await cloudMap.finished(httpNamespace("a", { Tags: [{ Key: "team", Value: "dns" }] }));
    const arn = `arn:aws:servicediscovery:${REGION}:${ACCOUNT}:namespace/${Targets?.NAMESPACE}`;
    await client.send(new sdk.TagResourceCommand({ ResourceARN: arn, Tags: [{ Key: "stage", Value: "" }] }));
    expect(await tagsOf(arn)).toEqual([
      { Key: "team", Value: "dns" },
      { Key: "stage", Value: "" },
    ]);
    await client.send(new sdk.UntagResourceCommand({ ResourceARN: arn, TagKeys: ["team", "none"] }));
    expect(await tagsOf(arn)).toEqual([{ Key: "stage", Value: "" }]);
    await cloudMap.finished(remove(Targets?.NAMESPACE ?? ""));
    expect(await refused(tagsOf(arn))).toMatchObject({ code: "ResourceNotFoundException", status: 400 });
  });

  it("are 50 at most, and none is AWS's", async () => {
    const many = Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}`, Value: "" }));
    expect(await refused(httpNamespace("a", { Tags: many }))).toMatchObject({ code: "TooManyTagsException" });
    const arn = `arn:aws:servicediscovery:${REGION}:${ACCOUNT}:namespace/${await cloudMap.createHttp()}`;
    const tag = (Tags: sdk.Tag[]) => client.send(new sdk.TagResourceCommand({ ResourceARN: arn, Tags }));
    expect(await refused(tag(many))).toMatchObject({ code: "TooManyTagsException", status: 400, ResourceName: arn });
    expect(await refused(tag([{ Key: "aws:x", Value: "" }]))).toMatchObject({ code: "InvalidInput" });
  });
});
