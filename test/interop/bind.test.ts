/** One zone on our name server and on BIND: whatever is asked, both answer alike. Where they may differ, it is said why. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { exchange, type ServerAddress } from "../../src/dns/client.ts";
import { decodeMessage, type Message, makeQuery, PLAIN_EDNS } from "../../src/dns/message.ts";
import { RCODE, TYPE, typeNumber } from "../../src/dns/types.ts";
import { delegationSetAt } from "../../src/local/nameserver/pool.ts";
import { type NameServers, startNameServers } from "../../src/local/nameserver/servers.ts";
import { type DomainName, domainName, InvalidNameError, parentOf } from "../../src/route53/names.ts";
import { RECORD_TYPES, type RecordSet } from "../../src/route53/record-set.ts";
import { eventually } from "../support/cli.ts";
import { exchangeRaw } from "../support/raw-dns.ts";
import { records, show, wireQuery, zoneOf } from "../unit/local/nameserver/fixtures.ts";
import { EVERY_TYPE } from "./every-type.ts";
import { describeWith, type Peer } from "./peers.ts";

/** Not installed for the tests: its package starts a name server of its own on port 53. */
const BIND: Peer = { name: "BIND", probe: ["named", "-v"], optional: true };

const long = "a".repeat(63);

const ZONE = zoneOf("example.com", [
  ...EVERY_TYPE,
  records("example.com", "A", ["192.0.2.1"]),
  records("example.com", "MX", ["10 mail.example.com.", "20 mail.example.net."]),
  records("mail.example.com", "A", ["192.0.2.25"]),
  records("mail.example.com", "AAAA", ["2001:db8::25"]),
  records("www.example.com", "A", ["192.0.2.1", "192.0.2.2"]),
  records("_sip._tcp.example.com", "SRV", ["1 10 5060 mail.example.com."]),
  // Wildcards, the closest encloser, empty non-terminals, and stars that are no wildcards.
  records("*.wild.example.com", "A", ["192.0.2.77"]),
  records("*.wild.example.com", "TXT", ['"wild"']),
  records("there.wild.example.com", "TXT", ['"there"']),
  records("a.ent.wild.example.com", "TXT", ['"below"']),
  records("*.deep.er.example.com", "A", ["192.0.2.88"]),
  records("x.*.mid.example.com", "A", ["192.0.2.89"]),
  records("*.mx.example.com", "MX", ["5 mail.example.com."]),
  // CNAMEs: chains, at wildcards, to what is not there, out of the zone, into a delegation.
  records("c1.example.com", "CNAME", ["c2.example.com."]),
  records("c2.example.com", "CNAME", ["www.example.com."]),
  records("dangling.example.com", "CNAME", ["nowhere.example.com."]),
  records("no-data.example.com", "CNAME", ["mail.example.com."]),
  records("to-wild.example.com", "CNAME", ["x.wild.example.com."]),
  records("to-ent.example.com", "CNAME", ["ent.wild.example.com."]),
  records("to-sub.example.com", "CNAME", ["www.sub.example.com."]),
  records("to-apex.example.com", "CNAME", ["example.com."]),
  records("out.example.com", "CNAME", ["www.example.net."]),
  records("*.cw.example.com", "CNAME", ["www.example.com."]),
  records("*.cwnx.example.com", "CNAME", ["nowhere.example.com."]),
  records("*.cwsub.example.com", "CNAME", ["www.sub.example.com."]),
  // Delegations: with glue, of servers elsewhere, below a wildcard, too large for UDP.
  records("sub.example.com", "NS", ["ns1.sub.example.com.", "ns2.sub.example.com.", "ns.example.net."]),
  records("sub.example.com", "DS", [`12345 13 2 ${"ab".repeat(32)}`]),
  records("ns1.sub.example.com", "A", ["192.0.2.53"]),
  records("ns2.sub.example.com", "AAAA", ["2001:db8::53"]),
  records("*.wdel.example.com", "A", ["192.0.2.90"]),
  records("cut.wdel.example.com", "NS", ["ns.example.net."]),
  records(
    "large.example.com",
    "NS",
    Array.from({ length: 30 }, (_, index) => `ns-${index}-of-many.large.example.com.`),
  ),
  // Odd names and long data.
  records("with\\040space.example.com", "A", ["192.0.2.92"]),
  records("with\\056dot.example.com", "A", ["192.0.2.93"]),
  records("with\\377octet.example.com", "A", ["192.0.2.94"]),
  records(`${long}.${long}.${long}.example.com`, "A", ["192.0.2.95"]),
  records("text.example.com", "TXT", [`"${"t".repeat(255)}" "second" ""`]),
  records(
    "big.example.com",
    "TXT",
    Array.from({ length: 60 }, (_, index) => `"${"x".repeat(60)}${index}"`),
  ),
  records("caa.example.com", "CAA", ['0 issue "ca.example.net"']),
  records("naptr.example.com", "NAPTR", ['10 10 "u" "E2U+sip" "!^.*$!sip:x@example.com!" .']),
  records("https.example.com", "HTTPS", ["1 . alpn=h2"]),
]);

