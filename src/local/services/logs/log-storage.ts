/**
 * Log groups, streams and events as they are kept in the store. Events lie in one order per group: timestamp, then arrival;
 * that is the order in which they are read back, whatever their streams.
 */

import type { Clock } from "../../../clock.ts";
import type { Store, Table } from "../../store/store.ts";
import type { LogGroupAddress } from "./log-arns.ts";

export interface LogGroupState {
  /** Never used twice; the events of a group go with it. */
  readonly id: number;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Undefined: events never expire. */
  readonly retentionDays?: number;
  readonly logGroupClass: "STANDARD" | "INFREQUENT_ACCESS" | "DELIVERY" | "ESSENTIALS";
  readonly kmsKeyId?: string;
  readonly deletionProtection: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

export interface LogStreamState {
  /** All times in epoch ms. */
  readonly createdAt: number;
  readonly firstEventAt?: number;
  readonly lastEventAt?: number;
  readonly lastIngestionAt?: number;
  readonly storedBytes: number;
}

export interface NewEvent {
  /** Epoch ms. */
  readonly timestamp: number;
  readonly message: string;
}

interface EventState {
  readonly stream: string;
  readonly message: string;
  /** Epoch ms. */
  readonly ingestedAt: number;
}

/** Where an event lies within its group; positions order as events do. */
export interface EventPosition {
  readonly timestamp: number;
  readonly sequence: number;
}

export interface LogEvent extends EventPosition, EventState {}

export interface LogGroup extends LogGroupAddress {
  readonly state: LogGroupState;
}

/** What one write added to a group. */
export interface AddedEvents {
  readonly group: LogGroup;
  readonly byStream: ReadonlyMap<string, readonly NewEvent[]>;
  /** Epoch ms. */
  readonly ingestedAt: number;
}

/** What CloudWatch Logs adds to each event's UTF-8 length when it counts bytes (API Reference, PutLogEvents). */
const EVENT_OVERHEAD_BYTES = 26;
const DAY_MS = 24 * 3600 * 1000;
/** Expired events also go when new ones come, a few at a time, so that no write takes long. */
const PURGE_PER_WRITE = 200;

export function eventBytes(message: string): number {
  return Buffer.byteLength(message, "utf8") + EVENT_OVERHEAD_BYTES;
}

/** Epoch ms before which the group's events are gone; 0 when they never expire. */
export function expiryOf(state: LogGroupState, now: number): number {
  return state.retentionDays === undefined ? 0 : now - state.retentionDays * DAY_MS;
}

export class LogStorage {
  readonly #store: Store;
  readonly #clock: Pick<Clock, "now">;
  /** Keys: region, name. */
  readonly #groups: Table<LogGroupState>;
  /** Keys: group id, name. */
  readonly #streams: Table<LogStreamState>;
  /** Keys: group id, timestamp, sequence. */
  readonly #events: Table<EventState>;
  readonly #counters: Table<number>;
  readonly #listeners = new Set<(added: AddedEvents) => void>();

  constructor(store: Store, clock: Pick<Clock, "now">) {
    this.#store = store;
    this.#clock = clock;
    this.#groups = store.table("log-groups");
    this.#streams = store.table("log-streams");
    this.#events = store.table("log-events");
    this.#counters = store.table("log-counters");
  }

  group(address: LogGroupAddress): LogGroup | undefined {
    const state = this.#groups.get([address.region, address.name]);
    return state === undefined ? undefined : { region: address.region, name: address.name, state };
  }

  /** In order of their names. `after` is exclusive. */
  *groups(region: string, after?: string): Iterable<LogGroup> {
    const start = after === undefined ? [region] : [region, after];
    for (const { key, value } of this.#groups.entries({ start, end: [region, "\uffff"] })) {
      const name = String(key[1]);
      if (name !== after) yield { region, name, state: value };
    }
  }

  createGroup(address: LogGroupAddress, settings: Omit<LogGroupState, "id" | "createdAt">): void {
    this.#store.write(() => {
      const state = { ...settings, id: this.#next("group", 1), createdAt: this.#clock.now() };
      this.#groups.put([address.region, address.name], state);
    });
  }

  changeGroup(group: LogGroup, state: LogGroupState): void {
    this.#store.write(() => this.#groups.put([group.region, group.name], state));
  }

