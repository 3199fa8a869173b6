/** A CloudWatch Logs service of the test's own, over a real socket, on a clock that the test sets. */

import * as logs from "@aws-sdk/client-cloudwatch-logs";
import { systemClock } from "../../../../../src/clock.ts";
import { createLogsService, type LogsService } from "../../../../../src/local/services/logs/logs-service.ts";
import { openStore } from "../../../../../src/local/store/lmdb-store.ts";
import { clientConfig } from "../../../../support/aws-clients.ts";
import { serve } from "../../../../support/http-server.ts";

export const NOW = Date.parse("2026-11-20T08:00:00.000Z");

export interface LogsFixture {
  readonly client: logs.CloudWatchLogsClient;
  readonly service: LogsService;
  /** Wall time, epoch ms; may be set. */
  now: number;
  /** Whatever should not have happened. */
  readonly defects: readonly unknown[];
  group(logGroupName: string): Promise<unknown>;
  stream(logGroupName: string, logStreamName: string): Promise<unknown>;
  close(): Promise<void>;
}

export async function openLogs(): Promise<LogsFixture> {
  const store = openStore({ inMemory: true });
  const defects: unknown[] = [];
  const onDefect = (error: unknown) => defects.push(error);
  const time = { now: NOW };
  const service = createLogsService({ store, clock: { ...systemClock(), now: () => time.now }, onDefect });
  const server = await serve({ services: [service.service], onDefect });
  const client = new logs.CloudWatchLogsClient({ ...clientConfig(server), disableHostPrefix: true });
  return {
    client,
    service,
    defects,
    get now() {
      return time.now;
    },
    set now(now) {
      time.now = now;
    },
    group: (logGroupName) => client.send(new logs.CreateLogGroupCommand({ logGroupName })),
    stream: (logGroupName, logStreamName) =>
      client.send(new logs.CreateLogStreamCommand({ logGroupName, logStreamName })),
    async close() {
      client.destroy();
      await server.close();
      service.close();
      await store.close();
    },
  };
}
