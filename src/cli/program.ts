/** The command tree. Registration is eager and small; what a command does is imported when it runs. */

import { Command } from "commander";
import type { CommandHost, Register } from "./command.ts";
import { registerCost } from "./commands/cost.ts";
import { registerDemo } from "./commands/demo.ts";
import { registerDrill } from "./commands/drill.ts";
import { registerExplain } from "./commands/explain.ts";
import { registerHealth } from "./commands/health.ts";
import { registerLint } from "./commands/lint.ts";
import { registerLocal } from "./commands/local.ts";
import { registerLogs } from "./commands/logs.ts";
import { registerRecords } from "./commands/records.ts";
import { registerSetup } from "./commands/setup.ts";
import { registerTrace } from "./commands/trace.ts";
import { registerZones } from "./commands/zones.ts";
import { addGlobalOptions } from "./global-options.ts";
import { VERSION } from "./version.ts";

const COMMANDS: readonly Register[] = [
  registerSetup,
  registerLint,
  registerCost,
  registerTrace,
  registerExplain,
  registerDrill,
  registerLogs,
  registerLocal,
  registerZones,
  registerRecords,
  registerHealth,
  registerDemo,
];

/** The whole program. Throws CommanderError instead of exiting. */
export function createProgram(host: CommandHost): Command {
  const program = new Command("r53kit")
    .description("Set up, trace, rehearse and watch DNS on Amazon Route 53, or on an embedded local backend")
    .version(VERSION, "--version", "print the version")
    .helpOption("-h, --help", "print help")
    .showHelpAfterError("(add --help for the options)")
    .addHelpText("after", EXIT_CODES)
    // Options after a subcommand are the subcommand's: one of its own may have a global one's name.
    .enablePositionalOptions();
  for (const register of COMMANDS) register(program, host);
  addGlobalOptions(program);
  prepare(program);
  return program;
}

/** Commander copies these settings only to commands made after them. */
function prepare(command: Command): void {
  command.exitOverride().allowExcessArguments(false);
  command.showSuggestionAfterError(true);
  for (const child of command.commands) prepare(child);
}

const EXIT_CODES = `
Exit codes: 0 fine; 1 failed; 2 findings (a plan with changes under --detailed-exitcode, a file that lint
warns of, a trace with problems, a drill past its target); 64 wrong usage or config; 130 interrupted.`;
