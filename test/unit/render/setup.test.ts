import { describe, expect, it } from "vitest";
import { renderPlan, setupEventLine } from "../../../src/render/setup.ts";
import { domainName } from "../../../src/route53/names.ts";
import { PHASES, PLAN_FORMAT, type Plan } from "../../../src/setup/plan.ts";
import { afterEvent, startOfProgress } from "../../../src/setup/progress.ts";

const zone = domainName("example.com");
const plan: Plan = {
  format: PLAN_FORMAT,
  purpose: "apply",
  createdAt: "2026-01-01T00:00:00.000Z",
  project: "example.com",
  file: "r53kit.yaml",
  backend: { label: "local backend", account: "123456789012", confirmsChanges: false },
  scope: {
    project: "example.com",
    zones: [{ name: zone, id: undefined }],
    healthCheckKeys: [],
    healthCheckIds: {},
    trafficPolicyNames: [],
    logGroups: [],
    readsTrafficFlow: false,
  },
  zones: [{ name: zone, id: null, thresholds: null }],
  phases: PHASES.map((phase) => ({
    phase,
    batches: [],
    expectations: [],
    changes:
      phase === "zone"
        ? [
            {
              kind: "hosted-zone",
              action: "add",
              subject: "example.com",
              why: "it is \u001b[31mnot there",
              zone,
              before: null,
              after: null,
            },
          ]
        : phase === "logging"
          ? [
              {
                kind: "log-group",
                action: "change",
                subject: "log group /a",
                why: "7 days -> 30 days",
                logGroup: "/a",
                before: null,
                after: null,
              },
              {
                kind: "query-logging",
                action: "remove",
                subject: "query logging",
                why: "left the file",
                zone,
                before: null,
                after: null,
              },
            ]
          : [],
  })),
  summary: { add: 1, change: 1, remove: 1 },
  notes: ["something to know"],
  observed: { fingerprint: "0", subjects: {} },
};

describe("a plan as text", () => {
  it("is grouped by phase, says why, cannot drive the terminal, and ends with the sums", () => {
    expect(renderPlan(plan, { color: false })).toBe(`Plan for example.com on local backend (account 123456789012)

zone
  + example.com  it is [31mnot there

logging
  ~ log group /a   7 days -> 30 days
  - query logging  left the file

note: something to know

1 to add, 1 to change, 1 to remove`);
  });
});

describe("progress", () => {
  it("has a line for what is news, and none for the rest", () => {
    const look = { color: false };
    expect(
      setupEventLine(
        { event: "change-done", phase: "zone", action: "add", subject: "example.com", detail: "Z1" },
        look,
      ),
    ).toBe("  + example.com (Z1)");
    expect(
      setupEventLine({ event: "change-started", phase: "zone", action: "add", subject: "example.com" }, look),
    ).toBeUndefined();
  });

  it("folds events into how far each phase is", () => {
    let progress = startOfProgress(plan);
    expect(progress.phases.map((phase) => phase.phase)).toEqual(["zone", "logging"]);
    progress = afterEvent(progress, { event: "phase-started", phase: "zone", changes: 1 });
    progress = afterEvent(progress, { event: "change-started", phase: "zone", action: "add", subject: "example.com" });
    expect(progress.current).toBe("+ example.com");
    progress = afterEvent(progress, { event: "change-done", phase: "zone", action: "add", subject: "example.com" });
    const failed = { check: "delegation", subject: "example.com", status: "failed", says: "no", evidence: [] } as const;
    progress = afterEvent(progress, { event: "verified", phase: "zone", verification: failed });
    progress = afterEvent(progress, { event: "phase-done", phase: "zone" });
    expect(progress.phases[0]).toMatchObject({ state: "done", done: 1, verified: 1, troubles: [failed] });
    expect(progress.phases[1]).toMatchObject({ state: "waiting", done: 0 });
  });
});
