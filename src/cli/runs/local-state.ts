/** What `r53kit local reset` and `snapshot save | load` do to the local backend's state. */

import { existsSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Failure } from "../../errors.ts";
import { daemonHome } from "../../local/daemon-home.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";

export async function runReset(context: CommandContext): Promise<ExitCode> {
  const home = daemonHome(context.host.env);
  if (!(await context.confirm(`Drop everything that the local backend in ${home.directory} holds?`))) {
    context.note("nothing was dropped");
    return EXIT.ok;
  }
  const { resetDaemon } = await import("../../local/daemon.ts");
  await resetDaemon(home);
  context.result({ reset: true }, () => "the local backend is empty");
  return EXIT.ok;
}

function fileFailure(what: "read" | "written", file: string, cause: unknown): Failure {
  const { code } = cause as NodeJS.ErrnoException;
  return new Failure({
    kind: "failed",
    code: `snapshot.not-${what}`,
    message: `The file ${file} cannot be ${what} (${code ?? String(cause)})`,
    next: what === "read" ? "Check the path" : "Choose another place, with room for it",
    cause,
  });
}

/** Under another name first, so that a snapshot that is not whole never has the name of one that is. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const draft = `${file}.${process.pid}.part`;
  try {
    await writeFile(draft, bytes, { mode: 0o600, flush: true });
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true });
    throw fileFailure("written", file, cause);
  }
}

export async function runSnapshotSave(context: CommandContext, name: string): Promise<ExitCode> {
  const file = resolve(context.host.cwd(), name);
  if (existsSync(file) && !(await context.confirm(`${file} is there already. Replace it?`))) {
    context.note("nothing was written");
    return EXIT.ok;
  }
  const { snapshotOfHome } = await import("../../local/snapshot-home.ts");
  const bytes = await snapshotOfHome(daemonHome(context.host.env));
  await writeWhole(file, bytes);
  context.result({ file, bytes: bytes.byteLength }, () => `saved the local backend's state in ${file}`);
  return EXIT.ok;
}

export async function runSnapshotLoad(context: CommandContext, name: string): Promise<ExitCode> {
  const file = resolve(context.host.cwd(), name);
  const home = daemonHome(context.host.env);
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw fileFailure("read", file, cause);
  });
  if (!(await context.confirm(`Replace everything that the local backend in ${home.directory} holds?`))) {
    context.note("nothing was loaded");
    return EXIT.ok;
  }
  const { loadIntoHome } = await import("../../local/snapshot-home.ts");
  try {
    await loadIntoHome(home, bytes);
  } catch (error) {
    throw error instanceof Failure && error.code.startsWith("snapshot.") ? withPlace(error, file) : error;
  }
  context.result({ loaded: file }, () => `the local backend's state is that of ${file}`);
  return EXIT.ok;
}

/** A snapshot that is refused is refused for what is in the file. */
function withPlace({ kind, code, message, next }: Failure, file: string): Failure {
  return new Failure({ kind, code, message, next, where: { file } });
}
