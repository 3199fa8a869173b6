/**
 * One run at a time changes a zone. The locks are this machine's, in R53KIT_HOME, and end with the process that holds them,
 * however it ends. Other machines know nothing of them: there a plan that is out of date is what is refused.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Backend } from "../backend/backend.ts";
import { Failure } from "../errors.ts";
import { type DomainName, displayName } from "../route53/names.ts";
import { shortHash } from "../setup/canonical-json.ts";
import { readAccount } from "../setup/live/read.ts";

export interface LockRequest {
  readonly backend: Backend;
  /** R53KIT_HOME. */
  readonly home: string;
  /** Its ledger is written, so it is locked like a zone. */
  readonly project: string;
  readonly zones: readonly DomainName[];
  /** What is run, for whoever is refused. */
  readonly command: string;
  readonly signal: AbortSignal;
}

/** What the holder of a lock says of itself. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
  readonly command: string;
}

export interface ZoneLocks {
  release(): Promise<void>;
}

/** Throws a Failure `setup.locked` that says who holds what. */
export async function lockZones(request: LockRequest): Promise<ZoneLocks> {
  const { backend, home, project, zones, command, signal } = request;
  const { lockDirectory } = await import("../local/store/directory-lock.ts");
  const place = backend.confirmsChanges ? await readAccount(backend, signal) : "local";
  const held: ZoneLocks[] = [];
  const release = async () => {
    for (const lock of held.reverse()) await lock.release();
  };
  const self: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString(), command };
  // In one order for all, so that of two runs one gets them all.
  const subjects = [...[...new Set(zones)].sort().map((name) => `zone ${displayName(name)}`), `project ${project}`];
  for (const subject of subjects) {
    const directory = join(home, "setup", "locks", shortHash([place, subject]));
    mkdirSync(directory, { recursive: true });
    try {
      held.push(lockDirectory(directory));
    } catch (error) {
      await release();
      if (!(error instanceof Failure) || error.code !== "store.in-use") throw error;
      throw refusal(subject, readHolder(directory), error);
    }
    writeFileSync(join(directory, HOLDER_FILE), JSON.stringify(self));
  }
  return { release };
}

const HOLDER_FILE = "holder.json";

function readHolder(directory: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, HOLDER_FILE), "utf8")) as Holder;
  } catch {
    return undefined; // It has the lock and has not said so yet.
  }
}

function refusal(subject: string, holder: Holder | undefined, cause: Failure): Failure {
  const who =
    holder === undefined
      ? "another run"
      : `r53kit ${holder.command}, process ${holder.pid} on ${holder.host}, since ${holder.since}`;
  return new Failure({
    kind: "failed",
    code: "setup.locked",
    message: `the ${subject} is being changed by ${who}`,
    next: "wait until it has ended, then run the command again",
    cause,
  });
}
