/** Where this r53kit is installed: its launcher, and the files that ship beside it. */

import { realpathSync } from "node:fs";
import { dirname } from "node:path";

/** bin/r53kit.js, which started this process. */
export function launcherPath(): string {
  return realpathSync(process.argv[1] ?? "");
}

/** The folder that holds bin, dist and docs. */
export function packageRoot(): string {
  return dirname(dirname(launcherPath()));
}
