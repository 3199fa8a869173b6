/** Many questions over few sockets: each gets its own answer, ports change, and nothing stays open. */

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import type { ExchangeRequest } from "../../../src/dns/client.ts";
import { decodeMessage, encodeMessage, makeQuery, NO_FLAGS } from "../../../src/dns/message.ts";
import { type SharedSockets, shareSockets } from "../../../src/dns/shared-sockets.ts";
import { RCODE, TYPE } from "../../../src/dns/types.ts";
import { domainName } from "../../../src/route53/names.ts";
import { reply, resourceRecord, startScriptedServer } from "../../support/scripted-dns-server.ts";

const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function share(): SharedSockets {
  const sockets = shareSockets();
  closers.push(() => sockets.close());
  return sockets;
}

/** Answers in whatever order, from `answer`; remembers from which ports it was asked. */
async function udpServer(answer: (octets: Buffer, send: (reply: Uint8Array) => void, n: number) => void) {
  const socket = createSocket("udp4");
  const ports: number[] = [];
  socket.on("message", (octets, from) => {
    ports.push(from.port);
    answer(octets, (text) => socket.send(text, from.port, from.address), ports.length);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  closers.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return { address: "127.0.0.1", port: socket.address().port, ports };
}

function answerTo(octets: Buffer): Uint8Array {
  const query = decodeMessage(octets);
  const name = query.questions[0]?.name ?? "";
  const answers = [resourceRecord(`${name} 60 TXT "${name}"`)];
  return encodeMessage({ ...query, response: true, rcode: RCODE.NOERROR, flags: NO_FLAGS, answers });
}

function request(
  server: { address: string; port: number },
  name: string,
  parts: Partial<ExchangeRequest> = {},
): ExchangeRequest {
  const query = makeQuery({ name: domainName(name), type: TYPE.TXT });
  return { server, query, transport: "auto", timeoutMs: 2000, tries: 1, ...parts };
}

describe("questions that share sockets", () => {
  it("each get their own answer, in whatever order these come", async () => {
    const held: (() => void)[] = [];
    const server = await udpServer((octets, send) => {
      held.push(() => send(answerTo(octets)));
      if (held.length === 50) for (const one of held.splice(0).reverse()) one();
    });
    const { exchange } = share();
    const names = Array.from({ length: 50 }, (_, i) => `n${i}.example.com.`);
    const results = await Promise.all(names.map((name) => exchange(request(server, name))));
    expect(results.map(({ response }) => response.answers[0]?.name)).toEqual(names);
    expect(new Set(server.ports).size).toBe(1);
  });

  it("change their port before it can be guessed", async () => {
    const server = await udpServer((octets, send) => send(answerTo(octets)));
    const { exchange } = share();
    for (let i = 0; i < 600; i++) await exchange(request(server, `n${i}.example.com.`));
    expect(new Set(server.ports).size).toBe(3);
  });

  it("are not answered by what answers another question or has another id", async () => {
    const server = await udpServer((octets, send) => {
      const other = Buffer.from(octets);
      other.writeUInt16BE((octets.readUInt16BE(0) + 1) & 0xffff, 0);
      send(answerTo(other));
      const query = decodeMessage(octets);
      const forged = makeQuery({ name: domainName("other.example.com"), type: TYPE.TXT });
      send(encodeMessage({ ...forged, id: query.id, response: true }));
      send(Buffer.from([1]));
      send(answerTo(octets));
    });
    const { exchange } = share();
    const { response } = await exchange(request(server, "www.example.com."));
    expect(response.answers.map(({ name }) => name)).toEqual(["www.example.com."]);
  });

  it("are asked again after silence, and over TCP when the answer is cut", async () => {
    let silent = 1;
    const lost = await udpServer((octets, send) => {
      if (silent-- <= 0) send(answerTo(octets));
    });
    const { exchange } = share();
    expect(await exchange(request(lost, "a.example.com.", { timeoutMs: 400, tries: 2 }))).toMatchObject({ tries: 2 });
    const many = Array.from({ length: 100 }, (_, i) => resourceRecord(`a.example.com 60 TXT "${i}"`));
    const long = await startScriptedServer((asked) => reply(asked, { answers: many }));
    closers.push(() => long.close());
    const whole = await exchange(request(long, "a.example.com."));
    expect(whole).toMatchObject({ transport: "tcp", truncatedOverUdp: true });
    expect(whole.response.answers).toHaveLength(100);
  });

  it("all fail at once where nobody listens, and the next ones try anew", async () => {
    const gone = createSocket("udp4");
    gone.bind(0, "127.0.0.1");
    await once(gone, "listening");
    const server = { address: "127.0.0.1", port: gone.address().port };
    await new Promise<void>((resolve) => gone.close(() => resolve()));
    const { exchange } = share();
    for (const round of ["a", "b"]) {
      const asked = Array.from({ length: 5 }, (_, i) => exchange(request(server, `${round}${i}.example.com.`)));
      const outcomes = await Promise.allSettled(asked);
      for (const one of outcomes) expect(one).toMatchObject({ reason: { reason: "unreachable" } });
    }
  });

  it("end with the signal, and nothing is asked after the end", async () => {
    const server = await udpServer(() => {});
    const { exchange, close } = share();
    const stop = new AbortController();
    const asked = exchange(request(server, "a.example.com.", { signal: stop.signal }));
    stop.abort(new Error("stopped"));
    await expect(asked).rejects.toThrow("stopped");
    await expect(exchange(request(server, "b.example.com.", { signal: stop.signal }))).rejects.toThrow("stopped");
    close();
    await expect(exchange(request(server, "c.example.com."))).rejects.toThrow("closed");
  });

  it("still have their answers when the sockets are closed meanwhile", async () => {
    const server = await udpServer((octets, send) => setImmediate(() => send(answerTo(octets))));
    const { exchange, close } = share();
    const asked = exchange(request(server, "a.example.com."));
    close();
    expect((await asked).response.answers).toHaveLength(1);
  });
});
