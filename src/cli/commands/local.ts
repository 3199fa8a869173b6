/** `r53kit local`: start, stop, look at and reset the local backend, keep its state, and point other AWS clients at it. */

import { InvalidArgumentError, Option } from "commander";
import type { Register } from "../command.ts";
import type { LocalLogsOptions } from "../runs/local-logs.ts";
import type { AnchorForm, Shell } from "../runs/local-look.ts";
import type { StartOptions } from "../runs/local-start.ts";

const SHELLS: readonly Shell[] = ["sh", "fish", "powershell"];
const ANCHOR_FORMS: readonly AnchorForm[] = ["ds", "dnskey", "bind"];

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

function account(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError("An account is twelve digits.");
  return text;
}

function responseRate(text: string): number {
  const value = Number(text);
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("A response rate is a number from 1 to 999999.");
  return value;
}

/** In ms. */
function delay(text: string): number {
  const [, amount = "", unit] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m)$/.exec(text) ?? [];
  if (unit === undefined) throw new InvalidArgumentError("A delay is like 200ms, 5s or 1m.");
  return Number(amount) * (unit === "ms" ? 1 : unit === "s" ? 1_000 : 60_000);
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
    .option("--account <id>", "the account that every caller is (default 123456789012)", account)
    .option("--propagation-delay <duration>", "how long a change is PENDING (default 200ms)", delay)
    .option("--throttle", "refuse requests beyond Route 53's rate limits, as AWS does")
    .option("--lenient", "do without what must be set up outside Route 53 first, such as a log group's resource policy")
    .option(
      "--response-rate-limit <number>",
      "answer one network over UDP alike only so many times a second (default: no limit)",
      responseRate,
    )
    .option(
      "--geo-database <file>",
      "tell where clients are by this MaxMind file, e.g. GeoLite2-City.mmdb (env R53KIT_GEO_DATABASE)",
    )
    .option(
      "--latency-matrix <file>",
      "measured latencies between clients and Regions, as CSV (env R53KIT_LATENCY_MATRIX)",
    )
    .option("--in-memory", "keep nothing on disk")
    .action(
      host.action<StartOptions>(async (context, _args, options) => {
        const { runStart } = await import("../runs/local-start.ts");
        return runStart(context, options);
      }),
    );

  local
    .command("stop")
    .description("Stop it and wait until it is gone; its state stays")
    .action(
      host.action(async (context) => {
        const { runStop } = await import("../runs/local-start.ts");
        return runStop(context);
      }),
    );

  local
    .command("status")
    .description("Ports, health, uptime, disk, zones, health checks and endpoints (exit code 1 when it does not run)")
    .action(
      host.action(async (context) => {
        const { runStatus } = await import("../runs/local-look.ts");
        return runStatus(context);
      }),
    );

  local
    .command("logs")
    .description("Print the latest API calls, oldest first; --follow goes on as they come")
    .option("-f, --follow", "go on until Ctrl-C, which then is no failure (exit code 0)")
    .option("--limit <n>", "of the calls that are remembered, only the latest n", "50")
    .option("--errors", "only calls that were answered with an error")
    .action(
      host.action<LocalLogsOptions>(async (context, _args, options) => {
        const { runLocalLogs } = await import("../runs/local-logs.ts");
        return runLocalLogs(context, options);
      }),
    );

  local
    .command("reset")
    .description("Drop all zones, health checks, logs and endpoints")
    .action(
      host.action(async (context) => {
        const { runReset } = await import("../runs/local-state.ts");
        return runReset(context);
      }),
    );

  const snapshot = local.command("snapshot").description("Keep its whole state in one file, and bring it back");

  snapshot
    .command("save")
    .description("Write the whole state to a file; it may go on running")
    .argument("<file>", "the file to write")
    .action(
      host.action(async (context, [file = ""]) => {
        const { runSnapshotSave } = await import("../runs/local-state.ts");
        return runSnapshotSave(context, file);
      }),
    );

  snapshot
    .command("load")
    .description("Make a file's state the whole state, all of it or nothing; what was there is dropped")
    .argument("<file>", "a file that `snapshot save` wrote")
    .action(
      host.action(async (context, [file = ""]) => {
        const { runSnapshotLoad } = await import("../runs/local-state.ts");
        return runSnapshotLoad(context, file);
      }),
    );

  local
    .command("anchor")
    .description("Print the key of the local root as a trust anchor for validating resolvers")
    .addOption(
      new Option("--form <name>", "zone-file lines (unbound's trust-anchor-file), or what named.conf and delv -a take")
        .choices([...ANCHOR_FORMS])
        .default("ds"),
    )
    .action(
      host.action<{ readonly form: AnchorForm }>(async (context, _args, { form }) => {
        const { runAnchor } = await import("../runs/local-look.ts");
        return runAnchor(context, form);
      }),
    );

  local
    .command("env")
    .description('Print what makes other AWS clients use it, and where its resolvers are: eval "$(r53kit local env)"')
    .addOption(new Option("--shell <name>", "the shell to print for").choices([...SHELLS]).default("sh"))
    .action(
      host.action<{ readonly shell: Shell }>(async (context, _args, { shell }) => {
        const { runEnv } = await import("../runs/local-look.ts");
        return runEnv(context, shell);
      }),
    );
};
