/** Between a server's sockets and its answers: what it says about itself, the response rate, and SERVFAIL where something breaks. */

import { randomBytes } from "node:crypto";
import type { Clock } from "../../clock.ts";
import { COOKIE_SECRET_OCTETS } from "../../dns/server-cookie.ts";
import { RCODE } from "../../dns/types.ts";
import { type Listener, listen, type Responder, TCP_IDLE_MS } from "./listener.ts";
import { readQuery } from "./query.ts";
import { rateLimited } from "./rate-limited.ts";
import { errorResponse, type Sender } from "./response.ts";
import { ResponseRate } from "./response-rate.ts";

export interface ReceptionOptions {
  readonly clock: Pick<Clock, "now">;
  /** Alike responses a second that one network gets from one authoritative server over UDP; without it there is no limit. */
  readonly responseRateLimit?: number;
}

/** One server as its clients find it. */
export interface Received {
  readonly address: string;
  /** What it answers who asks for its name (NSID). */
  readonly name: string;
  readonly respond: Responder;
  /** Only authoritative servers are limited: a resolver's clients are its own. */
  readonly authoritative: boolean;
}

/** Whatever goes wrong inside, the client gets SERVFAIL and the server goes on. */
function guarded(respond: Responder, onDefect: (error: unknown) => void): Responder {
  const apologize = (octets: Buffer, sender: Sender, error: unknown): Buffer | undefined => {
    onDefect(error);
    const query = readQuery(octets);
    return query.kind === "dropped" ? undefined : errorResponse(query, RCODE.SERVFAIL, sender);
  };
  return (octets, sender) => {
    try {
      const response = respond(octets, sender);
      return response instanceof Promise ? response.catch((error) => apologize(octets, sender, error)) : response;
    } catch (error) {
      return apologize(octets, sender, error);
    }
  };
}

export class Reception {
  readonly #options: ReceptionOptions;
  readonly #onDefect: (error: unknown) => void;
  /** One for all servers, so that a cookie is good at each (RFC 9018 section 3); it lives as long as they do. */
  readonly #cookieSecret: Uint8Array = randomBytes(COOKIE_SECRET_OCTETS);

  constructor(options: ReceptionOptions, onDefect: (error: unknown) => void) {
    this.#options = options;
    this.#onDefect = onDefect;
  }

  /** Opens a server's sockets. Rejects with the system's error, e.g. EADDRINUSE. */
  open(server: Received, port: number): Promise<Listener> {
    const { clock, responseRateLimit } = this.#options;
    const limited =
      responseRateLimit === undefined || !server.authoritative
        ? server.respond
        : rateLimited(server.respond, new ResponseRate(responseRateLimit), () => performance.now());
    return listen({
      address: server.address,
      port,
      respond: guarded(limited, this.#onDefect),
      server: {
        name: server.name,
        cookieSecret: this.#cookieSecret,
        now: () => clock.now(),
        tcpIdleMs: TCP_IDLE_MS,
      },
      onDefect: this.#onDefect,
    });
  }
}
