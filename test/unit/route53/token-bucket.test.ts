import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenBucket } from "../../../src/route53/token-bucket.ts";

describe("a token bucket", () => {
  it("starts full, and refills at its rate up to its burst", () => {
    const bucket = new TokenBucket({ burst: 2, perSecond: 4 }, 0);
    expect([bucket.take(0), bucket.take(0)]).toEqual([0, 0]);
    expect(bucket.hasToken(249)).toBe(false);
    expect(bucket.hasToken(250)).toBe(true);
    bucket.take(250);
    expect(bucket.hasToken(10_000)).toBe(true);
    expect([bucket.take(10_000), bucket.take(10_000), bucket.take(10_000)]).toEqual([0, 0, 250]);
  });

  it("never gives more at once than its burst and what its rate makes in the time", () => {
    const size = fc.record({ burst: fc.integer({ min: 1, max: 50 }), perSecond: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(size, fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }), (limits, pauses) => {
        const bucket = new TokenBucket(limits, 0);
        let now = 0;
        let given = 0;
        for (const pause of pauses) {
          now += pause;
          if (!bucket.hasToken(now)) continue;
          expect(bucket.take(now)).toBe(0);
          given++;
          expect(given).toBeLessThanOrEqual(limits.burst + (now / 1000) * limits.perSecond + 1e-6);
        }
      }),
    );
  });
});
