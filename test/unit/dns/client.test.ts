/** One question to one server over real sockets: what is accepted as its answer, what is not, and that it always ends. */

import { execFile, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { type ExchangeRequest, exchange } from "../../../src/dns/client.ts";
import {
  encodeMessage,
  type Message,
  makeQuery,
  NO_FLAGS,
  PLAIN_EDNS,
  parseClientSubnet,
} from "../../../src/dns/message.ts";
import { RCODE, TYPE } from "../../../src/dns/types.ts";
import { domainName } from "../../../src/route53/names.ts";
import {
  reply,
  resourceRecord,
  resourceRecords,
  type Script,
  type ScriptedServer,
  startScriptedServer,
} from "../../support/scripted-dns-server.ts";

let servers: ScriptedServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});

async function serve(script: Script): Promise<ScriptedServer> {
  const server = await startScriptedServer(script);
  servers.push(server);
  return server;
}

const query = makeQuery({ name: domainName("www.example.com"), type: TYPE.A, edns: PLAIN_EDNS });
const address = resourceRecord("www.example.com 60 A 192.0.2.1");

function request(server: { address: string; port: number }, parts: Partial<ExchangeRequest> = {}): ExchangeRequest {
  return { server, query, transport: "auto", timeoutMs: 2000, tries: 1, ...parts };
}

describe("an exchange", () => {
  it("brings the answer over UDP, with its size and time", async () => {
    const server = await serve((asked) => reply(asked, { answers: [address] }));
    const result = await exchange(request(server));
    expect(result).toMatchObject({
      transport: "udp",
      truncatedOverUdp: false,
      tries: 1,
      response: { answers: [address] },
    });
    expect(result.sizeBytes).toBe(encodeMessage(result.response).length);
    expect(result.rttMs).toBeGreaterThan(0);
  });

  it("asks again over TCP when the answer is truncated, unless told to stay with UDP", async () => {
    const many = resourceRecords(Array.from({ length: 100 }, (_, i) => `www.example.com 60 A 192.0.2.${i}`).join("\n"));
    const server = await serve((asked) => reply(asked, { answers: many }));
    const whole = await exchange(request(server));
    expect(whole).toMatchObject({ transport: "tcp", truncatedOverUdp: true, tries: 2 });
    expect(whole.response.answers).toHaveLength(100);
    const part = await exchange(request(server, { transport: "udp" }));
    expect(part.response.flags.truncated).toBe(true);
    expect(server.asked).toEqual(["www.example.com. A udp", "www.example.com. A tcp", "www.example.com. A udp"]);
  });

  it("asks again after silence, with another id, and then gives up", async () => {
    const ids = new Set<number>();
    let silent = 2;
    const server = await serve((asked) => {
      ids.add(asked.id);
      return silent-- > 0 ? undefined : reply(asked, { answers: [address] });
    });
    expect(await exchange(request(server, { timeoutMs: 400, tries: 3 }))).toMatchObject({ tries: 3 });
    silent = 2;
    await expect(exchange(request(server, { timeoutMs: 50, tries: 2 }))).rejects.toMatchObject({
      reason: "timeout",
      tries: 2,
    });
    expect(server.asked).toHaveLength(5);
    expect(ids.size).toBeGreaterThan(1);
  });

  it.each<[string, (asked: Message) => Message | Uint8Array]>([
    ["another id", (asked) => reply(asked, { id: asked.id ^ 1, answers: [address] })],
    [
      "another question",
      (asked) => reply(asked, { questions: [{ name: domainName("evil.example"), type: TYPE.A, class: 1 }] }),
    ],
    ["no question and yet an answer", (asked) => reply(asked, { questions: [], answers: [address] })],
    ["a query instead of an answer", (asked) => reply(asked, { response: false })],
    [
      "an unreadable datagram with another id",
      (asked) => Uint8Array.of(~(asked.id >> 8) & 0xff, asked.id & 0xff, 0x80, 0, 0, 9, 0, 0, 0, 0, 0, 0),
    ],
  ])("does not take %s for its answer", async (_, forge) => {
    const server = await serve(forge);
    await expect(exchange(request(server, { timeoutMs: 100 }))).rejects.toMatchObject({ reason: "timeout" });
  });

  it("does not take an answer that comes from another port", async () => {
    const stranger = createSocket("udp4");
    let forgeries = 0;
    const receiver = createSocket("udp4");
    await new Promise<void>((resolve) => receiver.bind(0, "127.0.0.1", resolve));
    receiver.on("message", (octets, from) => {
      const forged = Buffer.from(octets);
      forged[2] = 0x80;
      stranger.send(forged, from.port, from.address);
      forgeries++;
    });
    const outcome = exchange(request(receiver.address(), { timeoutMs: 150 }));
    await expect(outcome).rejects.toMatchObject({ reason: "timeout" });
    expect(forgeries).toBe(1);
    stranger.close();
    receiver.close();
  });

  it("takes a FORMERR without a question", async () => {
    const server = await serve((asked) => reply(asked, { questions: [], rcode: RCODE.FORMERR, flags: NO_FLAGS }));
    expect((await exchange(request(server))).response.rcode).toBe(RCODE.FORMERR);
  });

  it("says when its own answer cannot be read", async () => {
    const server = await serve((asked) => encodeMessage(reply(asked)).subarray(0, 14));
    await expect(exchange(request(server))).rejects.toMatchObject({ reason: "malformed" });
  });

  it("says at once when nobody listens, over UDP and over TCP", async () => {
    const server = await startScriptedServer(() => undefined);
    await server.close();
    await expect(exchange(request(server))).rejects.toMatchObject({ reason: "unreachable", message: "ECONNREFUSED" });
    await expect(exchange(request(server, { transport: "tcp" }))).rejects.toMatchObject({ reason: "unreachable" });
  });

  it("gives up on a TCP server that stays silent, closes, or answers something else", async () => {
    const silent = await serve(() => undefined);
    await expect(exchange(request(silent, { transport: "tcp", timeoutMs: 100 }))).rejects.toMatchObject({
      reason: "timeout",
    });
    const other = await serve((asked) => reply(asked, { id: asked.id ^ 1 }));
    await expect(exchange(request(other, { transport: "tcp" }))).rejects.toMatchObject({ reason: "malformed" });
  });

  it("takes an answer that came in time, though this process was busy until its time was over", async () => {
    const [asked, mayAnswer] = [0, 1];
    const shared = new Int32Array(new SharedArrayBuffer(8));
    const thread = new Worker(
      `const { parentPort, workerData: shared } = require("node:worker_threads");
       const socket = require("node:dgram").createSocket("udp4");
       socket.on("message", (octets, from) => {
         Atomics.store(shared, ${asked}, 1);
         Atomics.wait(shared, ${mayAnswer}, 0);
         octets[2] |= 0x80;
         socket.send(octets, from.port, from.address);
       });
       socket.bind(0, "127.0.0.1", () => parentPort.postMessage(socket.address().port));`,
      { eval: true, workerData: shared },
    );
    const [port] = (await once(thread, "message")) as [number];
    const timeoutMs = 1000;
    const outcome = exchange(request({ address: "127.0.0.1", port }, { timeoutMs }));
    while (Atomics.load(shared, asked) === 0) await new Promise((done) => setImmediate(done));
    Atomics.store(shared, mayAnswer, 1);
    Atomics.notify(shared, mayAnswer);
    // Nobody wakes it: it is busy for so long.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timeoutMs + 50);
    expect((await outcome).response.response).toBe(true);
    await thread.terminate();
  });

  it("ends when it is aborted, with the signal's reason", async () => {
    const server = await serve(() => undefined);
    const controller = new AbortController();
    const outcome = exchange(request(server, { signal: controller.signal, timeoutMs: 60_000 }));
    controller.abort(new Error("enough"));
    await expect(outcome).rejects.toThrow("enough");
    await expect(exchange(request(server, { signal: controller.signal }))).rejects.toThrow("enough");
  });
});

