/** CloudWatch Logs: log streams. */

import { logStreamArn } from "./log-arns.ts";
import type { LogGroup, LogStorage, LogStreamState } from "./log-storage.ts";
import {
  checkOneOf,
  checkRange,
  checkStreamName,
  decodeToken,
  encodeToken,
  groupByEither,
  groupOrThrow,
  invalidParameter,
  type LogsHandlers,
  logsError,
  streamOrThrow,
} from "./logs-faults.ts";

const PAGE_SIZE = 50;

interface NamedStream {
  readonly name: string;
  readonly state: LogStreamState;
}

function describe(account: string, group: LogGroup, { name, state }: NamedStream) {
  return {
    logStreamName: name,
    creationTime: state.createdAt,
    arn: logStreamArn(account, group, name),
    // Always zero on AWS too, since 2019 (API Reference, LogStream).
    storedBytes: 0,
    ...(state.firstEventAt === undefined ? {} : { firstEventTimestamp: state.firstEventAt }),
    ...(state.lastEventAt === undefined ? {} : { lastEventTimestamp: state.lastEventAt }),
    ...(state.lastIngestionAt === undefined ? {} : { lastIngestionTime: state.lastIngestionAt }),
  };
}

/** `settle` is called before streams are described, so that what waits to be written is seen. */
export function streamHandlers(
  storage: LogStorage,
  settle: () => void,
): LogsHandlers<"CreateLogStream" | "DeleteLogStream" | "DescribeLogStreams"> {
  return {
    CreateLogStream(input, { region }) {
      checkStreamName(input.logStreamName);
      const group = groupOrThrow(storage, { region, name: input.logGroupName });
      if (storage.stream(group, input.logStreamName) !== undefined) {
        throw logsError("ResourceAlreadyExistsException", "The specified log stream already exists");
      }
      storage.createStream(group, input.logStreamName);
      return {};
    },

    DeleteLogStream(input, { region }) {
      const group = groupOrThrow(storage, { region, name: input.logGroupName });
      streamOrThrow(storage, group, input.logStreamName);
      storage.removeStream(group, input.logStreamName);
      return {};
    },

    DescribeLogStreams(input, context) {
      settle();
      const group = groupByEither(storage, input, context);
      const limit = checkRange(input.limit ?? PAGE_SIZE, "limit", 1, PAGE_SIZE);
      const order = checkOneOf(input.orderBy ?? "LogStreamName", "orderBy", ["LogStreamName", "LastEventTime"]);
      const prefix = input.logStreamNamePrefix;
      if (order === "LastEventTime" && prefix !== undefined) {
        throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
      }
      const streams = [...storage.streams(group)].filter(({ name }) => prefix === undefined || name.startsWith(prefix));
      if (order === "LastEventTime") streams.sort((a, b) => (a.state.lastEventAt ?? 0) - (b.state.lastEventAt ?? 0));
      if (input.descending) streams.reverse();
      const after = input.nextToken === undefined ? undefined : decodeToken(input.nextToken).after;
      const start = after === undefined ? 0 : streams.findIndex(({ name }) => name === after) + 1;
      const page = streams.slice(start, start + limit);
      const last = start + limit < streams.length ? page.at(-1) : undefined;
      return {
        logStreams: page.map((stream) => describe(context.account, group, stream)),
        ...(last === undefined ? {} : { nextToken: encodeToken({ after: last.name }) }),
      };
    },
  };
}
