/** The caching resolver before a little internet of scripted servers that count what they are asked. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decodeMessage, encodeMessage, type Message, NO_FLAGS } from "../../../../src/dns/message.ts";
import { RCODE } from "../../../../src/dns/types.ts";
import { CachingResolver } from "../../../../src/local/nameserver/resolver.ts";
import { domainName } from "../../../../src/route53/names.ts";
import {
  reply,
  resourceRecord,
  type Script,
  type ScriptedServer,
  startScriptedServers,
  zoneScript,
} from "../../../support/scripted-dns-server.ts";
import { type Ask, queryFor, StillClock, show } from "./fixtures.ts";

const ROOT = "127.53.99.1";
const COM = "127.53.99.2";
const NS1 = "127.53.99.3";
const NS2 = "127.53.99.4";
const SUB = "127.53.99.5";

const TOP: Script = zoneScript({
  ".": `. 3600 SOA ns.root. host.root. 1 2 3 4 60
com. 3600 NS ns.com.
ns.com. 3600 A ${COM}`,
});

const EXAMPLE = `example.com. 300 SOA ns1.example.com. host.example.com. 1 2 3 4 60
example.com. 3600 NS ns1.example.com.
example.com. 3600 NS ns2.example.com.
ns1.example.com. 3600 A ${NS1}
ns2.example.com. 3600 A ${NS2}
www.example.com. 30 A 192.0.2.1
long.example.com. 3000000000 A 192.0.2.9
out.example.com. 30 CNAME www.brief.com.
sub.example.com. 3600 NS ns.sub.example.com.
ns.sub.example.com. 3600 A ${SUB}
sub.example.com. 3600 DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000`;

/** Its SOA goes sooner than its minimum says. */
const BRIEF = `brief.com. 20 SOA ns1.example.com. host.brief.com. 1 2 3 4 900
brief.com. 3600 NS ns1.example.com.
www.brief.com. 10 A 192.0.2.2`;

const COM_ZONE: Script = zoneScript({
  "com.": `com. 3600 SOA ns.com. host.com. 1 2 3 4 60
example.com. 3600 NS ns1.example.com.
example.com. 3600 NS ns2.example.com.
ns1.example.com. 3600 A ${NS1}
ns2.example.com. 3600 A ${NS2}
brief.com. 3600 NS ns1.example.com.`,
});

const HONEST: Script = zoneScript({ "example.com.": EXAMPLE, "brief.com.": BRIEF });

const CHILD: Script = zoneScript({
  "sub.example.com.": `sub.example.com. 300 SOA ns.sub.example.com. host.example.com. 1 2 3 4 60
www.sub.example.com. 30 A 192.0.2.7`,
});

let clock: StillClock;
let resolver: CachingResolver;
let internet: Awaited<ReturnType<typeof startScriptedServers<"root" | "com" | "ns1" | "ns2" | "sub">>>;
/** What the servers of example.com do at the moment. */
let first: Script;
let second: Script;

beforeEach(async () => {
  clock = new StillClock();
  first = HONEST;
  second = HONEST;
  internet = await startScriptedServers({
    root: { address: ROOT, script: TOP },
    com: { address: COM, script: COM_ZONE },
    ns1: { address: NS1, script: (query, transport) => first(query, transport) },
    ns2: { address: NS2, script: (query, transport) => second(query, transport) },
    sub: { address: SUB, script: CHILD },
  });
  resolver = new CachingResolver({
    roots: [{ name: domainName("ns.root"), addresses: [ROOT] }],
    port: internet.port,
    elapsedMs: () => clock.elapsedMs(),
  });
});
afterEach(async () => {
  resolver.close();
  await internet.close();
});

async function respond(query: Message): Promise<Message> {
  const response = await resolver.respond(encodeMessage(query), { address: "127.0.0.1", transport: "TCP" });
  if (response === undefined) throw new Error("there is no response");
  return decodeMessage(response);
}

const ask = (name: string, type = "A", more: Ask = {}) =>
  respond(queryFor(name, type, { recursionDesired: true, ...more }));
const shown = async (name: string, type = "A", more: Ask = {}) => show(await ask(name, type, more));

/** How often any server of example.com was asked. */
const asked = ({ ns1, ns2 }: Readonly<Record<"ns1" | "ns2", ScriptedServer>> = internet.servers) =>
  ns1.asked.length + ns2.asked.length;

