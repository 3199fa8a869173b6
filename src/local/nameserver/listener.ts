/** A DNS server's sockets on one address: UDP datagrams and TCP streams in, responses out. It does not look inside either. */

import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, type Server, type Socket as TcpSocket } from "node:net";
import { framed, TcpFrames } from "../../dns/tcp-frames.ts";
import type { ServerFace } from "./edns-options.ts";
import type { Sender } from "./response.ts";

/** Undefined means no response at all. */
export type Responder = (octets: Buffer, sender: Sender) => Buffer | undefined | Promise<Buffer | undefined>;

export interface ListenOptions {
  readonly address: string;
  readonly port: number;
  readonly respond: Responder;
  /** Whom clients find here; senders carry it to `respond`. */
  readonly server?: ServerFace;
  /** What went wrong with one query or one socket; the listener goes on. */
  readonly onDefect: (error: unknown) => void;
  /** A TCP connection on which no whole message came or went for so long is closed. Real milliseconds; default {@link TCP_IDLE_MS}. */
  readonly tcpIdleMs?: number;
  /** More than so many at a time are turned away; default 512. */
  readonly maxTcpConnections?: number;
}

export interface Listener {
  readonly address: string;
  close(): Promise<void>;
}

/** RFC 7766 section 6.2.3 leaves it to the server; a few seconds are common. */
export const TCP_IDLE_MS = 10_000;
const MAX_TCP_CONNECTIONS = 512;
/** Responses in the making on one connection; past this it is not read until some are out. */
const MAX_IN_FLIGHT = 64;
const RECEIVE_BUFFER_OCTETS = 1024 * 1024;

function listenUdp(options: ListenOptions): Promise<UdpSocket> {
  const { address, port, respond, onDefect } = options;
  const { server } = options;
  const senderAt = (from: string): Sender =>
    server === undefined ? { address: from, transport: "UDP" } : { address: from, transport: "UDP", server };
  const socket = createSocket({
    type: "udp4",
    // Every address here is one already: asking DNS about it costs a fifth of the throughput.
    lookup: (host, _options, callback) => callback(null, host, 4),
    // Queries that come while something else is done wait here; the system may grant less.
    recvBufferSize: RECEIVE_BUFFER_OCTETS,
  });
  const send = (response: Buffer | undefined, to: { readonly address: string; readonly port: number }) => {
    if (response === undefined) return;
    // The socket may be closed by the time a slow response is ready. Nobody hears of one that the sender does not take: it
    // will ask again, and a callback for each costs a tenth of the throughput.
    try {
      socket.send(response, to.port, to.address);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_SOCKET_DGRAM_NOT_RUNNING") onDefect(error);
    }
  };
  socket.on("message", (octets, from) => {
    // Nobody listens on port 0; who sends from there has forged it.
    if (from.port === 0) return;
    try {
      const response = respond(octets, senderAt(from.address));
      if (response instanceof Promise) response.then((late) => send(late, from), onDefect);
      else send(response, from);
    } catch (error) {
      onDefect(error);
    }
  });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off("error", reject);
      socket.on("error", onDefect);
      resolve(socket);
    });
  });
}

/** Messages with a length of two octets before each, several at once if the client likes, answered as they are ready (RFC 7766). */
function serveConnection(socket: TcpSocket, options: ListenOptions): void {
  const { respond, onDefect } = options;
  const sender: Sender = {
    address: socket.remoteAddress ?? "0.0.0.0",
    transport: "TCP",
    ...(options.server === undefined ? {} : { server: options.server }),
  };
  const unread = new TcpFrames();
  let inFlight = 0;
  let blocked = false;
  let ended = false;

  // Octets alone do not keep a connection: a client that sends one now and then would hold it forever.
  const idle = setTimeout(() => {
    if (inFlight === 0) socket.destroy();
    else idle.refresh();
  }, options.tcpIdleMs ?? TCP_IDLE_MS);

  const send = (response: Buffer | undefined) => {
    if (response === undefined || socket.destroyed || socket.writableEnded) return;
    idle.refresh();
    // A client that asks but does not read must not fill our memory.
    if (!socket.write(framed(response))) blocked = true;
  };
  const finish = (response: Buffer | undefined) => {
    inFlight -= 1;
    send(response);
    read();
  };
  const read = () => {
    while (!blocked && inFlight < MAX_IN_FLIGHT) {
      const message = unread.next();
      if (message === undefined) break;
      idle.refresh();
      try {
        const response = respond(message, sender);
        if (response instanceof Promise) {
          inFlight += 1;
          response.then(finish, (error) => {
            onDefect(error);
            finish(undefined);
          });
        } else send(response);
      } catch (error) {
        onDefect(error);
      }
    }
    if (blocked || inFlight >= MAX_IN_FLIGHT) socket.pause();
    else socket.resume();
    // A client that has asked everything may close its half and wait for the answers.
    if (ended && !blocked && inFlight === 0) socket.end();
  };

  socket.setNoDelay(true);
  socket.on("close", () => clearTimeout(idle));
  // Resets and broken pipes are the client's business.
  socket.on("error", () => socket.destroy());
  socket.on("drain", () => {
    idle.refresh();
    blocked = false;
    read();
  });
  socket.on("end", () => {
    ended = true;
    read();
  });
  socket.on("data", (chunk) => {
    unread.push(chunk);
    read();
  });
}

function listenTcp(options: ListenOptions): Promise<{ server: Server; connections: Set<TcpSocket> }> {
  const connections = new Set<TcpSocket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
    serveConnection(socket, options);
  });
  server.maxConnections = options.maxTcpConnections ?? MAX_TCP_CONNECTIONS;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: options.address, port: options.port, exclusive: true }, () => {
      server.off("error", reject);
      server.on("error", options.onDefect);
      resolve({ server, connections });
    });
  });
}

/** Opens both sockets, or neither. Rejects with the system's error, e.g. EADDRINUSE. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const udp = await listenUdp(options);
  const closeUdp = () => new Promise<void>((resolve) => udp.close(resolve));
  try {
    const { server, connections } = await listenTcp(options);
    return {
      address: options.address,
      async close() {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        for (const connection of connections) connection.destroy();
        await Promise.all([closed, closeUdp()]);
      },
    };
  } catch (error) {
    await closeUdp();
    throw error;
  }
}
