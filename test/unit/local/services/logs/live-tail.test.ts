import * as logs from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../../../src/clock.ts";
import {
  MAX_EVENTS_PER_UPDATE,
  Sample,
  type TailedEvent,
  tailLive,
} from "../../../../../src/local/services/logs/live-tail.ts";
import { createLogsService, type LogsService } from "../../../../../src/local/services/logs/logs-service.ts";
import { openStore } from "../../../../../src/local/store/lmdb-store.ts";
import type { Store } from "../../../../../src/local/store/store.ts";
import { clientConfig } from "../../../../support/aws-clients.ts";
import { fakeClock } from "../../../../support/fake-clock.ts";
import { type RunningServer, serve } from "../../../../support/http-server.ts";

function event(message: string): TailedEvent {
  return { logGroupIdentifier: "g", logStreamName: "s", message, timestamp: 0, ingestionTime: 0 };
}

describe("a sample", () => {
  it("keeps everything, in order, up to 500", () => {
    const sample = new Sample(() => 0);
    for (let i = 0; i < MAX_EVENTS_PER_UPDATE; i++) sample.offer(event(`${i}`));
    const { sampled, events } = sample.take();
    expect(sampled).toBe(false);
    expect(events.map(({ message }) => Number(message))).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(sample.take()).toEqual({ sampled: false, events: [] });
  });

  it("keeps 500 of more, in order, the late as likely as the early", () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647;
    };
    const sample = new Sample(random);
    for (let i = 0; i < 5000; i++) sample.offer(event(`${i}`));
    const { sampled, events } = sample.take();
    const kept = events.map(({ message }) => Number(message));
    expect(sampled).toBe(true);
    expect(kept).toHaveLength(500);
    expect(kept).toEqual([...kept].sort((a, b) => a - b));
    // Half of them come from the first half, give or take five standard deviations.
    expect(Math.abs(kept.filter((i) => i < 2500).length - 250)).toBeLessThan(56);
  });
});

