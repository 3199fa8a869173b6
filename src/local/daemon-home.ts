/** Where the local backend keeps what it has: one directory a person, or one a R53KIT_HOME. */

import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Failure } from "../errors.ts";

export interface DaemonHome {
  readonly directory: string;
  /** The durable state; see {@link import("./store/lmdb-store.ts").openStore}. */
  readonly stateDirectory: string;
  /** Says which process serves this home, and where. */
  readonly runFile: string;
  /** What the daemon said. */
  readonly logFile: string;
}

export function daemonHome(env: Readonly<Record<string, string | undefined>>): DaemonHome {
  const directory = resolve(env.R53KIT_HOME || join(homedir(), ".r53kit"));
  return {
    directory,
    stateDirectory: join(directory, "state"),
    runFile: join(directory, "run.json"),
    logFile: join(directory, "daemon.log"),
  };
}

export function cannotUseHome(home: DaemonHome, cause: unknown): Failure {
  const why = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause);
  return new Failure({
    kind: "failed",
    code: "local.home",
    message: `The local backend cannot keep its state in ${home.directory} (${why})`,
    next: "Make that directory writable, with room on its disk, or set R53KIT_HOME to another one",
    cause,
  });
}
