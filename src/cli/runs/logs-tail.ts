/** What `r53kit logs tail` does: finds the log group, tails it, prints what fits. */

import { once } from "node:events";
import { existsSync } from "node:fs";
import { systemClock } from "../../clock.ts";
import { loadConfig } from "../../config/load.ts";
import { Failure } from "../../errors.ts";
import { findLogGroup } from "../../logs/log-group.ts";
import { isTransient, logPages } from "../../logs/log-pages.ts";
import { serverSidePattern } from "../../logs/query-log-filter.ts";
import { tailQueryLog } from "../../logs/query-log-tail.ts";
import { parseSince } from "../../logs/since.ts";
import { logEntryDocument, renderLogEntry } from "../../render/logs.ts";
import type { CommandContext } from "../context.ts";

export interface TailOptions {
  readonly follow?: boolean;
  readonly since: string;
  readonly group?: string;
  readonly zone?: string;
  readonly name?: string;
  readonly type?: string;
  readonly rcode?: string;
  readonly limit?: string;
}

/** Route 53 delivers to CloudWatch Logs within about a minute. */
const OVERLAP_MS = 60_000;
const LEAST_POLL_MS = 500;
const MOST_POLL_MS = 3_000;
const MAX_FAILURES_IN_A_ROW = 10;
const DEFAULT_CONFIG = "r53kit.yaml";

function readLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= 100_000) return limit;
  throw new Failure({
    kind: "usage",
    code: "logs.limit",
    message: `'${text}' is no number of lines`,
    next: "give --limit a whole number from 1 to 100000",
  });
}

/** Ends when everything is printed or, with --follow, when the signal is aborted. */
export async function runTail(context: CommandContext, options: TailOptions): Promise<void> {
  const clock = systemClock();
  const since = parseSince(options.since, clock.now());
  const limit = readLimit(options.limit);
  const file = context.options.config;
  // Without a file the command works all the same, unless that file was asked for.
  const config = file !== DEFAULT_CONFIG || existsSync(file) ? loadConfig(file).config : undefined;

  const backend = await context.connect(config?.backend);
  try {
    const found = await findLogGroup(
      {
        ...(options.group === undefined ? {} : { group: options.group }),
        ...(options.zone === undefined ? {} : { zone: options.zone }),
        ...(config === undefined
          ? {}
          : { declared: { file, groups: config.zones.flatMap((zone) => zone.logging?.logGroup ?? []) } }),
      },
      () => backend.clients.route53(),
      context.signal,
    );
    const filter = {
      ...(found.zoneId === undefined ? {} : { zoneId: found.zoneId }),
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.type === undefined ? {} : { type: options.type }),
      ...(options.rcode === undefined ? {} : { rcode: options.rcode }),
    };
    const filterPattern = serverSidePattern(filter);
    const fetchPage = logPages({
      client: await backend.clients.logs(),
      group: found.name,
      ...(found.zoneId === undefined ? {} : { streamPrefix: `${found.zoneId}/` }),
      ...(filterPattern === undefined ? {} : { filterPattern }),
    });
    context.note(`${options.follow ? "following" : "reading"} ${found.name} on ${backend.label}`);

    const aborted = new Promise<void>((resolve) =>
      context.signal.addEventListener("abort", () => resolve(), { once: true }),
    );
    let unparsed = 0;
    let shown = 0;
    const entries = tailQueryLog({
      fetchPage,
      clock,
      since,
      follow: options.follow === true,
      filter,
      limit,
      pollIntervalMs: Math.min(MOST_POLL_MS, Math.max(LEAST_POLL_MS, backend.pollIntervalMs)),
      overlapMs: OVERLAP_MS,
      signal: context.signal,
      mayRetry(error, failures) {
        if (!isTransient(error) || failures > MAX_FAILURES_IN_A_ROW) return false;
        context.note(
          `could not read the log group, trying again: ${error instanceof Error ? error.message : String(error)}`,
        );
        return true;
      },
      onUnparsed() {
        unparsed += 1;
        if (unparsed === 1)
          context.note(`${found.name} also holds lines that are no query log lines; they are counted, not shown`);
      },
    });
    for await (const entry of entries) {
      context.resultLine(logEntryDocument(entry), () => renderLogEntry(entry, { color: context.color.stdout }));
      shown += 1;
      // A slow reader slows the tail down; nothing piles up here.
      if (context.host.stdout.writableNeedDrain) await Promise.race([once(context.host.stdout, "drain"), aborted]);
      if (context.signal.aborted && options.follow) break;
      context.signal.throwIfAborted();
    }
    if (unparsed > 0) context.note(`${unparsed} lines were no query log lines`);
    if (shown === 0) context.note("no queries match; try a longer --since, or fewer filters");
  } finally {
    backend.close();
  }
}
