#!/usr/bin/env node
// The launcher: starts the bundle that `npm run build` writes, nothing else.
import { existsSync } from "node:fs";

const bundle = new URL("../dist/r53kit.js", import.meta.url);
if (existsSync(bundle)) {
  const { main } = await import(bundle.href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write("error: r53kit is not built yet\n  next: run `npm ci && npm run build` in its folder\n");
  process.exitCode = 1;
}
