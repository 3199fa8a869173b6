/** A file that was named and cannot be read, as a Failure. */

import { Failure } from "../errors.ts";

const WHY: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
};

/** `what` names it in the message, e.g. `geo database`. */
export function unreadable(what: string, path: string, cause: unknown): Failure {
  const { code = "" } = cause as NodeJS.ErrnoException;
  return new Failure({
    kind: "usage",
    code: "geo.unreadable",
    message: `The ${what} cannot be read: ${WHY[code] ?? (code || String(cause))}`,
    where: { file: path },
    cause,
  });
}
