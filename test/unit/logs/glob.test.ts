import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesGlob } from "../../../src/logs/glob.ts";

describe("wildcards", () => {
  it.each([
    ["*.example.com", "www.example.com", true],
    ["*.example.com", "example.com", false],
    ["api-?.example.com", "api-1.example.com", true],
    ["api-?.example.com", "api-12.example.com", false],
    ["*", "", true],
    ["", "", true],
    ["", "a", false],
    ["a*b*c", "aXbXbXc", true],
    ["a*b*c", "aXbXbX", false],
    ["a.b", "aXb", false],
  ])("%j and %j: %s", (pattern, text, expected) => expect(matchesGlob(pattern, text)).toBe(expected));

  it("agree with a regular expression made of the pattern", () => {
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", ".", "*", "?"), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom("a", "b", ".", "c"), maxLength: 12 });
    fc.assert(
      fc.property(pattern, text, (one, other) => {
        const source = one.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".");
        expect(matchesGlob(one, other)).toBe(new RegExp(`^${source}$`).test(other));
      }),
      { numRuns: 2000 },
    );
  });

  it("take no exponential time", () => {
    expect(matchesGlob(`${"a*".repeat(50)}b`, "a".repeat(5000))).toBe(false);
  });
});
