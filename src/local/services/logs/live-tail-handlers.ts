/** CloudWatch Logs: StartLiveTail. */

import { randomUUID } from "node:crypto";
import { SessionTimeoutException, type StartLiveTailResponseStream } from "@aws-sdk/client-cloudwatch-logs";
import type { Clock } from "../../../clock.ts";
import { type LiveTailSettings, type TailedEvent, tailLive } from "./live-tail.ts";
import { logGroupArn, logGroupOfArn } from "./log-arns.ts";
import type { LogGroup, LogStorage } from "./log-storage.ts";
import { compilePattern, groupOrThrow, invalidParameter, type LogsHandlers, logsError } from "./logs-faults.ts";

/** CloudWatch Logs quotas: "Live Tail concurrent sessions". */
const MAX_SESSIONS = 15;
/** API Reference, StartLiveTail. */
const MAX_GROUPS = 10;

export interface LiveTailHandlerSettings {
  readonly storage: LogStorage;
  readonly clock: Clock;
  /** Aborted when the service closes; ends every session. */
  readonly closing: AbortSignal;
}

function streamFilter(input: {
  readonly logStreamNames?: readonly string[] | undefined;
  readonly logStreamNamePrefixes?: readonly string[] | undefined;
}): (stream: string) => boolean {
  const { logStreamNames: names, logStreamNamePrefixes: prefixes } = input;
  if (names !== undefined) return (stream) => names.includes(stream);
  if (prefixes !== undefined) return (stream) => prefixes.some((prefix) => stream.startsWith(prefix));
  return () => true;
}

export function liveTailHandlers({ storage, clock, closing }: LiveTailHandlerSettings): LogsHandlers<"StartLiveTail"> {
  let sessions = 0;

  function groupsOf(identifiers: readonly string[], account: string): LogGroup[] {
    if (identifiers.length === 0 || identifiers.length > MAX_GROUPS) {
      throw invalidParameter(`Give between 1 and ${MAX_GROUPS} log groups in logGroupIdentifiers.`);
    }
    return identifiers.map((identifier) => {
      const address = identifier.endsWith("*") ? undefined : logGroupOfArn(identifier, account);
      if (address === undefined) {
        throw invalidParameter(
          `'${identifier}' is not the ARN of a log group of this account, without an asterisk at its end.`,
        );
      }
      return groupOrThrow(storage, address);
    });
  }

  /** The members of the stream that the client reads. */
  async function* responses(
    start: StartLiveTailResponseStream,
    settings: LiveTailSettings,
  ): AsyncGenerator<StartLiveTailResponseStream, void, undefined> {
    sessions += 1;
    const updates = tailLive(settings);
    try {
      // Listening begins here, so that nothing which comes after the start is missed.
      let next = updates.next();
      yield start;
      for (;;) {
        const result = await next;
        if (result.done) {
          if (result.value === "closed") return;
          const message = "The Live Tail session timed out after three hours.";
          yield { SessionTimeoutException: new SessionTimeoutException({ message, $metadata: {} }) };
          return;
        }
        next = updates.next();
        const { sampled, events } = result.value;
        yield { sessionUpdate: { sessionMetadata: { sampled }, sessionResults: [...events] } };
      }
    } finally {
      sessions -= 1;
      await updates.return("closed");
    }
  }

  return {
    StartLiveTail(input, { account, requestId, signal }) {
      const groups = groupsOf(input.logGroupIdentifiers, account);
      const { logStreamNames, logStreamNamePrefixes, logEventFilterPattern } = input;
      if (logStreamNames !== undefined && logStreamNamePrefixes !== undefined) {
        throw invalidParameter("logStreamNames and logStreamNamePrefixes are mutually exclusive parameters.");
      }
      if ((logStreamNames ?? logStreamNamePrefixes) !== undefined && groups.length > 1) {
        throw invalidParameter("Log streams can only be given with exactly one log group.");
      }
      const matches = compilePattern(logEventFilterPattern);
      const wanted = streamFilter(input);
      if (sessions >= MAX_SESSIONS) throw logsError("LimitExceededException", "Resource limit exceeded.");
      const arns = new Map(groups.map((group) => [group.state.id, logGroupArn(account, group)]));

      const subscribe = (onEvent: (event: TailedEvent) => void) =>
        storage.onAdded(({ group, byStream, ingestedAt }) => {
          const logGroupIdentifier = arns.get(group.state.id);
          if (logGroupIdentifier === undefined) return;
          for (const [logStreamName, events] of byStream) {
            if (!wanted(logStreamName)) continue;
            for (const { timestamp, message } of events) {
              if (!matches(message)) continue;
              onEvent({ logGroupIdentifier, logStreamName, message, timestamp, ingestionTime: ingestedAt });
            }
          }
        });

      const start: StartLiveTailResponseStream = {
        sessionStart: {
          requestId,
          sessionId: randomUUID(),
          logGroupIdentifiers: [...arns.values()],
          logStreamNames: logStreamNames ?? [],
          logStreamNamePrefixes: logStreamNamePrefixes ?? [],
          logEventFilterPattern: logEventFilterPattern ?? "",
        },
      };
      return {
        responseStream: responses(start, {
          clock,
          random: Math.random,
          subscribe,
          signal: AbortSignal.any([signal, closing]),
        }),
      };
    },
  };
}
