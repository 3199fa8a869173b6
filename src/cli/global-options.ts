/** The options every command has. They may stand before or after the subcommand; the one nearer to it wins. */

import { type Command, Option } from "commander";
import type { GlobalOptions } from "./context.ts";

const GROUP = "Global options:";

function globalOptions(): Option[] {
  return [
    new Option("--backend <name>", "where to work: the embedded local backend or AWS (env R53KIT_BACKEND)").choices([
      "local",
      "aws",
    ]),
    new Option("--config <file>", "the set-up file (default r53kit.yaml)"),
    new Option("--profile <name>", "AWS profile"),
    new Option("--region <name>", "AWS region"),
    new Option("--endpoint-url <url>", "another address of the AWS API"),
    new Option("--json", "print JSON (streams: one document a line)"),
    new Option("--no-color", "no colours (also env NO_COLOR)"),
    new Option("--yes", "answer every confirmation with yes"),
    new Option("--quiet", "no progress and no notes"),
    new Option("--verbose", "more detail, and stack traces of failures"),
  ];
}

/** Declares the global options on the program and on every command below it. */
export function addGlobalOptions(command: Command): void {
  const own = new Set(command.options.map((option) => option.long));
  for (const option of globalOptions()) {
    if (!own.has(option.long)) command.addOption(option.helpGroup(GROUP));
  }
  for (const child of command.commands) addGlobalOptions(child);
}

/** What the command line says, from the program down to `leaf`. */
export function readGlobalOptions(leaf: Command, env: NodeJS.ProcessEnv): GlobalOptions {
  const given: Record<string, unknown> = {};
  const chain: Command[] = [];
  for (let command: Command | null = leaf; command !== null; command = command.parent) chain.unshift(command);
  for (const command of chain) {
    for (const [name, value] of Object.entries(command.opts())) {
      // A command may have an option of its own under one of these names, such as a client's --region.
      const option = command.options.find((one) => one.attributeName() === name);
      if (option?.helpGroupHeading !== GROUP) continue;
      if (command.getOptionValueSource(name) === "cli") given[name] = value;
    }
  }
  const text = (name: string) => (given[name] === undefined ? undefined : String(given[name]));
  const backend = text("backend");
  const profile = text("profile");
  const region = text("region");
  const endpointUrl = text("endpointUrl");
  return {
    ...(backend === undefined ? {} : { backend: backend as "local" | "aws" }),
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
    ...(endpointUrl === undefined ? {} : { endpointUrl }),
    config: text("config") ?? env.R53KIT_CONFIG ?? "r53kit.yaml",
    json: given.json === true,
    color: given.color !== false,
    yes: given.yes === true,
    quiet: given.quiet === true,
    verbose: given.verbose === true,
  };
}
