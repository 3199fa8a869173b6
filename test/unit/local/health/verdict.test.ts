import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterProbe, UNDECIDED } from "../../../../src/local/health/verdict.ts";

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
