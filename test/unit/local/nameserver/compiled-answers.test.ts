import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { newPrivateKey } from "../../../../src/dns/dnssec-signing.ts";
import { decodeMessage, type EdnsOption, parseClientSubnet, type ResourceRecord } from "../../../../src/dns/message.ts";
import { COOKIE_SECRET_OCTETS, makeServerCookie } from "../../../../src/dns/server-cookie.ts";
import { TYPE } from "../../../../src/dns/types.ts";
import { AuthoritativeServer } from "../../../../src/local/nameserver/authoritative.ts";
import { type CompiledZone, compileZone } from "../../../../src/local/nameserver/compiled-zone.ts";
import type { Sender } from "../../../../src/local/nameserver/response.ts";
import { ZoneSigners } from "../../../../src/local/nameserver/signing/zone-signer.ts";
import { ZonesByName } from "../../../../src/local/nameserver/zone-table.ts";
import type { QueryLogEntry } from "../../../../src/logs/query-log.ts";
import { domainName } from "../../../../src/route53/names.ts";
import { greatCircleLatency } from "../../../../src/routing/latency.ts";
import { type Ask, alias, records, routed, showOctets, wireQuery, zoneOf } from "./fixtures.ts";

/** Of P-256, at the end of an RRSIG record. */
const SIGNATURE_OCTETS = 64;

const START = Date.UTC(2026, 10, 20);

