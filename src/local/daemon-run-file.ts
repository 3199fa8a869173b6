/** The run file: how a command finds the local backend without asking anyone. Written when it is ready, removed when it stops. */

import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { RootHint, SocketAddress } from "../backend/backend.ts";
import type { DaemonHome } from "./daemon-home.ts";
import { isAlive, type ProcessIdentity } from "./store/process-identity.ts";

/** How its services behave, wherever they can behave in more than one way. */
export interface ServiceSettings {
  /** Twelve digits. */
  readonly account: string;
  /** From PENDING to INSYNC, in the backend's ms. */
  readonly propagationDelayMs: number;
  /** Whether Route 53's rate limits hold. */
  readonly throttle: boolean;
  /** Whether prerequisites outside Route 53 are left unchecked. */
  readonly lenient: boolean;
  /** Alike responses a second that one network gets from one authoritative server over UDP; missing where there is no limit. */
  readonly responseRateLimit?: number;
  /** The MaxMind DB that tells where clients are, an absolute path; missing where the embedded one does. */
  readonly geoDatabase?: string;
  /** The file of measured latencies, an absolute path; missing where the great circle counts. */
  readonly latencyMatrix?: string;
}

export interface RunFile {
  /** Raised when this shape changes. */
  readonly format: 1;
  readonly process: ProcessIdentity;
  readonly apiPort: number;
  readonly dnsPort: number;
  /** How many times faster than life its clock runs. */
  readonly speed: number;
  readonly inMemory: boolean;
  readonly settings: ServiceSettings;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly rootHints: readonly RootHint[];
  readonly resolver: SocketAddress;
}

/** Replaces the file in one step, so that no reader sees half of it. */
export function writeRunFile(home: DaemonHome, content: RunFile): void {
  const draft = `${home.runFile}.${content.process.pid}`;
  writeFileSync(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(draft, home.runFile);
}

/** Removes the file of that process; the file of another one stays. */
export function removeRunFile(home: DaemonHome, owner: ProcessIdentity): void {
  const present = readRunFile(home)?.process;
  if (present?.pid === owner.pid && present.started === owner.started) rmSync(home.runFile, { force: true });
}

/** What the file says, living process or not; undefined when there is none that can be read. */
export function readRunFile(home: DaemonHome): RunFile | undefined {
  try {
    const content = JSON.parse(readFileSync(home.runFile, "utf8")) as RunFile;
    return content.format === 1 ? content : undefined;
  } catch {
    return undefined;
  }
}

/** The local backend that runs in this home; undefined when none does, as when one was killed and left its file. */
export function runningBackend(home: DaemonHome): RunFile | undefined {
  const content = readRunFile(home);
  return content !== undefined && isAlive(content.process) ? content : undefined;
}
