/** The sockets of one server with a responder made for the test: streams, limits, and clients that do not behave. */

import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { framed, TcpFrames } from "../../../../src/dns/tcp-frames.ts";
import {
  type Listener,
  type ListenOptions,
  listen,
  type Responder,
} from "../../../../src/local/nameserver/listener.ts";
import type { Sender } from "../../../../src/local/nameserver/response.ts";
import { freePort } from "../../../support/free-port.ts";
import { exchangeRaw } from "../../../support/raw-dns.ts";

const ADDRESS = "127.0.0.1";
const FACE = { name: "ns", cookieSecret: new Uint8Array(16), now: () => 0, tcpIdleMs: 10_000 };

let port: number;
let listener: Listener | undefined;
let sockets: Socket[];
const defects: unknown[] = [];

beforeEach(async () => {
  port = await freePort(ADDRESS);
  sockets = [];
  defects.length = 0;
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await listener?.close();
  listener = undefined;
});

async function start(respond: Responder, options: Partial<ListenOptions> = {}): Promise<void> {
  const onDefect = (error: unknown) => void defects.push(error);
  listener = await listen({ address: ADDRESS, port, respond, onDefect, ...options });
}

function open(): Socket {
  const socket = connect({ host: ADDRESS, port, noDelay: true });
  socket.on("error", () => undefined);
  sockets.push(socket);
  return socket;
}

const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once("close", () => resolve()));

/** Messages until there are `count` of them. */
function received(socket: Socket, count: number): Promise<string[]> {
  const frames = new TcpFrames();
  const messages: string[] = [];
  return new Promise((resolve) => {
    socket.on("data", (chunk) => {
      frames.push(chunk);
      for (let next = frames.next(); next !== undefined; next = frames.next()) messages.push(next.toString());
      if (messages.length >= count) resolve(messages);
    });
    socket.on("close", () => resolve(messages));
  });
}

const stream = (...messages: readonly string[]) => Buffer.concat(messages.map((text) => framed(Buffer.from(text))));

describe("a listener", () => {
  it("tells who sent a message, how, and to whom", async () => {
    const senders: Sender[] = [];
    await start(
      (octets, sender) => {
        senders.push(sender);
        return octets;
      },
      { server: FACE },
    );
    for (const transport of ["UDP", "TCP"] as const)
      await exchangeRaw({ address: ADDRESS, port }, transport, [Buffer.alloc(12)]);
    expect(senders).toEqual([
      { address: ADDRESS, transport: "UDP", server: FACE },
      { address: ADDRESS, transport: "TCP", server: FACE },
    ]);
  });

  it("answers on one connection as answers are ready, not as they were asked", async () => {
    const waiting = new Map<string, (response: Buffer) => void>();
    await start((octets) => {
      const text = octets.toString();
      if (text === "now") return Buffer.from(text);
      return new Promise((resolve) => waiting.set(text, resolve));
    });
    const socket = open();
    const answers = received(socket, 3);
    socket.write(stream("first", "second", "now"));
    await expect.poll(() => waiting.size).toBe(2);
    waiting.get("second")?.(Buffer.from("second"));
    await expect.poll(() => socket.bytesRead).toBe(stream("now", "second").length);
    waiting.get("first")?.(Buffer.from("first"));
    expect(await answers).toEqual(["now", "second", "first"]);
  });

  it("reads on after a question that gets no answer, or that broke it, and after messages of no octets", async () => {
    await start((octets) => {
      const text = octets.toString();
      if (text === "broken") throw new Error("broken");
      if (text === "late and broken") return Promise.reject(new Error("late"));
      return text === "last" ? octets : undefined;
    });
    const socket = open();
    const answers = received(socket, 1);
    socket.write(stream("", "nothing", "broken", "late and broken", "", "last"));
    expect(await answers).toEqual(["last"]);
    await expect.poll(() => defects.map((error) => (error as Error).message).sort()).toEqual(["broken", "late"]);
  });

  it("turns away connections beyond its limit, and takes new ones when others have gone", async () => {
    await start((octets) => octets, { maxTcpConnections: 2 });
    const [first, second] = [open(), open()];
    for (const socket of [first, second]) {
      const answer = received(socket, 1);
      socket.write(stream("hello"));
      expect(await answer).toEqual(["hello"]);
    }
    await closed(open());
    first.destroy();
    await expect
      .poll(async () => {
        const again = open();
        const answer = received(again, 1);
        again.write(stream("again"));
        return answer;
      })
      .toEqual(["again"]);
  });

  it("stops reading from who asks and asks and does not read, and goes on when they do", async () => {
    let asked = 0;
    const large = Buffer.alloc(60_000, "x");
    await start(() => {
      asked += 1;
      return large;
    });
    const socket = open();
    socket.pause();
    const count = 2_000;
    for (let i = 0; i < count; i++) socket.write(stream("more"));
    let before = -1;
    // What fits into the buffers of both sides is answered, then no more.
    await expect
      .poll(
        () => {
          const still = asked === before;
          before = asked;
          return still && asked > 0;
        },
        { interval: 200, timeout: 10_000 },
      )
      .toBe(true);
    expect(asked).toBeLessThan(count);
    const answers = received(socket, count);
    socket.resume();
    expect(await answers).toHaveLength(count);
    expect(asked).toBe(count);
  });

  it("lets go of who neither reads nor asks any more", async () => {
    await start(() => Buffer.alloc(60_000), { tcpIdleMs: 100, maxTcpConnections: 1 });
    const socket = open();
    socket.pause();
    socket.write(stream(...Array.from({ length: 500 }, () => "more")));
    // A paused socket does not notice; but there is room for another connection.
    await expect
      .poll(
        async () => {
          const next = open();
          const answers = received(next, 1);
          next.write(stream("next"));
          return (await answers).length;
        },
        { timeout: 10_000 },
      )
      .toBe(1);
  });

  it("lets go of who promises more than ever comes", async () => {
    await start((octets) => octets, { tcpIdleMs: 50 });
    const promising = open();
    promising.write(Buffer.of(255, 255, 1, 2, 3));
    await closed(promising);
  });

  it("waits for an answer that takes longer than connections are kept", async () => {
    let answer: ((response: Buffer) => void) | undefined;
    await start(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
      { tcpIdleMs: 30 },
    );
    const socket = open();
    const answers = received(socket, 1);
    socket.write(stream("slow"));
    await expect.poll(() => answer !== undefined).toBe(true);
    // So long that others are let go, one after the other.
    for (let i = 0; i < 3; i++) await closed(open());
    answer?.(Buffer.from("slow"));
    expect(await answers).toEqual(["slow"]);
  });
});
