// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such texts are what is tested

import { describe, expect, it } from "vitest";
import { domainName } from "../../../src/route53/names.ts";
import { readMasterFile } from "../../../src/zonefile/master-file/read.ts";
import { recordSetsOf } from "../../../src/zonefile/record-sets.ts";

const ZONE = domainName("example.com");

/** `name ttl TYPE value` of every record; throws when something is wrong. */
function read(text: string): string[] {
  const { records, problems } = readMasterFile(text, ZONE);
  expect(problems).toEqual([]);
  return records.map(({ name, ttlSeconds, type, value }) => `${name} ${ttlSeconds} ${type} ${value}`);
}

/** `line:column code` of every mistake. */
function mistakes(text: string): string[] {
  const { records, problems } = readMasterFile(text, ZONE);
  const found = problems.length > 0 ? problems : recordSetsOf(records, ZONE).problems;
  return found.map(({ line, column, code }) => `${line}:${column} ${code}`);
}

describe("a master file's records", () => {
  it.each<[what: string, text: string, records: string[]]>([
    ["TTL, class and type", "www 300 IN A 192.0.2.1", ["www.example.com. 300 A 192.0.2.1"]],
    ["class before TTL", "www IN 300 A 192.0.2.1", ["www.example.com. 300 A 192.0.2.1"]],
    ["no class", "www 300 A 192.0.2.1", ["www.example.com. 300 A 192.0.2.1"]],
    ["the class by number", "www 300 CLASS1 A 192.0.2.1", ["www.example.com. 300 A 192.0.2.1"]],
    ["type and class in lower case", "www 300 in a 192.0.2.1", ["www.example.com. 300 A 192.0.2.1"]],
    ["the type by number", "www 300 TYPE1 192.0.2.1", ["www.example.com. 300 A 192.0.2.1"]],
    ["$TTL", "$TTL 60\nwww A 192.0.2.1", ["www.example.com. 60 A 192.0.2.1"]],
    [
      "$TTL before the TTL of the record before",
      "$TTL 60\na 5 A 192.0.2.1\nb A 192.0.2.1",
      ["a.example.com. 5 A 192.0.2.1", "b.example.com. 60 A 192.0.2.1"],
    ],
    [
      "no $TTL: the TTL of the record before",
      "a 5 A 192.0.2.1\nb A 192.0.2.1",
      ["a.example.com. 5 A 192.0.2.1", "b.example.com. 5 A 192.0.2.1"],
    ],
    [
      "no TTL at all: the SOA's minimum",
      "@ SOA ns hm 1 2 3 4 77\na A 192.0.2.1",
      ["example.com. 77 SOA ns.example.com. hm.example.com. 1 2 3 4 77", "a.example.com. 77 A 192.0.2.1"],
    ],
    [
      "time units",
      "$TTL 1h30m\na A 192.0.2.1\nb 1W2d3H4m5S A 192.0.2.1",
      ["a.example.com. 5400 A 192.0.2.1", "b.example.com. 788645 A 192.0.2.1"],
    ],
    ["a TTL of 0", "a 0 A 192.0.2.1", ["a.example.com. 0 A 192.0.2.1"]],
    ["the largest TTL", "a 2147483647 A 192.0.2.1", ["a.example.com. 2147483647 A 192.0.2.1"]],
    [
      "an owner that is left out",
      "a 5 A 192.0.2.1\n  A 192.0.2.2\n\t5 IN A 192.0.2.3",
      ["a.example.com. 5 A 192.0.2.1", "a.example.com. 5 A 192.0.2.2", "a.example.com. 5 A 192.0.2.3"],
    ],
    [
      "an owner that is left out after $ORIGIN",
      "a 5 A 192.0.2.1\n$ORIGIN b.example.com.\n A 192.0.2.2",
      ["a.example.com. 5 A 192.0.2.1", "a.example.com. 5 A 192.0.2.2"],
    ],
    ["@ for the origin", "@ 5 A 192.0.2.1", ["example.com. 5 A 192.0.2.1"]],
    [
      "$ORIGIN, absolute and relative",
      "$ORIGIN b.example.com.\na 5 A 192.0.2.1\n$ORIGIN c\n@ 5 A 192.0.2.2",
      ["a.b.example.com. 5 A 192.0.2.1", "c.b.example.com. 5 A 192.0.2.2"],
    ],
    ["the root as origin", "$ORIGIN .\nwww.example.com 5 A 192.0.2.1", ["www.example.com. 5 A 192.0.2.1"]],
    ["mixed case", "WwW.Example.COM. 5 CNAME Target.NET.", ["www.example.com. 5 CNAME target.net."]],
    ["comments and blank lines", "; a file\n\na 5 A 192.0.2.1 ; one\n   ; nothing\n", ["a.example.com. 5 A 192.0.2.1"]],
    [
      "line ends of Windows, and a byte order mark",
      "\uFEFFa 5 A 192.0.2.1\r\nb 5 A 192.0.2.2\r\n",
      ["a.example.com. 5 A 192.0.2.1", "b.example.com. 5 A 192.0.2.2"],
    ],
    [
      "parentheses over lines with comments",
      "@ 5 SOA ns hm ( 1 ; serial\n 1h ; refresh\n 2 3\n 1d )",
      ["example.com. 5 SOA ns.example.com. hm.example.com. 1 3600 2 3 86400"],
    ],
    [
      "an owner that is left out, with parentheses at the start of a line",
      "a 5 MX (\n10\nm )\n A 192.0.2.1",
      ["a.example.com. 5 MX 10 m.example.com.", "a.example.com. 5 A 192.0.2.1"],
    ],
    ["a text in quotation marks", 'a 5 TXT "one; (two)" "three"', ['a.example.com. 5 TXT "one; (two)" "three"']],
    ["strings side by side", 'a 5 TXT "one""two"', ['a.example.com. 5 TXT "one" "two"']],
    ["a text without quotation marks", "a 5 TXT v=spf1 -all", ['a.example.com. 5 TXT "v=spf1" "-all"']],
    ["an empty string", 'a 5 TXT ""', ['a.example.com. 5 TXT ""']],
    [
      "decimal escapes in text",
      'a 5 TXT "\\195\\164 \\"x\\" \\092"',
      ['a.example.com. 5 TXT "\\303\\244 \\"x\\" \\\\"'],
    ],
    ["characters beyond ASCII as their UTF-8", 'a 5 TXT "ä"', ['a.example.com. 5 TXT "\\303\\244"']],
    ["an escaped semicolon and blank", "a 5 TXT one\\;two\\ three", ['a.example.com. 5 TXT "one;two three"']],
    ["decimal escapes in a name", "a\\032b 5 A 192.0.2.1", ["a\\040b.example.com. 5 A 192.0.2.1"]],
    ["an escaped dot in a name", "a\\.b 5 A 192.0.2.1", ["a\\056b.example.com. 5 A 192.0.2.1"]],
    ["an escaped dot at the end of a name", "a\\. 5 A 192.0.2.1", ["a\\056.example.com. 5 A 192.0.2.1"]],
    ["an escaped @", "\\@ 5 A 192.0.2.1", ["@.example.com. 5 A 192.0.2.1"]],
    ["an escaped dollar sign", "\\$x 5 A 192.0.2.1", ["$x.example.com. 5 A 192.0.2.1"]],
    ["a wildcard", "*.w 5 A 192.0.2.1", ["*.w.example.com. 5 A 192.0.2.1"]],
    [
      "an owner that looks like a type or a time",
      "mx 5 A 192.0.2.1\n5m 5 A 192.0.2.2",
      ["mx.example.com. 5 A 192.0.2.1", "5m.example.com. 5 A 192.0.2.2"],
    ],
    ["AAAA", "a 5 AAAA 2001:DB8:0::1", ["a.example.com. 5 AAAA 2001:db8::1"]],
    [
      "CAA without quotation marks",
      "a 5 CAA 0 issue ca.example.net",
      ['a.example.com. 5 CAA 0 issue "ca.example.net"'],
    ],
    ["DS in groups", "a 5 DS 12345 13 2 ( AABB\n CCDD )", ["a.example.com. 5 DS 12345 13 2 aabbccdd"]],
    ["MX", "@ 5 MX 10 mail", ["example.com. 5 MX 10 mail.example.com."]],
    [
      "NAPTR",
      'a 5 NAPTR 100 50 s SIP+D2U "" _sip._udp',
      ['a.example.com. 5 NAPTR 100 50 "s" "SIP+D2U" "" _sip._udp.example.com.'],
    ],
    ["NS below the apex", "sub 5 NS ns.sub", ["sub.example.com. 5 NS ns.sub.example.com."]],
    ["PTR", "a 5 PTR b.", ["a.example.com. 5 PTR b."]],
    ["SPF", 'a 5 SPF "v=spf1 -all"', ['a.example.com. 5 SPF "v=spf1 -all"']],
    ["SRV", "_x._tcp 5 SRV 1 2 3 @", ["_x._tcp.example.com. 5 SRV 1 2 3 example.com."]],
    ["SSHFP", "a 5 SSHFP 4 2 AABB", ["a.example.com. 5 SSHFP 4 2 aabb"]],
    ["TLSA", "_443._tcp 5 TLSA 3 1 1 AA BB", ["_443._tcp.example.com. 5 TLSA 3 1 1 aabb"]],
    [
      "HTTPS",
      'a 5 HTTPS 1 . alpn="h2,h3" port=8443 ipv4hint=192.0.2.1',
      ['a.example.com. 5 HTTPS 1 . alpn="h2,h3" port=8443 ipv4hint=192.0.2.1'],
    ],
    ["SVCB as an alias", "a 5 SVCB 0 svc", ["a.example.com. 5 SVCB 0 svc.example.com."]],
    ["the generic form of data (RFC 3597)", "a 5 A \\# 4 C0000201", ["a.example.com. 5 A 192.0.2.1"]],
    ["type and data in the generic form", "a 5 TYPE15 \\# 5 000A016D00", ["a.example.com. 5 MX 10 m."]],
    [
      "$GENERATE",
      "$TTL 5\n$GENERATE 1-3 h$ A 192.0.2.$",
      ["h1.example.com. 5 A 192.0.2.1", "h2.example.com. 5 A 192.0.2.2", "h3.example.com. 5 A 192.0.2.3"],
    ],
    [
      "$GENERATE with steps, offsets, widths and bases",
      "$GENERATE 8-10/2 h${2,3,d} 5 IN A 192.0.2.${-8}\n$GENERATE 10-10 x${0,2,x} 5 CNAME o${0,0,o}",
      [
        "h010.example.com. 5 A 192.0.2.0",
        "h012.example.com. 5 A 192.0.2.2",
        "x0a.example.com. 5 CNAME o12.example.com.",
      ],
    ],
    [
      "$GENERATE with data of several fields and a dollar sign",
      '$GENERATE 1-1 h$ 5 MX "10 m$\\$"',
      ["h1.example.com. 5 MX 10 m1$.example.com."],
    ],
    ["nothing", "", []],
  ])("are read: %s", (_, text, records) => {
    expect(read(text)).toEqual(records);
  });
});

