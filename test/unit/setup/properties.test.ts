import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LoadedConfig, readConfig } from "../../../src/config/load.ts";
import { addCosts, costOf, NO_COST } from "../../../src/route53/batch-cost.ts";
import { applyChangeBatch } from "../../../src/route53/change-batch.ts";
import { MAX_RECORDS_PER_BATCH, MAX_VALUE_CHARACTERS_PER_BATCH } from "../../../src/route53/limits.ts";
import type { DomainName } from "../../../src/route53/names.ts";
import { type RecordSet, recordSetKey, toApi } from "../../../src/route53/record-set.ts";
import { recordSetOfCall } from "../../../src/setup/batches.ts";
import { importSetup } from "../../../src/setup/import/import.ts";
import type { ImportSource } from "../../../src/setup/import/source.ts";
import { EMPTY_LEDGER, type Ledger } from "../../../src/setup/ledger.ts";
import { type LiveState, liveZonesAlone } from "../../../src/setup/live/live-state.ts";
import { healthChecksInScope } from "../../../src/setup/live/read-health-checks.ts";
import { makePlan } from "../../../src/setup/make-plan.ts";
import { recordSetNormalForm } from "../../../src/setup/normal-form.ts";
import type { Plan } from "../../../src/setup/plan.ts";
import { groupKey, recordSetHash } from "../../../src/setup/record-set-diff.ts";
import { scopeOf } from "../../../src/setup/scope.ts";
import { APEX, arbitraryZone, CHECKS, ZONE, ZONE_ID } from "./arbitrary-zone.ts";
import { changesOf, openWorkbench, type Workbench } from "./workbench.ts";

const HEALTH_CHECKS = CHECKS.map((Id, i) => ({
  Id,
  CallerReference: `by hand ${i}`,
  HealthCheckConfig: { Type: "TCP" as const, IPAddress: "192.0.2.1", Port: 9 + i, Disabled: true },
  HealthCheckVersion: 1,
}));

function liveState(sets: readonly RecordSet[]): LiveState {
  return liveZonesAlone("123456789012", [
    {
      name: ZONE,
      registrar: { kind: "elsewhere", reason: "" },
      zone: {
        id: ZONE_ID,
        name: ZONE,
        comment: "",
        callerReference: "",
        nameServers: [],
        recordSets: [...APEX, ...sets].map((set) => ({ set, asRead: toApi(set) })),
        trafficPolicyInstances: [],
        queryLogging: undefined,
      },
    },
  ]);
}

function sourceOf(sets: readonly RecordSet[]): ImportSource {
  return { live: liveState(sets), sharedNames: new Set(), healthChecks: HEALTH_CHECKS, tags: new Map() };
}

function fileOf(sets: readonly RecordSet[]): { config: LoadedConfig; text: string } {
  const { text, unsaid } = importSetup(sourceOf(sets), "inline");
  expect(unsaid).toEqual([]);
  return { config: readConfig("r53kit.yaml", text, {}), text };
}

/** What is there was made from the file before. */
function planOf({ config, places }: LoadedConfig, sets: readonly RecordSet[]): Plan {
  const made = Object.fromEntries(sets.map((set) => [recordSetKey(set), recordSetHash(set)]));
  const ledger: Ledger = { ...EMPTY_LEDGER, recordSets: { [ZONE_ID]: made } };
  const live = { ...liveState(sets), healthChecks: healthChecksInScope(HEALTH_CHECKS, new Map(), scopeOf(config)) };
  return makePlan({ config, places, live, ledger, backend: { label: "", confirmsChanges: false }, now: 0 });
}

/** The zone as Route 53's rules leave it; throws what it would refuse, and what it would not but must not be. */
function carriedOut(plan: Plan, there: readonly RecordSet[]): RecordSet[] {
  let zone = [...APEX, ...there];
  for (const { batches, changes } of plan.phases) {
    for (const { calls } of batches) {
      const batch = calls.map((call) => ({
        Action: call.action,
        ResourceRecordSet: recordSetOfCall(call, changes[call.change] as never) as never,
      }));
      const cost = batch.map(costOf).reduce(addCosts, NO_COST);
      expect(cost.records).toBeLessThanOrEqual(MAX_RECORDS_PER_BATCH);
      expect(cost.characters).toBeLessThanOrEqual(MAX_VALUE_CHARACTERS_PER_BATCH);
      const applied = applyChangeBatch(
        {
          id: ZONE_ID,
          name: ZONE,
          recordSetsAt: (at: DomainName) => zone.filter((set) => set.name === at),
          recordSetCount: zone.length,
          maxRecordSets: 10_000,
          healthCheckExists: (id) => HEALTH_CHECKS.some(({ Id }) => Id === id),
          isOtherZone: () => false,
          cidrLocationExists: () => true,
          protectionOf: () => undefined,
        },
        batch,
      );
      if (!applied.ok) throw new Error("messages" in applied ? applied.messages.join("; ") : applied.message);
      const gone = new Set([...applied.removed, ...applied.put].map(recordSetKey));
      zone = [...zone.filter((set) => !gone.has(recordSetKey(set))), ...applied.put];
      expect(danglingAliases(zone)).toEqual([]);
    }
  }
  return zone;
}

/** Aliases that name nothing of their zone: a target that went before them. */
function danglingAliases(zone: readonly RecordSet[]): string[] {
  const there = new Set(zone.map(groupKey));
  return zone.flatMap(({ name, type, answer }) =>
    answer.kind === "alias" && answer.hostedZoneId === ZONE_ID && !there.has(`${answer.target} ${type}`)
      ? [`${name} ${type}`]
      : [],
  );
}

const normal = (sets: readonly RecordSet[]) => sets.map(recordSetNormalForm).sort();

describe("any zone that Route 53 has", () => {
  it("is imported whole: its file asks for exactly what is there, and its plan is empty", () => {
    fc.assert(
      fc.property(arbitraryZone, (sets) => {
        const { config, text } = fileOf(sets);
        expect(config.config.zones[0]?.recordSets, text).toHaveLength(sets.length);
        expect(changesOf(planOf(config, sets))).toEqual([]);
        // From nothing, the file makes the zone that it was written from.
        expect(normal(carriedOut(planOf(config, []), []))).toEqual(normal([...APEX, ...sets]));
      }),
      { numRuns: 200 },
    );
  });

  it("becomes any other one by batches that Route 53 takes, with no alias without its target on the way; then nothing is left to do", {
    timeout: 60_000,
  }, () => {
    fc.assert(
      fc.property(arbitraryZone, arbitraryZone, (before, after) => {
        const { config } = fileOf(after);
        const reached = carriedOut(planOf(config, before), before);
        expect(normal(reached)).toEqual(normal([...APEX, ...after]));
        expect(changesOf(planOf(config, reached.slice(0)))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a sample of them on the local backend", () => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await openWorkbench();
  });
  afterAll(async () => {
    expect(bench.test.defects).toEqual([]);
    await bench.close();
  });

  it("comes to be, one after the other in one zone", async () => {
    for (const sets of fc.sample(arbitraryZone, 12)) {
      const { text } = fileOf(sets);
      // The checks are not there, so they are made; ids of other zones' targets are only looked at for their form.
      const config = readConfig("r53kit.yaml", text, {});
      const { error } = await bench.apply(config);
      expect(error, text).toBeUndefined();
      expect(changesOf((await bench.plan(config)).plan), text).toEqual([]);
    }
  });
});
