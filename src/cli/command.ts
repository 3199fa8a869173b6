/** How a subcommand joins the program: options are declared eagerly, everything else is imported inside `run`. */

import type { Command } from "commander";
import type { CommandContext } from "./context.ts";
import type { ExitCode } from "./exit-codes.ts";

/** Does the work and says the exit code. Throws {@link import("../errors.ts").Failure} for what a person must hear. */
export type Run<Options> = (context: CommandContext, args: readonly string[], options: Options) => Promise<ExitCode>;

export interface CommandHost {
  /** Wraps a run as a commander action: makes the context, reports failures, sets the exit code. */
  action<Options>(run: Run<Options>): (this: Command) => Promise<void>;
}

export type Register = (program: Command, host: CommandHost) => void;
