import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { phaseOf, turnFrom } from "../../../../src/local/health/timetable.ts";

const INTERVAL_MS = 10_000;

describe("the timetable of health checks", () => {
  it("spreads checks evenly over the interval, whatever their ids are", () => {
    for (const idOf of [() => randomUUID(), (i: number) => `check-${i}`]) {
      const counts = new Array<number>(20).fill(0);
      for (let i = 0; i < 20_000; i++) {
        const slot = Math.floor((phaseOf(idOf(i), 0, 3, INTERVAL_MS) / INTERVAL_MS) * 20);
        counts[slot] = (counts[slot] ?? 0) + 1;
      }
      // 1,000 each, with a standard deviation of 31.
      expect(Math.min(...counts)).toBeGreaterThan(800);
      expect(Math.max(...counts)).toBeLessThan(1_200);
    }
  });

  it("gives a check the same place each time, and its checkers even shares of the interval", () => {
    expect(phaseOf("a", 0, 8, INTERVAL_MS)).toBe(phaseOf("a", 0, 8, INTERVAL_MS));
    for (let index = 0; index < 8; index++) {
      const phase = phaseOf("a", index, 8, INTERVAL_MS);
      expect((phase - phaseOf("a", 0, 8, INTERVAL_MS) + INTERVAL_MS) % INTERVAL_MS).toBeCloseTo(index * 1250);
    }
  });

  it("finds the first turn from a moment on", () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.nat(INTERVAL_MS - 1), (from, phase) => {
        const turn = turnFrom(from, phase, INTERVAL_MS);
        expect(turn).toBeGreaterThanOrEqual(from);
        expect(turn).toBeLessThan(from + INTERVAL_MS);
        expect((turn - phase) % INTERVAL_MS).toBeCloseTo(0);
      }),
    );
  });
});
