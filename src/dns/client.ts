/**
 * One question to one server, over UDP with retries and over TCP when the answer is truncated. `exchange` has a socket for each
 * question; who has thousands of them shares sockets (shared-sockets.ts).
 */

import { randomInt } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import { decodeMessage, encodeMessage, MalformedMessageError, type Message } from "./message.ts";
import { RCODE } from "./types.ts";

export interface ServerAddress {
  /** An IP address. */
  readonly address: string;
  readonly port: number;
}

export interface ExchangeRequest {
  readonly server: ServerAddress;
  /** Its id is replaced by a random one. */
  readonly query: Message;
  /** `auto` asks over UDP and again over TCP when the answer is truncated. */
  readonly transport: "auto" | "udp" | "tcp";
  /** For each try, and for the TCP exchange as a whole; real ms. */
  readonly timeoutMs: number;
  /** How often to ask over UDP before giving up; at least 1. */
  readonly tries: number;
  readonly signal?: AbortSignal;
}

export interface ExchangeResult {
  readonly response: Message;
  /** From the last query sent to its answer. */
  readonly rttMs: number;
  readonly transport: "udp" | "tcp";
  /** Set when UDP gave a truncated answer first. */
  readonly truncatedOverUdp: boolean;
  readonly sizeBytes: number;
  /** How many queries it took. */
  readonly tries: number;
}

/** How the rest of this room asks; tests and the local resolver may pass their own. */
export type Exchange = (request: ExchangeRequest) => Promise<ExchangeResult>;

/**
 * - `timeout`: nothing came back in time
 * - `unreachable`: the network or the host said no (ICMP, connection refused)
 * - `no-route`: this machine itself has no way there, as to IPv6 where it has none
 * - `malformed`: an answer came that cannot be read
 */
export type ExchangeFailure = "timeout" | "unreachable" | "no-route" | "malformed";

export class ExchangeError extends Error {
  override readonly name = "ExchangeError";
  readonly reason: ExchangeFailure;
  /** How many queries were sent. */
  readonly tries: number;

  constructor(reason: ExchangeFailure, message: string, tries: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.tries = tries;
  }
}

const NO_ROUTE = new Set(["ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"]);

export function networkError(error: NodeJS.ErrnoException, tries: number): ExchangeError {
  const reason = NO_ROUTE.has(error.code ?? "") ? "no-route" : "unreachable";
  return new ExchangeError(reason, error.code ?? error.message, tries, error);
}

/**
 * Whether a message answers the query: the same id, opcode and question. A server that could not read the query may leave
 * the question out (RFC 1035 section 4.1.1 has nothing to repeat then).
 */
function answers(response: Message, query: Message, id: number): boolean {
  if (!response.response || response.id !== id || response.opcode !== query.opcode) return false;
  const [asked] = query.questions;
  const [repeated] = response.questions;
  if (repeated === undefined) return response.rcode !== RCODE.NOERROR && response.rcode !== RCODE.NXDOMAIN;
  return repeated.name === asked?.name && repeated.type === asked.type && repeated.class === asked.class;
}

export interface Arrival {
  readonly response: Message;
  readonly sizeBytes: number;
}

/** Reads what came; undefined when it is for someone else. Throws {@link MalformedMessageError} when it is for us and broken. */
export function arrivalOf(octets: Buffer, query: Message, id: number): Arrival | undefined {
  try {
    const response = decodeMessage(octets);
    return answers(response, query, id) ? { response, sizeBytes: octets.length } : undefined;
  } catch (error) {
    if (error instanceof MalformedMessageError && (error.header === undefined || error.header.id !== id))
      return undefined;
    throw error;
  }
}

/** Settles once, and takes its timer, its abort listener and, by what `start` returns, its socket down when it does. */
export function bounded<Result>(
  request: ExchangeRequest,
  tries: number,
  start: (settle: { done(result: Result): void; fail(error: unknown): void }) => () => void,
): Promise<Result> {
  const { signal, timeoutMs } = request;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    let close = () => {};
    const end = (settle: () => void) => {
      clearTimeout(timer);
      clearImmediate(late);
      signal?.removeEventListener("abort", onAbort);
      close();
      settle();
    };
    const fail = (error: unknown) =>
      end(() =>
        reject(
          error instanceof MalformedMessageError ? new ExchangeError("malformed", error.message, tries, error) : error,
        ),
      );
    const onAbort = () => fail(signal?.reason);
    let late: NodeJS.Immediate | undefined;
    const timer = setTimeout(() => {
      // What has arrived while this process was busy or stopped is read first: the server was not late, we were.
      late = setImmediate(() => fail(new ExchangeError("timeout", `no answer within ${timeoutMs} ms`, tries)));
    }, timeoutMs);
    signal?.addEventListener("abort", onAbort, { once: true });
    close = start({ done: (result) => end(() => resolve(result)), fail });
  });
}

