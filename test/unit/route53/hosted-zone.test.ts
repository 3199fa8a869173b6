import { describe, expect, it } from "vitest";
import { apexRecordSets, readName, registrableDomain } from "../../../src/route53/hosted-zone.ts";
import { domainName } from "../../../src/route53/names.ts";

describe("registrableDomain", () => {
  it.each([
    ["myapp.com", "myapp.com."],
    ["www.dev.myapp.com", "myapp.com."],
    ["shop.co.uk", "shop.co.uk."],
    ["a.shop.co.uk", "shop.co.uk."],
    ["corp.uk", "corp.uk."],
  ])("of %s is %s", (name, domain) => {
    expect(registrableDomain(domainName(name))).toBe(domain);
  });

  it.each(["com", "co.uk", "uk", "local"])("is none for the suffix %s", (name) => {
    expect(registrableDomain(domainName(name))).toBeUndefined();
  });
});

describe("readName", () => {
  it("reads what Route 53 reads", () => {
    expect(readName("WWW.Example.com")).toBe("www.example.com.");
    expect(readName("\\052.example.com.")).toBe("*.example.com.");
  });

  it.each([
    ["", "DomainLabelEmpty"],
    [".", "DomainLabelEmpty"],
    ["..com", "DomainLabelEmpty"],
    ["exämple.com", "UnsupportedCharacter"],
    ["a\\9.com", "UnsupportedCharacter"],
    [`${"x".repeat(64)}.com`, "DomainLabelTooLong"],
    [`${"xxxxxxxxx.".repeat(26)}com`, "DomainNameTooLong"],
  ])("refuses '%s' as %s", (text, code) => {
    expect(readName(text)).toEqual({ problem: expect.stringContaining(`FATAL problem: ${code} `) });
  });
});

describe("apexRecordSets", () => {
  it("are the NS and the SOA that every zone starts with", () => {
    const [ns, soa] = apexRecordSets(domainName("myapp.com"), [
      domainName("ns-7.awsdns-00.com"),
      domainName("ns-520.awsdns-01.net"),
    ]);
    expect(ns?.answer).toEqual({
      kind: "records",
      ttlSeconds: 172_800,
      values: ["ns-7.awsdns-00.com.", "ns-520.awsdns-01.net."],
    });
    expect(soa?.answer).toEqual({
      kind: "records",
      ttlSeconds: 900,
      values: ["ns-7.awsdns-00.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"],
    });
  });
});
