/** What `r53kit local status` and `env` do: tell where the local backend is, and how. */

import { requireLocalBackend } from "../../backend/local-connection.ts";
import { localEnvironment } from "../../backend/local-environment.ts";
import { controlClient } from "../../local/control-client.ts";
import { daemonHome } from "../../local/daemon-home.ts";
import { runningBackend } from "../../local/daemon-run-file.ts";
import { renderEnvironment, renderLocalStatus } from "../../render/local.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";

export type Shell = Parameters<typeof renderEnvironment>[1];

export async function runStatus(context: CommandContext): Promise<ExitCode> {
  const run = runningBackend(daemonHome(context.host.env));
  if (run === undefined) {
    context.result({ running: false }, () => "the local backend does not run");
    return EXIT.failed;
  }
  const status = await controlClient(run.apiPort).status();
  context.result({ running: true, ...status }, () =>
    renderLocalStatus(status, { color: context.color.stdout, now: Date.now() }),
  );
  return EXIT.ok;
}

export async function runEnv(context: CommandContext, shell: Shell): Promise<ExitCode> {
  const environment = localEnvironment(requireLocalBackend(context.host.env));
  context.result(environment, () => renderEnvironment(environment, shell));
  return EXIT.ok;
}
