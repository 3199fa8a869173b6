import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterProbe, calculatedIsHealthy, endpointIsHealthy, UNDECIDED } from "../../../../src/local/health/verdict.ts";

const run = (results: readonly boolean[], threshold: number) =>
  results.reduce((verdict, passed) => afterProbe(verdict, passed, threshold), UNDECIDED);

describe("a checker's verdict", () => {
  it("is healthy before the first probe", () => {
    expect(UNDECIDED.healthy).toBe(true);
  });

  it("turns after as many failures in a row as the threshold, not one earlier", () => {
    expect(run([false, false], 3).healthy).toBe(true);
    expect(run([false, false, false], 3).healthy).toBe(false);
  });

  it("turns back after as many successes in a row", () => {
    expect(run([false, false, false, true, true], 3).healthy).toBe(false);
    expect(run([false, false, false, true, true, true], 3).healthy).toBe(true);
  });

  it("starts counting anew when a result of the other kind comes between", () => {
    expect(run([false, false, true, false, false], 3).healthy).toBe(true);
  });

  it("is what the last run of at least threshold equal results said", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), fc.integer({ min: 1, max: 10 }), (results, threshold) => {
        let expected = true;
        for (let end = threshold; end <= results.length; end++) {
          const window = results.slice(end - threshold, end);
          if (window.every((passed) => passed === window[0])) expected = window[0] as boolean;
        }
        expect(run(results, threshold).healthy).toBe(expected);
      }),
    );
  });
});

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
