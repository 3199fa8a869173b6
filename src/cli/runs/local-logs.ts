/** What `r53kit local logs` does: prints the API calls that the local backend answered. */

import { once } from "node:events";
import { requireLocalBackend } from "../../backend/local-connection.ts";
import { Failure } from "../../errors.ts";
import { REMEMBERED_CALLS, type RecordedCall } from "../../local/control-calls.ts";
import { controlClient } from "../../local/control-client.ts";
import { renderCall } from "../../render/local.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";

export interface LocalLogsOptions {
  readonly follow?: boolean;
  readonly limit: string;
  readonly errors?: boolean;
}

function readLimit(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) <= REMEMBERED_CALLS) return Number(text);
  throw new Failure({
    kind: "usage",
    code: "local.logs-limit",
    message: `'${text}' is no number of calls`,
    next: `give --limit a whole number from 0 to ${REMEMBERED_CALLS}, which is how many are remembered`,
  });
}

export async function runLocalLogs(context: CommandContext, options: LocalLogsOptions): Promise<ExitCode> {
  const limit = readLimit(options.limit);
  const { apiPort } = requireLocalBackend(context.host.env);
  const client = controlClient(apiPort);
  const show = (call: RecordedCall) => {
    if (options.errors === true && call.status < 400) return;
    context.resultLine(call, () => renderCall(call, { color: context.color.stdout }));
  };
  if (options.follow !== true) {
    const calls = await client.calls(limit);
    for (const call of calls) show(call);
    if (calls.length === 0) context.note("no API calls since the local backend was started");
    return EXIT.ok;
  }
  const aborted = new Promise<void>((resolve) =>
    context.signal.addEventListener("abort", () => resolve(), { once: true }),
  );
  let last: number | undefined;
  try {
    for await (const call of client.followCalls(limit, context.signal)) {
      if (last !== undefined && call.sequence > last + 1) {
        context.note(`${call.sequence - last - 1} calls came faster than they could be shown`);
      }
      last = call.sequence;
      show(call);
      // A slow reader slows this down; the backend forgets rather than waits.
      if (context.host.stdout.writableNeedDrain) await Promise.race([once(context.host.stdout, "drain"), aborted]);
    }
  } catch (error) {
    if (!context.signal.aborted) throw error;
  }
  if (!context.signal.aborted) context.note("the local backend has stopped");
  return EXIT.ok;
}
