/**
 * A Live Tail session: what is ingested while it is open, once a second, at most 500 events of it. Knows nothing of the wire;
 * what is ingested, the clock and chance are passed in.
 */

import type { Clock } from "../../../clock.ts";

export interface TailedEvent {
  readonly logGroupIdentifier: string;
  readonly logStreamName: string;
  readonly message: string;
  /** Epoch ms. */
  readonly timestamp: number;
  /** Epoch ms. */
  readonly ingestionTime: number;
}

export interface TailUpdate {
  /** More came than an update holds; these are some of them, each as likely as any other. */
  readonly sampled: boolean;
  readonly events: readonly TailedEvent[];
}

/** API Reference, StartLiveTail. */
export const MAX_EVENTS_PER_UPDATE = 500;
const MAX_WAITING_UPDATES = 10;
const UPDATE_EVERY_MS = 1_000;
const SESSION_MS = 3 * 3600 * 1000;

/** Keeps a fair sample of what comes (reservoir sampling), in the order in which it came. */
export class Sample {
  readonly #random: () => number;
  #kept: { readonly order: number; readonly event: TailedEvent }[] = [];
  #seen = 0;

  /** `random` gives numbers from 0 up to, not including, 1. */
  constructor(random: () => number) {
    this.#random = random;
  }

  offer(event: TailedEvent): void {
    const entry = { order: this.#seen, event };
    this.#seen += 1;
    if (this.#kept.length < MAX_EVENTS_PER_UPDATE) {
      this.#kept.push(entry);
      return;
    }
    const place = Math.floor(this.#random() * this.#seen);
    if (place < MAX_EVENTS_PER_UPDATE) this.#kept[place] = entry;
  }

  /** Takes what was kept, and starts anew. */
  take(): TailUpdate {
    const events = this.#kept.sort((a, b) => a.order - b.order).map(({ event }) => event);
    const sampled = this.#seen > MAX_EVENTS_PER_UPDATE;
    this.#kept = [];
    this.#seen = 0;
    return { sampled, events };
  }
}

export interface LiveTailSettings {
  readonly clock: Pick<Clock, "after" | "speed">;
  readonly random: () => number;
  /** Calls back for each event of the session; returns what ends that. */
  readonly subscribe: (onEvent: (event: TailedEvent) => void) => () => void;
  /** The client is gone, or the server goes. */
  readonly signal: AbortSignal;
}

/** How a session ended. */
export type TailEnd = "timeout" | "closed";

/**
 * Yields an update each real second, empty or not; starts to listen at the first `next`. A reader that lags gets the latest
 * ten. Returns when three hours are over or the signal is aborted.
 */
export async function* tailLive({
  clock,
  random,
  subscribe,
  signal,
}: LiveTailSettings): AsyncGenerator<TailUpdate, TailEnd, undefined> {
  const sample = new Sample(random);
  const waiting: TailUpdate[] = [];
  let end: TailEnd | undefined;
  let wake = () => {};
  const finish = (how: TailEnd) => {
    end ??= how;
    wake();
  };
  const onAbort = () => finish("closed");
  const tick = () => {
    waiting.push(sample.take());
    if (waiting.length > MAX_WAITING_UPDATES) waiting.shift();
    wake();
    timer = clock.after(UPDATE_EVERY_MS * clock.speed, tick);
  };
  if (signal.aborted) return "closed";
  signal.addEventListener("abort", onAbort, { once: true });
  const unsubscribe = subscribe((event) => sample.offer(event));
  let timer = clock.after(UPDATE_EVERY_MS * clock.speed, tick);
  const timeout = clock.after(SESSION_MS * clock.speed, () => finish("timeout"));
  try {
    for (;;) {
      const update = end === "closed" ? undefined : waiting.shift();
      if (update !== undefined) yield update;
      else if (end !== undefined) return end;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    unsubscribe();
    timer.cancel();
    timeout.cancel();
    signal.removeEventListener("abort", onAbort);
  }
}
