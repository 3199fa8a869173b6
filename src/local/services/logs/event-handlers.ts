/** CloudWatch Logs: putting, getting and filtering log events. */

import type { Clock } from "../../../clock.ts";
import {
  type EventPosition,
  eventBytes,
  expiryOf,
  type LogEvent,
  type LogGroup,
  type LogStorage,
  type LogStreamState,
  type NewEvent,
} from "./log-storage.ts";
import {
  checkRange,
  compilePattern,
  decodeToken,
  encodeToken,
  groupByEither,
  groupOrThrow,
  invalidParameter,
  type LogsHandlers,
  streamOrThrow,
} from "./logs-faults.ts";

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** API Reference, PutLogEvents: the constraints of a batch. */
const MAX_BATCH_BYTES = 1_048_576;
const MAX_EVENT_BYTES = 1_048_576;
const MAX_AGE_MS = 14 * DAY_MS;
const MAX_AHEAD_MS = 2 * HOUR_MS;
/** Of a page of events. */
const MAX_PAGE_EVENTS = 10_000;
const MAX_PAGE_BYTES = 1_048_576;
/** A page that finds little stops after this much, so that one request never blocks the others for long. */
const MAX_SCANNED = 20_000;
const MAX_SCANNED_BYTES = 4 * 1024 * 1024;
/** Many clients take a short page of a stream for its end, so that takes more of other streams' events in between. */
const MAX_SCANNED_FOR_STREAM = 50_000;

const BEGINNING: EventPosition = { timestamp: 0, sequence: 0 };
const END: EventPosition = { timestamp: Number.MAX_SAFE_INTEGER, sequence: 0 };

/** 56 digits, as AWS's are: they order as the events do. */
function eventId(group: LogGroup, { timestamp, sequence }: EventPosition): string {
  return `${String(timestamp).padStart(20, "0")}${String(group.state.id).padStart(12, "0")}${String(sequence).padStart(24, "0")}`;
}

/** The first position at a time that a request gives. */
function atTime(timestamp: number | undefined, member: string, otherwise: EventPosition): EventPosition {
  if (timestamp === undefined) return otherwise;
  return { timestamp: checkRange(timestamp, member, 0, Number.MAX_SAFE_INTEGER), sequence: 0 };
}

function after({ timestamp, sequence }: EventPosition): EventPosition {
  return { timestamp, sequence: sequence + 1 };
}

function later(a: EventPosition, b: EventPosition): EventPosition {
  return a.timestamp > b.timestamp || (a.timestamp === b.timestamp && a.sequence > b.sequence) ? a : b;
}

function earlier(a: EventPosition, b: EventPosition): EventPosition {
  return later(a, b) === a ? b : a;
}

interface Page {
  /** In the order of the walk. */
  readonly events: readonly LogEvent[];
  /** The last event looked at; undefined when there was none. */
  readonly last: EventPosition | undefined;
  /** Nothing lies behind the page. */
  readonly complete: boolean;
}

interface PageSettings {
  readonly limit: number;
  readonly keep: (event: LogEvent) => boolean;
  /** How many events to look at. */
  readonly patience: number;
}

/** Takes events until a page is full. */
function pageOf(walk: Iterable<LogEvent>, { limit, keep, patience }: PageSettings): Page {
  const events: LogEvent[] = [];
  let last: EventPosition | undefined;
  let [bytes, scanned, scannedBytes] = [0, 0, 0];
  for (const event of walk) {
    const size = eventBytes(event.message);
    const tired = scanned >= patience || scannedBytes >= MAX_SCANNED_BYTES;
    if (tired || events.length >= limit || (events.length > 0 && bytes + size > MAX_PAGE_BYTES)) {
      return { events, last, complete: false };
    }
    scanned += 1;
    last = event;
    scannedBytes += size;
    if (!keep(event)) continue;
    events.push(event);
    bytes += size;
  }
  return { events, last, complete: true };
}

