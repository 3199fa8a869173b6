import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exchange } from "../../../../src/dns/client.ts";
import type { PublishedZone, VpcName } from "../../../../src/local/nameserver/published.ts";
import { type NameServers, startNameServers } from "../../../../src/local/nameserver/servers.ts";
import { VpcNumbers } from "../../../../src/local/nameserver/vpc-numbers.ts";
import { MemoryStore } from "../../../../src/local/store/memory-store.ts";
import type { QueryLogEntry } from "../../../../src/logs/query-log.ts";
import type { RecordSet } from "../../../../src/route53/record-set.ts";
import { type Ask, queryFor, records, routed, SERVERS, StillClock, show, zoneOf } from "./fixtures.ts";

const OUTSIDE = "127.53.0.53";
const BLUE: VpcName = { id: "vpc-b1", region: "us-east-1" };
const GREEN: VpcName = { id: "vpc-9e", region: "eu-central-1" };

let clock: StillClock;
let store: MemoryStore;
let down: Set<string>;
let logged: QueryLogEntry[];
let defects: unknown[];
let servers: NameServers;

async function start(): Promise<void> {
  servers = await startNameServers({
    port: 0,
    clock,
    health: { isHealthy: (id) => !down.has(id) },
    onQuery: (entry) => logged.push(entry),
    onDefect: (error) => defects.push(error),
    random: () => 0,
    vpcNumbers: new VpcNumbers(store),
  });
}

beforeEach(async () => {
  clock = new StillClock();
  store = new MemoryStore();
  down = new Set();
  logged = [];
  defects = [];
  await start();
});

afterEach(async () => {
  await servers.close();
  expect(defects).toEqual([]);
});

function privateZone(name: string, id: string, vpcs: readonly VpcName[], ...sets: RecordSet[]): PublishedZone {
  return { ...zoneOf(name, sets, { id, private: true }), nameServers: [], vpcs };
}

function resolverOf(vpc: VpcName): string {
  const address = servers.vpcResolvers().find(({ id, region }) => id === vpc.id && region === vpc.region)?.address;
  if (address === undefined) throw new Error(`${vpc.id} has no resolver`);
  return address;
}

async function at(address: string, name: string, type = "A", more: Ask = {}) {
  await servers.settled();
  const query = queryFor(name, type, { recursionDesired: true, ...more });
  const { response } = await exchange({
    server: { address, port: servers.port },
    query,
    transport: "udp",
    timeoutMs: 2000,
    tries: 1,
  });
  return show(response);
}

const ask = (name: string, type = "A", more: Ask = {}) => at(resolverOf(BLUE), name, type, more);

async function servePublic(...sets: RecordSet[]): Promise<void> {
  const zone = zoneOf(
    "example.com",
    [records("www.example.com", "A", ["192.0.2.1"]), records("api.example.com", "A", ["192.0.2.2"]), ...sets],
    { id: "Z0" },
  );
  servers.publishZone(zone);
  servers.setDelegation(zone.name, SERVERS);
  await servers.settled();
}

