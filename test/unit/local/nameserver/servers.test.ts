import { execFile, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exchange } from "../../../../src/dns/client.ts";
import { resolveName } from "../../../../src/dns/iterate.ts";
import { decodeMessage, ednsOption, type Message } from "../../../../src/dns/message.ts";
import { TYPE } from "../../../../src/dns/types.ts";
import { Failure } from "../../../../src/errors.ts";
import { listen } from "../../../../src/local/nameserver/listener.ts";
import { delegationSetAt } from "../../../../src/local/nameserver/pool.ts";
import { type NameServers, startNameServers } from "../../../../src/local/nameserver/servers.ts";
import type { QueryLogEntry } from "../../../../src/logs/query-log.ts";
import { domainName } from "../../../../src/route53/names.ts";
import { exchangeRaw } from "../../../support/raw-dns.ts";
import {
  type Ask,
  alias,
  queryFor,
  records,
  routed,
  SERVERS,
  StillClock,
  show,
  wireQuery,
  zoneOf,
} from "./fixtures.ts";

const ROOT = "127.53.0.1";
const TLD = "127.53.0.2";
const RESOLVER = "127.53.0.53";
const [FIRST, SECOND] = delegationSetAt(0).map(({ address }) => address) as [string, string];

const ZONE = zoneOf("example.com", [
  records("www.example.com", "A", ["192.0.2.1"]),
  records(
    "big.example.com",
    "TXT",
    Array.from({ length: 40 }, (_, index) => `"${"x".repeat(60)}${index}"`),
  ),
  records("short.example.com", "CNAME", ["www.example.com."], 10),
  routed("orders.example.com", "p", { kind: "failover", role: "PRIMARY" }, "192.0.2.11", "primary"),
  routed("orders.example.com", "s", { kind: "failover", role: "SECONDARY" }, "192.0.2.12"),
  routed("geo.example.com", "eu", { kind: "geolocation", place: { continentCode: "EU" } }, "192.0.2.21"),
  routed("geo.example.com", "*", { kind: "geolocation", place: { countryCode: "*" } }, "192.0.2.22"),
]);

let clock: StillClock;
let down: Set<string>;
let logged: QueryLogEntry[];
let defects: unknown[];
let servers: NameServers;

