import { createPublicKey, verify } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { keyRecords } from "../../../../src/dns/dnssec-keys.ts";
import { newPrivateKey, publicKeyOf, signedOctets } from "../../../../src/dns/dnssec-signing.ts";
import { decodeMessage, type Message, type ResourceRecord } from "../../../../src/dns/message.ts";
import { TYPE, typeName } from "../../../../src/dns/types.ts";
import { AuthoritativeServer } from "../../../../src/local/nameserver/authoritative.ts";
import { compileZone } from "../../../../src/local/nameserver/compiled-zone.ts";
import { ParentZones } from "../../../../src/local/nameserver/parents.ts";
import type { ZoneKeys } from "../../../../src/local/nameserver/published.ts";
import type { Sender } from "../../../../src/local/nameserver/response.ts";
import { parentKeys } from "../../../../src/local/nameserver/signing/parent-keys.ts";
import { ZoneSigners } from "../../../../src/local/nameserver/signing/zone-signer.ts";
import { type VersionedZoneTable, ZonesByName } from "../../../../src/local/nameserver/zone-table.ts";
import { MemoryStore } from "../../../../src/local/store/memory-store.ts";
import { domainName } from "../../../../src/route53/names.ts";
import { type Ask, records, routed, show, wireQuery, zoneOf } from "./fixtures.ts";

const DAY_MS = 24 * 3600 * 1000;
const UDP: Sender = { address: "192.0.2.200", transport: "UDP" };
const TCP: Sender = { address: "192.0.2.200", transport: "TCP" };
const DO: Ask = { edns: { dnssecOk: true, udpSize: 4096 } };
const KEYS: ZoneKeys = { keySigningKeys: [newPrivateKey(), newPrivateKey()], zoneSigningKey: newPrivateKey() };
const DS = [`1 13 2 ${"ab".repeat(32)}`];

