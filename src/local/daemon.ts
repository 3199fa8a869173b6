/** Starts, finds and stops the daemon of the local backend, from another process. */

import { spawn } from "node:child_process";
import { accessSync, closeSync, constants, mkdirSync, openSync, readFileSync, renameSync, rmSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { Failure } from "../errors.ts";
import { controlClient } from "./control-client.ts";
import { cannotUseHome, type DaemonHome } from "./daemon-home.ts";
import type { DaemonMessage, DaemonSettings } from "./daemon-process.ts";
import { type RunFile, readRunFile, removeRunFile, runningBackend } from "./daemon-run-file.ts";
import { geographyFiles } from "./geography-files.ts";
import { isAlive } from "./store/process-identity.ts";

/** How long a daemon may take to be ready, and to be gone. Generous: a loaded machine is slow, and nothing waits in vain. */
const READY_WITHIN_MS = 30_000;
/** How long another daemon of the home may be neither ready nor gone: no less than this one could have been. */
const TAKEN_OVER_WITHIN_MS = READY_WITHIN_MS;
/** How long to look for that one's run file before the next try. */
const NEXT_TRY_MS = 500;
const GONE_WITHIN_MS = 15_000;
const UNRESPONSIVE_GONE_WITHIN_MS = 2_000;
const HEALTH_WITHIN_MS = 15_000;

export interface StartResult {
  readonly run: RunFile;
  readonly outcome: "started" | "already-running";
}

/** How to run this program again. */
export interface Launcher {
  /** `bin/r53kit.js` */
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Makes sure that the local backend of `home` runs, and resolves when it answers. After a crash it gets the ports and speed
 * that it had, unless `settings` say otherwise. Throws a Failure: `local.runs-differently`
 * when it runs with other settings than the ones given here, `local.port-busy` and others when it cannot start.
 */
export async function startDaemon(
  home: DaemonHome,
  settings: DaemonSettings,
  launcher: Launcher,
): Promise<StartResult> {
  makeHome(home);
  const giveUpAt = performance.now() + TAKEN_OVER_WITHIN_MS;
  for (;;) {
    const running = runningBackend(home);
    if (running !== undefined) return alreadyRunning(home, running, settings);
    const wanted = { ...settingsBeforeCrash(home), ...geographyFiles(launcher.env), ...settings };
    const message = await spawnDaemon(home, wanted, launcher);
    if (message.ready !== undefined) return { run: message.ready, outcome: "started" };
    // Another daemon of this home is on its way, up or down. Up: its run file comes. Down: the next try gets the lock.
    if (message.error.code !== "store.in-use" || performance.now() > giveUpAt) throw new Failure(message.error);
    await waitFor(() => runningBackend(home), NEXT_TRY_MS);
  }
}

function makeHome(home: DaemonHome): void {
  try {
    mkdirSync(home.directory, { recursive: true, mode: 0o700 });
    accessSync(home.directory, constants.W_OK);
  } catch (cause) {
    throw cannotUseHome(home, cause);
  }
}

/** A run file without its process is left by one that was killed: what was pointed at it finds the next one there, and the same. */
function settingsBeforeCrash(home: DaemonHome): DaemonSettings {
  const left = readRunFile(home);
  if (left === undefined) return {};
  return { apiPort: left.apiPort, dnsPort: left.dnsPort, speed: left.speed, ...left.settings };
}

async function alreadyRunning(home: DaemonHome, run: RunFile, settings: DaemonSettings): Promise<StartResult> {
  await mustAnswer(home, run);
  const differences = [
    differs("API port", run.apiPort, settings.apiPort === 0 ? undefined : settings.apiPort),
    differs("DNS port", run.dnsPort, settings.dnsPort === 0 ? undefined : settings.dnsPort),
    differs("speed", run.speed, settings.speed),
    settings.inMemory === true && !run.inMemory ? "with its state on disk" : undefined,
    differs("account", run.settings.account, settings.account),
    differs("propagation delay (ms)", run.settings.propagationDelayMs, settings.propagationDelayMs),
    settings.throttle === true && !run.settings.throttle ? "without rate limits" : undefined,
    settings.lenient === true && !run.settings.lenient ? "with prerequisites checked" : undefined,
    differs("response rate limit", run.settings.responseRateLimit ?? "none", settings.responseRateLimit),
    differs("geo database", run.settings.geoDatabase ?? "(embedded)", settings.geoDatabase),
    differs("latency matrix", run.settings.latencyMatrix ?? "(none)", settings.latencyMatrix),
  ].filter((difference) => difference !== undefined);
  if (differences.length > 0) {
    throw new Failure({
      kind: "failed",
      code: "local.runs-differently",
      message: `The local backend already runs (process ${run.process.pid}), ${differences.join(", ")}`,
      next: "Stop it first (`r53kit local stop`), or start without those options to use it as it is",
    });
  }
  return { run, outcome: "already-running" };
}

function differs<Value extends number | string>(what: string, actual: Value, wanted?: Value): string | undefined {
  return wanted === undefined || wanted === actual ? undefined : `with ${what} ${actual} instead of ${wanted}`;
}

async function mustAnswer(home: DaemonHome, run: RunFile): Promise<void> {
  try {
    await controlClient(run.apiPort).health(HEALTH_WITHIN_MS);
  } catch (cause) {
    throw new Failure({
      kind: "failed",
      code: "local.unresponsive",
      message: `The local backend (process ${run.process.pid}) does not answer on port ${run.apiPort}`,
      next: `Look into ${home.logFile}; \`r53kit local stop\` ends it`,
      cause,
    });
  }
}

function spawnDaemon(home: DaemonHome, settings: DaemonSettings, { script, env }: Launcher): Promise<DaemonMessage> {
  const { log, keepLog, dropLog, lastLine } = openLog(home);
  const option = (name: string, value: number | string | undefined) =>
    value === undefined ? [] : [name, String(value)];
  const flag = (name: string, set: boolean | undefined) => (set === true ? [name] : []);
  const child = spawn(
    process.execPath,
    [
      script,
      ...["local", "start", "--foreground"],
      ...option("--api-port", settings.apiPort),
      ...option("--dns-port", settings.dnsPort),
      ...option("--speed", settings.speed),
      ...option("--account", settings.account),
      ...option(
        "--propagation-delay",
        settings.propagationDelayMs === undefined ? undefined : `${settings.propagationDelayMs}ms`,
      ),
      ...flag("--throttle", settings.throttle),
      ...flag("--lenient", settings.lenient),
      ...option("--response-rate-limit", settings.responseRateLimit),
      ...option("--geo-database", settings.geoDatabase),
      ...option("--latency-matrix", settings.latencyMatrix),
      ...flag("--in-memory", settings.inMemory),
    ],
    {
      detached: true,
      cwd: home.directory,
      env: { ...env, R53KIT_HOME: home.directory },
      stdio: ["ignore", log, log, "ipc"],
    },
  );
  closeSync(log);
  return new Promise((resolve, reject) => {
    const finish = () => {
      clearTimeout(timer);
      child.removeAllListeners();
      if (child.connected) child.disconnect();
      child.unref();
    };
    const fail = (message: string) => {
      finish();
      keepLog();
      reject(
        new Failure({
          kind: "failed",
          code: "local.not-started",
          message,
          next: `Look into ${home.logFile}, or run \`r53kit local start --foreground\` to see what happens`,
        }),
      );
    };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      fail(`The local backend was not ready within ${READY_WITHIN_MS / 1000} s`);
    }, READY_WITHIN_MS);
    child.once("message", (said) => {
      const message = said as DaemonMessage;
      finish();
      if (message.ready === undefined && message.error.code === "store.in-use") dropLog();
      else keepLog();
      resolve(message);
    });
    child.once("error", (error) => fail(`The local backend's process cannot be started: ${error.message}`));
    child.once("exit", (code, signal) => {
      const said = lastLine();
      fail(`The local backend ended before it was ready (${signal ?? `exit code ${code}`})${said ? `: ${said}` : ""}`);
    });
  });
}

