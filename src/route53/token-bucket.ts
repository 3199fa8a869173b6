/** A token bucket: so many requests at once, so many a second for good. Without a clock: the caller says what time it is. */

export interface BucketSize {
  readonly burst: number;
  readonly perSecond: number;
}

/** Starts full. Times are ms of one clock that only goes forward. */
export class TokenBucket {
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

  /** Whether {@link take} would give a token at once. */
  hasToken(nowMs: number, pace = 1): boolean {
    this.#refill(nowMs, pace);
    return this.#tokens >= 1;
  }

  /**
   * Takes one token, in advance if need be; returns the ms until it is there, so that those who wait go in the order in
   * which they came. `pace` is how fast the bucket refills, 1 being its rate.
   */
  take(nowMs: number, pace = 1): number {
    this.#refill(nowMs, pace);
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / (this.#size.perSecond * pace)) * 1000;
  }

  /** Leaves nothing in it. */
  drain(nowMs: number, pace = 1): void {
    this.#refill(nowMs, pace);
    this.#tokens = Math.min(0, this.#tokens);
  }
}
