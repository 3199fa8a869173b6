/** CloudWatch Logs: log streams. */

import { logStreamArn } from "./log-arns.ts";
import type { LogGroup, LogStorage, LogStreamState } from "./log-storage.ts";
import {
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

/** Where a stream stands in the order that was asked for. */
interface Place {
  /** Epoch ms; the same for all when the order is by name. */
  readonly at: number;
  readonly name: string;
}

function placeOf({ name, state }: NamedStream, order: "LogStreamName" | "LastEventTime"): Place {
  return { at: order === "LastEventTime" ? (state.lastEventAt ?? 0) : 0, name };
}

function comparePlaces(a: Place, b: Place): number {
  if (a.at !== b.at) return a.at - b.at;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function readPlace(token: string): Place {
  const { at, name } = decodeToken(token);
  if (typeof at !== "number" || typeof name !== "string") throw invalidParameter("The specified nextToken is invalid.");
  return { at, name };
}

/** `settle` is called before streams are described, so that what waits to be written is seen. */
export function streamHandlers(
  storage: LogStorage,
  settle: () => void,
): LogsHandlers<"CreateLogStream" | "DeleteLogStream" | "DescribeLogStreams"> {
  return {
    CreateLogStream(input, { region }) {
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
      const limit = input.limit ?? PAGE_SIZE;
      const order = input.orderBy ?? "LogStreamName";
      const prefix = input.logStreamNamePrefix;
      if (order === "LastEventTime" && prefix !== undefined) {
        throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
      }
      const streams = [...storage.streams(group)].filter(({ name }) => prefix === undefined || name.startsWith(prefix));
      const places = streams.map((stream) => ({ stream, place: placeOf(stream, order) }));
      const direction = input.descending === true ? -1 : 1;
      places.sort((a, b) => direction * comparePlaces(a.place, b.place));
      const after = input.nextToken === undefined ? undefined : readPlace(input.nextToken);
      // What came or went since the last page moves nothing.
      const rest =
        after === undefined ? places : places.filter(({ place }) => direction * comparePlaces(place, after) > 0);
      const page = rest.slice(0, limit);
      const last = rest.length > limit ? page.at(-1) : undefined;
      return {
        logStreams: page.map(({ stream }) => describe(context.account, group, stream)),
        ...(last === undefined ? {} : { nextToken: encodeToken({ ...last.place }) }),
      };
    },
  };
}
