/** The local CloudWatch Logs: an AWS service to its clients, and the place where the name servers write their query logs. */

import { setMaxListeners } from "node:events";
import * as sdk from "@aws-sdk/client-cloudwatch-logs";
import type { Clock, Timer } from "../../../clock.ts";
import { awsJson } from "../../protocol/aws-json.ts";
import { logsConstraints } from "../../protocol/constraints/logs.ts";
import { DEFAULT_ACCOUNT } from "../../protocol/server.ts";
import { defineService, type ServiceDefinition } from "../../protocol/service.ts";
import type { Store } from "../../store/store.ts";
import { eventHandlers } from "./event-handlers.ts";
import { EventQueue } from "./event-queue.ts";
import { filterHandlers } from "./filter-handlers.ts";
import { logFilters } from "./filter-storage.ts";
import { groupHandlers } from "./group-handlers.ts";
import { liveTailHandlers } from "./live-tail-handlers.ts";
import { logGroupOfArn, logStreamArn } from "./log-arns.ts";
import { LogStorage, type NewEvent } from "./log-storage.ts";
import { policyDocuments, policyHandlers } from "./policy-handlers.ts";
import { queryHandlers } from "./query-handlers.ts";
import { QueryRunner } from "./query-runner.ts";
import { policiesAllow } from "./resource-policy.ts";
import { LOGS_SIMPLIFICATIONS } from "./simplified.ts";
import { streamHandlers } from "./stream-handlers.ts";

/** Where Route 53 writes query logs (Developer Guide, "Public DNS query logging"). */
const QUERY_LOG_REGION = "us-east-1";

/** Real ms between two looks for expired events, and after a look that did not get to the end of them. */
const SWEEP_EVERY_MS = 60_000;
const SWEEP_ON_AFTER_MS = 1_000;
/** How many go in one look; it bounds how long that keeps others waiting. */
const SWEEP_EVENTS = 2_000;

export interface LogsServiceSettings {
  readonly store: Store;
  readonly clock: Clock;
  /** Twelve digits; {@link DEFAULT_ACCOUNT} when left out. */
  readonly account?: string;
  /** Told when a query fails for no fault of its own. */
  readonly onDefect?: (error: unknown) => void;
}

export interface LogsService {
  readonly service: ServiceDefinition;
  /**
   * Writes query logs to a group of us-east-1, soon: returns at once, never throws for a group that is not there.
   * Streams are made as needed.
   */
  append(groupName: string, streamName: string, events: readonly NewEvent[]): void;
  /** Whether the log group is there and the resource policies let Route 53 create log streams and put log events in it. */
  route53MayWrite(logGroupArn: string, hostedZoneId?: string): "ok" | "no-such-group" | "not-permitted";
  /** Writes what waits. */
  flush(): void;
  /** Writes what waits, and ends what goes on by itself: Live Tail sessions, queries, expiry. Before the store closes. */
  close(): void;
}

export function createLogsService(settings: LogsServiceSettings): LogsService {
  const { store, clock } = settings;
  const account = settings.account ?? DEFAULT_ACCOUNT;
  const storage = new LogStorage(store, clock);
  const queue = new EventQueue(storage, clock, QUERY_LOG_REGION);
  const settle = () => queue.flush();
  const filters = logFilters(store);
  const queries = new QueryRunner(storage, clock, settings.onDefect);
  const closing = new AbortController();
  // One aborted signal ends up to fifteen sessions.
  setMaxListeners(0, closing.signal);

  let sweeping: Timer | undefined;
  /** Expiry needs no reader: what nobody asks for goes too, a piece at a time. */
  const sweep = () => {
    let more = false;
    try {
      more = storage.sweep(SWEEP_EVENTS);
    } finally {
      // A store that had no room for the write may have some later.
      sweeping = clock.after((more ? SWEEP_ON_AFTER_MS : SWEEP_EVERY_MS) * clock.speed, sweep);
    }
  };
  sweeping = clock.after(SWEEP_EVERY_MS * clock.speed, sweep);

  return {
    service: defineService({
      sdk,
      title: "CloudWatch Logs",
      signingName: "logs",
      protocols: [awsJson({ version: "1.1", target: "Logs_20140328" })],
      requestErrors: { malformed: "SerializationException", invalid: "InvalidParameterException" },
      constraints: logsConstraints,
      simplified: LOGS_SIMPLIFICATIONS,
      handlers: {
        ...groupHandlers(storage, filters),
        ...streamHandlers(storage, settle),
        ...eventHandlers(storage, clock, settle),
        ...policyHandlers(store, clock),
        ...filterHandlers(storage, filters, clock),
        ...queryHandlers(storage, queries, clock, settle),
        ...liveTailHandlers({ storage, clock, closing: closing.signal }),
      },
    }),

    append: (groupName, streamName, events) => queue.append(groupName, streamName, events),
    flush: settle,
    close() {
      sweeping?.cancel();
      closing.abort();
      queries.stopAll();
      settle();
    },

    route53MayWrite(arn, hostedZoneId) {
      const address = logGroupOfArn(arn, account);
      if (address === undefined || storage.group(address) === undefined) return "no-such-group";
      const documents = policyDocuments(store, address.region);
      const allowed = ["logs:CreateLogStream", "logs:PutLogEvents"].every((action) =>
        policiesAllow(documents, {
          service: "route53.amazonaws.com",
          action,
          // The streams are named for the zone and the edge location.
          resourceArn: logStreamArn(account, address, `${hostedZoneId ?? "zone"}/edge`),
          conditions: {
            "aws:sourceaccount": account,
            ...(hostedZoneId === undefined ? {} : { "aws:sourcearn": `arn:aws:route53:::hostedzone/${hostedZoneId}` }),
          },
        }),
      );
      return allowed ? "ok" : "not-permitted";
    },
  };
}
