import { request } from "node:http";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, describe, expect, it } from "vitest";
import { awsJson } from "../../../../src/local/protocol/aws-json.ts";
import { defineService, type RequestContext } from "../../../../src/local/protocol/service.ts";
import { clientConfig } from "../../../support/aws-clients.ts";
import { type RunningServer, serve } from "../../../support/http-server.ts";

type Events = (context: RequestContext) => AsyncIterable<logs.StartLiveTailResponseStream>;

describe("an answer that is a stream of events", () => {
  const defects: unknown[] = [];
  let server: RunningServer;
  let client: logs.CloudWatchLogsClient;

  async function open(events: Events): Promise<AsyncIterable<logs.StartLiveTailResponseStream>> {
    const service = defineService({
      sdk: logs,
      title: "CloudWatch Logs",
      signingName: "logs",
      protocols: [awsJson({ version: "1.1", target: "Logs_20140328" })],
      requestErrors: { malformed: "SerializationException", invalid: "InvalidParameterException" },
      handlers: { StartLiveTail: (_input, context) => ({ responseStream: events(context) }) },
    });
    server = await serve({ services: [service], onDefect: (error) => defects.push(error) });
    client = new logs.CloudWatchLogsClient({ ...clientConfig(server), disableHostPrefix: true });
    const { responseStream } = await client.send(new logs.StartLiveTailCommand({ logGroupIdentifiers: ["g"] }));
    if (responseStream === undefined) throw new Error("there is no stream");
    return responseStream;
  }

  afterEach(async () => {
    client.destroy();
    await server.close();
    defects.length = 0;
  });

  const update = (message: string): logs.StartLiveTailResponseStream => ({
    sessionUpdate: { sessionMetadata: { sampled: false }, sessionResults: [{ message, timestamp: 5 }] },
  });

  it("comes event by event, whole", async () => {
    const sent = [{ sessionStart: { sessionId: "é <&>" } }, update("x".repeat(300_000)), update("")];
    const received: unknown[] = [];
    const stream = await open(async function* () {
      yield* sent;
    });
    for await (const event of stream) received.push(event);
    expect(received).toEqual(sent);
    expect(defects).toEqual([]);
  });

  it("may end with an exception of the model", async () => {
    const stream = await open(async function* () {
      yield update("one");
      yield {
        SessionTimeoutException: new logs.SessionTimeoutException({ message: "three hours are over", $metadata: {} }),
      };
    });
    const received: unknown[] = [];
    const failure = await (async () => {
      for await (const event of stream) received.push(event);
    })().catch((error: unknown) => error);
    expect(received).toEqual([update("one")]);
    expect(failure).toMatchObject({ name: "SessionTimeoutException", message: "three hours are over" });
  });

  it("breaks off when its source fails, and says so to whoever watches", async () => {
    const read = async () => {
      const stream = await open(async function* () {
        yield update("one");
        throw new Error("a defect");
      });
      for await (const _event of stream);
    };
    await expect(read()).rejects.toThrow();
    expect(defects).toEqual([expect.objectContaining({ message: "a defect" })]);
  });

  it("waits for a client that does not read, and ends when it goes", async () => {
    let made = 0;
    let ended = false;
    await open(async function* ({ signal }) {
      try {
        while (!signal.aborted) {
          made += 1;
          yield update("x".repeat(100_000));
        }
      } finally {
        ended = true;
      }
    });
    const { port } = server;
    const body = JSON.stringify({ logGroupIdentifiers: ["g"] });
    made = 0;
    const leave = await new Promise<() => void>((resolve) => {
      const sent = request({
        host: "127.0.0.1",
        port,
        method: "POST",
        headers: { "x-amz-target": "Logs_20140328.StartLiveTail", "content-type": "application/x-amz-json-1.1" },
      });
      // Nobody reads the body.
      sent.on("response", (response) => resolve(() => response.destroy())).on("error", () => {});
      sent.end(body);
    });
    // It stops when the buffers on the way are full: a few megabytes.
    let before = -1;
    await expect
      .poll(
        () => {
          const still = made === before;
          before = made;
          return still;
        },
        { interval: 100, timeout: 5_000 },
      )
      .toBe(true);
    expect(made).toBeLessThan(1_000);
    leave();
    client.destroy();
    await expect.poll(() => ended).toBe(true);
    expect(defects).toEqual([]);
  });
});