/** The log of one start under a name of its own: only the daemon that gets the home may replace what the one before said. */
function openLog(home: DaemonHome) {
  const draft = `${home.logFile}.${process.pid}`;
  let log: number;
  try {
    log = openSync(draft, "w", 0o600);
  } catch (cause) {
    throw cannotUseHome(home, cause);
  }
  return {
    log,
    /** A log that cannot be put in its place is no reason to fail: it stays where it is. */
    keepLog: () => attempt(() => renameSync(draft, home.logFile)),
    dropLog: () => attempt(() => rmSync(draft, { force: true })),
    lastLine: () => attempt(() => readFileSync(draft, "utf8").trimEnd().split("\n").at(-1)),
  };
}

function attempt<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

async function waitFor<Value>(look: () => Value | undefined, withinMs: number): Promise<Value | undefined> {
  const until = performance.now() + withinMs;
  for (;;) {
    const found = look();
    if (found !== undefined || performance.now() > until) return found;
    await wait(20);
  }
}

/** Resolves when its process is gone: `true`, or `false` when none ran. Throws a Failure `local.not-stopped` when it will not go. */
export async function stopDaemon(home: DaemonHome): Promise<boolean> {
  const run = readRunFile(home);
  if (run === undefined) return false;
  const gone = () => (isAlive(run.process) ? undefined : true);
  if (gone()) {
    removeRunFile(home, run.process);
    return false;
  }
  let patienceMs = GONE_WITHIN_MS;
  try {
    await controlClient(run.apiPort).shutdown();
  } catch {
    // It does not listen any more, so it must be told in another way.
    signalProcess(run.process.pid, "SIGTERM");
    patienceMs = UNRESPONSIVE_GONE_WITHIN_MS;
  }
  if ((await waitFor(gone, patienceMs)) === undefined) {
    // Every acknowledged change is on disk, so this costs nothing but the open requests.
    signalProcess(run.process.pid, "SIGKILL");
    if ((await waitFor(gone, GONE_WITHIN_MS)) === undefined) {
      throw new Failure({
        kind: "failed",
        code: "local.not-stopped",
        message: `The local backend (process ${run.process.pid}) does not end`,
        next: `Look into ${home.logFile}`,
      });
    }
  }
  removeRunFile(home, run.process);
  return true;
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself meanwhile.
  }
}

/** Drops all state of a home, whether its backend runs or not. */
export async function resetDaemon(home: DaemonHome): Promise<void> {
  const running = runningBackend(home);
  if (running !== undefined) return controlClient(running.apiPort).reset();
  const { dropState } = await import("./store/lmdb-store.ts");
  await dropState(home.stateDirectory);
}