/** A boundary between events in a `GetLogEvents` token: `f/` goes on after it, `b/` before it. */
function boundaryToken(direction: "f" | "b", { timestamp, sequence }: EventPosition): string {
  return `${direction}/${String(timestamp).padStart(20, "0")}${String(sequence).padStart(36, "0")}`;
}

function readBoundary(token: string): { direction: "f" | "b"; at: EventPosition } {
  const [, direction, timestamp, sequence] = /^([fb])\/(\d{20})(\d{36})$/.exec(token) ?? [];
  if (direction === undefined) throw invalidParameter("The specified nextToken is invalid.");
  return { direction: direction === "f" ? "f" : "b", at: { timestamp: Number(timestamp), sequence: Number(sequence) } };
}

function checkBatch(events: readonly NewEvent[]): void {
  let bytes = 0;
  let before = 0;
  for (const [index, { timestamp, message }] of events.entries()) {
    checkRange(timestamp, `logEvents.${index + 1}.member.timestamp`, 0, Number.MAX_SAFE_INTEGER);
    if (message === "") {
      throw invalidParameter(
        `1 validation error detected: Value '' at 'logEvents.${index + 1}.member.message' failed to satisfy constraint: Member must have length greater than or equal to 1`,
      );
    }
    if (timestamp < before)
      throw invalidParameter("Log events in a single PutLogEvents request must be in chronological order.");
    before = timestamp;
    const size = eventBytes(message);
    if (size > MAX_EVENT_BYTES) {
      throw invalidParameter(`Log event too large: ${size} bytes exceeds limit of ${MAX_EVENT_BYTES}`);
    }
    bytes += size;
  }
  if (bytes > MAX_BATCH_BYTES)
    throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${MAX_BATCH_BYTES}`);
}

/**
 * `settle` is called before events are read, so that what waits to be written is seen.
 */
export function eventHandlers(
  storage: LogStorage,
  clock: Pick<Clock, "now">,
  settle: () => void,
): LogsHandlers<"PutLogEvents" | "GetLogEvents" | "FilterLogEvents"> {
  /** The events of a group in a range, less those that cannot be the stream's. */
  function eventsAround(
    { firstEventAt, lastEventAt }: LogStreamState,
    group: LogGroup,
    from: EventPosition,
    to: EventPosition,
    reverse: boolean,
  ): Iterable<LogEvent> {
    if (firstEventAt === undefined || lastEventAt === undefined) return [];
    const first = { timestamp: firstEventAt, sequence: 0 };
    const beyond = { timestamp: lastEventAt + 1, sequence: 0 };
    return storage.events(group, later(from, first), earlier(to, beyond), reverse);
  }

  return {
    PutLogEvents(input, { region }) {
      const group = groupOrThrow(storage, { region, name: input.logGroupName });
      streamOrThrow(storage, group, input.logStreamName);
      const events = input.logEvents;
      checkBatch(events);
      const now = clock.now();
      const tooOld = events.filter(({ timestamp }) => timestamp < now - MAX_AGE_MS).length;
      const expired = events.filter(({ timestamp }) => timestamp < expiryOf(group.state, now)).length;
      const tooNew = events.findIndex(({ timestamp }) => timestamp > now + MAX_AHEAD_MS);
      const accepted = events.slice(Math.max(tooOld, expired), tooNew === -1 ? events.length : tooNew);
      const [first, last] = [accepted[0], accepted.at(-1)];
      if (first !== undefined && last !== undefined && last.timestamp - first.timestamp > DAY_MS) {
        throw invalidParameter(
          "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        );
      }
      if (accepted.length > 0) storage.addEvents(group, new Map([[input.logStreamName, accepted]]));
      const rejected = {
        ...(tooNew === -1 ? {} : { tooNewLogEventStartIndex: tooNew }),
        ...(tooOld === 0 ? {} : { tooOldLogEventEndIndex: tooOld }),
        ...(expired === 0 ? {} : { expiredLogEventEndIndex: expired }),
      };
      return {
        // Sequence tokens mean nothing any more, but old clients look for one.
        nextSequenceToken: String(now).padStart(56, "0"),
        ...(Object.keys(rejected).length === 0 ? {} : { rejectedLogEventsInfo: rejected }),
      };
    },

    GetLogEvents(input, context) {
      settle();
      const group = groupByEither(storage, input, context);
      const stream = streamOrThrow(storage, group, input.logStreamName);
      const limit = input.limit ?? MAX_PAGE_EVENTS;
      const token = input.nextToken === undefined ? undefined : readBoundary(input.nextToken);
      const backward = token === undefined ? input.startFromHead !== true : token.direction === "b";
      let from = atTime(input.startTime, "startTime", BEGINNING);
      let to = atTime(input.endTime, "endTime", END);
      if (token !== undefined && backward) to = earlier(to, token.at);
      if (token !== undefined && !backward) from = later(from, token.at);
      const page = pageOf(eventsAround(stream, group, from, to, backward), {
        limit,
        keep: (event) => event.stream === input.logStreamName,
        patience: MAX_SCANNED_FOR_STREAM,
      });
      const events = backward ? [...page.events].reverse() : page.events;
      // At the end the token is the one that came, however much of other streams was looked at; a page that stopped early
      // goes on behind what it looked at, which may be further than what it holds.
      const stoppedAt = page.complete ? undefined : page.last;
      const [first, final] = [events[0], events.at(-1)];
      // Where nothing was found and no token said where, what comes later is still ahead.
      const rest = token?.at ?? from;
      const behind = final === undefined ? rest : after(final);
      const forwardAt = backward || stoppedAt === undefined ? behind : after(stoppedAt);
      const backwardAt = (backward ? stoppedAt : undefined) ?? first ?? rest;
      return {
        events: events.map(({ timestamp, message, ingestedAt }) => ({ timestamp, message, ingestionTime: ingestedAt })),
        nextForwardToken: boundaryToken("f", forwardAt),
        nextBackwardToken: boundaryToken("b", backwardAt),
      };
    },

    FilterLogEvents(input, context) {
      settle();
      const group = groupByEither(storage, input, context);
      const limit = input.limit ?? MAX_PAGE_EVENTS;
      const { logStreamNames: names, logStreamNamePrefix: prefix } = input;
      if (names !== undefined && prefix !== undefined) {
        throw invalidParameter("logStreamNamePrefix and logStreamNames are mutually exclusive parameters.");
      }
      for (const name of names ?? []) streamOrThrow(storage, group, name);
      const matches = compilePattern(input.filterPattern);
      const token = input.nextToken === undefined ? undefined : decodeToken(input.nextToken);
      const reverse = token === undefined ? input.startFromHead === false : token.reverse === true;
      let from = atTime(input.startTime, "startTime", BEGINNING);
      // The end of a filter's range is inclusive, unlike that of GetLogEvents.
      let to = atTime(input.endTime === undefined ? undefined : input.endTime + 1, "endTime", END);
      if (token !== undefined) {
        const at = { timestamp: Number(token.timestamp), sequence: Number(token.sequence) };
        if (!Number.isSafeInteger(at.timestamp) || !Number.isSafeInteger(at.sequence)) {
          throw invalidParameter("The specified nextToken is invalid.");
        }
        if (reverse) to = earlier(to, at);
        else from = later(from, after(at));
      }
      const wanted = (stream: string) =>
        names === undefined ? prefix === undefined || stream.startsWith(prefix) : names.includes(stream);
      const page = pageOf(storage.events(group, from, to, reverse), {
        limit,
        keep: ({ stream, message }) => wanted(stream) && matches(message),
        patience: MAX_SCANNED,
      });
      const next = page.complete ? undefined : page.last;
      return {
        events: page.events.map((event) => ({
          logStreamName: event.stream,
          timestamp: event.timestamp,
          message: event.message,
          ingestionTime: event.ingestedAt,
          eventId: eventId(group, event),
        })),
        searchedLogStreams: [],
        ...(next === undefined
          ? {}
          : { nextToken: encodeToken({ timestamp: next.timestamp, sequence: next.sequence, reverse }) }),
      };
    },
  };
}