describe("a master file's mistakes", () => {
  it.each<[what: string, text: string, mistakes: string[]]>([
    ["$INCLUDE", "$INCLUDE other.zone", ["1:1 zonefile.include"]],
    ["an unknown directive", "$FOO 1", ["1:1 zonefile.unknown-directive"]],
    ["$ORIGIN without a name", "$ORIGIN", ["1:1 zonefile.bad-directive"]],
    ["$TTL with something else", "$TTL soon", ["1:6 zonefile.bad-ttl"]],
    ["a TTL that is too large", "a 2147483648 A 192.0.2.1", ["1:3 zonefile.bad-ttl"]],
    ["no TTL anywhere", "a A 192.0.2.1", ["1:3 zonefile.no-ttl"]],
    ["no owner before", "  5 A 192.0.2.1", ["1:3 zonefile.no-owner"]],
    ["no type", "a 5 IN", ["1:1 zonefile.no-type"]],
    ["an unknown type", "a 5 FOO bar", ["1:5 zonefile.unknown-type"]],
    ["a type that Route 53 does not host", "a 5 LOC 1 2 3 N 4 5 6 E 7m", ["1:5 zonefile.unsupported-type"]],
    ["an unknown type of RFC 3597", "a 5 TYPE65280 \\# 1 00", ["1:5 zonefile.unsupported-type"]],
    [
      "what a signer makes",
      "a 5 RRSIG A 13 3 5 20260101000000 20250101000000 1 example.com. AAAA",
      ["1:5 zonefile.unsupported-type"],
    ],
    ["another class", "a 5 CH A 192.0.2.1", ["1:5 zonefile.other-class"]],
    [
      "a name outside of the zone",
      "$ORIGIN example.net.\n a 5 A 192.0.2.1\nb 5 A 192.0.2.1",
      ["2:2 zonefile.no-owner", "3:1 zonefile.outside-zone"],
    ],
    ["data that is none of its type", "a 5 A 192.0.2\nb 5 MX mail", ["1:7 zonefile.bad-data", "2:8 zonefile.bad-data"]],
    ["data that is missing", "a 5 A", ["1:5 zonefile.bad-data"]],
    ["data that is too much", "a 5 A 192.0.2.1 192.0.2.2", ["1:7 zonefile.bad-data"]],
    ["generic data of a wrong length", "a 5 A \\# 3 C0000201", ["1:7 zonefile.bad-data"]],
    ["a string that is too long", `a 5 TXT "${"x".repeat(256)}"`, ["1:9 zonefile.bad-data"]],
    ["an escape beyond 255", "a\\256 5 A 192.0.2.1", ["1:1 zonefile.bad-escape"]],
    ["an escape of two digits", 'a 5 TXT "x\\25"', ["1:9 zonefile.bad-escape"]],
    ["an empty label", "a..b 5 A 192.0.2.1", ["1:1 zonefile.bad-name"]],
    ["a label that is too long", `${"x".repeat(64)} 5 A 192.0.2.1`, ["1:1 zonefile.bad-name"]],
    ["a string that stays open", 'a 5 TXT "x\nb 5 A 192.0.2.1', ["1:9 zonefile.quotation"]],
    ["a parenthesis that stays open", "a 5 A ( 192.0.2.1", ["1:7 zonefile.parenthesis"]],
    ["a parenthesis that was never opened", "a 5 A 192.0.2.1 )", ["1:17 zonefile.parenthesis"]],
    ["parentheses in parentheses", "a 5 A ( ( 192.0.2.1 )", ["1:9 zonefile.parenthesis"]],
    ["a range backwards", "$GENERATE 3-1 h$ 5 A 192.0.2.$", ["1:11 zonefile.bad-generate"]],
    ["a range without end", "$GENERATE 1-9999999 h$ 5 A 192.0.2.1", ["1:11 zonefile.bad-generate"]],
    ["a number below 0", "$GENERATE 1-2 h${-5} 5 A 192.0.2.1", ["1:15 zonefile.bad-generate"]],
    ["a base that there is not", "$GENERATE 1-2 h${0,1,q} 5 A 192.0.2.1", ["1:15 zonefile.bad-generate"]],
    ["a template that makes bad data", "$GENERATE 255-256 h$ 5 A 192.0.2.$", ["1:26 zonefile.bad-data"]],
    [
      "several at once, each in its place",
      "a 5 A x\nb 5 FOO y\n$NO\n",
      ["1:7 zonefile.bad-data", "2:5 zonefile.unknown-type", "3:1 zonefile.unknown-directive"],
    ],
    ["a CNAME beside another type", "a 5 CNAME b\na 5 A 192.0.2.1", ["2:1 zonefile.cname"]],
    ["a CNAME with two targets", "a 5 CNAME b\na 5 CNAME c", ["2:1 zonefile.cname"]],
    ["a CNAME at the apex", "@ 5 CNAME b.net.", ["1:1 zonefile.cname"]],
    ["an SOA below the apex", "a 5 SOA ns hm 1 2 3 4 5", ["1:1 zonefile.misplaced"]],
    ["a DS at the apex", "@ 5 DS 1 13 2 AABB", ["1:1 zonefile.misplaced"]],
    ["a wildcard that is delegated", "*.a 5 NS ns", ["1:1 zonefile.misplaced"]],
    ["more records than a set may have", "$GENERATE 1-401 a 5 TXT x$", ["1:1 zonefile.too-many-records"]],
  ])("are told with line and column: %s", (_, text, expected) => {
    expect(mistakes(text)).toEqual(expected);
  });

  it("do not keep the records after them from being read", () => {
    const { records } = readMasterFile("a 5 A x\n 5 A 192.0.2.2\nb 5 A 192.0.2.3", ZONE);
    expect(records.map(({ name }) => name)).toEqual(["a.example.com.", "b.example.com."]);
  });
});

