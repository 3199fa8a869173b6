/** The battery on simple record sets: every type, and the spellings that are no change. */

import { type CaseRow, records as R } from "./case.ts";

/** One of each type: an entry, another value for it, and a second value where the type may have two. */
const TYPES: readonly (readonly [type: string, name: string, a: string, b: string, list: boolean])[] = [
  ["A", "www", "192.0.2.1", "192.0.2.2", true],
  ["AAAA", "www", '"2001:db8::1"', '"2001:db8::2"', true],
  ["CAA", "www", `'0 issue "a.example.net"'`, `'0 issue "b.example.net"'`, true],
  ["CNAME", "www", "a.example.net.", "b.example.net.", false],
  ["DS", "www", `"1 13 2 ${"AB".repeat(32)}"`, `"2 13 2 ${"CD".repeat(32)}"`, true],
  ["HTTPS", "www", '"1 a.example.net. alpn=h2"', '"2 b.example.net. alpn=h3"', true],
  ["MX", "www", '"10 a.example.net."', '"20 b.example.net."', true],
  ["NAPTR", "www", `'100 50 "s" "x" "" a.example.net.'`, `'100 60 "s" "x" "" b.example.net.'`, true],
  ["NS", "www", "a.example.net.", "b.example.net.", true],
  ["PTR", "www", "a.example.net.", "b.example.net.", true],
  ["SPF", "www", '"v=spf1 -all"', '"v=spf1 mx -all"', true],
  ["SRV", "_sip._tcp", '"1 10 5060 a.example.net."', '"1 20 5060 b.example.net."', true],
  ["SSHFP", "www", `"4 2 ${"ab".repeat(32)}"`, `"4 2 ${"cd".repeat(32)}"`, true],
  ["SVCB", "www", '"1 a.example.net. port=53"', '"2 b.example.net. port=54"', true],
  ["TLSA", "_443._tcp", `"3 1 1 ${"ab".repeat(32)}"`, `"3 1 1 ${"cd".repeat(32)}"`, true],
  ["TXT", "www", "one", "two", true],
];

function perType([type, name, a, b, list]: (typeof TYPES)[number]): CaseRow[] {
  // A DS stands beside the delegation it is of.
  const beside = type === "DS" ? [`name: ${name}, type: NS, ttl: 60, values: [ns.example.net.]`] : [];
  const set = (values: string, ttl = 60) =>
    R(...beside, `name: ${name}, type: ${type}, ttl: ${ttl}, values: [${values}]`);
  const key = `${name} ${type}`;
  const none = R(...beside);
  const rows: CaseRow[] = [
    [`a new ${type}`, none, set(a), `CREATE ${key}`],
    [`another value of ${type}`, set(a), set(b), `UPSERT ${key}`],
    [`another TTL of ${type}`, set(a), set(a, 30), `UPSERT ${key}`],
    [`no ${type} any more`, set(a), none, `DELETE ${key}`],
  ];
  if (list) {
    rows.push([`a second value of ${type}`, set(a), set(`${a}, ${b}`), `UPSERT ${key}`]);
    rows.push([`the values of ${type} in another order`, set(`${a}, ${b}`), set(`${b}, ${a}`)]);
  }
  return rows;
}

const LONG = "long ".repeat(80);

const ONE = (more: string) => R(`name: www, ${more}`);

