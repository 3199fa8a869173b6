/** Durable state of the local backend: ordered tables of plain data, changed in transactions. */

/** Raised when what the tables hold changes shape. */
export const STATE_FORMAT = 1;

/** Keys order by their parts, like LMDB's: numbers before strings, strings by code unit. */
export type Key = string | readonly (string | number)[];

export interface Range {
  /** Inclusive. */
  readonly start?: Key;
  /** Exclusive. */
  readonly end?: Key;
  readonly limit?: number;
  readonly reverse?: boolean;
}

/** Values are JSON-like plain data; what comes out must not be changed in place. */
export interface Table<Value> {
  get(key: Key): Value | undefined;
  /** Only inside {@link Store.write}. */
  put(key: Key, value: Value): void;
  /** Only inside {@link Store.write}. */
  remove(key: Key): void;
  entries(range?: Range): Iterable<{ readonly key: Key; readonly value: Value }>;
  count(range?: Range): number;
}

export interface Store {
  table<Value>(name: string): Table<Value>;
  /**
   * Runs `work` as one transaction: all of its writes become durable together, before this returns, or none does when it
   * throws. `work` is synchronous; writes are serial.
   */
  write<Result>(work: () => Result): Result;
  /** Of the tables that there are, empty ones too. */
  tableNames(): string[];
  /** Removes everything. */
  clear(): void;
  close(): Promise<void>;
}
