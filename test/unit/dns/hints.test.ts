/** Root hints: the built-in ones and those of a file. */

import { describe, expect, it } from "vitest";
import { IANA_ROOT_HINTS, parseHints } from "../../../src/dns/hints.ts";
import { parseIpv4, parseIpv6 } from "../../../src/route53/record-data/ip-address.ts";

it("has the thirteen root servers with an address of each family", () => {
  expect(IANA_ROOT_HINTS.map((hint) => hint.name)).toEqual(
    [..."abcdefghijklm"].map((letter) => `${letter}.root-servers.net.`),
  );
  for (const { addresses } of IANA_ROOT_HINTS) {
    expect(parseIpv4(addresses[0] ?? "")).toBeDefined();
    expect(parseIpv6(addresses[1] ?? "")).toBeDefined();
  }
});

describe("a hints file", () => {
  it("is read as named.root is written", () => {
    const text = `
;       last update: today
.                        3600000      NS    A.ROOT-SERVERS.NET.
A.ROOT-SERVERS.NET.      3600000      A     198.41.0.4
A.ROOT-SERVERS.NET.      3600000  IN  AAAA  2001:503:ba3e::2:30
; and one that the root does not name
other.example.           3600000      A     192.0.2.1
`;
    expect(parseHints(text, "named.root")).toEqual([
      { name: "a.root-servers.net.", addresses: ["198.41.0.4", "2001:503:ba3e::2:30"] },
    ]);
  });

  it("may name addresses alone", () => {
    expect(parseHints("a.root. A 127.53.0.1", "f")).toEqual([{ name: "a.root.", addresses: ["127.53.0.1"] }]);
  });

  it.each<[string, string, number | undefined]>([
    ["no address", "a.root. A 127.53.0.1\nb.root. A 127.53.0", 2],
    ["another type", "a.root. MX 10", 1],
    ["half a record", "a.root.", 1],
    ["a bad name", "a..root. A 127.53.0.1", 1],
    ["nothing", "; nothing", undefined],
  ])("with %s is refused with its line", (_, text, line) => {
    expect(() => parseHints(text, "my.hints")).toThrow(
      expect.objectContaining({
        kind: "usage",
        where: line === undefined ? { file: "my.hints" } : { file: "my.hints", line },
      }),
    );
  });
});
