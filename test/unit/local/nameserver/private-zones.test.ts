import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exchange } from "../../../../src/dns/client.ts";
import type { PublishedZone } from "../../../../src/local/nameserver/published.ts";
import { type NameServers, startNameServers } from "../../../../src/local/nameserver/servers.ts";
import type { QueryLogEntry } from "../../../../src/logs/query-log.ts";
import type { RecordSet } from "../../../../src/route53/record-set.ts";
import { type Ask, queryFor, records, routed, SERVERS, StillClock, show, zoneOf } from "./fixtures.ts";

const RESOLVER = "127.53.0.53";

let down: Set<string>;
let logged: QueryLogEntry[];
let defects: unknown[];
let servers: NameServers;

beforeEach(async () => {
  down = new Set();
  logged = [];
  defects = [];
  servers = await startNameServers({
    port: 0,
    clock: new StillClock(),
    health: { isHealthy: (id) => !down.has(id) },
    onQuery: (entry) => logged.push(entry),
    onDefect: (error) => defects.push(error),
    random: () => 0,
  });
});

afterEach(async () => {
  await servers.close();
  expect(defects).toEqual([]);
});

function privateZone(name: string, id: string, ...sets: RecordSet[]): PublishedZone {
  return { ...zoneOf(name, sets, { id, private: true }), nameServers: [] };
}

async function ask(name: string, type = "A", more: Ask = {}) {
  const query = queryFor(name, type, { recursionDesired: true, ...more });
  const { response } = await exchange({
    server: { address: RESOLVER, port: servers.port },
    query,
    transport: "udp",
    timeoutMs: 2000,
    tries: 1,
  });
  return show(response);
}

async function servePublic(): Promise<void> {
  const sets = [records("www.example.com", "A", ["192.0.2.1"]), records("api.example.com", "A", ["192.0.2.2"])];
  const zone = zoneOf("example.com", sets, { id: "Z0" });
  servers.publishZone(zone);
  servers.setDelegation(zone.name, SERVERS);
  await servers.settled();
}

describe("private zones at the resolver", () => {
  it("are answered at once, without the apex's name servers, from what is published now", async () => {
    servers.publishZone(privateZone("my-company.local", "Z1", records("web.my-company.local", "A", ["10.0.1.1"])));
    expect(await ask("web.my-company.local")).toEqual({
      rcode: "NOERROR",
      flags: "RD RA",
      answers: ["web.my-company.local. 60 A 10.0.1.1"],
      authorities: [],
      additionals: [],
    });
    servers.publishZone(privateZone("my-company.local", "Z1", records("web.my-company.local", "A", ["10.0.1.2"])));
    expect((await ask("web.my-company.local")).answers).toEqual(["web.my-company.local. 60 A 10.0.1.2"]);
    servers.withdrawZone("Z1");
    expect(await ask("web.my-company.local")).toMatchObject({ rcode: "NXDOMAIN", answers: [] });
    expect(logged).toEqual([]);
  });

  it("route like public ones, by health", async () => {
    servers.publishZone(
      privateZone(
        "my-company.local",
        "Z1",
        routed("web.my-company.local", "one", { kind: "multivalue" }, "10.0.1.1", "check"),
        routed("web.my-company.local", "two", { kind: "multivalue" }, "10.0.1.2"),
      ),
    );
    expect((await ask("web.my-company.local")).answers).toHaveLength(2);
    down.add("check");
    expect((await ask("web.my-company.local")).answers).toEqual(["web.my-company.local. 60 A 10.0.1.2"]);
  });

  it("hide the public zones at and below their names, and what they lack does not exist", async () => {
    await servePublic();
    servers.publishZone(privateZone("api.example.com", "Z2", records("api.example.com", "A", ["10.0.1.1"])));
    expect((await ask("www.example.com")).answers).toEqual(["www.example.com. 60 A 192.0.2.1"]);
    expect((await ask("api.example.com")).answers).toEqual(["api.example.com. 60 A 10.0.1.1"]);
    expect(await ask("api.example.com", "AAAA")).toMatchObject({
      rcode: "NOERROR",
      answers: [],
      authorities: [expect.stringContaining("api.example.com. 900 SOA")],
    });
    expect(await ask("v2.api.example.com")).toMatchObject({ rcode: "NXDOMAIN", answers: [] });
    servers.withdrawZone("Z2");
    expect((await ask("api.example.com")).answers).toEqual(["api.example.com. 60 A 192.0.2.2"]);
  });

  it("let the nearest one answer, and of two with one name the first by id", async () => {
    servers.publishZone(privateZone("local", "Z3", records("*.local", "A", ["10.0.0.3"])));
    servers.publishZone(privateZone("a.local", "Z2", records("a.local", "A", ["10.0.0.2"])));
    servers.publishZone(privateZone("a.local", "Z1", records("a.local", "A", ["10.0.0.1"])));
    expect((await ask("a.local")).answers).toEqual(["a.local. 60 A 10.0.0.1"]);
    expect((await ask("b.local")).answers).toEqual(["b.local. 60 A 10.0.0.3"]);
    servers.withdrawZone("Z1");
    expect((await ask("a.local")).answers).toEqual(["a.local. 60 A 10.0.0.2"]);
    servers.withdrawZone("Z2");
    expect((await ask("a.local")).answers).toEqual(["a.local. 60 A 10.0.0.3"]);
  });

  it("are followed by their CNAMEs, to other private zones and to public ones", async () => {
    await servePublic();
    servers.publishZone(
      privateZone(
        "one.local",
        "Z1",
        records("next.one.local", "CNAME", ["last.two.local."]),
        records("out.one.local", "CNAME", ["www.example.com."]),
        records("loop.one.local", "CNAME", ["loop.two.local."]),
      ),
    );
    servers.publishZone(
      privateZone(
        "two.local",
        "Z2",
        records("last.two.local", "A", ["10.0.0.1"]),
        records("loop.two.local", "CNAME", ["loop.one.local."]),
      ),
    );
    expect((await ask("next.one.local")).answers).toEqual([
      "next.one.local. 60 CNAME last.two.local.",
      "last.two.local. 60 A 10.0.0.1",
    ]);
    expect((await ask("out.one.local")).answers).toEqual([
      "out.one.local. 60 CNAME www.example.com.",
      "www.example.com. 60 A 192.0.2.1",
    ]);
    expect((await ask("out.one.local", "CNAME")).answers).toEqual(["out.one.local. 60 CNAME www.example.com."]);
    expect((await ask("out.one.local", "A", { recursionDesired: false })).answers).toEqual([
      "out.one.local. 60 CNAME www.example.com.",
    ]);
    expect(await ask("loop.one.local")).toMatchObject({ rcode: "SERVFAIL", answers: [] });
  });
});
