import { describe, expect, it } from "vitest";
import { refusalOf } from "../../../../src/local/protocol/guard.ts";

describe("who may speak to the server", () => {
  it.each([
    "127.0.0.1:5350",
    "127.53.0.1",
    "localhost:5350",
    "LOCALHOST",
    "localhost.:80",
    "route53.localhost",
    "[::1]:5350",
    "data-localhost:5350",
  ])("a request for %s", (host) => expect(refusalOf({ host })).toBeUndefined());

  it.each([
    ["a name that may resolve to anything", "evil.example:5350"],
    ["a name that looks like an address", "127.0.0.1.evil.example"],
    ["a name that ends like localhost", "evillocalhost"],
    ["another address", "192.0.2.1:5350"],
    ["all addresses", "0.0.0.0:5350"],
    ["another IPv6 address", "[2001:db8::1]:5350"],
    ["a mapped address", "[::ffff:192.0.2.1]"],
    ["credentials before the host", "localhost@evil.example"],
    ["nothing", ""],
  ])("not one for %s", (_what, host) => expect(refusalOf({ host })).toContain("not a loopback name"));

  it("not a web page of another origin", () => {
    expect(refusalOf({ host: "localhost", origin: "https://evil.example" })).toContain("another origin");
    expect(refusalOf({ host: "localhost", origin: "null" })).toContain("another origin");
    expect(refusalOf({ host: "localhost", "sec-fetch-site": "cross-site" })).toContain("another origin");
  });

  it("but a page served from this machine", () => {
    expect(
      refusalOf({ host: "localhost:5350", origin: "http://localhost:3000", "sec-fetch-site": "same-site" }),
    ).toBeUndefined();
  });
});