const TYPES = ["A", "AAAA", "CNAME", "NS", "SOA", "MX", "TXT", "DS", "SRV", "RRSIG", "TYPE65280", "MAILA"];

/** Master files escape in decimal, Route 53 in octal. */
function masterFile(sets: readonly RecordSet[]): string {
  const decimal = (text: string) =>
    text.replace(/\\([0-7]{3})/g, (_, octal) => `\\${String(Number.parseInt(octal, 8)).padStart(3, "0")}`);
  return sets
    .flatMap(({ name: owner, type, answer }) =>
      answer.kind === "records"
        ? answer.values.map((v) => `${decimal(owner)} ${answer.ttlSeconds} IN ${type} ${decimal(v)}`)
        : [],
    )
    .map((line) => `${line}\n`)
    .join("");
}

/** Every owner, what is above it, and what could be below each of those. */
function namesToAsk(): DomainName[] {
  const names = new Set<string>(["com.", "example.net.", "."]);
  for (const { name } of ZONE.recordSets) {
    for (let at: DomainName | undefined = name; at !== undefined && at !== "com."; at = parentOf(at)) {
      for (const below of ["", "zz.", "zz.yy.", "*.", "*.*.", "x.*."]) names.add(below + at);
    }
  }
  return [...names].flatMap((name) => {
    try {
      return domainName(name);
    } catch (error) {
      // What is below a long name may be too long.
      if (error instanceof InvalidNameError) return [];
      throw error;
    }
  });
}

