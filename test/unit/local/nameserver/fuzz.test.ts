import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newPrivateKey } from "../../../../src/dns/dnssec-signing.ts";
import { decodeMessage } from "../../../../src/dns/message.ts";
import { AuthoritativeServer } from "../../../../src/local/nameserver/authoritative.ts";
import { compileZone } from "../../../../src/local/nameserver/compiled-zone.ts";
import { ZoneSigners } from "../../../../src/local/nameserver/signing/zone-signer.ts";
import { ZonesByName } from "../../../../src/local/nameserver/zone-table.ts";
import { greatCircleLatency } from "../../../../src/routing/latency.ts";
import { alias, records, routed, wireQuery, zoneOf } from "./fixtures.ts";

const published = zoneOf("example.com", [
  records("*.example.com", "CNAME", ["www.example.com."]),
  records("www.example.com", "A", ["192.0.2.1", "192.0.2.2"]),
  records(
    "big.example.com",
    "TXT",
    Array.from({ length: 30 }, (_, index) => `"${"x".repeat(40)}${index}"`),
  ),
  records("sub.example.com", "NS", ["ns.sub.example.com."]),
  records("ns.sub.example.com", "A", ["192.0.2.53"]),
  alias("circle.example.com", "A", "circle.example.com", "Z1"),
  routed("geo.example.com", "d", { kind: "geolocation", place: { countryCode: "*" } }, "192.0.2.3"),
]);
const keys = { keySigningKeys: [newPrivateKey()], zoneSigningKey: newPrivateKey() };
const signer = new ZoneSigners(Date.now).signerOf("Z1", published.name, keys);

const servers = [compileZone(published), compileZone(published, signer)].map((zone) => {
  const table = new ZonesByName();
  table.put(zone);
  return new AuthoritativeServer({
    table,
    surroundings: {
      isHealthy: () => true,
      random: Math.random,
      latencyMs: greatCircleLatency,
      aliasTarget: ({ target }) => zone.nodes.get(target)?.sets.get(1),
      cidrLocation: () => undefined,
    },
  });
});

/** Nothing, or a message that can be read, with the query's id, marked as an answer, that fits what may be sent. */
function check(octets: Uint8Array): void {
  for (const [transport, server] of servers.flatMap((one) => [["UDP", one] as const, ["TCP", one] as const])) {
    const response = server.respond(Buffer.from(octets), { address: "127.0.0.1", transport });
    if (response === undefined) {
      expect(octets.length < 12 || ((octets[2] as number) & 0x80) !== 0).toBe(true);
      continue;
    }
    const message = decodeMessage(response);
    expect(message.response).toBe(true);
    expect(message.id).toBe(((octets[0] as number) << 8) | (octets[1] as number));
    expect(response.length).toBeLessThanOrEqual(transport === "UDP" ? 4096 : 65_535);
  }
}

describe("a name server", () => {
  it("survives any octets", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), check), { numRuns: 3000 });
  });

  it("survives any octets behind a header that promises a query", () => {
    const header = fc
      .tuple(fc.nat(0xffff), fc.nat(2), fc.nat(3), fc.nat(3), fc.nat(3))
      .map(([id, ...counts]) => [id, 0, ...counts].flatMap((number) => [number >> 8, number & 0xff]));
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 300 }), (start, rest) =>
        check(Uint8Array.from([...start, ...rest])),
      ),
      { numRuns: 3000 },
    );
  });

  it("survives queries in which octets were changed, inserted, removed or cut off", () => {
    const seeds = ["www", "x.y", "big", "a.sub", "circle", "geo"].flatMap((name) =>
      ["A", "TXT", "ANY", "DS", "NSEC"].flatMap((type) => [
        wireQuery(`${name}.example.com`, type, { subnet: "198.51.100.0/24" }),
        wireQuery(`${name}.example.com`, type, { edns: { dnssecOk: true } }),
      ]),
    );
    const mutation = fc.record({
      at: fc.nat(120),
      octet: fc.nat(255),
      kind: fc.constantFrom("change", "insert", "remove", "cut", "repeat"),
    });
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: 5 }), (seed, mutations) => {
        let octets = [...seed];
        for (const { at, octet, kind } of mutations) {
          if (kind === "change" && at < octets.length) octets[at] = octet;
          else if (kind === "insert") octets.splice(at, 0, octet);
          else if (kind === "remove") octets.splice(at, 1);
          else if (kind === "cut") octets = octets.slice(0, Math.max(at, 1));
          else if (kind === "repeat") octets.push(...octets.slice(at));
        }
        check(Uint8Array.from(octets));
      }),
      { numRuns: 5000 },
    );
  });
});
