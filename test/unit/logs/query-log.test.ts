import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatQueryLogEntry, parseQueryLogEntry } from "../../../src/logs/query-log.ts";
import { queryLogPredicate, serverSidePattern } from "../../../src/logs/query-log-filter.ts";

// Route 53 Developer Guide, "Public DNS query logging": its example lines.
const LINES = [
  "1.0 2017-12-13T08:16:02.130Z Z123412341234 example.com A NOERROR UDP FRA6 192.168.1.1 -",
  "1.0 2017-12-13T08:15:50.235Z Z123412341234 example.com AAAA NOERROR TCP IAD12 192.168.3.1 192.168.222.0/24",
  "1.0 2017-12-13T08:16:03.983Z Z123412341234 example.com ANY NOERROR UDP FRA6 2001:db8::1234 2001:db8:abcd::/48",
  "1.0 2017-12-13T08:15:50.342Z Z123412341234 bad.example.com A NXDOMAIN UDP IAD12 192.168.3.1 -",
  "1.0 2017-12-13T08:16:05.744Z Z123412341234 txt.example.com TXT NOERROR UDP JFK5 192.168.1.2 -",
];

describe("query log lines", () => {
  it("are read as Route 53 writes them, and written the same", () => {
    for (const line of LINES) {
      const entry = parseQueryLogEntry(line);
      expect(entry && formatQueryLogEntry(entry)).toBe(line);
    }
    expect(parseQueryLogEntry(LINES[1] ?? "")).toEqual({
      time: Date.parse("2017-12-13T08:15:50.235Z"),
      zoneId: "Z123412341234",
      name: "example.com",
      type: "AAAA",
      rcode: "NOERROR",
      protocol: "TCP",
      edgeLocation: "IAD12",
      resolverAddress: "192.168.3.1",
      clientSubnet: "192.168.222.0/24",
    });
  });

  it.each([
    "",
    "hello",
    `${LINES[0]} more`,
    LINES[0]?.replace("1.0", "2.0") ?? "",
    LINES[0]?.replace("UDP", "SCTP") ?? "",
    LINES[0]?.replace("2017-12-13", "2017-13-13") ?? "",
  ])("are not %j", (line) => expect(parseQueryLogEntry(line)).toBeUndefined());
});

describe("filters", () => {
  const entries = LINES.map((line) => parseQueryLogEntry(line)).filter((entry) => entry !== undefined);
  const chosen = (filter: Parameters<typeof queryLogPredicate>[0]) =>
    entries.filter(queryLogPredicate(filter)).map(({ name, type }) => `${name} ${type}`);

  it("take a name with everything below it, or a pattern", () => {
    expect(chosen({ name: "bad.example.com." })).toEqual(["bad.example.com A"]);
    expect(chosen({ name: "EXAMPLE.com" })).toHaveLength(5);
    expect(chosen({ name: "ample.com" })).toEqual([]);
    expect(chosen({ name: "*.example.com" })).toEqual(["bad.example.com A", "txt.example.com TXT"]);
  });

  it("take type, response code and zone, and all of them together", () => {
    expect(chosen({ type: "txt" })).toEqual(["txt.example.com TXT"]);
    expect(chosen({ rcode: "nxdomain" })).toEqual(["bad.example.com A"]);
    expect(chosen({ zoneId: "Z1" })).toEqual([]);
    expect(chosen({ zoneId: "Z123412341234", type: "A", rcode: "NOERROR" })).toEqual(["example.com A"]);
  });

  it("go to the server only as whole fields of the line", () => {
    expect(serverSidePattern({})).toBeUndefined();
    expect(serverSidePattern({ name: "example.com", zoneId: "Z1" })).toBeUndefined();
    expect(serverSidePattern({ type: "aaaa", rcode: "nxdomain" })).toBe('"AAAA" "NXDOMAIN"');
    expect(serverSidePattern({ type: 'A" -"x' })).toBeUndefined();
  });

  it("lose nothing to the server's pattern", () => {
    const type = fc.constantFrom("a", "AAAA", "TXT", "any");
    const rcode = fc.constantFrom("noerror", "NXDOMAIN");
    fc.assert(
      fc.property(fc.record({ type, rcode }, { requiredKeys: [] }), (filter) => {
        const terms = (serverSidePattern(filter) ?? "").split(" ").filter((term) => term !== "");
        for (const entry of entries.filter(queryLogPredicate(filter))) {
          const fields = formatQueryLogEntry(entry).split(" ");
          for (const term of terms) expect(fields).toContain(term.replaceAll('"', ""));
        }
      }),
    );
  });
});
