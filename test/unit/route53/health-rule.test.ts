import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calculatedIsHealthy, endpointIsHealthy } from "../../../src/route53/health-rule.ts";

describe("an endpoint", () => {
  const endpoint = (healthy: number, all: number) =>
    endpointIsHealthy(Array.from({ length: all }, (_, index) => ({ healthy: index < healthy })));

  it.each([
    { healthy: 0, all: 8, expected: false },
    { healthy: 1, all: 8, expected: false },
    { healthy: 2, all: 8, expected: true },
    { healthy: 1, all: 3, expected: true },
    { healthy: 18, all: 100, expected: false },
    { healthy: 19, all: 100, expected: true },
  ])("with $healthy of $all checkers content is healthy: $expected", ({ healthy, all, expected }) => {
    expect(endpoint(healthy, all)).toBe(expected);
  });
});

describe("a calculated check", () => {
  it("needs as many healthy children as its threshold", () => {
    expect(calculatedIsHealthy([true, true, false], 2)).toBe(true);
    expect(calculatedIsHealthy([true, false, false], 2)).toBe(false);
  });

  it("is always healthy with a threshold of 0 and never with one above its children", () => {
    expect(calculatedIsHealthy([false, false], 0)).toBe(true);
    expect(calculatedIsHealthy([true, true], 3)).toBe(false);
  });

  it("does not get worse when a child gets better", () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
        fc.nat(20),
        fc.nat(),
        (children, threshold, which) => {
          const better = children.with(which % children.length, true);
          if (calculatedIsHealthy(children, threshold)) expect(calculatedIsHealthy(better, threshold)).toBe(true);
        },
      ),
    );
  });
});
