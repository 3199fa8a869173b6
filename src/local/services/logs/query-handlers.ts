/** CloudWatch Logs: Logs Insights queries, and the records that their results point at. */

import type { Clock } from "../../../clock.ts";
import { parseQuery } from "./insights/parse-query.ts";
import { discoverFields } from "./insights/record.ts";
import { DEFAULT_LIMIT } from "./insights/run-query.ts";
import { type Query, QueryError } from "./insights/syntax.ts";
import { expiryOf, type LogGroup, type LogStorage } from "./log-storage.ts";
import {
  checkOneOf,
  checkRange,
  decodeToken,
  encodeToken,
  groupByEither,
  invalidParameter,
  type LogsHandlers,
  logsError,
} from "./logs-faults.ts";
import { type QueryRunner, type RunningQuery, sourceOf } from "./query-runner.ts";
import { decodePointer } from "./record-pointer.ts";

const MAX_GROUPS = 50;
const MAX_RESULTS_PER_PAGE = 10_000;
const MAX_QUERIES_PER_PAGE = 1_000;
/** GetLogGroupFields looks at the latest of a time. */
const FIELD_SAMPLE = 1_000;
const FIELD_WINDOW_MS = 15 * 60 * 1000;

const GENERATED_FIELDS = ["@timestamp", "@message", "@logStream", "@ingestionTime", "@log"];

type QueryOperations =
  | "StartQuery"
  | "StopQuery"
  | "GetQueryResults"
  | "DescribeQueries"
  | "GetLogRecord"
  | "GetLogGroupFields";

interface GroupChoice {
  readonly logGroupName?: string | undefined;
  readonly logGroupNames?: readonly string[] | undefined;
  readonly logGroupIdentifiers?: readonly string[] | undefined;
}

function readQuery(text: string): Query {
  try {
    return parseQuery(text);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const { message, start, end } = error;
    throw logsError("MalformedQueryException", message, {
      queryCompileError: { location: { startCharOffset: start, endCharOffset: end }, message },
    });
  }
}

