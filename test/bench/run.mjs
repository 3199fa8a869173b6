// `npm run bench`: speed as ratios within one run, because machines are noisy. Prints a table; never fails on a figure.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const launcher = join(root, "bin/r53kit.js");
const home = mkdtempSync(join(tmpdir(), "r53kit-bench-"));
const env = { ...process.env, R53KIT_HOME: home, R53KIT_BACKEND: "local" };
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 25);

function node(args) {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  if (status !== 0) throw new Error(`node ${args.join(" ")} exited with ${status}: ${stderr}`);
  return performance.now() - started;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Takes turns, so that a slow moment of the machine falls on all alike. */
function startUp() {
  const subjects = [
    { name: "node -e 0", args: ["-e", "0"] },
    { name: "r53kit --help", args: [launcher, "--help"], target: 2.2 },
    { name: "r53kit zones list (local backend running)", args: [launcher, "zones", "list"], target: 5 },
  ].map((subject) => ({ ...subject, times: [] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const subject of subjects) subject.times.push(node(subject.args));
  }
  const base = median(subjects[0].times);
  console.log(`start-up, median of ${ROUNDS} rounds`);
  for (const { name, times, target } of subjects) {
    const ms = median(times);
    const ratio = ms / base;
    const verdict = target === undefined ? "" : `target <= ${target}  ${ratio <= target ? "met" : "MISSED"}`;
    console.log(`  ${name.padEnd(44)} ${ms.toFixed(0).padStart(5)} ms  ${ratio.toFixed(2).padStart(5)}x  ${verdict}`);
  }
}

try {
  node([launcher, "local", "start", "--api-port", "0", "--dns-port", "0"]);
  startUp();
} finally {
  spawnSync(process.execPath, [launcher, "local", "stop"], { env, stdio: "ignore" });
  rmSync(home, { recursive: true, force: true });
}
