/** `r53kit trace` as a command: what it takes, what it prints, and how it ends. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CommandContext } from "../../../src/cli/context.ts";
import { runTrace } from "../../../src/cli/runs/trace.ts";
import { Failure } from "../../../src/errors.ts";
import { type ScriptedServer, startScriptedServer, zoneScript } from "../../support/scripted-dns-server.ts";

let folder: string;
let server: ScriptedServer;
let hints: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "r53kit-trace-"));
  // One server is root and authoritative for everything below at once.
  server = await startScriptedServer(
    zoneScript({ ".": ". 9 SOA a.root. h. 1 2 3 4 5\nwww.example 60 A 192.0.2.1\nxn--caf-dma.example 60 A 192.0.2.2" }),
  );
  hints = join(folder, "root.hints");
  writeFileSync(hints, `a.root. 3600 A ${server.address}\n`);
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** The streams as text, and otherwise what a command gets. */
function contextOf(json: boolean) {
  const printed: string[] = [];
  const context: CommandContext = {
    options: { config: "r53kit.yaml", json, color: false, yes: false, quiet: false, verbose: false },
    host: {
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      env: { R53KIT_HOME: folder },
      cwd: () => folder,
    },
    signal: new AbortController().signal,
    live: false,
    result: (value, text) => printed.push(json ? JSON.stringify(value) : text()),
    resultLine: (value, text) => printed.push(json ? JSON.stringify(value) : text()),
    note() {},
    confirm: async () => true,
    color: { stdout: false, stderr: false },
    connect: async () => {
      throw new Error("a trace needs no API");
    },
  };
  return { context, printed };
}

const options = () => ({ hints, port: String(server.port), timeout: "1000" });

describe("r53kit trace", () => {
  it("prints each step as it comes and ends with 0", async () => {
    const { context, printed } = contextOf(false);
    expect(await runTrace(context, ["www.example"], options())).toBe(0);
    expect(printed).toHaveLength(4);
    expect(printed.join("\n")).toContain("www.example  60  A  192.0.2.1");
    expect(printed.at(-1)).toContain("No problems found.");
  });

  it("with --json prints one document that has everything", async () => {
    const { context, printed } = contextOf(true);
    expect(await runTrace(context, ["www.example", "a"], options())).toBe(0);
    expect(printed).toHaveLength(1);
    expect(JSON.parse(printed[0] ?? "")).toMatchObject({
      name: "www.example.",
      type: "A",
      steps: [{ kind: "query", number: 1, result: { kind: "answer" } }],
      outcome: { status: "answer", records: [{ value: "192.0.2.1" }] },
      findings: [],
    });
  });

  it("ends with 2 when there is a problem", async () => {
    const { context } = contextOf(true);
    expect(await runTrace(context, ["nope.example"], options())).toBe(2);
  });

  it("takes names with letters beyond ASCII, and --tcp", async () => {
    const { context } = contextOf(true);
    expect(await runTrace(context, ["café.example"], { ...options(), tcp: true })).toBe(0);
    expect(server.asked).toEqual(["xn--caf-dma.example. A tcp"]);
  });

  it("fails when no root answers, after showing what it tried", async () => {
    await server.close();
    const { context, printed } = contextOf(false);
    const outcome = runTrace(context, ["www.example"], { ...options(), timeout: "100" });
    await expect(outcome).rejects.toMatchObject({ kind: "failed", code: "trace.no-root" });
    expect(printed.join("\n")).toContain("cannot be reached (ECONNREFUSED)");
    server = await startScriptedServer(() => undefined);
  });

  it.each<[string, readonly string[], Record<string, string>, string]>([
    ["a name with an empty label", ["a..b"], {}, "trace.name"],
    ["an empty name", [""], {}, "trace.name"],
    ["an unknown type", ["a.example", "NOPE"], {}, "trace.type"],
    ["a zone transfer", ["a.example", "AXFR"], {}, "trace.type"],
    ["a port out of range", ["a.example"], { port: "65536" }, "trace.option"],
    ["a timeout that is no number", ["a.example"], { timeout: "soon" }, "trace.option"],
    ["a network that is none", ["a.example"], { subnet: "10.0.0.0/33" }, "trace.subnet"],
    ["a hints file that is not there", ["a.example"], { hints: "/nowhere/root.hints" }, "hints.unreadable"],
  ])("refuses %s", async (_, args, given, code) => {
    const { context } = contextOf(false);
    const error = await runTrace(context, args, { ...options(), ...given }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Failure);
    expect(error).toMatchObject({ kind: "usage", code, next: expect.stringMatching(/^give /) });
  });
});
