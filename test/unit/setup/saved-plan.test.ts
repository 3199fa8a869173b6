import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { renderPlan } from "../../../src/render/setup.ts";
import { sorted } from "../../../src/setup/canonical-json.ts";
import type { Plan } from "../../../src/setup/plan.ts";
import { readPlan, withChecksum, writePlan } from "../../../src/setup/saved-plan.ts";
import { openWorkbench, readExample, readText, type Workbench } from "./workbench.ts";

let bench: Workbench;
let folder: string;
/** Of every kind of change, new and in place. */
let first: Plan;
let second: Plan;

const FILE = (more: string) => `zone: { name: example.com, comment: "${more}" }
healthChecks:
  p: { type: TCP, address: 127.53.0.1, port: 9, disabled: true, failureThreshold: ${more.length} }
  r: { type: TCP, address: 127.53.0.1, port: 9, disabled: true, interval: ${more.length > 1 ? 30 : 10} }
${more.length > 1 ? "" : "  gone: { type: TCP, address: 127.53.0.1, port: 10, disabled: true }"}
records:
  - { name: www, type: A, ttl: ${more.length}, values: [192.0.2.1] }
  - { name: "@", type: A, alias: { target: www } }
  - { name: gone${more}, type: A, ttl: 1, values: [192.0.2.1] }
trafficFlow:
  policies: { g: { document: { AWSPolicyFormatVersion: "2015-10-01", RecordType: A, StartEndpoint: e, Endpoints: { e: { Type: value, Value: 192.0.2.${more.length} } } } } }
  instances: [ { name: g, policy: g, ttl: 60 } ]
logging: { logGroup: /a${more}, retentionDays: 7 }
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "r53kit-plan-"));
  bench = await openWorkbench();
  first = (await bench.plan(readExample("myapp"))).plan;
  await bench.apply(readText(FILE("x")));
  second = (await bench.plan(readText(FILE("xx")))).plan;
});
afterAll(async () => {
  await bench.close();
  rmSync(folder, { recursive: true });
});

/** Edited by somebody who knows how to make the checksum fit. */
function reread(plan: unknown): Plan {
  const file = join(folder, "plan.json");
  const isObject = plan !== null && typeof plan === "object" && !Array.isArray(plan);
  writeFileSync(file, JSON.stringify(isObject ? withChecksum(plan as Plan) : (plan ?? null)));
  return readPlan(file);
}

/** Every place of a value, outermost first. */
function placesIn(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (value === null || typeof value !== "object") return [at];
  return [at, ...Object.entries(value).flatMap(([key, one]) => placesIn(one, [...at, key]))];
}

function withValue(plan: Plan, at: readonly string[], value: unknown): unknown {
  const copy = structuredClone(plan) as unknown;
  const last = at.at(-1);
  if (last === undefined) return value;
  let here = copy as Record<string, unknown>;
  for (const step of at.slice(0, -1)) here = here[step] as Record<string, unknown>;
  if (value === undefined) delete here[last];
  else here[last] = value;
  return copy;
}

describe("a saved plan", () => {
  it("is read as it was written, whatever is in it", async () => {
    for (const plan of [first, second]) {
      const file = join(folder, "whole.json");
      await writePlan(file, plan);
      expect(readPlan(file)).toEqual(JSON.parse(JSON.stringify(plan)));
      expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(JSON.parse(JSON.stringify(withChecksum(plan))));
    }
    const kinds = [first, second].flatMap((plan) =>
      plan.phases.flatMap(({ changes }) => changes.map(({ kind }) => kind)),
    );
    expect(new Set(kinds).size).toBe(10);
  });

  it("is the same text for the same file and the same state, but for the time", async () => {
    const again = (await bench.plan(readText(FILE("xx")))).plan;
    expect(JSON.stringify({ ...again, createdAt: "" })).toBe(JSON.stringify({ ...second, createdAt: "" }));
  });

  it("that was edited or cut is refused as unreadable, or is still one that can be shown", () => {
    for (const plan of [first, second]) {
      const whole = JSON.parse(JSON.stringify(plan)) as Plan;
      const values = [undefined, null, 7, "\u001b[31m", [], {}];
      // Of the larger plan every place once, of the smaller one every place with everything.
      for (const [i, at] of placesIn(whole).entries()) {
        for (const value of plan === second ? values : [values[i % values.length]]) {
          try {
            renderPlan(reread(withValue(whole, at, value)), { color: false });
          } catch (error) {
            if (!(error instanceof Failure))
              throw new Error(`${at.join(".")} = ${JSON.stringify(value)}`, { cause: error });
            expect(error).toMatchObject({ kind: "usage", code: "plan.unreadable" });
          }
        }
      }
    }
  });

  it.each<[what: string, at: string, value: unknown]>([
    ["calls a change that is not there", "phases.2.batches.0.calls.0.change", 99],
    ["deletes what was not read", "phases.2.changes.0.before", null],
    ["leaves a change out of its batches", "phases.2.batches", []],
    ["has a change of another kind", "phases.2.changes.0.kind", "toString"],
    ["is of a zone that it does not name", "phases.2.changes.0.zone", "other.example."],
    ["has its phases in another order", "phases.2.phase", "zone"],
    ["has no name where a name must be", "phases.2.changes.0.before.Name", "a..b"],
  ])("that %s is refused", (_, at, value) => {
    const plan = JSON.parse(JSON.stringify(second)) as Plan;
    expect(() => reread(withValue(plan, at.split("."), value))).toThrowError(
      expect.objectContaining({ code: "plan.unreadable" }),
    );
  });

  it.each<[what: string, edit: (text: string) => string]>([
    ["another value", (text) => text.replaceAll("192.0.2.1", "192.0.2.66")],
    ["another TTL", (text) => text.replace('"TTL":2', '"TTL":3')],
    ["no checksum", (text) => text.replace(/,"checksum":"\w+"/, "")],
  ])("that has %s than was reviewed is refused", (_, edit) => {
    const file = join(folder, "edited.json");
    const text = JSON.stringify(withChecksum(second));
    const edited = edit(text);
    expect(edited).not.toBe(text);
    writeFileSync(file, edited);
    expect(() => readPlan(file)).toThrowError(
      expect.objectContaining({ code: "plan.unreadable", message: expect.stringContaining("not as r53kit wrote it") }),
    );
  });

  it("may be laid out anew, its members in any order", () => {
    const file = join(folder, "sorted.json");
    writeFileSync(file, JSON.stringify(sorted(JSON.parse(JSON.stringify(withChecksum(second)))), undefined, 4));
    expect(readPlan(file)).toEqual(JSON.parse(JSON.stringify(second)));
  });

  it("counts its changes itself", () => {
    const claimed = { ...second, summary: { add: 0, change: 0, remove: 0 } };
    expect(reread(claimed).summary).toEqual(second.summary);
  });

  it("shows no control characters of what it holds", () => {
    const evil = "\u001b]0;title\u0007\u202e";
    const places = ["backend.label", "backend.account", "phases.2.changes.0.subject", "phases.2.changes.0.why"];
    let plan: unknown = { ...second, notes: [evil] };
    for (const at of places) plan = withValue(plan as Plan, at.split("."), evil);
    expect(renderPlan(reread(plan), { color: false })).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it("is not written over the set-up file", async () => {
    const file = join(folder, "r53kit.yaml");
    writeFileSync(file, "version: 1\n");
    await expect(writePlan(file, { ...second, file })).rejects.toMatchObject({ code: "plan.not-written" });
    expect(readFileSync(file, "utf8")).toBe("version: 1\n");
  });
});
