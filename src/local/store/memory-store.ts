/** The store without a disk, for tests and `--in-memory`: the same order, the same transactions, gone with the process. */

import { compareKeys, keyFromParts, partsOf } from "./keys.ts";
import type { Key, Range, Store, Table } from "./store.ts";

interface Entry<Value> {
  readonly key: Key;
  readonly value: Value;
}

/** Keeps what a transaction must put back when it fails. */
class Journal {
  readonly #undo: (() => void)[] = [];
  #depth = 0;

  get writing(): boolean {
    return this.#depth > 0;
  }

  record(undo: () => void): void {
    if (!this.writing) throw new Error("a table is only written inside Store.write");
    this.#undo.push(undo);
  }

  run<Result>(work: () => Result): Result {
    const mark = this.#undo.length;
    this.#depth++;
    try {
      return work();
    } catch (error) {
      while (this.#undo.length > mark) this.#undo.pop()?.();
      throw error;
    } finally {
      this.#depth--;
      if (this.#depth === 0) this.#undo.length = 0;
    }
  }
}

class MemoryTable<Value> implements Table<Value> {
  readonly #journal: Journal;
  #entries: Entry<Value>[] = [];

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Index of the first entry that is not before `key`. */
  #position(key: Key): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys((this.#entries[middle] as Entry<Value>).key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #at(position: number, key: Key): Entry<Value> | undefined {
    const entry = this.#entries[position];
    return entry !== undefined && compareKeys(entry.key, key) === 0 ? entry : undefined;
  }

  get(key: Key): Value | undefined {
    return this.#at(this.#position(key), key)?.value;
  }

  put(key: Key, value: Value): void {
    const position = this.#position(key);
    const before = this.#at(position, key);
    this.#journal.record(() =>
      before === undefined ? this.#entries.splice(position, 1) : this.#entries.splice(position, 1, before),
    );
    // Copied, so that the caller's later changes do not reach in, as they would not reach a disk.
    const entry = { key: keyFromParts([...partsOf(key)]), value: structuredClone(value) };
    this.#entries.splice(position, before === undefined ? 0 : 1, entry);
  }

  remove(key: Key): void {
    const position = this.#position(key);
    const before = this.#at(position, key);
    this.#journal.record(() => before !== undefined && this.#entries.splice(position, 0, before));
    if (before !== undefined) this.#entries.splice(position, 1);
  }

  clear(): void {
    const before = this.#entries;
    this.#journal.record(() => {
      this.#entries = before;
    });
    this.#entries = [];
  }

  #slice({ start, end, limit, reverse = false }: Range): Entry<Value>[] {
    const from = start === undefined ? 0 : this.#position(start);
    const to = end === undefined ? this.#entries.length : this.#position(end);
    if (reverse) return this.#entries.slice(limit === undefined ? from : Math.max(from, to - limit), to).reverse();
    return this.#entries.slice(from, limit === undefined ? to : Math.min(to, from + limit));
  }

  entries(range: Range = {}): Iterable<Entry<Value>> {
    return this.#slice(range);
  }

  count(range: Range = {}): number {
    return this.#slice(range).length;
  }
}

export class MemoryStore implements Store {
  readonly #journal = new Journal();
  readonly #tables = new Map<string, MemoryTable<unknown>>();

  table<Value>(name: string): Table<Value> {
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = new MemoryTable<unknown>(this.#journal);
      this.#tables.set(name, table);
    }
    return table as unknown as Table<Value>;
  }

  write<Result>(work: () => Result): Result {
    return this.#journal.run(work);
  }

  tableNames(): string[] {
    return [...this.#tables.keys()];
  }

  clear(): void {
    this.write(() => {
      for (const table of this.#tables.values()) table.clear();
    });
  }

  async close(): Promise<void> {}
}