  removeGroup(group: LogGroup): void {
    const { id } = group.state;
    this.#store.write(() => {
      this.#groups.remove([group.region, group.name]);
      for (const { key } of [...this.#streams.entries({ start: [id], end: [id + 1] })]) this.#streams.remove(key);
      for (const { key } of [...this.#events.entries({ start: [id], end: [id + 1] })]) this.#events.remove(key);
    });
  }

  stream(group: LogGroup, name: string): LogStreamState | undefined {
    return this.#streams.get([group.state.id, name]);
  }

  /** In order of their names. */
  *streams(group: LogGroup): Iterable<{ readonly name: string; readonly state: LogStreamState }> {
    const { id } = group.state;
    for (const { key, value } of this.#streams.entries({ start: [id], end: [id + 1] })) {
      yield { name: String(key[1]), state: value };
    }
  }

  createStream(group: LogGroup, name: string): void {
    this.#store.write(() =>
      this.#streams.put([group.state.id, name], { createdAt: this.#clock.now(), storedBytes: 0 }),
    );
  }

  removeStream(group: LogGroup, name: string): void {
    const { id } = group.state;
    this.#store.write(() => {
      this.#streams.remove([id, name]);
      for (const { key, value } of [...this.#events.entries({ start: [id], end: [id + 1] })]) {
        if (value.stream === name) this.#events.remove(key);
      }
    });
  }

  storedBytes(group: LogGroup): number {
    let sum = 0;
    for (const { state } of this.streams(group)) sum += state.storedBytes;
    return sum;
  }

  /** Adds events to streams of a group, making streams that are not there. One transaction. */
  addEvents(group: LogGroup, byStream: ReadonlyMap<string, readonly NewEvent[]>): void {
    const ingestedAt = this.#clock.now();
    const { id } = group.state;
    this.#store.write(() => {
      for (const [stream, events] of byStream) {
        let sequence = this.#next("event", events.length);
        let bytes = 0;
        let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
        for (const { timestamp, message } of events) {
          this.#events.put([id, timestamp, sequence], { stream, message, ingestedAt });
          sequence += 1;
          bytes += eventBytes(message);
          first = Math.min(first, timestamp);
          last = Math.max(last, timestamp);
        }
        const before = this.#streams.get([id, stream]) ?? { createdAt: ingestedAt, storedBytes: 0 };
        this.#streams.put([id, stream], {
          ...before,
          ...(events.length === 0
            ? {}
            : {
                firstEventAt: Math.min(first, before.firstEventAt ?? first),
                lastEventAt: Math.max(last, before.lastEventAt ?? last),
                lastIngestionAt: ingestedAt,
              }),
          storedBytes: before.storedBytes + bytes,
        });
      }
      this.#purgeExpired(group, ingestedAt, PURGE_PER_WRITE);
    });
    for (const listener of this.#listeners) listener({ group, byStream, ingestedAt });
  }

  /** Called after each write of events; returns what ends that. */
  onAdded(listener: (added: AddedEvents) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Removes up to `limit` expired events, of whatever groups. True when there may be more. */
  sweep(limit: number): boolean {
    const now = this.#clock.now();
    let left = limit;
    for (const { key, value } of [...this.#groups.entries()]) {
      if (left <= 0) return true;
      if (value.retentionDays === undefined || !Array.isArray(key)) continue;
      const group = { region: String(key[0]), name: String(key[1]), state: value };
      left -= this.#store.write(() => this.#purgeExpired(group, now, left));
    }
    return left <= 0;
  }

  /** The event at a position of a group, unless it has expired. */
  eventAt(group: LogGroup, { timestamp, sequence }: EventPosition): LogEvent | undefined {
    if (timestamp < expiryOf(group.state, this.#clock.now())) return undefined;
    const state = this.#events.get([group.state.id, timestamp, sequence]);
    return state === undefined ? undefined : { timestamp, sequence, ...state };
  }

  /** Events from `from` (inclusive) to `to` (exclusive) that have not expired, in order or, with `reverse`, latest first. */
  *events(group: LogGroup, from: EventPosition, to: EventPosition, reverse: boolean): Iterable<LogEvent> {
    const { id } = group.state;
    const cutoff = expiryOf(group.state, this.#clock.now());
    const start = from.timestamp < cutoff ? { timestamp: cutoff, sequence: 0 } : from;
    if (start.timestamp > to.timestamp) return;
    const range = {
      start: [id, start.timestamp, start.sequence],
      end: [id, to.timestamp, to.sequence],
      reverse,
    };
    for (const { key, value } of this.#events.entries(range)) {
      yield { timestamp: Number(key[1]), sequence: Number(key[2]), ...value };
    }
  }

  #next(counter: string, count: number): number {
    const next = this.#counters.get(counter) ?? 1;
    this.#counters.put(counter, next + count);
    return next;
  }

  /** Returns how many events went. */
  #purgeExpired(group: LogGroup, now: number, limit: number): number {
    const cutoff = expiryOf(group.state, now);
    if (cutoff <= 0) return 0;
    const { id } = group.state;
    const expired = [...this.#events.entries({ start: [id], end: [id, cutoff], limit })];
    const freed = new Map<string, number>();
    for (const { key, value } of expired) {
      this.#events.remove(key);
      freed.set(value.stream, (freed.get(value.stream) ?? 0) + eventBytes(value.message));
    }
    for (const [stream, bytes] of freed) {
      const state = this.#streams.get([id, stream]);
      if (state !== undefined)
        this.#streams.put([id, stream], { ...state, storedBytes: Math.max(0, state.storedBytes - bytes) });
    }
    return expired.length;
  }
}
