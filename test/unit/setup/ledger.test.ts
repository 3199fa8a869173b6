/** The ledger's file: what it holds after every step, after a kill at any moment, and at the end of a run. */

import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LedgerPatch, nameGonePatch, namePatch, readLedger, recordSetsPatch } from "../../../src/setup/ledger.ts";
import { keepLedger } from "../../../src/setup/ledger-keeper.ts";

let home: string;
let file: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "r53kit-ledger-"));
  file = join(home, "setup", "myapp.com.ledger.json");
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const sets = (zoneId: string, written: Record<string, string>, gone: string[] = []) =>
  recordSetsPatch(zoneId, new Map(Object.entries(written)), gone);

const STEPS: readonly { readonly patch: LedgerPatch; readonly leaves: Partial<ReturnType<typeof readLedger>> }[] = [
  { patch: sets("Z1", { a: "1", b: "2" }), leaves: { recordSets: { Z1: { a: "1", b: "2" } } } },
  { patch: namePatch("queryLogging", "Z1"), leaves: { queryLogging: ["Z1"] } },
  { patch: namePatch("trafficPolicyInstances", "Z1 x A"), leaves: { trafficPolicyInstances: ["Z1 x A"] } },
  { patch: namePatch("trafficPolicies", "1 web"), leaves: { trafficPolicies: ["1 web"] } },
  { patch: sets("Z1", { b: "3", c: "4" }, ["a"]), leaves: { recordSets: { Z1: { b: "3", c: "4" } } } },
  { patch: sets("Z2", {}), leaves: { recordSets: { Z1: { b: "3", c: "4" }, Z2: {} } } },
  { patch: nameGonePatch("trafficPolicies", "1 web"), leaves: { trafficPolicies: [] } },
  {
    patch: { patch: "zone-gone", zoneId: "Z1" },
    leaves: { recordSets: { Z2: {} }, trafficPolicyInstances: [], queryLogging: [] },
  },
];

describe("a ledger that is kept", () => {
  it("has every step on the disk when the step is taken, and is one whole line in the end", () => {
    const keeper = keepLedger(file);
    for (const { patch, leaves } of STEPS) {
      keeper.update(patch);
      expect(readLedger(file)).toMatchObject(leaves);
    }
    const last = readLedger(file);
    keeper.close();
    expect(readLedger(file)).toEqual(last);
    expect(readFileSync(file, "utf8").split("\n")).toHaveLength(2);
  });

  it("has the steps before the one in whose writing it was cut, wherever that was", () => {
    const keeper = keepLedger(file);
    const ends: number[] = [];
    for (const { patch } of STEPS) {
      keeper.update(patch);
      ends.push(statSync(file).size);
    }
    const whole = readFileSync(file, "utf8");
    for (let size = ends[0] ?? 0; size <= whole.length; size++) {
      writeFileSync(file, whole.slice(0, size));
      const landed = ends.findLastIndex((end) => end <= size);
      expect(readLedger(file)).toMatchObject(STEPS[landed]?.leaves ?? {});
    }
    keeper.close();
  });

  it("puts nothing behind a line that was cut", () => {
    const killed = keepLedger(file);
    for (const { patch } of STEPS.slice(0, 5)) killed.update(patch);
    truncateSync(file, statSync(file).size - 3);
    const next = keepLedger(file);
    next.update(sets("Z9", { z: "9" }));
    next.update(sets("Z9", { y: "8" }));
    expect(readLedger(file).recordSets).toEqual({ Z1: { a: "1", b: "2" }, Z9: { z: "9", y: "8" } });
    next.close();
    killed.close();
  });

  it("is not taken for one when a line within it is broken", () => {
    const keeper = keepLedger(file);
    for (const { patch } of STEPS) keeper.update(patch);
    appendFileSync(file, '{"patch":\n{"patch":"zone-gone","zoneId":"Z2"}\n');
    expect(() => readLedger(file)).toThrow("is no ledger");
    keeper.close();
  });

  it("of a run that changes nothing leaves the file alone", () => {
    const keeper = keepLedger(file);
    keeper.close();
    expect(() => statSync(file)).toThrow("ENOENT");
  });

  it("writes as much for a step of a large zone as for one of a small zone", () => {
    const keeper = keepLedger(file);
    keeper.update(sets("Z1", Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`n${i}`, "0"]))));
    const before = statSync(file).size;
    keeper.update(sets("Z1", { n1: "1" }, ["n2"]));
    expect(statSync(file).size - before).toBeLessThan(200);
    keeper.close();
  });
});
