/** The daemon's own side: runs the local backend in this process until it is told to stop, and tells its starter how that went. */

import { mkdirSync } from "node:fs";
import { Failure } from "../errors.ts";
import type { ControlError } from "./control-server.ts";
import { cannotUseHome, type DaemonHome } from "./daemon-home.ts";
import { type RunFile, removeRunFile, type ServiceSettings, writeRunFile } from "./daemon-run-file.ts";
import { LocalBackend } from "./local-backend.ts";
import { identify } from "./store/process-identity.ts";

/** What the daemon tells the process that started it, once, over the IPC channel. */
export type DaemonMessage = { readonly ready: RunFile } | ({ readonly ready?: undefined } & ControlError);

export interface DaemonSettings extends Partial<ServiceSettings> {
  readonly apiPort?: number;
  readonly dnsPort?: number;
  readonly speed?: number;
  readonly inMemory?: boolean;
}

export interface DaemonRun {
  readonly run: RunFile;
  /** Resolves when it has stopped, by the signal or the control endpoint, and the run file is gone. */
  readonly stopped: Promise<void>;
}

/** Starts the backend of a home in this process. Throws a Failure and leaves nothing behind when it cannot. */
export async function runDaemon(
  home: DaemonHome,
  settings: DaemonSettings,
  signal: AbortSignal,
  onDefect: (error: unknown) => void,
): Promise<DaemonRun> {
  mkdirSync(home.directory, { recursive: true, mode: 0o700 });
  const self = identify(process.pid);
  const backend = await LocalBackend.start({
    ...settings,
    home,
    onDefect,
    // Before the lock on the home is released: the file of the next daemon must not be taken for this one's.
    onStopping: () => removeRunFile(home, self),
  });
  const run: RunFile = {
    format: 1,
    process: self,
    apiPort: backend.apiPort,
    dnsPort: backend.dnsPort,
    speed: backend.speed,
    inMemory: settings.inMemory ?? false,
    settings: backend.settings,
    startedAt: backend.startedAt,
    rootHints: backend.rootHints,
    resolver: backend.resolver,
  };
  try {
    writeRunFile(home, run);
  } catch (cause) {
    await backend.stop();
    throw cannotUseHome(home, cause);
  }
  const stop = () => void backend.stop();
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  return { run, stopped: backend.stopped };
}

/** Reports to the process that started this one, if there is one, and lets go of it. */
export function reportToStarter(outcome: RunFile | Failure): Promise<void> {
  const message: DaemonMessage =
    outcome instanceof Failure
      ? {
          error: {
            kind: outcome.kind,
            code: outcome.code,
            message: outcome.message,
            ...(outcome.where === undefined ? {} : { where: outcome.where }),
            ...(outcome.next === undefined ? {} : { next: outcome.next }),
          },
        }
      : { ready: outcome };
  return new Promise((resolve) => {
    if (!process.connected || process.send === undefined) return resolve();
    process.send(message, undefined, undefined, () => {
      process.disconnect();
      resolve();
    });
  });
}