describe("a master file's record sets", () => {
  const sets = (text: string) => recordSetsOf(readMasterFile(text, ZONE).records, ZONE);

  it("join records of one name and type, wherever they stand", () => {
    const { recordSets, notes } = sets("a 5 A 192.0.2.1\nb 5 A 192.0.2.2\nA 5 A 192.0.2.3");
    expect(notes).toEqual([]);
    expect(recordSets.map(({ set, place }) => [set.name, set.answer, place.line])).toEqual([
      ["a.example.com.", { kind: "records", ttlSeconds: 5, values: ["192.0.2.1", "192.0.2.3"] }, 1],
      ["b.example.com.", { kind: "records", ttlSeconds: 5, values: ["192.0.2.2"] }, 2],
    ]);
  });

  it("leave the NS and SOA of the zone itself alone, and say so", () => {
    const { recordSets, notes } = sets("@ 5 SOA ns hm 1 2 3 4 5\n@ 5 NS ns\nsub 5 NS ns");
    expect(recordSets.map(({ set }) => set.name)).toEqual(["sub.example.com."]);
    expect(notes).toEqual(["the SOA and NS of example.com itself stay as Route 53 has them"]);
  });

  it("count what stands there twice once, whatever its spelling", () => {
    const { recordSets, notes } = sets("a 5 AAAA 2001:db8::1\na 5 AAAA 2001:DB8:0::1");
    expect(recordSets[0]?.set.answer).toMatchObject({ values: ["2001:db8::1"] });
    expect(notes).toEqual(["line 2 says the same as line 1, and counts once"]);
  });

  it("take the lowest of several TTLs (RFC 2181 section 5.2)", () => {
    const { recordSets, notes } = sets("a 60 A 192.0.2.1\na 5 A 192.0.2.2");
    expect(recordSets[0]?.set.answer).toMatchObject({ ttlSeconds: 5 });
    expect(notes).toEqual(["the records of a.example.com A have the TTLs 60, 5; the set takes 5"]);
  });
});
