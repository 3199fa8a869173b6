/** Route 53's own request limits, enforced: a request takes a token of the account's bucket and one of its action's. */

import type { Clock } from "../../../clock.ts";
import type { RateLimits } from "../../../route53/request-limits.ts";
import { TokenBucket } from "../../../route53/token-bucket.ts";
import { AwsError } from "../../protocol/aws-error.ts";
import type { Handlers } from "../../protocol/service.ts";

export class Throttle {
  readonly #limits: RateLimits;
  readonly #clock: Pick<Clock, "elapsedMs">;
  readonly #account: TokenBucket;
  readonly #actions = new Map<string, TokenBucket>();

  /** The buckets refill by the clock's own ms, so that a faster backend takes requests faster. */
  constructor(limits: RateLimits, clock: Pick<Clock, "elapsedMs">) {
    this.#limits = limits;
    this.#clock = clock;
    this.#account = new TokenBucket(limits.account, clock.elapsedMs());
  }

  /** Takes what a request costs. Throws Throttling, and takes nothing, when either bucket is empty. */
  admit(action: string): void {
    const now = this.#clock.elapsedMs();
    let bucket = this.#actions.get(action);
    if (bucket === undefined) {
      bucket = new TokenBucket(this.#limits.actions[action] ?? this.#limits.otherAction, now);
      this.#actions.set(action, bucket);
    }
    if (!this.#account.hasToken(now) || !bucket.hasToken(now)) {
      throw new AwsError({ code: "Throttling", message: "Rate exceeded" });
    }
    this.#account.take(now);
    bucket.take(now);
  }
}

/** The same handlers, each asked for only when the throttle admits it. */
export function throttled<Sdk>(handlers: Handlers<Sdk>, throttle: Throttle): Handlers<Sdk> {
  type AnyHandler = (...request: readonly unknown[]) => unknown;
  const wrapped = Object.entries<AnyHandler>(handlers as Readonly<Record<string, AnyHandler>>).map(
    ([action, handler]): [string, AnyHandler] => [
      action,
      (...request) => {
        throttle.admit(action);
        return handler(...request);
      },
    ],
  );
  return Object.fromEntries(wrapped) as unknown as Handlers<Sdk>;
}
