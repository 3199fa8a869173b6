/** One probe of an endpoint over a real socket, as a Route 53 health checker makes it. Never leaves the loopback interface. */

import { request as httpRequest, type IncomingMessage, STATUS_CODES } from "node:http";
import { request as httpsRequest } from "node:https";
import { BlockList, connect, isIP, type Socket } from "node:net";
import type { Clock } from "../../clock.ts";
import type { HttpTarget, ProbeTarget, TcpTarget } from "./probe-target.ts";
import { type ProbeResult, report } from "./status-text.ts";

/** Route 53's own limits, in the backend's milliseconds (Developer Guide, "How Amazon Route 53 determines ..."). */
const PROBE_LIMITS = {
  tcpConnectMs: 10_000,
  httpConnectMs: 4_000,
  httpResponseMs: 2_000,
  httpBodyMs: 2_000,
} as const;

/** However fast the backend's clock runs, a socket gets this much real time. */
const SHORTEST_REAL_LIMIT_MS = 250;

const SEARCHED_BYTES = 5_120;

export interface Resolution {
  /** IPv4 addresses; empty when there are none. */
  readonly addresses: readonly string[];
  /** e.g. `NOERROR`, `NXDOMAIN`, `SERVFAIL` */
  readonly rcode: string;
}

export type Resolve = (name: string, signal: AbortSignal) => Promise<Resolution>;

export interface ProbeContext {
  readonly clock: Pick<Clock, "after" | "speed">;
  readonly signal: AbortSignal;
}

export type Probe = (target: ProbeTarget, context: ProbeContext) => Promise<ProbeResult>;

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

export function isLoopback(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 6 ? "ipv6" : "ipv4");
}

/** Makes the probe that checkers use; `resolve` is asked before each probe of a check that has no address. */
export function socketProbe(resolve: Resolve): Probe {
  return async (target, context) => {
    const { destination } = target;
    let address: string;
    if (destination.kind === "address") {
      address = destination.address;
    } else {
      let resolution: Resolution;
      try {
        resolution = await resolve(destination.name, context.signal);
      } catch (error) {
        context.signal.throwIfAborted();
        return report.nameNotResolved(error instanceof Error ? error.message : String(error));
      }
      const { addresses, rcode } = resolution;
      const [first] = addresses;
      if (first === undefined) {
        return report.nameNotResolved(rcode === "NOERROR" ? `${destination.name} has no IPv4 address` : rcode);
      }
      address = first;
    }
    if (!isLoopback(address)) return report.notLoopback(address);
    return target.protocol === "tcp" ? probeTcp(target, address, context) : probeHttp(target, address, context);
  };
}

/** A deadline that is set anew as the probe gets further; fires at most once. */
class Deadline {
  readonly #clock: ProbeContext["clock"];
  #cancel = () => {};

  constructor(clock: ProbeContext["clock"]) {
    this.#clock = clock;
  }

  set(ms: number, onPassed: () => void): void {
    this.#cancel();
    const timer = this.#clock.after(Math.max(ms, SHORTEST_REAL_LIMIT_MS * this.#clock.speed), onPassed);
    this.#cancel = () => timer.cancel();
  }

  clear(): void {
    this.#cancel();
  }
}

