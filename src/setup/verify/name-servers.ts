/** Name servers as a verification asks them: their addresses, found from the root as anyone would, and single questions. */

import type { Backend } from "../../backend/backend.ts";
import { type Exchange, ExchangeError } from "../../dns/client.ts";
import { lookupAddresses } from "../../dns/iterate.ts";
import { type Message, makeQuery } from "../../dns/message.ts";
import { type SharedSockets, shareSockets } from "../../dns/shared-sockets.ts";
import { type DomainName, displayName } from "../../route53/names.ts";

const QUERY_TIMEOUT_MS = 2000;
const QUERY_TRIES = 2;
/** An answer that is not right yet is asked for again, this often in all. */
export const ANSWER_TRIES = 4;

export interface NameServer {
  /** For people; of a VPC's resolver, the VPC's id. */
  readonly name: string;
  readonly address: string;
}

/** The addresses of name servers, found from the root hints as anyone would, and remembered; and the sockets to ask there. */
export class ServerAddresses {
  readonly #backend: Backend;
  readonly #signal: AbortSignal;
  readonly #known = new Map<DomainName, Promise<readonly string[]>>();
  readonly #sockets: SharedSockets = shareSockets();

  constructor(backend: Backend, signal: AbortSignal) {
    this.#backend = backend;
    this.#signal = signal;
  }

  get port(): number {
    return this.#backend.dns.port;
  }

  get exchange(): Exchange {
    return this.#sockets.exchange;
  }

  /** When nothing is asked any more. */
  close(): void {
    this.#sockets.close();
  }

  /** One address a server, its first. */
  async of(names: readonly DomainName[]): Promise<{ found: NameServer[]; missing: DomainName[] }> {
    const found: NameServer[] = [];
    const missing: DomainName[] = [];
    for (const name of names) {
      let addresses = this.#known.get(name);
      if (addresses === undefined) {
        const { rootHints: roots, port } = this.#backend.dns;
        addresses = lookupAddresses({ exchange: this.exchange, roots, port, signal: this.#signal }, name);
        this.#known.set(name, addresses);
      }
      const [address] = await addresses;
      if (address === undefined) missing.push(name);
      else found.push({ name: displayName(name), address });
    }
    return { found, missing };
  }
}

export function sourceText({ name, address }: NameServer): string {
  return `${name} (${address})`;
}

/** The response, or why there is none. */
export async function ask(
  server: NameServer,
  name: DomainName,
  type: number,
  servers: ServerAddresses,
  signal: AbortSignal,
  recursionDesired = false,
): Promise<Message | string> {
  try {
    const { response } = await servers.exchange({
      server: { address: server.address, port: servers.port },
      query: makeQuery({ name, type, recursionDesired }),
      transport: "auto",
      timeoutMs: QUERY_TIMEOUT_MS,
      tries: QUERY_TRIES,
      signal,
    });
    return response;
  } catch (error) {
    if (error instanceof ExchangeError) return `${error.reason}: ${error.message}`;
    throw error;
  }
}
