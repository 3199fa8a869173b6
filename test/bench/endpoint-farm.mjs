// The endpoints of the health bench, in a process of their own: they note when each probe came, fail on command, and ask the
// name server when an answer changed. Told what to do by messages from its parent, in the order of `commands` below.
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { createServer as createTlsServer } from "node:tls";

/** How often an answer that must change is asked for. */
const ASK_EVERY_MS = 1;
const ASK_AGAIN_MS = 20;
const GIVE_UP_MS = 5_000;
/** What every name answers while its endpoint is down. */
const SECONDARY = "192.0.2.1";
/** Each check has this many checkers, whose probes come in turn. */
const CHECKERS = 3;

const fine = Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\n\r\nup and ready\n");
const broken = Buffer.from("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
const pem = readFileSync(new URL("../support/self-signed.ts", import.meta.url), "utf8");
const certificate = { key: /-----BEGIN PRIVATE[^`]*/.exec(pem)[0], cert: /-----BEGIN CERT[^`]*/.exec(pem)[0] };

const lag = monitorEventLoopDelay({ resolution: 1 });
const asker = createSocket("udp4");
const waiting = new Map();
let nextQueryId = 0;
let endpoints = [];
let startedAt = performance.now();
let flipping = { count: 0, delays: [], done: () => {}, fail: () => {} };

asker.on("message", (answer) => waiting.get(answer.readUInt16BE(0))?.(answer));

class Endpoint {
  constructor({ kind, address, port, name }) {
    Object.assign(this, { kind, address, port, name, arrivals: [], down: false, decidesAfter: 0, decided: undefined });
  }

  listen() {
    const server =
      this.kind === "https"
        ? createTlsServer(certificate, (s) => this.#answer(s))
        : createServer((s) => this.#answer(s));
    server.on("connection", (socket) => {
      this.arrivals.push(performance.now());
      socket.on("error", () => {});
    });
    server.on("tlsClientError", () => {});
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port: this.port, host: this.address, backlog: 64 }, resolve);
    });
  }

  #answer(socket) {
    socket.on("error", () => {});
    if (this.kind === "tcp") return socket.resume();
    socket.once("data", async () => {
      const decides = this.decidesAfter > 0 && --this.decidesAfter === 0;
      const { down } = this;
      const before = decides ? await ask(this.name) : undefined;
      const sentAt = performance.now();
      socket.end(down ? broken : fine);
      if (decides) await this.#watch(before, sentAt).catch(flipping.fail);
    });
  }

  /** The response that turns the check has just been written: how long until a name server says something else. */
  async #watch(before, sentAt) {
    const expected = this.down ? this.address : SECONDARY;
    if (before !== expected) throw new Error(`${this.name} was ${before}, not ${expected}, before the deciding probe`);
    while ((await ask(this.name)) === before) {
      if (performance.now() - sentAt > GIVE_UP_MS) throw new Error(`${this.name} is still ${before}`);
      await wait(ASK_EVERY_MS);
    }
    flipping.delays.push(performance.now() - sentAt);
    if (flipping.delays.length === flipping.count) flipping.done();
  }
}

let nameServer;

/** The address that the name server gives for a name at this moment. */
function ask(name) {
  nextQueryId = (nextQueryId + 1) & 0xffff;
  const id = nextQueryId;
  const labels = name.split(".").map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`));
  const header = Buffer.from([id >> 8, id & 255, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  const query = Buffer.concat([header, ...labels, Buffer.from([0, 0, 1, 0, 1])]);
  const send = () => asker.send(query, nameServer.port, nameServer.address);
  send();
  return new Promise((resolve) => {
    // UDP may lose one.
    const again = setInterval(send, ASK_AGAIN_MS);
    waiting.set(id, (answer) => {
      waiting.delete(id);
      clearInterval(again);
      // The answer follows the question: a name of two bytes (a pointer), ten more of fixed fields, the address.
      const address = 12 + name.length + 2 + 4 + 2 + 10;
      resolve(answer.subarray(address, address + 4).join("."));
    });
  });
}

const commands = {
  async open(specifications) {
    endpoints = specifications.map((one) => new Endpoint(one));
    for (const endpoint of endpoints) await endpoint.listen();
  },
  begin() {
    for (const endpoint of endpoints) endpoint.arrivals = [];
    startedAt = performance.now();
    lag.enable();
    lag.reset();
  },
  /** Probes since `begin`, how far each checker's interval was from the one it should keep, and the most in 100 ms. */
  end({ intervalMs }) {
    const deviations = [];
    const buckets = new Map();
    let probes = 0;
    for (const { arrivals } of endpoints) {
      probes += arrivals.length;
      for (const at of arrivals) {
        const bucket = Math.floor((at - startedAt) / 100);
        buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
      }
      for (let i = CHECKERS; i < arrivals.length; i++) {
        deviations.push(Math.abs(arrivals[i] - arrivals[i - CHECKERS] - intervalMs));
      }
    }
    return {
      probes,
      elapsedMs: performance.now() - startedAt,
      deviations,
      mostIn100Ms: Math.max(0, ...buckets.values()),
      lagP99Ms: lag.percentile(99) / 1e6,
    };
  },
  /** Fails, or mends, every endpoint that has a name; resolves when all answers have changed. */
  async flip({ down, dns }) {
    nameServer = dns;
    const named = endpoints.filter(({ name }) => name !== undefined);
    await new Promise((done, fail) => {
      flipping = { count: named.length, delays: [], done, fail };
      for (const endpoint of named) {
        endpoint.down = down;
        // With a failure threshold of 1: unhealthy when the last of the checkers finds it so, healthy when the first does.
        endpoint.decidesAfter = down ? CHECKERS : 1;
      }
    });
    return flipping.delays;
  },
};

process.on("message", async ({ command, argument }) => {
  try {
    process.send({ result: await commands[command](argument) });
  } catch (error) {
    process.send({ error: String(error) });
  }
});
process.on("disconnect", () => process.exit());
