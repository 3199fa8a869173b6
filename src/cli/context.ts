/** What every command gets: its streams, its global options, Ctrl-C as a signal, and the way to a backend. */

import type { Backend } from "../backend/backend.ts";

export interface GlobalOptions {
  readonly backend?: "local" | "aws";
  readonly config: string;
  readonly profile?: string;
  readonly region?: string;
  readonly endpointUrl?: string;
  readonly json: boolean;
  readonly color: boolean;
  readonly yes: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** The part of `process` that commands may touch. */
export interface Host {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  cwd(): string;
}

export interface CommandContext {
  readonly options: GlobalOptions;
  readonly host: Host;
  /** Aborted by the first Ctrl-C or SIGTERM; the command puts things back and returns. */
  readonly signal: AbortSignal;
  /** Live (Ink) views are allowed: stdout and stderr are terminals, not CI, not --json, not --quiet. */
  readonly live: boolean;
  /** Writes the result: text as it is, or with --json one document. The only way to stdout. */
  result(value: unknown, text: () => string): void;
  /** Writes one line of a stream: NDJSON with --json. */
  resultLine(value: unknown, text: () => string): void;
  /** Progress, notes and warnings, to stderr; silent with --quiet. */
  note(text: string): void;
  /** Asks on the terminal; `--yes` answers yes. Throws a usage Failure when there is no terminal to ask on. */
  confirm(question: string): Promise<boolean>;
  /** Whether text gets colour on stdout and on stderr. */
  readonly color: { readonly stdout: boolean; readonly stderr: boolean };
  /**
   * Connects to the backend: the flag, else R53KIT_BACKEND, else `fallback` (the config file's), else local.
   * Starts the local backend when it is needed and not running, and says so.
   */
  connect(fallback?: "local" | "aws"): Promise<Backend>;
}
