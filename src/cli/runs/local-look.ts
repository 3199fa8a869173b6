/** What `r53kit local status`, `env` and `anchor` do: tell where the local backend is, how, and what its DNS is signed with. */

import { requireLocalBackend } from "../../backend/local-connection.ts";
import { localEnvironment, resolverVariables } from "../../backend/local-environment.ts";
import { exchange } from "../../dns/client.ts";
import { makeQuery, PLAIN_EDNS } from "../../dns/message.ts";
import { trustAnchorsOf } from "../../dns/trust-anchor.ts";
import { TYPE } from "../../dns/types.ts";
import { Failure } from "../../errors.ts";
import { controlClient } from "../../local/control-client.ts";
import { daemonHome } from "../../local/daemon-home.ts";
import { runningBackend } from "../../local/daemon-run-file.ts";
import { type AnchorForm, renderAnchors } from "../../render/anchor.ts";
import { renderEnvironment, renderLocalStatus } from "../../render/local.ts";
import { domainName } from "../../route53/names.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";

export type { AnchorForm } from "../../render/anchor.ts";
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
  const run = requireLocalBackend(context.host.env);
  const { set, unset } = localEnvironment(run);
  const { vpcs } = await controlClient(run.apiPort).status();
  const environment = { set: { ...set, ...resolverVariables(run, vpcs) }, unset };
  context.result(environment, () => renderEnvironment(environment, shell));
  return EXIT.ok;
}

/** Real ms; the server is on this machine. */
const ANSWER_MS = 2_000;

/** Asks the local root itself, as anybody could: on this machine nobody is in between. */
export async function runAnchor(context: CommandContext, form: AnchorForm): Promise<ExitCode> {
  const { rootHints, dnsPort } = requireLocalBackend(context.host.env);
  const address = rootHints[0]?.addresses[0] ?? "";
  const root = domainName(".");
  const { response } = await exchange({
    server: { address, port: dnsPort },
    query: makeQuery({ name: root, type: TYPE.DNSKEY, edns: PLAIN_EDNS }),
    transport: "auto",
    timeoutMs: ANSWER_MS,
    tries: 2,
  });
  const anchors = trustAnchorsOf(root, response);
  if (anchors.length === 0) {
    throw new Failure({
      kind: "failed",
      code: "local.no-anchor",
      message: `The local root at ${address}, port ${dnsPort}, has no key`,
      next: "It was started by an older r53kit: `r53kit local stop`, then `r53kit local start`",
    });
  }
  context.result({ anchors }, () => renderAnchors(anchors, form));
  return EXIT.ok;
}