/** Runs `start` until it reports once; then, or when aborted, everything it holds is let go. */
function once(
  { clock, signal }: ProbeContext,
  start: (done: (result: ProbeResult) => void, deadline: Deadline, hold: (socket: { destroy(): void }) => void) => void,
): Promise<ProbeResult> {
  return new Promise((resolve, reject) => {
    const held: { destroy(): void }[] = [];
    const deadline = new Deadline(clock);
    const finish = () => {
      deadline.clear();
      signal.removeEventListener("abort", onAbort);
      for (const one of held) one.destroy();
    };
    const onAbort = () => {
      finish();
      reject(signal.reason);
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    start(
      (result) => {
        finish();
        resolve(result);
      },
      deadline,
      (socket) => held.push(socket),
    );
  });
}

function connectionProblem(error: NodeJS.ErrnoException, address: string): ProbeResult {
  switch (error.code) {
    case "ECONNREFUSED":
      return report.connectionRefused(address);
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return report.connectionTimedOut();
    case "ECONNRESET":
    case "EPIPE":
      return report.connectionReset(address);
    default:
      if (error.code?.startsWith("HPE_")) return report.notHttp(address);
      if (error.code?.startsWith("ERR_SSL") || error.code === "EPROTO") {
        return report.handshakeFailed(error.code === "EPROTO" ? "protocol error" : error.code, address);
      }
      return report.requestImpossible(error.code ?? error.message);
  }
}

function probeTcp(target: TcpTarget, address: string, context: ProbeContext): Promise<ProbeResult> {
  return once(context, (done, deadline, hold) => {
    const socket = connect({ host: address, port: target.port });
    hold(socket);
    deadline.set(PROBE_LIMITS.tcpConnectMs, () => done(report.connectionTimedOut()));
    socket.once("connect", () => done(report.tcpConnected()));
    socket.on("error", (error) => done(connectionProblem(error, address)));
  });
}

function probeHttp(target: HttpTarget, address: string, context: ProbeContext): Promise<ProbeResult> {
  return once(context, (done, deadline, hold) => {
    deadline.set(PROBE_LIMITS.httpConnectMs, () => done(report.connectionTimedOut()));
    try {
      const request = (target.protocol === "https" ? httpsRequest : httpRequest)({
        host: address,
        port: target.port,
        path: target.path,
        setHost: false,
        headers: {
          Host: target.hostHeader,
          "User-Agent": `Amazon-Route53-Health-Check-Service (ref ${target.healthCheckId}; report http://amzn.to/1vsZADi)`,
          Accept: "*/*",
          Connection: "close",
        },
        agent: false,
        ...(target.protocol === "https"
          ? // Route 53 does not look at certificates. An empty name keeps Node from sending one of its own.
            { rejectUnauthorized: false, servername: target.serverName ?? "" }
          : {}),
      });
      hold(request);
      request.once("socket", (socket: Socket) => {
        socket.once(target.protocol === "https" ? "secureConnect" : "connect", () =>
          deadline.set(PROBE_LIMITS.httpResponseMs, () =>
            done(report.responseTimedOut(PROBE_LIMITS.httpResponseMs / 1000, address)),
          ),
        );
      });
      request.on("error", (error) => done(connectionProblem(error, address)));
      request.once("response", (response) => {
        const code = response.statusCode ?? 0;
        const reason = response.statusMessage || STATUS_CODES[code] || "";
        const verdict = report.httpStatus(code, reason, address);
        if (!verdict.passed || target.searchString === undefined) return done(verdict);
        deadline.set(PROBE_LIMITS.httpBodyMs, () => done(report.bodyTimedOut(PROBE_LIMITS.httpBodyMs / 1000, address)));
        searchBody(response, Buffer.from(target.searchString), (found) =>
          done(found ? verdict : report.searchStringMissing(code, reason, address)),
        );
      });
      request.end();
    } catch (error) {
      // A path or name that cannot be written into a request.
      done(report.requestImpossible(error instanceof Error ? error.message : String(error)));
    }
  });
}

/** Looks for `wanted` in what arrives, however it is cut into reads, up to the 5,120th byte. */
function searchBody(response: IncomingMessage, wanted: Buffer, done: (found: boolean) => void): void {
  let seen = Buffer.alloc(0);
  response.on("data", (chunk: Buffer) => {
    seen = Buffer.concat([seen, chunk]).subarray(0, SEARCHED_BYTES);
    if (seen.includes(wanted)) done(true);
    else if (seen.length === SEARCHED_BYTES) done(false);
  });
  response.once("end", () => done(seen.includes(wanted)));
  response.on("error", () => done(false));
}
