/** `r53kit local`: start, stop, look at and reset the local backend, and point other AWS clients at it. */

import { InvalidArgumentError, Option } from "commander";
import type { Register } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";

interface StartOptions {
  readonly foreground?: boolean;
  readonly apiPort?: number;
  readonly dnsPort?: number;
  readonly speed?: number;
  readonly inMemory?: boolean;
}

const SHELLS = ["sh", "fish", "powershell"] as const;

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  return value;
}

function speed(text: string): number {
  const value = Number(text);
  if (!(value >= 1 && value <= 100)) throw new InvalidArgumentError("A speed is a number from 1 to 100.");
  return value;
}

export const registerLocal: Register = (program, host) => {
  const local = program
    .command("local")
    .description("The embedded local backend: Route 53, DNS and health checkers here");

  local
    .command("start")
    .description("Start it, unless it runs already; returns when it is ready")
    .option("--foreground", "stay in this terminal until Ctrl-C")
    .option("--api-port <number>", "port of the AWS API on 127.0.0.1 (default 5350; 0 takes a free one)", port)
    .option("--dns-port <number>", "port of all name servers (default 5300; 0 takes a free one)", port)
    .option("--speed <factor>", "let intervals pass this many times faster, 1 to 100 (default 1)", speed)
    .option("--in-memory", "keep nothing on disk")
    .action(
      host.action<StartOptions>((context, _args, options) =>
        options.foreground === true ? runInForeground(context, options) : startInBackground(context, options),
      ),
    );

  local
    .command("stop")
    .description("Stop it and wait until it is gone; its state stays")
    .action(
      host.action(async (context) => {
        const { daemonHome } = await import("../../local/daemon-home.ts");
        const { stopDaemon } = await import("../../local/daemon.ts");
        const stopped = await stopDaemon(daemonHome(context.host.env));
        context.result({ stopped }, () => (stopped ? "stopped the local backend" : "the local backend did not run"));
        return EXIT.ok;
      }),
    );

  local
    .command("status")
    .description("Ports, zones, health checks and endpoints (exit code 1 when it does not run)")
    .action(
      host.action(async (context) => {
        const { runningBackend } = await import("../../local/daemon-run-file.ts");
        const { daemonHome } = await import("../../local/daemon-home.ts");
        const run = runningBackend(daemonHome(context.host.env));
        if (run === undefined) {
          context.result({ running: false }, () => "the local backend does not run");
          return EXIT.failed;
        }
        const { controlClient } = await import("../../local/control-client.ts");
        const status = await controlClient(run.apiPort).status();
        const { renderLocalStatus } = await import("../../render/local.ts");
        context.result({ running: true, ...status }, () =>
          renderLocalStatus(status, { color: context.color.stdout, now: Date.now() }),
        );
        return EXIT.ok;
      }),
    );

  local
    .command("reset")
    .description("Drop all zones, health checks, logs and endpoints")
    .action(
      host.action(async (context) => {
        const { daemonHome } = await import("../../local/daemon-home.ts");
        const home = daemonHome(context.host.env);
        if (!(await context.confirm(`Drop everything that the local backend in ${home.directory} holds?`))) {
          context.note("nothing was dropped");
          return EXIT.ok;
        }
        const { resetDaemon } = await import("../../local/daemon.ts");
        await resetDaemon(home);
        context.result({ reset: true }, () => "the local backend is empty");
        return EXIT.ok;
      }),
    );

  local
    .command("env")
    .description('Print what makes other AWS clients use it: eval "$(r53kit local env)"')
    .addOption(new Option("--shell <name>", "the shell to print for").choices([...SHELLS]).default("sh"))
    .action(
      host.action<{ readonly shell: (typeof SHELLS)[number] }>(async (context, _args, { shell }) => {
        const { requireLocalBackend } = await import("../../backend/local-connection.ts");
        const { localEnvironment } = await import("../../backend/local-environment.ts");
        const environment = localEnvironment(requireLocalBackend(context.host.env));
        const { renderEnvironment } = await import("../../render/local.ts");
        context.result(environment, () => renderEnvironment(environment, shell));
        return EXIT.ok;
      }),
    );
};

function settingsOf({ apiPort, dnsPort, speed: factor, inMemory }: StartOptions) {
  return {
    ...(apiPort === undefined ? {} : { apiPort }),
    ...(dnsPort === undefined ? {} : { dnsPort }),
    ...(factor === undefined ? {} : { speed: factor }),
    ...(inMemory === undefined ? {} : { inMemory }),
  };
}

async function startInBackground(context: CommandContext, options: StartOptions): Promise<ExitCode> {
  const { daemonHome } = await import("../../local/daemon-home.ts");
  const { startDaemon } = await import("../../local/daemon.ts");
  const { launcherPath } = await import("../installation.ts");
  const { env } = context.host;
  const { run, outcome } = await startDaemon(daemonHome(env), settingsOf(options), { script: launcherPath(), env });
  const { renderStarted } = await import("../../render/local.ts");
  context.result({ outcome, ...run }, () => renderStarted(run, outcome, { color: context.color.stdout }));
  return EXIT.ok;
}

/** This is also how the daemon itself runs, so what goes wrong is told to the process that started it as well. */
async function runInForeground(context: CommandContext, options: StartOptions): Promise<ExitCode> {
  const { daemonHome } = await import("../../local/daemon-home.ts");
  const { reportToStarter, runDaemon } = await import("../../local/daemon-process.ts");
  const { describeFailure } = await import("../describe-failure.ts");
  try {
    const { run, stopped } = await runDaemon(
      daemonHome(context.host.env),
      settingsOf(options),
      context.signal,
      (error) => context.note(error instanceof Error ? (error.stack ?? error.message) : String(error)),
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
