import * as domains from "@aws-sdk/client-route-53-domains";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createDomainsService,
  type DomainsService,
} from "../../../../../src/local/services/domains/domains-service.ts";
import { openStore } from "../../../../../src/local/store/lmdb-store.ts";
import type { Store } from "../../../../../src/local/store/store.ts";
import { domainName } from "../../../../../src/route53/names.ts";
import { clientConfig } from "../../../../support/aws-clients.ts";
import { type RunningServer, serve } from "../../../../support/http-server.ts";

const NOW = Date.parse("2026-11-20T08:00:00.000Z");
const YEAR = 365 * 24 * 3600 * 1000;

let now = NOW;
let store: Store;
let delegations: [string, readonly string[] | undefined][];
let registrar: DomainsService;
let server: RunningServer;
let client: domains.Route53DomainsClient;

function create(): DomainsService {
  return createDomainsService({
    store,
    clock: { now: () => now },
    publisher: { setDelegation: (name, servers) => void delegations.push([name, servers]) },
  });
}

beforeEach(async () => {
  now = NOW;
  store = openStore({ inMemory: true });
  delegations = [];
  registrar = create();
  server = await serve({ services: [registrar.service] });
  client = new domains.Route53DomainsClient(clientConfig(server));
});

afterEach(async () => {
  client.destroy();
  await server.close();
});

const detail = (DomainName: string) => client.send(new domains.GetDomainDetailCommand({ DomainName }));
const delegate = (DomainName: string, ...names: string[]) =>
  client.send(new domains.UpdateDomainNameserversCommand({ DomainName, Nameservers: names.map((Name) => ({ Name })) }));
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable("it succeeded"),
    (error: unknown) => error,
  );

describe("the local registrar", () => {
  it("has a new domain without name servers, and delegates it when it is told to", async () => {
    registrar.registerDomain(domainName("example.com"));
    expect(await detail("Example.COM.")).toMatchObject({
      DomainName: "example.com",
      Nameservers: [],
      CreationDate: new Date(NOW),
    });
    expect(delegations).toEqual([]);
    now += 5000;
    await delegate("example.com", "NS-0.awsdns-00.com.", "ns-512.awsdns-00.net");
    expect(delegations).toEqual([["example.com.", ["ns-0.awsdns-00.com.", "ns-512.awsdns-00.net."]]]);
    expect(await detail("example.com")).toMatchObject({
      Nameservers: [{ Name: "ns-0.awsdns-00.com" }, { Name: "ns-512.awsdns-00.net" }],
      UpdatedDate: new Date(NOW + 5000),
    });
  });

  it("answers for the operation that a change started", async () => {
    registrar.registerDomain(domainName("example.com"));
    const { OperationId } = await delegate("example.com", "ns1.example.net");
    expect(await client.send(new domains.GetOperationDetailCommand({ OperationId }))).toMatchObject({
      Status: "SUCCESSFUL",
      Type: "UPDATE_NAMESERVER",
      DomainName: "example.com",
    });
    expect(await failure(client.send(new domains.GetOperationDetailCommand({ OperationId: "none" })))).toMatchObject({
      name: "InvalidInput",
    });
  });

  it("does not forget name servers when a domain is registered again", async () => {
    registrar.registerDomain(domainName("example.com"));
    await delegate("example.com", "ns1.example.net");
    registrar.registerDomain(domainName("example.com"));
    expect((await detail("example.com")).Nameservers).toHaveLength(1);
  });

  it("delegates again what it delegated before, from the store", async () => {
    registrar.registerDomain(domainName("example.com"));
    registrar.registerDomain(domainName("new.org"));
    await delegate("example.com", "ns1.example.net");
    delegations.length = 0;
    create().restore();
    expect(delegations).toEqual([
      ["example.com.", ["ns1.example.net."]],
      ["new.org.", []],
    ]);
  });

  it.each([
    [
      "a domain of someone else",
      "other.com",
      ["ns1.example.net"],
      "Domain other.com not found in 123456789012 account.",
    ],
    ["no name server", "example.com", [], "At least one name server must be specified."],
    [
      "one name server twice",
      "example.com",
      ["ns1.example.net", "NS1.example.net."],
      "Duplicate name servers are not allowed.",
    ],
    [
      "seven name servers",
      "example.com",
      ["1", "2", "3", "4", "5", "6", "7"].map((n) => `ns${n}.example.net`),
      "must not be greater than 6",
    ],
    ["a name that is none", "example.com", ["ns1..example.net"], "empty label"],
  ])("refuses %s and leaves everything as it is", async (_what, name, servers, message) => {
    registrar.registerDomain(domainName("example.com"));
    expect(await failure(delegate(name, ...servers))).toMatchObject({
      name: "InvalidInput",
      message: expect.stringContaining(message),
      $metadata: { httpStatusCode: 400 },
    });
    expect(delegations).toEqual([]);
  });

  it("lists domains in pages, filtered and sorted", async () => {
    for (const name of ["c.com", "a.com", "b.org"]) {
      registrar.registerDomain(domainName(name));
      now += 1000;
    }
    const names: (string | undefined)[] = [];
    for await (const page of domains.paginateListDomains({ client, pageSize: 2 }, {})) {
      names.push(...(page.Domains ?? []).map(({ DomainName }) => DomainName));
    }
    expect(names).toEqual(["a.com", "b.org", "c.com"]);
    const list = async (input: domains.ListDomainsCommandInput) =>
      (await client.send(new domains.ListDomainsCommand(input))).Domains?.map(({ DomainName }) => DomainName);
    expect(await list({ SortCondition: { Name: "Expiry", SortOrder: "DESC" } })).toEqual(["b.org", "a.com", "c.com"]);
    expect(await list({ FilterConditions: [{ Name: "DomainName", Operator: "BEGINS_WITH", Values: ["b"] }] })).toEqual([
      "b.org",
    ]);
    const soon = String((NOW + YEAR + 500) / 1000);
    expect(await list({ FilterConditions: [{ Name: "Expiry", Operator: "LE", Values: [soon] }] })).toEqual(["c.com"]);
    expect(await failure(list({ MaxItems: 0 }))).toMatchObject({ name: "InvalidInput" });
    expect(await failure(list({ Marker: "nonsense" }))).toMatchObject({ name: "InvalidInput" });
    expect(
      await failure(list({ FilterConditions: [{ Name: "DomainName", Operator: "GE", Values: ["b"] }] })),
    ).toMatchObject({ name: "InvalidInput" });
  });
});
