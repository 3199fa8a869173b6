/** What `r53kit local start` and `stop` do, in the background and in this terminal. */

import { daemonHome } from "../../local/daemon-home.ts";
import type { DaemonSettings } from "../../local/daemon-process.ts";
import { geographyFiles } from "../../local/geography-files.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";

export interface StartOptions {
  readonly foreground?: boolean;
  readonly apiPort?: number;
  readonly dnsPort?: number;
  readonly speed?: number;
  readonly account?: string;
  /** In ms. */
  readonly propagationDelay?: number;
  readonly throttle?: boolean;
  readonly lenient?: boolean;
  readonly responseRateLimit?: number;
  readonly geoDatabase?: string;
  readonly latencyMatrix?: string;
  readonly inMemory?: boolean;
}

function settingsOf(
  { foreground: _, propagationDelay, ...settings }: StartOptions,
  env: NodeJS.ProcessEnv,
): DaemonSettings {
  const { apiPort, dnsPort, speed, account, throttle, lenient, responseRateLimit, inMemory } = settings;
  return {
    ...(apiPort === undefined ? {} : { apiPort }),
    ...(dnsPort === undefined ? {} : { dnsPort }),
    ...(speed === undefined ? {} : { speed }),
    ...(account === undefined ? {} : { account }),
    ...(propagationDelay === undefined ? {} : { propagationDelayMs: propagationDelay }),
    ...(throttle === undefined ? {} : { throttle }),
    ...(lenient === undefined ? {} : { lenient }),
    ...(responseRateLimit === undefined ? {} : { responseRateLimit }),
    ...geographyFiles(env, settings),
    ...(inMemory === undefined ? {} : { inMemory }),
  };
}

export function runStart(context: CommandContext, options: StartOptions): Promise<ExitCode> {
  const settings = settingsOf(options, context.host.env);
  return options.foreground === true ? runInForeground(context, settings) : startInBackground(context, settings);
}

async function startInBackground(context: CommandContext, settings: DaemonSettings): Promise<ExitCode> {
  const { startDaemon } = await import("../../local/daemon.ts");
  const { launcherPath } = await import("../installation.ts");
  const { env } = context.host;
  await checkGeography(settings);
  const { run, outcome } = await startDaemon(daemonHome(env), settings, { script: launcherPath(), env });
  const { renderStarted } = await import("../../render/local.ts");
  context.result({ outcome, ...run }, () => renderStarted(run, outcome, { color: context.color.stdout }));
  return EXIT.ok;
}

/** Here, because mistakes in a file are told with all their lines only by the process that found them. */
async function checkGeography({ geoDatabase, latencyMatrix }: DaemonSettings): Promise<void> {
  if (geoDatabase === undefined && latencyMatrix === undefined) return;
  const { openGeography } = await import("../../geo/geography.ts");
  await openGeography({ geoDatabase, latencyMatrix }, () => {});
}

/** This is also how the daemon itself runs, so what goes wrong is told to the process that started it as well. */
async function runInForeground(context: CommandContext, settings: DaemonSettings): Promise<ExitCode> {
  const { reportToStarter, runDaemon } = await import("../../local/daemon-process.ts");
  const { describeFailure } = await import("../describe-failure.ts");
  try {
    const { run, stopped } = await runDaemon(daemonHome(context.host.env), settings, context.signal, (error) =>
      context.note(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    await reportToStarter(run);
    const { renderStarted } = await import("../../render/local.ts");
    context.note(renderStarted(run, "started", { color: context.color.stderr }));
    await stopped;
    return EXIT.ok;
  } catch (error) {
    await reportToStarter(describeFailure(error));
    throw error;
  }
}

export async function runStop(context: CommandContext): Promise<ExitCode> {
  const { stopDaemon } = await import("../../local/daemon.ts");
  const stopped = await stopDaemon(daemonHome(context.host.env));
  context.result({ stopped }, () => (stopped ? "stopped the local backend" : "the local backend did not run"));
  return EXIT.ok;
}
