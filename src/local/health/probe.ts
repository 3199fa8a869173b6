/** One probe of an endpoint over a real socket, as a Route 53 health checker makes it. Never leaves the loopback interface. */

import { request as httpRequest, type IncomingMessage, STATUS_CODES } from "node:http";
import { request as httpsRequest } from "node:https";
import { BlockList, connect, isIP, type Socket } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import type { Clock, Timer } from "../../clock.ts";
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
const SHORTEST_REAL_LIMIT_MS = 100;

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
// As the IPv6 way of writing IPv4 has them, too.
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

export function isLoopback(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return address.startsWith("127.");
    case 6:
      // Which has many ways to write an address.
      return loopback.check(address, "ipv6");
    default:
      return false;
  }
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
  #over = false;
  #timer: Timer | undefined;

  constructor(clock: ProbeContext["clock"]) {
    this.#clock = clock;
  }

  set(ms: number, onPassed: () => void): void {
    this.#timer?.cancel();
    if (this.#over) return;
    this.#timer = this.#clock.after(Math.max(ms, SHORTEST_REAL_LIMIT_MS * this.#clock.speed), () => {
      const passed = this.#timer;
      // What has arrived while this process was busy or stopped is read first: the endpoint was not late, we were.
      setImmediate(() => {
        if (!this.#over && this.#timer === passed) onPassed();
      });
    });
  }

  end(): void {
    this.#over = true;
    this.#timer?.cancel();
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
      deadline.end();
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

/** OpenSSL's words for an alert that the endpoint sent, e.g. `:sslv3 alert handshake failure:`; what stands before varies. */
const TLS_ALERT = /:\S+ alert ([a-z ]+):/;

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
    default: {
      if (error.code?.startsWith("HPE_")) return report.notHttp(address);
      const [, alert] = TLS_ALERT.exec(error.message) ?? [];
      if (alert !== undefined) return report.tlsAlert(alert.replaceAll(" ", "_"), address);
      if (error.code?.startsWith("ERR_SSL") || error.code === "EPROTO") {
        return report.handshakeFailed(error.code === "EPROTO" ? "protocol error" : error.code, address);
      }
      return report.requestImpossible(error.code ?? error.message);
    }
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

let madeTls: SecureContext | undefined;

/** One for all probes, for it is dear to make. Any version from TLS 1.0 on is fine (HealthCheckConfig), so any key and cipher is. */
function anyTls(): SecureContext {
  madeTls ??= createSecureContext({ minVersion: "TLSv1", ciphers: "DEFAULT:@SECLEVEL=0" });
  return madeTls;
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
            { rejectUnauthorized: false, servername: target.serverName ?? "", secureContext: anyTls() }
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
      request.once("upgrade", ({ statusCode = 101, statusMessage = "" }, socket) => {
        // No longer the request's, which would leave it open.
        hold(socket);
        done(report.httpStatus(statusCode, statusMessage, address));
      });
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
