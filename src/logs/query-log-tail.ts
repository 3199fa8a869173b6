/** Tails a log group of query logs: parses the lines, filters them, and keeps only the latest where a limit is set. */

import { parseQueryLogEntry, type QueryLogEntry } from "./query-log.ts";
import { type QueryLogFilter, queryLogPredicate } from "./query-log-filter.ts";
import { type LogEvent, type TailSettings, tail } from "./tail.ts";

export interface QueryLogTailSettings extends TailSettings {
  readonly filter: QueryLogFilter;
  /** Of what is there at the start, only this many, the latest ones. */
  readonly limit: number | undefined;
  /** Called for a line that is no query log line; it could not be filtered, so it is not shown. */
  readonly onUnparsed: (event: LogEvent) => void;
}

export async function* tailQueryLog(settings: QueryLogTailSettings): AsyncGenerator<QueryLogEntry, void, undefined> {
  const wanted = queryLogPredicate(settings.filter);
  // Undefined once the start is over, and where nothing limits it.
  let held: QueryLogEntry[] | undefined = settings.limit === undefined ? undefined : [];
  const limit = settings.limit ?? 0;
  for await (const { events, caughtUp } of tail(settings)) {
    const entries: QueryLogEntry[] = [];
    for (const event of events) {
      const entry = parseQueryLogEntry(event.message);
      if (entry === undefined) settings.onUnparsed(event);
      else if (wanted(entry)) entries.push(entry);
    }
    if (held === undefined) {
      yield* entries;
      continue;
    }
    held = [...held, ...entries].slice(-limit);
    if (!caughtUp) continue;
    yield* held;
    held = undefined;
  }
}
