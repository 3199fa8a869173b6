import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CallLog, REMEMBERED_CALLS, type RecordedCall } from "../../../../src/local/control-calls.ts";
import { controlClient } from "../../../../src/local/control-client.ts";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

function record(log: CallLog, count: number): void {
  for (let n = 0; n < count; n++) {
    log.record({
      requestId: "id",
      service: "route53",
      operation: "ListHostedZones",
      status: 200,
      errorCode: undefined,
      durationMs: 1.23456,
    });
  }
}

const sequences = (calls: readonly RecordedCall[]) => calls.map(({ sequence }) => sequence);

/** The log behind a server, as the control endpoint has it. */
async function served(log: CallLog, limit: number): Promise<number> {
  const server = createServer((_request, response) => log.follow(response, limit));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

describe("the log of API calls", () => {
  it("remembers the latest, in order, and forgets the rest", () => {
    const log = new CallLog();
    expect(log.latest()).toEqual([]);
    record(log, 3);
    expect(sequences(log.latest())).toEqual([1, 2, 3]);
    expect(sequences(log.latest(2))).toEqual([2, 3]);
    expect(sequences(log.latest(0))).toEqual([]);
    record(log, REMEMBERED_CALLS);
    const all = sequences(log.latest());
    expect(all).toHaveLength(REMEMBERED_CALLS);
    expect([all[0], all.at(-1)]).toEqual([4, REMEMBERED_CALLS + 3]);
  });

  it("tells followers the latest and then each as it comes, and ends their streams when it closes", async () => {
    const log = new CallLog();
    record(log, 5);
    const port = await served(log, 2);
    const seen: number[] = [];
    const following = (async () => {
      for await (const call of controlClient(port).followCalls(2, new AbortController().signal)) {
        seen.push(call.sequence);
        if (call.sequence === 5) record(log, 2);
        if (call.sequence === 7) log.close();
      }
    })();
    await following;
    expect(seen).toEqual([4, 5, 6, 7]);
  });

  it("does not pile up calls for a reader that does not read", async () => {
    const log = new CallLog();
    let written = 0;
    const server = createServer((_request, response) => {
      const write = response.write.bind(response);
      response.write = ((chunk: string) => {
        written += chunk.length;
        return write(chunk);
      }) as typeof response.write;
      log.follow(response, 0);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { connect } = await import("node:net");
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await new Promise((resolve) => socket.once("data", resolve));
    socket.pause();
    // 60 MB of lines, were they all kept.
    for (let round = 0; round < 300; round++) {
      record(log, REMEMBERED_CALLS);
      await new Promise(setImmediate);
    }
    expect(written).toBeLessThan(20_000_000);
    socket.destroy();
  });

  it("lets go of a follower who leaves", async () => {
    const log = new CallLog();
    const port = await served(log, 0);
    const abort = new AbortController();
    const leaving = (async () => {
      for await (const _ of controlClient(port).followCalls(0, abort.signal)) abort.abort();
    })().catch(() => {});
    await vi.waitFor(() => {
      record(log, 1);
      expect(abort.signal.aborted).toBe(true);
    }, 20_000);
    await leaving;
    const connections = () => new Promise((resolve) => servers[0]?.getConnections((_, count) => resolve(count)));
    await vi.waitFor(async () => expect(await connections()).toBe(0), 20_000);
    expect(() => record(log, 1)).not.toThrow();
  });
});