/** `settle` is called before events are read, so that what waits to be written is seen. */
export function queryHandlers(
  storage: LogStorage,
  runner: QueryRunner,
  clock: Pick<Clock, "now">,
  settle: () => void,
): LogsHandlers<QueryOperations> {
  function groupsOf(input: GroupChoice, context: { readonly region: string; readonly account: string }): LogGroup[] {
    const { logGroupName, logGroupNames, logGroupIdentifiers } = input;
    const given = [logGroupName, logGroupNames, logGroupIdentifiers].filter((one) => one !== undefined);
    if (given.length !== 1) {
      throw invalidParameter(
        "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified; a query that selects its log groups (SOURCE) is not supported by this server.",
      );
    }
    const names = logGroupIdentifiers ?? logGroupNames ?? [logGroupName ?? ""];
    if (names.length === 0 || names.length > MAX_GROUPS) {
      throw invalidParameter(`Give between 1 and ${MAX_GROUPS} log groups.`);
    }
    return [...new Set(names)].map((name) =>
      groupByEither(
        storage,
        logGroupIdentifiers === undefined ? { logGroupName: name } : { logGroupIdentifier: name },
        context,
      ),
    );
  }

  /** A range that ends before there can be anything is a mistake (AWS answers the same). */
  function checkRangeOfGroups(groups: readonly LogGroup[], to: number): void {
    const now = clock.now();
    if (groups.every(({ state }) => to < Math.max(state.createdAt, expiryOf(state, now)) - 1000)) {
      throw logsError(
        "MalformedQueryException",
        "Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings",
      );
    }
  }

  function queryOrThrow(id: string): RunningQuery {
    const query = runner.get(id);
    if (query === undefined) throw logsError("ResourceNotFoundException", "The specified query does not exist.");
    return query;
  }

  return {
    StartQuery(input, context) {
      settle();
      if ((input.queryLanguage ?? "CWLI") !== "CWLI") {
        throw invalidParameter(`The query language ${input.queryLanguage} is not supported by this server; CWLI is.`);
      }
      const groups = groupsOf(input, context);
      const from = input.startTime * 1000;
      const to = input.endTime * 1000;
      if (from > to) throw invalidParameter("End time should not be before start time.");
      const query = readQuery(input.queryString);
      checkRangeOfGroups(groups, to);
      const started = runner.start({
        query,
        text: input.queryString,
        region: context.region,
        groups,
        from,
        // A second's worth: the end is included, and given in seconds.
        to: Math.min(to + 999, Number.MAX_SAFE_INTEGER - 1),
        limit: input.limit ?? DEFAULT_LIMIT,
        account: context.account,
      });
      if (started === undefined) throw logsError("LimitExceededException", "Resource limit exceeded.");
      return { queryId: started.id };
    },

    StopQuery(input) {
      const query = queryOrThrow(input.queryId);
      if (!runner.stop(input.queryId)) {
        throw invalidParameter(`The specified query is not running. Its status is ${query.status}.`);
      }
      return { success: true };
    },

    GetQueryResults(input) {
      const query = queryOrThrow(input.queryId);
      const count = input.maxItems || MAX_RESULTS_PER_PAGE;
      const limit = checkRange(count, "maxItems", 1, MAX_RESULTS_PER_PAGE);
      const start = input.nextToken === undefined ? 0 : Number(decodeToken(input.nextToken).from);
      if (!Number.isSafeInteger(start) || start < 0) throw invalidParameter("The specified nextToken is invalid.");
      const { results, statistics, status } = query;
      return {
        queryLanguage: "CWLI" as const,
        results: results.slice(start, start + limit).map((row) => row.map((field) => ({ ...field }))),
        statistics: {
          ...statistics,
          estimatedRecordsSkipped: 0,
          estimatedBytesSkipped: 0,
          logGroupsScanned: query.request.groups.length,
        },
        status,
        ...(start + limit < results.length ? { nextToken: encodeToken({ from: start + limit }) } : {}),
      };
    },

    DescribeQueries(input, { region }) {
      const limit = input.maxResults ?? MAX_QUERIES_PER_PAGE;
      const status = input.status;
      if (status !== undefined) {
        checkOneOf(status, "status", ["Scheduled", "Running", "Complete", "Failed", "Cancelled", "Timeout", "Unknown"]);
      }
      const all = runner
        .all()
        .filter(({ request }) => request.region === region)
        .filter((query) => status === undefined || query.status === status)
        .filter(
          ({ request }) =>
            input.logGroupName === undefined || request.groups.some(({ name }) => name === input.logGroupName),
        )
        .filter(() => (input.queryLanguage ?? "CWLI") === "CWLI");
      const after = input.nextToken === undefined ? undefined : decodeToken(input.nextToken).after;
      const place = after === undefined ? -1 : all.findIndex(({ id }) => id === after);
      // A query that has been dropped since was among the oldest, and so are those behind it.
      const rest = after !== undefined && place === -1 ? [] : all.slice(place + 1);
      const page = rest.slice(0, limit);
      const final = page.at(-1);
      return {
        queries: page.map((query) => ({
          queryLanguage: "CWLI" as const,
          queryId: query.id,
          queryString: query.request.text,
          status: query.status,
          createTime: query.createdAt,
          logGroupName: query.request.groups[0]?.name,
          queryDuration: query.durationMs,
          bytesScanned: query.statistics.bytesScanned,
        })),
        ...(final === undefined || final.id === all.at(-1)?.id ? {} : { nextToken: encodeToken({ after: final.id }) }),
      };
    },

    GetLogRecord(input, { account }) {
      const pointer = decodePointer(input.logRecordPointer);
      if (pointer === undefined) throw invalidParameter("The specified logRecordPointer is invalid.");
      const group = storage.group(pointer.address);
      const event = group === undefined ? undefined : storage.eventAt(group, pointer.position);
      if (group === undefined || event === undefined) {
        throw logsError("ResourceNotFoundException", "The specified log record does not exist.");
      }
      const source = sourceOf({ group, event }, account);
      const discovered = [...discoverFields(event.message)].map(
        ([name, value]) => [name, typeof value === "boolean" ? String(Number(value)) : value] as const,
      );
      return {
        logRecord: {
          "@timestamp": String(source.timestamp),
          "@message": source.message,
          "@logStream": source.stream,
          "@log": source.log,
          "@ingestionTime": String(source.ingestedAt),
          "@ptr": source.pointer,
          ...Object.fromEntries(discovered),
        },
      };
    },

    GetLogGroupFields(input, context) {
      settle();
      const group = groupByEither(storage, input, context);
      const until = input.time === undefined ? clock.now() : input.time + FIELD_WINDOW_MS / 2;
      const from = { timestamp: Math.max(0, until - FIELD_WINDOW_MS), sequence: 0 };
      const to = { timestamp: until + 1, sequence: 0 };
      const counts = new Map<string, number>();
      let events = 0;
      for (const { message } of storage.events(group, from, to, true)) {
        events += 1;
        for (const name of [...GENERATED_FIELDS, ...discoverFields(message).keys()]) {
          counts.set(name, (counts.get(name) ?? 0) + 1);
        }
        if (events >= FIELD_SAMPLE) break;
      }
      return {
        logGroupFields: [...counts]
          .map(([name, count]) => ({ name, percent: Math.round((100 * count) / events) }))
          .sort((a, b) => b.percent - a.percent || (a.name < b.name ? -1 : 1)),
      };
    },
  };
}
