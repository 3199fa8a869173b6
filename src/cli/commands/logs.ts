/** `r53kit logs tail`: Route 53 query logs, as they are and as they come. */

import type { Register } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { TailOptions } from "../runs/logs-tail.ts";

export const registerLogs: Register = (program, host) => {
  const logs = program.command("logs").description("Read Route 53 query logs");

  logs
    .command("tail")
    .description("Print logged queries, oldest first; --follow goes on as they come")
    .option("-f, --follow", "go on until Ctrl-C, which then is no failure (exit code 0)")
    .option("--since <time>", "how far back to start: 90s, 5m, 1h, 2d, or a moment such as 2026-11-20T08:00:00Z", "10m")
    .option("--group <name>", "the log group; else --zone's, else the set-up file's, else the only one there is")
    .option("--zone <name>", "only this hosted zone's queries, by name or id")
    .option("--name <pattern>", "only this name and those below it, or a pattern such as '*.api.example.com'")
    .option("--type <type>", "only this record type, e.g. AAAA")
    .option("--rcode <rcode>", "only this response code, e.g. NXDOMAIN")
    .option("--limit <n>", "of what is there at the start, only the latest n")
    .action(
      host.action<TailOptions>(async (context, _args, options): Promise<ExitCode> => {
        const { runTail } = await import("../runs/logs-tail.ts");
        await runTail(context, options);
        return EXIT.ok;
      }),
    );
};
