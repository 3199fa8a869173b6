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
let signers: Map<string, readonly string[] | undefined>;
let registrar: DomainsService;
let server: RunningServer;
let client: domains.Route53DomainsClient;

function create(): DomainsService {
  return createDomainsService({
    store,
    clock: { now: () => now },
    publisher: {
      setDelegation(name, servers, delegationSigners) {
        delegations.push([name, servers]);
        signers.set(name, delegationSigners);
      },
    },
  });
}

beforeEach(async () => {
  now = NOW;
  store = openStore({ inMemory: true });
  delegations = [];
  signers = new Map();
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
/** RFC 6605 section 6.1. */
const KEY = {
  Algorithm: 13,
  Flags: 257,
  PublicKey: "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
};
const associate = (DomainName: string, SigningAttributes: domains.DnssecSigningAttributes) =>
  client.send(new domains.AssociateDelegationSignerToDomainCommand({ DomainName, SigningAttributes }));
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

  it("vouches for the keys that it is given, until they are taken back", async () => {
    registrar.registerDomain(domainName("example.net"));
    await delegate("example.net", "ns1.example.org");
    const { OperationId } = await associate("example.net", KEY);
    expect(await client.send(new domains.GetOperationDetailCommand({ OperationId }))).toMatchObject({
      Status: "SUCCESSFUL",
      Type: "ADD_DNSSEC",
    });
    const ds = "55648 13 2 B4C8C1FE2E7477127B27115656AD6256F424625BF5C1E2770CE6D6E37DF61D17";
    expect(signers.get("example.net.")).toEqual([ds]);
    expect(registrar.delegationSigners(domainName("example.net"))).toEqual([ds]);
    const [key] = (await detail("example.net")).DnssecKeys ?? [];
    expect(key).toEqual({
      ...KEY,
      DigestType: 2,
      Digest: ds.split(" ")[3],
      KeyTag: 55648,
      Id: expect.any(String),
    });
    await delegate("example.net", "ns2.example.org");
    expect(signers.get("example.net.")).toEqual([ds]);
    signers.clear();
    create().restore();
    expect(signers.get("example.net.")).toEqual([ds]);
    const again = { DomainName: "example.net", Id: key?.Id };
    const { OperationId: removal } = await client.send(
      new domains.DisassociateDelegationSignerFromDomainCommand(again),
    );
    expect(await client.send(new domains.GetOperationDetailCommand({ OperationId: removal }))).toMatchObject({
      Type: "REMOVE_DNSSEC",
    });
    expect(signers.get("example.net.")).toEqual([]);
    expect((await detail("example.net")).DnssecKeys).toEqual([]);
    expect(await failure(client.send(new domains.DisassociateDelegationSignerFromDomainCommand(again)))).toMatchObject({
      name: "InvalidInput",
    });
    expect(registrar.delegationSigners(domainName("nobody.net"))).toEqual([]);
  });

  it("takes a key once, four at most, and only what is a key", async () => {
    registrar.registerDomain(domainName("example.net"));
    const other = (n: number) => ({ ...KEY, PublicKey: Buffer.alloc(64, n).toString("base64") });
    for (const n of [1, 2, 3]) await associate("example.net", other(n));
    expect(await failure(associate("example.net", other(3)))).toMatchObject({ name: "DuplicateRequest" });
    await associate("example.net", other(4));
    expect(await failure(associate("example.net", other(5)))).toMatchObject({ name: "DnssecLimitExceeded" });
    registrar.registerDomain(domainName("example.org"));
    for (const wrong of [{ Algorithm: 3 }, { Flags: 255 }, { PublicKey: "AAAA" }, { PublicKey: "no base64!" }]) {
      expect(await failure(associate("example.org", { ...KEY, ...wrong }))).toMatchObject({ name: "InvalidInput" });
    }
    expect(await failure(associate("nobody.net", KEY))).toMatchObject({ name: "InvalidInput" });
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
