// The built program with a home of its own, for what a bench starts and stops.
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const launcher = join(root, "bin/r53kit.js");
const usageOnExit = fileURLToPath(new URL("usage-on-exit.mjs", import.meta.url));

/** `run(...args)` runs node and gives its stdout, `close()` takes the home away. */
export function programWithHome() {
  if (!existsSync(join(root, "dist/r53kit.js"))) throw new Error("the program is not built: npm run build");
  const home = mkdtempSync(join(tmpdir(), "r53kit-bench-"));
  const usageFile = join(home, "usage.json");
  const env = { ...process.env, R53KIT_HOME: home, R53KIT_BACKEND: "local", BENCH_USAGE_FILE: usageFile };
  return {
    home,
    /** Runs node without its output, and gives `cpuMs` and `rssMegabytes`. */
    usageOf(...args) {
      // What goes by on stderr is long, and only its end is worth a word.
      const file = join(home, "stderr.log");
      const handle = openSync(file, "w");
      const { status } = spawnSync(process.execPath, ["--import", usageOnExit, ...args], {
        env,
        stdio: ["ignore", "ignore", handle],
      });
      closeSync(handle);
      if (status !== 0) {
        throw new Error(`node ${args.join(" ")} exited with ${status}: ${readFileSync(file, "utf8").slice(-1000)}`);
      }
      return JSON.parse(readFileSync(usageFile, "utf8"));
    },
    run(...args) {
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
      if (status !== 0) throw new Error(`node ${args.join(" ")} exited with ${status}: ${stderr}`);
      return stdout.toString();
    },
    close() {
      spawnSync(process.execPath, [launcher, "local", "stop"], { env, stdio: "ignore" });
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The value below which `share` of the values are. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
