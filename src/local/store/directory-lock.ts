/**
 * One process at a time in a state directory. Who holds it is kept in a little LMDB environment of its own, whose
 * write transactions are serial across processes, so that two processes that both find a dead holder cannot both take its place.
 */

import { mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { open } from "lmdb";
import { Failure } from "../../errors.ts";
import { identify, isAlive, type ProcessIdentity } from "./process-identity.ts";

export interface DirectoryLock {
  release(): Promise<void>;
}

const HOLDER = "holder";

/** LMDB shares an environment inside one process, so a second taker in this process must be found here. */
const heldHere = new Set<string>();

function inUse(directory: string, pid: number): Failure {
  return new Failure({
    kind: "failed",
    code: "store.in-use",
    message: `The state in ${directory} is in use by process ${pid}`,
    next: "Stop that process (`r53kit local stop`) or set R53KIT_HOME to another directory",
  });
}

/** Makes the directory if need be. Throws a Failure `store.in-use` when a living process holds it. */
export function lockDirectory(directory: string): DirectoryLock {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const place = realpathSync(directory);
  if (heldHere.has(place)) throw inUse(directory, process.pid);
  const environment = open<ProcessIdentity, string>({
    path: join(place, "lock.mdb"),
    noSubdir: true,
    overlappingSync: false,
    encoding: "json",
  });
  const self = identify(process.pid);
  const holder = environment.transactionSync(() => {
    const present = environment.get(HOLDER);
    if (present !== undefined && present.pid !== self.pid && isAlive(present)) return present;
    environment.putSync(HOLDER, self);
    return undefined;
  });
  if (holder !== undefined) {
    void environment.close();
    throw inUse(directory, holder.pid);
  }
  heldHere.add(place);
  return {
    async release() {
      environment.transactionSync(() => environment.removeSync(HOLDER));
      await environment.close();
      heldHere.delete(place);
    },
  };
}
