// `npm run build` and, with --watch, `npm run dev`.
import { rm } from "node:fs/promises";
import { context } from "esbuild";
import { options, outdir } from "./bundle.mjs";

await rm(outdir, { recursive: true, force: true });
const build = await context(options);
if (process.argv.includes("--watch")) {
  await build.watch();
  console.error("watching src/ (Ctrl-C ends)");
} else {
  await build.rebuild();
  await build.dispose();
}
