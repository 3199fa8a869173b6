import { beforeEach, describe, expect, it } from "vitest";
import { decodeMessage, ednsOption, encodeMessage } from "../../../../src/dns/message.ts";
import { RCODE } from "../../../../src/dns/types.ts";
import { AuthoritativeServer, type RoutingSurroundings } from "../../../../src/local/nameserver/authoritative.ts";
import { compileZone } from "../../../../src/local/nameserver/compiled-zone.ts";
import { ZonesByName } from "../../../../src/local/nameserver/zone-table.ts";
import type { QueryLogEntry } from "../../../../src/logs/query-log.ts";
import { greatCircleLatency } from "../../../../src/routing/latency.ts";
import { type Ask, alias, queryFor, records, routed, SERVERS, showOctets, wireQuery, zoneOf } from "./fixtures.ts";

const NS = SERVERS.map((server) => `example.com. 172800 NS ${server}`);
const SOA = [`example.com. 900 SOA ${SERVERS[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`];

const POLICY = JSON.stringify({
  AWSPolicyFormatVersion: "2015-10-01",
  RecordType: "A",
  StartRule: "switch",
  Endpoints: { one: { Type: "value", Value: "192.0.2.31" }, two: { Type: "value", Value: "192.0.2.32" } },
  Rules: {
    switch: {
      RuleType: "failover",
      Primary: { EndpointReference: "one", HealthCheck: "policy" },
      Secondary: { EndpointReference: "two" },
    },
  },
});