/** One try; rejects with an {@link ExchangeError} or the signal's reason. */
export type Ask = (request: ExchangeRequest, tries: number) => Promise<Arrival & { readonly rttMs: number }>;

/** Connected: the kernel picks a random port and drops what comes from anyone else. */
export function socketTo(server: ServerAddress, onReady: (error?: NodeJS.ErrnoException) => void): Socket {
  const socket = createSocket({
    type: isIPv6(server.address) ? "udp6" : "udp4",
    // The address is literal; without this every send asks the system's resolver about it.
    lookup: (host, _options, callback) => callback(null, host, isIPv6(host) ? 6 : 4),
  });
  socket.connect(server.port, server.address, onReady);
  return socket;
}

/** A fresh socket each time. */
const askOverUdp: Ask = (request, tries) => {
  const { server, query } = request;
  const id = randomInt(0x10000);
  const octets = encodeMessage({ ...query, id });
  return bounded(request, tries, ({ done, fail }) => {
    let sentAt = 0;
    let open = true;
    const socket = socketTo(server, (error) => {
      if (error) return fail(networkError(error, tries));
      // Aborted meanwhile.
      if (!open) return;
      sentAt = performance.now();
      socket.send(octets, (sendError) => {
        if (sendError) fail(networkError(sendError, tries));
      });
    });
    socket.on("error", (error) => fail(networkError(error, tries)));
    socket.on("message", (datagram) => {
      try {
        const arrival = arrivalOf(datagram, query, id);
        if (arrival !== undefined) done({ ...arrival, rttMs: performance.now() - sentAt });
      } catch (error) {
        fail(error);
      }
    });
    return () => {
      if (open) socket.close();
      open = false;
    };
  });
};

/** RFC 7766: the message behind its length in two octets. */
function askOverTcp(request: ExchangeRequest, tries: number): Promise<Arrival & { rttMs: number }> {
  const { server, query } = request;
  const id = randomInt(0x10000);
  const octets = encodeMessage({ ...query, id });
  return bounded(request, tries, ({ done, fail }) => {
    const startedAt = performance.now();
    const socket = connect({ host: server.address, port: server.port, noDelay: true });
    let received = Buffer.alloc(0);
    socket.on("error", (error) => fail(networkError(error, tries)));
    socket.on("connect", () =>
      socket.write(Buffer.concat([Uint8Array.of(octets.length >> 8, octets.length & 0xff), octets])),
    );
    socket.on("end", () =>
      fail(new ExchangeError("unreachable", "the server closed the connection without an answer", tries)),
    );
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2) return;
      const length = received.readUInt16BE(0);
      if (received.length < 2 + length) return;
      try {
        const arrival = arrivalOf(received.subarray(2, 2 + length), query, id);
        if (arrival === undefined) throw new MalformedMessageError("the answer over TCP is to another question");
        done({ ...arrival, rttMs: performance.now() - startedAt });
      } catch (error) {
        fail(error);
      }
    });
    return () => socket.destroy();
  });
}

/** Throws {@link ExchangeError}, or the signal's reason. Never takes longer than `(tries + 1) * timeoutMs`. */
export const exchange: Exchange = (request) => exchangeOver(askOverUdp, request);

/** The same with another way to ask over UDP. */
export async function exchangeOver(askUdp: Ask, request: ExchangeRequest): Promise<ExchangeResult> {
  if (request.transport === "tcp") {
    return { ...(await askOverTcp(request, 1)), transport: "tcp", truncatedOverUdp: false, tries: 1 };
  }
  for (let tries = 1; ; tries++) {
    try {
      const arrival = await askUdp(request, tries);
      if (!arrival.response.flags.truncated || request.transport === "udp") {
        return { ...arrival, transport: "udp", truncatedOverUdp: false, tries };
      }
      const whole = await askOverTcp(request, tries + 1);
      return { ...whole, transport: "tcp", truncatedOverUdp: true, tries: tries + 1 };
    } catch (error) {
      const again = error instanceof ExchangeError && error.reason === "timeout" && tries < request.tries;
      if (!again) throw error;
    }
  }
}

/** As {@link exchange}, to this machine alone: zones of the local backend may delegate to servers elsewhere, which are not asked. */
export const loopbackExchange: Exchange = async (request) => {
  const { address } = request.server;
  if (!address.startsWith("127.")) throw new ExchangeError("no-route", `${address} is not on loopback`, 0);
  return exchange(request);
};
