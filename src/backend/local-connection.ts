/** The way to the local backend: found by its run file, started when it is needed. */

import type { Pluggable } from "@smithy/types";
import { systemClock } from "../clock.ts";
import { Failure } from "../errors.ts";
import { controlClient, lostBackend } from "../local/control-client.ts";
import { daemonHome } from "../local/daemon-home.ts";
import { type RunFile, runningBackend } from "../local/daemon-run-file.ts";
import type { Backend } from "./backend.ts";
import { createClients } from "./clients.ts";

/** Signatures are not verified there, but clients insist on making one. */
export const LOCAL_CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" } as const;

export interface EnsureOptions {
  /** Says where its home is (R53KIT_HOME), and is passed on to it. */
  readonly env: NodeJS.ProcessEnv;
  /** `bin/r53kit.js`, to run it with. */
  readonly launcher: string;
  /** Told when it had to be started. */
  note(text: string): void;
}

/** Finds the running local backend, or starts it with its defaults and says so. */
export async function ensureLocalBackend({ env, launcher, note }: EnsureOptions): Promise<RunFile> {
  const home = daemonHome(env);
  const running = runningBackend(home);
  if (running !== undefined) return running;
  const { startDaemon } = await import("../local/daemon.ts");
  const { run, outcome } = await startDaemon(home, {}, { script: launcher, env });
  if (outcome === "started") note(`started the local backend (API ${apiUrl(run)}, DNS port ${run.dnsPort})`);
  return run;
}

/** Throws a Failure `local.not-running`. */
export function requireLocalBackend(env: NodeJS.ProcessEnv): RunFile {
  const run = runningBackend(daemonHome(env));
  if (run === undefined) {
    throw new Failure({
      kind: "failed",
      code: "local.not-running",
      message: "The local backend does not run",
      next: "Start it with `r53kit local start`",
    });
  }
  return run;
}

export function apiUrl({ apiPort }: Pick<RunFile, "apiPort">): string {
  return `http://127.0.0.1:${apiPort}`;
}

/** What a connection needs to know of a local backend; a run file, or one that runs in this process. */
export type LocalPlace = Pick<RunFile, "apiPort" | "dnsPort" | "speed" | "rootHints" | "resolver">;

export function connectLocal(place: LocalPlace): Backend {
  const url = apiUrl(place);
  const clients = createClients({
    endpoint: url,
    credentials: LOCAL_CREDENTIALS,
    globalRegion: "us-east-1",
    // Enough for writes to one zone that come close together (PriorRequestNotComplete).
    maxAttempts: 8,
    plugins: [reportLoss(place.apiPort)],
  });
  const control = controlClient(place.apiPort);
  return {
    label: `local backend at ${url}`,
    confirmsChanges: false,
    clients,
    dns: {
      rootHints: place.rootHints,
      port: place.dnsPort,
      resolver: place.resolver,
      vpcResolver: async (vpcId) => (await control.status()).vpcs.find((vpc) => vpc.id === vpcId)?.address,
    },
    clock: systemClock(place.speed),
    pollIntervalMs: 25,
    endpoints: control.endpoints,
    close: () => clients.close(),
  };
}

/**
 * A backend that went away is one clear failure at once, not eight attempts and a socket error. A connection that only broke
 * is tried again: when the backend is gone, that attempt is refused.
 */
function reportLoss(apiPort: number): Pluggable<object, object> {
  return {
    applyToStack(stack) {
      stack.add(
        (next) => async (args) => {
          try {
            return await next(args);
          } catch (error) {
            const { code, message } = error as NodeJS.ErrnoException;
            // With the error itself as the cause, the SDK would find its code there and try again.
            if (code === "ECONNREFUSED") throw lostBackend(apiPort, new Error(message));
            throw error;
          }
        },
        // Innermost but for the request itself: inside the retries.
        { step: "deserialize", name: "reportLossMiddleware", priority: "low", override: true },
      );
    },
  };
}