describeWith(BIND, () => {
  let folder: string;
  let named: ChildProcess;
  let servers: NameServers;
  let ours: ServerAddress;
  let theirs: ServerAddress;

  beforeAll(async () => {
    servers = await startNameServers({
      port: 0,
      clock: systemClock(),
      health: { isHealthy: () => true },
      onQuery: () => undefined,
    });
    servers.publishZone(ZONE);
    await servers.settled();
    ours = { address: delegationSetAt(0)[0]?.address ?? "", port: servers.port };
    // named listens on addresses that are set up only, which 127.0.0.1 is; our port is free there.
    theirs = { address: "127.0.0.1", port: servers.port };
    folder = await mkdtemp(join(tmpdir(), "r53kit-bind-"));
    await writeFile(join(folder, "zone"), masterFile(ZONE.recordSets));
    await writeFile(
      join(folder, "named.conf"),
      `options {
         directory "${folder}"; pid-file none; session-keyfile none; lock-file none;
         listen-on port ${theirs.port} { 127.0.0.1; }; listen-on-v6 { none; };
         // Each type is asked for at once, on a connection of its own; what the queue has no room for would come a second later.
         tcp-listen-queue 64;
         recursion no; minimal-responses no; max-udp-size 4096; notify no; zero-no-soa-ttl no; server-id none;
       };
       controls { };
       zone "example.com" { type primary; file "zone"; check-names ignore; check-integrity no; };\n`,
    );
    // One thread, so that it answers in the order in which it is asked.
    named = spawn("named", ["-g", "-n", "1", "-c", join(folder, "named.conf")], { stdio: "ignore" });
    const query = makeQuery({ name: domainName("example.com"), type: TYPE.SOA });
    await eventually("named's answer", () =>
      exchange({ server: theirs, query, transport: "tcp", timeoutMs: 5000, tries: 1 }).then(
        ({ response }) => (response.rcode === RCODE.NOERROR ? true : undefined),
        () => undefined,
      ),
    );
  }, 90_000);

  afterAll(async () => {
    named?.kill("SIGKILL");
    await Promise.all([servers?.close(), rm(folder, { recursive: true, force: true })]);
  });

  async function ask(server: ServerAddress, query: Message, transport: "udp" | "tcp"): Promise<Message> {
    return (await exchange({ server, query, transport, timeoutMs: 5000, tries: 3 })).response;
  }

  /** What has to be the same, in an order of its own. */
  function essence(response: Message) {
    const { rcode, flags, answers, authorities, additionals } = show(response);
    const whole = !response.flags.truncated;
    const last = response.answers.at(-1)?.type;
    // To every positive answer we add the zone's NS records, as Route 53 does; BIND not where a CNAME leads out of the zone,
    // nor to a DS record.
    const courtesy =
      (last === TYPE.CNAME || last === TYPE.DS) &&
      authorities.every((line) => line.startsWith("example.com. 172800 NS "));
    return {
      rcode,
      flags,
      questions: response.questions.length,
      edns: response.edns !== undefined,
      // What is left of a truncated answer is the server's choice (RFC 2181 section 9).
      answers: whole ? [...answers].sort() : [],
      authorities: whole && !courtesy ? [...authorities].sort() : [],
      additionals: whole && !courtesy ? [...additionals].sort() : [],
    };
  }

  it.each([
    ["UDP with EDNS", "udp", PLAIN_EDNS],
    ["plain UDP", "udp", undefined],
    ["TCP", "tcp", PLAIN_EDNS],
  ] as const)(
    "and we give the same answers over %s",
    async (_, transport, edns) => {
      for (const name of namesToAsk()) {
        await Promise.all(
          TYPES.map(async (type) => {
            const query = makeQuery({ name, type: typeNumber(type) ?? 0, ...(edns === undefined ? {} : { edns }) });
            const [mine, other] = await Promise.all([ask(ours, query, transport), ask(theirs, query, transport)]);
            expect({ name, type, ...essence(mine) }).toEqual({ name, type, ...essence(other) });
          }),
        );
      }
    },
    120_000,
  );

  it("and we give the data of every type Route 53 has octet by octet", async () => {
    const asked = [
      ...EVERY_TYPE.map(({ name, type }) => ({ name, type })),
      { name: domainName("example.com"), type: "SOA" },
      { name: domainName("example.com"), type: "NS" },
    ];
    expect(new Set(asked.map(({ type }) => type))).toEqual(new Set(RECORD_TYPES));
    for (const { name, type } of asked) {
      const query = makeQuery({ name, type: typeNumber(type) ?? 0 });
      const [mine, other] = await Promise.all([ask(ours, query, "tcp"), ask(theirs, query, "tcp")]);
      const data = ({ answers, authorities }: Message) =>
        [...answers, ...authorities]
          .filter((record) => record.name === name && record.type === typeNumber(type))
          .map(({ ttlSeconds, rdata }) => `${ttlSeconds} ${Buffer.from(rdata).toString("hex")}`)
          .sort();
      expect({ name, type, data: data(mine) }).toEqual({ name, type, data: data(other) });
      expect(data(mine).length).toBeGreaterThan(0);
    }
  });

  const plain = wireQuery("www.example.com", "A", { edns: false });

  const withEdns = wireQuery("www.example.com", "A");
  const option = (code: number, hex: string) => {
    const data = Uint8Array.from(Buffer.from(hex, "hex"));
    return wireQuery("www.example.com", "A", { edns: { options: [{ kind: "unknown", code, data }] } });
  };
  const changed = (octets: Buffer, change: (copy: Buffer) => void) => {
    const copy = Buffer.from(octets);
    change(copy);
    return copy;
  };

  /** Octets as they are; undefined when the answer to what was sent behind them is the first to come back. */
  async function askOctets(server: ServerAddress, octets: Buffer): Promise<Message | undefined> {
    const behind = changed(plain, (copy) => copy.writeUInt16BE(octets.readUInt16BE(0) ^ 0xffff, 0));
    const heard = await exchangeRaw(server, "UDP", [octets, behind]);
    expect(heard.length).toBeLessThanOrEqual(2);
    return heard.length === 2 ? decodeMessage(heard[0] as Buffer) : undefined;
  }

  /** A query's header and its OPT record. */
  const withoutQuestion = (query: Buffer) =>
    changed(Buffer.concat([query.subarray(0, 12), query.subarray(plain.length)]), (copy) => copy.writeUInt16BE(0, 4));

  it.each<[string, Buffer]>([
    ["a later EDNS version", wireQuery("www.example.com", "A", { edns: { version: 1 } })],
    ["EDNS flags nobody knows", changed(withEdns, (copy) => copy.writeUInt16BE(0x7fff, copy.length - 4))],
    ["an EDNS option nobody knows", option(65_001, "6869")],
    [
      "two OPT records",
      changed(Buffer.concat([withEdns, withEdns.subarray(-11)]), (copy) => copy.writeUInt16BE(2, 10)),
    ],
    ["a cookie of four octets", option(10, "01020304")],
    ["a client subnet with bits beyond its prefix", option(8, "00011400c633ff")],
    ["a client subnet with too few octets", option(8, "00011800c633")],
    ["a client subnet of a family nobody knows", option(8, "0003080001")],
    ["a client subnet of no family", option(8, "00000000")],
    ["no question", changed(plain.subarray(0, 12), (copy) => copy.writeUInt16BE(0, 4))],
    [
      "no question, with EDNS",
      changed(
        Buffer.concat([plain.subarray(0, 12), withEdns.subarray(-11)]),
        (copy) => copy.writeUInt32BE(1, 8) && copy.writeUInt16BE(0, 4),
      ),
    ],
    ["no question but a client cookie", withoutQuestion(option(10, "0102030405060708"))],
    ["a client cookie", option(10, "0102030405060708")],
    ["a cookie of another server", option(10, `0102030405060708${"ab".repeat(16)}`)],
    ["a TCP keepalive of one octet", option(11, "01")],
    ["an extended error", option(15, "0001")],
    ["NSID with data", option(3, "0102")],
    ["padding", option(12, "0000")],
    ["two questions", changed(Buffer.concat([plain, plain.subarray(12)]), (copy) => copy.writeUInt16BE(2, 4))],
    ["a name that points to itself", changed(plain, (copy) => copy.writeUInt16BE(0xc00c, 12))],
    ["a label of 64 octets", changed(plain, (copy) => copy.writeUInt8(64, 12))],
    ["more records than there are", changed(plain, (copy) => copy.writeUInt16BE(1, 10))],
    ["octets behind the message", Buffer.concat([plain, Buffer.from("more")])],
    ["a header alone", plain.subarray(0, 12)],
    ["half a header", plain.subarray(0, 6)],
    ["an answer", changed(plain, (copy) => copy.writeUInt8(0x80, 2))],
    ["opcode IQUERY", changed(plain, (copy) => copy.writeUInt8(1 << 3, 2))],
    ["opcode STATUS with EDNS", changed(withEdns, (copy) => copy.writeUInt8(2 << 3, 2))],
    ["opcode 15 with EDNS", changed(withEdns, (copy) => copy.writeUInt8(15 << 3, 2))],
    ["type 0", wireQuery("www.example.com", "TYPE0")],
    ["type OPT", wireQuery("www.example.com", "OPT")],
    ["type TKEY", wireQuery("www.example.com", "TKEY")],
    ["type TSIG", wireQuery("www.example.com", "TSIG")],
    ["class CH", changed(plain, (copy) => copy.writeUInt16BE(3, copy.length - 2))],
    ["RD, CD and AD", changed(withEdns, (copy) => copy.writeUInt16BE(0x0130, 2))],
  ])("and we say the same to %s", async (_, octets) => {
    const [mine, other] = await Promise.all([askOctets(ours, octets), askOctets(theirs, octets)]);
    expect(mine && essence(mine)).toEqual(other && essence(other));
  });

  it("and we differ on half an extended error, which says nothing in a query (RFC 8914 section 2)", async () => {
    const octets = option(15, "01");
    const [mine, other] = await Promise.all([askOctets(ours, octets), askOctets(theirs, octets)]);
    expect([mine?.rcode, other?.rcode]).toEqual([RCODE.NOERROR, RCODE.FORMERR]);
  });
});
