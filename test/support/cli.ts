/** The built program as a user's process, with a state folder of its own and free ports. */

import { type ChildProcess, spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

export const ROOT = resolve(import.meta.dirname, "../..");
export const LAUNCHER = join(ROOT, "bin/r53kit.js");
const HOLD_AT = pathToFileURL(join(import.meta.dirname, "hold-at.mjs")).href;

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly input?: string;
}

export interface CliProcess {
  readonly child: ChildProcess;
  /** What has come so far. */
  stdout(): string;
  stderr(): string;
  readonly ended: Promise<CliResult>;
}

/** One that stands still at a moment, so that what is done to it is done then and not a little later. */
export interface HeldProcess extends CliProcess {
  /** Signals that came meanwhile are noticed first. */
  release(): void;
}

/** A private `R53KIT_HOME`; `dispose` stops the backend that may run there and removes the folder. */
export interface CliHome {
  readonly folder: string;
  start(args: readonly string[], options?: CliOptions): CliProcess;
  /** Starts one that stands still, itself or a child of its own, once it has said `text` on stderr; resolves when it does. */
  startUntil(text: string, args: readonly string[], options?: CliOptions): Promise<HeldProcess>;
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** Runs with --json and parses what came; throws when it did not exit as expected. */
  json<Value>(args: readonly string[], options?: CliOptions & { readonly code?: number }): Promise<Value>;
  dispose(): Promise<void>;
}

/** The environment of the test run without what would steer the program. */
function cleanEnvironment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !/^(AWS_|R53KIT_|NO_COLOR|FORCE_COLOR|NODE_OPTIONS|VITEST)/.test(name))
      env[name] = value;
  }
  return env;
}

export async function cliHome(): Promise<CliHome> {
  const folder = await mkdtemp(join(tmpdir(), "r53kit-home-"));
  /** Each with its end. */
  const running = new Map<ChildProcess, Promise<unknown>>();

  const start: CliHome["start"] = (args, options = {}) => {
    const child = spawn(process.execPath, [LAUNCHER, ...args], {
      cwd: options.cwd ?? ROOT,
      env: { ...cleanEnvironment(), R53KIT_HOME: folder, R53KIT_BACKEND: "local", ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const exited = new Promise((done) => {
      child.once("exit", done);
      child.once("error", done);
    });
    running.set(child, exited);
    void exited.then(() => running.delete(child));
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    const ended = new Promise<CliResult>((done, fail) => {
      child.on("error", fail);
      child.on("close", (code, signal) => done({ code, signal, stdout, stderr }));
    });
    return { child, stdout: () => stdout, stderr: () => stderr, ended };
  };
  const run: CliHome["run"] = (args, options) => start(args, options).ended;

  let held = 0;
  const startUntil: CliHome["startUntil"] = async (text, args, options = {}) => {
    const file = join(folder, `held-${held++}`);
    writeFileSync(file, "");
    const env = {
      ...options.env,
      NODE_OPTIONS: `--import ${HOLD_AT}`,
      R53KIT_TEST_HOLD_AT: text,
      R53KIT_TEST_HOLD_WHILE: file,
    };
    const process = start(args, { ...options, env });
    let over = false;
    const end = () => {
      over = true;
    };
    process.ended.then(end, end);
    await eventually(`r53kit ${args.join(" ")} saying "${text}"`, () => {
      if (process.stderr().includes(text)) return true;
      if (over) throw new Error(`it ended and never said "${text}"\n${process.stdout()}\n${process.stderr()}`);
      return undefined;
    });
    return { ...process, release: () => rmSync(file) };
  };

  return {
    folder,
    start,
    startUntil,
    run,
    async json(args, options = {}) {
      const result = await run([...args, "--json"], options);
      if (result.code !== (options.code ?? 0)) {
        throw new Error(`r53kit ${args.join(" ")} exited with ${result.code}\n${result.stdout}\n${result.stderr}`);
      }
      return JSON.parse(result.stdout);
    },
    async dispose() {
      for (const child of running.keys()) child.kill("SIGKILL");
      await Promise.all(running.values());
      await run(["local", "stop", "--quiet"]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Asks until `probe` gives something, at most `timeoutMs`, which is for slow machines; throws with `what` otherwise. */
export async function eventually<Value>(
  what: string,
  probe: () => Promise<Value | undefined> | Value | undefined,
  timeoutMs = 60_000,
): Promise<Value> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`${what} did not happen within ${timeoutMs} ms`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