/** Two spellings of one thing, as people and tools have them. */
const SAME: readonly CaseRow[] = [
  [
    "an IPv6 address in another form",
    ONE('type: AAAA, ttl: 60, values: ["2001:DB8:0:0:0::1"]'),
    ONE('type: AAAA, ttl: 60, values: ["2001:db8::1"]'),
  ],
  [
    "an IPv4 address in an IPv6 one",
    ONE('type: AAAA, ttl: 60, values: ["::ffff:192.0.2.1"]'),
    ONE('type: AAAA, ttl: 60, values: ["::ffff:c000:201"]'),
  ],
  [
    "a host name without its dot",
    ONE("type: CNAME, ttl: 60, values: [target.example.net.]"),
    ONE("type: CNAME, ttl: 60, values: [target.example.net]"),
  ],
  [
    "a host name in capitals",
    ONE("type: CNAME, ttl: 60, values: [target.example.net]"),
    ONE("type: CNAME, ttl: 60, values: [Target.EXAMPLE.net]"),
  ],
  [
    "white space in an MX",
    ONE('type: MX, ttl: 60, values: ["10 mail.example.net."]'),
    ONE('type: MX, ttl: 60, values: ["10    Mail.example.net"]'),
  ],
  [
    "a CAA value with and without its quotation marks",
    ONE(`type: CAA, ttl: 60, values: ['0 issue "ca.example.net"']`),
    ONE("type: CAA, ttl: 60, values: [0 issue ca.example.net]"),
  ],
  [
    "text with and without its quotation marks",
    ONE("type: TXT, ttl: 60, values: [hello there]"),
    ONE(`type: TXT, ttl: 60, values: ['"hello there"']`),
  ],
  [
    "escapes in text",
    ONE(`type: TXT, ttl: 60, values: ['"a\\"b\\\\c"']`),
    ONE(`type: TXT, ttl: 60, values: ['"\\141\\"\\142\\134c"']`),
  ],
  [
    "text beyond ASCII as letters and as octal escapes",
    ONE("type: TXT, ttl: 60, values: [grüße]"),
    ONE(`type: TXT, ttl: 60, values: ['"gr\\303\\274\\303\\237e"']`),
  ],
  [
    "text of more than 255 octets, cut by hand",
    ONE(`type: TXT, ttl: 60, values: ["${LONG}"]`),
    ONE(`type: TXT, ttl: 60, values: ['"${LONG.slice(0, 255)}" "${LONG.slice(255)}"']`),
  ],
  [
    "parameters of an HTTPS record in another order",
    ONE('type: HTTPS, ttl: 60, values: ["1 . alpn=h2 ipv4hint=192.0.2.1"]'),
    ONE('type: HTTPS, ttl: 60, values: ["1 . ipv4hint=192.0.2.1 alpn=h2"]'),
  ],
  [
    "hexadecimal digits in capitals",
    R(`name: _443._tcp, type: TLSA, ttl: 60, values: ["3 1 1 ${"ab".repeat(32)}"]`),
    R(`name: _443._tcp, type: TLSA, ttl: 60, values: ["3 1 1 ${"AB".repeat(32)}"]`),
  ],
  [
    "an owner in capitals",
    R("name: www, type: A, ttl: 60, values: [192.0.2.1]"),
    R("name: WWW, type: A, ttl: 60, values: [192.0.2.1]"),
  ],
  [
    "an owner written whole, with its dot",
    R("name: www, type: A, ttl: 60, values: [192.0.2.1]"),
    R("name: www.example.com., type: A, ttl: 60, values: [192.0.2.1]"),
  ],
  [
    "the apex by its name",
    R("name: '@', type: A, ttl: 60, values: [192.0.2.1]"),
    R("name: example.com, type: A, ttl: 60, values: [192.0.2.1]"),
  ],
  [
    "an owner with an escape that it does not need",
    R("name: 'a!b', type: A, ttl: 60, values: [192.0.2.1]"),
    R("name: 'a\\041b', type: A, ttl: 60, values: [192.0.2.1]"),
  ],
  [
    "a wildcard with its octal escape",
    R("name: '*.w', type: A, ttl: 60, values: [192.0.2.1]"),
    R("name: '\\052.w', type: A, ttl: 60, values: [192.0.2.1]"),
  ],
  [
    "entries in another order",
    R("name: a, type: A, ttl: 60, values: [192.0.2.1]", "name: b, type: A, ttl: 60, values: [192.0.2.2]"),
    R("name: b, type: A, ttl: 60, values: [192.0.2.2]", "name: a, type: A, ttl: 60, values: [192.0.2.1]"),
  ],
];

const A = (name: string, value = "192.0.2.1") => `name: ${name}, type: A, ttl: 60, values: [${value}]`;

const MANY = (count: number, from = 0) =>
  R(...Array.from({ length: count }, (_, i) => A(`h${String(i + from).padStart(4, "0")}`)));