beforeEach(async () => {
  clock = new StillClock();
  down = new Set();
  logged = [];
  defects = [];
  servers = await startNameServers({
    port: 0,
    clock,
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

async function serveExample(): Promise<void> {
  servers.publishZone(ZONE);
  servers.setDelegation(ZONE.name, SERVERS);
  await servers.settled();
}

async function message(address: string, name: string, type: string, ask: Ask = {}): Promise<Message> {
  const query = queryFor(name, type, ask);
  const server = { address, port: servers.port };
  return (await exchange({ server, query, transport: "auto", timeoutMs: 2000, tries: 2 })).response;
}

async function at(address: string, name: string, type: string, ask: Ask = {}) {
  return show(await message(address, name, type, ask));
}

const resolved = (name: string, type: string, ask: Ask = {}) =>
  at(RESOLVER, name, type, { recursionDesired: true, ...ask });

describe("the root and the top-level domains", () => {
  it("serve their apexes with authority and the address of their server", async () => {
    expect(await at(ROOT, ".", "NS")).toEqual({
      rcode: "NOERROR",
      flags: "AA",
      answers: [". 518400 NS a.root-servers.net."],
      authorities: [],
      additionals: [`a.root-servers.net. 172800 A ${ROOT}`],
    });
    expect(await at(TLD, "com", "NS")).toMatchObject({
      flags: "AA",
      answers: ["com. 172800 NS a.gtld-servers.net."],
      additionals: [`a.gtld-servers.net. 172800 A ${TLD}`],
    });
    for (const name of ["com", "net", "org", "uk", "co.uk"]) {
      expect((await at(TLD, name, "SOA")).answers[0]).toContain(`${name}. 86400 SOA a.gtld-servers.net. `);
    }
  });

  it("refer one level down, with glue", async () => {
    expect(await at(ROOT, "www.example.com", "A")).toEqual({
      rcode: "NOERROR",
      flags: "",
      answers: [],
      authorities: ["com. 172800 NS a.gtld-servers.net."],
      additionals: [`a.gtld-servers.net. 172800 A ${TLD}`],
    });
    await serveExample();
    const referral = await at(TLD, "www.example.com", "A");
    expect(referral.flags).toBe("");
    expect(referral.authorities).toEqual(SERVERS.map((server) => `example.com. 172800 NS ${server}`));
    expect(referral.additionals).toEqual(delegationSetAt(0).map(({ name, address }) => `${name} 172800 A ${address}`));
  });

  it("say that what nobody registered does not exist, for a short while", async () => {
    expect(await at(TLD, "example.com", "A")).toMatchObject({
      rcode: "NXDOMAIN",
      authorities: [expect.stringMatching(/^com\. 60 SOA .* 60$/)],
    });
    expect(await at(ROOT, "example.nosuch", "A")).toMatchObject({ rcode: "NXDOMAIN" });
  });

  it("hold the addresses of every name server of the pool, in the zone that each name lies in", async () => {
    for (const { name, address } of delegationSetAt(15)) {
      expect(await at(TLD, name, "A")).toMatchObject({ flags: "AA", answers: [`${name} 172800 A ${address}`] });
    }
  });

  it("delegate under co.uk, and under top-level domains that come up with a delegation", async () => {
    servers.setDelegation(domainName("shop.co.uk"), SERVERS);
    servers.setDelegation(domainName("shop.io"), SERVERS);
    expect((await at(TLD, "www.shop.co.uk", "A")).authorities[0]).toContain("shop.co.uk. 172800 NS ");
    expect((await at(ROOT, "www.shop.io", "A")).authorities).toEqual(["io. 172800 NS a.gtld-servers.net."]);
    expect((await at(TLD, "www.shop.io", "A")).authorities[0]).toContain("shop.io. 172800 NS ");
  });

  it("forget a delegation that is taken away", async () => {
    servers.setDelegation(domainName("example.com"), SERVERS);
    expect(await at(TLD, "example.com", "NS")).toMatchObject({ rcode: "NOERROR", flags: "" });
    servers.setDelegation(domainName("example.com"), undefined);
    expect(await at(TLD, "example.com", "NS")).toMatchObject({ rcode: "NXDOMAIN" });
  });
});

describe("the authoritative servers", () => {
  it("answer for the zones of their delegation sets, and refuse everybody else's", async () => {
    await serveExample();
    const other = delegationSetAt(1);
    servers.publishZone(
      zoneOf("other.org", [records("www.other.org", "A", ["192.0.2.9"])], {
        id: "Z2",
        nameServers: other.map(({ name }) => name),
      }),
    );
    await servers.settled();
    for (const { address } of delegationSetAt(0)) {
      expect(await at(address, "www.example.com", "A")).toMatchObject({ flags: "AA", rcode: "NOERROR" });
      expect((await at(address, "www.other.org", "A")).rcode).toBe("REFUSED");
    }
    expect((await at(other[0]?.address ?? "", "www.other.org", "A")).answers).toHaveLength(1);
    expect((await at(other[0]?.address ?? "", "www.example.com", "A")).rcode).toBe("REFUSED");
  });

  it("answer with a new version of a zone at once, and refuse it once it is withdrawn", async () => {
    await serveExample();
    servers.publishZone(zoneOf("example.com", [records("www.example.com", "A", ["192.0.2.200"])]));
    expect((await at(FIRST, "www.example.com", "A")).answers).toEqual(["www.example.com. 60 A 192.0.2.200"]);
    servers.withdrawZone("Z1");
    expect((await at(FIRST, "www.example.com", "A")).rcode).toBe("REFUSED");
  });

  it("tell two zones of one name apart by their delegation sets", async () => {
    await serveExample();
    const other = delegationSetAt(1);
    servers.publishZone(
      zoneOf("example.com", [records("www.example.com", "A", ["192.0.2.99"])], {
        id: "Z2",
        nameServers: other.map(({ name }) => name),
      }),
    );
    await servers.settled();
    expect((await at(FIRST, "www.example.com", "A")).answers[0]).toContain("192.0.2.1");
    expect((await at(other[1]?.address ?? "", "www.example.com", "A")).answers[0]).toContain("192.0.2.99");
  });

  it("follow aliases into other hosted zones, as these are now", async () => {
    await serveExample();
    const pointing = zoneOf("pointing.net", [alias("pointing.net", "A", "www.example.com", "Z1")], { id: "Z3" });
    servers.publishZone(pointing);
    expect((await at(FIRST, "pointing.net", "A")).answers).toEqual(["pointing.net. 60 A 192.0.2.1"]);
    servers.publishZone(zoneOf("example.com", [records("www.example.com", "A", ["192.0.2.200"], 5)]));
    expect((await at(FIRST, "pointing.net", "A")).answers).toEqual(["pointing.net. 5 A 192.0.2.200"]);
  });

  it("do not serve private zones", async () => {
    servers.publishZone(zoneOf("inside.example", [], { id: "Z4", private: true, nameServers: [] }));
    await serveExample();
    expect((await at(FIRST, "inside.example", "SOA")).rcode).toBe("REFUSED");
  });

  it("log what they answered, by the protocol it came over", async () => {
    await serveExample();
    await at(FIRST, "big.example.com", "TXT");
    expect(logged.map(({ name, type, protocol, zoneId }) => [zoneId, name, type, protocol])).toEqual([
      ["Z1", "big.example.com", "TXT", "UDP"],
      ["Z1", "big.example.com", "TXT", "TCP"],
    ]);
  });

  it("can be walked from the root hints to the answer", async () => {
    await serveExample();
    const resolution = await resolveName(
      { exchange, roots: servers.rootHints, port: servers.port },
      domainName("www.example.com"),
      TYPE.A,
    );
    expect(resolution).toMatchObject({
      status: "answer",
      authoritative: true,
      delegations: [{ zone: "." }, { zone: "com." }, { zone: "example.com." }],
    });
  });

  it.skipIf(spawnSync("dig", ["-v"]).error !== undefined)("satisfy dig", async () => {
    await serveExample();
    const text = await new Promise<string>((resolve, reject) => {
      const args = ["-p", String(servers.port), `@${FIRST}`, "+norec", "WwW.example.COM", "A"];
      execFile("dig", args, (error, stdout) => (error ? reject(error) : resolve(stdout)));
    });
    expect(text).toContain("status: NOERROR");
    expect(text).toContain("flags: qr aa;");
    expect(text).toMatch(/^WwW\.example\.COM\.\s+60\s+IN\s+A\s+192\.0\.2\.1$/m);
    expect(text).not.toMatch(/WARNING|malformed|extra/i);
  });
});

describe("the caching resolver", () => {
  it("walks from the local root, offers recursion and claims no authority", async () => {
    await serveExample();
    expect(await resolved("www.example.com", "A")).toEqual({
      rcode: "NOERROR",
      flags: "RD RA",
      answers: ["www.example.com. 60 A 192.0.2.1"],
      authorities: [],
      additionals: [],
    });
  });

  it("keeps an answer for its TTL on the backend's clock, counting down, and no longer", async () => {
    await serveExample();
    const answers = async () => (await resolved("orders.example.com", "A")).answers;
    expect(await answers()).toEqual(["orders.example.com. 60 A 192.0.2.11"]);
    down.add("primary");
    clock.pass(59_000);
    expect(await answers()).toEqual(["orders.example.com. 1 A 192.0.2.11"]);
    clock.pass(1_000);
    expect(await answers()).toEqual(["orders.example.com. 60 A 192.0.2.12"]);
    expect(logged).toHaveLength(2);
  });

  it("keeps a chain for the least TTL in it", async () => {
    await serveExample();
    await resolved("short.example.com", "A");
    clock.pass(9_999);
    expect((await resolved("short.example.com", "A")).answers).toEqual([
      "short.example.com. 1 CNAME www.example.com.",
      "www.example.com. 51 A 192.0.2.1",
    ]);
    clock.pass(1);
    expect((await resolved("short.example.com", "A")).answers[0]).toContain(" 10 CNAME ");
  });

  it("keeps what does not exist for the SOA's negative TTL", async () => {
    await serveExample();
    expect(await resolved("new.example.com", "A")).toMatchObject({
      rcode: "NXDOMAIN",
      flags: "RD RA",
      authorities: [expect.stringMatching(/^example\.com\. 900 SOA /)],
    });
    servers.publishZone(zoneOf("example.com", [records("new.example.com", "A", ["192.0.2.50"])]));
    clock.pass(899_000);
    expect(await resolved("new.example.com", "A")).toMatchObject({ rcode: "NXDOMAIN" });
    clock.pass(1_000);
    expect((await resolved("new.example.com", "A")).answers).toEqual(["new.example.com. 60 A 192.0.2.50"]);
  });

  it("answers clients of different places from different entries, and of one place from one", async () => {
    await serveExample();
    const geo = async (subnet?: string) => {
      const answer = await message(RESOLVER, "geo.example.com", "A", {
        recursionDesired: true,
        ...(subnet === undefined ? {} : { subnet }),
      });
      return [show(answer).answers[0]?.split(" ").at(-1), ednsOption(answer, "ecs")?.scopePrefixLength];
    };
    expect(await geo("198.51.100.0/24")).toEqual(["192.0.2.21", 24]);
    expect(await geo("203.0.113.0/24")).toEqual(["192.0.2.22", 24]);
    expect(await geo()).toEqual(["192.0.2.22", undefined]);
    expect(logged).toHaveLength(3);
    expect(await geo("198.51.100.64/26")).toEqual(["192.0.2.21", 24]);
    expect(logged).toHaveLength(3);
  });

  it("does not give those who name a block what it found for nobody in particular, nor the other way round", async () => {
    await serveExample();
    const geo = async (subnet?: string) =>
      (await resolved("geo.example.com", "A", subnet ? { subnet } : {})).answers[0];
    expect(await geo("0.0.0.0/0")).toContain("192.0.2.22");
    expect(await geo("198.51.100.0/24")).toContain("192.0.2.21");
    expect(await geo("0.0.0.0/0")).toContain("192.0.2.22");
    expect(await geo()).toContain("192.0.2.22");
    expect(logged).toHaveLength(2);
  });

  it("gives everybody what it found for a block that made no difference", async () => {
    await serveExample();
    for (const subnet of ["198.51.100.0/24", "203.0.113.0/24", "2001:db8:49::/48", undefined]) {
      const answer = await message(RESOLVER, "www.example.com", "A", {
        recursionDesired: true,
        ...(subnet === undefined ? {} : { subnet }),
      });
      expect(answer.answers).toHaveLength(1);
      expect(ednsOption(answer, "ecs")?.scopePrefixLength).toBe(subnet === undefined ? undefined : 0);
    }
    expect(logged).toHaveLength(1);
  });

  it("passes no TTL on that is longer than it keeps anything", async () => {
    servers.publishZone(zoneOf("example.com", [records("www.example.com", "A", ["192.0.2.1"], 2_147_483_647)]));
    servers.setDelegation(ZONE.name, SERVERS);
    await servers.settled();
    expect((await resolved("www.example.com", "A")).answers).toEqual(["www.example.com. 604800 A 192.0.2.1"]);
  });

  it("says of aliases in a circle that it gave up, not that servers are away", async () => {
    servers.publishZone(
      zoneOf("example.com", [
        records("a.example.com", "CNAME", ["b.example.com."]),
        records("b.example.com", "CNAME", ["a.example.com."]),
      ]),
    );
    servers.setDelegation(ZONE.name, SERVERS);
    await servers.settled();
    const answer = await message(RESOLVER, "a.example.com", "A", { recursionDesired: true });
    expect(show(answer).rcode).toBe("SERVFAIL");
    expect(ednsOption(answer, "ede")).toMatchObject({ infoCode: 0, text: "alias-loop" });
  });

  it("walks once for many who ask the same at the same time", async () => {
    await serveExample();
    const answers = await Promise.all(Array.from({ length: 20 }, () => resolved("www.example.com", "A")));
    expect(new Set(answers.map(({ answers: [first] }) => first)).size).toBe(1);
    expect(logged).toHaveLength(1);
  });

  it("asks from the root again when the servers it remembers no longer serve the zone", async () => {
    await serveExample();
    await resolved("www.example.com", "A");
    const others = delegationSetAt(2).map(({ name }) => name);
    servers.withdrawZone("Z1");
    servers.publishZone(
      zoneOf("example.com", [records("www.example.com", "A", ["192.0.2.60"])], { id: "Z9", nameServers: others }),
    );
    servers.setDelegation(domainName("example.com"), others);
    await servers.settled();
    clock.pass(60_000);
    expect((await resolved("www.example.com", "A")).answers).toEqual(["www.example.com. 60 A 192.0.2.60"]);
  });

  it("says SERVFAIL and why when no name server answers", async () => {
    servers.setDelegation(domainName("lame.com"), ["ns.lame.com." as never]);
    const answer = await message(RESOLVER, "www.lame.com", "A", { recursionDesired: true });
    expect(show(answer).rcode).toBe("SERVFAIL");
    expect(ednsOption(answer, "ede")).toMatchObject({ infoCode: 22 });
  });

  it("never asks a server that is not on loopback", async () => {
    servers.publishZone(
      zoneOf("example.com", [
        records("sub.example.com", "NS", ["ns.sub.example.com."]),
        records("ns.sub.example.com", "A", ["192.0.2.53"]),
      ]),
    );
    servers.setDelegation(domainName("example.com"), SERVERS);
    await servers.settled();
    const startedAt = performance.now();
    expect((await resolved("www.sub.example.com", "A")).rcode).toBe("SERVFAIL");
    // A question to a server that cannot answer would have taken a second, twice.
    expect(performance.now() - startedAt).toBeLessThan(1_900);
  });

  it("refuses to walk for a question without RD, but answers it from what it has", async () => {
    await serveExample();
    expect((await at(RESOLVER, "www.example.com", "A")).rcode).toBe("REFUSED");
    await resolved("www.example.com", "A");
    expect(await at(RESOLVER, "www.example.com", "A")).toMatchObject({ rcode: "NOERROR", flags: "RA" });
  });

  it("truncates over UDP and answers whole over TCP", async () => {
    await serveExample();
    const query = queryFor("big.example.com", "TXT", { recursionDesired: true });
    const server = { address: RESOLVER, port: servers.port };
    const answer = await exchange({ server, query, transport: "auto", timeoutMs: 2000, tries: 1 });
    expect(answer).toMatchObject({ truncatedOverUdp: true, transport: "tcp" });
    expect(answer.response.answers).toHaveLength(40);
  });
});

describe("the sockets", () => {
  /** The messages that come back on one connection, until it has `count` of them or ends. */
  function received(socket: Socket, count: number): Promise<Message[]> {
    return new Promise((resolve, reject) => {
      const messages: Message[] = [];
      let unread = Buffer.alloc(0);
      socket.on("data", (chunk) => {
        unread = Buffer.concat([unread, chunk]);
        while (unread.length >= 2 && unread.length >= 2 + unread.readUInt16BE(0)) {
          const end = 2 + unread.readUInt16BE(0);
          messages.push(decodeMessage(unread.subarray(2, end)));
          unread = unread.subarray(end);
        }
        if (messages.length >= count) resolve(messages);
      });
      socket.on("close", () => resolve(messages));
      socket.on("error", reject);
    });
  }

  function framed(octets: Buffer): Buffer {
    return Buffer.concat([Uint8Array.of(octets.length >> 8, octets.length & 0xff), octets]);
  }

  it("answer several questions on one TCP connection, however the octets are cut into pieces", async () => {
    await serveExample();
    for (const address of [SECOND, RESOLVER]) {
      const socket = connect({ host: address, port: servers.port });
      const ids = [1, 2, 3, 4, 5];
      const stream = Buffer.concat(
        ids.map((id) => framed(wireQuery("www.example.com", "A", { id, recursionDesired: true }))),
      );
      const answers = received(socket, ids.length);
      for (const octet of stream) socket.write(Uint8Array.of(octet));
      expect((await answers).map(({ id }) => id).sort()).toEqual(ids);
      socket.destroy();
    }
  });

  it("answer what was asked before a client closed its half of a TCP connection, and then close theirs", async () => {
    await serveExample();
    for (const address of [SECOND, RESOLVER]) {
      const socket = connect({ host: address, port: servers.port, allowHalfOpen: true });
      const closed = new Promise((resolve) => socket.once("close", resolve));
      const answers = received(socket, 2);
      const questions = [1, 2].map((id) => framed(wireQuery("www.example.com", "A", { id, recursionDesired: true })));
      socket.end(Buffer.concat(questions));
      expect((await answers).map(({ id }) => id).sort()).toEqual([1, 2]);
      await closed;
    }
  });

  it("keep a TCP connection open after rubbish on it, and close it after silence", async () => {
    const listener = await listen({
      address: "127.53.9.9",
      port: servers.port,
      respond: (octets) => (octets.length < 12 ? undefined : Buffer.from(wireQuery("answer", "A"))),
      onDefect: (error) => defects.push(error),
      tcpIdleMs: 100,
    });
    const socket = connect({ host: "127.53.9.9", port: servers.port });
    const first = received(socket, 1);
    socket.write(Buffer.concat([framed(Buffer.from("rubbish")), framed(wireQuery("www.example.com", "A"))]));
    expect(await first).toHaveLength(1);
    await new Promise((resolve) => socket.once("close", resolve));
    await listener.close();
  });

  it("do not hold a TCP connection for a client that sends an octet now and then", async () => {
    const listener = await listen({
      address: "127.53.9.9",
      port: servers.port,
      respond: () => undefined,
      onDefect: (error) => defects.push(error),
      tcpIdleMs: 120,
    });
    const socket = connect({ host: "127.53.9.9", port: servers.port });
    // The last octet may meet a connection that is closed already.
    socket.on("error", () => undefined);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const octets = setInterval(() => socket.write(Uint8Array.of(1)), 20);
    await closed;
    clearInterval(octets);
    await listener.close();
  });

  it("drop a datagram that is no query, and go on", async () => {
    await serveExample();
    const socket = createSocket("udp4");
    const heard: Buffer[] = [];
    socket.on("message", (octets) => heard.push(octets));
    const answered = new Promise((resolve) => socket.once("message", resolve));
    for (const octets of [
      Buffer.alloc(3),
      Buffer.from([0, 1, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
      wireQuery("www.example.com", "A", { id: 77 }),
    ]) {
      await new Promise((resolve) => socket.send(octets, servers.port, FIRST, resolve));
    }
    await answered;
    expect(heard.map((octets) => octets.readUInt16BE(0))).toEqual([77]);
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  });

  it("go on after any datagrams and streams of rubbish, at every kind of server", async () => {
    await serveExample();
    const good = wireQuery("www.example.com", "A", { recursionDesired: true });
    const bent = fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([index, octet]) => {
      const copy = Buffer.from(good);
      copy.writeUInt8(octet, index);
      return copy;
    });
    const rubbish = fc.sample(fc.oneof(bent, fc.uint8Array({ maxLength: 80 })), 300);
    const socket = createSocket("udp4");
    for (const address of [ROOT, TLD, FIRST, RESOLVER]) {
      for (const octets of rubbish) await new Promise((resolve) => socket.send(octets, servers.port, address, resolve));
      const stream = connect({ host: address, port: servers.port });
      stream.on("error", () => undefined);
      await new Promise((resolve) => stream.write(Buffer.concat(rubbish), resolve));
      stream.destroy();
    }
    await new Promise<void>((resolve) => socket.close(() => resolve()));
    expect((await at(ROOT, ".", "NS")).rcode).toBe("NOERROR");
    expect((await at(TLD, "com", "NS")).rcode).toBe("NOERROR");
    expect((await at(FIRST, "www.example.com", "A")).answers).toHaveLength(1);
    expect((await resolved("www.example.com", "A")).answers).toHaveLength(1);
  });

  it("hold to a response rate where there is one, the resolver's excepted", async () => {
    const limited = await startNameServers({
      port: 0,
      clock,
      health: { isHealthy: () => true },
      onQuery: () => undefined,
      responseRateLimit: 1,
    });
    limited.publishZone(zoneOf("example.com", [records("www.example.com", "A", ["192.0.2.1"])]));
    limited.setDelegation(domainName("example.com"), SERVERS);
    await limited.settled();
    const questions = [1, 2, 3, 4, 5, 6].map((id) => wireQuery("www.example.com", "A", { id, recursionDesired: true }));
    const heard = async (address: string, transport: "UDP" | "TCP", messages: readonly Buffer[]) =>
      (await exchangeRaw({ address, port: limited.port }, transport, messages)).map(decodeMessage);
    const other = wireQuery("example.com", "SOA", { id: 7 });
    const answers = await heard(FIRST, "UDP", [...questions, other]);
    expect(answers.length).toBeLessThan(questions.length + 1);
    expect(answers.some(({ flags }) => flags.truncated)).toBe(true);
    expect(answers.at(-1)).toMatchObject({ id: 7, rcode: 0, flags: { truncated: false } });
    expect((await heard(FIRST, "TCP", [...questions, other])).map((one) => one.answers.length)).toEqual(
      Array(7).fill(1),
    );
    // One after the other, since its answers come in no order; it comes back over TCP where it is limited itself.
    for (const question of questions) {
      expect((await heard(RESOLVER, "UDP", [question])).map((one) => one.answers.length)).toEqual([1]);
    }
    await limited.close();
  });

  it("share one port number, and a second set of servers picks another", async () => {
    const others = await startNameServers({
      port: 0,
      clock,
      health: { isHealthy: () => true },
      onQuery: () => undefined,
    });
    expect(others.port).not.toBe(servers.port);
    expect(others.resolver).toEqual({ address: RESOLVER, port: others.port });
    await others.close();
  });

  it("say which port is taken, and what to do", async () => {
    const taken = startNameServers({
      port: servers.port,
      clock,
      health: { isHealthy: () => true },
      onQuery: () => undefined,
    });
    const failure = await taken.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({
      code: "nameserver.port-busy",
      message: `Port ${servers.port} of ${ROOT} is taken by another program.`,
      next: expect.stringContaining("--dns-port"),
    });
  });
});
