/**
 * The queries of the service: started, run beside everything else, kept for whoever fetches their results. They live in memory,
 * the latest of them, and end with the process.
 */

import { randomUUID } from "node:crypto";
import type { QueryStatus } from "@aws-sdk/client-cloudwatch-logs";
import type { Clock } from "../../../clock.ts";
import { eventsOfGroups, type GroupEvent } from "./event-reader.ts";
import { type ResultField, startRun } from "./insights/run-query.ts";
import type { Query } from "./insights/syntax.ts";
import type { LogGroup, LogStorage } from "./log-storage.ts";
import { encodePointer } from "./record-pointer.ts";

export interface QueryRequest {
  readonly query: Query;
  readonly text: string;
  readonly region: string;
  readonly groups: readonly LogGroup[];
  /** Epoch ms; both ends are included. */
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  readonly account: string;
}

export interface RunningQuery {
  readonly id: string;
  readonly request: QueryRequest;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly status: QueryStatus;
  /** Complete once the status is. */
  readonly results: readonly (readonly ResultField[])[];
  readonly statistics: {
    readonly recordsScanned: number;
    readonly recordsMatched: number;
    readonly bytesScanned: number;
  };
  readonly durationMs: number;
}

/** CloudWatch Logs quotas: concurrent queries. */
const MAX_CONCURRENT = 100;
/** Kept for whoever asks for their results. */
const MAX_KEPT = 1_000;
const MAX_KEPT_ROWS = 500_000;
/** Log events, and characters of theirs, between two turns of everybody else. */
const EVENTS_PER_TURN = 2_000;
const CHARACTERS_PER_TURN = 500_000;

type Mutable = { -readonly [Member in keyof RunningQuery]: RunningQuery[Member] };

export class QueryRunner {
  readonly #storage: LogStorage;
  readonly #clock: Pick<Clock, "now">;
  readonly #onDefect: (error: unknown) => void;
  /** The oldest first. */
  readonly #queries = new Map<string, Mutable>();

  constructor(storage: LogStorage, clock: Pick<Clock, "now">, onDefect: (error: unknown) => void = () => {}) {
    this.#storage = storage;
    this.#clock = clock;
    this.#onDefect = onDefect;
  }

  get(id: string): RunningQuery | undefined {
    return this.#queries.get(id);
  }

  /** The latest first. */
  all(): RunningQuery[] {
    return [...this.#queries.values()].reverse();
  }

  /** Undefined when as many run as may. */
  start(request: QueryRequest): RunningQuery | undefined {
    const running = [...this.#queries.values()].filter(({ status }) => !isOver(status)).length;
    if (running >= MAX_CONCURRENT) return undefined;
    const query: Mutable = {
      id: randomUUID(),
      request,
      createdAt: this.#clock.now(),
      status: "Scheduled",
      results: [],
      statistics: { recordsScanned: 0, recordsMatched: 0, bytesScanned: 0 },
      durationMs: 0,
    };
    this.#queries.set(query.id, query);
    void this.#run(query).catch((error: unknown) => {
      query.status = "Failed";
      this.#onDefect(error);
    });
    return query;
  }

  /** False when the query has ended already. */
  stop(id: string): boolean {
    const query = this.#queries.get(id);
    if (query === undefined || isOver(query.status)) return false;
    query.status = "Cancelled";
    return true;
  }

  stopAll(): void {
    for (const id of this.#queries.keys()) this.stop(id);
  }

  async #run(query: Mutable): Promise<void> {
    await turn();
    if (isOver(query.status)) return;
    query.status = "Running";
    const { request } = query;
    const { from, to, account } = request;
    const startedAt = performance.now();
    const run = startRun(request.query, { now: query.createdAt, rangeStart: from, rangeEnd: to }, request.limit);
    const events = eventsOfGroups(
      this.#storage,
      request.groups,
      { timestamp: from, sequence: 0 },
      { timestamp: to + 1, sequence: 0 },
    );
    let [since, characters] = [0, 0];
    for (const found of events) {
      run.push(sourceOf(found, account));
      since += 1;
      characters += found.event.message.length;
      if (since < EVENTS_PER_TURN && characters < CHARACTERS_PER_TURN) continue;
      [since, characters] = [0, 0];
      query.statistics = run.statistics;
      await turn();
      if (isOver(query.status)) return;
    }
    query.results = run.finish();
    query.statistics = run.statistics;
    query.durationMs = Math.round(performance.now() - startedAt);
    query.status = "Complete";
    this.#forget();
  }

  /** Drops the oldest that have ended, as long as there are too many or they hold too much. */
  #forget(): void {
    let rows = [...this.#queries.values()].reduce((sum, { results }) => sum + results.length, 0);
    for (const [id, { status, results }] of this.#queries) {
      if (this.#queries.size <= MAX_KEPT && rows <= MAX_KEPT_ROWS) return;
      if (!isOver(status)) continue;
      this.#queries.delete(id);
      rows -= results.length;
    }
  }
}

function isOver(status: QueryStatus): boolean {
  return status !== "Scheduled" && status !== "Running";
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function sourceOf({ group, event }: GroupEvent, account: string) {
  return {
    message: event.message,
    timestamp: event.timestamp,
    ingestedAt: event.ingestedAt,
    stream: event.stream,
    log: `${account}:${group.name}`,
    pointer: encodePointer(group, event),
  };
}
