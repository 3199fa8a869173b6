/**
 * Many questions to the same few servers: an exchange whose UDP sockets are shared by questions in flight. Each has its own
 * id; a port is given up after some hundred questions, so that it stays hard to guess (RFC 5452 section 4.5).
 */

import { randomInt } from "node:crypto";
import type { Socket } from "node:dgram";
import type { ServerAddress } from "./client.ts";
import { type Ask, arrivalOf, bounded, type Exchange, exchangeOver, networkError, socketTo } from "./client.ts";
import { encodeMessage } from "./message.ts";

/** How many a socket is for. */
const QUESTIONS_OF_A_SOCKET = 256;

export interface SharedSockets {
  readonly exchange: Exchange;
  /** Questions under way still have their answers; no other is asked. */
  close(): void;
}

export function shareSockets(): SharedSockets {
  const open = new Map<string, SharedSocket>();
  let closed = false;
  const ask: Ask = async (request, tries) => {
    const { server, signal } = request;
    signal?.throwIfAborted();
    if (closed) throw new Error("the sockets are closed");
    const key = `${server.address} ${server.port}`;
    let socket = open.get(key);
    if (socket === undefined || socket.isSpent) {
      socket?.retire();
      socket = new SharedSocket(server);
      open.set(key, socket);
    }
    return socket.ask(request, tries);
  };
  return {
    exchange: (request) => exchangeOver(ask, request),
    close: () => {
      closed = true;
      for (const socket of open.values()) socket.retire();
      open.clear();
    },
  };
}

interface Waiting {
  send(): void;
  arrived(datagram: Buffer): void;
  failed(error: NodeJS.ErrnoException): void;
}

class SharedSocket {
  readonly #socket: Socket;
  /** By id. */
  readonly #waiting = new Map<number, Waiting>();
  #state: "connecting" | "ready" | "broken" = "connecting";
  #asked = 0;
  #retired = false;

  constructor(server: ServerAddress) {
    this.#socket = socketTo(server, (error) => {
      if (error) return this.#break(error);
      this.#state = "ready";
      for (const one of this.#waiting.values()) one.send();
    });
    // A refusal that came back over the network is that of every question under way.
    this.#socket.on("error", (error) => this.#break(error));
    this.#socket.on("message", (datagram) => {
      if (datagram.length >= 2) this.#waiting.get(datagram.readUInt16BE(0))?.arrived(datagram);
    });
  }

  get isSpent(): boolean {
    return this.#asked >= QUESTIONS_OF_A_SOCKET || this.#state === "broken";
  }

  /** Closes it as soon as nobody waits. */
  retire(): void {
    if (this.#retired) return;
    this.#retired = true;
    this.#closeWhenIdle();
  }

  readonly ask: Ask = (request, tries) => {
    this.#asked++;
    const { query } = request;
    const id = this.#freeId();
    return bounded(request, tries, ({ done, fail }) => {
      const octets = encodeMessage({ ...query, id });
      let sentAt = 0;
      const waiting: Waiting = {
        send: () => {
          sentAt = performance.now();
          this.#socket.send(octets, (error) => {
            if (error) fail(networkError(error, tries));
          });
        },
        arrived: (datagram) => {
          try {
            const arrival = arrivalOf(datagram, query, id);
            if (arrival !== undefined) done({ ...arrival, rttMs: performance.now() - sentAt });
          } catch (error) {
            fail(error);
          }
        },
        failed: (error) => fail(networkError(error, tries)),
      };
      this.#waiting.set(id, waiting);
      if (this.#state === "ready") waiting.send();
      return () => {
        this.#waiting.delete(id);
        this.#closeWhenIdle();
      };
    });
  };

  #freeId(): number {
    for (;;) {
      const id = randomInt(0x10000);
      if (!this.#waiting.has(id)) return id;
    }
  }

  #break(error: NodeJS.ErrnoException): void {
    this.#state = "broken";
    for (const one of [...this.#waiting.values()]) one.failed(error);
  }

  #closeWhenIdle(): void {
    if (this.#retired && this.#waiting.size === 0) this.#socket.close();
  }
}
