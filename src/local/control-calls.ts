/** The API calls that the backend answered lately, and their stream to whoever follows: a ring that forgets, never a queue that grows. */

import type { ServerResponse } from "node:http";
import type { Call } from "./protocol/server.ts";

/** How many calls are remembered. */
export const REMEMBERED_CALLS = 1_000;

/** A call as the control endpoint tells it. */
export interface RecordedCall {
  /** Counts up from 1; a gap means that calls were forgotten before they were read. */
  readonly sequence: number;
  /** ISO 8601; when the request came. */
  readonly time: string;
  /** Signing name, e.g. `route53`; null when no service was recognised. */
  readonly service: string | null;
  readonly operation: string | null;
  /** HTTP status. */
  readonly status: number;
  readonly errorCode: string | null;
  /** Real ms from the request to its answer. */
  readonly durationMs: number;
  readonly requestId: string;
}

export class CallLog {
  readonly #ring: RecordedCall[] = [];
  readonly #followers = new Set<() => void>();
  readonly #open = new Set<ServerResponse>();
  #sequence = 0;

  record({ requestId, service, operation, status, errorCode, durationMs }: Call): void {
    this.#sequence += 1;
    this.#ring[(this.#sequence - 1) % REMEMBERED_CALLS] = {
      sequence: this.#sequence,
      time: new Date(Date.now() - durationMs).toISOString(),
      service: service ?? null,
      operation: operation ?? null,
      status,
      errorCode: errorCode ?? null,
      durationMs: Math.round(durationMs * 1000) / 1000,
      requestId,
    };
    for (const tell of this.#followers) tell();
  }

  /** The latest, oldest first. */
  latest(limit = REMEMBERED_CALLS): RecordedCall[] {
    return this.#after(this.#sequence - Math.min(limit, REMEMBERED_CALLS));
  }

  #after(sequence: number): RecordedCall[] {
    const first = Math.max(sequence + 1, this.#sequence - REMEMBERED_CALLS + 1, 1);
    const calls: RecordedCall[] = [];
    for (let next = first; next <= this.#sequence; next++) {
      const call = this.#ring[(next - 1) % REMEMBERED_CALLS];
      if (call !== undefined) calls.push(call);
    }
    return calls;
  }

  /**
   * Writes the latest calls and then each new one, a line each, until the reader leaves or the log closes. A reader that is
   * slower than the calls misses some; it sees that in their numbers.
   */
  follow(response: ServerResponse, limit: number): void {
    let told = this.#sequence - Math.min(limit, REMEMBERED_CALLS);
    const write = () => {
      if (response.writableNeedDrain) return;
      const calls = this.#after(told);
      told = this.#sequence;
      if (calls.length > 0) response.write(calls.map((call) => `${JSON.stringify(call)}\n`).join(""));
    };
    response.on("drain", write);
    response.on("close", () => {
      this.#followers.delete(write);
      this.#open.delete(response);
    });
    this.#followers.add(write);
    this.#open.add(response);
    // The reader learns at once that it is heard, calls or not.
    response.flushHeaders();
    write();
  }

  /** Ends every stream in an orderly way. */
  close(): void {
    for (const response of this.#open) response.end();
  }
}