describe("a session", () => {
  function open(speed = 1) {
    const clock = fakeClock({ speed });
    const gone = new AbortController();
    let onEvent: ((event: TailedEvent) => void) | undefined;
    const updates = tailLive({
      clock,
      random: Math.random,
      subscribe(listener) {
        onEvent = listener;
        return () => {
          onEvent = undefined;
        };
      },
      signal: gone.signal,
    });
    return {
      clock,
      gone,
      updates,
      offer: (message: string) => onEvent?.(event(message)),
      listens: () => onEvent !== undefined,
    };
  }

  it("gives an update each second, also when nothing came", async () => {
    const { clock, updates, offer } = open();
    const first = updates.next();
    offer("one");
    await clock.advance(1000);
    expect(await first).toEqual({ done: false, value: { sampled: false, events: [event("one")] } });
    const second = updates.next();
    await clock.advance(1000);
    expect((await second).value).toEqual({ sampled: false, events: [] });
  });

  it("counts real seconds on a clock that runs fast", async () => {
    const { clock, updates } = open(10);
    const first = updates.next();
    await clock.advance(9_999);
    expect(await Promise.race([first, Promise.resolve("not yet")])).toBe("not yet");
    await clock.advance(1);
    expect((await first).done).toBe(false);
  });

  it("keeps the latest ten updates for a reader that lags", async () => {
    const { clock, updates, offer } = open();
    const first = updates.next();
    for (let i = 0; i < 15; i++) {
      offer(`${i}`);
      await clock.advance(1000);
    }
    const seen = [await first];
    for (let i = 0; i < 10; i++) seen.push(await updates.next());
    const messages = seen.map(({ value }) => (typeof value === "object" ? value.events[0]?.message : value));
    expect(messages).toEqual(["0", ...Array.from({ length: 10 }, (_, i) => `${i + 5}`)]);
  });

  it("ends after three hours", async () => {
    const { clock, updates, listens } = open();
    const first = updates.next();
    await clock.advance(3 * 3600 * 1000);
    let result = await first;
    for (let i = 0; i < 20 && !result.done; i++) result = await updates.next();
    expect(result).toEqual({ done: true, value: "timeout" });
    expect(listens()).toBe(false);
  });

  it("ends at once when the client goes, and leaves nothing behind", async () => {
    const { clock, gone, updates, listens } = open();
    const first = updates.next();
    expect(listens()).toBe(true);
    gone.abort();
    expect(await first).toEqual({ done: true, value: "closed" });
    expect(listens()).toBe(false);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("StartLiveTail", () => {
  const ARN = "arn:aws:logs:us-east-1:123456789012:log-group:/g";
  let store: Store;
  let service: LogsService;
  let server: RunningServer;
  let client: logs.CloudWatchLogsClient;
  const defects: unknown[] = [];

  beforeEach(async () => {
    defects.length = 0;
    store = openStore({ inMemory: true });
    service = createLogsService({ store, clock: systemClock() });
    server = await serve({ services: [service.service], onDefect: (error) => defects.push(error) });
    client = new logs.CloudWatchLogsClient({ ...clientConfig(server), disableHostPrefix: true });
    for (const logGroupName of ["/g", "/h"]) await client.send(new logs.CreateLogGroupCommand({ logGroupName }));
  });

  afterEach(async () => {
    client.destroy();
    await server.close();
    service.close();
    await store.close();
    expect(defects).toEqual([]);
  });

  const start = async (input: Partial<logs.StartLiveTailCommandInput> = {}) => {
    const { responseStream } = await client.send(
      new logs.StartLiveTailCommand({ logGroupIdentifiers: [ARN], ...input }),
    );
    return (responseStream as AsyncIterable<logs.StartLiveTailResponseStream>)[Symbol.asyncIterator]();
  };
  const append = (group: string, stream: string, ...messages: string[]) =>
    service.append(
      group,
      stream,
      messages.map((message) => ({ timestamp: Date.now(), message })),
    );

  /** Reads updates until there are so many events. */
  async function results(tail: AsyncIterator<logs.StartLiveTailResponseStream>, count: number) {
    const found: logs.LiveTailSessionLogEvent[] = [];
    while (found.length < count) {
      const { done, value } = await tail.next();
      if (done) break;
      found.push(...(value.sessionUpdate?.sessionResults ?? []));
    }
    return found;
  }

  it("says what it follows, then gives what comes, filtered", async () => {
    append("/g", "Z1/FRA6", "before NXDOMAIN");
    service.flush();
    const tail = await start({ logStreamNamePrefixes: ["Z1/"], logEventFilterPattern: "NXDOMAIN" });
    expect((await tail.next()).value).toEqual({
      sessionStart: {
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        logGroupIdentifiers: [ARN],
        logStreamNames: [],
        logStreamNamePrefixes: ["Z1/"],
        logEventFilterPattern: "NXDOMAIN",
      },
    });
    append("/g", "Z1/FRA6", "one NXDOMAIN", "two NOERROR");
    append("/g", "Z2/FRA6", "three NXDOMAIN");
    append("/h", "Z1/FRA6", "four NXDOMAIN");
    append("/g", "Z1/IAD12", "five NXDOMAIN é");
    expect(await results(tail, 2)).toEqual([
      expect.objectContaining({ logGroupIdentifier: ARN, logStreamName: "Z1/FRA6", message: "one NXDOMAIN" }),
      expect.objectContaining({ logStreamName: "Z1/IAD12", message: "five NXDOMAIN é", timestamp: expect.any(Number) }),
    ]);
  });

  it("says that it left events out", async () => {
    const tail = await start();
    await tail.next();
    append("/g", "s", ...Array.from({ length: 2000 }, (_, i) => `m${i}`));
    service.flush();
    const { value } = await tail.next();
    expect(value.sessionUpdate?.sessionMetadata).toEqual({ sampled: true });
    expect(value.sessionUpdate?.sessionResults).toHaveLength(500);
  });

  it("ends when the service closes", async () => {
    const tail = await start();
    await tail.next();
    service.close();
    while (!(await tail.next()).done);
  });

  it("has fifteen sessions, and a place again when a client goes", async () => {
    const leaving = new logs.CloudWatchLogsClient({ ...clientConfig(server), disableHostPrefix: true });
    await leaving.send(new logs.StartLiveTailCommand({ logGroupIdentifiers: [ARN] }));
    for (let i = 1; i < 15; i++) await start();
    await expect(start()).rejects.toMatchObject({ name: "LimitExceededException" });
    leaving.destroy();
    await expect.poll(() => start().then((tail) => tail.next())).toMatchObject({ done: false });
  });

  it.each([
    ["a name", { logGroupIdentifiers: ["/g"] }, "InvalidParameterException"],
    ["an ARN with an asterisk", { logGroupIdentifiers: [`${ARN}:*`] }, "InvalidParameterException"],
    ["a group that is not there", { logGroupIdentifiers: [`${ARN}x`] }, "ResourceNotFoundException"],
    ["names and prefixes", { logStreamNames: ["s"], logStreamNamePrefixes: ["s"] }, "InvalidParameterException"],
    [
      "streams of two groups",
      { logGroupIdentifiers: [ARN, ARN.replace("/g", "/h")], logStreamNames: ["s"] },
      "InvalidParameterException",
    ],
    ["no pattern", { logEventFilterPattern: "[a" }, "InvalidParameterException"],
  ])("refuses %s", async (_what, input, name) => {
    await expect(start(input)).rejects.toMatchObject({ name });
  });
});
