/** Runs one command line: makes the context, turns failures into text and exit codes, listens for Ctrl-C. */

import { createInterface } from "node:readline/promises";
import { type Command, CommanderError } from "commander";
import { Failure } from "../errors.ts";
import type { CommandHost, Run } from "./command.ts";
import type { CommandContext, GlobalOptions, Host } from "./context.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { readGlobalOptions } from "./global-options.ts";

/** The part of `process` that a run needs beyond what commands may touch. */
export interface ProcessHost extends Host {
  on(event: "SIGINT" | "SIGTERM" | "SIGHUP", listener: () => void): unknown;
  off(event: "SIGINT" | "SIGTERM" | "SIGHUP", listener: () => void): unknown;
  exit(code: number): never;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The signal's reason when a person or the system asked to stop. */
class Interrupted extends Error {
  override readonly name = "AbortError";
  constructor() {
    super("interrupted");
  }
}

/** Parses and runs `argv` (without node and script); resolves with the exit code. */
export async function runProgram(
  createProgram: (host: CommandHost) => Command,
  argv: readonly string[],
  processHost: ProcessHost,
): Promise<number> {
  let exitCode: ExitCode = EXIT.ok;
  // What a failure's report needs to know is known before the options are parsed, so that a usage error obeys it too.
  let reporting = { json: argv.includes("--json"), verbose: argv.includes("--verbose") };
  const abort = new AbortController();
  const onSignal = () => {
    // The second one means it: the journal takes care of what is left.
    if (abort.signal.aborted) processHost.exit(EXIT.interrupted);
    abort.abort(new Interrupted());
  };
  for (const signal of SIGNALS) processHost.on(signal, onSignal);
  // The output goes nowhere: `r53kit logs tail | head` (EPIPE), a terminal that was closed (EIO), a disk that is full. The
  // command ends as after Ctrl-C, so that a drill still puts things back; these listeners stay, for the error comes after
  // the write, when the command may have ended. Notes that only found no room on a disk are no reason to end.
  let nobodyReads = false;
  let outputLost: NodeJS.ErrnoException | undefined;
  const onStreamError = (stream: "result" | "notes") => (error: NodeJS.ErrnoException) => {
    const readerGone = error.code === "EPIPE" || error.code === "EIO";
    if (!readerGone && stream === "notes") return;
    if (error.code === "EPIPE") nobodyReads = true;
    if (!readerGone) outputLost ??= error;
    abort.abort(new Interrupted());
  };
  processHost.stdout.on("error", onStreamError("result"));
  processHost.stderr.on("error", onStreamError("notes"));

  const host: CommandHost = {
    action<Options>(run: Run<Options>) {
      return async function action(this: Command): Promise<void> {
        const options = readGlobalOptions(this, processHost.env);
        reporting = { json: options.json, verbose: options.verbose };
        const context = createContext(options, processHost, abort);
        exitCode = await run(context, this.args, this.opts() as Options);
      };
    },
  };

  try {
    const program = createProgram(host);
    await program.parseAsync([...argv], { from: "user" });
    // A write that failed says so in the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    if (outputLost !== undefined) throw lostOutput(outputLost);
    return exitCode;
  } catch (caught) {
    const error = outputLost !== undefined && isAbort(caught) ? lostOutput(outputLost) : caught;
    if (error instanceof CommanderError) return commanderExitCode(error);
    if (nobodyReads && isAbort(error)) return EXIT.ok;
    if (abort.signal.aborted && isAbort(error)) {
      processHost.stderr.write("interrupted\n");
      return EXIT.interrupted;
    }
    const { describeFailure } = await import("./describe-failure.ts");
    const { renderFailure } = await import("../render/failure.ts");
    const failure = describeFailure(error);
    const color = wantsColor(processHost.stderr, processHost.env, !argv.includes("--no-color"));
    processHost.stderr.write(renderFailure(failure, { ...reporting, color, stack: stackOf(error) }));
    return exitCodeOf(failure);
  } finally {
    for (const signal of SIGNALS) processHost.off(signal, onSignal);
  }
}

function lostOutput(cause: NodeJS.ErrnoException): Failure {
  return new Failure({
    kind: "failed",
    code: "cli.output",
    message: `the output could not be written: ${cause.message}`,
    next: "make room where it goes, or send it elsewhere",
    cause,
  });
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}

function exitCodeOf(failure: Failure): ExitCode {
  if (failure.kind === "usage") return EXIT.usage;
  return failure.kind === "interrupted" ? EXIT.interrupted : EXIT.failed;
}

/** Commander has already written its message; help and version are not errors. */
function commanderExitCode(error: CommanderError): ExitCode {
  return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}

function wantsColor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv, allowed: boolean): boolean {
  if (!allowed || (env.NO_COLOR !== undefined && env.NO_COLOR !== "")) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0";
  return stream.isTTY === true && env.TERM !== "dumb";
}

function createContext(options: GlobalOptions, host: ProcessHost, interrupt: AbortController): CommandContext {
  const { signal } = interrupt;
  const { stdout, stderr, env } = host;
  const write = (text: string) => stdout.write(text.endsWith("\n") || text === "" ? text : `${text}\n`);
  const note = (text: string) => {
    if (!options.quiet) stderr.write(`${text}\n`);
  };
  return {
    options,
    host,
    signal,
    live: stdout.isTTY === true && stderr.isTTY === true && !options.json && !options.quiet && !env.CI,
    color: {
      stdout: wantsColor(stdout, env, options.color),
      stderr: wantsColor(stderr, env, options.color),
    },
    result: (value, text) => write(options.json ? JSON.stringify(value, undefined, 2) : text()),
    resultLine: (value, text) => write(options.json ? JSON.stringify(value) : text()),
    note,
    async confirm(question) {
      if (options.yes) return true;
      if (!host.stdin.isTTY) {
        throw new Failure({
          kind: "usage",
          code: "cli.confirmation-needed",
          message: `${question} There is no terminal to ask on`,
          next: "add --yes to go ahead without being asked",
        });
      }
      const lines = createInterface({ input: host.stdin, output: stderr });
      // While it asks, the terminal hands Ctrl-C over as a key; Ctrl-D closes the lines, and is no answer: so no.
      lines.once("SIGINT", () => interrupt.abort(new Interrupted()));
      const closed = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
      try {
        const answer = await Promise.race([closed, lines.question(`${question} [y/N] `, { signal })]);
        signal.throwIfAborted();
        return /^y(es)?$/i.test(answer.trim());
      } finally {
        lines.close();
      }
    },
    async connect(fallback) {
      const { connectForCommand } = await import("./connect.ts");
      return connectForCommand(options, host, note, fallback);
    },
  };
}
