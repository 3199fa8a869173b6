import { ListHostedZonesCommand, Route53Client } from "@aws-sdk/client-route-53";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { limitRequests, RateLimiter } from "../../../src/backend/rate-limit.ts";
import { ROUTE53_LIMITS } from "../../../src/route53/request-limits.ts";
import { startTestBackend, type TestBackend } from "../../support/backend.ts";
import { fakeClock } from "../../support/fake-clock.ts";

describe("the rate limiter", () => {
  it("lets an action's burst through at once and then its rate", () => {
    const limiter = new RateLimiter(ROUTE53_LIMITS, 0);
    const delays = Array.from({ length: 6 }, () => limiter.delayFor("GetHealthCheckStatus", 0));
    expect(delays).toEqual([0, 0, 0, 0, 1000, 2000]);
  });

  it("holds all actions together to the account's burst and rate", () => {
    const limiter = new RateLimiter(ROUTE53_LIMITS, 0);
    const actions = ["ListHostedZones", "GetHostedZone", "ListHealthChecks"];
    const delays = Array.from({ length: 52 }, (_, n) => limiter.delayFor(actions[n % 3] as string, 0));
    expect(delays.slice(0, 50)).toEqual(Array(50).fill(0));
    expect(delays.slice(50)).toEqual([100, 200]);
  });

  it("gives tokens back with time, but no more than the burst", () => {
    const limiter = new RateLimiter(ROUTE53_LIMITS, 0);
    for (let n = 0; n < 4; n++) limiter.delayFor("GetHealthCheckStatus", 0);
    expect(limiter.delayFor("GetHealthCheckStatus", 1_000)).toBe(0);
    const later = Array.from({ length: 5 }, () => limiter.delayFor("GetHealthCheckStatus", 3_600_000));
    expect(later).toEqual([0, 0, 0, 0, 1000]);
  });

  it("never lets more through than burst plus rate times time, in any window", () => {
    const size = { burst: 4, perSecond: 1 };
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 60 }), (gaps) => {
        const limiter = new RateLimiter(ROUTE53_LIMITS, 0);
        let now = 0;
        const sent = gaps.map((gap) => {
          now += gap;
          return now + limiter.delayFor("GetHealthCheckStatus", now);
        });
        for (let first = 0; first < sent.length; first++) {
          for (let last = first; last < sent.length; last++) {
            const seconds = ((sent[last] as number) - (sent[first] as number)) / 1000;
            expect(last - first + 1).toBeLessThanOrEqual(size.burst + size.perSecond * seconds + 1e-6);
          }
        }
      }),
    );
  });

  it("waits and refills more slowly after a Throttling, and recovers with answers", () => {
    const limiter = new RateLimiter(ROUTE53_LIMITS, 0);
    limiter.throttled("ListHostedZones", 0);
    // An empty bucket that refills five a second instead of ten.
    expect(limiter.delayFor("ListHostedZones", 0)).toBe(200);
    for (let n = 0; n < 50; n++) limiter.answered();
    expect(limiter.delayFor("ListHostedZones", 0)).toBe(200);
  });
});

describe("a limited client", () => {
  let test: TestBackend | undefined;
  afterEach(() => test?.stop());

  it("waits for its turn before it sends", async () => {
    test = await startTestBackend();
    const clock = fakeClock();
    const slept: number[] = [];
    const limits = { ...ROUTE53_LIMITS, actions: { ListHostedZones: { burst: 1, perSecond: 2 } } };
    const client = new Route53Client({
      endpoint: test.apiUrl,
      region: "us-east-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
    });
    client.middlewareStack.use(
      limitRequests(new RateLimiter(limits, 0), {
        elapsedMs: clock.elapsedMs,
        sleep: async (ms) => void slept.push(ms),
      }),
    );
    for (let n = 0; n < 3; n++) await client.send(new ListHostedZonesCommand({}));
    client.destroy();
    expect(slept).toEqual([500, 1000]);
  });
});