const OTHERS: readonly CaseRow[] = [
  ["nothing", "", ""],
  ["a TTL of 0", R(A("www")), R("name: www, type: A, ttl: 0, values: [192.0.2.1]"), "UPSERT www A"],
  ["one value of two", R(A("www", "192.0.2.1, 192.0.2.2")), R(A("www")), "UPSERT www A"],
  [
    "text in another case",
    ONE("type: TXT, ttl: 60, values: [Token]"),
    ONE("type: TXT, ttl: 60, values: [token]"),
    "UPSERT www TXT",
  ],
  [
    "a space more in text",
    ONE("type: TXT, ttl: 60, values: [a b]"),
    ONE('type: TXT, ttl: 60, values: ["a  b"]'),
    "UPSERT www TXT",
  ],
  ["text that looks like a variable", "", ONE("type: TXT, ttl: 60, values: ['$${HOME} $HOME']"), "CREATE www TXT"],
  [
    "text of several strings",
    "",
    ONE(`type: TXT, ttl: 60, values: ['"one" "two"', '""', '"three # four"']`),
    "CREATE www TXT",
  ],
  ["a wildcard", "", R(A("'*'"), A("'*.deep'")), "CREATE * A + CREATE *.deep A"],
  ["a star that is no wildcard's", "", R(A("'\\052a'")), "CREATE *a A"],
  [
    "records of the apex",
    "",
    R(
      A("'@'"),
      "name: '@', type: MX, ttl: 60, values: ['10 mail.example.net.']",
      "name: '@', type: TXT, ttl: 60, values: [x]",
    ),
    "CREATE @ A + CREATE @ MX + CREATE @ TXT",
  ],
  ["a name with a dot in its label", "", R(A("'a\\056b'")), "CREATE a\\056b A"],
  [
    "a name with a space, and one that is an at sign",
    "",
    R(A("'a\\040b'"), A("'\\100.example.com.'")),
    "CREATE a\\040b A + CREATE @ A",
  ],
  ["a name that looks like the zone's", "", R(A("example.com.example.com.")), "CREATE example.com A"],
  [
    "names that YAML takes for numbers and truth values",
    "",
    R(A('"010"'), A('"yes"'), A('"1.10"'), A('"null"')),
    "CREATE 010 A + CREATE yes A + CREATE 1.10 A + CREATE null A",
  ],
  [
    "a delegation with glue and DS",
    "",
    R(
      "name: sub, type: NS, ttl: 60, values: [ns.sub.example.com.]",
      A("ns.sub"),
      `name: sub, type: DS, ttl: 60, values: ["1 13 2 ${"AB".repeat(32)}"]`,
    ),
    "CREATE sub NS + CREATE ns.sub A + CREATE sub DS",
  ],
  [
    "a delegation that leaves with its glue",
    R("name: sub, type: NS, ttl: 60, values: [ns.sub.example.com.]", A("ns.sub")),
    "",
    "DELETE ns.sub A + DELETE sub NS",
  ],
  [
    "an address that becomes a CNAME",
    R(A("www")),
    ONE("type: CNAME, ttl: 60, values: [a.example.net.]"),
    "DELETE www A + CREATE www CNAME",
  ],
  [
    "a CNAME that becomes an address",
    ONE("type: CNAME, ttl: 60, values: [a.example.net.]"),
    R(A("www")),
    "DELETE www CNAME + CREATE www A",
  ],
  [
    "a CNAME that becomes two types",
    ONE("type: CNAME, ttl: 60, values: [a.example.net.]"),
    R(A("www"), "name: www, type: TXT, ttl: 60, values: [x]"),
    "DELETE www CNAME + CREATE www A + CREATE www TXT",
  ],
  [
    "two types that become a CNAME",
    R(A("www"), "name: www, type: TXT, ttl: 60, values: [x]"),
    ONE("type: CNAME, ttl: 60, values: [a.example.net.]"),
    "DELETE www A + DELETE www TXT + CREATE www CNAME",
  ],
  [
    "names that trade places",
    R(A("a"), "name: b, type: CNAME, ttl: 60, values: [x.example.net.]"),
    R(A("b"), "name: a, type: CNAME, ttl: 60, values: [x.example.net.]"),
    "DELETE b CNAME + CREATE b A + DELETE a A + CREATE a CNAME",
  ],
  [
    "one new, one changed, one removed, one kept",
    R(A("a"), A("b"), A("c")),
    R(A("a"), A("b", "192.0.2.9"), A("d")),
    "UPSERT b A + CREATE d A + DELETE c A",
  ],
  [
    "the zone's comment",
    "zone: { name: example.com }\n",
    'zone: { name: example.com, comment: "it\'s new: #1" }\n',
    "UpdateHostedZoneComment",
  ],
];

/** More than one request can hold: 1,000 records, of which an UPSERT is two. */
export const LONG_CASES: readonly {
  readonly what: string;
  readonly before: string;
  readonly after: string;
  readonly batches: readonly number[];
}[] = [
  { what: "1,001 new record sets", before: "", after: MANY(1001), batches: [1000, 1] },
  {
    what: "501 changed record sets",
    before: MANY(501),
    after: MANY(501).replaceAll("ttl: 60", "ttl: 61"),
    batches: [500, 1],
  },
  { what: "1,001 record sets that go", before: MANY(1001), after: "", batches: [1000, 1] },
  {
    what: "texts of more than 32,000 characters",
    before: "",
    after: R(
      ...Array.from({ length: 9 }, (_, i) => `name: t${i}, type: TXT, ttl: 60, values: ["${"x".repeat(3900)}"]`),
    ),
    batches: [8, 1],
  },
];

export const RECORD_CASES: readonly CaseRow[] = [...TYPES.flatMap(perType), ...SAME, ...OTHERS];
