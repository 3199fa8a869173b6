import { describe, expect, it } from "vitest";
import { failoverBounds, probeTimeLimitSeconds } from "../../../src/route53/failover-bounds.ts";

describe("failoverBounds", () => {
  it("gives the cafe's 3 x 30 s with a TTL of 60 s no better than 156 s of downtime", () => {
    const bounds = failoverBounds({ probeType: "HTTP", intervalSeconds: 30, failureThreshold: 3, ttlSeconds: 60 });
    expect(bounds.detection.ms).toBe(96_000);
    expect(bounds.client.ms).toBe(156_000);
  });

  it("says what the bound is made of", () => {
    const { client } = failoverBounds({ probeType: "HTTP", intervalSeconds: 30, failureThreshold: 3, ttlSeconds: 60 });
    expect(client.terms.map((term) => term.ms)).toEqual([30_000, 60_000, 6_000, 60_000]);
    expect(client.formula).toBe(
      "probe phase (at most one interval) + interval x (threshold - 1) + probe time limit + TTL",
    );
  });

  it("adds the TTL only where something caches", () => {
    const bounds = failoverBounds({ probeType: "TCP", intervalSeconds: 10, failureThreshold: 1, ttlSeconds: 12 });
    expect(bounds.authoritative.ms).toBe(20_000);
    expect(bounds.resolver.ms).toBe(32_000);
  });

  it("gives a probe as long as the Developer Guide does", () => {
    expect(probeTimeLimitSeconds("HTTP")).toBe(6);
    expect(probeTimeLimitSeconds("HTTPS_STR_MATCH")).toBe(8);
    expect(probeTimeLimitSeconds("TCP")).toBe(10);
  });
});
