/** Pages of a log group from CloudWatch Logs, for the tail. */

import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { Failure } from "../errors.ts";
import type { FetchPage } from "./tail.ts";

export interface LogPagesSettings {
  readonly client: CloudWatchLogsClient;
  readonly group: string;
  /** Only these streams; Route 53's are named `zone-id/edge-location`. */
  readonly streamPrefix?: string;
  readonly filterPattern?: string;
}

/** Throws a Failure when the log group does not exist. */
export function logPages({ client, group, streamPrefix, filterPattern }: LogPagesSettings): FetchPage {
  return async (startTime, token, signal) => {
    const { FilterLogEventsCommand, ResourceNotFoundException } = await import("@aws-sdk/client-cloudwatch-logs");
    try {
      const page = await client.send(
        new FilterLogEventsCommand({
          logGroupName: group,
          startTime,
          ...(streamPrefix === undefined ? {} : { logStreamNamePrefix: streamPrefix }),
          ...(filterPattern === undefined ? {} : { filterPattern }),
          ...(token === undefined ? {} : { nextToken: token }),
        }),
        { abortSignal: signal },
      );
      return {
        events: (page.events ?? []).map((event) => ({
          id: event.eventId ?? "",
          timestamp: event.timestamp ?? 0,
          stream: event.logStreamName ?? "",
          message: event.message ?? "",
        })),
        nextToken: page.nextToken,
      };
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
      throw new Failure({
        kind: "failed",
        code: "logs.no-group",
        message: `the log group ${group} does not exist`,
        next: "run `r53kit setup apply --phase logging`, or name another one with --group",
        cause: error,
      });
    }
  };
}

/** Whether a poll that failed so may succeed later: the network, throttling, or AWS's own fault. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $metadata, $fault, code } = error as Error & {
    $metadata?: { httpStatusCode?: number };
    $fault?: string;
    code?: unknown;
  };
  if (error.name === "ThrottlingException" || error.name === "TimeoutError" || $fault === "server") return true;
  if (($metadata?.httpStatusCode ?? 0) >= 500) return true;
  return typeof code === "string" && /^E[A-Z]+$/.test(code);
}
