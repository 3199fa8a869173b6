/** A copy of a docs/examples folder on endpoint addresses of its own: the example's may be in use by another process. */

import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./cli.ts";

/** What `127.0.10.` of an example becomes; by this process's id, above the addresses that the local backend has itself. */
export const OWN_PREFIX = `127.${64 + (process.pid % 150)}.${(process.pid >> 8) % 200}.`;

/** Copies into `folder`, which must be there; says where the set-up file is. */
export function copyExample(name: string, folder: string): string {
  const copy = join(folder, name);
  cpSync(join(ROOT, "docs/examples", name), copy, { recursive: true });
  for (const file of readdirSync(copy, { recursive: true, encoding: "utf8" })) {
    if (!/\.(yaml|json)$/.test(file)) continue;
    const path = join(copy, file);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll("127.0.10.", OWN_PREFIX));
  }
  return join(copy, "r53kit.yaml");
}
