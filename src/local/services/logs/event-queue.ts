/** Events on their way to storage: taken in at once, written in batches, so that whoever logs never waits for the disk. */

import type { Clock, Timer } from "../../../clock.ts";
import type { LogGroupAddress } from "./log-arns.ts";
import type { LogStorage, NewEvent } from "./log-storage.ts";

/** Real ms: how long an event may wait. A process that is killed loses no more than this. */
const WAIT_MS = 250;
/** A batch this large is written at once; it also bounds the memory in use. */
const MAX_WAITING = 20_000;

export class EventQueue {
  readonly #storage: LogStorage;
  readonly #clock: Clock;
  readonly #region: string;
  /** Group, then stream. */
  #waiting = new Map<string, Map<string, NewEvent[]>>();
  #count = 0;
  #timer: Timer | undefined;

  constructor(storage: LogStorage, clock: Clock, region: string) {
    this.#storage = storage;
    this.#clock = clock;
    this.#region = region;
  }

  append(group: string, stream: string, events: readonly NewEvent[]): void {
    if (events.length === 0) return;
    let streams = this.#waiting.get(group);
    if (streams === undefined) {
      streams = new Map();
      this.#waiting.set(group, streams);
    }
    const same = streams.get(stream);
    if (same === undefined) streams.set(stream, [...events]);
    else same.push(...events);
    this.#count += events.length;
    if (this.#count >= MAX_WAITING) this.flush();
    else this.#timer ??= this.#clock.after(WAIT_MS * this.#clock.speed, () => this.flush());
  }

  /** Writes what waits. Events of a group that does not exist are dropped, as Route 53 does. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#count === 0) return;
    const waiting = this.#waiting;
    this.#waiting = new Map();
    this.#count = 0;
    for (const [name, streams] of waiting) {
      const address: LogGroupAddress = { region: this.#region, name };
      const group = this.#storage.group(address);
      if (group !== undefined) this.#storage.addEvents(group, streams);
    }
  }
}
