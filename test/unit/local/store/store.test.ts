import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { openStore } from "../../../../src/local/store/lmdb-store.ts";
import type { Key, Range, Store } from "../../../../src/local/store/store.ts";

const cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).reverse()) await one();
});

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), "r53kit-store-"));
  cleanUp.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function opened(place: Parameters<typeof openStore>[0]): Store {
  const store = openStore(place);
  cleanUp.push(() => store.close().catch(() => {}));
  return store;
}

const kinds = [
  { kind: "in memory", make: () => opened({ inMemory: true }) },
  { kind: "on disk", make: () => opened({ directory: directory() }) },
];

describe.each(kinds)("a store $kind", ({ make }) => {
  it("gives back what was put, and nothing for an unknown key", () => {
    const table = make().table<{ n: number }>("things");
    expect(table.get("a")).toBeUndefined();
  });

  it("keeps every put of a write and removes what the write removed", () => {
    const store = make();
    const table = store.table<{ n: number; list: string[] }>("things");
    store.write(() => {
      table.put("a", { n: 1, list: ["x"] });
      table.put("b", { n: 2, list: [] });
      table.remove("a");
      table.remove("never there");
    });
    expect(table.get("a")).toBeUndefined();
    expect(table.get("b")).toEqual({ n: 2, list: [] });
  });

  it("sees its own puts inside a write, single and in ranges", () => {
    const store = make();
    const table = store.table<number>("things");
    store.write(() => {
      table.put(["z", 1], 1);
      expect(table.get(["z", 1])).toBe(1);
      expect(table.count()).toBe(1);
      for (const { key } of table.entries()) table.remove(key);
      expect(table.count()).toBe(0);
    });
  });

  it("keeps nothing of a write that throws", () => {
    const store = make();
    const table = store.table<number>("things");
    store.write(() => table.put("kept", 1));
    expect(() =>
      store.write(() => {
        table.put("kept", 2);
        table.put("new", 3);
        table.remove("kept");
        throw new Error("stop");
      }),
    ).toThrow("stop");
    expect([...table.entries()]).toEqual([{ key: "kept", value: 1 }]);
  });

  it("undoes only the inner write when an inner write throws and the outer goes on", () => {
    const store = make();
    const table = store.table<number>("things");
    store.write(() => {
      table.put("outer", 1);
      expect(() =>
        store.write(() => {
          table.put("inner", 2);
          throw new Error("stop");
        }),
      ).toThrow("stop");
    });
    expect([...table.entries()].map(({ key }) => key)).toEqual(["outer"]);
  });

  it("refuses a put outside a write", () => {
    const table = make().table<number>("things");
    expect(() => table.put("a", 1)).toThrow("Store.write");
    expect(() => table.remove("a")).toThrow("Store.write");
  });

  it("is not changed by what the caller does to a value after the put", () => {
    const store = make();
    const table = store.table<{ list: string[] }>("things");
    const value = { list: ["a"] };
    store.write(() => table.put("k", value));
    value.list.push("b");
    expect(table.get("k")).toEqual({ list: ["a"] });
  });

  it("opens a table inside a write", () => {
    const store = make();
    store.write(() => store.table<number>("late").put("a", 1));
    expect(store.table<number>("late").get("a")).toBe(1);
  });

  it("keeps tables apart, and clears them all", () => {
    const store = make();
    store.write(() => {
      store.table<number>("one").put("k", 1);
      store.table<number>("two").put("k", 2);
    });
    expect(store.table<number>("one").get("k")).toBe(1);
    store.clear();
    expect(store.table<number>("one").count()).toBe(0);
    expect(store.table<number>("two").get("k")).toBeUndefined();
  });

  it("orders keys by their parts: numbers first, then strings, the shorter before the longer", () => {
    const store = make();
    const table = store.table<number>("things");
    const keys: Key[] = [["b"], ["a", "b"], ["a", 10], ["a", 9], "a", ["a", "b", 0], ["a b"], [3, "x"]];
    store.write(() => keys.forEach((key, index) => void table.put(key, index)));
    expect([...table.entries()].map(({ key }) => key)).toEqual([
      [3, "x"],
      "a",
      ["a", 9],
      ["a", 10],
      ["a", "b"],
      ["a", "b", 0],
      "a b",
      "b",
    ]);
  });

  it("includes a range's start and excludes its end in both directions", () => {
    const store = make();
    const table = store.table<number>("things");
    store.write(() => {
      for (let n = 0; n < 10; n++) table.put(["k", n], n);
    });
    const values = (range: Range) => [...table.entries(range)].map(({ value }) => value);
    expect(values({ start: ["k", 3], end: ["k", 6] })).toEqual([3, 4, 5]);
    expect(values({ start: ["k", 3], end: ["k", 6], reverse: true })).toEqual([5, 4, 3]);
    expect(values({ start: ["k", 3], limit: 2 })).toEqual([3, 4]);
    expect(values({ end: ["k", 6], limit: 2, reverse: true })).toEqual([5, 4]);
    expect(table.count({ start: ["k", 3], end: ["k", 6] })).toBe(3);
  });
});

const part = fc.oneof(
  fc.integer({ min: -1_000_000, max: 10_000_000_000_000 }),
  fc.string({ unit: fc.constantFrom(..."abz09.-_\\*@ "), maxLength: 8, minLength: 1 }),
);
const key = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."ab.*\\"), minLength: 1, maxLength: 6 }),
  fc.array(part, { minLength: 1, maxLength: 3 }),
);

describe("the two stores", () => {
  it("agree on order, ranges and counts", () => {
    const disk = opened({ directory: directory() });
    fc.assert(
      fc.property(
        fc.array(key, { maxLength: 30 }),
        fc.record(
          { start: key, end: key, limit: fc.integer({ min: 1, max: 5 }), reverse: fc.boolean() },
          { requiredKeys: [] },
        ),
        (keys, range) => {
          const memory = openStore({ inMemory: true });
          disk.clear();
          for (const store of [memory, disk]) {
            const table = store.table<number>("t");
            store.write(() => keys.forEach((one, index) => void table.put(one, index)));
          }
          const [left, right] = [memory.table<number>("t"), disk.table<number>("t")];
          expect([...right.entries(range)]).toEqual([...left.entries(range)]);
          expect(right.count(range)).toBe(left.count(range));
          for (const one of keys) expect(right.get(one)).toBe(left.get(one));
        },
      ),
      { numRuns: 150 },
    );
  });
});
