/** Reads the events of several log groups latest first, a piece at a time, so that between two pieces others get their turn. */

import type { EventPosition, LogEvent, LogGroup, LogStorage } from "./log-storage.ts";

export interface GroupEvent {
  readonly group: LogGroup;
  readonly event: LogEvent;
}

/** Held in memory for each group. */
const PIECE = 2_000;

class GroupReader {
  readonly #storage: LogStorage;
  readonly group: LogGroup;
  readonly #from: EventPosition;
  #to: EventPosition;
  #piece: LogEvent[] = [];
  #at = 0;
  #last = false;

  constructor(storage: LogStorage, group: LogGroup, from: EventPosition, to: EventPosition) {
    this.#storage = storage;
    this.group = group;
    this.#from = from;
    this.#to = to;
  }

  /** The next event, left where it is. */
  peek(): LogEvent | undefined {
    if (this.#at >= this.#piece.length && !this.#last) this.#refill();
    return this.#piece[this.#at];
  }

  skip(): void {
    this.#at += 1;
  }

  #refill(): void {
    this.#piece = [];
    this.#at = 0;
    for (const event of this.#storage.events(this.group, this.#from, this.#to, true)) {
      this.#piece.push(event);
      if (this.#piece.length >= PIECE) break;
    }
    this.#last = this.#piece.length < PIECE;
    const oldest = this.#piece.at(-1);
    if (oldest !== undefined) this.#to = oldest;
  }
}

/** From `from` (inclusive) to `to` (exclusive), the latest of all groups first. */
export function* eventsOfGroups(
  storage: LogStorage,
  groups: readonly LogGroup[],
  from: EventPosition,
  to: EventPosition,
): Generator<GroupEvent, void, undefined> {
  const readers = groups.map((group) => new GroupReader(storage, group, from, to));
  for (;;) {
    let latest: { readonly reader: GroupReader; readonly event: LogEvent } | undefined;
    for (const reader of readers) {
      const event = reader.peek();
      if (event !== undefined && (latest === undefined || event.timestamp > latest.event.timestamp)) {
        latest = { reader, event };
      }
    }
    if (latest === undefined) return;
    latest.reader.skip();
    yield { group: latest.reader.group, event: latest.event };
  }
}
