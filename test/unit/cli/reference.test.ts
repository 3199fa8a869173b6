import type { Command, Option } from "commander";
import { describe, expect, it } from "vitest";
import type { CommandHost } from "../../../src/cli/command.ts";
import { createProgram } from "../../../src/cli/program.ts";

const host: CommandHost = { action: () => async () => {} };
const GLOBAL = "Global options:";

const isShown = (option: Option) => !option.hidden && option.helpGroupHeading !== GLOBAL;
const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");

function optionRows(options: readonly Option[]): string[] {
  return options.map((option) => {
    const choices = option.argChoices === undefined ? "" : ` One of ${option.argChoices.join(", ")}.`;
    const fallback =
      option.defaultValue === undefined || typeof option.defaultValue === "boolean"
        ? ""
        : ` Default: ${option.defaultValue}.`;
    return `| \`${option.flags}\` | ${cell(option.description)}.${choices}${fallback} |`;
  });
}

function leaves(command: Command): Command[] {
  const children = command.commands.filter((child) => child.name() !== "help");
  return children.length === 0 ? [command] : children.flatMap(leaves);
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

/** docs/reference/cli.md, from the program itself. */
function referencePage(program: Command): string {
  const lines = [
    "# The command line",
    "",
    "<!-- Generated from the program by test/unit/cli/reference.test.ts; `npm run test:unit -- -u test/unit/cli` writes it anew. -->",
    "",
    "stdout carries the result alone; progress, notes and errors go to stderr. `--json` prints one JSON document, and",
    "streams (`logs tail`) one a line; a failure is then one JSON line on stderr.",
    "",
    "| exit code | meaning |",
    "|---|---|",
    "| 0 | fine |",
    "| 1 | failed |",
    "| 2 | findings: a plan with changes under `--detailed-exitcode`, a trace with problems, a drill past its target |",
    "| 64 | wrong usage or config |",
    "| 130 | interrupted |",
    "",
    "## Options of every command",
    "",
    "They may stand before or after the subcommand.",
    "",
    "| option | what it does |",
    "|---|---|",
    ...optionRows(program.options.filter((option) => option.helpGroupHeading === GLOBAL)),
    "",
    "The backend is the flag, else `R53KIT_BACKEND`, else the config file's `backend`, else local. `R53KIT_HOME` is where the",
    "local backend and the journals keep their state (default `~/.r53kit`), `R53KIT_CONFIG` the default of `--config`. On AWS the",
    "SDK's own variables count: `AWS_PROFILE`, `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_ROUTE_53` and so on.",
  ];
  for (const command of leaves(program)) {
    const usage = [fullName(command), command.usage()].join(" ");
    lines.push("", `## ${fullName(command)}`, "", `${command.description()}.`, "", `    ${usage}`);
    if (command.registeredArguments.length > 0) {
      lines.push("", "| argument | what it is |", "|---|---|");
      for (const argument of command.registeredArguments) {
        lines.push(`| \`${argument.name()}\` | ${cell(argument.description)}. |`);
      }
    }
    const own = command.options.filter(isShown);
    if (own.length > 0) lines.push("", "| option | what it does |", "|---|---|", ...optionRows(own));
  }
  return `${lines.join("\n")}\n`;
}

describe("the command line's reference page", () => {
  it("is what the program says of itself", async () => {
    await expect(referencePage(createProgram(host))).toMatchFileSnapshot("../../../docs/reference/cli.md");
  });

  it("has a description for every command, argument and option", () => {
    for (const command of leaves(createProgram(host))) {
      expect(command.description(), fullName(command)).not.toBe("");
      for (const part of [...command.options, ...command.registeredArguments]) {
        expect(part.description, `${fullName(command)} ${part.name()}`).not.toBe("");
      }
    }
  });
});
