import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  displayName,
  domainName,
  InvalidNameError,
  isWildcard,
  isWithin,
  labelsOf,
  listOrderKey,
  nameOf,
  parentOf,
  toRoute53,
} from "../../../src/route53/names.ts";

const label = fc.uint8Array({ minLength: 1, maxLength: 20 });
const labels = fc.array(label, { maxLength: 8 });

describe("domain names", () => {
  it("are lower case and absolute, however they were written", () => {
    expect(domainName("WWW.Example.COM")).toBe("www.example.com.");
    expect(domainName("www.example.com.")).toBe("www.example.com.");
    expect(domainName("")).toBe(".");
  });

  it("decode every octal escape that Route 53 may print", () => {
    expect(domainName("\\052.example.com.")).toBe("*.example.com.");
    expect(domainName("a\\041b.example.com")).toBe("a!b.example.com.");
    expect(isWildcard(domainName("\\052.example.com."))).toBe(true);
    expect(isWildcard(domainName("*abc.example.com."))).toBe(false);
  });

  it("keep a dot inside a label apart from a dot between labels", () => {
    const name = domainName("a\\056b.example.com");
    expect(name).toBe("a\\056b.example.com.");
    expect(labelsOf(name)).toHaveLength(3);
  });

  it("print as Route 53 prints them", () => {
    expect(toRoute53(domainName("*.example.com"))).toBe("\\052.example.com.");
    expect(toRoute53(domainName("_dmarc.ex-1.com"))).toBe("_dmarc.ex-1.com.");
    expect(toRoute53(domainName("a\\056b.example.com"))).toBe("a\\056b.example.com.");
  });

  it("survive the way to octets and back, whatever the octets are", () => {
    fc.assert(
      fc.property(labels, (octets) => {
        const name = nameOf(octets);
        expect(domainName(name)).toBe(name);
        expect(domainName(toRoute53(name))).toBe(name);
        expect(nameOf(labelsOf(name))).toBe(name);
      }),
    );
  });

  it("refuse empty labels, long labels, long names and half escapes", () => {
    for (const bad of ["a..b", ".a", "..", "a".repeat(64), `${"a".repeat(60)}.`.repeat(5), "a\\9", "a\\", "a\\400.b"]) {
      expect(() => domainName(bad), bad).toThrow(InvalidNameError);
    }
  });

  it("order as ListResourceRecordSets orders: labels reversed, raw ASCII on the escaped form", () => {
    const names = [
      "example.com",
      "*.example.com",
      "a.example.com",
      "-a.example.com",
      "b.a.example.com",
      "_x.example.com",
    ];
    const ordered = names.map(domainName).sort((a, b) => (listOrderKey(a) < listOrderKey(b) ? -1 : 1));
    expect(ordered.map(displayName)).toEqual([
      "example.com",
      "-a.example.com",
      "*.example.com",
      "_x.example.com",
      "a.example.com",
      "b.a.example.com",
    ]);
  });

  it("know their parents and what lies within them", () => {
    expect(parentOf(domainName("a.b.c"))).toBe("b.c.");
    expect(parentOf(domainName("c"))).toBe(".");
    expect(parentOf(domainName("."))).toBeUndefined();
    expect(isWithin(domainName("a.example.com"), domainName("example.com"))).toBe(true);
    expect(isWithin(domainName("aexample.com"), domainName("example.com"))).toBe(false);
    expect(isWithin(domainName("com"), domainName("."))).toBe(true);
  });
});
