/** End-to-end and interop tests run the built program, so it is built before them. */

import { build } from "esbuild";
import { options, removeStale } from "./bundle.mjs";

export default async function buildFirst(): Promise<void> {
  await removeStale(await build(options));
}
