/** A row on its way through a query: a log event with the fields that commands have added, or a row of `stats`. */

import type { LogRecord } from "./record.ts";
import type { Value } from "./values.ts";

export class Row {
  /** Undefined in a row of `stats`. */
  readonly #record: LogRecord | undefined;
  readonly #added: Map<string, Value>;

  constructor(record: LogRecord | undefined, added: ReadonlyMap<string, Value> = new Map()) {
    this.#record = record;
    this.#added = new Map(added);
  }

  /** Null for a field that the row does not have. */
  get(name: string): Value {
    const added = this.#added.get(name);
    return added !== undefined ? added : (this.#record?.get(name) ?? null);
  }

  set(name: string, value: Value): void {
    this.#added.set(name, value);
  }

  /** Of the event, epoch ms; null in a row of `stats`. */
  get timestamp(): number | null {
    const value = this.#record?.get("@timestamp") ?? null;
    return typeof value === "object" && value !== null ? value.epochMs : null;
  }
}