describe("private zones at the resolver of a VPC", () => {
  it("are answered at once, without the apex's name servers, from what is published now", async () => {
    const serve = (value: string) =>
      servers.publishZone(privateZone("my-company.local", "Z1", [BLUE], records("web.my-company.local", "A", [value])));
    serve("10.0.1.1");
    expect(await ask("web.my-company.local")).toEqual({
      rcode: "NOERROR",
      flags: "RD RA",
      answers: ["web.my-company.local. 60 A 10.0.1.1"],
      authorities: [],
      additionals: [],
    });
    serve("10.0.1.2");
    expect((await ask("web.my-company.local")).answers).toEqual(["web.my-company.local. 60 A 10.0.1.2"]);
    expect(logged).toEqual([]);
  });

  it("are another VPC's other answers under one name, and nobody's outside of VPCs", async () => {
    await servePublic();
    servers.publishZone(privateZone("example.com", "Z1", [BLUE], records("www.example.com", "A", ["10.0.0.1"])));
    servers.publishZone(privateZone("example.com", "Z2", [GREEN], records("www.example.com", "A", ["10.0.0.2"])));
    expect([resolverOf(BLUE), resolverOf(GREEN)]).toEqual(["127.53.2.1", "127.53.2.2"]);
    expect((await at(resolverOf(BLUE), "www.example.com")).answers).toEqual(["www.example.com. 60 A 10.0.0.1"]);
    expect((await at(resolverOf(GREEN), "www.example.com")).answers).toEqual(["www.example.com. 60 A 10.0.0.2"]);
    expect((await at(OUTSIDE, "www.example.com")).answers).toEqual(["www.example.com. 60 A 192.0.2.1"]);
    expect((await at(resolverOf(BLUE), "www.example.com")).answers).toEqual(["www.example.com. 60 A 10.0.0.1"]);
  });

  it("come and go with their associations", async () => {
    const sets = records("db.corp", "A", ["10.0.0.1"]);
    servers.publishZone(privateZone("corp", "Z1", [BLUE, GREEN], sets));
    const green = resolverOf(GREEN);
    expect((await at(green, "db.corp")).answers).toEqual(["db.corp. 60 A 10.0.0.1"]);
    servers.publishVpc({ ...GREEN, dnsSupport: true, dnsHostnames: true });
    servers.publishZone(privateZone("corp", "Z1", [BLUE], sets));
    expect(await at(green, "db.corp")).toMatchObject({ rcode: "NXDOMAIN", answers: [] });
    expect((await ask("db.corp")).answers).toEqual(["db.corp. 60 A 10.0.0.1"]);
    servers.publishZone(privateZone("corp", "Z1", [GREEN, BLUE], sets));
    expect((await at(green, "db.corp")).answers).toEqual(["db.corp. 60 A 10.0.0.1"]);
  });

  it("route by health, and by the Region of the VPC, whoever the client is", async () => {
    servers.publishZone(
      privateZone(
        "corp",
        "Z1",
        [BLUE, GREEN],
        routed("pool.corp", "one", { kind: "multivalue" }, "10.0.1.1", "check"),
        routed("pool.corp", "two", { kind: "multivalue" }, "10.0.1.2"),
        routed("fast.corp", "us", { kind: "latency", region: "us-east-2" }, "10.0.2.1"),
        routed("fast.corp", "eu", { kind: "latency", region: "eu-west-3" }, "10.0.2.2"),
        routed("near.corp", "eu", { kind: "geolocation", place: { countryCode: "DE" } }, "10.0.3.1", "check"),
        routed("near.corp", "*", { kind: "geolocation", place: { countryCode: "*" } }, "10.0.3.2"),
        routed("block.corp", "asia", { kind: "cidr", collectionId: "c", locationName: "asia" }, "10.0.4.1"),
        routed("block.corp", "*", { kind: "cidr", collectionId: "c", locationName: "*" }, "10.0.4.2"),
      ),
    );
    servers.publishCidrCollection({ id: "c", locations: [{ name: "asia", blocks: ["203.0.113.0/24"] }] });
    const from = async (vpc: VpcName, name: string) =>
      (await at(resolverOf(vpc), name, "A", { subnet: "203.0.113.0/24" })).answers.map((one) => one.split(" ").at(-1));
    expect(await from(BLUE, "fast.corp")).toEqual(["10.0.2.1"]);
    expect(await from(GREEN, "fast.corp")).toEqual(["10.0.2.2"]);
    expect(await from(BLUE, "near.corp")).toEqual(["10.0.3.2"]);
    expect(await from(GREEN, "near.corp")).toEqual(["10.0.3.1"]);
    expect(await from(GREEN, "pool.corp")).toHaveLength(2);
    expect(await from(BLUE, "block.corp")).toEqual(["10.0.4.2"]);
    down.add("check");
    expect(await from(GREEN, "near.corp")).toEqual(["10.0.3.2"]);
    expect(await from(GREEN, "pool.corp")).toEqual(["10.0.1.2"]);
  });

  it("hide the public zones at and below their names, and what they lack does not exist", async () => {
    await servePublic();
    servers.publishZone(privateZone("api.example.com", "Z2", [BLUE], records("api.example.com", "A", ["10.0.1.1"])));
    expect((await ask("www.example.com")).answers).toEqual(["www.example.com. 60 A 192.0.2.1"]);
    expect((await ask("api.example.com")).answers).toEqual(["api.example.com. 60 A 10.0.1.1"]);
    expect(await ask("api.example.com", "AAAA")).toMatchObject({
      rcode: "NOERROR",
      answers: [],
      authorities: [expect.stringContaining("api.example.com. 900 SOA")],
    });
    expect(await ask("v2.api.example.com")).toMatchObject({ rcode: "NXDOMAIN", answers: [] });
    servers.publishVpc({ ...BLUE, dnsSupport: true, dnsHostnames: true });
    servers.withdrawZone("Z2");
    expect((await ask("api.example.com")).answers).toEqual(["api.example.com. 60 A 192.0.2.2"]);
  });

  it("let the most specific one answer", async () => {
    servers.publishZone(privateZone("local", "Z2", [BLUE], records("*.local", "A", ["10.0.0.2"])));
    servers.publishZone(privateZone("a.local", "Z1", [BLUE], records("a.local", "A", ["10.0.0.1"])));
    expect((await ask("a.local")).answers).toEqual(["a.local. 60 A 10.0.0.1"]);
    expect(await ask("x.a.local")).toMatchObject({ rcode: "NXDOMAIN" });
    expect((await ask("b.local")).answers).toEqual(["b.local. 60 A 10.0.0.2"]);
    servers.withdrawZone("Z1");
    expect((await ask("a.local")).answers).toEqual(["a.local. 60 A 10.0.0.2"]);
  });

  it("are followed by their CNAMEs, to other private zones, to ones below them and to public ones", async () => {
    await servePublic();
    servers.publishZone(
      privateZone(
        "one.local",
        "Z1",
        [BLUE],
        records("next.one.local", "CNAME", ["last.two.local."]),
        records("below.one.local", "CNAME", ["a.sub.one.local."]),
        records("out.one.local", "CNAME", ["www.example.com."]),
        records("loop.one.local", "CNAME", ["loop.two.local."]),
      ),
    );
    servers.publishZone(
      privateZone(
        "two.local",
        "Z2",
        [BLUE],
        records("last.two.local", "A", ["10.0.0.1"]),
        records("loop.two.local", "CNAME", ["loop.one.local."]),
      ),
    );
    servers.publishZone(privateZone("sub.one.local", "Z3", [BLUE], records("a.sub.one.local", "A", ["10.0.0.3"])));
    expect((await ask("next.one.local")).answers).toEqual([
      "next.one.local. 60 CNAME last.two.local.",
      "last.two.local. 60 A 10.0.0.1",
    ]);
    expect(await ask("below.one.local")).toMatchObject({
      rcode: "NOERROR",
      answers: ["below.one.local. 60 CNAME a.sub.one.local.", "a.sub.one.local. 60 A 10.0.0.3"],
      authorities: [],
    });
    expect((await ask("out.one.local")).answers).toEqual([
      "out.one.local. 60 CNAME www.example.com.",
      "www.example.com. 60 A 192.0.2.1",
    ]);
    expect((await ask("out.one.local", "CNAME")).answers).toEqual(["out.one.local. 60 CNAME www.example.com."]);
    expect(await ask("loop.one.local")).toMatchObject({ rcode: "SERVFAIL", answers: [] });
    clock.pass(60_000);
    expect((await ask("out.one.local", "A", { recursionDesired: false })).answers).toEqual([
      "out.one.local. 60 CNAME www.example.com.",
    ]);
  });

  it("are where public CNAMEs lead in the VPC, even where the public ones lead nowhere", async () => {
    await servePublic(
      records("db.example.com", "CNAME", ["db.corp."]),
      records("hop.example.com", "CNAME", ["api.example.com."]),
      records("lost.example.com", "CNAME", ["gone.lame.com."]),
    );
    servers.setDelegation("lame.com." as never, ["ns.lame.com." as never]);
    servers.publishZone(privateZone("corp", "Z1", [BLUE], records("db.corp", "A", ["10.0.0.1"])));
    servers.publishZone(privateZone("api.example.com", "Z2", [BLUE], records("api.example.com", "A", ["10.0.0.2"])));
    servers.publishZone(privateZone("lame.com", "Z3", [BLUE], records("gone.lame.com", "A", ["10.0.0.3"])));
    for (const _ of ["from the servers", "from the cache"]) {
      expect(await ask("db.example.com")).toMatchObject({
        rcode: "NOERROR",
        answers: ["db.example.com. 60 CNAME db.corp.", "db.corp. 60 A 10.0.0.1"],
        authorities: [],
      });
      expect((await ask("hop.example.com")).answers.at(-1)).toBe("api.example.com. 60 A 10.0.0.2");
      expect((await ask("lost.example.com")).answers.at(-1)).toBe("gone.lame.com. 60 A 10.0.0.3");
      expect((await ask("db.example.com", "CNAME")).answers).toEqual(["db.example.com. 60 CNAME db.corp."]);
      expect(await at(OUTSIDE, "db.example.com")).toMatchObject({ rcode: "NXDOMAIN" });
      expect((await at(OUTSIDE, "hop.example.com")).answers.at(-1)).toBe("api.example.com. 60 A 192.0.2.2");
      expect(await at(OUTSIDE, "lost.example.com")).toMatchObject({ rcode: "SERVFAIL", answers: [] });
    }
  });
});