describe.skipIf(spawnSync("dig", ["-v"]).error !== undefined)("dig as the other side", () => {
  const dig = async (...args: string[]) => (await promisify(execFile)("dig", ["+time=20", "+tries=1", ...args])).stdout;

  it("reads our answers, and we read its options", async () => {
    let seen: Message | undefined;
    const answers = resourceRecords(`
      www.example.com 60 HTTPS 1 . alpn="h2,h3" port=8443 ipv4hint=192.0.2.1
      www.example.com 60 HTTPS 2 backup.example.com.
    `);
    const server = await serve((asked) => {
      seen = asked;
      return reply(asked, { answers, additionals: resourceRecords('backup.example.com 60 TXT "a b" "c\\"d"') });
    });
    const text = await dig(
      `@${server.address}`,
      "-p",
      String(server.port),
      "+subnet=198.51.100.77/24",
      "+cookie=0102030405060708",
      "+nsid",
      "+dnssec",
      "WWW.example.com",
      "HTTPS",
    );
    expect(text).toContain('HTTPS\t1 . alpn="h2,h3" port=8443 ipv4hint=192.0.2.1');
    expect(text).toContain("HTTPS\t2 backup.example.com.");
    expect(text).toContain('TXT\t"a b" "c\\"d"');
    expect(text).not.toMatch(/malformed|extra bytes|bad packet/i);
    expect(seen?.edns).toMatchObject({ dnssecOk: true, version: 0 });
    expect(seen?.edns?.options).toContainEqual(parseClientSubnet("198.51.100.0/24"));
    expect(seen?.edns?.options).toContainEqual({ kind: "nsid", data: new Uint8Array() });
    expect(seen?.edns?.options).toContainEqual({
      kind: "cookie",
      client: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      server: new Uint8Array(),
    });
  });

  it("shows our extended error and falls back to TCP when we truncate", async () => {
    const many = resourceRecords(Array.from({ length: 100 }, (_, i) => `www.example.com 60 A 192.0.2.${i}`).join("\n"));
    const options = [{ kind: "ede" as const, infoCode: 15, text: "so says the script" }];
    const server = await serve((asked) => reply(asked, { answers: many, edns: { ...PLAIN_EDNS, options } }));
    const text = await dig(`@${server.address}`, "-p", String(server.port), "www.example.com", "A");
    expect(text).toContain("ANSWER: 100");
    expect(text).toContain("EDE: 15 (Blocked): (so says the script)");
    expect(server.asked).toEqual(["www.example.com. A udp", "www.example.com. A tcp"]);
  });
});