const PUBLISHED = zoneOf("example.com", [
  records("example.com", "MX", ["10 mail.example.com."]),
  records("mail.example.com", "A", ["192.0.2.25"]),
  records("www.example.com", "A", ["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
  records("long.example.com", "A", ["192.0.2.4"], 2_000_000),
  records("a.ent.example.com", "A", ["192.0.2.5"]),
  records("*.wild.example.com", "A", ["192.0.2.77"]),
  records("alias.example.com", "CNAME", ["www.example.com."]),
  records("dangling.example.com", "CNAME", ["nowhere.example.com."]),
  routed("eu.example.com", "eu", { kind: "geolocation", place: { continentCode: "EU" } }, "192.0.2.21"),
  records("signed.example.com", "NS", ["ns.signed.example.com."]),
  records("signed.example.com", "DS", DS),
  records("ns.signed.example.com", "A", ["192.0.2.53"]),
  records("unsigned.example.com", "NS", ["ns.elsewhere.net."]),
  records(
    "big.example.com",
    "TXT",
    Array.from({ length: 6 }, (_, index) => `"${"x".repeat(60)}${index}"`),
  ),
]);

const surroundings = {
  isHealthy: () => true,
  random: () => 0,
  latencyMs: () => 0,
  aliasTarget: () => undefined,
  cidrLocation: () => undefined,
};

let now: number;
let server: AuthoritativeServer;
let unsigned: AuthoritativeServer;

function serving(table: VersionedZoneTable): AuthoritativeServer {
  return new AuthoritativeServer({ table, surroundings });
}

function servingZone(signers?: ZoneSigners, keys = KEYS): AuthoritativeServer {
  const table = new ZonesByName();
  table.put(compileZone(PUBLISHED, signers?.signerOf("Z1", PUBLISHED.name, keys)));
  return serving(table);
}

beforeEach(() => {
  now = Date.UTC(2026, 10, 20, 12);
  server = servingZone(new ZoneSigners(() => now));
  unsigned = servingZone();
});

function ask(name: string, type: string, how: Ask = DO, sender = UDP, of = server): Message {
  const octets = of.respond(wireQuery(name, type, how), sender);
  if (octets === undefined) throw new Error("there is no response");
  return decodeMessage(octets);
}

const brief = (records: readonly ResourceRecord[]) =>
  records.map(({ name, type, rdata }) =>
    type === TYPE.RRSIG ? `${name} RRSIG ${typeName(Buffer.from(rdata).readUInt16BE(0))}` : `${name} ${typeName(type)}`,
  );

/** Checks every RRSIG of a section against the records before it, with the key that its tag names. */
function expectGood(section: readonly ResourceRecord[], keys = KEYS): void {
  const publicKeys = [...keys.keySigningKeys, keys.zoneSigningKey].map(publicKeyOf);
  for (const rrsig of section.filter(({ type }) => type === TYPE.RRSIG)) {
    const rdata = Buffer.from(rrsig.rdata);
    const set = section.filter(({ name, type }) => name === rrsig.name && type === rdata.readUInt16BE(0));
    const head = rdata.subarray(0, -64);
    const octets = signedOctets(head, {
      owner: rrsig.name,
      type: rdata.readUInt16BE(0),
      class: rrsig.class,
      ttlSeconds: rdata.readUInt32BE(4),
      rdata: set.map((record) => record.rdata),
    });
    const good = publicKeys.some((point) => {
      const [x = "", y = ""] = [point.subarray(0, 32), point.subarray(32)].map((half) => half.toString("base64url"));
      const key = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
      return verify("sha256", octets, { key, dsaEncoding: "ieee-p1363" }, rdata.subarray(-64));
    });
    expect(good, brief([rrsig])[0]).toBe(true);
    expect(set.every(({ ttlSeconds }) => ttlSeconds === rrsig.ttlSeconds)).toBe(true);
  }
}

describe("a signed zone", () => {
  it("signs each record set of an answer, whatever its order", () => {
    const answer = ask("alias.example.com", "A");
    expect(brief(answer.answers)).toEqual([
      "alias.example.com. CNAME",
      "alias.example.com. RRSIG CNAME",
      "www.example.com. A",
      "www.example.com. A",
      "www.example.com. A",
      "www.example.com. RRSIG A",
    ]);
    expect(brief(answer.authorities).at(-1)).toBe("example.com. RRSIG NS");
    expectGood(answer.answers);
    expectGood(answer.authorities);
    expect(answer.flags.authenticData).toBe(false);
    expect(answer.edns?.dnssecOk).toBe(true);
  });

  it("gives its keys, signed by every key-signing key, and to those without DO as well", () => {
    const answer = ask("example.com", "DNSKEY");
    expect(brief(answer.answers)).toEqual([
      ...Array(3).fill("example.com. DNSKEY"),
      ...Array(2).fill("example.com. RRSIG DNSKEY"),
    ]);
    expectGood(answer.answers);
    expect(
      show(ask("example.com", "DNSKEY", {}))
        .answers.map((line) => line.split(" ")[3])
        .sort(),
    ).toEqual(["256", "257", "257"]);
  });

  it("signs addresses that come along where they are its own", () => {
    expect(brief(ask("example.com", "MX").additionals)).toEqual(["mail.example.com. A", "mail.example.com. RRSIG A"]);
  });

  it.each([
    [
      "a type that a name lacks",
      "www.example.com",
      "TXT",
      "A PTR MX AAAA SRV NAPTR SSHFP RRSIG NSEC TLSA SVCB HTTPS SPF CAA",
    ],
    ["a name that is not there", "no.where.example.com", "A", "RRSIG NSEC"],
    ["an empty non-terminal", "ent.example.com", "A", "RRSIG NSEC"],
    [
      "a type that the apex lacks",
      "example.com",
      "A",
      "NS SOA PTR MX TXT AAAA SRV NAPTR SSHFP RRSIG NSEC DNSKEY TLSA SVCB HTTPS SPF CAA",
    ],
    [
      "nothing for this client",
      "eu.example.com",
      "A",
      "PTR MX TXT AAAA SRV NAPTR SSHFP RRSIG NSEC TLSA SVCB HTTPS SPF CAA",
    ],
  ])("denies %s with one NSEC and NOERROR", (_, name, type, types) => {
    const answer = ask(name, type);
    const { rcode, answers, authorities } = show(answer);
    expect([rcode, answers]).toEqual(["NOERROR", []]);
    expect(brief(answer.authorities)).toEqual([
      "example.com. SOA",
      "example.com. RRSIG SOA",
      `${name}. NSEC`,
      `${name}. RRSIG NSEC`,
    ]);
    const listed = authorities[2]
      ?.replace(/^.* NSEC \\000\.\S+ /, "")
      .split(" ")
      .sort();
    expect(listed).toEqual(types.split(" ").sort());
    expectGood(answer.authorities);
  });

  it("denies what a CNAME leads to under that name", () => {
    const answer = ask("dangling.example.com", "A");
    expect(brief(answer.answers)).toEqual(["dangling.example.com. CNAME", "dangling.example.com. RRSIG CNAME"]);
    expect(brief(answer.authorities)).toContain("nowhere.example.com. NSEC");
    expect(show(answer).rcode).toBe("NOERROR");
  });

  it("signs a wildcard's answer as if its name were there, without a proof", () => {
    const answer = ask("x.wild.example.com", "A");
    expectGood(answer.answers);
    expect(Buffer.from(answer.answers[1]?.rdata ?? []).readUInt8(3)).toBe(4);
    expect(brief(answer.authorities)).not.toContain("x.wild.example.com. NSEC");
  });

  it("says in a referral what vouches for the child, or that nothing does", () => {
    const signed = ask("www.signed.example.com", "A");
    expect(brief(signed.authorities)).toEqual([
      "signed.example.com. NS",
      "signed.example.com. DS",
      "signed.example.com. RRSIG DS",
    ]);
    expectGood(signed.authorities);
    expect(brief(signed.additionals)).toEqual(["ns.signed.example.com. A"]);
    expect(signed.flags.authoritative).toBe(false);
    const plain = ask("www.unsigned.example.com", "A");
    expect(brief(plain.authorities)).toEqual([
      "unsigned.example.com. NS",
      "unsigned.example.com. NSEC",
      "unsigned.example.com. RRSIG NSEC",
    ]);
    expect(show(plain).authorities[1]).toBe("unsigned.example.com. 900 NSEC \\000.unsigned.example.com. NS RRSIG NSEC");
    expect(show(ask("unsigned.example.com", "DS")).authorities[2]).toContain("NS RRSIG NSEC");
    expect(brief(ask("signed.example.com", "DS").answers)).toEqual([
      "signed.example.com. DS",
      "signed.example.com. RRSIG DS",
    ]);
  });

  it("denies NSEC records to who asks for them, with one, and makes signatures when they are asked for", () => {
    for (const name of ["nowhere.example.com", "www.example.com", "example.com"]) {
      const answer = ask(name, "NSEC");
      expect([show(answer).rcode, answer.answers]).toEqual(["NOERROR", []]);
      expect(brief(answer.authorities).slice(2)).toEqual([`${name}. NSEC`, `${name}. RRSIG NSEC`]);
    }
    expect(brief(ask("www.example.com", "NSEC", {}).authorities)).toEqual(["example.com. SOA"]);
    expect(brief(ask("www.example.com", "RRSIG").answers)).toEqual(["www.example.com. RRSIG NSEC"]);
  });

  it("holds TTLs to a week, with DO and without", () => {
    for (const how of [DO, {}]) expect(ask("long.example.com", "A", how).answers[0]?.ttlSeconds).toBe(604_800);
    expect(ask("long.example.com", "A", {}, UDP, unsigned).answers[0]?.ttlSeconds).toBe(2_000_000);
  });

  it("gives those without DO what an unsigned zone gives", () => {
    for (const name of ["www.example.com", "nowhere.example.com", "x.wild.example.com", "www.signed.example.com"]) {
      for (const how of [{}, { edns: false } as const]) {
        expect(show(ask(name, "A", how))).toEqual(show(ask(name, "A", how, UDP, unsigned)));
      }
    }
    expect(show(ask("nowhere.example.com", "A", {})).rcode).toBe("NXDOMAIN");
  });

  it.each([512, 1232, 4096])("keeps to %i octets over UDP, and gives over TCP what did not fit", (udpSize) => {
    for (const [name, type] of [
      ["www.example.com", "A"],
      ["big.example.com", "TXT"],
      ["example.com", "DNSKEY"],
      ["www.signed.example.com", "A"],
      [`${"x".repeat(60)}.${"y".repeat(60)}.nowhere.example.com`, "A"],
    ] as const) {
      const how: Ask = { edns: { dnssecOk: true, udpSize } };
      const octets = server.respond(wireQuery(name, type, how), UDP) ?? Buffer.alloc(0);
      expect(octets.length).toBeLessThanOrEqual(udpSize);
      const answer = decodeMessage(octets);
      const whole = ask(name, type, how, TCP);
      expect(whole.flags.truncated).toBe(false);
      for (const section of [whole.answers, whole.authorities]) expectGood(section);
      // Either it is all there, but for what is a courtesy, or the client is told to come back.
      if (!answer.flags.truncated) expect(brief(answer.answers).sort()).toEqual(brief(whole.answers).sort());
    }
    expect(ask("big.example.com", "TXT", { edns: { dnssecOk: true, udpSize } }).flags.truncated).toBe(udpSize < 600);
  });

  it("signs whatever a policy chooses, however often it chooses something else of the same records", () => {
    const table = new ZonesByName();
    const signers = new ZoneSigners(() => now);
    const many = [...Array(10).keys()].map((n) =>
      routed("many.example.com", `${n}`, { kind: "multivalue" }, `192.0.2.${100 + n}`),
    );
    const short = records("short.example.com", "A", ["192.0.2.1"], 5);
    const zone = zoneOf("example.com", [
      ...many,
      short,
      records("*.wild.example.com", "A", ["192.0.2.77", "192.0.2.78"]),
    ]);
    table.put(compileZone(zone, signers.signerOf("Z1", zone.name, KEYS)));
    const choosing = new AuthoritativeServer({ table, surroundings: { ...surroundings, random: Math.random } });
    const chosen = new Set<string>();
    for (let asked = 0; asked < 60; asked++) {
      for (const name of ["many", `${asked % 3}.wild`, "short"]) {
        const { answers } = ask(`${name}.example.com`, "A", DO, UDP, choosing);
        expect(brief(answers).at(-1)).toBe(`${name}.example.com. RRSIG A`);
        expectGood(answers);
        if (name === "many") chosen.add(answers.map(({ rdata }) => rdata.at(3)).join());
      }
    }
    expect(chosen.size).toBeGreaterThan(10);
  });
});

describe("an unsigned zone", () => {
  it("answers those with DO as everybody else", () => {
    for (const [name, type] of [
      ["www.example.com", "A"],
      ["nowhere.example.com", "A"],
      ["example.com", "DNSKEY"],
    ] as const) {
      expect(show(ask(name, type, DO, UDP, unsigned))).toEqual(show(ask(name, type, {}, UDP, unsigned)));
    }
  });
});

/** P-256 signatures are never twice the same by chance. */
const signature = (of = server, name = "www.example.com") =>
  Buffer.from(ask(name, "A", DO, UDP, of).answers.at(-1)?.rdata ?? []).toString("hex");

describe("signatures", () => {
  it("are made once a day, and hold longer than what they cover is kept", () => {
    const first = signature();
    now += DAY_MS / 2 - 1;
    expect(signature()).toBe(first);
    now += 1;
    const second = signature();
    expect(second).not.toBe(first);
    const expiresMs = Buffer.from(second, "hex").readUInt32BE(8) * 1000;
    expect(expiresMs - (now + DAY_MS)).toBeGreaterThan(7 * DAY_MS);
    expect(Buffer.from(second, "hex").readUInt32BE(12) * 1000).toBeLessThanOrEqual(now - DAY_MS);
  });

  it("outlive a new version of their zone, and go with its keys", () => {
    const signers = new ZoneSigners(() => now);
    const first = signature(servingZone(signers));
    expect(signature(servingZone(signers))).toBe(first);
    const renewed = { ...KEYS, zoneSigningKey: newPrivateKey() };
    const third = servingZone(signers, renewed);
    expect(signature(third)).not.toBe(first);
    expectGood(ask("www.example.com", "A", DO, UDP, third).answers, renewed);
  });

  it("of names that nobody has are not kept", () => {
    const proof = () => {
      const composed = server.compose(wireQuery("nowhere.example.com", "A", DO), UDP);
      const rdata = composed && decodeMessage(composed).authorities[3]?.rdata;
      return Buffer.from(rdata ?? []).toString("hex");
    };
    expect(proof()).not.toBe(proof());
  });
});

const inception = (rrsig: ResourceRecord | undefined) => Buffer.from(rrsig?.rdata ?? []).readUInt32BE(12) * 1000;

describe("keys", () => {
  const second = newPrivateKey();
  const serving = (keys: ZoneKeys, signers = new ZoneSigners(() => now)) => servingZone(signers, keys);
  const keysOf = (of: AuthoritativeServer) => ask("example.com", "DNSKEY", DO, UDP, of).answers;

  it("that are about to sign, or have signed, are shown and do not sign", () => {
    const rolling = serving({ ...KEYS, otherZoneSigningKeys: [second] });
    const answers = keysOf(rolling);
    expect(brief(answers).filter((line) => line.endsWith(" DNSKEY"))).toHaveLength(4 + 2);
    expectGood(answers);
    expectGood(ask("www.example.com", "A", DO, UDP, rolling).answers);
    const rolled = { ...KEYS, zoneSigningKey: second, otherZoneSigningKeys: [KEYS.zoneSigningKey] };
    expectGood(ask("www.example.com", "A", DO, UDP, serving(rolled)).answers, {
      keySigningKeys: [],
      zoneSigningKey: second,
    });
  });

  it("that are out of reach give what they signed last, until it expires; the others go on", () => {
    const lost = KEYS.keySigningKeys[0] ?? "";
    const lostAt = now;
    const signers = new ZoneSigners(() => now);
    now += 5 * DAY_MS;
    const answers = keysOf(serving({ ...KEYS, outOfReach: new Map([[lost, lostAt]]) }, signers));
    expectGood(answers);
    const [one, other] = answers.filter(({ type }) => type === TYPE.RRSIG).map(inception);
    expect([one, other].sort()).toEqual([-1, 4].map((days) => Math.floor(lostAt / DAY_MS) * DAY_MS + days * DAY_MS));
    const back = keysOf(serving(KEYS, signers)).filter(({ type }) => type === TYPE.RRSIG);
    expect(new Set(back.map(inception)).size).toBe(1);
  });
});

describe("the zones above", () => {
  it("vouch for each other and for domains, with keys that are kept", () => {
    const store = new MemoryStore();
    const signing = { keysOf: parentKeys(store), signers: new ZoneSigners(() => now) };
    const parents = new ParentZones(signing);
    parents.setDelegation(domainName("myapp.com"), [domainName("ns1.example.net")], DS);
    parents.setDelegation(domainName("plain.com"), [domainName("ns1.example.net")]);
    const root = serving(parents.root);
    const suffixes = serving(parents.suffixes);
    const com = keyRecords(domainName("com"), publicKeyOf(signing.keysOf(domainName("com")).keySigningKeys[0] ?? ""));
    const referral = ask("myapp.com", "A", DO, UDP, root);
    expect(show(referral).authorities).toContain(`com. 86400 DS ${com.ds.toLowerCase()}`);
    expectGood(referral.authorities, signing.keysOf(domainName(".")));
    expect(show(ask("www.myapp.com", "A", DO, UDP, suffixes)).authorities).toContain(`myapp.com. 86400 DS ${DS[0]}`);
    expect(brief(ask("www.plain.com", "A", DO, UDP, suffixes).authorities)).toContain("plain.com. RRSIG NSEC");
    expect(brief(ask("co.uk", "DS", DO, UDP, suffixes).answers)).toEqual(["co.uk. DS", "co.uk. RRSIG DS"]);
    expect(show(ask(".", "DNSKEY", {}, UDP, root)).answers).toEqual(
      show(ask(".", "DNSKEY", {}, UDP, serving(new ParentZones({ ...signing, keysOf: parentKeys(store) }).root)))
        .answers,
    );
  });
});