describe("what the resolver keeps", () => {
  it("counts TTLs down, neither fetches ahead nor keeps any longer", async () => {
    expect((await shown("www.example.com")).answers).toEqual(["www.example.com. 30 A 192.0.2.1"]);
    clock.pass(29_500);
    expect((await shown("www.example.com")).answers).toEqual(["www.example.com. 1 A 192.0.2.1"]);
    expect(asked()).toBe(1);
    clock.pass(500);
    expect((await shown("www.example.com")).answers).toEqual(["www.example.com. 30 A 192.0.2.1"]);
    expect(asked()).toBe(2);
  });

  it("says SERVFAIL rather than what has run out when the servers do not answer any more", async () => {
    await shown("www.example.com");
    clock.pass(30_000);
    first = (query) => reply(query, { rcode: RCODE.SERVFAIL });
    second = first;
    expect(await shown("www.example.com")).toMatchObject({ rcode: "SERVFAIL", answers: [] });
    first = HONEST;
    expect(await shown("www.example.com")).toMatchObject({ rcode: "SERVFAIL", answers: [] });
    clock.pass(1_000);
    expect(await shown("www.example.com")).toMatchObject({ rcode: "NOERROR" });
  });

  it.each([
    ["the minimum, where the SOA's TTL is longer", "example.com", 60],
    ["the SOA's TTL, where the minimum is longer", "brief.com", 20],
  ])("keeps what does not exist for %s", async (_, zone, seconds) => {
    for (const [name, rcode] of [
      [`nope.${zone}`, "NXDOMAIN"],
      [`www.${zone}`, "NOERROR"],
    ] as const) {
      const nothing = async () => {
        const { rcode: code, answers, authorities } = await shown(name, "AAAA");
        expect([code, answers]).toEqual([rcode, []]);
        return authorities[0]?.split(" ").slice(0, 3).join(" ");
      };
      const before = asked();
      expect(await nothing()).toBe(`${zone}. ${seconds} SOA`);
      clock.pass(seconds * 1000 - 1);
      expect(await nothing()).toBe(`${zone}. 1 SOA`);
      expect(asked()).toBe(before + 1);
      clock.pass(1);
      await nothing();
      expect(asked()).toBe(before + 2);
    }
  });

  it("knows of a name that does not exist that it has no records of any type, of one that exists only what was asked", async () => {
    await shown("nope.example.com", "A");
    expect(await shown("nope.example.com", "MX")).toMatchObject({
      rcode: "NXDOMAIN",
      authorities: [expect.stringContaining("example.com. 60 SOA")],
    });
    expect(asked()).toBe(1);
    await shown("www.example.com", "AAAA");
    expect(await shown("www.example.com", "A")).toMatchObject({ rcode: "NOERROR", answers: [expect.anything()] });
    expect(asked()).toBe(3);
  });

  it("takes a TTL of more than 31 bits for none (RFC 2181 section 8)", async () => {
    expect((await shown("long.example.com")).answers).toEqual(["long.example.com. 0 A 192.0.2.9"]);
    await shown("long.example.com");
    expect(asked()).toBe(2);
  });

  it("follows aliases into other zones, and keeps the chain no longer than its shortest part", async () => {
    const chain = ["out.example.com. 30 CNAME www.brief.com.", "www.brief.com. 10 A 192.0.2.2"];
    expect((await shown("out.example.com")).answers).toEqual(chain);
    clock.pass(9_000);
    expect((await shown("out.example.com")).answers[1]).toBe("www.brief.com. 1 A 192.0.2.2");
    clock.pass(1_000);
    expect((await shown("out.example.com")).answers).toEqual(chain);
  });

  it("believes no server about names that are not its own", async () => {
    first = (query) =>
      reply(query, {
        answers: [resourceRecord("www.example.com 30 A 192.0.2.1"), resourceRecord("www.brief.com 30 A 192.0.2.66")],
        additionals: [resourceRecord("www.brief.com 30 A 192.0.2.66")],
      });
    second = first;
    expect((await shown("www.example.com")).answers).toEqual(["www.example.com. 30 A 192.0.2.1"]);
    first = HONEST;
    second = HONEST;
    expect((await shown("www.brief.com")).answers).toEqual(["www.brief.com. 10 A 192.0.2.2"]);
  });
});

