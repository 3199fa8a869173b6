/** Probes against endpoints that mean no good: each ends with a verdict, in time, and holds nothing afterwards. */

import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { Worker } from "node:worker_threads";
import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Clock, systemClock } from "../../../../src/clock.ts";
import { socketProbe } from "../../../../src/local/health/probe.ts";
import { probeTarget } from "../../../../src/local/health/probe-target.ts";
import { type FakeClock, fakeClock } from "../../../support/fake-clock.ts";
import { SELF_SIGNED } from "../../../support/self-signed.ts";

interface Listening {
  readonly server: Server;
  readonly sockets: Set<Socket>;
}
const listening: Listening[] = [];
afterEach(async () => {
  for (const { server, sockets } of listening.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listen(server: Server): Promise<{ port: number; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  listening.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, sockets };
}

/** Answers every request by `hostility`, and reads what comes. */
const hostile = (hostility: (socket: Socket) => void) =>
  listen(createServer((socket) => socket.once("data", () => hostility(socket)).resume()));

const tlsEndpoint = (options: TlsOptions, answer = "HTTP/1.1 200 OK\r\n\r\n") =>
  listen(
    createTlsServer({ ...SELF_SIGNED, ...options }, (socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(answer));
    }).on("tlsClientError", () => {}),
  );

/** Writes a piece again and again, as fast as it is taken. */
function forever(socket: Socket, piece: string): void {
  const write = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on("drain", write);
  write();
}

function probe(config: Partial<HealthCheckConfig>, clock: Pick<Clock, "after" | "speed">) {
  const target = probeTarget("check-1", { Type: "HTTP", IPAddress: "127.0.0.1", ...config });
  if (target === undefined) throw new Error("no endpoint");
  const noNames = async () => ({ addresses: [], rcode: "NXDOMAIN" });
  return socketProbe(noNames)(target, { clock, signal: new AbortController().signal });
}

/** The verdict; and then nothing is left, neither a timer nor a connection at the endpoint. */
async function verdictOf(
  config: Partial<HealthCheckConfig>,
  sockets: Set<Socket>,
  meanwhile: (clock: FakeClock, limits: readonly number[]) => Promise<void> = async () => {},
): Promise<string> {
  const clock = fakeClock();
  const limits: number[] = [];
  const result = probe(config, {
    speed: 1,
    after(ms, callback) {
      limits.push(ms);
      return clock.after(ms, callback);
    },
  });
  await meanwhile(clock, limits);
  const { status } = await result;
  expect(clock.pendingTimers).toBe(0);
  await vi.waitFor(() => expect(sockets.size).toBe(0), 20_000);
  return status;
}

/** Lets the time run out that a probe gives one of its steps: to connect, to get a status, to get the body. */
const runOut = (step: "status" | "body") => async (clock: FakeClock, limits: readonly number[]) => {
  await vi.waitFor(() => expect(limits).toEqual(step === "status" ? [4_000, 2_000] : [4_000, 2_000, 2_000]), 20_000);
  await clock.advance(2_000);
};

const OK = "HTTP/1.1 200 OK\r\n";
const NOT_HTTP = "Failure: The endpoint's answer is not valid HTTP. Resolved IP: 127.0.0.1";
const HUNG_UP = "Failure: The endpoint closed the connection before it answered. Resolved IP: 127.0.0.1";
const TOO_SLOW = "Failure: The endpoint did not answer within 2 seconds after connecting. Resolved IP: 127.0.0.1";

describe("an endpoint that answers something that is not HTTP", () => {
  it.each([
    ["a status line without a code", "HTTP/1.1 OK\r\n\r\n"],
    ["a code of two digits", "HTTP/1.1 20 OK\r\n\r\n"],
    ["a version that there is not", "HTTP/7.7 200 OK\r\n\r\n"],
    ["bytes of all kinds", Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString("latin1")],
    // "The headers must be in the format that is defined in RFC 7230, section 3.2" (Developer Guide).
    ["a header without a colon", `${OK}no header at all\r\n\r\n`],
    ["a space before the colon of a header", `${OK}Server : x\r\n\r\n`],
    ["a header with a control character", `${OK}Server: a\x01b\r\n\r\n`],
    ["two lengths of the body that differ", `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`],
    [
      "a length and chunks, which may be smuggling",
      `${OK}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ["a length that is no number", `${OK}Content-Length: many\r\n\r\n`],
  ])("fails: %s", async (_, answer) => {
    const { port, sockets } = await hostile((socket) => socket.write(answer, "latin1"));
    expect(await verdictOf({ Port: port }, sockets)).toBe(NOT_HTTP);
  });

  it("fails on headers that never end, after 16 KB of them", async () => {
    const { port, sockets } = await hostile((socket) => {
      socket.write(OK);
      forever(socket, `X-Padding: ${"x".repeat(1000)}\r\n`);
    });
    expect(await verdictOf({ Port: port }, sockets)).toBe(NOT_HTTP);
  });

  it("fails on one header that never ends", async () => {
    const { port, sockets } = await hostile((socket) => {
      socket.write(`${OK}X-Padding: `);
      forever(socket, "x".repeat(1000));
    });
    expect(await verdictOf({ Port: port }, sockets)).toBe(NOT_HTTP);
  });
});

describe("an endpoint that takes its time", () => {
  it("fails when the status line comes byte by byte and is not whole after two seconds", async () => {
    const { port, sockets } = await hostile((socket) => socket.write("HTTP/1.1 200 O"));
    expect(await verdictOf({ Port: port }, sockets, runOut("status"))).toBe(TOO_SLOW);
  });

  it("gains nothing by telling the checker to go on", async () => {
    const { port, sockets } = await hostile((socket) => {
      for (let i = 0; i < 100; i++) socket.write("HTTP/1.1 100 Continue\r\n\r\n");
    });
    expect(await verdictOf({ Port: port }, sockets, runOut("status"))).toBe(TOO_SLOW);
  });

  it("fails when the body trickles and never has the string", async () => {
    const { port, sockets } = await hostile((socket) => {
      socket.write(`${OK}Content-Length: 100000\r\n\r\n`);
      for (const byte of "almost nothing") socket.write(byte);
    });
    const config = { Type: "HTTP_STR_MATCH", Port: port, SearchString: "ready" } as const;
    expect(await verdictOf(config, sockets, runOut("body"))).toContain(
      "did not send its response body within 2 seconds",
    );
  });
});

describe("an endpoint that lies about its body", () => {
  const match = (port: number) => ({ Type: "HTTP_STR_MATCH", Port: port, SearchString: "ready" }) as const;
  const MISSING = "the search string was not found in the first 5,120 bytes";

  it("fails when it ends before the length it gave", async () => {
    const { port, sockets } = await hostile((socket) => socket.end(`${OK}Content-Length: 100\r\n\r\nrea`));
    expect(await verdictOf(match(port), sockets)).toContain(MISSING);
  });

  it("is not believed beyond the length it gave", async () => {
    const { port, sockets } = await hostile((socket) => socket.write(`${OK}Content-Length: 3\r\n\r\nready`));
    expect(await verdictOf(match(port), sockets)).toContain("Failure: ");
  });

  it("fails when a chunk's size is no number, and when the last chunk never comes", async () => {
    const nonsense = await hostile((socket) => socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\nzz\r\nready`));
    expect(await verdictOf(match(nonsense.port), nonsense.sockets)).toContain("Failure: ");
    const cut = await hostile((socket) => socket.end(`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nreddy\r\n`));
    expect(await verdictOf(match(cut.port), cut.sockets)).toContain(MISSING);
  });

  it("is searched across chunks, without their sizes", async () => {
    const { port, sockets } = await hostile((socket) =>
      socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nrea\r\n2\r\ndy\r\n0\r\n\r\n`),
    );
    expect(await verdictOf(match(port), sockets)).toBe("Success: HTTP Status Code 200, OK");
  });

  it("is cut off when the body never ends: without the string, and where none is searched", async () => {
    const { port, sockets } = await hostile((socket) => {
      socket.write(`${OK}\r\n`);
      forever(socket, "x".repeat(65_536));
    });
    expect(await verdictOf(match(port), sockets)).toContain(MISSING);
    expect(await verdictOf({ Port: port }, sockets)).toBe("Success: HTTP Status Code 200, OK");
  });

  it("fails when it resets the connection: before the status, within it, within the body", async () => {
    for (const [sent, verdict] of [
      ["", HUNG_UP],
      ["HTTP/1.1 200", HUNG_UP],
      [`${OK}Content-Length: 9\r\n\r\nrea`, MISSING],
    ] as const) {
      const { port, sockets } = await hostile((socket) =>
        sent === "" ? socket.resetAndDestroy() : socket.write(sent, () => setImmediate(() => socket.resetAndDestroy())),
      );
      expect(await verdictOf(match(port), sockets)).toContain(verdict);
    }
  });

  it("fails when it switches protocols", async () => {
    const { port, sockets } = await hostile((socket) =>
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nready"),
    );
    expect(await verdictOf(match(port), sockets)).toBe(
      "Failure: HTTP Status Code 101, Switching Protocols. Resolved IP: 127.0.0.1",
    );
  });
});

describe("an endpoint whose TLS is odd", () => {
  it("fails with the alert that it sent", async () => {
    const alert = Buffer.from([21, 3, 3, 0, 2, 2, 40]);
    const { port, sockets } = await hostile((socket) => socket.end(alert));
    expect(await verdictOf({ Type: "HTTPS", Port: port }, sockets)).toBe(
      "Failure: SSL alert handshake_failure. Resolved IP: 127.0.0.1",
    );
  });

  it("fails with bytes that are no TLS, and when it hangs up within the handshake", async () => {
    for (const answer of [Buffer.from("SSH-2.0-garbage\r\n"), Buffer.from([22, 3, 3, 255, 255, 1, 2, 3])]) {
      const { port, sockets } = await hostile((socket) => socket.end(answer));
      expect(await verdictOf({ Type: "HTTPS", Port: port }, sockets)).toContain("Failure: ");
    }
    const { port, sockets } = await hostile((socket) => socket.resetAndDestroy());
    expect(await verdictOf({ Type: "HTTPS", Port: port }, sockets)).toContain("Failure: ");
  });

  it("passes with any version from TLS 1.0 on", async () => {
    for (const version of ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const) {
      const { port, sockets } = await tlsEndpoint({
        minVersion: version,
        maxVersion: version,
        ciphers: "DEFAULT:@SECLEVEL=0",
      });
      expect(await verdictOf({ Type: "HTTPS", Port: port }, sockets)).toBe("Success: HTTP Status Code 200, OK");
    }
  });
});

it("an endpoint that answered in time passes, though this process came to read it late", async () => {
  // A thread that answers while this one is stopped.
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const endpoint = new Worker(
    `const { workerData, parentPort } = require("node:worker_threads");
     require("node:net").createServer((socket) => {
       socket.on("error", () => {});
       socket.once("data", () => socket.end("HTTP/1.1 200 OK\\r\\n\\r\\n", () => {
         Atomics.store(workerData, 0, 1);
         Atomics.notify(workerData, 0);
       }));
     }).listen(0, "127.0.0.1", function () { parentPort.postMessage(this.address().port); });`,
    { eval: true, workerData: flag },
  );
  try {
    const port = await new Promise<number>((resolve) => endpoint.once("message", resolve));
    const real = systemClock(20);
    let limits = 0;
    const clock: Pick<Clock, "after" | "speed"> = {
      speed: real.speed,
      after(ms, callback) {
        const timer = real.after(ms, callback);
        // The second limit begins as the request goes out; the first is the connection's.
        if (++limits === 2) {
          setImmediate(() => {
            Atomics.wait(flag, 0, 0);
            const until = performance.now() + (2 * ms) / real.speed;
            while (performance.now() < until);
          });
        }
        return timer;
      },
    };
    expect((await probe({ Port: port }, clock)).status).toBe("Success: HTTP Status Code 200, OK");
    expect(limits).toBe(2);
  } finally {
    await endpoint.terminate();
  }
});
