/** `r53kit trace NAME [TYPE]`: from the root to the answer, each step explained, then every name server compared. */

import type { Register } from "../command.ts";

export interface TraceCommandOptions {
  readonly hints?: string;
  readonly port?: string;
  readonly subnet?: string;
  readonly tcp?: boolean;
  readonly timeout: string;
}

export const registerTrace: Register = (program, host) => {
  program
    .command("trace")
    .description(
      "Resolve a name from the root servers down, explain each step, and compare every name server of its zone",
    )
    .argument("<name>", "the name to resolve")
    .argument("[type]", "the record type", "A")
    .option("--hints <file>", "start from the root servers of this file (in the form of named.root)")
    .option("--port <number>", "the port of every name server (default 53, or the local backend's)")
    .option("--subnet <cidr>", "ask on behalf of clients in this network (EDNS client subnet)")
    .option("--tcp", "ask over TCP only")
    .option("--timeout <ms>", "how long to wait for each answer", "2000")
    .addHelpText(
      "after",
      `
Without --hints it starts from the roots of the local backend when that runs and hosts the name, else from the public ones.
Exit codes: 0 sound; 2 problems found; 1 no root server answered.

Examples:
  r53kit trace www.example.com
  r53kit trace example.com MX --json
  r53kit trace api.myapp.com --subnet 198.51.100.0/24`,
    )
    .action(
      host.action<TraceCommandOptions>(async (context, args, options) => {
        const { runTrace } = await import("../runs/trace.ts");
        return runTrace(context, args, options);
      }),
    );
};