describe("the DNS attributes of a VPC", () => {
  it("hide private zones without enableDnsHostnames, and silence the resolver without enableDnsSupport", async () => {
    await servePublic();
    servers.publishZone(privateZone("example.com", "Z1", [BLUE], records("www.example.com", "A", ["10.0.0.1"])));
    const answers = async () => (await ask("www.example.com")).answers;
    expect(await answers()).toEqual(["www.example.com. 60 A 10.0.0.1"]);
    servers.publishVpc({ ...BLUE, dnsSupport: true, dnsHostnames: false });
    expect(await answers()).toEqual(["www.example.com. 60 A 192.0.2.1"]);
    servers.publishVpc({ ...BLUE, dnsSupport: false, dnsHostnames: true });
    const server = { address: resolverOf(BLUE), port: servers.port };
    const query = queryFor("www.example.com", "A", { recursionDesired: true });
    await expect(exchange({ server, query, transport: "udp", timeoutMs: 50, tries: 1 })).rejects.toMatchObject({
      reason: "timeout",
    });
    servers.publishVpc({ ...BLUE, dnsSupport: true, dnsHostnames: true });
    expect(await answers()).toEqual(["www.example.com. 60 A 10.0.0.1"]);
  });
});

describe("the address of a VPC's resolver", () => {
  const places = () => servers.vpcResolvers().map(({ id, address }) => `${id} ${address ?? "-"}`);
  const both = { dnsSupport: true, dnsHostnames: true };

  it("is kept as long as the VPC or an association is left, then it is the next one's", async () => {
    servers.publishVpc({ ...BLUE, ...both });
    servers.publishZone(privateZone("corp", "Z1", [GREEN, BLUE]));
    expect(places()).toEqual(["vpc-b1 127.53.2.1", "vpc-9e 127.53.2.2"]);
    servers.withdrawVpc(BLUE);
    expect(places()).toEqual(["vpc-b1 127.53.2.1", "vpc-9e 127.53.2.2"]);
    servers.publishZone(privateZone("corp", "Z1", [GREEN]));
    expect(places()).toEqual(["vpc-9e 127.53.2.2"]);
    servers.publishVpc({ id: "vpc-3", region: "us-east-1", ...both });
    expect(places()).toEqual(["vpc-3 127.53.2.1", "vpc-9e 127.53.2.2"]);
    expect((await at("127.53.2.1", "corp", "SOA")).rcode).toBe("NXDOMAIN");
  });

  it("is the same after a restart, except for VPCs that went meanwhile", async () => {
    for (const id of ["vpc-1", "vpc-2", "vpc-3"]) servers.publishVpc({ id, region: "us-east-1", ...both });
    await servers.settled();
    await servers.close();
    await start();
    servers.publishVpc({ id: "vpc-3", region: "us-east-1", ...both });
    servers.publishVpc({ id: "vpc-4", region: "us-east-1", ...both });
    servers.publishVpc({ id: "vpc-2", region: "us-east-1", ...both });
    servers.forgetOtherVpcs();
    servers.publishVpc({ id: "vpc-5", region: "us-east-1", ...both });
    expect(places()).toEqual(["vpc-5 127.53.2.1", "vpc-2 127.53.2.2", "vpc-3 127.53.2.3", "vpc-4 127.53.2.4"]);
  });

  it("is told apart by Region", () => {
    servers.publishVpc({ id: "vpc-1", region: "us-east-1", ...both });
    servers.publishVpc({ id: "vpc-1", region: "us-west-2", ...both });
    expect(places()).toEqual(["vpc-1 127.53.2.1", "vpc-1 127.53.2.2"]);
  });
});
