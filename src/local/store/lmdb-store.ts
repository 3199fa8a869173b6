/** The store on disk: LMDB, one named database a table; a write is on the disk before it returns. */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Database, open, type RootDatabase } from "lmdb";
import { Failure } from "../../errors.ts";
import { type DirectoryLock, lockDirectory } from "./directory-lock.ts";
import { keyFromParts, partsOf } from "./keys.ts";
import { MemoryStore } from "./memory-store.ts";
import { type Key, type Range, STATE_FORMAT, type Store, type Table } from "./store.ts";

const STATE_FILE = "state.mdb";
const FORMAT_TABLE = "r53kit";
const FORMAT_KEY = "format";

type LmdbKey = (string | number)[];

export type StorePlace = { readonly directory: string } | { readonly inMemory: true };

/**
 * Opens the store of a directory, made if need be, or an empty one in memory.
 * Throws a Failure: `store.in-use` when another process holds the directory, `store.format` when another version of
 * r53kit wrote it, `store.unusable` when the system does not let us at it.
 */
export function openStore(place: StorePlace): Store {
  if ("inMemory" in place) return new MemoryStore();
  let lock: DirectoryLock | undefined;
  try {
    lock = lockDirectory(place.directory);
    return new LmdbStore(place.directory, lock);
  } catch (error) {
    void lock?.release();
    throw error instanceof Failure ? error : unusable(place.directory, error);
  }
}

/** Removes the state of a directory that no process has open, of whatever format it is. Throws like {@link openStore}. */
export async function dropState(directory: string): Promise<void> {
  const lock = lockDirectory(directory);
  for (const file of [STATE_FILE, `${STATE_FILE}-lock`]) rmSync(join(directory, file), { force: true });
  await lock.release();
}

function unusable(directory: string, cause: unknown): Failure {
  return new Failure({
    kind: "failed",
    code: "store.unusable",
    message: `The state in ${directory} cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}`,
    next: "Make that directory readable and writable, or set R53KIT_HOME to another one",
    cause,
  });
}

class LmdbTable<Value> implements Table<Value> {
  readonly #database: Database<Value, LmdbKey>;
  readonly #writing: () => boolean;

  constructor(database: Database<Value, LmdbKey>, writing: () => boolean) {
    this.#database = database;
    this.#writing = writing;
  }

  #mustWrite(): void {
    if (!this.#writing()) throw new Error("a table is only written inside Store.write");
  }

  get(key: Key): Value | undefined {
    return this.#database.get([...partsOf(key)]);
  }

  put(key: Key, value: Value): void {
    this.#mustWrite();
    this.#database.putSync([...partsOf(key)], value);
  }

  remove(key: Key): void {
    this.#mustWrite();
    this.#database.removeSync([...partsOf(key)]);
  }

  /** LMDB walks from `start` towards `end` in the direction of the walk, so a reverse range swaps its ends and which of them it includes. */
  #range({ start, end, limit, reverse = false }: Range) {
    const [first, last] = reverse ? [end, start] : [start, end];
    return {
      ...(first === undefined ? {} : { start: [...partsOf(first)], exclusiveStart: reverse }),
      ...(last === undefined ? {} : { end: [...partsOf(last)], inclusiveEnd: reverse }),
      ...(limit === undefined ? {} : { limit }),
      reverse,
    };
  }

  *entries(range: Range = {}): Iterable<{ key: Key; value: Value }> {
    // Inside a write what is walked may change under the walk.
    const found = this.#database.getRange(this.#range(range));
    for (const { key, value } of this.#writing() ? [...found] : found) {
      yield { key: keyFromParts(Array.isArray(key) ? key : [key]), value };
    }
  }

  count(range: Range = {}): number {
    // LMDB counts past the limit.
    const all = this.#database.getKeysCount(this.#range({ ...range, reverse: false }));
    return Math.min(all, range.limit ?? all);
  }
}

class LmdbStore implements Store {
  readonly #environment: RootDatabase<unknown, string>;
  readonly #lock: DirectoryLock;
  readonly #databases = new Map<string, Database<unknown, LmdbKey>>();
  #depth = 0;

  constructor(directory: string, lock: DirectoryLock) {
    this.#lock = lock;
    this.#environment = open<unknown, string>({
      path: join(directory, STATE_FILE),
      noSubdir: true,
      // With overlapping syncs a commit would return before it is on the disk.
      overlappingSync: false,
      maxDbs: 128,
    });
    const format = this.table<number>(FORMAT_TABLE).get(FORMAT_KEY);
    if (format === undefined) {
      this.write(() => this.table<number>(FORMAT_TABLE).put(FORMAT_KEY, STATE_FORMAT));
    } else if (format !== STATE_FORMAT) {
      void this.#environment.close();
      throw new Failure({
        kind: "failed",
        code: "store.format",
        message: `The state in ${directory} has format ${format}, written by another version of r53kit; this one reads format ${STATE_FORMAT}`,
        next: "Use the version that wrote it, or drop that state with `r53kit local reset`",
      });
    }
  }

  #database(name: string): Database<unknown, LmdbKey> {
    let database = this.#databases.get(name);
    if (database === undefined) {
      database = this.#environment.openDB<unknown, LmdbKey>({ name });
      this.#databases.set(name, database);
    }
    return database;
  }

  table<Value>(name: string): Table<Value> {
    return new LmdbTable<Value>(this.#database(name) as Database<Value, LmdbKey>, () => this.#depth > 0);
  }

  write<Result>(work: () => Result): Result {
    this.#depth++;
    try {
      return this.#environment.transactionSync(work);
    } finally {
      this.#depth--;
    }
  }

  tableNames(): string[] {
    return [...this.#environment.getKeys()].filter((name) => name !== FORMAT_TABLE);
  }

  clear(): void {
    const names = this.tableNames();
    this.write(() => {
      for (const name of names) this.#database(name).clearSync();
    });
  }

  async close(): Promise<void> {
    await this.#environment.close();
    await this.#lock.release();
  }
}
