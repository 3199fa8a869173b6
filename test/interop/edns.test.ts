/** dig with the flags of ISC's EDNS compliance tester, asked of an authoritative server: what it prints is what the tester looks for. */

import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { delegationSetAt } from "../../src/local/nameserver/pool.ts";
import { type NameServers, startNameServers } from "../../src/local/nameserver/servers.ts";
import { records, zoneOf } from "../unit/local/nameserver/fixtures.ts";
import { DIG, describeWith, runProcess } from "./peers.ts";

const [SERVER] = delegationSetAt(0);

describeWith(DIG, () => {
  let servers: NameServers;

  beforeAll(async () => {
    servers = await startNameServers({
      port: 0,
      clock: systemClock(),
      health: { isHealthy: () => true },
      onQuery: () => undefined,
    });
    servers.publishZone(
      zoneOf("example.com", [
        records("www.example.com", "A", ["192.0.2.1"]),
        records(
          "big.example.com",
          "TXT",
          Array.from({ length: 40 }, (_, index) => `"${"x".repeat(60)}${index}"`),
        ),
      ]),
    );
    await servers.settled();
  });
  afterAll(() => servers.close());

  async function dig(...args: readonly string[]): Promise<string> {
    const server = [`@${SERVER?.address}`, "-p", String(servers.port), "+norec", "+tries=1", "+time=20"];
    const { stdout } = await runProcess("dig", [...server, ...args], {
      env: { PATH: process.env.PATH, HOME: "/nonexistent" },
    });
    return stdout;
  }

  const SOA = /SOA\tns-/;
  const OPT_0 = /EDNS: version: 0, flags:; udp: 4096/;

  it.each<[what: string, args: string, says: readonly RegExp[], never: readonly RegExp[]]>([
    ["dns", "+noedns", [/NOERROR/, SOA, /flags: qr aa;/], [/OPT PSEUDOSECTION/]],
    ["dns1", "+noedns -t TYPE1000", [/NOERROR/, /ANSWER: 0/], [/OPT PSEUDOSECTION/]],
    ["edns", "+edns=0 +nocookie", [/NOERROR/, SOA, OPT_0], [/COOKIE/]],
    ["edns1", "+edns=1 +noednsneg +nocookie", [/BADVERS/, OPT_0], [SOA]],
    ["edns@512", "+edns=0 +bufsize=512 +ignore -q big.example.com -t TXT", [/flags: qr aa tc;/, OPT_0], []],
    ["ednsopt", "+edns=0 +nocookie +ednsopt=100", [/NOERROR/, SOA, OPT_0], [/OPT=100/]],
    ["edns1opt", "+edns=1 +noednsneg +nocookie +ednsopt=100", [/BADVERS/, OPT_0], [SOA, /OPT=100/]],
    ["do", "+edns=0 +nocookie +dnssec", [/NOERROR/, SOA, /version: 0, flags: do;/], []],
    ["edns1do", "+edns=1 +noednsneg +nocookie +dnssec", [/BADVERS/, /version: 0, flags: do;/], [SOA]],
    ["ednsflags", "+edns=0 +nocookie +ednsflags=0x80", [/NOERROR/, SOA, OPT_0], [/MBZ/]],
    ["edns1flags", "+edns=1 +noednsneg +nocookie +ednsflags=0x80", [/BADVERS/, OPT_0], [SOA, /MBZ/]],
    [
      "docookie",
      "+edns=0 +dnssec +cookie=0123456789abcdef",
      [/COOKIE: 0123456789abcdef01000000[0-9a-f]{24} \(good\)/],
      [],
    ],
    ["badcookie", "+edns=0 +cookie=0123456789abcdef", [/NOERROR/, SOA, /COOKIE: .*\(good\)/], [/BADCOOKIE/]],
    ["nsid", "+edns=0 +nsid", [/NOERROR/, /NSID: .*\("ns-\d+\.awsdns-\d+\.com"\)/], []],
    ["subnet", "+edns=0 +nocookie +subnet=0.0.0.0/0", [/NOERROR/, SOA, /CLIENT-SUBNET: 0\.0\.0\.0\/0\/0/], []],
    [
      "optlist",
      "+edns=0 +nsid +subnet=198.51.100.0/24 +expire +cookie",
      [/NSID/, /CLIENT-SUBNET/, /COOKIE/],
      [/EXPIRE/],
    ],
    ["padding", "+edns=0 +nocookie +padding=64", [/NOERROR/, SOA, OPT_0], [/PAD/]],
    ["keepalive", "+edns=0 +nocookie +keepalive +tcp", [/NOERROR/, SOA, /TCP.KEEPALIVE: 10\.0 secs/], []],
    ["ednstcp", "+edns=0 +tcp -q big.example.com -t TXT", [/ANSWER: 40/, /\(TCP\)/], [/flags:[^;]* tc/]],
    [
      "truncated and asked again",
      "+edns=0 +bufsize=512 -q big.example.com -t TXT",
      [/Truncated, retrying in TCP/, /ANSWER: 40/],
      [],
    ],
    ["header only", "+header-only +noedns", [/FORMERR/, /QUERY: 0/], []],
    ["header only, with a cookie", "+header-only +edns=0 +cookie", [/NOERROR/, /QUERY: 0/, /\(good\)/], []],
    ["opcode 15", "+opcode=15 +noedns +header-only", [/opcode: RESERVED15, status: NOTIMP/], []],
    ["opcode 15 with EDNS", "+opcode=15 +edns=0 +nocookie", [/NOTIMP/, /EDE: 21 \(Not Supported\)/], [SOA]],
    ["notify", "+opcode=notify +noedns", [/opcode: NOTIFY, status: NOTIMP/], []],
    ["update", "+opcode=update +noedns", [/opcode: UPDATE, status: NOTIMP/], []],
    ["zflag", "+zflag +noedns", [/NOERROR/, SOA], [/MBZ/]],
    ["adflag", "+adflag +noedns", [/NOERROR/, /flags: qr aa;/], []],
    ["cdflag", "+cdflag +noedns", [/flags: qr aa cd;/], []],
    ["aaflag and raflag", "+aaflag +raflag +noedns", [/NOERROR/, /flags: qr aa;/], []],
    ["axfr", "-q example.com -t AXFR", [/Transfer failed/], []],
    ["ixfr", "+noedns -q example.com -t IXFR=1", [/Transfer failed/], []],
    ["any", "-q www.example.com -t ANY", [/NOERROR/, /ANSWER: 1/], []],
    ["chaos", "-c CH -q version.bind -t TXT", [/REFUSED/], []],
    ["another's zone", "-q example.net -t A", [/REFUSED/, /EDE: 20 \(Not Authoritative\)/], []],
  ])("%s: dig %s", async (_, args, says, never) => {
    const question = args.includes("-q ") ? [] : ["-q", "example.com"];
    const type = args.includes("-t ") ? [] : ["-t", "SOA"];
    const stdout = await dig(...question, ...type, ...args.split(" "));
    for (const text of says) expect(stdout).toMatch(text);
    for (const text of never) expect(stdout).not.toMatch(text);
    expect(stdout).not.toMatch(/malformed|extra bytes|bad packet|timed out|no servers/i);
  });

  it("keeps the capitals of a question", async () => {
    expect(await dig("-q", "wWw.ExAmPlE.cOm", "-t", "A")).toMatch(/^;wWw\.ExAmPlE\.cOm\.\s+IN\s+A$/m);
  });
});
