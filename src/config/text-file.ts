/** A file as text: UTF-8 or refused, for what is no UTF-8 would be published as something else than was written. */

import { readFileSync } from "node:fs";
import { Failure } from "../errors.ts";

/** Why a file could not be read, in words. */
export function readErrorText(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case "EISDIR":
      return "it is a folder";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ENOENT":
      return "there is no such file";
    default:
      return code ?? String(error);
  }
}

/** Why a file could not be written, in words. */
export function writeErrorText(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "there is no such folder";
    case "ENOSPC":
      return "the disk is full";
    default:
      return readErrorText(error);
  }
}

/** By its byte order mark, which everything that writes UTF-16 puts there. */
function isUtf16(octets: Buffer): boolean {
  return (octets[0] === 0xff && octets[1] === 0xfe) || (octets[0] === 0xfe && octets[1] === 0xff);
}

/** `shown` is the file as people know it. Throws what reading throws, and a usage Failure for text that is no UTF-8. */
export function readTextFile(file: string, shown: string): string {
  const octets = readFileSync(file);
  const text = octets.toString("utf8");
  // Octets that are no UTF-8 were replaced in the text, so the way back leads elsewhere from there on.
  const back = Buffer.from(text, "utf8");
  if (back.equals(octets)) return text;
  const at = octets.findIndex((octet, i) => octet !== back[i]);
  const before = octets.toString("utf8", 0, at).split(/\r?\n/);
  throw new Failure({
    kind: "usage",
    code: "config.encoding",
    message: `${shown} is no UTF-8 text: it has the octet 0x${octets[at]?.toString(16).padStart(2, "0")} here`,
    where: { file: shown, line: before.length, column: (before.at(-1) ?? "").length + 1 },
    next: `save it as UTF-8 (iconv ${isUtf16(octets) ? "-f UTF-16 -t UTF-8" : "-f LATIN1 -t UTF-8 converts one that is Latin-1"})`,
  });
}
