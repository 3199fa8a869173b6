/**
 * Keeps this process within Route 53's request limits, so that a big apply runs at the speed AWS allows instead of into
 * `Throttling` errors; and slows down when those come all the same, since other processes share the account's limits.
 * Source: Route 53 Developer Guide, "Throttling for Amazon Route 53 API requests" (limits since 2026-07-30).
 */

import type { FinalizeHandler, FinalizeHandlerArguments, HandlerExecutionContext, Pluggable } from "@smithy/types";
import type { Clock } from "../clock.ts";

/** A token bucket: how many requests at once, and how many a second for good. */
export interface BucketSize {
  readonly burst: number;
  readonly perSecond: number;
}

export interface RateLimits {
  /** All actions of the account together. */
  readonly account: BucketSize;
  /** Those with limits of their own, by action, e.g. `CreateHealthCheck`. */
  readonly actions: Readonly<Record<string, BucketSize>>;
  /** Each action that is not among those. */
  readonly otherAction: BucketSize;
}

export const ROUTE53_LIMITS: RateLimits = {
  account: { burst: 50, perSecond: 10 },
  otherAction: { burst: 50, perSecond: 10 },
  actions: {
    AssociateVPCWithHostedZone: { burst: 20, perSecond: 5 },
    CreateHostedZone: { burst: 40, perSecond: 2 },
    CreateReusableDelegationSet: { burst: 40, perSecond: 2 },
    DeleteHostedZone: { burst: 40, perSecond: 5 },
    DeleteReusableDelegationSet: { burst: 40, perSecond: 5 },
    CreateCidrCollection: { burst: 40, perSecond: 5 },
    ChangeCidrCollection: { burst: 40, perSecond: 5 },
    DeleteCidrCollection: { burst: 40, perSecond: 5 },
    DisassociateVPCFromHostedZone: { burst: 10, perSecond: 5 },
    CreateHealthCheck: { burst: 50, perSecond: 0.5 },
    DeleteHealthCheck: { burst: 15, perSecond: 3 },
    GetHealthCheckStatus: { burst: 4, perSecond: 1 },
    GetHealthCheckLastFailureReason: { burst: 4, perSecond: 1 },
    CreateTrafficPolicyInstance: { burst: 1, perSecond: 1 },
    DeleteTrafficPolicyInstance: { burst: 1, perSecond: 1 },
  },
};

/** After a `Throttling` buckets refill at half their rate, down to an eighth; every answered request gives a little back. */
const SLOWEST_PACE = 1 / 8;
const PACE_REGAINED = 1 / 50;

class Bucket {
  readonly #size: BucketSize;
  #tokens: number;
  #at: number;

  constructor(size: BucketSize, nowMs: number) {
    this.#size = size;
    this.#tokens = size.burst;
    this.#at = nowMs;
  }

  #refill(nowMs: number, pace: number): void {
    const seconds = (nowMs - this.#at) / 1000;
    this.#tokens = Math.min(this.#size.burst, this.#tokens + seconds * this.#size.perSecond * pace);
    this.#at = nowMs;
  }

  /** Takes one token, in advance if need be; returns the ms until it is there. So requests go in the order in which they came. */
  take(nowMs: number, pace: number): number {
    this.#refill(nowMs, pace);
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / (this.#size.perSecond * pace)) * 1000;
  }

  drain(nowMs: number, pace: number): void {
    this.#refill(nowMs, pace);
    this.#tokens = Math.min(0, this.#tokens);
  }
}

/** The buckets of one account, without clocks: the caller says what time it is, in ms that only grow. */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #account: Bucket;
  readonly #actions = new Map<string, Bucket>();
  #pace = 1;

  constructor(limits: RateLimits, nowMs: number) {
    this.#limits = limits;
    this.#account = new Bucket(limits.account, nowMs);
  }

  #bucket(action: string, nowMs: number): Bucket {
    let bucket = this.#actions.get(action);
    if (bucket === undefined) {
      bucket = new Bucket(this.#limits.actions[action] ?? this.#limits.otherAction, nowMs);
      this.#actions.set(action, bucket);
    }
    return bucket;
  }

  /** How many ms the next request of this action must wait; it counts as made then. */
  delayFor(action: string, nowMs: number): number {
    return Math.max(this.#account.take(nowMs, this.#pace), this.#bucket(action, nowMs).take(nowMs, this.#pace));
  }

  /** The service answered `Throttling`: somebody else uses the account too. */
  throttled(action: string, nowMs: number): void {
    this.#account.drain(nowMs, this.#pace);
    this.#bucket(action, nowMs).drain(nowMs, this.#pace);
    this.#pace = Math.max(SLOWEST_PACE, this.#pace / 2);
  }

  answered(): void {
    this.#pace = Math.min(1, this.#pace + PACE_REGAINED);
  }
}

const THROTTLING = new Set(["Throttling", "ThrottlingException", "TooManyRequestsException"]);

/** Makes an SDK client wait for the limiter before each attempt, retries included, and before it is signed. */
export function limitRequests<Input extends object = object, Output extends object = object>(
  limiter: RateLimiter,
  clock: Pick<Clock, "elapsedMs" | "sleep">,
): Pluggable<Input, Output> {
  return {
    applyToStack(stack) {
      stack.addRelativeTo(
        (next: FinalizeHandler<Input, Output>, context: HandlerExecutionContext) =>
          async (args: FinalizeHandlerArguments<Input>) => {
            const action = String(context.commandName ?? "").replace(/Command$/, "");
            const delayMs = limiter.delayFor(action, clock.elapsedMs());
            if (delayMs > 0) await clock.sleep(delayMs);
            try {
              const result = await next(args);
              limiter.answered();
              return result;
            } catch (error) {
              if (error instanceof Error && THROTTLING.has(error.name)) limiter.throttled(action, clock.elapsedMs());
              throw error;
            }
          },
        { name: "rateLimitMiddleware", relation: "before", toMiddleware: "httpSigningMiddleware", override: true },
      );
    },
  };
}
