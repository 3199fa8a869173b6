import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDuration } from "../../../src/drill/duration.ts";

describe("parseDuration", () => {
  it("reads what people write", () => {
    expect(["90s", "2m", "1m30s", "500ms", "1.5m", "45", "0s", "1h"].map(parseDuration)).toEqual([
      90_000, 120_000, 90_000, 500, 90_000, 45_000, 0, 3_600_000,
    ]);
  });

  it("takes nothing else", () => {
    for (const text of ["", "s", "-5s", "5 s", "1d", "1m30", "ten", "5s!", "1e3s"])
      expect(parseDuration(text)).toBeUndefined();
  });

  it("adds up parts", () => {
    fc.assert(
      fc.property(fc.nat(59), fc.nat(59), fc.nat(999), (minutes, seconds, ms) => {
        expect(parseDuration(`${minutes}m${seconds}s${ms}ms`)).toBe(minutes * 60_000 + seconds * 1000 + ms);
      }),
    );
  });
});
