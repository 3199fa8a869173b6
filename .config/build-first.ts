/** End-to-end and interop tests run the built program, so it is built before them. */

import { rm } from "node:fs/promises";
import { build } from "esbuild";
import { options, outdir } from "./bundle.mjs";

export default async function buildFirst(): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await build(options);
}
