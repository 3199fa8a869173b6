#!/usr/bin/env node
// The launcher: starts the bundle that `npm run build` writes, nothing else.
import { main } from "../dist/r53kit.js";

process.exitCode = await main(process.argv.slice(2));