const zone = compileZone(
  zoneOf(
    "example.com",
    [
      alias("example.com", "A", "www.example.com", "Z1"),
      records("example.com", "MX", ["10 mail.example.com.", "20 mail.elsewhere.net."]),
      records("mail.example.com", "A", ["192.0.2.25"]),
      records("mail.example.com", "AAAA", ["2001:db8::25"]),
      records("_sip._tcp.example.com", "SRV", ["1 10 5060 mail.example.com."]),
      records("www.example.com", "A", ["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
      records("a.deep.example.com", "TXT", ['"there"']),
      records("*.wild.example.com", "A", ["192.0.2.77"]),
      records("there.wild.example.com", "TXT", ['"there"']),
      records("one.example.com", "CNAME", ["two.example.com."]),
      records("two.example.com", "CNAME", ["www.example.com."], 30),
      records("loop.example.com", "CNAME", ["pool.example.com."]),
      records("pool.example.com", "CNAME", ["loop.example.com."]),
      records("dangling.example.com", "CNAME", ["nowhere.example.com."]),
      records("out.example.com", "CNAME", ["www.elsewhere.net."]),
      records("into.example.com", "CNAME", ["www.sub.example.com."]),
      records("sub.example.com", "NS", ["ns1.sub.example.com.", "ns.elsewhere.net."]),
      records("sub.example.com", "DS", [`1 13 2 ${"ab".repeat(32)}`]),
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
      alias("cdn.example.com", "A", "d111111abcdef8.cloudfront.net", "Z2FDTNDATAQYW2"),
      alias("cdn.example.com", "AAAA", "d111111abcdef8.cloudfront.net", "Z2FDTNDATAQYW2"),
      alias("cdn.example.com", "HTTPS", "d111111abcdef8.cloudfront.net", "Z2FDTNDATAQYW2"),
      alias("balanced.example.com", "HTTPS", "my-1.us-east-1.elb.amazonaws.com", "Z35SXDOTRQ7X7K"),
      alias("gone.example.com", "A", "missing.example.com", "Z1"),
      routed("orders.example.com", "p", { kind: "failover", role: "PRIMARY" }, "192.0.2.11", "primary"),
      routed("orders.example.com", "s", { kind: "failover", role: "SECONDARY" }, "192.0.2.12"),
      routed("geo.example.com", "eu", { kind: "geolocation", place: { continentCode: "EU" } }, "192.0.2.21"),
      routed("twice.example.com", "1", { kind: "multivalue" }, "192.0.2.43"),
      routed("twice.example.com", "2", { kind: "multivalue" }, "192.0.2.43"),
      routed("many.example.com", "1", { kind: "multivalue" }, "192.0.2.41"),
      {
        ...routed("many.example.com", "2", { kind: "multivalue" }, "192.0.2.42"),
        answer: { kind: "records", ttlSeconds: 10, values: ["192.0.2.42"] },
      },
    ],
    {
      trafficPolicyInstances: [{ id: "i", name: "flow.example.com." as never, ttlSeconds: 45, document: POLICY }],
    },
  ),
);

let down: Set<string>;
let logged: QueryLogEntry[];
let server: AuthoritativeServer;

beforeEach(() => {
  down = new Set();
  logged = [];
  const table = new ZonesByName();
  table.put(zone);
  const surroundings: RoutingSurroundings = {
    isHealthy: (id) => !down.has(id),
    random: () => 0,
    latencyMs: greatCircleLatency,
    aliasTarget: ({ target }) => zone.nodes.get(target)?.sets.get(1),
    cidrLocation: () => undefined,
  };
  server = new AuthoritativeServer({
    table,
    surroundings,
    log: { wants: () => true, now: () => Date.UTC(2026, 10, 20), onQuery: (entry) => logged.push(entry) },
  });
});

function respond(octets: Buffer, transport: "UDP" | "TCP" = "UDP", address = "127.0.0.1") {
  return server.respond(octets, { address, transport });
}

function ask(name: string, type: string, options: Ask = {}, transport: "UDP" | "TCP" = "UDP") {
  return showOctets(respond(wireQuery(name, type, options), transport));
}

describe("a positive answer", () => {
  it("is authoritative, with the record set, the apex name servers and no recursion", () => {
    expect(ask("www.example.com", "A")).toEqual({
      rcode: "NOERROR",
      flags: "AA",
      answers: ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((value) => `www.example.com. 60 A ${value}`),
      authorities: NS,
      additionals: [],
    });
  });

  it("brings the addresses of mail and service hosts along where they are known", () => {
    const addresses = ["mail.example.com. 60 A 192.0.2.25", "mail.example.com. 60 AAAA 2001:db8::25"];
    expect(ask("example.com", "MX").additionals).toEqual(addresses);
    expect(ask("_sip._tcp.example.com", "SRV").additionals).toEqual(addresses);
  });

  it("does not repeat the name servers when they are the answer", () => {
    expect(ask("example.com", "NS")).toMatchObject({ answers: NS, authorities: [] });
  });

  it("for an alias has the alias's name and the target's values and TTL", () => {
    expect(ask("example.com", "A").answers[0]).toBe("example.com. 60 A 192.0.2.1");
  });

  it("for an alias to an AWS resource has a made-up loopback address that is always the same", () => {
    const [first] = ask("cdn.example.com", "A").answers;
    expect(first).toMatch(/^cdn\.example\.com\. 60 A 127\.53\.(12[89]|1[3-9]\d|2\d\d)\.\d+$/);
    expect(ask("cdn.example.com", "A").answers).toEqual([first]);
    expect(ask("cdn.example.com", "AAAA").answers[0]).toMatch(/ AAAA 2001:db8:0?:?53:/);
  });

  it("for an HTTPS alias to a distribution has the protocols that distributions speak", () => {
    expect(ask("cdn.example.com", "HTTPS").answers).toEqual(['cdn.example.com. 60 HTTPS 1 . alpn="h2,h3"']);
    expect(ask("balanced.example.com", "HTTPS")).toMatchObject({ answers: [], authorities: SOA });
  });

  it("repeats the question's capitals", () => {
    const query = wireQuery("www.example.com", "A");
    query.write("wWw", 13, "latin1");
    const response = respond(query);
    expect(response?.toString("latin1", 13, 16)).toBe("wWw");
    expect(showOctets(response).answers).toHaveLength(3);
  });

  it("turns the order of several values", () => {
    const draws = [0, 0.4, 0.9];
    const table = new ZonesByName();
    table.put(zone);
    const turning = new AuthoritativeServer({
      table,
      surroundings: {
        isHealthy: () => true,
        random: () => draws.shift() ?? 0,
        latencyMs: greatCircleLatency,
        aliasTarget: () => undefined,
        cidrLocation: () => undefined,
      },
    });
    const firsts = [0, 1, 2].map(() => {
      const response = turning.respond(wireQuery("www.example.com", "A"), { address: "127.0.0.1", transport: "UDP" });
      return showOctets(response).answers[0];
    });
    expect(firsts.map((text) => text?.split(" ").at(-1))).toEqual(["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
  });

  it("for any class has no authority over all of them", () => {
    const query = queryFor("www.example.com", "A");
    const response = respond(
      encodeMessage({ ...query, questions: query.questions.map((q) => ({ ...q, class: 255 })) }),
    );
    expect(showOctets(response)).toMatchObject({ rcode: "NOERROR", flags: "", authorities: NS });
    expect(showOctets(response).answers).toHaveLength(3);
  });

  it("to ANY is one record set", () => {
    expect(ask("example.com", "ANY").answers).toEqual(NS);
  });
});

describe("a negative answer", () => {
  it("is NXDOMAIN with the SOA, whose TTL is the least of its own and its minimum", () => {
    expect(ask("nope.example.com", "A")).toEqual({
      rcode: "NXDOMAIN",
      flags: "AA",
      answers: [],
      authorities: SOA,
      additionals: [],
    });
  });

  it("is NOERROR with the SOA for another type, and for a name that only has names below it", () => {
    for (const [name, type] of [
      ["www.example.com", "AAAA"],
      ["deep.example.com", "TXT"],
      ["_tcp.example.com", "A"],
    ] as const) {
      expect(ask(name, type)).toMatchObject({ rcode: "NOERROR", flags: "AA", answers: [], authorities: SOA });
    }
  });

  it("is NOERROR when no geolocation matches and there is no default", () => {
    expect(ask("geo.example.com", "A")).toMatchObject({ rcode: "NOERROR", answers: [], authorities: SOA });
  });

  it("is NOERROR for an alias whose target is not there", () => {
    expect(ask("gone.example.com", "A")).toMatchObject({ rcode: "NOERROR", answers: [], authorities: SOA });
  });
});

describe("a wildcard", () => {
  it("answers for names below it, at any depth, under the name that was asked", () => {
    expect(ask("x.wild.example.com", "A").answers).toEqual(["x.wild.example.com. 60 A 192.0.2.77"]);
    expect(ask("x.y.wild.example.com", "A").answers).toEqual(["x.y.wild.example.com. 60 A 192.0.2.77"]);
    expect(ask("x.wild.example.com", "TXT")).toMatchObject({ rcode: "NOERROR", authorities: SOA });
  });

  it("does not answer for a name that is there, nor for names below that", () => {
    expect(ask("there.wild.example.com", "A")).toMatchObject({ rcode: "NOERROR", answers: [] });
    expect(ask("x.there.wild.example.com", "A")).toMatchObject({ rcode: "NXDOMAIN" });
    expect(ask("wild.example.com", "A")).toMatchObject({ rcode: "NOERROR", answers: [] });
  });

  it("can be asked for itself", () => {
    expect(ask("*.wild.example.com", "A").answers).toEqual(["*.wild.example.com. 60 A 192.0.2.77"]);
  });
});

describe("a CNAME", () => {
  it("is followed within the zone, every link shown", () => {
    expect(ask("one.example.com", "A").answers).toEqual([
      "one.example.com. 60 CNAME two.example.com.",
      "two.example.com. 30 CNAME www.example.com.",
      ...["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((value) => `www.example.com. 60 A ${value}`),
    ]);
  });

  it("is the answer itself when it was asked for", () => {
    expect(ask("one.example.com", "CNAME").answers).toEqual(["one.example.com. 60 CNAME two.example.com."]);
  });

  it("is not followed for what DNSSEC keeps beside it", () => {
    for (const type of ["RRSIG", "NSEC"]) {
      expect(ask("one.example.com", type)).toMatchObject({ rcode: "NOERROR", answers: [], authorities: SOA });
    }
  });

  it("to a name that does not exist is NXDOMAIN with the CNAME", () => {
    expect(ask("dangling.example.com", "A")).toMatchObject({
      rcode: "NXDOMAIN",
      answers: ["dangling.example.com. 60 CNAME nowhere.example.com."],
      authorities: SOA,
    });
  });

  it("out of the zone, or in a circle, ends the answer", () => {
    expect(ask("out.example.com", "A")).toMatchObject({ rcode: "NOERROR", answers: [expect.any(String)] });
    expect(ask("loop.example.com", "A").answers).toHaveLength(2);
  });

  it("to a delegated name ends in the referral", () => {
    expect(ask("into.example.com", "A")).toMatchObject({
      flags: "AA",
      answers: ["into.example.com. 60 CNAME www.sub.example.com."],
      authorities: ["sub.example.com. 60 NS ns1.sub.example.com.", "sub.example.com. 60 NS ns.elsewhere.net."],
    });
  });
});

describe("a referral", () => {
  const referral = {
    rcode: "NOERROR",
    flags: "",
    answers: [],
    authorities: ["sub.example.com. 60 NS ns1.sub.example.com.", "sub.example.com. 60 NS ns.elsewhere.net."],
    additionals: ["ns1.sub.example.com. 60 A 192.0.2.53"],
  };

  it("is given for the cut and everything below it, without authority and with glue", () => {
    for (const name of ["sub.example.com", "www.sub.example.com", "ns1.sub.example.com"]) {
      expect(ask(name, "A")).toEqual(referral);
    }
    expect(ask("sub.example.com", "NS")).toEqual(referral);
  });

  it("is not given for the DS record, which is the parent's", () => {
    expect(ask("sub.example.com", "DS")).toMatchObject({
      flags: "AA",
      answers: [expect.stringContaining(" DS 1 13 2 ")],
    });
  });
});

describe("routing policies", () => {
  it("answer by health as it stands", () => {
    expect(ask("orders.example.com", "A").answers).toEqual(["orders.example.com. 60 A 192.0.2.11"]);
    down.add("primary");
    expect(ask("orders.example.com", "A").answers).toEqual(["orders.example.com. 60 A 192.0.2.12"]);
    down.delete("primary");
    expect(ask("orders.example.com", "A").answers).toEqual(["orders.example.com. 60 A 192.0.2.11"]);
  });

  it("give several record sets one TTL, the least", () => {
    expect(ask("many.example.com", "A").answers).toEqual([
      "many.example.com. 10 A 192.0.2.41",
      "many.example.com. 10 A 192.0.2.42",
    ]);
  });

  it("of a traffic policy instance are answered with its TTL", () => {
    expect(ask("flow.example.com", "A").answers).toEqual(["flow.example.com. 45 A 192.0.2.31"]);
    down.add("policy");
    expect(ask("flow.example.com", "A").answers).toEqual(["flow.example.com. 45 A 192.0.2.32"]);
  });

  it("look at the client subnet where there is one, and say how much of it counted", () => {
    const scope = (subnet: string, name = "geo.example.com") => {
      const response = respond(wireQuery(name, "A", { subnet }));
      const message = response && decodeMessage(response);
      return [message?.answers.length, message && ednsOption(message, "ecs")?.scopePrefixLength];
    };
    expect(scope("198.51.100.0/24")).toEqual([1, 24]);
    expect(scope("198.51.100.1/32")).toEqual([1, 26]);
    expect(scope("203.0.113.0/24")).toEqual([0, 24]);
    expect(scope("2001:db8:49::/56")).toEqual([1, 48]);
    expect(scope("198.51.100.0/24", "www.example.com")).toEqual([3, 0]);
  });

  it("do not give an answer a scope that holds clients of another place", () => {
    const scope = (subnet: string) => {
      const response = respond(wireQuery("geo.example.com", "A", { subnet }));
      return response && ednsOption(decodeMessage(response), "ecs")?.scopePrefixLength;
    };
    // 10.1.0.0/16 is Virginia, but for three quarters of it.
    expect(scope("10.1.0.1/32")).toBe(18);
    expect(scope("10.1.200.1/32")).toBe(18);
    expect(scope("10.2.0.1/32")).toBe(15);
  });

  it("repeat the family of a client subnet without an address", () => {
    const nobody = {
      kind: "ecs",
      family: "unspecified",
      address: "0.0.0.0",
      sourcePrefixLength: 0,
      scopePrefixLength: 0,
    } as const;
    const response = respond(wireQuery("geo.example.com", "A", { edns: { options: [nobody] } }));
    expect(response && ednsOption(decodeMessage(response), "ecs")).toEqual(nobody);
  });

  it("never give one record twice", () => {
    expect(ask("twice.example.com", "A").answers).toEqual(["twice.example.com. 60 A 192.0.2.43"]);
  });

  it("look at the sender when there is no client subnet, or an empty one", () => {
    const from = (address: string, options: Ask = {}) =>
      showOctets(respond(wireQuery("geo.example.com", "A", options), "UDP", address)).answers.length;
    expect(from("127.49.0.1")).toBe(1);
    expect(from("127.81.0.1")).toBe(0);
    expect(from("127.49.0.1", { subnet: "0.0.0.0/0" })).toBe(1);
  });
});

describe("the size of an answer", () => {
  it("is 512 octets over UDP without EDNS, what the client takes with it, and 4,096 at most", () => {
    const size = (options: Ask) => respond(wireQuery("big.example.com", "TXT", options));
    for (const [options, most] of [
      [{ edns: false }, 512],
      [{ edns: { udpSize: 1232 } }, 1232],
      [{ edns: { udpSize: 100 } }, 512],
    ] as const) {
      const response = size(options);
      expect(response?.length).toBeLessThanOrEqual(most);
      expect(showOctets(response)).toMatchObject({ flags: "AA TC", answers: [] });
    }
    expect(showOctets(size({ edns: { udpSize: 65_535 } })).answers).toHaveLength(30);
  });

  it("is whole over TCP", () => {
    expect(ask("big.example.com", "TXT", { edns: false }, "TCP")).toMatchObject({ flags: "AA" });
  });

  it("leaves out the name servers before it truncates", () => {
    expect(ask("medium.example.com", "TXT", { edns: false })).toMatchObject({ flags: "AA", authorities: [] });
    expect(ask("medium.example.com", "TXT").authorities).toEqual(NS);
  });
});

describe("what a server refuses", () => {
  const rcode = (octets: Buffer) => showOctets(respond(octets)).rcode;
  const changed = (change: (octets: Buffer) => void) => {
    const octets = wireQuery("www.example.com", "A");
    change(octets);
    return octets;
  };

  it("is a name of somebody else's zone, a zone transfer and another class", () => {
    expect(ask("www.elsewhere.net", "A")).toMatchObject({ rcode: "REFUSED", flags: "" });
    expect(ask("com", "NS").rcode).toBe("REFUSED");
    expect(ask("example.com", "AXFR").rcode).toBe("REFUSED");
    expect(ask("example.com", "IXFR").rcode).toBe("REFUSED");
    expect(
      rcode(
        encodeMessage({
          ...queryFor("version.bind", "TXT"),
          questions: [{ name: "version.bind." as never, type: 16, class: 3 }],
        }),
      ),
    ).toBe("REFUSED");
  });

  it("is every opcode but QUERY, with NOTIMP", () => {
    for (const opcode of [1, 2, 3, 4, 5, 6, 15]) {
      expect(rcode(changed((octets) => octets.writeUInt8(opcode << 3, 2)))).toBe("NOTIMP");
    }
  });

  it("is a later EDNS version, with BADVERS, its own version and no authority", () => {
    const response = respond(wireQuery("www.example.com", "A", { edns: { version: 1 } }));
    const message = response && decodeMessage(response);
    expect(message).toMatchObject({
      rcode: RCODE.BADVERS,
      edns: { version: 0 },
      flags: { authoritative: false },
      answers: [],
    });
  });

  it("is a query it cannot read, with FORMERR", () => {
    expect(rcode(changed((octets) => octets.writeUInt16BE(0, 4)))).toBe("FORMERR");
    expect(rcode(changed((octets) => octets.writeUInt16BE(2, 4)))).toBe("FORMERR");
    expect(rcode(changed((octets) => octets.writeUInt16BE(9, 10)))).toBe("FORMERR");
    expect(rcode(wireQuery("www.example.com", "A").subarray(0, 20))).toBe("FORMERR");
    expect(rcode(wireQuery("www.example.com", "A").subarray(0, 12))).toBe("FORMERR");
    // A name that points at itself.
    expect(rcode(changed((octets) => octets.writeUInt16BE(0xc00c, 12)))).toBe("FORMERR");
  });

  it("is a question for the mail records of times past, with NOTIMP", () => {
    for (const type of ["MAILA", "MAILB"]) expect(ask("www.example.com", type).rcode).toBe("NOTIMP");
  });

  it("is told with the question and an OPT record where the query's could be read", () => {
    const message = (octets: Buffer) => {
      const response = respond(octets);
      return response && decodeMessage(response);
    };
    const cookie = { kind: "unknown", code: 10, data: Uint8Array.of(1, 2, 3) } as const;
    const broken = wireQuery("www.example.com", "A", { edns: { udpSize: 1400, dnssecOk: true, options: [cookie] } });
    expect(message(broken)).toMatchObject({
      rcode: RCODE.FORMERR,
      questions: [{ name: "www.example.com." }],
      edns: { version: 0, dnssecOk: true, options: [] },
    });
    expect(message(changed((octets) => octets.writeUInt8(4 << 3, 2)))).toMatchObject({
      rcode: RCODE.NOTIMP,
      edns: { version: 0 },
    });
    const withoutEdns = wireQuery("www.example.com", "A", { edns: false });
    withoutEdns.writeUInt8(4 << 3, 2);
    expect(message(withoutEdns)?.edns).toBeUndefined();
  });

  it("is a client subnet that already has a scope, with FORMERR", () => {
    const octets = wireQuery("geo.example.com", "A", { subnet: "198.51.100.0/24" });
    octets.writeUInt8(24, octets.length - 4);
    expect(rcode(octets)).toBe("FORMERR");
  });

  it("is a client subnet with bits beyond its prefix, with FORMERR", () => {
    const octets = wireQuery("geo.example.com", "A", { subnet: "198.51.100.0/24" });
    const at = octets.length - 1;
    const broken = Buffer.from(octets);
    broken.writeUInt8(20, at - 4);
    broken.writeUInt8(0xff, at);
    expect(rcode(broken)).toBe("FORMERR");
  });

  it("never gets an answer when it is an answer itself, or no message at all", () => {
    expect(respond(changed((octets) => octets.writeUInt8(0x80, 2)))).toBeUndefined();
    expect(respond(Buffer.alloc(11))).toBeUndefined();
    expect(respond(Buffer.alloc(0))).toBeUndefined();
  });
});

describe("EDNS in an answer", () => {
  it("is there exactly when the query had it, repeats DO and no unknown option", () => {
    const edns = (options: Ask) => {
      const response = respond(wireQuery("www.example.com", "A", options));
      return response && decodeMessage(response).edns;
    };
    expect(edns({ edns: false })).toBeUndefined();
    const options = [{ kind: "unknown", code: 65_001, data: Uint8Array.of(1, 2, 3) } as const];
    expect(edns({ edns: { dnssecOk: true, options } })).toEqual({
      version: 0,
      udpSize: 4096,
      dnssecOk: true,
      options: [],
    });
  });
});

describe("the query log", () => {
  it("has one entry for every query that the zone answered, as Route 53 writes it", () => {
    respond(wireQuery("WWW.Example.com", "A", { subnet: "198.51.100.0/24" }), "TCP", "127.0.0.1");
    respond(wireQuery("nope.example.com", "TYPE4711"), "UDP", "127.81.0.1");
    expect(logged).toEqual([
      {
        time: Date.UTC(2026, 10, 20),
        zoneId: "Z1",
        name: "www.example.com",
        type: "A",
        rcode: "NOERROR",
        protocol: "TCP",
        edgeLocation: "FRA6",
        resolverAddress: "127.0.0.1",
        clientSubnet: "198.51.100.0/24",
      },
      {
        time: Date.UTC(2026, 10, 20),
        zoneId: "Z1",
        name: "nope.example.com",
        type: "TYPE4711",
        rcode: "NXDOMAIN",
        protocol: "UDP",
        edgeLocation: "NRT12",
        resolverAddress: "127.81.0.1",
      },
    ]);
  });

  it("has nothing of queries that no zone answered", () => {
    ask("www.elsewhere.net", "A");
    ask("www.example.com", "AXFR");
    respond(Buffer.alloc(12));
    expect(logged).toEqual([]);
  });
});
