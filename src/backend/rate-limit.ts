/**
 * Keeps this process within Route 53's request limits, so that a big apply runs at the speed AWS allows instead of into
 * `Throttling` errors; and slows down when those come all the same, since other processes share the account's limits.
 */

import type { FinalizeHandler, FinalizeHandlerArguments, HandlerExecutionContext, Pluggable } from "@smithy/types";
import type { Clock } from "../clock.ts";
import type { RateLimits } from "../route53/request-limits.ts";
import { TokenBucket } from "../route53/token-bucket.ts";

/** After a `Throttling` buckets refill at half their rate, down to an eighth; every answered request gives a little back. */
const SLOWEST_PACE = 1 / 8;
const PACE_REGAINED = 1 / 50;

/** The buckets of one account, without clocks: the caller says what time it is, in ms that only grow. */
export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #account: TokenBucket;
  readonly #actions = new Map<string, TokenBucket>();
  #pace = 1;

  constructor(limits: RateLimits, nowMs: number) {
    this.#limits = limits;
    this.#account = new TokenBucket(limits.account, nowMs);
  }

  #bucket(action: string, nowMs: number): TokenBucket {
    let bucket = this.#actions.get(action);
    if (bucket === undefined) {
      bucket = new TokenBucket(this.#limits.actions[action] ?? this.#limits.otherAction, nowMs);
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
