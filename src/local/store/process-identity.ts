/** Tells whether the process that once held something still lives, even when its number has been given to another since. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in whatever form the system tells; undefined where the system does not tell. */
  readonly started: string | undefined;
}

function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The fields from the third one on, behind the command name, which may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // Dead, and only not yet collected by its parent.
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    const ticksSinceBoot = fields[22 - 3];
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return ticksSinceBoot === undefined ? undefined : `${boot}/${ticksSinceBoot}`;
  } catch {
    return undefined;
  }
}

function startTime(pid: number): string | undefined {
  if (process.platform === "linux") return startOnLinux(pid);
  if (process.platform === "win32") return undefined;
  const { stdout, status } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "latin1" });
  return status === 0 && stdout.trim() !== "" ? stdout.trim() : undefined;
}

export function identify(pid: number): ProcessIdentity {
  return { pid, started: startTime(pid) };
}

export function isAlive(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it lives, as somebody else's.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return identity.started === undefined || startTime(identity.pid) === identity.started;
}
