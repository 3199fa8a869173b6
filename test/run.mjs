// `npm test`: installs what is missing, then lint, types, unit, end-to-end and interop tests; from a fresh clone, with nothing before it.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

/** Programs that tests talk to, and the Debian packages that bring them. */
const PEERS = [
  { program: "dig", package: "bind9-dnsutils" },
  { program: "aws", package: "awscli" },
  { program: "python3", package: "python3" },
  { program: "unbound", package: "unbound" },
];

function step(title, command, args, options = {}) {
  process.stdout.write(`\n== ${title}\n`);
  const { status } = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"], ...options });
  return status === 0;
}

function has(program) {
  return spawnSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" }).status === 0;
}

function installPackages() {
  const lock = createHash("sha256").update(readFileSync("package-lock.json")).digest("hex");
  const stamp = "node_modules/.r53kit-lock";
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return true;
  if (!step("npm ci", "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"])) return false;
  writeFileSync(stamp, lock);
  return true;
}

/** Best effort: a peer that cannot be had is skipped by name by its tests, which fail for it where CI=true. */
function installPeers() {
  const missing = PEERS.filter((peer) => !has(peer.program)).map((peer) => peer.package);
  const boto3 = spawnSync("python3", ["-c", "import boto3"], { stdio: "ignore" }).status === 0;
  if (!boto3) missing.push("python3-boto3");
  if (missing.length === 0 || process.getuid?.() !== 0 || !has("apt-get")) return;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  step("apt-get update", "apt-get", ["-qq", "update"], { env });
  step(
    `apt-get install ${missing.join(" ")}`,
    "apt-get",
    ["-qq", "install", "-y", "--no-install-recommends", ...missing],
    {
      env,
    },
  );
}

const totals = { passed: 0, failed: 0, skipped: 0 };

function vitest(project) {
  const folder = mkdtempSync(join(tmpdir(), "r53kit-test-"));
  const report = join(folder, "report.json");
  const ok = step(`${project} tests`, process.execPath, [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--config",
    ".config/vitest.config.ts",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  if (existsSync(report)) {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, "utf8"));
    totals.passed += numPassedTests;
    totals.failed += numFailedTests;
    totals.skipped += numPendingTests;
  }
  rmSync(folder, { recursive: true, force: true });
  return ok;
}

const node = process.execPath;
const steps = [
  installPackages,
  () => {
    installPeers();
    return true;
  },
  () => step("lint", node, ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."]),
  () => step("types", node, ["node_modules/typescript/bin/tsc", "--noEmit"]),
  () => vitest("unit"),
  () => vitest("e2e"),
  () => vitest("interop"),
];

let ok = true;
for (const run of steps) {
  ok = run();
  if (!ok) break;
}
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
process.exitCode = ok ? 0 : 1;
