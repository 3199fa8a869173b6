import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addCosts, costOf, NO_COST } from "../../../src/route53/batch-cost.ts";
import { domainName } from "../../../src/route53/names.ts";
import { packUnits, recordSetOfCall } from "../../../src/setup/batches.ts";
import type { BatchCall, RecordSetChange } from "../../../src/setup/plan.ts";
import type { RecordUnit } from "../../../src/setup/record-set-diff.ts";

const ZONE = domainName("example.com");

function change(name: string, values: readonly string[]): RecordSetChange {
  const set = { Name: name, Type: "TXT" as const, TTL: 60, ResourceRecords: values.map((Value) => ({ Value })) };
  return { kind: "record-set", action: "change", subject: name, why: "", zone: ZONE, before: set, after: set };
}

function unit(actions: readonly BatchCall["action"][], count: number, characters: number, name = "a"): RecordUnit {
  const values = Array.from({ length: count }, (_, i) => `${i}`.padEnd(characters, "x"));
  return {
    phase: "records",
    changes: actions.map((_, i) => change(`${name}${i}`, values)),
    calls: actions.map((action, i) => ({ action, change: i })),
  };
}

const arbitraryUnit = fc
  .tuple(
    fc.array(fc.constantFrom("CREATE", "UPSERT", "DELETE"), { minLength: 1, maxLength: 4 }),
    fc.integer({ min: 1, max: 100 }),
    fc.integer({ min: 4, max: 39 }),
  )
  .map(([actions, count, characters]) => unit(actions as BatchCall["action"][], count, characters));

describe("packing changes into batches", () => {
  it("never exceeds a limit, never splits a unit, loses nothing and keeps the order", () => {
    fc.assert(
      fc.property(fc.array(arbitraryUnit, { maxLength: 30 }), (units) => {
        const packed = packUnits(ZONE, units, 0);
        expect(packed.tooLarge).toEqual([]);
        const batchOf = new Map<number, number>();
        for (const [i, batch] of packed.batches.entries()) {
          let cost = NO_COST;
          for (const call of batch.calls) {
            const set = recordSetOfCall(call, packed.changes[call.change] as RecordSetChange);
            cost = addCosts(cost, costOf({ Action: call.action, ResourceRecordSet: set as never }));
            batchOf.set(call.change, i);
          }
          expect(cost.records).toBeLessThanOrEqual(1000);
          expect(cost.characters).toBeLessThanOrEqual(32_000);
        }
        let first = 0;
        for (const { calls } of units) {
          expect(new Set(calls.map((call) => batchOf.get(first + call.change))).size).toBe(1);
          first += calls.length;
        }
        expect(packed.batches.flatMap((batch) => batch.calls.map((call) => call.change))).toEqual(
          packed.changes.map((_, i) => i),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("takes ten batches for 10,000 new address records, the least there is", () => {
    const units = Array.from({ length: 10_000 }, (_, i) => unit(["CREATE"], 1, 9, `n${i}-`));
    expect(packUnits(ZONE, units, 0).batches).toHaveLength(10);
  });

  it("counts an UPSERT twice", () => {
    const upserts = Array.from({ length: 501 }, () => unit(["UPSERT"], 1, 4));
    expect(packUnits(ZONE, upserts, 0).batches.map((batch) => batch.calls.length)).toEqual([500, 1]);
  });

  it("says which unit is too large for any batch", () => {
    expect(packUnits(ZONE, [unit(["UPSERT", "UPSERT", "UPSERT"], 400, 4, "big")], 0).tooLarge).toMatchObject([
      { subject: "big0" },
    ]);
  });

  it("counts the changes from where they will stand in their phase", () => {
    expect(packUnits(ZONE, [unit(["CREATE"], 1, 4)], 7).batches[0]?.calls[0]?.change).toBe(7);
  });
});