describe("how the resolver asks", () => {
  it("asks once what many want to know at once, and each type by itself", async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => shown("www.example.com", index % 2 === 0 ? "A" : "AAAA")),
    );
    expect(answers.filter(({ answers: [one] }) => one === "www.example.com. 30 A 192.0.2.1")).toHaveLength(20);
    expect(asked()).toBe(2);
  });

  it("comes back over TCP for what does not fit a datagram", async () => {
    const many = Array.from({ length: 400 }, (_, index) =>
      resourceRecord(`many.example.com 30 A 192.0.${index >> 8}.${index & 255}`),
    );
    first = (query) => reply(query, { answers: many });
    second = first;
    expect((await ask("many.example.com")).answers).toHaveLength(400);
    expect([...internet.servers.ns1.asked, ...internet.servers.ns2.asked]).toEqual([
      "many.example.com. A udp",
      "many.example.com. A tcp",
    ]);
  });

  it.each<[string, Script]>([
    ["refuses", (query) => reply(query, { flags: NO_FLAGS, rcode: RCODE.REFUSED })],
    ["fails", (query) => reply(query, { rcode: RCODE.SERVFAIL })],
    [
      "points up to the root",
      (query) => reply(query, { flags: NO_FLAGS, authorities: [resourceRecord(". 60 NS ns.root.")] }),
    ],
    [
      "points to itself",
      (query) => reply(query, { flags: NO_FLAGS, authorities: [resourceRecord("example.com 60 NS ns1.example.com.")] }),
    ],
    ["has nothing to say", (query) => reply(query, { flags: NO_FLAGS })],
    [
      "talks rubbish",
      (query) => {
        const octets = encodeMessage({ ...query, response: true });
        return octets.subarray(0, octets.length - 5);
      },
    ],
  ])(
    "goes on to the next server of a zone when one %s",
    async (_, lame) => {
      first = lame;
      for (const name of ["a", "b", "c", "d", "e", "f"]) {
        expect(await shown(`${name}.example.com`)).toMatchObject({ rcode: "NXDOMAIN" });
      }
    },
    20_000,
  );

  it("asks the parent for the DS records at a cut, though it knows the child", async () => {
    expect((await shown("www.sub.example.com")).answers).toEqual(["www.sub.example.com. 30 A 192.0.2.7"]);
    expect((await shown("sub.example.com", "DS")).answers[0]).toMatch(/^sub\.example\.com\. 3600 DS 1 13 2 /);
    expect(internet.servers.sub.asked).toEqual(["www.sub.example.com. A udp"]);
  });

  it("gives up on referrals that go down and down", async () => {
    const labels = Array.from({ length: 60 }, () => "a").join(".");
    let depth = 0;
    first = (query) => {
      depth++;
      const zone = `${Array.from({ length: depth }, () => "a").join(".")}.example.com.`;
      return reply(query, {
        flags: NO_FLAGS,
        authorities: [resourceRecord(`${zone} 60 NS ns.${zone}`)],
        additionals: [resourceRecord(`ns.${zone} 60 A ${NS1}`)],
      });
    };
    second = first;
    expect(await shown(`${labels}.example.com`)).toMatchObject({ rcode: "SERVFAIL", answers: [] });
    expect(depth).toBeLessThan(60);
  });

  it("speaks EDNS, with DO for who wants signatures and for nobody else, and never asks for recursion", async () => {
    const queries: Message[] = [];
    first = (query, transport) => {
      queries.push(query);
      return HONEST(query, transport);
    };
    second = first;
    await ask("www.example.com", "A", { edns: false });
    await ask("www.example.com", "A", { edns: { dnssecOk: true } });
    expect(queries.map(({ edns, flags }) => [edns?.version, edns?.dnssecOk, flags.recursionDesired])).toEqual([
      [0, false, false],
      [0, true, false],
    ]);
  });
});

describe("what the resolver says", () => {
  it("repeats the question as it was spelt, and DO and CD, but never sets AD", async () => {
    const spelt = "wWw.ExAmPle.COM";
    const query = queryFor("www.example.com", "A", { recursionDesired: true, edns: { dnssecOk: true } });
    const flags = { ...query.flags, checkingDisabled: true, authenticData: true };
    const octets = encodeMessage({ ...query, flags });
    octets.write(spelt.slice(0, 3), 13, "latin1");
    octets.write(spelt.slice(4, 11), 17, "latin1");
    for (const _ of ["asked", "kept"]) {
      const response = await resolver.respond(octets, { address: "127.0.0.1", transport: "UDP" });
      if (response === undefined) throw new Error("there is no response");
      expect(response.subarray(12, 25).toString("latin1")).toBe(octets.subarray(12, 25).toString("latin1"));
      const { flags: said, edns } = decodeMessage(response);
      expect(said).toMatchObject({ checkingDisabled: true, authenticData: false, authoritative: false });
      expect(edns?.dnssecOk).toBe(true);
    }
  });

  it("answers without RD from what it has, referrals and walks to nobody", async () => {
    const withoutRd = () => shown("www.example.com", "A", { recursionDesired: false });
    expect(await withoutRd()).toMatchObject({ rcode: "REFUSED", answers: [] });
    await shown("www.example.com");
    expect(await withoutRd()).toMatchObject({ rcode: "NOERROR", answers: ["www.example.com. 30 A 192.0.2.1"] });
    clock.pass(30_000);
    expect(await withoutRd()).toMatchObject({ rcode: "REFUSED", answers: [] });
  });
});
