import { afterEach, beforeEach, expect, it } from "vitest";
import { exchange } from "../../../../src/dns/client.ts";
import { newPrivateKey } from "../../../../src/dns/dnssec-signing.ts";
import type { Message } from "../../../../src/dns/message.ts";
import { TYPE, typeName } from "../../../../src/dns/types.ts";
import { type NameServers, startNameServers } from "../../../../src/local/nameserver/servers.ts";
import { parentKeys } from "../../../../src/local/nameserver/signing/parent-keys.ts";
import { MemoryStore } from "../../../../src/local/store/memory-store.ts";
import { type Ask, queryFor, records, SERVERS, StillClock, zoneOf } from "./fixtures.ts";

const ZONE = {
  ...zoneOf("example.com", [
    records("www.example.com", "A", ["192.0.2.1"]),
    records("alias.example.com", "CNAME", ["www.example.com."]),
    records("dangling.example.com", "CNAME", ["nowhere.example.com."]),
    records(
      "big.example.com",
      "TXT",
      Array.from({ length: 40 }, (_, index) => `"${"x".repeat(60)}${index}"`),
    ),
  ]),
  keys: { keySigningKeys: [newPrivateKey()], zoneSigningKey: newPrivateKey() },
};

let clock: StillClock;
let servers: NameServers;
beforeEach(async () => {
  clock = new StillClock();
  servers = await startNameServers({
    port: 0,
    clock,
    health: { isHealthy: () => true },
    onQuery: () => undefined,
    parentKeys: parentKeys(new MemoryStore()),
  });
  servers.publishZone(ZONE);
  servers.setDelegation(ZONE.name, SERVERS);
  await servers.settled();
});
afterEach(() => servers.close());

async function resolved(name: string, type: string, ask: Ask = {}): Promise<Message> {
  const query = queryFor(name, type, { recursionDesired: true, ...ask });
  const checked = { ...query, flags: { ...query.flags, checkingDisabled: true } };
  const { response } = await exchange({
    server: servers.resolver,
    query: checked,
    transport: "auto",
    timeoutMs: 2000,
    tries: 2,
  });
  return response;
}

const DO: Ask = { edns: { dnssecOk: true } };
const types = (response: Message) =>
  [response.answers, response.authorities].map((section) =>
    section.map(({ type, rdata }) =>
      type === TYPE.RRSIG ? `RRSIG ${typeName(Buffer.from(rdata).readUInt16BE(0))}` : typeName(type),
    ),
  );

it("the resolver passes signatures on to who asks with DO, from its cache too, and judges none", async () => {
  for (const passMs of [0, 10_000]) {
    clock.pass(passMs);
    const response = await resolved("alias.example.com", "A", DO);
    expect(types(response)).toEqual([["CNAME", "RRSIG CNAME", "A", "RRSIG A"], []]);
    expect(response.answers.map(({ ttlSeconds }) => ttlSeconds)).toEqual(Array(4).fill(60 - passMs / 1000));
    expect(response.flags).toMatchObject({ authenticData: false, checkingDisabled: true });
    expect(response.edns?.dnssecOk).toBe(true);
    expect(types(await resolved("alias.example.com", "A"))).toEqual([["CNAME", "A"], []]);
  }
});

it("the resolver tells proofs to who asks with DO, and NXDOMAIN to everybody else", async () => {
  const proven = await resolved("nowhere.example.com", "A", DO);
  expect([proven.rcode, types(proven)]).toEqual([0, [[], ["SOA", "RRSIG SOA", "NSEC", "RRSIG NSEC"]]]);
  const plain = await resolved("nowhere.example.com", "A");
  expect([plain.rcode, types(plain)]).toEqual([3, [[], ["SOA"]]]);
});

it("the resolver brings what a validator asks for on its way down", async () => {
  expect(types(await resolved(".", "DNSKEY", DO))[0]).toEqual(["DNSKEY", "DNSKEY", "RRSIG DNSKEY"]);
  expect(types(await resolved("com", "DS", DO))[0]).toEqual(["DS", "RRSIG DS"]);
  expect(types(await resolved("example.com", "DS", DO))[1]).toEqual(["SOA", "RRSIG SOA", "NSEC", "RRSIG NSEC"]);
  expect(types(await resolved("example.com", "DNSKEY", DO))[0]).toEqual(["DNSKEY", "DNSKEY", "RRSIG DNSKEY"]);
  expect(types(await resolved("big.example.com", "TXT", DO))[0]?.at(-1)).toBe("RRSIG TXT");
});

it("the resolver passes each signature on once, though an alias on the way brought it along before", async () => {
  const [answers, authorities] = types(await resolved("dangling.example.com", "A", DO));
  expect(answers).toEqual(["CNAME", "RRSIG CNAME"]);
  expect(authorities).toEqual(["SOA", "RRSIG SOA", "NSEC", "RRSIG NSEC"]);
});