const PUBLISHED = zoneOf("example.com", [
  alias("example.com", "A", "www.example.com", "Z1"),
  records("example.com", "MX", ["10 mail.example.com.", "20 drawn.example.com.", "30 mail.elsewhere.net."]),
  records("mail.example.com", "A", ["192.0.2.25"]),
  records("_sip._tcp.example.com", "SRV", ["1 10 5060 mail.example.com."]),
  records("www.example.com", "A", ["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
  records("a.deep.example.com", "TXT", ['"there"']),
  records("*.wild.example.com", "A", ["192.0.2.77"]),
  records("*.wild.example.com", "MX", ["10 mail.example.com."]),
  records("one.example.com", "CNAME", ["two.example.com."]),
  records("two.example.com", "CNAME", ["drawn.example.com."], 30),
  records("loop.example.com", "CNAME", ["loop.example.com."]),
  records("out.example.com", "CNAME", ["www.elsewhere.net."]),
  records("into.example.com", "CNAME", ["www.sub.example.com."]),
  records("sub.example.com", "NS", ["ns1.sub.example.com."]),
  records("ns1.sub.example.com", "A", ["192.0.2.53"]),
  records(
    "big.example.com",
    "TXT",
    Array.from({ length: 30 }, (_, index) => `"${"x".repeat(40)}${index}"`),
  ),
  records(
    "medium.example.com",
    "TXT",
    Array.from({ length: 7 }, (_, index) => `"${"y".repeat(45)}${index}"`),
  ),
  routed("drawn.example.com", "a", { kind: "weighted", weight: 3 }, "192.0.2.11", "up"),
  routed("drawn.example.com", "b", { kind: "weighted", weight: 1 }, "192.0.2.12", "down"),
  routed("drawn.example.com", "c", { kind: "weighted", weight: 2 }, "192.0.2.13"),
  routed("geo.example.com", "de", { kind: "geolocation", place: { countryCode: "DE" } }, "192.0.2.21"),
  routed("geo.example.com", "na", { kind: "geolocation", place: { continentCode: "NA" } }, "192.0.2.22"),
  routed("near.example.com", "eu", { kind: "latency", region: "eu-central-1" }, "192.0.2.31", "down"),
  routed("near.example.com", "us", { kind: "latency", region: "us-east-1" }, "192.0.2.32"),
  routed("several.example.com", "a", { kind: "multivalue" }, "192.0.2.41"),
  routed("several.example.com", "b", { kind: "multivalue" }, "192.0.2.42"),
]);

const NAMES = [
  ...new Set(PUBLISHED.recordSets.map(({ name }) => name.slice(0, -1))),
  "x.wild.example.com",
  "not.there.example.com",
  "deep.example.com",
  "host.sub.example.com",
  "elsewhere.net",
  "WWW.Example.COM",
  "X.y.WILD.example.com",
];
const TYPES = ["A", "AAAA", "TXT", "MX", "SRV", "CNAME", "NS", "SOA", "DS", "ANY", "HTTPS", "RRSIG", "DNSKEY"];

let random: () => number;
let down: Set<string>;
let now: number;
let logged: QueryLogEntry[];
let zone: CompiledZone;
let table: ZonesByName;
let served: AuthoritativeServer;

function serve(signed: boolean): void {
  const keys = { keySigningKeys: [newPrivateKey()], zoneSigningKey: newPrivateKey() };
  zone = compileZone(PUBLISHED, signed ? new ZoneSigners(() => now).signerOf("Z1", PUBLISHED.name, keys) : undefined);
  table = new ZonesByName();
  table.put(zone);
  served = new AuthoritativeServer({
    table,
    surroundings: {
      isHealthy: (id) => !down.has(id),
      random: () => random(),
      latencyMs: greatCircleLatency,
      aliasTarget: ({ target }) => zone.nodes.get(target)?.sets.get(1),
      cidrLocation: () => undefined,
    },
    log: { wants: () => true, now: () => 0, onQuery: (entry) => logged.push(entry) },
  });
}

beforeEach(() => {
  down = new Set(["down"]);
  now = START;
  logged = [];
  random = () => 0;
  serve(false);
});

const asks: fc.Arbitrary<Ask> = fc.record(
  {
    edns: fc.oneof(
      fc.constant(false as const),
      fc.record({ udpSize: fc.constantFrom(0, 512, 700, 1232, 4096, 65_535), dnssecOk: fc.boolean() }),
    ),
    recursionDesired: fc.boolean(),
    id: fc.nat(0xffff),
  },
  { requiredKeys: ["id"] },
);
const subnets = fc.constantFrom(
  undefined,
  "0.0.0.0/0",
  "198.51.100.0/24",
  "192.0.2.7/32",
  "2001:db8:49::/48",
  "10.81.0.0/12",
);
/** The client at 127.49.0.1, with cookies that are good, were made by another server, too long ago, or are of other lengths. */
const CLIENT = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const SECRET = new Uint8Array(COOKIE_SECRET_OCTETS).fill(7);
const ADDRESS = Uint8Array.of(127, 49, 0, 1);
const serverCookie = (secret: Uint8Array, ageSeconds: number) =>
  makeServerCookie({ secret, client: CLIENT, address: ADDRESS, nowSeconds: START / 1000 - ageSeconds });
const cookies: fc.Arbitrary<readonly EdnsOption[]> = fc
  .constantFrom(
    undefined,
    new Uint8Array(),
    serverCookie(SECRET, 0),
    serverCookie(SECRET, 2_000),
    serverCookie(SECRET, 5_000),
    serverCookie(SECRET.slice().reverse().fill(1, 0, 1), 0),
    new Uint8Array(8),
    new Uint8Array(32),
  )
  .map((cookie) => (cookie === undefined ? [] : [{ kind: "cookie", client: CLIENT, server: cookie }]));
const questions = fc.record({
  name: fc.constantFrom(...NAMES),
  type: fc.constantFrom(...TYPES),
  ask: asks,
  subnet: subnets,
  cookie: cookies,
  /** The order of the options. */
  cookieFirst: fc.boolean(),
  transport: fc.constantFrom("UDP", "TCP"),
  draw: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

/** The octets; where there are signatures, which are never the same twice, the message without those. */
function withoutSignatures(octets: Buffer | undefined) {
  if (octets === undefined) throw new Error("there is no response");
  const message = decodeMessage(octets);
  const cut = (section: readonly ResourceRecord[]) =>
    section.map((record) =>
      record.type === TYPE.RRSIG ? { ...record, rdata: record.rdata.subarray(0, -SIGNATURE_OCTETS) } : record,
    );
  if (zone.signer === undefined) return octets.toString("hex");
  const { answers, authorities, additionals } = message;
  return {
    ...message,
    length: octets.length,
    answers: cut(answers),
    authorities: cut(authorities),
    additionals: cut(additionals),
  };
}

function agreesOnEveryQuestion(): void {
  fc.assert(
    fc.property(fc.array(questions, { minLength: 1, maxLength: 30 }), (list) => {
      for (const { name, type, ask, subnet, cookie, cookieFirst, transport, draw } of list) {
        const named = subnet === undefined ? undefined : parseClientSubnet(subnet);
        const asked = named === undefined ? [] : [named];
        const options = cookieFirst ? [...cookie, ...asked] : [...asked, ...cookie];
        const query = wireQuery(name, type, ask.edns === false ? ask : { ...ask, edns: { ...ask.edns, options } });
        const server = { name: "ns", cookieSecret: SECRET, now: () => START, tcpIdleMs: 1_000 };
        const sender: Sender = { address: "127.49.0.1", transport, server };
        logged = [];
        random = () => draw;
        const composed = served.compose(query, sender);
        expect(withoutSignatures(served.respond(query, sender))).toEqual(withoutSignatures(composed));
        const [one, other] = logged;
        expect(other).toEqual(one);
      }
    }),
    { numRuns: 300 },
  );
}

describe("answers that are kept", () => {
  it("are octet by octet the ones that the answer engine composes, and are logged alike", agreesOnEveryQuestion);

  it("are so in a signed zone, but for the signatures' numbers", () => {
    serve(true);
    agreesOnEveryQuestion();
  });

  it("are not used any more when the zone has changed", () => {
    const first = (name: string) =>
      showOctets(served.respond(wireQuery(name, "A"), { address: "127.0.0.1", transport: "UDP" }));
    expect(first("mail.example.com").answers).toEqual(["mail.example.com. 60 A 192.0.2.25"]);
    expect(first("new.example.com").rcode).toBe("NXDOMAIN");
    zone.replace(
      new Map([
        [domainName("mail.example.com"), [records("mail.example.com", "A", ["192.0.2.26"])]],
        [domainName("new.example.com"), [records("new.example.com", "A", ["192.0.2.27"])]],
      ]),
    );
    table.noteChange();
    expect(first("mail.example.com").answers).toEqual(["mail.example.com. 60 A 192.0.2.26"]);
    expect(first("new.example.com").answers).toEqual(["new.example.com. 60 A 192.0.2.27"]);
    table.clear();
    expect(first("mail.example.com").rcode).toBe("REFUSED");
  });

  it("are signed anew on another day", () => {
    serve(true);
    const query = wireQuery("mail.example.com", "A", { edns: { dnssecOk: true } });
    const expiry = () => {
      const octets = served.respond(query, { address: "127.0.0.1", transport: "UDP" });
      const signature = octets && decodeMessage(octets).answers.find(({ type }) => type === TYPE.RRSIG);
      return signature && Buffer.from(signature.rdata).readUInt32BE(8);
    };
    const first = expiry();
    expect(expiry()).toBe(first);
    now += 24 * 3600 * 1000;
    expect(expiry()).toBe((first ?? 0) + 24 * 3600);
  });

  it("change with the health of what they are chosen from, at once", () => {
    const shown = () =>
      showOctets(
        served.respond(wireQuery("near.example.com", "A", { subnet: "198.51.100.0/26" }), {
          address: "127.0.0.1",
          transport: "UDP",
        }),
      ).answers;
    expect(shown()).toEqual(["near.example.com. 60 A 192.0.2.32"]);
    down.clear();
    expect(shown()).toEqual(["near.example.com. 60 A 192.0.2.31"]);
    down.add("down");
    expect(shown()).toEqual(["near.example.com. 60 A 192.0.2.32"]);
  });
});
