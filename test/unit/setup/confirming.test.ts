import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Backend } from "../../../src/backend/backend.ts";
import type { CommandContext } from "../../../src/cli/context.ts";
import { setupApply } from "../../../src/cli/runs/setup-apply.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { openWorkbench, type Workbench } from "./workbench.ts";

let bench: Workbench;
let file: string;
beforeEach(async () => {
  bench = await openWorkbench();
  mkdirSync(bench.home, { recursive: true });
  file = join(bench.home, "r53kit.yaml");
  writeFileSync(file, "version: 1\nzone: { name: example.com }\n");
});
afterEach(() => bench.close());

/** A command's context on a backend that asks before it changes things, as AWS does. */
function context(answer: boolean, yes = false) {
  const asked: string[] = [];
  const notes: string[] = [];
  const results: unknown[] = [];
  const backend: Backend = {
    ...bench.test.backend,
    label: "AWS account 123456789012",
    confirmsChanges: true,
    close: () => {},
  };
  const made: CommandContext = {
    options: { config: file, json: false, color: false, yes, quiet: false, verbose: false },
    host: { env: { R53KIT_HOME: bench.home } } as unknown as CommandContext["host"],
    signal: new AbortController().signal,
    live: false,
    color: { stdout: false, stderr: false },
    result: (value) => results.push(value),
    resultLine: () => {},
    note: (text) => notes.push(text),
    confirm: async (question) => {
      asked.push(question);
      return answer;
    },
    connect: async () => backend,
  };
  return { made, asked, notes, results };
}

describe("setup apply where changes are confirmed", () => {
  it("names the backend, shows the plan, asks, and changes nothing when the answer is no", async () => {
    const { made, asked, notes, results } = context(false);
    await expect(setupApply(made, undefined, {})).rejects.toMatchObject({
      kind: "interrupted",
      code: "setup.declined",
    });
    expect(notes[0]).toBe("backend: AWS account 123456789012");
    expect(notes[1]).toContain("+ example.com");
    expect(asked).toEqual(["Apply to AWS account 123456789012: 1 to add, 1 to change, 0 to remove?"]);
    expect(results).toEqual([]);
    const { plan } = await bench.plan(loadConfig(file));
    expect(plan.summary.add).toBe(1);
  });

  it("goes on when the answer is yes, and does not ask with --yes or when there is nothing to do", async () => {
    const agreed = context(true);
    expect(await setupApply(agreed.made, undefined, {})).toBe(0);
    expect(agreed.results).toMatchObject([{ outcome: "applied" }]);
    const nothing = context(false);
    expect(await setupApply(nothing.made, undefined, {})).toBe(0);
    expect(nothing.asked).toEqual([]);
    writeFileSync(file, "version: 1\nzone: { name: example.com, comment: new }\n");
    const forced = context(false, true);
    expect(await setupApply(forced.made, undefined, {})).toBe(0);
    expect(forced.asked).toEqual([]);
  });
});
