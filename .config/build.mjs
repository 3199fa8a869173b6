// `npm run build` and, with --watch, `npm run dev`.
import { build, context } from "esbuild";
import { options, removeStale } from "./bundle.mjs";

if (process.argv.includes("--watch")) {
  const watching = await context(options);
  await watching.watch();
  console.error("watching src/ (Ctrl-C ends)");
} else {
  await removeStale(await build(options));
}
