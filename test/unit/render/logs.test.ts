import { describe, expect, it } from "vitest";
import type { QueryLogEntry } from "../../../src/logs/query-log.ts";
import { logEntryDocument, renderLogEntry } from "../../../src/render/logs.ts";

const entry: QueryLogEntry = {
  time: Date.parse("2026-11-20T08:16:02.130Z"),
  zoneId: "Z1",
  name: "www.example.com",
  type: "A",
  rcode: "NOERROR",
  protocol: "UDP",
  edgeLocation: "FRA6",
  resolverAddress: "192.0.2.53",
};
const plain = { color: false };

describe("a query log entry for people", () => {
  it("has its columns in one place, whatever the entry", () => {
    const other: QueryLogEntry = {
      ...entry,
      name: "a.b",
      type: "HTTPS",
      rcode: "NXDOMAIN",
      protocol: "TCP",
      edgeLocation: "IAD12",
    };
    const [one, two] = [renderLogEntry(entry, plain), renderLogEntry(other, plain)];
    expect(one).toBe(
      "2026-11-20T08:16:02.130Z  NOERROR   A       www.example.com                       UDP  FRA6    192.0.2.53",
    );
    expect(two.indexOf("192.0.2.53")).toBe(one.indexOf("192.0.2.53"));
    expect(two.indexOf("HTTPS")).toBe(one.indexOf("A  "));
  });

  it("shows the client's subnet where there is one", () => {
    expect(renderLogEntry({ ...entry, clientSubnet: "2001:db8::/48" }, plain)).toMatch(
      /192\.0\.2\.53 {7}subnet 2001:db8::\/48$/,
    );
  });

  it("cannot steer the terminal", () => {
    const hostile = { ...entry, name: "\u001b[2Jx\r\n\u202ey.example", resolverAddress: "\u0007192.0.2.1" };
    expect(renderLogEntry(hostile, plain)).not.toMatch(/[\u0000-\u001f\u202e]/);
  });

  it("is coloured by its response code, only when asked to", () => {
    expect(renderLogEntry(entry, { color: true })).toContain("\u001b[32mNOERROR");
    expect(renderLogEntry({ ...entry, rcode: "NXDOMAIN" }, { color: true })).toContain("\u001b[33mNXDOMAIN");
    expect(renderLogEntry({ ...entry, rcode: "SERVFAIL" }, { color: true })).toContain("\u001b[31mSERVFAIL");
    expect(renderLogEntry(entry, plain)).not.toContain("\u001b");
  });
});

it("is the same for machines, with a time that both can read", () => {
  expect(logEntryDocument(entry)).toEqual({ ...entry, time: "2026-11-20T08:16:02.130Z" });
});
